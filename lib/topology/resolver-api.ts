import type { Address } from '../options/address.js';
import type { Raw } from '../protocol/command-spec.js';
import type { TopologySnapshot } from './snapshot.js';

/** How resolvers talk to servers. Over real connections it is `ControlByAccess`; unit tests have a scripted one. */
export interface ControlChannel {
  /**
   * Sends the commands in one pipeline on a control connection to that address (opened when needed, reused) and gives the replies in order;
   * error replies are `ReplyError` values in the array, maps are flat arrays. Rejects with `ConnectError`, `AuthError` or `TimeoutError`.
   */
  send(address: Address, commands: readonly (readonly string[])[], options?: SendOptions): Promise<Raw[]>;
  /** What the server of a ready control connection to that address said of itself; null while there is none. */
  connected?(address: Address): { readonly zone: string | null } | null;
  /** A node left the topology: its control connection is not needed any more. */
  forget?(address: Address): void;
}

export interface SendOptions {
  /** For everything, a connect included. Default 500. */
  readonly timeoutMs?: number;
  /** Whose credentials and TLS options to use. Default `data`. */
  readonly as?: 'data' | 'sentinel';
}

export interface SubscriptionEvents {
  /** The server confirmed the channels: from now on nothing is missed. */
  ready(): void;
  message(channel: string, payload: string): void;
  /** Comes once and is the end of this subscription; the connection is closed. */
  lost(error: unknown): void;
}

export interface SubscriptionChannel {
  /** The returned function ends it without a `lost`. */
  subscribe(address: Address, channels: readonly string[], as: 'data' | 'sentinel', events: SubscriptionEvents): () => void;
}

/** What the monitor knows that helps to ask the right nodes. */
export interface ProbeFocus {
  /** Keys of nodes that do not answer: they are not asked first, and their replicas may be promoted at any time. */
  readonly suspects: ReadonlySet<string>;
  /** Nodes that a MOVED named since the last probe, or that said themselves that they are primaries by now: they know what is new. */
  readonly moved: readonly Address[];
  /** Nobody asked for this probe, nothing has changed for a while and nothing is wrong: it only has to find out whether that is still so. */
  readonly quiet?: boolean;
}

/** `urgent`: what happens to commands depends on how soon it is found. Default false. */
export type Hint = (reason: string, urgent?: boolean) => void;

/** Finds out who the nodes of one kind of topology are. */
export interface Resolver {
  /**
   * Rejects with a `TopologyError` whose `causes` name every address asked, or with an `AuthError` if every address refused the credentials.
   * Where nodes are known but the primary is in doubt it resolves, with a `problem` in the snapshot.
   */
  probe(asker: ControlChannel, previous: TopologySnapshot | null, focus?: ProbeFocus): Promise<TopologySnapshot>;
  /** Long-lived sources of hints that a probe would find something new. Called once. */
  watch?(watcher: SubscriptionChannel, hint: Hint): void;
  /** Ends what `watch` began. */
  stop?(): void;
}
