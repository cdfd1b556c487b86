import {
  type Address,
  type ClientOptions,
  endpoints,
  type NodeRule,
  type ReadFunction,
  type ReadMode,
  type Redis,
  sentinel,
  single,
  type TlsOptions,
  type TopologyOptions,
  type ViewOptions,
} from '../../../index.js';
import type { AddressFromResponse, NatMap, PreferredSlaves, RedisOptions, TlsSetting } from './redis-options.js';

/** Deadline of commands whose retries are bounded: longer than 20 retries of ioredis take. The engine ends what nobody else would. */
const LONGEST_MS = 90_000;

/** Named, this user takes any password where it needs none; what is told `AUTH password` alone refuses it then. A proxy may know no users. */
const DEFAULT_USER = 'default';

/** How the engine of a connection is made, and the views that its commands take. */
export interface EngineSettings {
  /** What objects that share an engine have in common. */
  readonly client: ClientOptions;
  readonly view: ViewSettings;
  /** A client that a program made stands in the place of one with these options. */
  readonly over?: ClientGiven;
}

/** A client that a program made, and the name that an object has there. */
export interface ClientGiven {
  readonly client: Redis;
  readonly clientName?: string;
}

export type ViewSettings = Required<Pick<ViewOptions, 'timeoutMs' | 'reads' | 'idempotent' | 'integers'>>;

/** Settings of `new Redis()`. `pinned`: the server is asked nothing of itself, so that a node of a cluster, or a sentinel, does as well. */
export function engineSettings(options: RedisOptions, pinned = false): EngineSettings {
  const isSlave = hasSentinels(options) && options.role === 'slave';
  return {
    client: {
      topology: topologyOf(options, pinned),
      ...commonOptions(options),
      ...login(options.username || (pinned ? null : DEFAULT_USER), options.password),
      ...dataAccess(options),
      ...preferences(options, isSlave),
    },
    view: viewSettings(options, isSlave ? (choiceOf(options.preferredSlaves) ?? 'replica') : 'primary'),
  };
}

/** How the commands of an object are treated. */
export function viewSettings(options: RedisOptions, reads: ReadMode | ReadFunction): ViewSettings {
  return {
    timeoutMs: deadlineOf(options),
    reads,
    idempotent: options.retryWrites === 'ioredis',
    integers: options.stringNumbers === true ? 'string' : 'number',
  };
}

export function hasSentinels({ sentinels }: RedisOptions): boolean {
  return Array.isArray(sentinels);
}

function topologyOf(options: RedisOptions, pinned: boolean): TopologyOptions {
  if (hasSentinels(options)) return sentinelsOf(options);
  const seed = options.path ? { path: options.path } : { host: options.host || 'localhost', port: options.port || 6379 };
  return pinned ? endpoints(seed, { speaks: 'plain' }) : single(seed);
}

function sentinelsOf(options: RedisOptions): TopologyOptions {
  const { sentinels, name, sentinelUsername, sentinelPassword, sentinelTLS } = options;
  if (sentinels?.length === 0) throw new Error('Requires at least one sentinel to connect to.');
  if (!name) throw new Error('Requires the name of master.');
  const seeds = (sentinels ?? []).map(({ host = '127.0.0.1', port = 26379 }) => ({ host, port: Number(port) }));
  return sentinel(seeds, name, {
    ...login(sentinelUsername, sentinelPassword),
    ...(sentinelTLS ? { tls: tlsOf(sentinelTLS) } : {}),
  });
}

/** What `Redis` and `Cluster` take alike. */
export function commonOptions(options: RedisOptions): ClientOptions {
  const { connectTimeout, keepAlive, connectionName, natMap } = options;
  return {
    protocol: options.replyMapping === 'resp3' ? 3 : 2,
    ...(isPositive(connectTimeout) ? { connectTimeoutMs: connectTimeout } : {}),
    ...(typeof keepAlive === 'number' && keepAlive >= 0 ? { keepAliveMs: Math.floor(keepAlive) } : {}),
    ...(isName(connectionName) ? { clientName: connectionName } : {}),
    ...(natMap ? { addressMap: addressMapOf(natMap) } : {}),
  };
}

function dataAccess(options: RedisOptions): ClientOptions {
  const { tls, db } = options;
  const isPlain = hasSentinels(options) && options.enableTLSForSentinelMode !== true;
  return { ...(tls && !isPlain ? { tls: tlsOf(tls) } : {}), ...(isPositive(db) ? { database: db } : {}) };
}

/** ioredis waits as long as its retries go on. */
function deadlineOf({ commandTimeout, maxRetriesPerRequest }: RedisOptions): number {
  if (typeof commandTimeout === 'number') return Math.max(1, Math.floor(commandTimeout));
  return typeof maxRetriesPerRequest === 'number' && maxRetriesPerRequest >= 0 ? LONGEST_MS : 0;
}

export function login(username: string | null | undefined, password: string | null | undefined): ClientOptions {
  if (!password) return {};
  return username ? { username, password } : { password };
}

/** The server is named elsewhere: `host` and `port` here were for `tls.connect`, and `profile` names a certificate of ioredis. */
export function tlsOf(tls: TlsSetting): boolean | TlsOptions {
  // A text is the name of a profile.
  if (typeof tls !== 'object' || tls === null) return Boolean(tls);
  const { host: _host, port: _port, profile: _profile, ...options } = tls;
  return options;
}

/** Names that the server takes: https://redis.io/docs/latest/commands/client-setname/. ioredis goes on without one that it refuses. */
export function isName(name: unknown): name is string {
  return typeof name === 'string' && /^[!-~]+$/.test(name);
}

function isPositive(value: unknown): value is number {
  return typeof value === 'number' && value > 0;
}

export function addressMapOf(natMap: NatMap): (address: string) => string | undefined {
  return (address) => {
    const mapped = typeof natMap === 'function' ? natMap(address) : natMap[address];
    return mapped ? keyOf(mapped) : undefined;
  };
}

/** `host:port`, IPv6 in brackets. */
export function keyOf({ host, port }: { readonly host: string; readonly port: number }): string {
  return `${host.includes(':') && !host.startsWith('[') ? `[${host}]` : host}:${port}`;
}

// --- replicas by preference

function preferences({ preferredSlaves }: RedisOptions, isSlave: boolean): { nodes?: readonly NodeRule[] } {
  if (!isSlave || !preferredSlaves || typeof preferredSlaves === 'function') return {};
  const list = Array.isArray(preferredSlaves) ? preferredSlaves : [preferredSlaves];
  const rules = list.map(({ ip, port, prio = 1 }) => ({ match: keyOf({ host: ip, port: Number(port) }), priority: Math.max(0, prio) }));
  // Others serve where none of these does.
  return { nodes: [...rules, { match: '*', priority: 1_000_000 }] };
}

function choiceOf(preferred: PreferredSlaves | undefined): ReadFunction | null {
  if (typeof preferred !== 'function') return null;
  return ({ candidates }) => {
    const replicas = candidates.filter(({ role }) => role === 'replica');
    const usable = replicas.length > 0 ? replicas : candidates;
    const chosen = preferred(usable.map(({ address }) => asResponse(address)));
    const found = usable.find(({ address }) => chosen !== null && isSame(asResponse(address), chosen));
    return found ?? usable[0]?.key ?? '';
  };
}

function asResponse(address: Address): AddressFromResponse {
  return 'path' in address
    ? { ip: address.path, port: '0', flags: 'slave' }
    : { ip: address.host, port: String(address.port), flags: 'slave' };
}

function isSame(a: AddressFromResponse, b: AddressFromResponse): boolean {
  return a.ip === b.ip && String(a.port) === String(b.port);
}

/** The options on which the engine depends: objects that have them alike may share one. */
const OF_THE_ENGINE: readonly (keyof RedisOptions)[] = [
  'connectTimeout',
  'connectionName',
  'db',
  'enableTLSForSentinelMode',
  'host',
  'keepAlive',
  'name',
  'natMap',
  'password',
  'path',
  'port',
  'preferredSlaves',
  'replyMapping',
  'role',
  'sentinelPassword',
  'sentinelTLS',
  'sentinelUsername',
  'sentinels',
  'tls',
  'username',
];

export function mayShareEngine(one: RedisOptions, other: RedisOptions): boolean {
  return OF_THE_ENGINE.every((name) => one[name] === other[name]);
}
