import type { Form, Kind, Named } from './signature.js';

/** Advice on what to write instead of the arguments of another client; empty where there is none. */
export function hint(method: string, command: string, forms: readonly Form[], args: readonly unknown[]): string {
  if (args.some((arg) => typeof arg === 'function')) return '; it takes no callback, it returns a promise';
  return optionWords(method, command, forms, args) ?? writtenOut(method, forms, args) ?? '';
}

/** A call of a form, with what its parameters are called. */
export function shape(method: string, form: Form): string {
  return `${method}(${Object.entries(form).map(namesOf).join(', ')})`;
}

function namesOf([name, kind]: readonly [string, Kind]): string {
  if (!isNamed(kind) || kind.required === undefined) return bare(name);
  const needed = kind.required.map((group) => group[0]);
  return `{ ${needed.join(', ')}${needed.length < Object.keys(kind.names).length ? ', …' : ''} }`;
}

/** `set(key, value, 'EX', 60)`, `zadd(key, 'NX', 1, 'a')`: options as words, where the object would stand or where the server has them. */
function optionWords(method: string, command: string, forms: readonly Form[], args: readonly unknown[]): string | undefined {
  for (const form of forms) {
    const names = Object.keys(form);
    for (const [at, name] of names.entries()) {
      const options = form[name];
      if (options === undefined || !isNamed(options)) continue;
      const written = asOptions(options, args.slice(at)) || asOptions(options, wordsBefore(options, form, args));
      if (written === '') continue;
      const before = names.slice(0, at).map((other) => example(form[other] ?? '', other) ?? bare(other));
      const call = `${method}(${[...before, `{ ${written} }`].join(', ')})`;
      return `; options are one object: ${call}; words in the server's order are for call('${command.replace(' ', "', '")}', …)`;
    }
  }
  return undefined;
}

/** The arguments from the first that is an option's word; a key is none. */
function wordsBefore(options: Named, form: Form, args: readonly unknown[]): readonly unknown[] {
  const first = Object.values(form)[0] === 'key' ? 1 : 0;
  const at = args.findIndex((arg, index) => index >= first && typeof arg === 'string' && Object.hasOwn(options.names, arg.toUpperCase()));
  return at === -1 ? [] : args.slice(at);
}

/** `'EX', 60, 'NX'` as `EX: 60, NX: true`; empty where the first argument is no option. */
function asOptions(options: Named, args: readonly unknown[]): string {
  const written: string[] = [];
  let open: string | undefined;
  for (const arg of args) {
    const name = typeof arg === 'string' ? arg.toUpperCase() : '';
    if (Object.hasOwn(options.names, name)) {
      const kind = options.names[name] ?? 'flag';
      open = typeof kind === 'string' && kind !== 'flag' ? name : undefined;
      written.push(`${name}: ${kind === 'flag' ? 'true' : isNamed(kind) ? `{ ${Object.keys(kind.names).join(', ')} }` : '…'}`);
    } else {
      if (written.length === 0) return '';
      // Numbers are shown as they are; text may be a secret.
      if (open !== undefined && typeof arg === 'number') written.splice(-1, 1, `${open}: ${arg}`);
      open = undefined;
    }
  }
  return written.join(', ');
}

/** `del('a', 'b')`, `hset(key, 'a', 1, 'b', 2)`: what goes as a list or as pairs. */
function writtenOut(method: string, forms: readonly Form[], args: readonly unknown[]): string | undefined {
  if (args.length < 2) return undefined;
  for (const form of forms) {
    const names = Object.keys(form);
    const taking = names.find((name) => example(form[name] ?? '', name) !== undefined);
    if (taking === undefined) continue;
    const shown = names.filter((name) => bare(name) === name || name === taking || name.endsWith('='));
    const call = `${method}(${shown.map((name) => example(form[name] ?? '', name) ?? bare(name)).join(', ')})`;
    const container = form[taking] === 'pairs' ? 'one object, Map or list of pairs' : 'a list';
    return `; several ${bare(taking)} go as ${container}: ${call}`;
  }
  return undefined;
}

/** How several of a kind are written. */
function example(kind: Kind, name: string): string | undefined {
  if (kind === 'pairs') return '{ a: 1, b: 2 }';
  if (typeof kind === 'string') return undefined;
  const each = 'several' in kind ? kind.several : 'list' in kind ? kind.list : undefined;
  if (each === undefined) return undefined;
  if (isNamed(each)) return `[{ ${Object.keys(each.names).join(', ')} }, …]`;
  return each === 'number' ? '[1, 2]' : bare(name) === name ? "['a', 'b']" : `[${bare(name)}]`;
}

export function isNamed(kind: Kind): kind is Named {
  return typeof kind === 'object' && 'names' in kind;
}

export const bare = (name: string): string => name.replace(/[?=]$/, '');
