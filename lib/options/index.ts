import type { ConnectionOptions as TlsConnectionOptions } from 'node:tls';
import { OptionsError } from '../errors.js';
import { addressKey, parseAddress } from './address.js';
import {
  type ChecksOf,
  checkDomains,
  checkKeyPrefix,
  checkNodes,
  checkOffload,
  checkTimeoutMs,
  type Domain,
  type DomainOptions,
  type NodeRule,
  type Offload,
  type OffloadOptions,
  refuseUnknownTags,
  resolveDomains,
  resolveNodes,
} from './domains.js';
import {
  checkLatencyWindowMs,
  checkMaxLagBytes,
  checkMaxLagMs,
  checkReadMode,
  checkReads,
  type ReadFunction,
  type ReadLimits,
  type ReadMode,
} from './reads.js';
import {
  type CredentialSource,
  type Credentials,
  checkCredentials,
  checkDatabase,
  checkGroup,
  checkTls,
  checkTopology,
  credentialsOf,
  type GroupOptions,
  type TopologyOptions,
  tlsOf,
  topologyOf,
} from './topology.js';
import { parseUrl } from './url.js';
import { type Check, deepFreeze, flag, func, integer, milliseconds, oneOf, recordOf, refuse, secret, shape, text } from './validate.js';

export { type Address, addressKey } from './address.js';
export type {
  Domain,
  DomainOptions,
  Fallback,
  GuardOptions,
  NodeRule,
  Offload,
  OffloadOptions,
  ReplicaSet,
} from './domains.js';
export type { ReadCandidate, ReadFunction, ReadLimits, ReadMode, ReadRequest } from './reads.js';
export type { CredentialSource, Credentials } from './topology.js';
export {
  type AccessOptions,
  type ClusterTopology,
  cluster,
  type GroupOptions,
  type ReplicationTopology,
  replication,
  type Seed,
  type SentinelTopology,
  type SingleTopology,
  sentinel,
  single,
  type TopologyOptions,
} from './topology.js';

export interface ClientOptions extends ReadLimits {
  /** Default: `single('redis://127.0.0.1:6379')`. */
  readonly topology?: TopologyOptions;
  readonly username?: string;
  readonly password?: string;
  /** Called at every connect instead of `username`/`password`, and again before what it gave expires. See docs/security.md. */
  readonly credentials?: () => Credentials | Promise<Credentials>;
  /** Default: false. */
  readonly tls?: boolean | TlsConnectionOptions;
  /** Number of the database that is selected on every connection. Default 0. */
  readonly database?: number;
  /** Shown in `CLIENT LIST`. Default: none. */
  readonly clientName?: string;
  /** RESP version to ask for. 3 falls back to 2 by itself. Default 3. */
  readonly protocol?: 2 | 3;
  /** Deadline of a command in ms: queueing, connecting, retries, redirects and the reply. 0: none. Default 10,000. */
  readonly timeoutMs?: number;
  /** Longest time for one TCP/TLS connect with its handshake, in ms. Default 2,000. */
  readonly connectTimeoutMs?: number;
  /** Which nodes may serve commands that only read, or a function that chooses one. Default `primary`. */
  readonly reads?: ReadMode | ReadFunction;
  /** Where this client is: reads prefer nodes of the same zone. Default: none. */
  readonly zone?: string;
  /**
   * Reads use only nodes whose round trip is at most so much longer than the shortest, in ms. 0: no window.
   * Default: 1 with `nearest`, else no window.
   */
  readonly latencyWindowMs?: number;
  readonly domains?: Readonly<Record<string, DomainOptions>>;
  /** Commands that read elsewhere than the others. Default: none. See docs/offload.md. */
  readonly offload?: OffloadOptions | readonly OffloadOptions[];
  /** A read that takes long is asked of a second node, too. Default false. See docs/hedging.md. */
  readonly hedge?: boolean;
  readonly nodes?: readonly NodeRule[];
  /** From the address a server tells to the one to connect to, both `host:port`. What is not in it stays as it is. */
  readonly addressMap?: Readonly<Record<string, string>> | ((address: string) => string | undefined);
  /** Reject at once instead of waiting while no node serves. Default false. */
  readonly failFast?: boolean;
  /** Bounds on commands that are not answered yet, over the whole client. Defaults 100,000 commands and 268,435,456 bytes. */
  readonly queue?: { readonly maxCommands?: number; readonly maxBytes?: number };
  readonly pool?: {
    /** Multiplexed connections a node. Default 1. */
    readonly shared?: number;
    /** Connections a node that are lent out one caller at a time. Default 256. */
    readonly maxExclusive?: number;
    /** How many unused ones of them stay open. Default 0. */
    readonly minExclusive?: number;
    /** How many of them are opened at the same time. Default 2. */
    readonly maxConnecting?: number;
    /** A returned exclusive connection closes after this idle time, in ms. Default 30,000. */
    readonly idleMs?: number;
    /** An exclusive connection is not lent again after this, in ms, less a random tenth. 0: no limit. Default 1,800,000. */
    readonly maxLifetimeMs?: number;
    /** Longest wait for an exclusive connection, in ms; 0: until the command's deadline. Default 0. */
    readonly acquireTimeoutMs?: number;
  };
  /** Backoff between connection attempts to one node, in ms, with full jitter. Defaults 10 and 2,000. */
  readonly reconnect?: { readonly minMs?: number; readonly maxMs?: number };
  readonly monitor?: {
    /** Time between topology probes when nothing happens, in ms. Default 30,000. */
    readonly periodMs?: number;
    /** Longest time between looks at the nodes of a shard that serve reads, in ms; shorter where lag limits or latency windows need it. Default 1,000. */
    readonly sampleMs?: number;
  };
  /** TCP keep-alive after this idle time, in ms. 0: off. Default 5,000. */
  readonly keepAliveMs?: number;
  /** How integer replies reach the caller. Default `number`, which rejects beyond 2^53 rather than rounding. */
  readonly integers?: 'number' | 'bigint' | 'string';
  /** Stands before every key on the server, and nowhere in the program. Default: none. See docs/key-prefix.md. */
  readonly keyPrefix?: string;
}

/** Options of one call or view: `redis.with({ … })`. */
export interface ViewOptions extends ReadLimits {
  /** In ms; 0: none. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  readonly reads?: ReadMode | ReadFunction;
  /** A read that takes long is asked of a second node, too. */
  readonly hedge?: boolean;
  /** A write may run twice if its connection breaks: retry it. Default false. */
  readonly idempotent?: boolean;
  /** Text replies as Buffers. Default false. */
  readonly buffers?: boolean;
  readonly integers?: 'number' | 'bigint' | 'string';
  /** Writes resolve when so many replicas have them, and reject with `NotReplicatedError` if that takes longer. Default: none. */
  readonly waitReplicas?: WaitReplicas;
}

/** How many replicas must say that they have a write, and how long they may take, in ms. */
export interface WaitReplicas {
  readonly count: number;
  readonly timeoutMs: number;
}

/** The client's options after validation: frozen, with every default filled in. */
export interface Options {
  readonly topology: TopologyOptions;
  readonly credentials: CredentialSource | null;
  readonly tls: TlsConnectionOptions | null;
  readonly database: number;
  readonly clientName: string | null;
  readonly protocol: 2 | 3;
  readonly timeoutMs: number;
  readonly connectTimeoutMs: number;
  readonly reads: ReadMode | ReadFunction;
  /** 0: no limit. */
  readonly maxLagMs: number;
  readonly maxLagBytes: number;
  readonly zone: string | null;
  /** 0: none; null: as the mode has it. */
  readonly latencyWindowMs: number | null;
  readonly domains: readonly Domain[];
  readonly offload: readonly Offload[];
  readonly hedge: boolean;
  readonly nodes: readonly NodeRule[];
  readonly addressMap: ((address: string) => string | undefined) | null;
  readonly failFast: boolean;
  readonly queue: { readonly maxCommands: number; readonly maxBytes: number };
  readonly pool: {
    readonly shared: number;
    readonly maxExclusive: number;
    readonly minExclusive: number;
    readonly maxConnecting: number;
    readonly idleMs: number;
    readonly maxLifetimeMs: number;
    readonly acquireTimeoutMs: number;
  };
  readonly reconnect: { readonly minMs: number; readonly maxMs: number };
  readonly monitor: { readonly periodMs: number; readonly sampleMs: number };
  readonly keepAliveMs: number;
  readonly integers: 'number' | 'bigint' | 'string';
  readonly keyPrefix: string | null;
}

/** What a client has that was told nothing else. The documentation's table is tested against it. */
export const DEFAULTS: Options = deepFreeze({
  // As data, because reading a URL would be a sixteenth of what loading the library takes.
  topology: { kind: 'single', address: { host: '127.0.0.1', port: 6379 } },
  credentials: null,
  tls: null,
  database: 0,
  clientName: null,
  protocol: 3,
  timeoutMs: 10_000,
  connectTimeoutMs: 2_000,
  reads: 'primary',
  maxLagMs: 0,
  maxLagBytes: 0,
  zone: null,
  latencyWindowMs: null,
  domains: [],
  offload: [],
  hedge: false,
  nodes: [],
  addressMap: null,
  failFast: false,
  queue: { maxCommands: 100_000, maxBytes: 268_435_456 },
  pool: { shared: 1, maxExclusive: 256, minExclusive: 0, maxConnecting: 2, idleMs: 30_000, maxLifetimeMs: 1_800_000, acquireTimeoutMs: 0 },
  reconnect: { minMs: 10, maxMs: 2_000 },
  monitor: { periodMs: 30_000, sampleMs: 1_000 },
  keepAliveMs: 5_000,
  integers: 'number',
  keyPrefix: null,
});

// The characters that CLIENT SETNAME takes, https://redis.io/docs/latest/commands/client-setname/
const checkClientName: Check<string> = (value, path) =>
  typeof value === 'string' && /^[!-~]+$/.test(value) ? value : refuse(path, 'printable ASCII without spaces', value);

const checkHostPort: Check<string> = (value, path) => {
  const address = typeof value === 'string' ? parseAddress(value, null) : null;
  return address === null ? refuse(path, 'host:port', value) : addressKey(address);
};
const checkMapEntries = recordOf(checkHostPort, 'a function, or an object of host:port to host:port');
const checkMapFunction = func<(address: string) => string | undefined>();

const checkAddressMap: Check<(address: string) => string | undefined> = (value, path) => {
  if (typeof value === 'function') return checkMapFunction(value, path);
  const entries = Object.entries(checkMapEntries(value, path));
  const map = new Map(entries.map(([from, to]) => [checkHostPort(from, path), to]));
  return (address) => map.get(address);
};

const checkCount = integer(1, Number.MAX_SAFE_INTEGER);

const CLIENT = {
  topology: checkTopology,
  username: text,
  password: secret,
  credentials: checkCredentials,
  tls: checkTls,
  database: checkDatabase,
  clientName: checkClientName,
  protocol: oneOf<2 | 3>(2, 3),
  timeoutMs: checkTimeoutMs,
  connectTimeoutMs: milliseconds(1),
  reads: checkReads,
  maxLagMs: checkMaxLagMs,
  maxLagBytes: checkMaxLagBytes,
  zone: text,
  latencyWindowMs: checkLatencyWindowMs,
  domains: checkDomains,
  offload: checkOffload,
  hedge: flag,
  nodes: checkNodes,
  addressMap: checkAddressMap,
  failFast: flag,
  queue: shape({ maxCommands: checkCount, maxBytes: checkCount } satisfies ChecksOf<Options['queue']>),
  pool: shape({
    shared: integer(1, 1_024),
    maxExclusive: integer(1, 65_535),
    minExclusive: integer(0, 65_535),
    maxConnecting: integer(1, 1_024),
    idleMs: milliseconds(1),
    maxLifetimeMs: milliseconds(0, 'no limit'),
    acquireTimeoutMs: milliseconds(0, 'until the deadline'),
  } satisfies ChecksOf<Options['pool']>),
  reconnect: shape({ minMs: milliseconds(1), maxMs: milliseconds(1) } satisfies ChecksOf<Options['reconnect']>),
  // The monitor itself never probes more often than this.
  monitor: shape({ periodMs: milliseconds(100), sampleMs: milliseconds(100) } satisfies ChecksOf<Options['monitor']>),
  keepAliveMs: milliseconds(0, 'off'),
  integers: oneOf<Options['integers']>('number', 'bigint', 'string'),
  keyPrefix: checkKeyPrefix,
} satisfies ChecksOf<ClientOptions>;

const checkClient = shape(CLIENT);
type Given = ReturnType<typeof checkClient>;

/** Checks a client's options or URL and fills in the defaults. Throws an `OptionsError` that names the first mistake. */
export function resolveOptions(input: string | ClientOptions = {}): Options {
  if (typeof input === 'string') return resolved(givenByUrl(input), 'url');
  if (typeof input !== 'object' || input === null) return refuse('options', 'a URL or an object of options', input);
  return resolved(checkClient(input, 'options'), 'options');
}

const checkWaitReplicas = shape({ count: checkCount, timeoutMs: milliseconds(1) } satisfies ChecksOf<WaitReplicas>);

/** By its interface: a signal may come from another realm, or from a polyfill. */
export const checkSignal: Check<AbortSignal> = (value, path) => (isAbortSignal(value) ? value : refuse(path, 'an AbortSignal', value));

const checkView = shape({
  timeoutMs: checkTimeoutMs,
  signal: checkSignal,
  reads: checkReads,
  maxLagMs: checkMaxLagMs,
  maxLagBytes: checkMaxLagBytes,
  hedge: flag,
  idempotent: flag,
  buffers: flag,
  integers: CLIENT.integers,
  waitReplicas: (value, path) => {
    const { count, timeoutMs } = checkWaitReplicas(value, path);
    return count === undefined || timeoutMs === undefined ? refuse(path, '{ count, timeoutMs }', value) : { count, timeoutMs };
  },
} satisfies ChecksOf<ViewOptions>);

/** Checks what was given to `with()`. */
export function resolveView(input: ViewOptions): ViewOptions {
  return Object.freeze(checkView(input, 'with'));
}

/** The options of a client on another group of the same sentinels. */
export function resolveGroup(client: Options, name: string, input: GroupOptions): Options {
  if (client.topology.kind !== 'sentinel')
    throw new OptionsError('group(name)', `expected a client of sentinels; this one's topology is ${client.topology.kind}`);
  const given = checkGroup(input, 'group(name, options)');
  const own = given.username !== undefined || given.password !== undefined || given.credentials !== undefined;
  return deepFreeze(
    {
      ...client,
      topology: { ...client.topology, name: text(name, 'group(name)') },
      credentials: own ? credentialsOf(given, {}, 'group(name, options)') : client.credentials,
      tls: given.tls === undefined ? client.tls : tlsOf(given, {}, 'group(name, options)'),
      database: given.database ?? client.database,
    },
    ['tls'],
  );
}

function isAbortSignal(value: unknown): value is AbortSignal {
  return value instanceof AbortSignal || (typeof value === 'object' && value !== null && 'aborted' in value && 'addEventListener' in value);
}

/** The options that a URL may carry as parameters. What is a secret has its place before the hosts, save the sentinels' own. */
const PARAMETERS = {
  clientName: CLIENT.clientName,
  database: CLIENT.database,
  protocol: CLIENT.protocol,
  timeoutMs: CLIENT.timeoutMs,
  connectTimeoutMs: CLIENT.connectTimeoutMs,
  reads: checkReadMode,
};
const checkParameters = shape(PARAMETERS, 'parameters', 'parameter');
const checkSentinelParameters = shape({ ...PARAMETERS, sentinelUsername: text, sentinelPassword: secret }, 'parameters', 'parameter');
const NUMBERS: readonly string[] = ['protocol', 'timeoutMs', 'connectTimeoutMs'];

function givenByUrl(input: string): Given {
  const url = parseUrl(input, 'url');
  const parameters = Object.fromEntries(
    Object.entries(url.parameters).map(([name, value]) => [name, NUMBERS.includes(name) && /^[\d.]+$/.test(value) ? Number(value) : value]),
  );
  if (url.kind !== 'sentinel') return { ...checkParameters(parameters, 'url'), topology: topologyOf(url, {}) };
  const { sentinelUsername, sentinelPassword, ...given } = checkSentinelParameters(parameters, 'url');
  const access = {
    ...(sentinelUsername === undefined ? {} : { username: sentinelUsername }),
    ...(sentinelPassword === undefined ? {} : { password: sentinelPassword }),
  };
  return { ...given, topology: topologyOf(url, access) };
}

function resolved(given: Given, path: string): Options {
  const { url = {}, ...topology } = given.topology ?? DEFAULTS.topology;
  const reads = given.reads ?? DEFAULTS.reads;
  const timeoutMs = given.timeoutMs ?? DEFAULTS.timeoutMs;
  const keyPrefix = given.keyPrefix || DEFAULTS.keyPrefix;
  const readLimits = {
    maxLagMs: given.maxLagMs ?? DEFAULTS.maxLagMs,
    maxLagBytes: given.maxLagBytes ?? DEFAULTS.maxLagBytes,
    zone: given.zone ?? DEFAULTS.zone,
    latencyWindowMs: given.latencyWindowMs ?? DEFAULTS.latencyWindowMs,
  };
  const nodes = resolveNodes(given.nodes ?? [], path);
  const offload = given.offload ?? DEFAULTS.offload;
  for (const { replicas } of offload) refuseUnknownTags(replicas, nodes, `${path}.offload`);
  const reconnect = { ...DEFAULTS.reconnect, ...given.reconnect };
  if (reconnect.minMs > reconnect.maxMs) refuse(`${path}.reconnect.minMs`, `at most reconnect.maxMs (${reconnect.maxMs})`, reconnect.minMs);
  const options: Options = {
    topology,
    credentials: credentialsOf(given, url, path),
    tls: tlsOf(given, url, path),
    database: given.database ?? url.database ?? DEFAULTS.database,
    clientName: given.clientName ?? DEFAULTS.clientName,
    protocol: given.protocol ?? DEFAULTS.protocol,
    timeoutMs,
    connectTimeoutMs: given.connectTimeoutMs ?? DEFAULTS.connectTimeoutMs,
    reads,
    ...readLimits,
    domains: resolveDomains(
      given.domains ?? {},
      { reads, ...readLimits, timeoutMs, keyPrefix, hedge: given.hedge ?? DEFAULTS.hedge, nodes },
      path,
    ),
    offload,
    hedge: given.hedge ?? DEFAULTS.hedge,
    nodes,
    addressMap: given.addressMap ?? DEFAULTS.addressMap,
    failFast: given.failFast ?? DEFAULTS.failFast,
    queue: { ...DEFAULTS.queue, ...given.queue },
    pool: { ...DEFAULTS.pool, ...given.pool },
    reconnect,
    monitor: { ...DEFAULTS.monitor, ...given.monitor },
    keepAliveMs: given.keepAliveMs ?? DEFAULTS.keepAliveMs,
    integers: given.integers ?? DEFAULTS.integers,
    keyPrefix,
  };
  return deepFreeze(options, ['tls']);
}
