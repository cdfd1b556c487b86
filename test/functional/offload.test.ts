import assert from 'node:assert/strict';
import { createClient, type Redis } from '../../lib/index.js';
import { countCalls } from '../../scripts/demo/counters.js';
import { caughtUp } from '../support/replication.js';
import type { Server } from '../support/server.js';
import { forEachTopology, type SuiteTopology } from '../support/topologies.js';
import { until } from '../support/wait.js';

/** Replicas, one a shard, and all other servers. */
async function chosenServers(t: SuiteTopology): Promise<{ chosen: Server[]; others: Server[]; primaries: Server[] }> {
  const [primaries, replicas] = [await t.primaries(), await t.replicas()];
  const chosen: Server[] = [];
  for (const primary of primaries) {
    for (const replica of replicas) {
      if ((await replica.info('replication')).master_port !== String(primary.port)) continue;
      chosen.push(replica);
      break;
    }
  }
  return { chosen, others: [...primaries, ...replicas].filter((server) => !chosen.includes(server)), primaries };
}

async function waitForReplicas(t: SuiteTopology): Promise<void> {
  const [primaries, replicas] = [await t.primaries(), await t.replicas()];
  for (const primary of primaries) {
    const own = await Promise.all(
      replicas.map(async (one) => ((await one.info('replication')).master_port === String(primary.port) ? [one] : [])),
    );
    await caughtUp(primary, own.flat());
  }
}

describe('offload', () => {
  forEachTopology(
    (t) => {
      const names = Array.from({ length: 30 }, (_, i) => `k${i}`);

      /** How often the chosen servers and the others ran a command while `use` ran. */
      const where = async (command: string, use: () => Promise<unknown>): Promise<[chosen: number, others: number]> => {
        const { chosen, others } = await chosenServers(t);
        const counts = await countCalls([...chosen, ...others], command, use);
        const sum = (list: readonly number[]): number => list.reduce((a, b) => a + b, 0);
        return [sum(counts.slice(0, chosen.length)), sum(counts.slice(chosen.length))];
      };

      async function clientOf(): Promise<Redis> {
        const { chosen } = await chosenServers(t);
        return createClient({
          topology: t.createOptions(),
          nodes: chosen.map(({ address }) => ({ match: address, tags: { use: 'slow' } })),
          offload: { commands: ['KEYS', 'DBSIZE', 'SCAN', 'SORT'], replicas: { tags: { use: 'slow' } }, fallback: ['anyReplica'] },
          domains: { big: { keys: 'big:*', offload: { commands: ['HGETALL', 'SMEMBERS'], replicas: { tags: { use: 'slow' } } } } },
        });
      }

      it("sends what is named to its replicas, each shard's part to one of them, by the servers' own count, and the rest to the primary", async () => {
        await using redis = await clientOf();
        await redis.mset(Object.fromEntries(names.map((name) => [name, '1'])));
        await redis.hset('big:h', { f: 'v' });
        await redis.hset('h', { f: 'v' });
        await redis.rpush('list', ['3', '1', '2']);
        await waitForReplicas(t);
        const shards = (await t.primaries()).length;
        const all = [...names, 'big:h', 'h', 'list'].sort();

        assert.deepEqual(await where('keys', async () => assert.deepEqual((await redis.keys('*')).sort(), all)), [shards, 0]);
        assert.deepEqual(await where('dbsize', async () => assert.equal(await redis.dbsize(), all.length)), [shards, 0]);
        const [scans, elsewhere] = await where('scan', async () => {
          const found: string[] = [];
          for await (const key of redis.scanKeys({ count: 100 })) found.push(key);
          assert.deepEqual(found.sort(), all);
        });
        assert.ok(scans >= shards && elsewhere === 0, `${scans} ${elsewhere}`);
        assert.deepEqual(await where('sort_ro', async () => assert.deepEqual(await redis.sort('list'), ['1', '2', '3'])), [1, 0]);
        assert.equal(await redis.sort('list', { STORE: '{list}2' }), 3);
        assert.deepEqual(await where('hgetall', () => redis.hgetall('big:h')), [1, 0]);
        assert.deepEqual(await where('hgetall', () => redis.hgetall('h')), [0, 1]);
        assert.deepEqual(await where('get', () => redis.get('k1')), [0, 1]);
        assert.deepEqual(await where('keys', () => redis.with({ reads: 'primary' }).keys('*')), [0, shards]);
        const piped = await where('hgetall', () => redis.pipeline().hgetall('big:h').hgetall('h').exec());
        assert.deepEqual(piped, [1, 1]);
        assert.deepEqual(await where('hgetall', () => redis.multi().hgetall('big:h').exec()), [0, 1]);
      });
    },
    ['replication', 'sentinel', 'cluster'],
  );

  forEachTopology(
    (t) => {
      it('follows its own fallback while none of its replicas can be used', async () => {
        const [primary] = await t.primaries();
        assert.ok(primary !== undefined);
        const nowhere = { replicas: { addresses: ['192.0.2.1:6379'] } } as const;
        await using redis = createClient({
          topology: t.createOptions(),
          offload: { commands: 'KEYS', ...nowhere, fallback: ['primary'] },
          domains: { strict: { timeoutMs: 100, offload: { commands: 'KEYS', ...nowhere } } },
        });
        await redis.set('a', '1');
        assert.deepEqual(await countCalls([primary], 'keys', async () => assert.deepEqual(await redis.keys('*'), ['a'])), [1]);
        await assert.rejects(redis.domain('strict').keys('*'), { code: 'ERR_TIMEOUT' });
        await until(() => redis.stats().commands === 0);
      });
    },
    ['replication'],
  );
});
