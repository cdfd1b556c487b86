import type { SecureContextOptions, ConnectionOptions as TlsConnectionOptions } from 'node:tls';

/** Where a server listens: a TCP host and port, or a Unix socket file. */
export type Address = { readonly host: string; readonly port: number } | { readonly path: string };

/** Which nodes may serve a command that only reads. Writes always go to the primary. */
export type ReadMode = 'primary' | 'primaryPreferred' | 'replica' | 'replicaPreferred' | 'nearest';

/** A set of replicas, narrowed by every field that is given. */
export interface ReplicaSet {
  /** The node has all of these tags (see `nodes`). */
  readonly tags?: Readonly<Record<string, string>>;
  /** `host:port` of the nodes, `*` stands for any run of characters: `10.0.1.*:6379`. */
  readonly addresses?: readonly string[];
}

/** What a domain does when no replica of its sets is usable, tried in order. */
export type Fallback = 'anyReplica' | 'primary';

export interface DomainOptions {
  /** Key patterns (`*` stands for any run of characters) of the keys that belong to the domain; the longest literal part wins. */
  readonly keys?: readonly string[] | string;
  /** Default: the client's `reads`. */
  readonly reads?: ReadMode;
  /** Where its reads may go: one set, or an ordered list of which the first with a usable replica wins. Default: every replica. */
  readonly replicas?: ReplicaSet | readonly ReplicaSet[];
  /** Default: none, reads wait for a usable replica until the deadline. */
  readonly fallback?: readonly Fallback[];
  /** Deadline of its commands in ms. Default: the client's `timeoutMs`. */
  readonly timeoutMs?: number;
}

/** Facts about nodes that the servers do not tell. The first rule that matches a node applies. */
export interface NodeRule {
  /** `host:port`, `host`, a pattern with `*`, or a subnet such as `10.0.1.0/24`. */
  readonly match: string;
  readonly tags?: Readonly<Record<string, string>>;
}

export interface Credentials {
  /** Default: `default`, the server's default user. */
  readonly username?: string;
  readonly password: string;
}

/** What every topology's nodes are reached with; a topology may have its own. */
export interface AccessOptions {
  readonly username?: string;
  readonly password?: string;
  /** `true`, or options for `tls.connect`. Default: false. */
  readonly tls?: boolean | TlsConnectionOptions | SecureContextOptions;
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
/** Made by `single()`, `replication()`, `sentinel()` and `cluster()`. URL parts that are not addresses travel in `access` and `database`. */
export type TopologyOptions = (SingleTopology | ReplicationTopology | SentinelTopology | ClusterTopology) & {
  /** From URLs: user, password and TLS of the data nodes. */
  readonly url?: { readonly username?: string; readonly password?: string; readonly tls?: true; readonly database?: number };
};

export interface ClientOptions {
  /** Default: `single('redis://127.0.0.1:6379')`. */
  readonly topology?: TopologyOptions;
  readonly username?: string;
  readonly password?: string;
  /** Called at every connect instead of `username`/`password`. */
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
  /** Default `primary`. */
  readonly reads?: ReadMode;
  readonly domains?: Readonly<Record<string, DomainOptions>>;
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
    /** A returned exclusive connection closes after this idle time, in ms. Default 30,000. */
    readonly idleMs?: number;
  };
  /** Backoff between connection attempts to one node, in ms, with full jitter. Defaults 10 and 2,000. */
  readonly reconnect?: { readonly minMs?: number; readonly maxMs?: number };
  /** Time between topology probes when nothing happens, in ms. Default 30,000. */
  readonly monitor?: { readonly periodMs?: number };
  /** TCP keep-alive after this idle time, in ms. 0: off. Default 5,000. */
  readonly keepAliveMs?: number;
  /** How integer replies reach the caller. Default `number`, which rejects beyond 2^53 rather than rounding. */
  readonly integers?: 'number' | 'bigint' | 'string';
}

/** Options of one call or view: `redis.with({ … })`. */
export interface ViewOptions {
  /** In ms; 0: none. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  readonly reads?: ReadMode;
  /** A write may run twice if its connection breaks: retry it. Default false. */
  readonly idempotent?: boolean;
  /** Text replies as Buffers. Default false. */
  readonly buffers?: boolean;
  readonly integers?: 'number' | 'bigint' | 'string';
}

/** A domain after validation: nothing optional is left. */
export interface Domain {
  readonly name: string;
  readonly keys: readonly string[];
  readonly reads: ReadMode;
  /** Empty: every replica. */
  readonly replicas: readonly ReplicaSet[];
  readonly fallback: readonly Fallback[];
  readonly timeoutMs: number;
}

/** The client's options after validation: frozen, with every default filled in. */
export interface Options {
  readonly topology: TopologyOptions;
  readonly credentials: (() => Credentials | Promise<Credentials>) | Credentials | null;
  readonly tls: TlsConnectionOptions | null;
  readonly database: number;
  readonly clientName: string | null;
  readonly protocol: 2 | 3;
  readonly timeoutMs: number;
  readonly connectTimeoutMs: number;
  readonly reads: ReadMode;
  readonly domains: readonly Domain[];
  readonly nodes: readonly NodeRule[];
  readonly addressMap: ((address: string) => string | undefined) | null;
  readonly failFast: boolean;
  readonly queue: { readonly maxCommands: number; readonly maxBytes: number };
  readonly pool: { readonly shared: number; readonly maxExclusive: number; readonly idleMs: number };
  readonly reconnect: { readonly minMs: number; readonly maxMs: number };
  readonly monitor: { readonly periodMs: number };
  readonly keepAliveMs: number;
  readonly integers: 'number' | 'bigint' | 'string';
}

/** `host:port` (IPv6 in brackets) or the socket file's path: how a node is named in errors, maps and pools. */
export function addressKey(address: Address): string {
  if ('path' in address) return address.path;
  return address.host.includes(':') ? `[${address.host}]:${address.port}` : `${address.host}:${address.port}`;
}
