import { OptionsError } from '../errors.js';
import { typeText } from '../util/type-text.js';
import { isHost } from './address.js';

/** Stands for a secret wherever one would be shown. */
const HIDDEN = '***';

/** Throws for an option whose value is never shown. */
export function refuseSecret(path: string, expected: string, value: unknown): never {
  throw new OptionsError(path, `expected ${expected}, got ${typeText(value)}`);
}

/** Hides possible secrets in a URL: everything before the last `@`, what stands in the port's place and is no port, and the parameters. */
export function mask(text: string): string {
  const at = text.lastIndexOf('@');
  const scheme = /^[a-z][a-z0-9+.-]*:\/\//i.exec(text)?.[0] ?? '';
  const shown = at === -1 ? text : `${scheme}${HIDDEN}${text.slice(at)}`;
  if (!shown.includes('://')) return shown;
  // In `redis://user:password`, where the host was forgotten, the password stands in the port's place.
  const hosts = shown.slice(scheme.length).replace(/:(?!\d{1,5}(?:[,/?]|$))[^,/?\]]*(?=[,/?]|$)/g, `:${HIDDEN}`);
  return `${scheme}${hosts}`.replace(/\?.*$/s, `?${HIDDEN}`);
}

/** Text in which URLs may be, without their users and passwords. */
export function withoutLogins(text: string): string {
  return text.replace(/(?<=\w:\/\/)[^\s@]*(?=@)/g, HIDDEN);
}

/** A server's address as errors show it: the host if it is one, never what stands in the port's place. */
export function addressText(value: unknown): string {
  if (typeof value !== 'string' || value === '') return typeText(value);
  if (value.startsWith('/') || /^[\d.*/]+$/.test(value)) return JSON.stringify(value);
  const [, host = '', port = ''] = /^(\[[^\]]*\]|[^:]*)(:.*)?$/s.exec(value) ?? [];
  if (!isHost(host.replace(/^\[|\]$/g, ''))) return typeText(value);
  return JSON.stringify(port === '' || /^:\d{1,5}$/.test(port) ? value : `${host}:${HIDDEN}`);
}

/**
 * A copy whose secrets neither `console.log` nor JSON shows: these fields are read by accessors. They are there for whoever uses the object,
 * copies of it included.
 */
export function hideSecrets<T extends object>(value: T, names: readonly (keyof T & string)[]): T {
  const hidden = (name: string, item: unknown): boolean => names.some((secret) => secret === name) && typeof item !== 'boolean';
  const shown = (): object => Object.fromEntries(Object.entries(value).map(([name, item]) => [name, hidden(name, item) ? HIDDEN : item]));
  const fields = Object.entries(value).map(([name, item]): [string, PropertyDescriptor] => [
    name,
    hidden(name, item) ? { get: () => item, enumerable: true } : { value: item, enumerable: true },
  ]);
  return Object.defineProperties({} as T, {
    ...Object.fromEntries(fields),
    toJSON: { value: shown },
    // `util.inspect.custom`, which other runtimes know, too.
    [Symbol.for('nodejs.util.inspect.custom')]: { value: shown },
  });
}
