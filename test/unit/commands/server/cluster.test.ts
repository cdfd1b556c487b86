import { ClusterCommands } from '../../../../lib/commands/server/cluster.js';
import { ClusterSlotCommands } from '../../../../lib/commands/server/cluster-slot.js';
import { describeReplies, describeWire } from '../recorder.js';

describeWire(ClusterCommands, [
  [(r) => r.clusterShards(), 'CLUSTER SHARDS'],
  [(r) => r.clusterNodes(), 'CLUSTER NODES'],
  [(r) => r.clusterInfo(), 'CLUSTER INFO'],
  [(r) => r.clusterLinks(), 'CLUSTER LINKS'],
  [(r) => r.clusterMyid(), 'CLUSTER MYID'],
  [(r) => r.clusterMyshardid(), 'CLUSTER MYSHARDID'],
  [(r) => r.clusterReplicas('id'), 'CLUSTER REPLICAS id'],
  [(r) => r.clusterSlaves('id'), 'CLUSTER SLAVES id'],
  [(r) => r.clusterCountFailureReports('id'), 'CLUSTER COUNT-FAILURE-REPORTS id'],
  [(r) => r.clusterMeet('h', 1), 'CLUSTER MEET h 1'],
  [(r) => r.clusterMeet('h', 1, 2), 'CLUSTER MEET h 1 2'],
  [(r) => r.clusterForget('id'), 'CLUSTER FORGET id'],
  [(r) => r.clusterReplicate('id'), 'CLUSTER REPLICATE id'],
  [(r) => r.clusterReplicate('NO ONE'), 'CLUSTER REPLICATE NO ONE'],
  [(r) => r.clusterFailover(), 'CLUSTER FAILOVER'],
  [(r) => r.clusterFailover({ FORCE: true }), 'CLUSTER FAILOVER FORCE'],
  [(r) => r.clusterFailover({ TAKEOVER: true }), 'CLUSTER FAILOVER TAKEOVER'],
  [(r) => r.clusterReset(), 'CLUSTER RESET'],
  [(r) => r.clusterReset({ HARD: true }), 'CLUSTER RESET HARD'],
  [(r) => r.clusterReset({ SOFT: true }), 'CLUSTER RESET SOFT'],
  [(r) => r.clusterSaveconfig(), 'CLUSTER SAVECONFIG'],
  [(r) => r.clusterBumpepoch(), 'CLUSTER BUMPEPOCH'],
  [(r) => r.clusterSetConfigEpoch(3), 'CLUSTER SET-CONFIG-EPOCH 3'],
  [(r) => r.clusterHelp(), 'CLUSTER HELP'],
]);

describeWire(ClusterSlotCommands, [
  [(r) => r.clusterSlots(), 'CLUSTER SLOTS'],
  [(r) => r.clusterKeyslot('k'), 'CLUSTER KEYSLOT k'],
  [(r) => r.clusterCountkeysinslot(5), 'CLUSTER COUNTKEYSINSLOT 5'],
  [(r) => r.clusterGetkeysinslot(5, 10), 'CLUSTER GETKEYSINSLOT 5 10'],
  [(r) => r.clusterAddslots([1, 2]), 'CLUSTER ADDSLOTS 1 2'],
  [(r) => r.clusterAddslotsrange({ start: 1, end: 2 }), 'CLUSTER ADDSLOTSRANGE 1 2'],
  [(r) => r.clusterDelslots(1), 'CLUSTER DELSLOTS 1'],
  [
    (r) =>
      r.clusterDelslotsrange([
        { start: 1, end: 2 },
        { start: 5, end: 6 },
      ]),
    'CLUSTER DELSLOTSRANGE 1 2 5 6',
  ],
  [(r) => r.clusterFlushslots(), 'CLUSTER FLUSHSLOTS'],
  [(r) => r.clusterFlushslot(5), 'CLUSTER FLUSHSLOT 5'],
  [(r) => r.clusterFlushslot(5, { ASYNC: true }), 'CLUSTER FLUSHSLOT 5 ASYNC'],
  [(r) => r.clusterFlushslot(5, { SYNC: true }), 'CLUSTER FLUSHSLOT 5 SYNC'],
  [(r) => r.clusterSetslot(5, { IMPORTING: 'id' }), 'CLUSTER SETSLOT 5 IMPORTING id'],
  [(r) => r.clusterSetslot(5, { MIGRATING: 'id', TIMEOUT: 100 }), 'CLUSTER SETSLOT 5 MIGRATING id TIMEOUT 100'],
  [(r) => r.clusterSetslot(5, { NODE: 'id' }), 'CLUSTER SETSLOT 5 NODE id'],
  [(r) => r.clusterSetslot(5, { STABLE: true }), 'CLUSTER SETSLOT 5 STABLE'],
  [(r) => r.clusterMigrateslots({ SLOTSRANGE: { start: 1, end: 2 }, NODE: 'a' }), 'CLUSTER MIGRATESLOTS SLOTSRANGE 1 2 NODE a'],
  [
    (r) =>
      r.clusterMigrateslots([
        {
          SLOTSRANGE: [
            { start: 1, end: 2 },
            { start: 4, end: 5 },
          ],
          NODE: 'a',
        },
        { SLOTSRANGE: { start: 7, end: 7 }, NODE: 'b' },
      ]),
    'CLUSTER MIGRATESLOTS SLOTSRANGE 1 2 4 5 NODE a SLOTSRANGE 7 7 NODE b',
  ],
  [(r) => r.clusterGetslotmigrations(), 'CLUSTER GETSLOTMIGRATIONS'],
  [(r) => r.clusterCancelslotmigrations(), 'CLUSTER CANCELSLOTMIGRATIONS'],
  [(r) => r.clusterSlotStats({ SLOTSRANGE: { start: 0, end: 5 } }), 'CLUSTER SLOT-STATS SLOTSRANGE 0 5'],
  [(r) => r.clusterSlotStats({ ORDERBY: 'KEY-COUNT' }), 'CLUSTER SLOT-STATS ORDERBY KEY-COUNT'],
  [(r) => r.clusterSlotStats({ ORDERBY: 'CPU-USEC', LIMIT: 3, DESC: true }), 'CLUSTER SLOT-STATS ORDERBY CPU-USEC LIMIT 3 DESC'],
  [(r) => r.clusterSlotStats({ ORDERBY: 'CPU-USEC', ASC: true }), 'CLUSTER SLOT-STATS ORDERBY CPU-USEC ASC'],
  [(r) => r.clusterscan(0), 'CLUSTERSCAN 0'],
  [
    (r) => r.clusterscan('0-{06S}-0', { SLOT: 5, TYPE: 'string', COUNT: 10, MATCH: 'a*' }),
    'CLUSTERSCAN 0-{06S}-0 MATCH a* COUNT 10 TYPE string SLOT 5',
  ],
]);

const rawNode = [
  'id',
  'a',
  'port',
  7000,
  'ip',
  '10.0.0.1',
  'endpoint',
  null,
  'role',
  'master',
  'replication-offset',
  64,
  'health',
  'online',
];
const node = { id: 'a', port: 7000, ip: '10.0.0.1', endpoint: null, role: 'master', 'replication-offset': 64, health: 'online' };

describeReplies(ClusterCommands, [
  [
    (r) => r.clusterShards(),
    [
      ['slots', [0, 5, 10, 10], 'nodes', [rawNode], 'id', 's'],
      ['slots', [], 'nodes', []],
    ],
    [
      {
        id: 's',
        slots: [
          { start: 0, end: 5 },
          { start: 10, end: 10 },
        ],
        nodes: [node],
      },
      { slots: [], nodes: [] },
    ],
  ],
  [(r) => r.clusterLinks(), [['direction', 'to', 'node', 'a', 'create-time', 5]], [{ direction: 'to', node: 'a', 'create-time': 5 }]],
]);

describeReplies(ClusterSlotCommands, [
  [
    (r) => r.clusterSlots(),
    [[0, 5, ['h', 7000, 'a', ['ip', '10.0.0.1']], [null, 7001, 'b', []]]],
    [
      {
        start: 0,
        end: 5,
        primary: { host: 'h', port: 7000, id: 'a', metadata: { ip: '10.0.0.1' } },
        replicas: [{ host: null, port: 7001, id: 'b', metadata: {} }],
      },
    ],
  ],
  [
    (r) => r.clusterSlotStats({ SLOTSRANGE: { start: 0, end: 0 } }),
    [[0, ['key-count', 1, 'cpu-usec', 2]]],
    [{ slot: 0, statistics: { 'key-count': 1, 'cpu-usec': 2 } }],
  ],
  [(r) => r.clusterGetslotmigrations(), [['name', 'x', 'create_time', 5]], [{ name: 'x', create_time: 5 }]],
  [(r) => r.clusterscan(0), ['0-{06S}-0', ['a']], { cursor: '0-{06S}-0', keys: ['a'] }],
]);
