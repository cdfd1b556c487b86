import type { Database } from '../redis/database.js';
import type { History } from './history.js';

export interface Address {
  readonly host: string;
  readonly port: number;
}

export function keyOf({ host, port }: Address): string {
  return `${host}:${port}`;
}

/** What is named in PSYNC. */
export interface SyncRequest {
  readonly is: 'psync';
  readonly id: string;
  readonly offset: number;
  /** As the replica announces itself. */
  readonly address: Address;
  /** PSYNC FAILOVER: the other one is to become the primary. */
  readonly isFailover: boolean;
}

/** Data of a server as it was at an offset. */
export interface DataSet {
  readonly history: History;
  readonly offset: number;
  readonly databases: readonly Database[];
}

export type FromReplica = SyncRequest | { readonly is: 'loaded' } | { readonly is: 'ack'; readonly offset: number };

export type FromPrimary =
  | { readonly is: 'continue'; readonly history: History }
  /** NOMASTERLINK, LOADING: not now. */
  | { readonly is: 'refused' }
  | { readonly is: 'fullresync' }
  | { readonly is: 'dataset'; readonly data: DataSet }
  /** What the history has up to here. */
  | { readonly is: 'stream'; readonly upTo: number; readonly asksForAck: boolean };
