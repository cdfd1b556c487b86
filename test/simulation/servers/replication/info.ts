import type { RedisServer } from '../redis/redis-server.js';
import type { Replication } from './replication.js';

const NO_ID = '0'.repeat(40);

/** INFO replication, without its heading. https://redis.io/docs/latest/commands/info/ */
export function infoLines(replication: Replication): string[] {
  const { downstream, failover, history, offset, options } = replication;
  const { second, from: backlogFrom } = replication.lineage;
  const { server } = replication;
  const { now } = server;
  const more = extrasOf(server);
  const replicas = [...downstream.replicas.values()].map(
    ({ address, state, ackedTo, ackedAt }, index) =>
      `slave${index}:ip=${address.host},port=${address.port},state=${state},offset=${ackedTo},lag=${seconds(now - ackedAt)}${more.ofReplica}`,
  );
  return [
    `role:${replication.isPrimary ? 'master' : 'slave'}`,
    ...linkLines(replication),
    `connected_slaves:${replicas.length}`,
    ...(replication.minReplicas > 0 ? [`min_slaves_good_slaves:${downstream.countGood(options.maxLagMs)}`] : []),
    ...replicas,
    ...more.ofPrimary,
    `master_failover_state:${failover.phase}`,
    `master_replid:${history}`,
    `master_replid2:${second?.id ?? NO_ID}`,
    `master_repl_offset:${offset}`,
    `second_repl_offset:${second?.until ?? -1}`,
    `repl_backlog_active:${backlogFrom === null ? 0 : 1}`,
    `repl_backlog_size:${options.backlogBytes}`,
    `repl_backlog_first_byte_offset:${backlogFrom === null ? 0 : backlogFrom + 1}`,
    `repl_backlog_histlen:${backlogFrom === null ? 0 : offset - backlogFrom}`,
  ];
}

function linkLines({ upstream, offset, options, server }: Replication): string[] {
  if (upstream === null) return [];
  const { primary, state, lastIoMs, downSince } = upstream;
  const isUp = state === 'connected';
  const more = extrasOf(server);
  return [
    `master_host:${primary.host}`,
    `master_port:${primary.port}`,
    `master_link_status:${isUp ? 'up' : 'down'}`,
    `master_last_io_seconds_ago:${isUp ? seconds(lastIoMs) : -1}`,
    `master_sync_in_progress:${state === 'sync' ? 1 : 0}`,
    `slave_read_repl_offset:${offset}`,
    `slave_repl_offset:${offset}`,
    ...(state === 'sync' ? SYNC_LINES : []),
    ...more.ofLink,
    ...(isUp ? [] : [`master_link_down_since_seconds:${seconds(server.now - downSince)}`]),
    ...(isUp ? more.whileUp : []),
    ...more.behindLink,
    `slave_priority:${options.priority}`,
    'slave_read_only:1',
    'replica_announced:1',
  ];
}

const SYNC_LINES = [
  'master_sync_total_bytes:0',
  'master_sync_read_bytes:0',
  'master_sync_left_bytes:0',
  'master_sync_perc:0.00',
  'master_sync_last_io_seconds_ago:0',
];

interface Extras {
  /** At the end of the line of a replica. */
  readonly ofReplica: string;
  readonly ofPrimary: readonly string[];
  readonly ofLink: readonly string[];
  readonly whileUp: readonly string[];
  readonly behindLink: readonly string[];
}

const NONE: Extras = { ofReplica: '', ofPrimary: [], ofLink: [], whileUp: [], behindLink: [] };
const VALKEY_8: Extras = {
  ...{ ofReplica: ',type=replica', ofPrimary: ['replicas_waiting_psync:0'], whileUp: [], behindLink: [] },
  ofLink: ['replicas_repl_buffer_size:0', 'replicas_repl_buffer_peak:0'],
};
const REDIS_8: Extras = { ...NONE, ofLink: ['replica_full_sync_buffer_size:0', 'replica_full_sync_buffer_peak:0'] };
const REDIS_8_6: Extras = {
  ...{ ofReplica: ',io-thread=0', ofPrimary: [], behindLink: ['total_disconnect_time_sec:0'] },
  whileUp: ['master_link_up_since_seconds:0', 'master_client_io_thread:0'],
  ofLink: [...REDIS_8.ofLink, 'master_current_sync_attempts:1', 'master_total_sync_attempts:1'],
};

/** What newer servers say besides. */
function extrasOf(server: RedisServer): Extras {
  if (!server.isAtLeast(8, 0)) return NONE;
  if (server.options.product === 'valkey') return VALKEY_8;
  return server.isAtLeast(8, 6) ? REDIS_8_6 : REDIS_8;
}

function seconds(ms: number): number {
  return Math.floor(ms / 1_000);
}
