import type { Latency } from '../../network/link.js';

/** Options of `redis.conf` that concern replication. Times in ms. */
export interface ReplicationOptions {
  /** `replica-serve-stale-data` */
  readonly servesStaleData: boolean;
  /** `replica-priority` */
  readonly priority: number;
  /** `repl-backlog-size`, in bytes. */
  readonly backlogBytes: number;
  /** `repl-timeout` */
  readonly timeoutMs: number;
  /** `min-replicas-max-lag` */
  readonly maxLagMs: number;
  /** How long a primary needs to save its data set for a replica, and a replica to load it. */
  readonly saving: Latency;
  readonly loading: Latency;
}

export const DEFAULTS: ReplicationOptions = {
  servesStaleData: true,
  priority: 100,
  backlogBytes: 1_048_576,
  timeoutMs: 60_000,
  maxLagMs: 10_000,
  saving: { least: 5, most: 100 },
  loading: { least: 5, most: 300 },
};

/** How often replicas are pinged (`repl-ping-replica-period`), and how often the work of a second is done. */
export const PING_MS = 10_000;
export const CRON_MS = 1_000;
/** Bytes of PING and of REPLCONF GETACK * in the stream. */
export const PING_BYTES = 14;
export const GETACK_BYTES = 37;
