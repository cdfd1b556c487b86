import type { SlotwiseError } from '../errors.js';
import type { Address } from '../options/address.js';
import type { Raw } from '../protocol/command-spec.js';
import type { NodeRules } from './node-rules.js';
import type { TopologySnapshot } from './snapshot.js';

/** Control connections to servers of one kind, data nodes or sentinels, as resolvers use them. Unit tests have a scripted one. */
export interface ControlChannel {
  /**
   * Sends the commands in one pipeline on a control connection to that address (opened when needed, reused) and gives the replies in order;
   * error replies are `ReplyError` values in the array, maps are flat arrays. Rejects with `ConnectError`, `AuthError` or `TimeoutError`.
   */
  send(address: Address, commands: readonly (readonly string[])[], options?: SendOptions): Promise<Raw[]>;
  /** What the server of a ready control connection to that address said of itself; null while there is none. */
  connected?(address: Address): { readonly zone: string | null } | null;
  /** Closes the control connection to that address: the node left the topology, or the address may lead to another server. */
  forget?(address: Address): void;
}

export interface SendOptions {
  /** Time limit for everything, a connect included, in ms. Default 500. */
  readonly timeoutMs?: number;
  /** What is sent instead where a proxy is that takes no HELLO. Default: the same. */
  readonly plain?: readonly (readonly string[])[];
}

export interface SubscriptionEvents {
  /** The server confirmed the channels: from now on nothing is missed. */
  ready(): void;
  message(channel: string, payload: string): void;
  /** Ends this subscription, once; the connection is closed. */
  lost(error: unknown): void;
}

export interface SubscriptionChannel {
  /** Subscribes on a connection to that address. The returned function ends it without a `lost`. */
  subscribe(address: Address, channels: readonly string[], events: SubscriptionEvents): () => void;
}

/** Channel to sentinels. They have their own credentials and TLS options, so it is another one than that of the data nodes. */
export interface SentinelChannel extends ControlChannel, SubscriptionChannel {}

/** What every resolver works with. */
export interface ResolverContext {
  /** Connections to the data nodes. */
  readonly control: ControlChannel;
  readonly rules: NodeRules;
  /** Tells users what a probe goes on in spite of, once for each `source`. */
  readonly report: (source: string, error: SlotwiseError) => void;
  /** What this source failed at works again. */
  readonly recovered: (source: string) => void;
  /** How long one server may take to answer the first probe, in ms. */
  readonly firstTimeoutMs: number;
}

/** What the monitor knows that helps to ask the right nodes. */
export interface ProbeFocus {
  /** Keys of nodes that do not answer: they are not asked first, and their replicas may be promoted at any time. */
  readonly suspects: ReadonlySet<string>;
  /**
   * Nodes that a MOVED named since the last probe, or that say themselves that they are primaries by now: their view is newer than the
   * snapshot.
   */
  readonly moved: readonly Address[];
  /**
   * The probe is due by the period alone, nothing has changed for a while and nothing is wrong: it only has to find out whether that is
   * still so.
   */
  readonly quiet?: boolean;
}

/** Asks for a probe. `urgent`: what happens to commands depends on how soon it ends. Default false. */
export type Hint = (reason: string, urgent?: boolean) => void;

/** Tells that the node with this key has just said itself that it is a replica, while the probe goes on. */
export type ReplicaListener = (key: string) => void;

/** Finds out which servers make up a topology of one kind. */
export interface Resolver {
  /**
   * Rejects with a `TopologyError` whose `causes` name every address asked, or with an `AuthError` if every address refused the
   * credentials. Where nodes are known but the primary is not certain it resolves, with a `problem` in the snapshot. `onReplica` is
   * called but for clusters: whoever took over from a demoted primary may take half a second not to answer.
   */
  probe(previous: TopologySnapshot | null, focus?: ProbeFocus, onReplica?: ReplicaListener): Promise<TopologySnapshot>;
  /** A server has refused a write as a replica does: where others are as good, the next probe is to name another one. */
  leave?(key: string): void;
  /** Starts long-lived sources of hints that a probe would find a change. Called once. */
  watch?(hint: Hint): void;
  /** Ends what `watch` began. */
  stop?(): void;
}
