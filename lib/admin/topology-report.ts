import type { Problem } from './health/problem.js';
import type { TopologyKind } from './health/server-kind.js';
import type { ServerRow } from './health/server-row.js';
import type { MigrationJob } from './state/migration-jobs.js';
import type { OpenMove } from './state/open-moves.js';

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
