import { type ClientOptions, cluster, sentinel, single, type TlsOptions } from '../../../index.js';
import { warnOnce } from '../../shared/warnings.js';
import { credentialsOf } from './credentials.js';
import { CLIENT_OPTIONS, CLUSTER_OPTIONS, POOL_OPTIONS, SENTINEL_OPTIONS, SOCKET_OPTIONS, TLS_NAMES, TLS_SOCKET_NAMES } from './tables.js';
import { type Treatments, treat } from './treatment.js';
import type {
  NodeAddressMap,
  RedisClientOptions,
  RedisClusterOptions,
  RedisNodeOptions,
  RedisPoolOptions,
  RedisSentinelOptions,
  RedisSocketOptions,
} from './types.js';
import { withUrl } from './url.js';

type Address = { readonly host: string; readonly port: number } | { readonly path: string };
type Writable<T> = { -readonly [K in keyof T]: T[K] };
type Mapped = Writable<ClientOptions>;

const DEFAULT_PORT = 6379;

/** The library's options of `createClient`'s. Warns of what is not honoured, throws for what is refused. */
export function mapClientOptions(given: RedisClientOptions): ClientOptions {
  const options = withUrl(given);
  return { ...mapNode(options, CLIENT_OPTIONS), topology: single(addressOf(options.socket)) };
}

/** The library's options of `createCluster`'s: what nodes have is the same for all of them. */
export function mapClusterOptions(given: RedisClusterOptions): ClientOptions {
  treat(given, CLUSTER_OPTIONS);
  const nodes = given.rootNodes.map((node) => withUrl(node));
  const seeds = nodes.map((node) => addressOf(node.socket)).filter((address) => 'host' in address);
  const [first] = nodes;
  // A TLS that only the root nodes have is meant for all: the servers name each other without it.
  const tls = first?.socket?.tls === true && given.defaults?.socket?.tls === undefined ? { socket: { ...first.socket } } : {};
  const login = first === undefined ? {} : pick(first, ['username', 'password', 'credentialsProvider']);
  const defaults = withUrl({ ...login, ...tls, ...given.defaults });
  const { username: _, ...shared } = mapNode({ ...defaults, ...pick(given, COMMON) }, CLIENT_OPTIONS, 'defaults.');
  return {
    ...shared,
    ...(defaults.username === undefined || defaults.password === undefined ? {} : { username: defaults.username }),
    topology: cluster(seeds),
    ...(given.useReplicas ? { reads: 'replicaPreferred' as const } : {}),
    ...addressMapOf(given.nodeAddressMap),
  };
}

/** The library's options of `createSentinel`'s. */
export function mapSentinelOptions(given: RedisSentinelOptions): ClientOptions {
  treat(given, SENTINEL_OPTIONS);
  const own = mapNode(withUrl(given.sentinelClientOptions ?? {}), CLIENT_OPTIONS, 'sentinelClientOptions.');
  const { username, password, credentials, tls } = own;
  const access = Object.fromEntries(Object.entries({ username, password, credentials, tls }).filter(([, value]) => value !== undefined));
  return {
    ...mapNode({ ...withUrl(given.nodeClientOptions ?? {}), ...pick(given, COMMON) }, CLIENT_OPTIONS, 'nodeClientOptions.'),
    topology: sentinel(
      given.sentinelRootNodes.map(({ host, port }) => ({ host, port })),
      given.name,
      access,
    ),
    ...((given.replicaPoolSize ?? 0) > 0 ? { reads: 'replicaPreferred' as const } : {}),
    ...(given.scanInterval === undefined || given.scanInterval <= 0 ? {} : { monitor: { periodMs: given.scanInterval } }),
    ...addressMapOf(given.nodeAddressMap),
  };
}

/** The library's options of `createClientPool`'s. */
export function mapPoolOptions(given: RedisClientOptions, pool: RedisPoolOptions): ClientOptions {
  treat(pool, POOL_OPTIONS, 'pool.');
  const { minimum, maximum, acquireTimeout, cleanupDelay } = pool;
  return {
    ...mapClientOptions(given),
    pool: {
      ...(minimum === undefined ? {} : { minExclusive: minimum }),
      ...(maximum === undefined ? {} : { maxExclusive: maximum }),
      ...(acquireTimeout === undefined ? {} : { acquireTimeoutMs: acquireTimeout }),
      ...(cleanupDelay === undefined ? {} : { idleMs: cleanupDelay }),
    },
  };
}

const COMMON = ['RESP', 'commandOptions'] as const;

function mapNode(options: RedisNodeOptions, table: Treatments, prefix = ''): Mapped {
  treat(options, table, prefix);
  const { socket = {} } = options;
  treat(socket, SOCKET_OPTIONS, `${prefix}socket.`);
  const mapped: Mapped = { protocol: options.RESP ?? 3, ...loginOf(options), ...tlsOf(socket), ...timesOf(socket) };
  if (options.name !== undefined) mapped.clientName = options.name;
  if (options.database !== undefined) mapped.database = options.database;
  if (options.commandsQueueMaxLength) mapped.queue = { maxCommands: options.commandsQueueMaxLength };
  if (options.disableOfflineQueue) mapped.failFast = true;
  if (options.commandOptions?.timeout !== undefined) mapped.timeoutMs = options.commandOptions.timeout;
  return mapped;
}

function loginOf({ username, password, credentialsProvider }: RedisNodeOptions): Mapped {
  if (credentialsProvider !== undefined) return { credentials: credentialsOf(credentialsProvider) };
  if (!password) return {};
  return username ? { username, password } : { password };
}

function tlsOf(socket: RedisSocketOptions): Mapped {
  if (socket.tls !== true) {
    for (const name of TLS_SOCKET_NAMES) {
      if (socket[name] !== undefined)
        warnOnce('node-redis', `socket.${name}`, 'without TLS, connections are made as the system makes them');
    }
    return {};
  }
  return { tls: pick(socket, [...TLS_NAMES, ...TLS_SOCKET_NAMES]) as TlsOptions }; // Node checks them
}

function timesOf(socket: RedisSocketOptions): Mapped {
  const { connectTimeout, keepAlive, keepAliveInitialDelay, reconnectStrategy } = socket;
  const delay = typeof reconnectStrategy === 'number' ? Math.max(reconnectStrategy, 1) : undefined;
  return {
    ...(connectTimeout ? { connectTimeoutMs: connectTimeout } : {}),
    ...(keepAlive === false ? { keepAliveMs: 0 } : keepAliveInitialDelay === undefined ? {} : { keepAliveMs: keepAliveInitialDelay }),
    ...(delay === undefined ? {} : { reconnect: { minMs: delay, maxMs: delay } }),
  };
}

function addressOf(socket: RedisSocketOptions = {}): Address {
  if (socket.path !== undefined) return { path: socket.path };
  return { host: socket.host || 'localhost', port: socket.port ?? DEFAULT_PORT };
}

function addressMapOf(map: NodeAddressMap | undefined): Pick<ClientOptions, 'addressMap'> {
  if (map === undefined) return {};
  const textOf = (node: { readonly host: string; readonly port: number } | undefined): string | undefined =>
    node && `${node.host.includes(':') ? `[${node.host}]` : node.host}:${node.port}`;
  return { addressMap: (address) => textOf(typeof map === 'function' ? map(address) : map[address]) };
}

function pick<T extends object, K extends keyof T>(from: T, names: readonly K[]): Pick<T, K> {
  return Object.fromEntries(names.filter((name) => from[name] !== undefined).map((name) => [name, from[name]])) as Pick<T, K>; // by the names
}
