import assert from 'node:assert/strict';
import { createClient, defineScript, type Redis } from '../../lib/index.js';
import { chosenKinds, forEachTopology, startTopology } from '../support/topologies.js';

const add = defineScript({ lua: "return redis.call('INCRBY', KEYS[1], ARGV[1])", keys: 1, reply: Number });
const read = defineScript({ lua: "return redis.call('GET', KEYS[1])", keys: 1, readonly: true });
const both = defineScript({ lua: "return {redis.call('GET', KEYS[1]), redis.call('GET', KEYS[2])}", keys: 2 });
const failing = defineScript({ lua: "return redis.error_reply('NOSCRIPT made up')", keys: 1 });
const broken = defineScript({ lua: 'this is no Lua', keys: 1 });

describe('a defined script', () => {
  forEachTopology((t) => {
    let redis: Redis;
    beforeEach(async () => {
      for (const server of await t.primaries()) await server.ask('SCRIPT', 'FLUSH');
      redis = createClient({ topology: t.createOptions() });
    });
    afterEach(() => redis.close());

    it('runs where the servers do not know it yet, and by its SHA-1 where they do', async () => {
      assert.equal(await redis.script(add, ['n'], [2]), 2);
      assert.equal(await redis.script(add, ['n'], [3]), 5);
      assert.equal(await redis.get('n'), '5');
    });

    it('goes as text once and by its SHA-1 from then on, in the order of the calls', async () => {
      await redis.connect();
      for (const server of await t.primaries()) await server.ask('CONFIG', 'RESETSTAT');
      const calls = Array.from({ length: 100 }, () => redis.script(add, ['n'], [1]));
      const value = redis.get('n');
      assert.deepEqual(
        await Promise.all(calls),
        Array.from({ length: 100 }, (_, i) => i + 1),
      );
      assert.equal(await value, '100');
      const stats = await Promise.all((await t.primaries()).map((server) => server.info('commandstats')));
      const count = (name: string): number =>
        stats.reduce((sum, stat) => sum + Number(/calls=(\d+)/.exec(stat[`cmdstat_${name}`] ?? '')?.[1] ?? 0), 0);
      assert.equal(count('eval'), 1);
      assert.equal(count('evalsha'), 99);
    });

    it('runs again after the servers forgot it', async () => {
      await redis.script(add, ['n'], [1]);
      for (const server of await t.primaries()) await server.ask('SCRIPT', 'FLUSH');
      assert.equal(await redis.script(add, ['n'], [1]), 2);
    });

    it('runs inside a pipeline, in its place', async () => {
      const [first, value, second] = await redis.pipeline().script(add, ['n'], [1]).get('n').script(add, ['n'], [1]).exec();
      assert.deepEqual([first, value, second], [1, '1', 2]);
    });

    it('runs inside a transaction, also where the servers forgot it', async () => {
      await redis.script(add, ['n'], [1]);
      for (const server of await t.primaries()) await server.ask('SCRIPT', 'FLUSH');
      assert.deepEqual(await redis.multi().script(add, ['n'], [1]).get('n').exec(), [2, '2']);
    });

    it('runs on a lease, and while keys are watched', async () => {
      assert.equal(await redis.lease((one) => one.script(add, ['n'], [1]), { key: 'n' }), 1);
      const replies = await redis.watch('n', async (tx) => {
        assert.equal(await tx.script(read, ['n']), '1');
        return tx.multi().script(add, ['n'], [4]);
      });
      assert.deepEqual(replies, [5]);
    });

    it('gives bytes where the view does', async () => {
      await redis.set('{k}a', 'x');
      assert.deepEqual(await redis.with({ buffers: true }).script(both, ['{k}a', '{k}b']), [Buffer.from('x'), null]);
    });

    it('passes on what it answers and what is wrong with it', async () => {
      await assert.rejects(redis.script(failing, ['k']), { code: 'NOSCRIPT', message: 'NOSCRIPT made up' });
      await assert.rejects(redis.script(broken, ['k']), /Error compiling script/);
      await assert.rejects(redis.script(broken, ['k']), /Error compiling script/);
    });
  });

  forEachTopology(
    (t) => {
      it('that only reads runs on replicas where reads go there', async () => {
        await using redis = createClient({ topology: t.createOptions(), reads: 'replica' });
        const calls = async (): Promise<number[]> => {
          const stats = await Promise.all((await t.primaries()).map((server) => server.info('commandstats')));
          return stats.map((stat) => Object.keys(stat).filter((name) => /^cmdstat_eval/.test(name)).length);
        };
        for (const server of await t.primaries()) await server.ask('CONFIG', 'RESETSTAT');
        assert.equal(await redis.script(read, ['nothing']), null);
        assert.deepEqual(
          await calls(),
          (await t.primaries()).map(() => 0),
        );
        assert.equal(await redis.script(add, ['n'], [1]), 1);
        assert.notDeepEqual(
          await calls(),
          (await t.primaries()).map(() => 0),
        );
      });
    },
    ['replication', 'sentinel', 'cluster'],
  );

  forEachTopology(
    (t) => {
      it('whose keys are of several slots is refused before anything is sent', async () => {
        await using redis = createClient({ topology: t.createOptions() });
        await redis.connect();
        const before = redis.stats().nodes.map(({ sent }) => sent);
        await assert.rejects(redis.script(both, ['a', 'b']), { code: 'ERR_CROSS_SLOT', keys: ['a', 'b'] });
        await assert.rejects(redis.multi().script(both, ['a', 'b']).exec(), { code: 'ERR_CROSS_SLOT' });
        assert.deepEqual(
          redis.stats().nodes.map(({ sent }) => sent),
          before,
        );
      });

      it('runs on every shard', async () => {
        await using redis = createClient({ topology: t.createOptions() });
        const keys = Array.from({ length: 100 }, (_, i) => `k${i}`);
        assert.deepEqual(
          await Promise.all(keys.map((key) => redis.script(add, [key], [1]))),
          keys.map(() => 1),
        );
      });

      it('is not needed for functions, which are loaded on all primaries', async () => {
        await using redis = createClient({ topology: t.createOptions() });
        const code =
          "#!lua name=adder\nredis.register_function('adder', function(keys, args) return redis.call('INCRBY', keys[1], args[1]) end)";
        try {
          assert.equal(await redis.functionLoad(code, { REPLACE: true }), 'adder');
          for (const server of await t.primaries()) assert.match(String(await server.ask('FUNCTION', 'LIST')), /adder/);
          const keys = Array.from({ length: 30 }, (_, i) => `k${i}`);
          assert.deepEqual(
            await Promise.all(keys.map((key) => redis.fcall<number>('adder', [key], [1]))),
            keys.map(() => 1),
          );
        } finally {
          await redis.functionFlush();
        }
      });
    },
    ['cluster'],
  );
});

if (chosenKinds().includes('cluster')) {
  describe('a defined script over a failover', () => {
    it('runs on the new primary, which never had it', async function () {
      this.timeout(60_000);
      await using running = await startTopology('cluster');
      await using redis = createClient({ topology: running.createOptions() });
      for (const key of ['a', 'b', 'c', 'd', 'e']) await redis.script(add, [key], [1]);
      const { replicas } = await running.group.shardForSlot(0);
      await running.group.failover(replicas[0]);
      for (const key of ['a', 'b', 'c', 'd', 'e']) assert.equal(await redis.script(add, [key], [1]), 2);
      assert.deepEqual(await redis.multi().script(add, ['a'], [1]).exec(), [3]);
    });
  });
}
