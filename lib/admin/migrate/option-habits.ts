import type { Habits } from './habits.js';

const SEEDS = "topology: single('redis://host:port')";
const TIME = 'timeoutMs: a deadline for all of a command, attempts and waiting included';
const BACKOFF = 'reconnect: { minMs, maxMs }; a client never gives up by itself, its commands end by timeoutMs';

/** What the options of ioredis are natively. Those that are missing here have no counterpart. */
const IOREDIS: Habits = {
  host: SEEDS,
  port: SEEDS,
  path: "topology: single('unix:///path')",
  family: 'none: every address of a name is tried',
  db: 'database',
  username: 'username',
  password: 'password',
  keyPrefix: 'keyPrefix',
  connectionName: 'clientName',
  lazyConnect: 'none: a client connects with its first command, or by connect()',
  connectTimeout: 'connectTimeoutMs',
  commandTimeout: TIME,
  socketTimeout: 'none: a silent server is found out by itself',
  blockingTimeout: 'none: a blocking command ends by its own timeout and by that of its server',
  maxRetriesPerRequest: `${TIME}; how often is decided by what can be proved`,
  retryStrategy: BACKOFF,
  reconnectOnError: 'none: READONLY, LOADING and the like are understood',
  enableOfflineQueue: 'failFast: true, where false was meant',
  enableReadyCheck: 'none: LOADING is waited for',
  enableAutoPipelining: 'none: commands of one tick travel together always',
  autoResubscribe: 'none: subscriptions come back always',
  autoResendUnfulfilledCommands: 'with({ idempotent: true }) for writes that may run twice; reads are sent again always',
  keepAlive: 'keepAliveMs',
  noDelay: 'none: always',
  readOnly: "reads: 'replica'",
  stringNumbers: "integers: 'string'",
  protocol: 'protocol',
  sentinels: "topology: sentinel(['redis://host:26379', …], 'mymaster')",
  name: "topology: sentinel([…], 'mymaster')",
  role: "reads: 'replica', where slave was meant",
  sentinelPassword: "topology: sentinel(['redis://:password@host:26379'], 'mymaster')",
  sentinelUsername: "topology: sentinel(['redis://user:password@host:26379'], 'mymaster')",
  natMap: 'addressMap',
  tls: 'tls',
  scaleReads: 'reads',
  redisOptions: 'the options of the client themselves',
  clusterRetryStrategy: BACKOFF,
  slotsRefreshInterval: 'monitor: { periodMs }',
  scripts: 'defineScript()',
};

/** The same for node-redis. */
const NODE_REDIS: Habits = {
  url: 'topology: single(url), or the URL itself',
  socket: `${SEEDS}; connectTimeoutMs, keepAliveMs, tls`,
  username: 'username',
  password: 'password',
  credentialsProvider: 'credentials',
  name: 'clientName; for Sentinel the second argument of sentinel()',
  database: 'database',
  commandsQueueMaxLength: 'queue: { maxCommands }',
  disableOfflineQueue: 'failFast',
  readonly: "reads: 'replica'",
  pingInterval: 'none: a silent server is found out by itself',
  RESP: 'protocol',
  rootNodes: "topology: cluster(['redis://host:port', …])",
  defaults: 'the options of the client themselves',
  useReplicas: "reads: 'replicaPreferred'",
  nodeAddressMap: 'addressMap',
  minimizeConnections: 'none: a connection is opened with the first command that needs it',
  sentinelRootNodes: "topology: sentinel(['redis://host:26379', …], 'mymaster')",
  nodeClientOptions: 'the options of the client themselves',
  sentinelClientOptions: 'user and password in the URLs of sentinel()',
  replicaPoolSize: 'none',
  masterPoolSize: 'pool: { shared }',
  scripts: 'defineScript()',
  functions: 'fcall()',
  modules: "call('JSON.GET', …)",
  isolationPoolOptions: 'pool: { maxExclusive, … }',
};

/** Options by client. */
export const OPTION_HABITS = { ioredis: IOREDIS, 'node-redis': NODE_REDIS } as const;
