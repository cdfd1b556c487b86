import type { TlsOptions } from '../../../index.js';
import { random } from '../../../runtime/runtime.js';

/** Called with the number of the failed attempt, from 1: the delay before the next in ms; anything else ends the connection. */
export type RetryStrategy = ((times: number) => unknown) | null | undefined;
/** `true` or `1`: reconnect; `2`: reconnect and send the command again. */
export type ReconnectOnError = (error: Error) => boolean | 0 | 1 | 2;
export type NatMapFunction = (key: string) => { host: string; port: number } | null;
/** Addresses that servers tell, as `host:port`, and where they are reached from here. */
export type NatMap = { [key: string]: { host: string; port: number } } | NatMapFunction;

export interface SentinelAddress {
  port: number;
  host: string;
  family?: number;
}

/** A replica as a sentinel tells it. */
export interface AddressFromResponse {
  port: string;
  ip: string;
  flags?: string | undefined;
}

interface PreferredSlave {
  port: string;
  ip: string;
  prio?: number | undefined;
}

/** Which replica `role: 'slave'` uses: a function that chooses, or addresses, of which a lower `prio` goes first. */
export type PreferredSlaves = ((slaves: AddressFromResponse[]) => AddressFromResponse | null) | Array<PreferredSlave> | PreferredSlave;

/** A script that becomes a method. */
export interface ScriptDefinition {
  lua: string;
  numberOfKeys?: number | undefined;
  readOnly?: boolean | undefined;
}

/** TLS options, `true`, the name of a profile, or nothing. */
export type TlsSetting =
  | (TlsOptions & { profile?: string | undefined; host?: string; port?: number })
  | string
  | boolean
  | null
  | undefined;

/** What this entry adds to the options. */
export interface OwnOptions {
  /** Which major version's defaults hold where 5 and 6 differ. Default 6. */
  behaves?: 5 | 6 | undefined;
  /**
   * What becomes of a write that was sent when its connection broke, and may have run. `never`: it rejects, because sent again it could run
   * twice. `ioredis`: it is sent again, as ioredis does. Default `never`.
   */
  retryWrites?: 'never' | 'ioredis' | undefined;
}

/** Options that concern keys and stacks. */
export interface CommanderOptions {
  keyPrefix?: string | undefined;
  showFriendlyErrorStack?: boolean | undefined;
}

export interface SentinelConnectionOptions {
  name?: string | undefined;
  role?: 'master' | 'slave' | undefined;
  tls?: TlsSetting;
  sentinelUsername?: string | undefined;
  sentinelPassword?: string | undefined;
  sentinels?: Array<Partial<SentinelAddress>> | undefined | null;
  path?: string | undefined;
  family?: number | undefined;
  sentinelRetryStrategy?: ((retryAttempts: number) => unknown) | undefined | null;
  sentinelReconnectStrategy?: ((retryAttempts: number) => unknown) | undefined | null;
  preferredSlaves?: PreferredSlaves | undefined;
  connectTimeout?: number | undefined;
  disconnectTimeout?: number | undefined;
  sentinelCommandTimeout?: number | undefined;
  enableTLSForSentinelMode?: boolean | undefined;
  sentinelTLS?: TlsSetting;
  natMap?: NatMap | undefined | null;
  updateSentinels?: boolean | undefined;
  sentinelMaxConnections?: number | undefined;
  failoverDetector?: boolean | undefined;
}

export interface StandaloneConnectionOptions {
  host?: string | undefined;
  port?: number | undefined;
  path?: string | undefined;
  family?: number | undefined;
  tls?: TlsSetting;
  disconnectTimeout?: number | undefined;
}

export interface CommonRedisOptions extends CommanderOptions, OwnOptions {
  Connector?: unknown;
  retryStrategy?: RetryStrategy;
  commandTimeout?: number | undefined;
  blockingTimeout?: number | undefined;
  blockingTimeoutGrace?: number | undefined;
  socketTimeout?: number | undefined;
  keepAlive?: number | undefined;
  noDelay?: boolean | undefined;
  connectionName?: string | undefined | null;
  disableClientInfo?: boolean | undefined;
  clientInfoTag?: string | undefined;
  username?: string | undefined | null;
  password?: string | undefined | null;
  db?: number | undefined;
  autoResubscribe?: boolean | undefined;
  autoResendUnfulfilledCommands?: boolean | undefined;
  reconnectOnError?: ReconnectOnError | null | undefined;
  readOnly?: boolean | undefined;
  stringNumbers?: boolean | undefined;
  protocol?: 2 | 3 | undefined;
  replyMapping?: 'legacy' | 'resp3' | undefined;
  connectTimeout?: number | undefined;
  monitor?: boolean | undefined;
  maxRetriesPerRequest?: number | null | undefined;
  maxLoadingRetryTime?: number | undefined;
  enableAutoPipelining?: boolean | undefined;
  autoPipeliningIgnoredCommands?: string[] | undefined;
  offlineQueue?: boolean | undefined;
  commandQueue?: boolean | undefined;
  enableOfflineQueue?: boolean | undefined;
  enableReadyCheck?: boolean | undefined;
  lazyConnect?: boolean | undefined;
  scripts?: Record<string, ScriptDefinition> | undefined;
  himportFieldsets?: readonly unknown[] | undefined;
}

export type RedisOptions = CommonRedisOptions & SentinelConnectionOptions & StandaloneConnectionOptions;

/** The defaults that both versions have. */
const COMMON_DEFAULTS: RedisOptions = {
  port: 6379,
  host: 'localhost',
  family: 0,
  connectTimeout: 10_000,
  disconnectTimeout: 2_000,
  noDelay: true,
  connectionName: null,
  disableClientInfo: false,
  sentinels: null,
  role: 'master',
  sentinelRetryStrategy: (times) => Math.min(times * 10, 1_000),
  natMap: null,
  enableTLSForSentinelMode: false,
  updateSentinels: true,
  failoverDetector: false,
  username: null,
  password: null,
  db: 0,
  enableOfflineQueue: true,
  enableReadyCheck: true,
  autoResubscribe: true,
  autoResendUnfulfilledCommands: true,
  lazyConnect: false,
  keyPrefix: '',
  reconnectOnError: null,
  readOnly: false,
  stringNumbers: false,
  maxRetriesPerRequest: 20,
  maxLoadingRetryTime: 10_000,
  enableAutoPipelining: false,
  autoPipeliningIgnoredCommands: [],
};

/** Defaults of ioredis 5 and 6, as they are seen in `redis.options`. */
export const REDIS_DEFAULTS: Readonly<Record<5 | 6, RedisOptions>> = {
  5: { ...COMMON_DEFAULTS, keepAlive: 0, protocol: 2, retryStrategy: (times) => Math.min(times * 50, 2_000) },
  6: {
    ...COMMON_DEFAULTS,
    keepAlive: 30_000,
    protocol: 3,
    replyMapping: 'legacy',
    retryStrategy: (times) => Math.min(50 * 2 ** (times - 1), 5_000) + Math.floor(200 * random()),
  },
};
