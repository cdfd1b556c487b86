import type { ParameterDeclaration } from 'typescript/unstable/ast';
import { type Checker, type Symbol as Property, SymbolFlags, type Type, TypeFlags } from 'typescript/unstable/sync';
import type { Kind } from '../lib/commands/arguments/signature.js';
import { namedKind, type Variant } from './named-kind.js';

/** What a scalar takes, by the types that it is made of. */
const SCALARS: Readonly<Record<string, string>> = {
  string: 'text',
  'bytes string': 'bytes',
  bytes: 'buffer',
  number: 'number',
  'number string': 'numeric',
  'bigint number': 'number',
  'bigint number string': 'numeric',
  'bytes number string': 'key',
  'bigint bytes number string': 'value',
};
/** Types that say more than what they are made of, by the names of their aliases. */
const ALIASES: Readonly<Record<string, Kind>> = { ScoreBound: 'bound', KeysOf: { list: 'key' } };

const BYTES: ReadonlySet<string> = new Set(['ArrayBufferView', 'Uint8Array']);

/** Records of a program's data, which may be part of larger ones. */
const DATA: ReadonlySet<string> = new Set(['GeoCoordinates', 'GeoMember', 'NewMember', 'SlotRange']);

/** Reader of types: says as data what a parameter takes. */
export class KindReader {
  constructor(private readonly checker: Checker) {}

  typeOf(parameter: ParameterDeclaration): Type {
    // That of the type's node: the parameter's own has lost its alias where `undefined` was added.
    const type = parameter.type === undefined ? undefined : this.checker.getTypeFromTypeNode(parameter.type);
    return type ?? fail(`no type for ${parameter.getText()}`);
  }

  /** What holds the values: by it the forms of a call are told apart. */
  container(types: readonly Type[]): string {
    const kind = this.kindOf(types);
    if (typeof kind === 'string') return kind === 'pairs' || kind === 'script' ? kind : 'scalar';
    if (Array.isArray(kind)) return kind.every((part) => this.isScalar(part)) ? 'scalar' : 'mixed';
    return this.isScalar(kind) ? 'scalar' : (Object.keys(kind)[0] ?? '');
  }

  private isScalar(kind: Kind): boolean {
    return typeof kind === 'string' || 'words' in kind;
  }

  kindOf(types: readonly Type[]): Kind {
    const kinds: Kind[] = [];
    const primitives = new Set<string>();
    const words = new Set<string>();
    const objects: Type[] = [];
    const lists: Type[] = [];
    const add = (kind: Kind): void => {
      if (!kinds.some((other) => JSON.stringify(other) === JSON.stringify(kind))) kinds.push(kind);
    };
    for (const part of types.flatMap((type) => this.parts(type))) {
      const alias = ALIASES[part.getAliasSymbol()?.name ?? ''];
      const name = part.getSymbol()?.name;
      if (alias !== undefined) add(alias);
      else if (part.isStringLiteralType()) words.add(part.value);
      else if (part.flags & (TypeFlags.String | TypeFlags.TemplateLiteral)) primitives.add('string');
      else if (part.flags & TypeFlags.NumberLike) primitives.add('number');
      else if (part.flags & TypeFlags.BigIntLike) primitives.add('bigint');
      else if (part.flags & TypeFlags.BooleanLike) add('flag');
      else if (part.flags & TypeFlags.Never) continue;
      else if (this.checker.isArrayType(part) || this.checker.isTupleType(part)) lists.push(this.elementOf(part));
      else if (BYTES.has(name ?? '')) primitives.add('bytes');
      else if (name === 'Script') add('script');
      else if (name === 'Iterable' || this.checker.getIndexInfosOfType(part).length > 0) add('pairs');
      else objects.push(part);
    }
    // A score: numbers, and the server's words for those that are infinite.
    if (words.has('+inf')) {
      add('score');
      words.clear();
      primitives.clear();
    }
    // Words beside text of any kind are there for editors.
    if (words.size > 0 && !primitives.has('string')) add({ words: [...words].sort() });
    if (primitives.size > 0) add(scalar(primitives));
    if (objects.length > 0) {
      const variants = objects.map((type) => this.variant(type));
      const named = namedKind(variants, (among) => this.kindOf(among));
      add(objects.every((type) => DATA.has(type.getSymbol()?.name ?? '')) ? { ...named, data: true } : named);
    }
    if (lists.length > 0) {
      const list = this.kindOf(lists);
      // `OneOrMore<T>`: what stands in the list may stand by itself.
      if (JSON.stringify(one(kinds)) === JSON.stringify(list)) return { several: list };
      add({ list });
    }
    return one(kinds) ?? fail(`no kind for ${types.map((type) => this.checker.typeToString(type)).join(', ')}`);
  }

  /** The members of a union, without `undefined`; of a type parameter what it is bound to. */
  private parts(type: Type): readonly Type[] {
    if (ALIASES[type.getAliasSymbol()?.name ?? ''] !== undefined) return [type];
    const bound = type.flags & TypeFlags.Instantiable ? (this.checker.getBaseConstraintOfType(type) ?? type) : type;
    if (bound.isUnionType()) return bound.getTypes().flatMap((part) => this.parts(part));
    if (bound.isIntersectionType()) {
      const among = bound.getTypes();
      // `string & Record<never, never>`: any text, beside words that editors offer.
      const text = among.find((part) => part.flags & TypeFlags.String);
      if (text !== undefined) return [text];
      // What an intersection of unions has besides its members: a list that is bytes, too.
      if (among.some((part) => this.checker.isArrayType(part) || BYTES.has(part.getSymbol()?.name ?? ''))) return [];
    }
    return bound.flags & TypeFlags.Undefined ? [] : [bound];
  }

  private elementOf(list: Type): Type {
    const element = this.checker.getIndexInfosOfType(list).find(({ keyType }) => keyType.flags & TypeFlags.Number)?.valueType;
    return element ?? fail(`no list: ${this.checker.typeToString(list)}`);
  }

  private variant(type: Type): Variant {
    const properties = this.checker.getPropertiesOfType(type).map((property) => ({ property, type: this.typeOfProperty(property) }));
    return new Map(
      properties
        .filter(({ type: own }) => this.parts(own).some((part) => !isNothing(part)))
        .map(({ property, type: own }) => [
          property.name,
          { type: own, required: (property.flags & SymbolFlags.Optional) === 0, order: orderOf(property) },
        ]),
    );
  }

  private typeOfProperty(property: Property): Type {
    return this.checker.getTypeOfSymbol(property) ?? fail(`no type of ${property.name}`);
  }
}

/** `never`, and `false`: a flag that is not given. */
function isNothing(type: Type): boolean {
  return (type.flags & TypeFlags.Never) !== 0 || (type.isBooleanLiteralType() && type.value === false);
}

/** Where a property is declared: a union has its members in the compiler's own order. */
function orderOf({ valueDeclaration, declarations }: Property): string {
  const place = valueDeclaration ?? declarations[0];
  return place === undefined ? '' : `${place.path} ${String(place.index).padStart(8, '0')}`;
}

function scalar(primitives: ReadonlySet<string>): string {
  const made = [...primitives].sort().join(' ');
  return SCALARS[made] ?? fail(`no name for a scalar of ${made}`);
}

function one(kinds: readonly Kind[]): Kind | undefined {
  return kinds.length > 1 ? kinds : kinds[0];
}

function fail(problem: string): never {
  throw new Error(problem);
}
