import { type FactsChange, factsOf } from './invented-facts.js';

const MIB = 1024 * 1024;
const DOWN = { master_link_status: 'down', master_last_io_seconds_ago: -1, master_link_down_since_seconds: 30 };

/** A server of a shard: what changes at it, and at its neighbour. */
export interface ServerCase {
  readonly name: string;
  readonly role?: 'primary' | 'replica';
  readonly own?: FactsChange;
  /** The server's primary, or its replica; null: it cannot be asked. */
  readonly other?: FactsChange | null;
  readonly expected: readonly RegExp[];
}

export const CASES: readonly ServerCase[] = [
  { name: 'a healthy primary', expected: [] },
  { name: 'a healthy replica', role: 'replica', expected: [] },
  {
    name: 'rights that allow neither INFO nor CONFIG',
    own: { info: Object.fromEntries([...factsOf('primary').info.keys()].map((name) => [name, null])) },
    expected: [/^note unchecked .*: INFO is not allowed/],
  },
  {
    name: 'rights that do not allow CONFIG',
    own: { config: Object.fromEntries([...factsOf('primary').config.keys()].map((name) => [name, null])) },
    expected: [/^note unchecked .*: CONFIG GET is not allowed/],
  },
  {
    name: 'a primary that loads its data',
    own: { info: { loading: 1, loading_loaded_perc: '23.70', loading_eta_seconds: 12 } },
    expected: [/^error loading 10.0.0.1:7001: loads its data set, 23 %, 12 s left/],
  },
  {
    name: 'a replica that loads its data',
    role: 'replica',
    own: { info: { loading: 1 } },
    expected: [/^warning loading .*loads its data set:/],
  },

  {
    name: 'a replica without a link',
    role: 'replica',
    own: { info: DOWN },
    other: { info: { slave0: null } },
    expected: [/^error replica-link 10.0.0.1:7002: no link to its primary 10.0.0.1:7001 for 30 s: its log says why/],
  },
  {
    name: 'a replica whose primary does not answer',
    role: 'replica',
    own: { info: DOWN },
    other: null,
    expected: [/^error replica-link .*: its primary cannot be asked$/],
  },
  {
    name: 'a replica whose link has never been up, and which its primary does not list',
    role: 'replica',
    own: { info: { ...DOWN, master_link_down_since_seconds: -1 } },
    other: { info: { slave0: 'ip=10.0.0.9,port=7009,state=online,offset=1,lag=0' } },
    expected: [/^error replica-link .*no link to its primary 10.0.0.1:7001: /],
  },
  {
    name: 'a replica that synchronises',
    role: 'replica',
    own: { info: { ...DOWN, master_sync_in_progress: 1, master_sync_total_bytes: 400 * MIB, master_sync_left_bytes: 100 * MIB } },
    expected: [/^warning replica-link .*full synchronisation with 10.0.0.1:7001 under way, 100 MiB left for 30 s: it does not count/],
  },
  {
    name: 'a replica whose first synchronisation is being prepared',
    role: 'replica',
    own: { info: { ...DOWN, master_link_down_since_seconds: -1 } },
    other: { info: { slave0: 'ip=10.0.0.1,port=7002,state=wait_bgsave,offset=0,lag=0' } },
    expected: [/^warning replica-link .*waits for a full synchronisation with 10.0.0.1:7001/],
  },
  {
    name: 'a replica that says it synchronises, of which its primary knows nothing',
    role: 'replica',
    own: { info: { ...DOWN, master_sync_in_progress: 1 } },
    other: { config: { requirepass: 'set' }, info: { slave0: null } },
    expected: [/^error replica-link .*no link .* it has no password for it$/, /^error primary-auth /],
  },
  {
    name: 'a replica that says it synchronises with a primary that tells nothing',
    role: 'replica',
    own: { info: { ...DOWN, master_sync_in_progress: 1 } },
    other: null,
    expected: [/^warning replica-link .*under way/],
  },
  {
    name: 'a replica that announces another host',
    role: 'replica',
    own: { info: DOWN },
    other: { info: { slave0: 'ip=192.168.0.9,port=7002,state=wait_bgsave,offset=0,lag=0' } },
    expected: [/^warning replica-link .*waits/],
  },
  {
    name: 'a replica behind by more than the backlog',
    role: 'replica',
    own: { info: { slave_repl_offset: 5_000 } },
    other: { info: { master_repl_offset: 5_000 + 3 * MIB } },
    expected: [/^warning replica-lag .*3 MiB behind 10.0.0.1:7001, more than its backlog of 1 MiB/],
  },
  { name: 'a replica that is a little behind', role: 'replica', other: { info: { master_repl_offset: 5_491 } }, expected: [] },
  {
    name: 'a replica that confirms nothing',
    role: 'replica',
    other: { info: { slave0: 'ip=10.0.0.1,port=7002,state=online,offset=5000,lag=14' } },
    expected: [/^warning replica-lag .*7001 has heard nothing from it for 14 s/],
  },
  {
    name: 'a replica that hears nothing',
    role: 'replica',
    own: { info: { master_last_io_seconds_ago: 40 } },
    other: null,
    expected: [/^warning replica-lag .*heard nothing from its primary for 40 s, .* 10 s$/],
  },
  {
    name: 'a replica that heard something at the last ping',
    role: 'replica',
    own: { info: { master_last_io_seconds_ago: 10 } },
    expected: [],
  },

  {
    name: 'an unlinked replica without the password of its primary',
    role: 'replica',
    own: { info: DOWN },
    other: { config: { requirepass: 'set' }, info: { slave0: null } },
    expected: [
      /^error replica-link .*it has no password for it$/,
      /^error primary-auth .*no masterauth, and its primary 10.0.0.1:7001 wants a password: CONFIG SET/,
    ],
  },
  {
    name: 'a linked replica without the password of its primary',
    role: 'replica',
    other: { config: { requirepass: 'set' } },
    expected: [/^warning primary-auth .*once the link breaks/],
  },
  {
    name: 'a replica with a password',
    role: 'replica',
    own: { config: { masterauth: 'set' } },
    other: { config: { requirepass: 'set' } },
    expected: [],
  },
  {
    name: "a replica with a password under Valkey's name",
    role: 'replica',
    own: { config: { masterauth: null, primaryauth: 'set' } },
    other: { config: { requirepass: 'set' } },
    expected: [],
  },
  {
    name: 'a primary that could not follow its replicas',
    other: { config: { requirepass: 'set' } },
    expected: [/^warning primary-auth .*after a failover/],
  },

  {
    name: 'a primary that too few follow',
    own: { config: { 'min-replicas-to-write': 2 }, info: { min_slaves_good_slaves: 1 } },
    expected: [/^error min-replicas .*refuses writes, because min-replicas-to-write is 2 and only 1 /],
  },
  {
    name: 'a primary whose only replica has no link',
    own: { config: { 'min-replicas-to-write': 1 } },
    other: { info: DOWN },
    expected: [/^error min-replicas .*is 1 and only 0 /],
  },
  {
    name: 'a primary that needs all its replicas',
    own: { config: { 'min-replicas-to-write': 1 } },
    expected: [/^warning min-replicas .*it refuses writes when one fails/],
  },
  { name: 'a primary whose rule is off', own: { config: { 'min-replicas-to-write': 3, 'min-replicas-max-lag': 0 } }, expected: [] },
  {
    name: 'a replica that would refuse writes',
    role: 'replica',
    own: { config: { 'min-replicas-to-write': 1 } },
    expected: [/^warning min-replicas .*is 1, and 0 would follow it once it is promoted/],
  },
  {
    name: 'a replica with the rule of its primary, which tells it already',
    role: 'replica',
    own: { config: { 'min-replicas-to-write': 1 } },
    other: { config: { 'min-replicas-to-write': 1 } },
    expected: [],
  },
  {
    name: 'a replica with too few databases for the keys of its primary',
    role: 'replica',
    own: { info: { cluster_enabled: 0 }, config: { databases: 4 } },
    other: { info: { cluster_enabled: 0, db9: 'keys=3,expires=0,avg_ttl=0' }, config: { databases: 16 } },
    expected: [/^error databases .*has 4 databases, and its primary 10\.0\.0\.1:7001 has keys in database 9: .* wrong database/],
  },
  {
    name: 'a replica with fewer databases than its primary, which does not use them',
    role: 'replica',
    own: { info: { cluster_enabled: 0 }, config: { databases: 4 } },
    other: { info: { cluster_enabled: 0, db3: 'keys=3,expires=0,avg_ttl=0' }, config: { databases: 16 } },
    expected: [/^warning databases .*has 4 databases, and its primary 10\.0\.0\.1:7001 16:/],
  },
  {
    name: 'a replica in a cluster, where that setting does not count',
    role: 'replica',
    own: { config: { databases: 4 } },
    other: { config: { databases: 16 } },
    expected: [],
  },
  {
    name: 'a replica in a cluster with several databases',
    role: 'replica',
    own: { config: { 'cluster-databases': 1 } },
    other: { info: { db1: 'keys=3,expires=0,avg_ttl=0' }, config: { 'cluster-databases': 2 } },
    expected: [/^error databases .*set cluster-databases/],
  },
  {
    name: 'a replica that could not do what its primary did',
    role: 'replica',
    own: { info: { unexpected_error_replies: 2 } },
    expected: [/^warning diverged .*could not carry out 2 commands of its primary/],
  },
  { name: 'a primary that was such a replica', own: { info: { unexpected_error_replies: 2 } }, expected: [] },
  { name: 'a replica that takes writes', role: 'replica', own: { info: { slave_read_only: 0 } }, expected: [/^warning writable-replica /] },

  {
    name: 'a primary whose last save failed',
    own: { info: { rdb_last_bgsave_status: 'err' } },
    expected: [/^error persistence .*refuses writes, because its last save failed/],
  },
  {
    name: 'a primary whose last save failed, and that goes on',
    own: { info: { rdb_last_bgsave_status: 'err' }, config: { 'stop-writes-on-bgsave-error': 'no' } },
    expected: [/^warning persistence .*its last save failed/],
  },
  {
    name: 'a primary whose last save failed, for a replica, because it has none of its own',
    own: { info: { rdb_last_bgsave_status: 'err', aof_enabled: 1 }, config: { save: '', appendonly: 'yes' } },
    expected: [/^warning persistence /],
  },
  {
    name: 'a replica whose last save failed',
    role: 'replica',
    own: { info: { rdb_last_bgsave_status: 'err' } },
    expected: [/^warning persistence /],
  },
  {
    name: 'a primary that cannot append',
    own: { info: { aof_enabled: 1, aof_last_write_status: 'err' } },
    expected: [/^error persistence .*append-only file/],
  },
  {
    name: 'a replica that cannot append',
    role: 'replica',
    own: { info: { aof_enabled: 1, aof_last_write_status: 'err' } },
    expected: [/^warning persistence .*append-only file/],
  },
  { name: 'a rewrite that failed', own: { info: { aof_last_bgrewrite_status: 'err' } }, expected: [/^warning persistence .*rewrite/] },
  {
    name: 'a primary without persistence',
    own: { config: { save: '' } },
    expected: [/^warning persistence .*keeps nothing on disk .*comes back empty/],
  },
  {
    name: 'a primary with an append-only file only',
    own: { config: { save: '', appendonly: 'yes' }, info: { aof_enabled: 1 } },
    expected: [],
  },
  {
    name: 'a replica without persistence',
    role: 'replica',
    own: { config: { save: '' } },
    expected: [/^note persistence .*ends with its process/],
  },

  {
    name: 'a primary that is full',
    own: { info: { maxmemory: 100 * MIB } },
    expected: [/^error memory .*refuses writes: 100 MiB of 100 MiB in use \(100 % of maxmemory, noeviction\)/],
  },
  {
    name: 'a primary that evicts nothing, because no key expires',
    own: { info: { maxmemory: 100 * MIB, maxmemory_policy: 'volatile-lru', db0: 'keys=4,expires=0,avg_ttl=0' } },
    expected: [/^error memory .*volatile-lru/],
  },
  {
    name: 'a primary that evicts keys that expire',
    own: { info: { maxmemory: 100 * MIB, maxmemory_policy: 'volatile-lru', db0: 'keys=4,expires=2,avg_ttl=0' } },
    expected: [/^note memory .*evicts keys/],
  },
  {
    name: 'a primary that is nearly full',
    own: { info: { maxmemory: 110 * MIB } },
    expected: [/^warning memory .*soon refuses writes: .*\(90 %/],
  },
  {
    name: 'a primary of whose memory a part does not count',
    own: { info: { maxmemory: 110 * MIB, mem_not_counted_for_evict: 50 * MIB } },
    expected: [],
  },
  {
    name: 'a cache that is full',
    own: { info: { maxmemory: 100 * MIB, maxmemory_policy: 'allkeys-lfu' } },
    expected: [/^note memory .*evicts keys/],
  },
  { name: 'a replica that is full, which it ignores', role: 'replica', own: { info: { maxmemory: 101 * MIB } }, expected: [] },
  {
    name: 'a replica that is allowed less',
    role: 'replica',
    own: { info: { maxmemory: 50 * MIB } },
    expected: [/^warning memory .*maxmemory is 50 MiB, less than the 100 MiB that 10.0.0.1:7001 has in use/],
  },
  {
    name: 'a machine that is full',
    own: { info: { total_system_memory: 160 * MIB } },
    expected: [/^warning memory .*150 MiB of the 160 MiB of its machine in use/],
  },

  {
    name: 'a fork that takes too long',
    own: { info: { latest_fork_usec: 15_000_000 } },
    expected: [/^error failover-clock .*stopped it for 15 s, .*15 s \(cluster-node-timeout\)/],
  },
  {
    name: 'a fork that takes long',
    own: { info: { latest_fork_usec: 8_000_000 } },
    expected: [/^warning failover-clock .*stopped it for 8 s/],
  },
  { name: 'an answer that takes long', own: { roundTripMs: 7_600 }, expected: [/^warning failover-clock .*took 7.6 s to answer/] },
  {
    name: 'a save that takes long',
    own: { info: { rdb_last_bgsave_time_sec: 90 } },
    expected: [/^warning failover-clock .*a save takes 90 s/],
  },
  { name: 'a save that takes long where nobody waits', own: { info: { rdb_last_bgsave_time_sec: 90, cluster_enabled: 0 } }, expected: [] },
];
