import type { CommandParser, RedisArgument } from '../command-parser.js';
import type { RespVersions, TypeMapping } from '../type-mapping.js';

/** Options of one call, or of the view that `withCommandOptions` gives. */
export interface CommandOptions<Mapping extends TypeMapping = TypeMapping> {
  typeMapping?: Mapping;
  /** Deadline of the command in ms; 0: none. Default: that of the library. */
  timeout?: number;
  abortSignal?: AbortSignal;
  /** Not of node-redis: a write may be sent again though it may have run. Default false: it rejects with `SocketClosedUnexpectedlyError`. */
  idempotent?: boolean;
  /** Taken, and of no effect: commands go out in the order in which they were called. */
  asap?: boolean;
  /** Taken, and of no effect: `multi()` and `execAsPipeline()` keep commands together. */
  chainId?: symbol;
}

/** Username and password. */
export interface BasicAuth {
  readonly username?: string;
  readonly password?: string;
}

/** Source of credentials that is asked at each connect. */
export interface AsyncCredentialsProvider {
  readonly type: 'async-credentials-provider';
  readonly credentials: () => Promise<BasicAuth>;
}

/** Source of credentials that gives new ones by itself. */
export interface StreamingCredentialsProvider {
  readonly type: 'streaming-credentials-provider';
  readonly subscribe: (listener: {
    readonly onNext: (credentials: BasicAuth) => void;
    readonly onError: (error: Error) => void;
  }) => Promise<readonly [BasicAuth, { dispose(): void }]>;
  readonly onReAuthenticationError: (error: Error) => void;
}

export type CredentialsProvider = AsyncCredentialsProvider | StreamingCredentialsProvider;

/** Decides whether to go on after a connection broke or could not be made. */
export type ReconnectStrategy = false | number | ((retries: number, cause: Error) => false | number | Error);

/** Options of `socket`: an address, what is below, and those of `tls.connect` with `tls: true`. */
export interface RedisSocketOptions {
  host?: string;
  port?: number;
  path?: string;
  tls?: boolean;
  connectTimeout?: number;
  reconnectStrategy?: ReconnectStrategy;
  socketTimeout?: number;
  keepAlive?: boolean;
  keepAliveInitialDelay?: number;
  noDelay?: boolean;
  [name: string]: unknown;
}

/** Command that a program defines: of a module, a function or a script. */
export interface CustomCommand {
  readonly parseCommand: (parser: CommandParser, ...args: never[]) => unknown;
  readonly transformReply?:
    | CustomTransform
    | { readonly 2?: CustomTransform | undefined; readonly 3?: CustomTransform | undefined }
    | undefined;
  readonly IS_READ_ONLY?: boolean;
  readonly NUMBER_OF_KEYS?: number;
}

export type CustomTransform = (reply: never, preserve?: never, typeMapping?: never) => unknown;

/** What `defineScript` gets. */
export interface RedisScriptConfig extends CustomCommand {
  readonly SCRIPT: string;
}

export interface Sha1 {
  readonly SHA1: string;
}

/** What `defineScript` gives. An intersection, by which the compiler finds the type of what it got. */
export type RedisScript = RedisScriptConfig & Sha1;

export type RedisModules = Readonly<Record<string, Readonly<Record<string, CustomCommand>>>>;
export type RedisFunctions = RedisModules;
export type RedisScripts = Readonly<Record<string, RedisScript>>;

/** Options that all clients of this entry have. */
export interface CommanderOptions<
  M = RedisModules,
  F = RedisFunctions,
  S = RedisScripts,
  RESP = RespVersions,
  TM extends TypeMapping = TypeMapping,
> {
  modules?: M;
  functions?: F;
  scripts?: S;
  RESP?: RESP;
  keyPrefix?: RedisArgument;
  commandOptions?: CommandOptions<TM>;
}

/** Options of `createClient`. */
export interface RedisClientOptions<
  M = RedisModules,
  F = RedisFunctions,
  S = RedisScripts,
  RESP = RespVersions,
  TM extends TypeMapping = TypeMapping,
> extends CommanderOptions<M, F, S, RESP, TM> {
  url?: string;
  socket?: RedisSocketOptions;
  username?: string;
  password?: string;
  credentialsProvider?: CredentialsProvider;
  name?: string;
  database?: number;
  commandsQueueMaxLength?: number;
  disableOfflineQueue?: boolean;
  readonly?: boolean;
  pingInterval?: number;
  clientSideCache?: unknown;
  emitInvalidate?: boolean;
  disableClientInfo?: boolean;
  clientInfoTag?: string;
  maintNotifications?: 'disabled' | 'enabled' | 'auto';
  maintEndpointType?: string;
  maintRelaxedCommandTimeout?: number;
  maintRelaxedSocketTimeout?: number;
}

/** Options of a node, of `rootNodes` and `defaults`. */
export type RedisNodeOptions = Omit<RedisClientOptions, 'modules' | 'functions' | 'scripts'>;

/** Maps an address that a server tells to the one to connect to. */
export type NodeAddressMap = Readonly<Record<string, RedisNode>> | ((address: string) => RedisNode | undefined);

export interface RedisNode {
  host: string;
  port: number;
}

/** Options of `createCluster`. */
export interface RedisClusterOptions<
  M = RedisModules,
  F = RedisFunctions,
  S = RedisScripts,
  RESP = RespVersions,
  TM extends TypeMapping = TypeMapping,
> extends CommanderOptions<M, F, S, RESP, TM> {
  rootNodes: RedisNodeOptions[];
  defaults?: Partial<RedisNodeOptions>;
  useReplicas?: boolean;
  minimizeConnections?: boolean;
  maxCommandRedirections?: number;
  topologyRefreshOnReconnectionAttemptStrategy?: unknown;
  nodeAddressMap?: NodeAddressMap;
  clientSideCache?: unknown;
}

/** Options of `createSentinel`. */
export interface RedisSentinelOptions<
  M = RedisModules,
  F = RedisFunctions,
  S = RedisScripts,
  RESP = RespVersions,
  TM extends TypeMapping = TypeMapping,
> extends CommanderOptions<M, F, S, RESP, TM> {
  name: string;
  sentinelRootNodes: RedisNode[];
  nodeClientOptions?: RedisNodeOptions;
  sentinelClientOptions?: RedisNodeOptions;
  masterPoolSize?: number;
  replicaPoolSize?: number;
  scanInterval?: number;
  nodeAddressMap?: NodeAddressMap;
  maxCommandRediscovers?: number;
  passthroughClientErrorEvents?: boolean;
  reserveClient?: boolean;
  clientSideCache?: unknown;
}

/** Options of a pool, the second argument of `createClientPool`. */
export interface RedisPoolOptions {
  minimum?: number;
  maximum?: number;
  acquireTimeout?: number;
  cleanupDelay?: number;
  clientSideCache?: unknown;
}
