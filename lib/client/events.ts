import type { SlotwiseError } from '../errors.js';
import type { TopologySnapshot } from '../topology/snapshot.js';
import type { Gap } from './gap.js';

/** Events of a client, for people and logs; programs find more in the diagnostics channels. */
export type ClientEvents = {
  /** Commands can be served, for the first time. */
  ready: [];
  /** The servers changed; nodes by address. */
  topology: [snapshot: TopologySnapshot];
  /** A shard has another primary. */
  failover: [change: { readonly from: string | null; readonly to: string }];
  /** A connection broke or could not be made; another attempt follows. */
  reconnecting: [attempt: { readonly node: string; readonly error: SlotwiseError }];
  /** Messages of a subscription may have been missed; the subscription itself reports it, too. */
  gap: [gap: Gap];
  /** Something that no command's promise reports: the topology cannot be learnt, credentials are refused. */
  error: [error: SlotwiseError];
  close: [];
};
