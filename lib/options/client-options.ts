import type { Credentials } from './access.js';
import type { DomainOptions } from './domains.js';
import type { NodeRule } from './nodes.js';
import type { OffloadOptions } from './offload.js';
import type { ReadFunction, ReadLimits, ReadMode } from './reads.js';
import type { TlsOptions } from './tls.js';
import type { TopologyOptions } from './topology.js';

/** Options of `createClient`. */
export interface ClientOptions extends ReadLimits {
  /** Default: `single('redis://127.0.0.1:6379')`. */
  readonly topology?: TopologyOptions;
  /**
   * Where the keys were, while they move to `topology`: another topology of any kind. A key that is not there yet is read at the previous
   * place, and fetched over by MIGRATE before anything else is done with it. User, password and database
   * are as in the other options where its URLs name none; TLS is spoken where they say so (`rediss://`). Default: none. See docs/moving.md.
   */
  readonly previous?: TopologyOptions;
  readonly username?: string;
  readonly password?: string;
  /** Source of credentials instead of `username`/`password`, called at every connect and again before they expire: docs/security.md. */
  readonly credentials?: () => Credentials | Promise<Credentials>;
  /** Default: false. */
  readonly tls?: boolean | TlsOptions;
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
  /** Maps an address that a server tells to the one to connect to, both `host:port`. Other addresses stay as they are. */
  readonly addressMap?: Readonly<Record<string, string>> | ((address: string) => string | undefined);
  /**
   * Which addresses that servers tell (MOVED, ASK, topology replies, sentinels) may be connected to, as in `nodes[].match`: `host:port`,
   * `host`, a subnet, or a pattern with `*`. Compared after `addressMap`. The servers in `topology` are always allowed. Others are refused
   * with an `AddressRefusedError`, of `setMembers` with an `OptionsError`. Default: all are allowed. See docs/security.md.
   */
  readonly allowedAddresses?: readonly string[];
  /** Reject at once instead of waiting while no node serves. Default false. */
  readonly failFast?: boolean;
  /**
   * Longest reply, in bytes. Beyond it the command rejects with `ReplyTooLargeError`, its connection closes, and it is not tried again.
   * At least 65,536. Default 1,073,741,824.
   */
  readonly maxReplyBytes?: number;
  /**
   * Most elements of one reply, at any depth: an array or map in it counts as 16 more, an error as 64 more, for the memory that they take.
   * Beyond it as with `maxReplyBytes`. Default 67,108,864.
   */
  readonly maxReplyItems?: number;
  /** Bounds on commands that are not answered yet, over the whole client. Defaults 100,000 commands and 268,435,456 bytes. */
  readonly queue?: { readonly maxCommands?: number; readonly maxBytes?: number };
  readonly pool?: {
    /** Multiplexed connections a node. Default 1. With more, commands to one key keep their order only where one waits for the other. */
    readonly shared?: number;
    /** Connections a node that are lent out one caller at a time. Default 256. */
    readonly maxExclusive?: number;
    /** How many of them `connect()` opens at each primary, and how many unused ones stay open. Default 0: the first call that blocks opens one. */
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
    /**
     * Longest time between samples of the nodes of a shard that serve reads, in ms; shorter where lag limits or latency windows need it.
     * Default 1,000.
     */
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
  /** Deadline in ms; 0: none. */
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
