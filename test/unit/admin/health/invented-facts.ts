import type { NodeFacts } from '../../../../lib/admin/health/node-facts.js';

type Fields = Readonly<Record<string, string | number>>;

/** What changes of the facts of a healthy server. A field of null is missing. */
export interface FactsChange {
  readonly info?: Readonly<Record<string, string | number | null>>;
  readonly config?: Readonly<Record<string, string | number | null>>;
  readonly roundTripMs?: number;
}

const SERVER: Fields = {
  redis_version: '7.0.15',
  tcp_port: 7001,
  used_memory: 100 * 1024 * 1024,
  used_memory_rss: 150 * 1024 * 1024,
  total_system_memory: 8 * 1024 ** 3,
  maxmemory: 0,
  maxmemory_policy: 'noeviction',
  loading: 0,
  rdb_last_bgsave_status: 'ok',
  rdb_last_bgsave_time_sec: 1,
  rdb_current_bgsave_time_sec: -1,
  aof_enabled: 0,
  aof_last_bgrewrite_status: 'ok',
  aof_last_write_status: 'ok',
  latest_fork_usec: 900,
  cluster_enabled: 1,
  master_replid: 'history',
  master_repl_offset: 5_000,
  repl_backlog_size: 1_048_576,
};

const PRIMARY: Fields = { role: 'master', connected_slaves: 1, slave0: 'ip=10.0.0.1,port=7002,state=online,offset=5000,lag=0' };

const REPLICA: Fields = {
  tcp_port: 7002,
  role: 'slave',
  master_host: '10.0.0.1',
  master_port: 7001,
  master_link_status: 'up',
  master_last_io_seconds_ago: 1,
  master_sync_in_progress: 0,
  slave_repl_offset: 5_000,
  slave_priority: 100,
  slave_read_only: 1,
  connected_slaves: 0,
};

const CONFIG: Fields = {
  appendonly: 'no',
  'cluster-node-timeout': 15_000,
  'cluster-require-full-coverage': 'yes',
  masterauth: '',
  'min-replicas-max-lag': 10,
  'min-replicas-to-write': 0,
  'repl-ping-replica-period': 10,
  requirepass: '',
  save: '3600 1',
  'stop-writes-on-bgsave-error': 'yes',
};

/** A healthy primary at 10.0.0.1:7001 with one replica, or a healthy replica of it at port 7002, with these changes. */
export function factsOf(role: 'primary' | 'replica', { info = {}, config = {}, roundTripMs = 1 }: FactsChange = {}): NodeFacts {
  return {
    info: fieldsOf({ ...SERVER, ...(role === 'primary' ? PRIMARY : REPLICA), ...info }),
    config: fieldsOf({ ...CONFIG, ...config }),
    roundTripMs,
  };
}

function fieldsOf(fields: Readonly<Record<string, string | number | null>>): Map<string, string> {
  return new Map(Object.entries(fields).flatMap(([name, value]) => (value === null ? [] : [[name, String(value)]])));
}
