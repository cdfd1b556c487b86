import type { Address } from '../lib/options/address.js';
import type { Gap } from './pubsub/clients.js';

/** How a client finds the servers. */
export type Target =
  | { readonly kind: 'single'; readonly address: HostPort }
  | { readonly kind: 'replication' | 'cluster'; readonly seeds: readonly HostPort[] }
  | { readonly kind: 'sentinel'; readonly seeds: readonly HostPort[]; readonly name: string };

export type HostPort = Extract<Address, { host: string }>;

export type Subscribe = (
  kind: 'channel' | 'pattern',
  name: string,
  onMessage: (message: string) => void,
  onGap: (gap: Gap) => void,
) => Promise<unknown>;

export interface DriverOptions {
  readonly target: Target;
  readonly reads: 'primary' | 'replicaPreferred';
  /** Deadline of an operation, where the client has such a thing. */
  readonly timeoutMs: number;
}

export interface Explained {
  readonly code: string;
  readonly message: string;
  readonly mayHaveRun: boolean;
}

/** What the load needs of a client, whichever it is. */
export interface Driver {
  incr(key: string): Promise<unknown>;
  get(key: string): Promise<unknown>;
  set(key: string, value: string): Promise<unknown>;
  /** All elements of a list. */
  lrange(key: string): Promise<unknown>;
  rpush(key: string, element: string): Promise<unknown>;
  /** Waits without limit. Null where nothing was popped. */
  blpop(key: string): Promise<string | null>;
  /** Resolves when the servers have confirmed. Only ours is looked at with subscribers. */
  readonly subscribe?: Subscribe;
  explain(error: unknown): Explained;
  close(): Promise<void>;
}
