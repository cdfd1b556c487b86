import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ClientOptions, createClient, NotReplicatedError, type Redis, SlotwiseError } from '../../lib/index.js';
import { Stopwatch } from '../support/stopwatch.js';
import { forEachTopology, serverKinds } from '../support/topologies.js';
import { until } from '../support/wait.js';

type Options = Omit<ClientOptions, 'topology'>;

/** What a command gives, as text; the code and `executed` of an error. */
async function outcomeOf(promise: Promise<unknown>): Promise<string> {
  try {
    return JSON.stringify(await promise);
  } catch (error) {
    assert.ok(error instanceof SlotwiseError, String(error));
    return `${error.code} ${error.executed}`;
  }
}

/** Each blocks until the second command runs. */
const cases: readonly {
  readonly name: string;
  block(redis: Redis, timeoutSeconds: number): Promise<unknown>;
  wake(redis: Redis): Promise<unknown>;
  readonly gives: unknown;
}[] = [
  { name: 'BLPOP', block: (r, t) => r.blpop(['{k}1', '{k}2'], t), wake: (r) => r.rpush('{k}2', 'a'), gives: { key: '{k}2', element: 'a' } },
  { name: 'BRPOP', block: (r, t) => r.brpop('{k}', t), wake: (r) => r.rpush('{k}', ['a', 'b']), gives: { key: '{k}', element: 'b' } },
  { name: 'BLMOVE', block: (r, t) => r.blmove('{k}1', '{k}2', 'LEFT', 'RIGHT', t), wake: (r) => r.rpush('{k}1', 'a'), gives: 'a' },
  { name: 'BRPOPLPUSH', block: (r, t) => r.brpoplpush('{k}1', '{k}2', t), wake: (r) => r.rpush('{k}1', 'a'), gives: 'a' },
  {
    name: 'BLMPOP',
    block: (r, t) => r.blmpop(t, '{k}', 'LEFT', { COUNT: 2 }),
    wake: (r) => r.rpush('{k}', ['a', 'b', 'c']),
    gives: { key: '{k}', elements: ['a', 'b'] },
  },
  {
    name: 'BZPOPMIN',
    block: (r, t) => r.bzpopmin('{k}', t),
    wake: (r) =>
      r.zadd('{k}', [
        { member: 'a', score: 1 },
        { member: 'b', score: 2 },
      ]),
    gives: { key: '{k}', member: 'a', score: 1 },
  },
  {
    name: 'BZPOPMAX',
    block: (r, t) => r.bzpopmax('{k}', t),
    wake: (r) =>
      r.zadd('{k}', [
        { member: 'a', score: 1 },
        { member: 'b', score: 2 },
      ]),
    gives: { key: '{k}', member: 'b', score: 2 },
  },
  {
    name: 'BZMPOP',
    block: (r, t) => r.bzmpop(t, ['{k}1', '{k}2'], 'MIN'),
    wake: (r) => r.zadd('{k}2', 1, 'a'),
    gives: { key: '{k}2', members: [{ member: 'a', score: 1 }] },
  },
  {
    name: 'XREAD',
    block: (r, t) => r.xread({ '{k}': '$' }, { BLOCK: t * 1_000 }),
    wake: (r) => r.xadd('{k}', '1-1', { f: 'v' }),
    gives: [{ key: '{k}', entries: [{ id: '1-1', fields: { f: 'v' } }] }],
  },
  {
    name: 'XREADGROUP',
    block: async (r, t) => {
      await r.call('XGROUP', 'CREATE', '{k}', 'g', '$', 'MKSTREAM').catch(() => {});
      return r.xreadgroup('g', 'c', { '{k}': '>' }, { BLOCK: t * 1_000 });
    },
    wake: (r) => r.xadd('{k}', '1-1', { f: 'v' }),
    gives: [{ key: '{k}', entries: [{ id: '1-1', fields: { f: 'v' } }] }],
  },
];

describe('a blocking command', () => {
  forEachTopology((t) => {
    const clients: Redis[] = [];
    const client = (options: Options = {}): Redis => {
      const redis = createClient({ topology: t.createOptions(), ...options });
      clients.push(redis);
      return redis;
    };
    afterEach(() => {
      const left = clients.splice(0).map((redis) => {
        const { commands } = redis.stats();
        redis.destroy();
        return commands;
      });
      assert.deepEqual(left, Array(left.length).fill(0), 'every command is off the books');
    });
    /** How many clients the servers hold back. */
    const blocked = async (): Promise<number> => {
      const infos = await Promise.all((await t.primaries()).map((server) => server.info('clients')));
      return infos.reduce((sum, { blocked_clients: count }) => sum + Number(count), 0);
    };

    for (const { name, block, wake, gives } of cases) {
      for (const protocol of [3, 2] as const) {
        it(`${name} waits beside other commands for what comes, with RESP${protocol}`, async () => {
          const redis = client({ protocol });
          const outcome = block(redis, 0);
          await until(async () => (await blocked()) === 1);
          await redis.set('other', '1');
          assert.equal(await redis.get('other'), '1');
          await wake(redis);
          assert.deepEqual(await outcome, gives);
        });
      }

      it(`${name} gives null when its time is over, and ends for a caller who gives up`, async () => {
        const redis = client({ timeoutMs: 2_000 });
        assert.equal(await block(redis, 0.1), null);
        const controller = new AbortController();
        const outcome = outcomeOf(block(redis.with({ signal: controller.signal, timeoutMs: 0 }), 0));
        await until(async () => (await blocked()) === 1);
        controller.abort();
        assert.equal(await outcome, 'ERR_ABORTED no');
        assert.equal(await blocked(), 0);
      });
    }

    it('loses nothing, whenever its caller gives up', async () => {
      const redis = client();
      const pushed: string[] = [];
      const delivered: string[] = [];
      const left: string[] = [];
      let aborts = 0;
      // Who comes first is up to the machine: until both have.
      const bothCame = (): boolean => aborts > 10 && delivered.length > 10;
      for (let round = 0; round < 150 || (!bothCame() && round < 1_500); round++) {
        const controller = new AbortController();
        const popping = redis.with({ signal: controller.signal }).blpop('race', 0);
        const element = String(round);
        // The element and the wish to end meet at every distance: the abort before, with and after the push.
        const pushing = sleep(round % 5).then(() => redis.rpush('race', element));
        setTimeout(() => controller.abort(), (round * 7) % 5);
        await pushing;
        pushed.push(element);
        try {
          const popped = await popping;
          if (popped !== null) delivered.push(popped.element);
        } catch (error) {
          assert.ok(error instanceof SlotwiseError);
          assert.equal(`${error.code} ${error.executed}`, 'ERR_ABORTED no');
          aborts++;
        }
        // What nobody took must be there.
        left.push(...(await redis.lrange('race', 0, -1)));
        await redis.del('race');
      }
      assert.deepEqual(
        [...delivered, ...left].map(Number).sort((a, b) => a - b),
        pushed.map(Number),
      );
      assert.ok(bothCame(), `${aborts} aborts, ${delivered.length} delivered`);
    });

    it('loses nothing when the client closes', async () => {
      const other = client();
      const delivered: string[] = [];
      const left: string[] = [];
      for (let round = 0; round < 8; round++) {
        const redis = client();
        const popping = Array.from({ length: 10 }, () => redis.blpop('closing', 0));
        await until(async () => (await blocked()) === 10);
        const pushing = other.rpush(
          'closing',
          Array.from({ length: 5 }, (_, i) => `${round}-${i}`),
        );
        if (round % 2 === 0) await pushing;
        const [results] = await Promise.all([Promise.allSettled(popping), redis.close(), pushing]);
        for (const result of results) {
          if (result.status === 'fulfilled') delivered.push(result.value?.element ?? 'nothing');
          else assert.equal(await outcomeOf(Promise.reject(result.reason)), 'ERR_CLOSED no');
        }
        // Those that came after the callers had left, so that the next round's callers all block.
        left.push(...(await other.lrange('closing', 0, -1)));
        await other.del('closing');
      }
      assert.equal(new Set([...delivered, ...left]).size, 40);
      assert.equal(delivered.length + left.length, 40);
    });

    it('shares connections in turn when there are more callers than pool.maxExclusive', async () => {
      const redis = client({ pool: { maxExclusive: 3 } });
      const popping = Array.from({ length: 9 }, () => redis.blpop('many', 0));
      await until(async () => (await blocked()) === 3);
      for (let i = 0; i < 9; i++) await redis.rpush('many', String(i));
      const elements = (await Promise.all(popping)).map((popped) => popped?.element);
      assert.deepEqual(elements.sort(), ['0', '1', '2', '3', '4', '5', '6', '7', '8']);
      assert.ok(redis.stats().nodes.every(({ exclusiveConnections }) => exclusiveConnections <= 3));
    });

    it('is told at once when it waits for a key that holds something else', async () => {
      const redis = client();
      await redis.set('text', '1');
      assert.equal(await outcomeOf(redis.blpop('text', 0)), 'WRONGTYPE yes');
    });

    describe('in lease()', () => {
      it('ends with the signal and with close(), and its connection is used again', async () => {
        const redis = client();
        const controller = new AbortController();
        const aborted = redis.with({ signal: controller.signal }).lease((one) => outcomeOf(one.blpop('l', 0)), { key: 'l' });
        await until(async () => (await blocked()) === 1);
        controller.abort();
        assert.equal(await aborted, 'ERR_ABORTED no');
        const closed = redis.lease(
          async (one) => {
            const first = await outcomeOf(one.blpop('l', 0));
            return [first, await outcomeOf(one.blpop('l', 0)), await outcomeOf(one.get('l'))];
          },
          { key: 'l' },
        );
        await until(async () => (await blocked()) === 1);
        const exclusive = redis.stats().nodes.reduce((sum, node) => sum + node.exclusiveConnections, 0);
        assert.equal(exclusive, 1);
        await redis.close();
        assert.deepEqual(await closed, ['ERR_CLOSED no', 'ERR_CLOSED no', 'ERR_CLOSED no']);
      });

      it('counts the replicas that have its writes', async () => {
        const redis = client();
        await redis.lease(
          async (one) => {
            await one.set('w', '1');
            const replicas = (await t.replicas()).length / (await t.primaries()).length;
            assert.equal(await one.wait(replicas, 5_000), replicas);
            await one.watch('w');
            await one.unwatch();
          },
          { key: 'w' },
        );
        assert.equal(
          redis.stats().nodes.reduce((sum, node) => sum + node.exclusiveConnections, 0),
          1,
          'the connection is kept',
        );
      });

      // Of a cluster's primaries only one has the connection, and others may have one of that number.
      if (t.kind !== 'cluster') {
        it('says that its connection is lost to a command that would block, too', async () => {
          const redis = client();
          await redis.lease(
            async (one) => {
              const id = await one.clientId();
              const [primary] = await t.primaries();
              await primary?.ask('CLIENT', 'KILL', 'ID', String(id));
              await until(async () => (await outcomeOf(one.get('l'))) === 'ERR_CONNECTION_LOST no');
              assert.equal(await outcomeOf(one.blpop('l', 1)), 'ERR_CONNECTION_LOST no');
            },
            { key: 'l' },
          );
          assert.equal(await redis.lease((one) => one.ping(), { key: 'l' }), 'PONG');
        });
      }

      it('waits for a connection inside the deadline, and for no longer', async () => {
        const redis = client({ pool: { maxExclusive: 1 } });
        await redis.lease(
          async () => {
            const watch = Stopwatch.start();
            const second = redis.with({ timeoutMs: 80 }).lease(async () => assert.fail('it got one'), { key: 'k' });
            assert.equal(await outcomeOf(second), 'ERR_TIMEOUT no');
            assert.ok(watch.ownMs < 500, `${watch.ownMs} ms`);
          },
          { key: 'k' },
        );
        assert.equal(await redis.lease((one) => one.ping(), { key: 'k' }), 'PONG');
      });
    });

    describe('with waitReplicas', () => {
      if (t.kind !== 'single') {
        it('has the write on the replicas when it resolves', async () => {
          const redis = client();
          const count = (await t.replicas()).length / (await t.primaries()).length;
          const view = redis.with({ waitReplicas: { count, timeoutMs: 5_000 } });
          for (let i = 0; i < 20; i++) {
            assert.equal(await view.set('a', String(i)), 'OK');
            const values = await Promise.all(
              (await t.replicas()).map(async (server) => {
                using connection = await server.connect();
                if (t.kind === 'cluster') await connection.ask('READONLY');
                return await connection.ask('GET', 'a').catch(() => null); // another shard's
              }),
            );
            assert.ok(values.filter((value) => value === String(i)).length >= count, `${values} on ${i}`);
          }
          assert.deepEqual(await view.multi().set('{a}b', '1').incr('{a}b').exec(), ['OK', 2]);
          assert.equal(await view.get('a'), await redis.get('a'));
        });
      }

      it('says how many have it where too few do, and what the write gave', async () => {
        const redis = client();
        const error: unknown = await redis
          .with({ waitReplicas: { count: 9, timeoutMs: 60 } })
          .incr('n')
          .catch((reason: unknown) => reason);
        assert.ok(error instanceof NotReplicatedError);
        assert.equal(error.executed, 'yes');
        assert.equal(error.wanted, 9);
        assert.ok(error.acknowledged < 9);
        assert.equal(error.reply, 1);
        assert.equal(error.command, 'INCR');
        assert.equal(await redis.get('n'), '1');
      });

      it('gives the errors of the write itself', async () => {
        const redis = client();
        const view = redis.with({ waitReplicas: { count: 1, timeoutMs: 1_000 } });
        await redis.set('text', 'x');
        assert.equal(await outcomeOf(view.incr('text')), 'ERR yes');
        assert.equal(await outcomeOf(view.lpush('text', 'x')), 'WRONGTYPE yes');
        assert.equal(await outcomeOf(view.blpop('list', 1)), 'ERR_COMMAND_REFUSED no');
      });
    });
    // A lease without a key may be on any member of a ring, which `ring.test.ts` knows; to the others it is as a cluster.
  }, serverKinds);
});
