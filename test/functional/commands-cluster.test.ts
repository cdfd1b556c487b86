import assert from 'node:assert/strict';
import type { Redis } from '../../lib/api/redis.js';
import type { KeyPage } from '../../lib/commands/keys/key.js';
import { ClusterCommands, type ClusterShard } from '../../lib/commands/server/cluster.js';
import { ClusterSlotCommands, type ClusterSlots, type SlotStats } from '../../lib/commands/server/cluster-slot.js';
import { cluster } from '../../lib/index.js';
import { Server } from '../support/server.js';
import { until } from '../support/wait.js';
import { describeLive, type LiveServer, refusal } from './live-commands.js';

/** A cluster of one node, so that every call reaches the same one. */
const clusterOfOne: LiveServer = {
  async start() {
    const server = await Server.start({ config: ['cluster-enabled yes', 'cluster-announce-ip 127.0.0.1'] });
    await server.ask('CLUSTER', 'ADDSLOTSRANGE', '0', '16383');
    // Only Valkey keeps statistics of slots, and only if it is told to.
    await server.ask('CONFIG', 'SET', 'cluster-slot-stats-enabled', 'yes').catch(() => undefined);
    await until(async () => String(await server.ask('CLUSTER', 'INFO')).includes('cluster_state:ok'), { what: 'the cluster serves' });
    return server;
  },
  topology: ({ host, port }) => cluster([{ host, port }]),
};

const matches = (pattern: RegExp) => (text: string) => assert.match(text, pattern);
const unknownNode = matches(/^ERR (Unknown node|Invalid node address|I don't know about node)/i);
const slotOfA = 15_495;

async function everyKey(redis: Redis): Promise<string[]> {
  const found: string[] = [];
  let cursor: string | number = 0;
  do {
    const page: KeyPage<string> = await redis.clusterscan(cursor, { SLOT: slotOfA });
    found.push(...page.keys.map(String));
    cursor = page.cursor;
  } while (cursor !== '0');
  return found;
}

describeLive(
  [ClusterCommands, ClusterSlotCommands],
  [
    [(redis) => redis.set('a', '1'), 'OK'],
    [
      (redis) => redis.clusterShards(),
      ([shard, ...others]: ClusterShard<string, number>[]) => {
        assert.deepEqual(others, []);
        assert.deepEqual(shard?.slots, [{ start: 0, end: 16_383 }]);
        const [node] = shard.nodes;
        assert.match(String(node?.id), /^[0-9a-f]{40}$/);
        assert.equal(node?.ip, '127.0.0.1');
        assert.equal(node.role, 'master');
        assert.equal(node.health, 'online');
        assert.equal(typeof node.port, 'number');
        assert.equal(typeof node['replication-offset'], 'number');
      },
    ],
    [
      (redis) => redis.clusterSlots(),
      ([range, ...others]: ClusterSlots<string, number>[]) => {
        assert.deepEqual(others, []);
        assert.deepEqual([range?.start, range?.end, range?.replicas], [0, 16_383, []]);
        assert.match(String(range?.primary.id), /^[0-9a-f]{40}$/);
        assert.equal(range?.primary.host, '127.0.0.1');
        assert.deepEqual(range.primary.metadata, {});
      },
    ],
    [(redis) => redis.clusterNodes(), matches(/^[0-9a-f]{40} 127\.0\.0\.1:\d+@\d+.* 0-16383\n$/)],
    [(redis) => redis.clusterInfo(), matches(/^cluster_state:ok\r\n/)],
    [(redis) => redis.clusterLinks(), []],
    [(redis) => redis.clusterMyid(), matches(/^[0-9a-f]{40}$/)],
    [(redis) => redis.clusterMyshardid(), matches(/^[0-9a-f]{40}$/)],
    [(redis) => refusal(redis.clusterReplicas('none')), unknownNode],
    [(redis) => refusal(redis.clusterSlaves('none')), unknownNode],
    [(redis) => refusal(redis.clusterCountFailureReports('none')), unknownNode],
    [(redis) => refusal(redis.clusterMeet('none', 1, 2)), matches(/^ERR Invalid node address specified/)],
    [(redis) => refusal(redis.clusterForget('none')), unknownNode],
    [(redis) => refusal(redis.clusterReplicate('none')), unknownNode],
    [(redis) => refusal(redis.clusterFailover({ FORCE: true })), matches(/^ERR You should send CLUSTER FAILOVER to a (replica|slave)/i)],
    [(redis) => refusal(redis.clusterFailover({ TAKEOVER: true })), matches(/^ERR You should send CLUSTER FAILOVER to a (replica|slave)/i)],
    [
      (redis) => refusal(redis.clusterReset({ SOFT: true })),
      matches(/^ERR CLUSTER RESET can't be called with master nodes containing keys/i),
    ],
    [(redis) => redis.clusterSaveconfig(), 'OK'],
    [(redis) => redis.clusterBumpepoch(), matches(/^(BUMPED|STILL) \d+$/)],
    [(redis) => refusal(redis.clusterSetConfigEpoch(5)), matches(/^ERR Node config epoch is already non-zero/)],
    [(redis) => redis.clusterHelp(), ([first]: string[]) => assert.match(String(first), /^CLUSTER/)],

    [(redis) => redis.clusterKeyslot('a'), slotOfA],
    [(redis) => redis.clusterCountkeysinslot(slotOfA), 1],
    [(redis) => redis.clusterGetkeysinslot(slotOfA, 5), ['a']],
    [(redis) => refusal(redis.clusterAddslots([1, 2])), 'ERR Slot 1 is already busy'],
    [(redis) => refusal(redis.clusterAddslotsrange([{ start: 3, end: 4 }])), 'ERR Slot 3 is already busy'],
    [(redis) => redis.clusterDelslots([1, 2]), 'OK'],
    [(redis) => redis.clusterAddslots([1, 2]), 'OK'],
    [(redis) => redis.clusterDelslotsrange({ start: 3, end: 4 }), 'OK'],
    [
      (redis) =>
        redis.clusterAddslotsrange([
          { start: 3, end: 3 },
          { start: 4, end: 4 },
        ]),
      'OK',
    ],
    [(redis) => refusal(redis.clusterFlushslots()), matches(/^ERR DB must be empty to perform CLUSTER FLUSHSLOTS/)],
    [(redis) => redis.clusterSetslot(5, { STABLE: true }), 'OK'],
    [(redis) => refusal(redis.clusterSetslot(5, { MIGRATING: 'none' })), unknownNode],
    [(redis) => refusal(redis.clusterSetslot(5, { NODE: 'none' })), unknownNode],
    [(redis) => refusal(redis.clusterSetslot(5, { IMPORTING: 'none' })), matches(/^ERR /)],
    [(redis) => refusal(redis.clusterSetslot(5, { NODE: 'none', TIMEOUT: 100 })), unknownNode, 'TIMEOUT'],
    [
      (redis) => redis.clusterSlotStats({ SLOTSRANGE: { start: slotOfA, end: slotOfA } }),
      ([{ slot, statistics }]: [SlotStats<number>]) => {
        assert.equal(slot, slotOfA);
        assert.equal(statistics['key-count'], 1);
      },
    ],
    [
      (redis) => redis.clusterSlotStats({ ORDERBY: 'KEY-COUNT', LIMIT: 2, DESC: true }),
      ([first, second]: SlotStats<number>[]) => assert.deepEqual([first?.slot, second?.statistics['key-count']], [slotOfA, 0]),
    ],
    [(redis) => redis.clusterGetslotmigrations(), []],
    [(redis) => refusal(redis.clusterCancelslotmigrations()), 'ERR No migrations ongoing'],
    [
      (redis) =>
        refusal(
          redis.clusterMigrateslots({
            SLOTSRANGE: [
              { start: 1, end: 2 },
              { start: 4, end: 4 },
            ],
            NODE: 'f'.repeat(40),
          }),
        ),
      unknownNode,
    ],
    [
      (redis) => redis.clusterscan(0, { SLOT: slotOfA, COUNT: 100, MATCH: 'a*', TYPE: 'string' }),
      ({ cursor, keys }: { cursor: string; keys: string[] }) => {
        // The first page may only lead to the slot.
        assert.match(cursor, /^0$|\{.*\}/);
        assert.ok(keys.every((key) => key === 'a'));
      },
    ],
    [(redis) => everyKey(redis), ['a']],
    [(redis) => redis.clusterFlushslot(slotOfA, { SYNC: true }), 'OK'],
    [(redis) => redis.clusterFlushslot(slotOfA), 'OK'],
  ],
  clusterOfOne,
);
