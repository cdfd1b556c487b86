import type { Address } from '../options/address.js';
import type { NodeFacts } from './health/node-facts.js';
import type { Problem } from './health/problem.js';
import type { SlotSet } from './slot-list.js';
import type { MigrationJob } from './state/migration-jobs.js';
import type { OpenMove } from './state/open-moves.js';

/** One server in a list that people read: replicas stand under their primary. */
export interface ServerRow {
  /** Name that the server has given itself, else its address. */
  readonly id: string;
  /** `host:port`. */
  readonly name: string;
  /** How far it stands below the servers that follow nobody: 0 for these, 1 for their replicas, 2 for replicas of replicas. */
  readonly depth: number;
  readonly role: 'primary' | 'replica' | 'sentinel';
  /** The address that we connect to; null: nobody tells one. */
  readonly address: Address | null;
  /** The server answered us. */
  readonly reachable: boolean;
  /** Why it did not answer; null: it did. */
  readonly problem: string | null;
  /** Null outside a cluster. */
  readonly slots: SlotSet | null;
  /** Number of keys, in all its databases; null where it has none of its own to count, or does not tell. */
  readonly keys: number | null;
  /** What it says of itself; null: it could not be asked. */
  readonly facts: NodeFacts | null;
}

export type TopologyKind = 'single' | 'replication' | 'sentinel' | 'cluster';

/** The servers of any topology with what is wrong with them. */
export interface TopologyReport {
  readonly kind: TopologyKind;
  /** The topology in a few words: `cluster of 3 shards, 6 nodes`. */
  readonly title: string;
  readonly rows: readonly ServerRow[];
  /** Errors first. */
  readonly problems: readonly Problem[];
  /** Atomic slot migrations that run. */
  readonly jobs: readonly MigrationJob[];
  /** Open slots and atomic migrations, by the nodes at their ends. Only in a cluster. */
  readonly moves?: readonly OpenMove[];
}

export interface ReportOptions {
  /** Reads again where a first look found what may be the trace of a change that is under way. Default false. */
  readonly steady?: boolean;
}

/** What every topology can be asked for. */
export interface TopologyAdmin {
  readonly kind: TopologyKind;
  report(options?: ReportOptions): Promise<TopologyReport>;
  close(): void;
}
