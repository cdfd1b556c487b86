import type { Creation, MethodCall, OtherClient, Shape, SourceFacts, SourcePlace } from './facts.js';
import type { SourceParser, SyntaxNode, SyntaxTree } from './parser.js';

const MODULES: Readonly<Record<string, OtherClient>> = {
  ioredis: 'ioredis',
  'slotwise/ioredis': 'ioredis',
  '@slotwise/ioredis': 'ioredis',
  redis: 'node-redis',
  '@redis/client': 'node-redis',
  'slotwise/node-redis': 'node-redis',
};
const CLASSES: readonly string[] = ['default', 'Redis', 'Cluster'];
const FACTORIES: readonly string[] = ['createClient', 'createCluster', 'createSentinel', 'createClientPool'];
/** Types that are those of clients, besides the classes. */
const TYPES = /^RedisC(?:lient|luster)(?:Type)?$|^RedisSentinelType$|^IORedis$/;
/** What gives a client of the same package. */
const COPIES: readonly string[] = ['duplicate', 'connect', 'on', 'once'];

interface Imported {
  readonly client: OtherClient;
  readonly name: string;
}

/** Reads what a file does with the clients of other packages. Names are followed within the file, not from file to file. */
export function readSource({ root, text }: SyntaxTree, kinds: SourceParser['kinds']): SourceFacts {
  const reader = new SourceReader(root, text, kinds);
  return { calls: reader.calls, creations: reader.creations };
}

class SourceReader {
  readonly calls: MethodCall[] = [];
  readonly creations: Creation[] = [];
  readonly #imports = new Map<string, Imported>();
  /** Names that hold a client: `redis`, `this.redis`. */
  readonly #clients = new Map<string, OtherClient>();
  readonly #lines: readonly number[];

  constructor(
    private readonly root: SyntaxNode,
    private readonly text: string,
    private readonly kinds: SourceParser['kinds'],
  ) {
    this.#lines = [...text.matchAll(/\n/g)].map(({ index }) => index + 1);
    this.#each(root, (node) => this.#readImport(node));
    if (this.#imports.size === 0) return;
    // A name may be used above its declaration, and one client may be made of another.
    for (let known = -1; known < this.#clients.size; ) {
      known = this.#clients.size;
      this.#each(root, (node) => this.#readName(node));
    }
    this.#each(root, (node) => this.#readUse(node));
  }

  #each(node: SyntaxNode, visit: (node: SyntaxNode) => void): void {
    visit(node);
    node.forEachChild((child) => this.#each(child, visit));
  }

  #is(node: SyntaxNode | undefined, kind: string): node is SyntaxNode {
    return node !== undefined && this.kinds[node.kind] === kind;
  }

  #source(node: SyntaxNode): string {
    return this.text.slice(node.getStart(this.root), node.end);
  }

  // --- names

  #readImport(node: SyntaxNode): void {
    if (this.#is(node, 'ImportDeclaration')) {
      const client = this.#moduleOf(part(node, 'moduleSpecifier'));
      const clause = part(node, 'importClause');
      if (client === undefined || clause === undefined) return;
      const own = part(clause, 'name');
      if (own !== undefined) this.#imports.set(this.#source(own), { client, name: 'default' });
      for (const element of parts(part(clause, 'namedBindings'), 'elements')) this.#bind(element, client, 'propertyName');
    } else if (this.#is(node, 'VariableDeclaration')) {
      const call = part(node, 'initializer');
      const name = part(node, 'name');
      if (!this.#is(call, 'CallExpression') || name === undefined || this.#source(part(call, 'expression') ?? call) !== 'require') return;
      const client = this.#moduleOf(parts(call, 'arguments')[0]);
      if (client === undefined) return;
      if (this.#is(name, 'Identifier')) this.#imports.set(this.#source(name), { client, name: 'default' });
      for (const element of parts(name, 'elements')) this.#bind(element, client, 'propertyName');
    }
  }

  #bind(element: SyntaxNode, client: OtherClient, original: string): void {
    const name = part(element, 'name');
    if (name === undefined) return;
    this.#imports.set(this.#source(name), { client, name: this.#source(part(element, original) ?? name) });
  }

  #moduleOf(node: SyntaxNode | undefined): OtherClient | undefined {
    const name = this.#is(node, 'StringLiteral') ? String(node.text) : '';
    return Object.hasOwn(MODULES, name) ? MODULES[name] : undefined;
  }

  /** Learns names that hold clients: by what they are given, or by their type. */
  #readName(node: SyntaxNode): void {
    const kind = this.kinds[node.kind];
    if (kind === 'BinaryExpression') {
      const [left, right] = [part(node, 'left'), part(node, 'right')];
      const client = right && this.#clientOf(right);
      if (left !== undefined && client !== undefined) this.#clients.set(withoutMarks(this.#source(left)), client);
      return;
    }
    if (kind !== 'VariableDeclaration' && kind !== 'Parameter' && kind !== 'PropertyDeclaration' && kind !== 'PropertySignature') return;
    const name = part(node, 'name');
    if (!this.#is(name, 'Identifier') && !this.#is(name, 'PrivateIdentifier')) return;
    const [value, type] = [part(node, 'initializer'), part(node, 'type')];
    const client = (value && this.#clientOf(value)) ?? (type && this.#clientOfType(this.#source(type)));
    if (client === undefined) return;
    const own = this.#source(name);
    // A parameter of a constructor may be a property, too.
    if (kind !== 'PropertyDeclaration') this.#clients.set(own, client);
    if (kind !== 'VariableDeclaration') this.#clients.set(`this.${own}`, client);
  }

  #clientOfType(text: string): OtherClient | undefined {
    for (const word of text.split(/\W+/)) {
      const imported = this.#imports.get(word);
      if (imported !== undefined && (CLASSES.includes(imported.name) || TYPES.test(imported.name))) return imported.client;
    }
    return undefined;
  }

  /** Whose client an expression is; undefined: no client, as far as can be seen. */
  #clientOf(node: SyntaxNode): OtherClient | undefined {
    const kind = this.kinds[node.kind] ?? '';
    if (/^(?:Parenthesized|Await|NonNull|As|Satisfies)Expression$/.test(kind)) {
      const inner = part(node, 'expression');
      return inner && this.#clientOf(inner);
    }
    if (kind === 'NewExpression' || kind === 'CallExpression') {
      const created = this.#createdBy(node);
      if (created !== undefined) return created.client;
      const callee = part(node, 'expression');
      if (kind === 'NewExpression' || !this.#is(callee, 'PropertyAccessExpression')) return undefined;
      const [of, name] = [part(callee, 'expression'), part(callee, 'name')];
      return of && name && COPIES.includes(this.#source(name)) ? this.#clientOf(of) : undefined;
    }
    return this.#clients.get(withoutMarks(this.#source(node)));
  }

  #createdBy(node: SyntaxNode): Imported | undefined {
    const callee = part(node, 'expression');
    if (callee === undefined) return undefined;
    const [base = '', member] = this.#source(callee).split('.');
    const imported = this.#imports.get(base);
    if (imported === undefined) return undefined;
    const name = member ?? imported.name;
    const fits = this.#is(node, 'NewExpression') ? CLASSES.includes(name) : FACTORIES.includes(name);
    return fits ? { client: imported.client, name } : undefined;
  }

  // --- uses

  #readUse(node: SyntaxNode): void {
    if (!this.#is(node, 'CallExpression') && !this.#is(node, 'NewExpression')) return;
    const args = parts(node, 'arguments').map((arg) => this.#shapeOf(arg));
    const created = this.#createdBy(node);
    if (created !== undefined) {
      this.creations.push({ at: this.#place(node), ...created, args });
      return;
    }
    const callee = part(node, 'expression');
    if (!this.#is(callee, 'PropertyAccessExpression')) return;
    const name = part(callee, 'name');
    let of = part(callee, 'expression');
    const before: string[] = [];
    while (of !== undefined && this.#clientOf(of) === undefined) {
      const next = this.#is(of, 'CallExpression') ? part(of, 'expression') : undefined;
      const method = this.#is(next, 'PropertyAccessExpression') ? part(next, 'name') : undefined;
      if (next === undefined || method === undefined) return;
      before.unshift(this.#source(method));
      of = part(next, 'expression');
    }
    const client = of && this.#clientOf(of);
    if (client === undefined || name === undefined) return;
    this.calls.push({ at: this.#place(name), client, before, method: this.#source(name), args });
  }

  #shapeOf(node: SyntaxNode): Shape {
    switch (this.kinds[node.kind]) {
      case 'StringLiteral':
      case 'NoSubstitutionTemplateLiteral':
        return { kind: 'text', value: String(node.text) };
      case 'NumericLiteral':
      case 'FirstLiteralToken':
        return { kind: 'number', value: Number(node.text) };
      case 'ArrowFunction':
      case 'FunctionExpression':
        return { kind: 'function' };
      case 'SpreadElement':
        return { kind: 'spread' };
      case 'ArrayLiteralExpression':
        return { kind: 'list', items: parts(node, 'elements').map((item) => this.#shapeOf(item)) };
      case 'ObjectLiteralExpression': {
        const given = parts(node, 'properties');
        const named = given.filter((each) => part(each, 'name') !== undefined && !this.#is(part(each, 'name'), 'ComputedPropertyName'));
        const fields = named.map((each): [string, Shape] => {
          const value = part(each, 'initializer');
          const name = this.#source(part(each, 'name') ?? each).replaceAll(/^['"]|['"]$/g, '');
          return [
            name,
            value === undefined ? { kind: this.#is(each, 'MethodDeclaration') ? 'function' : 'unknown' } : this.#shapeOf(value),
          ];
        });
        return { kind: 'object', fields: Object.fromEntries(fields), isOpen: named.length < given.length };
      }
      default:
        return { kind: 'unknown' };
    }
  }

  #place(node: SyntaxNode): SourcePlace {
    const start = node.getStart(this.root);
    const line = this.#lines.filter((at) => at <= start).length;
    return { line: line + 1, column: start - (this.#lines[line - 1] ?? 0) + 1 };
  }
}

function part(node: SyntaxNode, name: string): SyntaxNode | undefined {
  const found = node[name];
  return typeof found === 'object' && found !== null && 'kind' in found ? (found as SyntaxNode) : undefined; // nodes alone have a kind
}

function parts(node: SyntaxNode | undefined, name: string): readonly SyntaxNode[] {
  const found = node?.[name];
  return typeof found === 'object' && found !== null && Symbol.iterator in found ? [...(found as Iterable<SyntaxNode>)] : []; // lists are of nodes
}

/** `this.redis!` and `redis?` are the same client as without. */
function withoutMarks(text: string): string {
  return text.replaceAll(/[!?]/g, '');
}
