import { OptionsError } from '../errors.js';
import { type Address, parseAddress } from './address.js';
import { addressText, refuseSecret } from './secrets.js';

type UrlKind = 'single' | 'replication' | 'sentinel' | 'cluster';

/** The parts of a connection URL. Parts that the URL lacks are left out. */
export interface ConnectionUrl {
  readonly kind: UrlKind;
  readonly addresses: readonly Address[];
  readonly tls: boolean;
  readonly username?: string;
  readonly password?: string;
  readonly database?: number;
  /** Name of the group; for Sentinel only. */
  readonly name?: string;
  /** The parameters after the `?` save `database`, unchecked. */
  readonly parameters: Readonly<Record<string, string>>;
}

// https://www.iana.org/assignments/uri-schemes/prov/redis for redis: and rediss:; the rest is what the field agrees on.
const TLS_OF: Readonly<Record<string, boolean>> = { redis: false, valkey: false, rediss: true, valkeys: true };
const KIND_OF: Readonly<Record<string, UrlKind>> = { cluster: 'cluster', sentinel: 'sentinel', replication: 'replication' };
const UNIX_SCHEMES: readonly string[] = ['unix', 'redis+unix', 'valkey+unix'];

export const DEFAULT_PORT = 6379;
export const DEFAULT_SENTINEL_PORT = 26_379;

/**
 * ```
 * redis://[[user]:password@]host[:port][/database][?parameters]          rediss: the same over TLS; valkey(s): the same
 * redis+cluster://[…@]host[:port][,host[:port]…][/database][?…]          redis+replication: the same
 * redis+sentinel://[…@]host[:port][,host[:port]…]/name[/database][?…]    the user and password are the data nodes'
 * unix://[[user]:password@]/path/of/socket[?database=n]                  redis+unix: the same
 * ```
 * Parsed here because WHATWG's URL takes no list of hosts. Error messages never show what could be a part of the password.
 */
export function parseUrl(url: string, path: string, defaultPort?: number): ConnectionUrl {
  const [, scheme = '', rest = ''] = /^([a-z][a-z0-9+.-]*):\/\/(.*)$/is.exec(url) ?? [];
  if (scheme === '') return refuseSecret(path, 'a URL such as redis://localhost:6379', url);
  const { kind, tls, unix } = schemeOf(scheme.toLowerCase(), path);

  const [, authority = '', pathname = '', query = ''] = /^([^/?#]*)([^?#]*)(?:\?([^#]*))?/s.exec(rest) ?? [];
  // More than one @, or one after the authority, comes from a raw / ? # or @ in the password: guessing on would show parts of it.
  if (rest.includes('#') || rest.split('@').length > (authority.includes('@') ? 2 : 1)) {
    throw new OptionsError(path, 'in a URL, the characters @ / ? # : and % are percent-encoded in the user, password and path (@ is %40)');
  }
  const at = authority.indexOf('@');
  const hosts = authority.slice(at + 1);
  const { database, ...parameters } = parametersOf(query, path);
  const words = pathname.split('/').slice(1);
  const common = { kind, tls, parameters, ...userinfoOf(authority.slice(0, Math.max(at, 0)), path) };

  if (unix) {
    const socket = parseAddress(decoded(pathname, path), null);
    if (hosts !== '' || socket === null)
      throw new OptionsError(path, 'expected an absolute path after the scheme, as in unix:///run/redis.sock');
    return { ...common, addresses: [socket], ...databaseOf(undefined, database, path) };
  }
  const addresses = hosts.split(',').map((host) => parseHost(host, path, defaultPort ?? portOf(kind)));
  if (kind === 'single' && addresses.length > 1) {
    throw new OptionsError(path, 'expected one host; several hosts need redis+cluster://, redis+replication:// or redis+sentinel://');
  }
  const name = kind === 'sentinel' ? decoded(words.shift() ?? '', path) : undefined;
  if (name === '') throw new OptionsError(path, "expected the group's name after the hosts, as in redis+sentinel://host:26379/mymaster");
  if (words.length > 1) throw new OptionsError(path, 'expected nothing after the number of the database');
  return { ...common, addresses, ...(name === undefined ? {} : { name }), ...databaseOf(words[0], database, path) };
}

function portOf(kind: UrlKind): number {
  return kind === 'sentinel' ? DEFAULT_SENTINEL_PORT : DEFAULT_PORT;
}

function schemeOf(scheme: string, path: string): { kind: UrlKind; tls: boolean; unix: boolean } {
  if (UNIX_SCHEMES.includes(scheme)) return { kind: 'single', tls: false, unix: true };
  const [base = '', suffix, ...more] = scheme.split('+');
  const tls = Object.hasOwn(TLS_OF, base) ? TLS_OF[base] : undefined;
  const kind = suffix === undefined ? 'single' : Object.hasOwn(KIND_OF, suffix) ? KIND_OF[suffix] : undefined;
  if (tls !== undefined && kind !== undefined && more.length === 0) return { kind, tls, unix: false };
  const known = 'redis, rediss, valkey or valkeys, alone or with +cluster, +sentinel or +replication, or unix';
  throw new OptionsError(path, `expected a URL with the scheme ${known}, got ${scheme}://`);
}

function parseHost(text: string, path: string, defaultPort: number): Address {
  const address = text.startsWith('/') ? null : parseAddress(decoded(text, path), defaultPort);
  if (address !== null) return address;
  throw new OptionsError(path, `expected host:port (IPv6 in brackets, port 1 to 65535) after the scheme, got ${addressText(text)}`);
}

function userinfoOf(userinfo: string, path: string): { username?: string; password?: string } {
  const colon = userinfo.indexOf(':');
  const username = decoded(colon === -1 ? userinfo : userinfo.slice(0, colon), path);
  const password = colon === -1 ? '' : decoded(userinfo.slice(colon + 1), path);
  return { ...(username === '' ? {} : { username }), ...(password === '' ? {} : { password }) };
}

function parametersOf(query: string, path: string): Record<string, string> {
  const entries = [...new URLSearchParams(query)];
  const twice = entries.find(([name], i) => entries.some(([other], j) => j < i && other === name));
  if (twice !== undefined) throw new OptionsError(path, `expected the parameter ${twice[0]} once`);
  return Object.fromEntries(entries);
}

function databaseOf(fromPath: string | undefined, fromQuery: string | undefined, path: string): { database?: number } {
  if (fromPath !== undefined && fromPath !== '' && fromQuery !== undefined) {
    throw new OptionsError(path, 'expected the database in the path or as a parameter, not both');
  }
  const digits = fromQuery ?? (fromPath === '' ? undefined : fromPath);
  if (digits === undefined) return {};
  return /^\d{1,9}$/.test(digits) ? { database: Number(digits) } : refuseSecret(path, 'the number of a database after the hosts', digits);
}

function decoded(text: string, path: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new OptionsError(path, 'a % that is not followed by two hexadecimal digits is written %25 in a URL');
  }
}
