import { defineScript } from '../../../../lib/api/define-script.js';
import { LeasedCommands } from '../../../../lib/api/leased-commands.js';
import type { Form, Kind, Signature } from '../../../../lib/commands/arguments/signature.js';
import { SIGNATURES } from '../../../../lib/commands/arguments/signatures.js';
import { Commands } from '../../../../lib/commands/index.js';

/** A call that no method may take, by the name of its method. */
export interface Misuse {
  readonly method: string;
  readonly command: string;
  readonly what: string;
  readonly args: readonly unknown[];
}

const methodsOf = (prototype: object): string[] => Object.getOwnPropertyNames(prototype).filter((name) => name !== 'constructor');

/** The command methods of clients, views, pipelines and transactions. */
export const sharedMethods: readonly string[] = methodsOf(Object.getPrototypeOf(Commands.prototype));
/** Those that leases have besides. */
export const leasedMethods: readonly string[] = methodsOf(LeasedCommands.prototype);

export function signatureOf(method: string): Signature {
  const signature = SIGNATURES[method];
  if (signature === undefined) throw new Error(`${method} has no signature, hence no example: run scripts/generate-signatures.ts`);
  return JSON.parse(signature) as Signature;
}

/** What a caller may take for an argument, with the scalars that it is one of. */
const JUNK: readonly (readonly [what: string, value: unknown, belongs: readonly string[]])[] = [
  ['undefined', undefined, []],
  ['null', null, []],
  ['a number', 7, ['key', 'value', 'number', 'numeric', 'score', 'bound']],
  ['a string', 'such text', ['key', 'value', 'text', 'bytes', 'numeric', 'bound']],
  ['{}', {}, []],
  ['NaN', Number.NaN, []],
  ['true', true, ['flag']],
  ['a function', () => undefined, []],
  ['a symbol', Symbol('junk'), []],
  ['a promise', Promise.resolve('late'), []],
  ['a date', new Date(0), []],
  ['a list of undefined', [undefined], []],
];

const words = ({ words: [first = ''] }: { readonly words: readonly string[] }): string => first;

/** An argument that belongs where the kind is. */
export function exampleOf(kind: Kind): unknown {
  if (typeof kind === 'string') return SCALARS[kind] ?? fail(`no example of ${kind}`);
  if ('words' in kind) return words(kind);
  if ('several' in kind) return [exampleOf(kind.several)];
  if ('list' in kind) return [exampleOf(kind.list)];
  if (!('names' in kind)) return exampleOf(kind[0] ?? fail('no kind'));
  const given: Record<string, unknown> = {};
  for (const group of kind.required ?? []) {
    const [name = ''] = group;
    if (group.some((other) => other in given)) continue;
    given[name] = exampleOf(kind.names[name] ?? '');
    const [beside] = kind.needs?.[name] ?? [];
    if (beside !== undefined) given[beside] = exampleOf(kind.names[beside] ?? '');
  }
  return given;
}

const SCALARS: Readonly<Record<string, unknown>> = {
  key: 'k',
  value: 'v',
  text: 't',
  bytes: Buffer.from('b'),
  buffer: Buffer.from('b'),
  number: 1,
  numeric: 1,
  score: 1,
  bound: '(1',
  flag: true,
  pairs: { a: 1 },
  script: defineScript({ lua: 'return 1' }),
};

function fail(problem: string): never {
  throw new Error(problem);
}

function belongs(kind: Kind, what: string, scalars: readonly string[]): boolean {
  if (typeof kind === 'string') return scalars.includes(kind);
  if ('words' in kind || 'list' in kind) return false;
  if ('several' in kind) return belongs(kind.several, what, scalars);
  if ('names' in kind) return what === '{}' && (kind.required ?? []).length === 0;
  return kind.some((one) => belongs(one, what, scalars));
}

/** Everything of `JUNK` in the place of a kind where it does not belong, also inside of it. */
function* junkFor(kind: Kind): Generator<readonly [what: string, value: unknown]> {
  for (const [what, value, scalars] of JUNK) if (!belongs(kind, what, scalars)) yield [what, value];
  if (typeof kind === 'string' || 'words' in kind) return;
  if ('several' in kind || 'list' in kind) {
    for (const [what, value] of junkFor('several' in kind ? kind.several : kind.list)) {
      if (!Array.isArray(value)) yield [`${what} in a list`, [value]];
    }
    return;
  }
  if (!('names' in kind)) return;
  const example = exampleOf(kind) as Readonly<Record<string, unknown>>;
  if (kind.data !== true) yield ['an unknown option', { ...example, nosuch: 1 }];
  for (const name of Object.keys(kind.names)) {
    if (name !== name.toLowerCase())
      yield [`the option ${name.toLowerCase()}`, { ...example, [name.toLowerCase()]: exampleOf(kind.names[name] ?? '') }];
    for (const [what, value] of junkFor(kind.names[name] ?? '')) {
      if (value !== undefined) yield [`${what} as ${name}`, { ...example, [name]: value }];
    }
  }
  for (const group of kind.exclusive ?? []) {
    const all = Object.fromEntries(group.map((name) => [name, exampleOf(kind.names[name] ?? '')]));
    yield [`${group.join(' and ')} at once`, { ...example, ...all }];
  }
  for (const [name] of Object.entries(kind.needs ?? {})) {
    if (!(name in example)) yield [`${name} alone`, { ...example, [name]: exampleOf(kind.names[name] ?? '') }];
  }
}

const isOptional = (name: string): boolean => /[?=]$/.test(name);

/** All arguments of a form; without those that may be left out, the fewest. */
export function argumentsOf(form: Form, all: boolean): unknown[] {
  return Object.entries(form)
    .filter(([name]) => all || !isOptional(name))
    .map(([, kind]) => exampleOf(kind));
}

/** Calls of a method that must be refused. */
export function* misusesOf(method: string): Generator<Misuse> {
  const [command, ...forms] = signatureOf(method);
  const most = Math.max(...forms.map((form) => Object.keys(form).length));
  for (const form of forms) {
    const full = argumentsOf(form, true);
    if (full.length === most) {
      yield { method, command, what: 'one argument too many', args: [...full, 'surplus'] };
      yield { method, command, what: 'a callback', args: [...full, () => undefined] };
    }
    for (const [at, [name, kind]] of Object.entries(form).entries()) {
      const others = forms.filter((other) => other !== form).map((other) => Object.values(other)[at]);
      for (const [what, value] of junkFor(kind)) {
        if (value === undefined && (isOptional(name) || forms.some((other) => Object.keys(other).length === at))) continue;
        // What another form takes in this place is no junk there, or makes another call of it.
        const scalars = JUNK.find(([junk]) => junk === what)?.[2] ?? [];
        if (others.some((other) => other !== undefined && (belongs(other, what, scalars) || typeof kind === 'object'))) continue;
        yield { method, command, what: `${what} as argument ${at + 1}`, args: full.map((arg, index) => (index === at ? value : arg)) };
      }
    }
    const fewest = argumentsOf(form, false);
    if (fewest.length > 0 && fewest.length === Math.min(...forms.map((other) => argumentsOf(other, false).length))) {
      yield { method, command, what: 'one argument too few', args: fewest.slice(0, -1) };
    }
  }
}
