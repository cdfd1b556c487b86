import type { Books } from '../books.js';
import type { DeploymentKind } from '../topologies/deployment.js';
import type { CallRecord, SubscriberRecord } from '../workloads/calls.js';
import type { RingFacts } from './group.js';
import type { Ledger } from './ledger.js';

/** What must never happen, in six rules. */
export type Rule = 'settles' | 'replies' | 'histories' | 'roles' | 'messages' | 'bounds';

/** A span of time, in ms. */
export interface Span {
  readonly from: number;
  readonly until: number;
}

/** An attempt of the client to open a connection. */
export interface ConnectAttempt {
  readonly at: number;
  /** `host:port`, or the path of a Unix socket. */
  readonly to: string;
}

/** What a client says of itself. */
export interface Queue {
  readonly client: string;
  /** Unanswered commands, and the bytes of their arguments. */
  readonly commands: number;
  readonly bytes: number;
  /** Connections to one node that belong to one caller at a time; of the node that has most. */
  readonly exclusive: number;
}

/** What the client's process holds at a moment. */
export interface Holding {
  readonly at: number;
  readonly sockets: number;
  readonly timers: number;
  readonly queues: readonly Queue[];
}

/** An `error` event. */
export interface ErrorEvent {
  readonly at: number;
  readonly client: string;
  readonly code: string;
  readonly message: string;
}

/** What has to be known of a client. */
export interface ClientFacts {
  /** The name that its connections say; null: it is the only client. */
  readonly clientName: string | null;
  readonly database: number;
  /** Shared connections a node. */
  readonly sharedConnections: number;
  /** Limits of the backoff, in ms. */
  readonly reconnect: { readonly minMs: number; readonly maxMs: number };
  readonly queue: { readonly maxCommands: number; readonly maxBytes: number };
  readonly maxExclusive: number;
}

/** What checks look at when a seed has ended. */
export interface Evidence {
  readonly kind: DeploymentKind;
  /** null: it is none. */
  readonly ring: RingFacts | null;
  readonly calls: readonly CallRecord[];
  readonly subscribers: readonly SubscriberRecord[];
  readonly books: Pick<Books, 'executions' | 'discards' | 'proxyErrors' | 'roleWords' | 'roleTurns' | 'publications' | 'subscriptionTurns'>;
  readonly clients: ReadonlyMap<string, ClientFacts>;
  /** Addresses of the data nodes. */
  readonly nodes: ReadonlySet<string>;
  /** How many there were at most in front of them; 0: none. */
  readonly proxies: number;
  /** When the client's process stood still, in order. */
  readonly stalls: readonly Span[];
  readonly connects: readonly ConnectAttempt[];
  readonly holdings: readonly Holding[];
  /** When all faults had ended and the servers had settled; Infinity: they did not. */
  readonly settledAt: number;
  readonly endedAt: number;
  /** Calls that were issued after that. */
  readonly fresh: readonly CallRecord[];
  /** What is left after `close()`, in words. */
  readonly left: readonly string[];
  /** Errors that nobody caught, and rejections that nobody looked at. */
  readonly uncaught: readonly unknown[];
  readonly errorEvents: readonly ErrorEvent[];
  /** Whether the wall clock was set while the seed ran: times of gaps are by that clock. */
  readonly hasWallJumps: boolean;
  /** Whether connections of the client may be dead that it has not used since. */
  readonly hasUnseenLosses: boolean;
}

/** What a check found: something that must never happen, in words that need no knowledge of the check. */
export interface Finding {
  /** In ms of virtual time. */
  readonly at: number;
  readonly text: string;
  /** Ids of the calls that are involved. */
  readonly calls?: readonly number[];
}

export interface Check {
  readonly name: string;
  readonly rule: Rule;
  find(evidence: Evidence, ledger: Ledger): Finding[];
}
