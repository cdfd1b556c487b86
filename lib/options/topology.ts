import type { SecureContextOptions, ConnectionOptions as TlsConnectionOptions } from 'node:tls';
import { OptionsError } from '../errors.js';
import { type Address, isHost, isPort, parseAddress } from './address.js';
import { type ConnectionUrl, DEFAULT_PORT, DEFAULT_SENTINEL_PORT, parseUrl } from './url.js';
import { type Check, deepFreeze, func, integer, refuse, secret, shape, text } from './validate.js';

export interface Credentials {
  /** Default: `default`, the server's default user. */
  readonly username?: string;
  readonly password: string;
  /** Life of the password or token, in ms from now. Before it ends, live connections log in again. Default: it does not expire. */
  readonly expiresInMs?: number;
}

export type CredentialSource = Credentials | (() => Credentials | Promise<Credentials>);

/** What every topology's nodes are reached with; a topology may have its own. */
export interface AccessOptions {
  readonly username?: string;
  readonly password?: string;
  /** Instead of `username` and `password`, as the client's option of this name. */
  readonly credentials?: () => Credentials | Promise<Credentials>;
  /** `true`, or options for `tls.connect`. Default: false. */
  readonly tls?: boolean | TlsConnectionOptions | SecureContextOptions;
}

/** What another group of the same sentinels has of its own; everything else it has from the client. */
export interface GroupOptions extends AccessOptions {
  /** Default: the client's. */
  readonly database?: number;
}

export interface SingleTopology {
  readonly kind: 'single';
  readonly address: Address;
}
export interface ReplicationTopology {
  readonly kind: 'replication';
  readonly seeds: readonly Address[];
}
export interface SentinelTopology {
  readonly kind: 'sentinel';
  readonly seeds: readonly Address[];
  /** The group's name in the sentinels' configuration (`sentinel monitor <name> …`). */
  readonly name: string;
  /** How to reach the sentinels themselves; the data nodes' credentials are never sent to them. */
  readonly access: AccessOptions;
}
export interface ClusterTopology {
  readonly kind: 'cluster';
  readonly seeds: readonly Address[];
}

/** From URLs: user, password, TLS and database of the data nodes. */
export interface UrlAccess {
  readonly username?: string;
  readonly password?: string;
  readonly tls?: true;
  readonly database?: number;
}

/** Made by `single()`, `replication()`, `sentinel()` and `cluster()`. URL parts that are not addresses travel in `url`. */
export type TopologyOptions = (SingleTopology | ReplicationTopology | SentinelTopology | ClusterTopology) & {
  /** From URLs: user, password and TLS of the data nodes. */
  readonly url?: UrlAccess;
};

/** A URL (`redis://10.0.0.1:7000`), `host:port`, `host`, `[::1]:6379`, `/path/of/socket`, or an `Address` whose port may be left out. */
export type Seed = string | { readonly host: string; readonly port?: number } | { readonly path: string };

/** One server, or a virtual IP that moves between servers. */
export function single(address: Seed): TopologyOptions {
  const { addresses, url } = readSeeds([address], () => 'single(address)', DEFAULT_PORT, true);
  return finished({ kind: 'single', address: firstOf(addresses) }, url);
}

/** A primary with its replicas, found from any of its members. */
export function replication(seeds: Seed | readonly Seed[]): TopologyOptions {
  const { addresses, url } = readSeeds(seeds, (i) => `replication(seeds)${i}`, DEFAULT_PORT, true);
  return finished({ kind: 'replication', seeds: addresses }, url);
}

/** A cluster of hash slots, found from any of its nodes. */
export function cluster(seeds: Seed | readonly Seed[]): TopologyOptions {
  const { addresses, url } = readSeeds(seeds, (i) => `cluster(seeds)${i}`, DEFAULT_PORT, false);
  return finished({ kind: 'cluster', seeds: addresses }, url);
}

/**
 * A primary with its replicas, watched by Sentinels. `seeds` are sentinels (default port 26379), `name` is the group's, `access` says how to
 * reach the sentinels. A `rediss://` seed means TLS to the sentinels and to the data nodes.
 */
export function sentinel(seeds: Seed | readonly Seed[], name: string, access: AccessOptions = {}): TopologyOptions {
  const { addresses, url } = readSeeds(seeds, (i) => `sentinel(seeds)${i}`, DEFAULT_SENTINEL_PORT, false);
  if (url.username !== undefined || url.password !== undefined || url.database !== undefined) {
    const where = "sentinels' user and password go into sentinel(seeds, name, access), the data nodes' and the database into createClient";
    throw new OptionsError('sentinel(seeds)', `expected URLs without user, password and database: the ${where}`);
  }
  const own = checkAccess(access, 'sentinel(access)');
  return finished(
    {
      kind: 'sentinel',
      seeds: addresses,
      name: text(name, 'sentinel(name)'),
      access: { ...(url.tls === undefined ? {} : { tls: true }), ...own },
    },
    url,
  );
}

/** The topology of a URL whose scheme names one; `access` is how to reach the sentinels. */
export function topologyOf(url: ConnectionUrl, access: AccessOptions): TopologyOptions {
  const dataAccess = accessOf(url);
  switch (url.kind) {
    case 'single':
      return finished({ kind: 'single', address: firstOf(url.addresses) }, dataAccess);
    case 'sentinel':
      return finished(
        { kind: 'sentinel', seeds: url.addresses, name: url.name ?? '', access: { ...(url.tls ? { tls: true } : {}), ...access } },
        dataAccess,
      );
    default:
      return finished({ kind: url.kind, seeds: url.addresses }, dataAccess);
  }
}

const EXPECTED_TOPOLOGY = 'single(…), replication(…), sentinel(…) or cluster(…)';

/** For objects that did not come from the functions above, a configuration file's for instance: read as if their parts were given to them. */
export const checkTopology: Check<TopologyOptions> = (value, path) => {
  const kind = typeof value === 'object' && value !== null && 'kind' in value ? value.kind : undefined;
  switch (kind) {
    case 'single': {
      const given = SINGLE(value, path);
      const { addresses, url } = readSeeds([given.address], () => `${path}.address`, DEFAULT_PORT, true);
      return finished({ kind, address: firstOf(addresses) }, { ...url, ...given.url });
    }
    case 'replication':
    case 'cluster': {
      const given = SEEDED(value, path);
      const { addresses, url } = readSeeds(given.seeds, (i) => `${path}.seeds${i}`, DEFAULT_PORT, kind === 'replication');
      return finished({ kind, seeds: addresses }, { ...url, ...given.url });
    }
    case 'sentinel': {
      const given = SENTINEL(value, path);
      const { addresses, url } = readSeeds(given.seeds, (i) => `${path}.seeds${i}`, DEFAULT_SENTINEL_PORT, false);
      if (Object.keys(url).length > 0)
        throw new OptionsError(`${path}.seeds`, 'expected host:port or { host, port }; a URL is for sentinel(…)');
      return finished({ kind, seeds: addresses, name: text(given.name, `${path}.name`), access: given.access ?? {} }, { ...given.url });
    }
    default:
      return refuse(path, EXPECTED_TOPOLOGY, value);
  }
};

/** How many there are is the server's business (`databases` in its configuration): it refuses the ones it has not. */
export const checkDatabase = integer(0, 2_147_483_647);

/** TLS options are node's to check, and stay the object they are. */
export const checkTls: Check<boolean | TlsConnectionOptions> = (value, path) =>
  typeof value === 'boolean' || (typeof value === 'object' && value !== null && !Array.isArray(value))
    ? value
    : refuse(path, 'true, false or options for tls.connect', value);

export const checkCredentials = func<() => Credentials | Promise<Credentials>>();

const ACCESS = {
  username: text,
  password: secret,
  credentials: checkCredentials,
  tls: checkTls,
} satisfies Record<keyof AccessOptions, Check<unknown>>;

const checkAccess = unambiguous<AccessOptions>(shape(ACCESS));

/** What is given to `group(name, options)`. */
export const checkGroup = unambiguous<GroupOptions>(
  shape({ ...ACCESS, database: checkDatabase } satisfies Record<keyof GroupOptions, unknown>),
);

function unambiguous<T extends AccessOptions>(check: Check<T>): Check<T> {
  return (value, path) => {
    const given = check(value, path);
    if (given.credentials !== undefined && (given.username !== undefined || given.password !== undefined)) refuseBoth(path);
    return given;
  };
}

/** Two answers to one question. */
export function refuseBoth(path: string): never {
  throw new OptionsError(`${path}.credentials`, 'expected either credentials, or username and password');
}

/** Options win over the URL field by field, so that a URL may name the user and the password come from elsewhere. */
export function credentialsOf(given: AccessOptions, url: UrlAccess, path: string): CredentialSource | null {
  if (given.credentials !== undefined) {
    if (given.username === undefined && given.password === undefined) return given.credentials;
    return refuseBoth(path);
  }
  const username = given.username ?? url.username;
  const password = given.password ?? url.password;
  if (password !== undefined) return username === undefined ? { password } : { username, password };
  if (username === undefined) return null;
  throw new OptionsError(`${path}.${path === 'url' ? 'password' : 'username'}`, 'expected a password with the username');
}

/** A URL that asks for TLS is never overruled into plain text. */
export function tlsOf(given: AccessOptions, url: UrlAccess, path: string): TlsConnectionOptions | null {
  if (given.tls === false && url.tls === true) {
    throw new OptionsError(`${path}.tls`, 'expected true or options for tls.connect, because the URL asks for TLS (rediss://), got false');
  }
  if (typeof given.tls === 'object') return given.tls;
  return given.tls === true || url.tls === true ? {} : null;
}

const checkUrlAccess = shape({
  username: text,
  password: secret,
  tls: (value, path) => (value === true ? value : refuse(path, 'true', value)),
  database: checkDatabase,
} satisfies { [Name in keyof UrlAccess]-?: Check<NonNullable<UrlAccess[Name]>> });

// Judged by readSeeds, which knows the topology's default port.
const later: Check<unknown> = (value) => value;
const SINGLE = shape({ kind: later, address: later, url: checkUrlAccess });
const SEEDED = shape({ kind: later, seeds: later, url: checkUrlAccess });
const SENTINEL = shape({ kind: later, seeds: later, name: later, access: checkAccess, url: checkUrlAccess });

type Found = { readonly addresses: readonly Address[]; readonly url: UrlAccess };

function readSeeds(seeds: unknown, pathOf: (index: string) => string, defaultPort: number, allowPath: boolean): Found {
  const list: readonly unknown[] = Array.isArray(seeds) ? Array.from(seeds) : [seeds];
  if (list.length === 0) return refuse(pathOf(''), 'at least one seed', seeds);
  let url: UrlAccess | null = null;
  const addresses: Address[] = [];
  for (const [i, seed] of list.entries()) {
    const path = pathOf(`[${i}]`);
    const parsed = typeof seed === 'string' && seed.includes('://') ? parseNodeUrl(seed, path, defaultPort) : null;
    addresses.push(addressOf(parsed === null ? seed : firstOf(parsed.addresses), path, defaultPort, allowPath));
    if (parsed === null) continue;
    const access = accessOf(parsed);
    if (url !== null && !sameAccess(url, access)) {
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

function addressOf(seed: unknown, path: string, defaultPort: number, allowPath: boolean): Address {
  const expected = `a URL, host:port (IPv6 in brackets, port 1 to 65535), { host, port }${allowPath ? ' or { path }' : ''}`;
  const address = typeof seed === 'string' ? parseAddress(seed, defaultPort) : addressOfObject(seed, defaultPort);
  if (address === null) return refuse(path, expected, seed);
  if ('path' in address && !allowPath) throw new OptionsError(path, 'expected a host: these nodes name each other by host and port');
  return address;
}

function addressOfObject(seed: unknown, defaultPort: number): Address | null {
  if (typeof seed !== 'object' || seed === null) return null;
  if ('path' in seed)
    return typeof seed.path === 'string' && seed.path !== '' && Object.keys(seed).length === 1 ? { path: seed.path } : null;
  const { host, port = defaultPort, ...more }: { host?: unknown; port?: unknown } = seed;
  return typeof host === 'string' && isHost(host) && isPort(port) && Object.keys(more).length === 0
    ? { host: host.toLowerCase(), port }
    : null;
}

function accessOf(url: ConnectionUrl): UrlAccess {
  return {
    ...(url.username === undefined ? {} : { username: url.username }),
    ...(url.password === undefined ? {} : { password: url.password }),
    ...(url.tls ? { tls: true as const } : {}),
    ...(url.database === undefined ? {} : { database: url.database }),
  };
}

function sameAccess(a: UrlAccess, b: UrlAccess): boolean {
  return a.username === b.username && a.password === b.password && a.tls === b.tls && a.database === b.database;
}

function firstOf<T>(list: readonly T[]): T {
  const [first] = list;
  if (first === undefined) throw new RangeError('expected a list that is not empty');
  return first;
}

function finished(topology: SingleTopology | ReplicationTopology | SentinelTopology | ClusterTopology, url: UrlAccess): TopologyOptions {
  return deepFreeze({ ...topology, ...(Object.keys(url).length === 0 ? {} : { url }) }, ['tls']);
}
