import assert from 'node:assert/strict';
import calculateSlot from 'cluster-key-slot';
import { createClient, type Redis } from '../../lib/index.js';
import { Cluster } from '../support/cluster.js';
import { caughtUp } from '../support/replication.js';
import type { Server } from '../support/server.js';
import { chosenKinds, forEachTopology, type RunningTopology, startTopology } from '../support/topologies.js';
import { until } from '../support/wait.js';

/** All items; calls `during` once, after some of them. */
async function collect<T>(
  items: AsyncIterable<T>,
  after = Number.POSITIVE_INFINITY,
  during: () => Promise<unknown> = async () => {},
): Promise<T[]> {
  const collected: T[] = [];
  for await (const item of items) {
    collected.push(item);
    if (collected.length === after) await during();
  }
  return collected;
}

async function fill(redis: Redis, names: readonly string[]): Promise<void> {
  await Promise.all(names.map((name) => redis.set(name, '1')));
}

const keys = (count: number, prefix = 'key:'): string[] => Array.from({ length: count }, (_, i) => `${prefix}${i}`);
const sorted = (items: readonly string[]): string[] => [...items].sort();
const fieldsOf = (count: number): Record<string, number> => Object.fromEntries(keys(count, 'f').map((field, i) => [field, i]));

/** Resolves when the replicas have what the primaries have. */
async function untilReplicated(running: RunningTopology): Promise<void> {
  const group: unknown = running.group;
  const shards =
    group instanceof Cluster
      ? await group.view()
      : (await running.primaries()).map((primary) => ({ primary, replicas: running.replicas() }));
  for (const { primary, replicas } of shards) await caughtUp(primary, await replicas);
}

async function commandCount(server: Server, command: string): Promise<number> {
  const stats = await server.info('commandstats');
  return Number(/calls=(\d+)/.exec(stats[`cmdstat_${command}`] ?? '')?.[1] ?? 0);
}

describe('a scan', () => {
  forEachTopology((t) => {
    let redis: Redis;
    beforeEach(() => {
      redis = createClient({ topology: t.createOptions() });
    });
    afterEach(() => redis.close());

    it('gives every key once', async () => {
      await fill(redis, keys(1_000));
      assert.deepEqual(sorted(await collect(redis.scanKeys())), sorted(keys(1_000)));
      assert.deepEqual(await collect(redis.scanKeys({ match: 'key:99?' })).then(sorted), sorted(keys(1_000).slice(990)));
    });

    it('gives nothing where there is nothing', async () => {
      assert.deepEqual(await collect(redis.scanKeys()), []);
      assert.deepEqual(await collect(redis.scanHash('none')), []);
    });

    it('gives keys of a type only', async () => {
      await fill(redis, ['a', 'b']);
      await redis.sadd('s', 'x');
      assert.deepEqual(await collect(redis.scanKeys({ type: 'set', count: 100 })), ['s']);
    });

    it('gives keys that are no text as bytes, and all of them', async () => {
      const binary = Array.from({ length: 256 }, (_, byte) => Buffer.from([0xff, byte]));
      await Promise.all(binary.map((key) => redis.set(key, '1')));
      const found = await collect(redis.with({ buffers: true }).scanKeys());
      assert.deepEqual(
        found.sort(Buffer.compare).map((key) => key.toString('hex')),
        binary.map((key) => key.toString('hex')),
      );
      assert.equal((await collect(redis.scanKeys())).length, 256);
    });

    it('gives fields with values, members, and members with scores', async () => {
      await redis.hset('h', fieldsOf(1_000));
      await redis.sadd('s', keys(1_000, 'm'));
      await redis.zadd('z', [
        ...keys(500, 'm').map((member, score) => ({ member, score: score / 4 })),
        { member: 'low', score: Number.NEGATIVE_INFINITY },
      ]);
      const fields = await collect(redis.scanHash('h', { count: 50 }));
      assert.deepEqual(new Map(fields), new Map(Object.entries(fieldsOf(1_000)).map(([field, value]) => [field, String(value)])));
      assert.equal(fields.length, 1_000);
      assert.deepEqual(sorted(await collect(redis.scanSet('s'))), sorted(keys(1_000, 'm')));
      const scores = new Map((await collect(redis.scanSortedSet('z'))).map(({ member, score }) => [member, score]));
      assert.equal(scores.size, 501);
      assert.equal(scores.get('m2'), 0.5);
      assert.equal(scores.get('low'), Number.NEGATIVE_INFINITY);
    });

    it('gives the same over RESP2', async () => {
      await using old = createClient({ topology: t.createOptions(), protocol: 2 });
      await fill(old, keys(50));
      await old.zadd('z', [{ member: 'a', score: 1.5 }]);
      await old.hset('h', { f: 'v' });
      assert.equal((await collect(old.scanKeys())).length, 52);
      assert.deepEqual(await collect(old.scanSortedSet('z')), [{ member: 'a', score: 1.5 }]);
      assert.deepEqual(await collect(old.scanHash('h')), [['f', 'v']]);
    });

    it('sends nothing more when the caller breaks', async () => {
      await fill(redis, keys(500));
      for await (const key of redis.scanKeys()) {
        assert.ok(key.startsWith('key:'));
        break;
      }
      // The page that was on its way is answered, and nothing follows it.
      await until(() => redis.stats().commands === 0);
    });

    it('rejects with what the server says', async () => {
      await redis.set('text', '1');
      await assert.rejects(collect(redis.scanHash('text')), { code: 'WRONGTYPE' });
      await assert.rejects(collect(redis.scanKeys({ count: 0 })), { code: 'ERR_OPTIONS' });
    });

    it('ends by its signal', async () => {
      await fill(redis, keys(500));
      const controller = new AbortController();
      await assert.rejects(
        collect(redis.with({ signal: controller.signal }).scanKeys({ count: 5 }), 20, async () => controller.abort()),
        { code: 'ERR_ABORTED' },
      );
    });

    it('begins again when its connection breaks, and still gives every key once', async () => {
      await fill(redis, keys(1_000));
      await redis.hset('h', fieldsOf(1_000));
      const killConnections = async (): Promise<void> => {
        for (const server of await t.primaries()) await server.ask('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
      };
      assert.equal((await collect(redis.scanKeys({ match: 'key:*', count: 20 }), 300, killConnections)).length, 1_000);
      assert.equal(new Map(await collect(redis.scanHash('h', { count: 20 }), 300, killConnections)).size, 1_000);
    });

    it('gives items beyond the limit of `dedupe` again rather than none', async () => {
      await redis.hset('h', fieldsOf(1_000));
      const killConnections = async (): Promise<void> => {
        for (const server of await t.primaries()) await server.ask('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
      };
      const fields = (await collect(redis.scanHash('h', { count: 20, dedupe: 10 }), 300, killConnections)).map(([field]) => field);
      assert.equal(new Set(fields).size, 1_000);
      assert.ok(fields.length > 1_000);
    });
  });

  forEachTopology(
    (t) => {
      it('stays on replicas where reads go there', async () => {
        await using redis = createClient({ topology: t.createOptions(), reads: 'replica' });
        await fill(redis, keys(300));
        await redis.hset('h', fieldsOf(1_000));
        await untilReplicated(t.running);
        const before = await Promise.all(
          (await t.primaries()).flatMap((server) => [commandCount(server, 'scan'), commandCount(server, 'hscan')]),
        );
        assert.equal((await collect(redis.scanKeys())).length, 301);
        assert.equal((await collect(redis.scanHash('h'))).length, 1_000);
        const after = await Promise.all(
          (await t.primaries()).flatMap((server) => [commandCount(server, 'scan'), commandCount(server, 'hscan')]),
        );
        assert.deepEqual(after, before);
      });
    },
    ['replication', 'sentinel', 'cluster'],
  );
});

if (chosenKinds().includes('cluster')) {
  describe('a scan of a cluster that changes', () => {
    /** Keys in few slots, so that few slots carry many keys. */
    const tagged = (slots: readonly number[], each: number): string[] => slots.flatMap((slot) => keys(each, `{${tagOf(slot)}}:`));

    // The last shard's slots go to the first, which is scanned first: before their own shard is scanned, and while it is.
    for (const after of [1_500, 2_500]) {
      it(`finds keys that went to a shard it had been through, after ${after} keys`, async function () {
        this.timeout(60_000);
        await using running = await startTopology('cluster');
        await using redis = createClient({ topology: running.createOptions() });
        const { group } = running;
        const slots = [16_000, 16_001, 16_002, 16_003];
        const all = [...keys(3_000), ...tagged(slots, 100)];
        await fill(redis, all);
        const [from, to] = [await group.nodeForSlot(16_000), await group.nodeForSlot(0)];
        const found = await collect(redis.scanKeys({ count: 20 }), after, () => group.moveSlots(from, to, 16_000, 16_003));
        assert.deepEqual(sorted(found), sorted(all));
      });
    }

    it('finds the keys of a slot whose move does not end', async function () {
      this.timeout(60_000);
      await using running = await startTopology('cluster');
      await using redis = createClient({ topology: running.createOptions() });
      const { group } = running;
      const slot = 16_000;
      const all = [...keys(2_000), ...tagged([slot], 100)];
      await fill(redis, all);
      const [from, to] = [await group.nodeForSlot(slot), await group.nodeForSlot(0)];
      const begin = async (): Promise<void> => {
        await to.ask('CLUSTER', 'SETSLOT', slot, 'IMPORTING', String(await from.ask('CLUSTER', 'MYID')));
        await from.ask('CLUSTER', 'SETSLOT', slot, 'MIGRATING', String(await to.ask('CLUSTER', 'MYID')));
        for (const key of tagged([slot], 50)) await from.ask('MIGRATE', to.host, to.port, key, 0, 5_000);
      };
      const found = await collect(redis.scanKeys({ count: 20 }), 1_000, begin);
      assert.deepEqual(sorted(found), sorted(all));
    });

    it('follows a hash to another shard, also while its slot is migrating', async function () {
      this.timeout(60_000);
      await using running = await startTopology('cluster');
      await using redis = createClient({ topology: running.createOptions() });
      const { group } = running;
      const slot = calculateSlot('h');
      await redis.hset('h', fieldsOf(2_000));
      const from = await group.nodeForSlot(slot);
      const to = (await running.primaries()).find((server) => server !== from);
      assert.ok(to !== undefined);
      const begin = async (): Promise<void> => {
        await to.ask('CLUSTER', 'SETSLOT', slot, 'IMPORTING', String(await from.ask('CLUSTER', 'MYID')));
        await from.ask('CLUSTER', 'SETSLOT', slot, 'MIGRATING', String(await to.ask('CLUSTER', 'MYID')));
        await from.ask('MIGRATE', to.host, to.port, 'h', 0, 5_000);
      };
      const asked = await collect(redis.scanHash('h', { count: 20 }), 500, begin);
      assert.equal(asked.length, 2_000);
      assert.equal(new Map(asked).size, 2_000);
      const end = async (): Promise<void> => {
        for (const server of [to, from]) await server.ask('CLUSTER', 'SETSLOT', slot, 'NODE', String(await to.ask('CLUSTER', 'MYID')));
      };
      const moved = await collect(redis.scanHash('h', { count: 20 }), 500, end);
      assert.equal(moved.length, 2_000);
    });

    for (const how of ['a failover', 'the death of a primary', 'the silence of a primary'] as const) {
      it(`gives every key once over ${how}`, async function () {
        this.timeout(60_000);
        await using running = await startTopology('cluster');
        await using redis = createClient({ topology: running.createOptions(), timeoutMs: 20_000 });
        const { group } = running;
        const all = keys(3_000);
        await fill(redis, all);
        // In the shard of slot 0, which is scanned first.
        const hash = '{b}h';
        await redis.hset(hash, fieldsOf(2_000));
        await untilReplicated(running);
        const change = async (): Promise<void> => {
          const { primary, replicas } = await group.shardForSlot(calculateSlot(hash));
          if (how === 'a failover') await group.failover(replicas[0]);
          else if (how === 'the silence of a primary') primary.pause();
          else await primary.kill();
        };
        let scansInProgress = 0;
        let resolveChanged = (): void => {};
        const changed = new Promise<void>((resolve) => {
          resolveChanged = resolve;
        });
        const onceInBoth = async (): Promise<void> => {
          if (++scansInProgress === 2) await change().then(resolveChanged);
          await changed;
        };
        const [found, fields] = await Promise.all([
          collect(redis.scanKeys({ match: 'key:*', count: 20 }), 200, onceInBoth),
          collect(redis.scanHash(hash, { count: 20 }), 500, onceInBoth),
        ]);
        assert.deepEqual(sorted(found), sorted(all));
        assert.equal(fields.length, 2_000);
      });
    }

    it('goes on elsewhere when the replica it reads from dies', async function () {
      this.timeout(60_000);
      await using running = await startTopology('cluster');
      await using redis = createClient({ topology: running.createOptions(), reads: 'replicaPreferred' });
      const { group } = running;
      const all = keys(3_000);
      await fill(redis, all);
      await untilReplicated(running);
      const found = await collect(redis.scanKeys({ count: 20 }), 200, async () => (await group.shardForSlot(0)).replicas[0]?.kill());
      assert.deepEqual(sorted(found), sorted(all));
    });
  });
}

for (const kind of ['sentinel', 'single'] as const) {
  if (!chosenKinds().includes(kind)) continue;
  describe(`a scan of ${kind} that changes`, () => {
    it('gives every key once over another process', async function () {
      this.timeout(60_000);
      await using running = await startTopology<'sentinel' | 'single'>(kind);
      await using redis = createClient({ topology: running.createOptions(), timeoutMs: 20_000 });
      await fill(redis, keys(2_000));
      await untilReplicated(running);
      const { group } = running;
      const change = async (): Promise<void> => {
        if ('failover' in group) await group.failover();
        else {
          await group.ask('SAVE');
          await group.restart();
        }
      };
      assert.deepEqual(sorted(await collect(redis.scanKeys({ count: 20 }), 500, change)), sorted(keys(2_000)));
    });
  });
}

const tags = new Map<number, string>();
/** A hash tag of the slot. */
function tagOf(slot: number): string {
  for (let i = tags.size; !tags.has(slot); i++) tags.set(calculateSlot(`t${i}`), `t${i}`);
  return tags.get(slot) ?? '';
}
