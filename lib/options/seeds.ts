import { OptionsError } from '../errors.js';
import { accessOfUrl, isSameAccess, type UrlAccess } from './access.js';
import { type Address, canonicalHost, isHost, isPort, parseAddress } from './address.js';
import { addressText } from './secrets.js';
import { type ConnectionUrl, parseUrl } from './url.js';

/**
 * A server to begin with: a URL (`redis://10.0.0.1:7000`), `host:port`, `host`, `[::1]:6379`, `/path/of/socket`, or an `Address` whose port
 * may be left out.
 */
export type Seed = string | { readonly host: string; readonly port?: number } | { readonly path: string };

/** The addresses that seeds name, and the login, TLS and database of their URLs. */
type ReadSeeds = { readonly addresses: readonly Address[]; readonly url: UrlAccess };

/** Reads one seed or a list. `pathOf` names a seed in errors; `allowPath`: a socket file will do. */
export function readSeeds(seeds: unknown, pathOf: (index: string) => string, defaultPort: number, allowPath: boolean): ReadSeeds {
  const list: readonly unknown[] = Array.isArray(seeds) ? Array.from(seeds) : [seeds];
  if (list.length === 0) throw new OptionsError(pathOf(''), 'expected at least one seed, got an empty list');
  let url: UrlAccess | null = null;
  const addresses: Address[] = [];
  for (const [i, seed] of list.entries()) {
    const path = pathOf(`[${i}]`);
    const parsed = typeof seed === 'string' && seed.includes('://') ? parseNodeUrl(seed, path, defaultPort) : null;
    addresses.push(parseSeed(parsed === null ? seed : firstOf(parsed.addresses), path, defaultPort, allowPath));
    if (parsed === null) continue;
    const access = accessOfUrl(parsed);
    if (url !== null && !isSameAccess(url, access)) {
      throw new OptionsError(path, 'expected the same scheme, user, password and database as in the URLs before it');
    }
    url = access;
  }
  return { addresses, url: url ?? {} };
}

function parseNodeUrl(seed: string, path: string, defaultPort: number): ConnectionUrl {
  const parsed = parseUrl(seed, path, defaultPort);
  if (parsed.kind !== 'single') throw new OptionsError(path, "expected one node's URL, such as redis://host:port, got one of a topology");
  const [parameter] = Object.keys(parsed.parameters);
  if (parameter !== undefined) throw new OptionsError(path, `expected a URL without parameters; ${parameter} is for createClient`);
  return parsed;
}

function parseSeed(seed: unknown, path: string, defaultPort: number, allowPath: boolean): Address {
  const expected = `a URL, host:port (IPv6 in brackets, port 1 to 65535), { host, port }${allowPath ? ' or { path }' : ''}`;
  const address = typeof seed === 'string' ? parseAddress(seed, defaultPort) : parseAddressObject(seed, defaultPort);
  if (address === null) throw new OptionsError(path, `expected ${expected}, got ${addressText(seed)}`);
  if ('path' in address && !allowPath) throw new OptionsError(path, 'expected a host: these nodes name each other by host and port');
  return address;
}

function parseAddressObject(seed: unknown, defaultPort: number): Address | null {
  if (typeof seed !== 'object' || seed === null) return null;
  if ('path' in seed)
    return typeof seed.path === 'string' && seed.path !== '' && Object.keys(seed).length === 1 ? { path: seed.path } : null;
  const { host, port = defaultPort, ...more }: { host?: unknown; port?: unknown } = seed;
  return typeof host === 'string' && isHost(host) && isPort(port) && Object.keys(more).length === 0
    ? { host: canonicalHost(host), port }
    : null;
}

/** The first of a list that has one. */
export function firstOf<T>(list: readonly T[]): T {
  const [first] = list;
  if (first === undefined) throw new RangeError('expected a list that is not empty');
  return first;
}
