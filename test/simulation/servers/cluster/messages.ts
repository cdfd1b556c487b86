import type { SlotSet } from './slots.js';

/** What every message of the bus begins with. https://github.com/redis/redis/blob/7.0/src/cluster.h (`clusterMsg`) */
export interface Header {
  /** Ordinals. */
  readonly from: number;
  /** -1: the sender is a primary. */
  readonly primary: number;
  readonly currentEpoch: number;
  /** Of the sender, or of its primary; as are the slots. */
  readonly configEpoch: number;
  readonly slots: SlotSet;
  readonly offset: number;
  /** The sender holds its writes back for the failover that a replica asked for. */
  readonly isPaused: boolean;
}

/** What a node says of another one. */
export interface Gossip {
  readonly about: number;
  readonly isFailing: boolean;
  readonly pongAt: number;
}

export type Message =
  | { readonly kind: 'ping' | 'pong' | 'meet'; readonly header: Header; readonly gossip: readonly Gossip[] }
  | { readonly kind: 'fail'; readonly header: Header; readonly about: number }
  | { readonly kind: 'update'; readonly header: Header; readonly about: number; readonly configEpoch: number; readonly slots: SlotSet }
  /** `isForced`: vote although the primary is well. */
  | { readonly kind: 'voteRequest'; readonly header: Header; readonly isForced: boolean }
  | { readonly kind: 'vote'; readonly header: Header }
  /** A replica asks its primary to hold writes back. */
  | { readonly kind: 'pause'; readonly header: Header }
  | { readonly kind: 'publish'; readonly header: Header; readonly channel: string; readonly message: string; readonly isSharded: boolean };

/** About the size of a message with its gossip, in bytes. */
export const MESSAGE_BYTES = 2_400;
