import type { Treatments } from './treatment.js';

const isTrue = (value: unknown): boolean => value === true;
const CACHE = 'replies are not cached in this client; leave it out, and keep what may be old in a cache of the program';
const SAME = 'each connection names this library to the server';
const MAINTENANCE = 'these notifications come from Redis Enterprise; the client finds what moved by its own probes';

/** What all clients have: commands, replies, scripts. */
export const COMMANDER_OPTIONS: Treatments = {
  RESP: { mapped: 'protocol' },
  commandOptions: { kept: 'typeMapping, timeout, abortSignal, and idempotent, of our own' },
  functions: { kept: 'methods by library' },
  keyPrefix: { kept: 'stands before keys that are sent, and stays in replies' },
  modules: { kept: 'commands that are given, such as those of @redis/json' },
  scripts: { kept: 'methods, loaded where the server lacks them' },
};

/** Options of `createClient`, and of nodes. */
export const CLIENT_OPTIONS: Treatments = {
  ...COMMANDER_OPTIONS,
  url: { mapped: 'topology: single(url)' },
  socket: { kept: 'its own table' },
  username: { mapped: 'username' },
  password: { mapped: 'password' },
  credentialsProvider: { mapped: 'credentials; a streaming one logs in again by reauthenticate()' },
  name: { mapped: 'clientName' },
  database: { mapped: 'database' },
  commandsQueueMaxLength: { mapped: 'queue.maxCommands' },
  disableOfflineQueue: { mapped: 'failFast' },
  readonly: { needless: 'a single server is read whatever its role; in a cluster use useReplicas' },
  pingInterval: { kept: 'emits ping-interval' },
  clientSideCache: { refused: CACHE },
  emitInvalidate: { refused: 'a shared connection tracks no keys; use keyspaceEvents() of the library' },
  disableClientInfo: { warned: SAME, unless: (value) => value === false },
  clientInfoTag: { warned: SAME },
  maintNotifications: { warned: MAINTENANCE, unless: (value) => value === 'auto' || value === 'disabled' },
  maintEndpointType: { warned: MAINTENANCE },
  maintRelaxedCommandTimeout: { warned: MAINTENANCE },
  maintRelaxedSocketTimeout: { warned: MAINTENANCE },
  himportRegistry: { needless: 'internal to node-redis' },
  legacyMode: { refused: 'callbacks are of node-redis 3; use promises' },
  isolationPoolOptions: { needless: 'of node-redis 4: commands that block have connections of their own' },
};

/** Options of `socket` that are about its TLS, and go into the option `tls` as they are. */
export const TLS_NAMES = [
  'ALPNCallback',
  'ALPNProtocols',
  'SNICallback',
  'allowPartialTrustChain',
  'ca',
  'cert',
  'checkServerIdentity',
  'ciphers',
  'crl',
  'dhparam',
  'ecdhCurve',
  'enableTrace',
  'honorCipherOrder',
  'key',
  'maxVersion',
  'minDHSize',
  'minVersion',
  'passphrase',
  'pfx',
  'pskCallback',
  'rejectUnauthorized',
  'requestCert',
  'secureContext',
  'secureOptions',
  'secureProtocol',
  'servername',
  'session',
  'sessionIdContext',
  'sigalgs',
] as const;

/** Options of `socket` that `tls` takes, too; without TLS they have no effect. */
export const TLS_SOCKET_NAMES = [
  'family',
  'hints',
  'localAddress',
  'localPort',
  'lookup',
  'autoSelectFamily',
  'autoSelectFamilyAttemptTimeout',
] as const;

const ONLY_TLS = 'mapped to tls; a connection without TLS goes by the system';

/** Options of `socket`. */
export const SOCKET_OPTIONS: Treatments = {
  host: { mapped: 'topology: single({ host, port })' },
  port: { mapped: 'topology: single({ host, port })' },
  path: { mapped: 'topology: single({ path })' },
  tls: { mapped: 'tls, with the other options for tls.connect' },
  connectTimeout: { mapped: 'connectTimeoutMs' },
  reconnectStrategy: { kept: 'false and errors end the client; numbers are `reconnect`, those of a function are not waited for' },
  socketTimeout: { warned: 'connections that fall silent are found by probes' },
  keepAlive: { mapped: 'keepAliveMs: 0 where it is false' },
  keepAliveInitialDelay: { mapped: 'keepAliveMs' },
  noDelay: { warned: 'it is always on', unless: isTrue },
  ...Object.fromEntries(TLS_NAMES.map((name) => [name, { mapped: 'tls' }])),
  ...Object.fromEntries(TLS_SOCKET_NAMES.map((name) => [name, { kept: ONLY_TLS }])),
};

/** Options of `createCluster`. */
export const CLUSTER_OPTIONS: Treatments = {
  ...COMMANDER_OPTIONS,
  rootNodes: { mapped: 'topology: cluster(seeds)' },
  defaults: { kept: 'the options of createClient for all nodes' },
  useReplicas: { mapped: "reads: 'replicaPreferred'" },
  nodeAddressMap: { mapped: 'addressMap' },
  minimizeConnections: { needless: 'connections are opened when they are needed' },
  maxCommandRedirections: { warned: 'redirections are followed until the deadline of the command' },
  topologyRefreshOnReconnectionAttemptStrategy: { needless: 'the topology is looked at after each broken connection' },
  clientSideCache: { refused: CACHE },
  himportRegistry: { needless: 'internal to node-redis' },
};

/** Options of `createSentinel`. */
export const SENTINEL_OPTIONS: Treatments = {
  ...COMMANDER_OPTIONS,
  name: { mapped: 'topology: sentinel(seeds, name)' },
  sentinelRootNodes: { mapped: 'topology: sentinel(seeds, name)' },
  nodeClientOptions: { kept: 'the options of createClient for the data nodes' },
  sentinelClientOptions: { mapped: 'topology: sentinel(seeds, name, { username, password, tls })' },
  replicaPoolSize: { mapped: "reads: 'replicaPreferred' where it is more than 0" },
  masterPoolSize: { needless: 'one connection carries all commands that do not block' },
  scanInterval: { mapped: 'monitor.periodMs' },
  nodeAddressMap: { mapped: 'addressMap' },
  maxCommandRediscovers: { warned: 'the primary is looked for until the deadline of the command' },
  passthroughClientErrorEvents: { needless: 'what no command reports is an error event' },
  reserveClient: { needless: 'sharded subscriptions have connections of their own' },
  clientSideCache: { refused: CACHE },
};

/** Options of the pool, the second argument of `createClientPool`. */
export const POOL_OPTIONS: Treatments = {
  minimum: { mapped: 'pool.minExclusive' },
  maximum: { mapped: 'pool.maxExclusive' },
  acquireTimeout: { mapped: 'pool.acquireTimeoutMs' },
  cleanupDelay: { mapped: 'pool.idleMs' },
  clientSideCache: { refused: CACHE },
};
