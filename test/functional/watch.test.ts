import assert from 'node:assert/strict';
import calculateSlot from 'cluster-key-slot';
import { createClient, type Redis } from '../../lib/index.js';
import { chosenKinds, forEachTopology, startTopology } from '../support/topologies.js';

describe('watch', () => {
  forEachTopology((t) => {
    let redis: Redis;
    beforeEach(() => {
      redis = createClient({ topology: t.createOptions() });
    });
    afterEach(() => redis.close());
    /** Fails if the last connection was left watching or in MULTI, or was not given back. */
    const assertReusable = async (): Promise<void> => {
      const connections = exclusive(redis);
      await redis.lease(
        async (one) => {
          assert.equal(await one.call('PING'), 'PONG');
          assert.doesNotMatch(String(await one.call('CLIENT', 'INFO')), / flags=\w*[xd]/);
        },
        { key: 'a' },
      );
      assert.equal(exclusive(redis), connections, 'the connection was given back');
    };

    it('executes the transaction that is returned, and gives its replies', async () => {
      await redis.set('a', '20');
      const replies = await redis.watch('a', async (tx) => {
        const value = Number(await tx.get('a'));
        return tx
          .multi()
          .set('a', value * 2)
          .get('a');
      });
      assert.deepEqual(replies, ['OK', '40']);
      await assertReusable();
    });

    it('begins again when another client was faster', async () => {
      await redis.set('a', '1');
      let attempts = 0;
      const replies = await redis.watch('a', async (tx) => {
        const value = Number(await tx.get('a'));
        if (++attempts < 4) await redis.incrby('a', 10);
        return tx
          .multi()
          .set('a', value + 1)
          .get('a');
      });
      assert.deepEqual(replies, ['OK', '32']);
      assert.equal(attempts, 4);
      await assertReusable();
    });

    it('gives null when others were always faster', async () => {
      let attempts = 0;
      const replies = await redis.watch(
        'a',
        async (tx) => {
          attempts++;
          await redis.incr('a');
          return tx.multi().set('a', 'mine');
        },
        { retries: 2 },
      );
      assert.equal(replies, null);
      assert.equal(attempts, 3);
      assert.equal(await redis.get('a'), '3');
      await assertReusable();
    });

    it('loses no update of many that race', async () => {
      await redis.set('a', '0');
      const add = () => redis.watch('a', async (tx) => tx.multi().set('a', Number(await tx.get('a')) + 1), { retries: 1_000 });
      const results = await Promise.all(Array.from({ length: 20 }, add));
      assert.ok(results.every((replies) => replies?.[0] === 'OK'));
      assert.equal(await redis.get('a'), '20');
    });

    it('gives what is returned instead of a transaction, and watches no more', async () => {
      await redis.set('a', '1');
      assert.equal(await redis.watch('a', (tx) => tx.get('a')), '1');
      assert.equal(await redis.watch(['a', '{a}b'], async () => {}), undefined);
      await assertReusable();
    });

    it('runs a transaction that is executed inside, and one without commands', async () => {
      await redis.set('a', '1');
      assert.deepEqual(await redis.watch('a', async (tx) => [...(await tx.multi().incr('a').exec()), 'more']), [2, 'more']);
      assert.deepEqual(await redis.watch('a', (tx) => tx.multi()), []);
      await assertReusable();
    });

    it('rejects with what its function throws, and gives no dirty connection to anybody', async () => {
      await assert.rejects(
        redis.watch('a', async () => {
          throw new Error('mine');
        }),
        /mine/,
      );
      await redis.lease(
        async (one) => {
          assert.doesNotMatch(String(await one.call('CLIENT', 'INFO')), / flags=\w*[xd]/);
        },
        { key: 'a' },
      );
    });

    it('rejects with the error of a command, once all have run', async () => {
      await redis.set('a', 'text');
      await assert.rejects(
        redis.watch('a', (tx) => tx.multi().incr('a').set('{a}b', '1')),
        { code: 'ERR' },
      );
      assert.equal(await redis.get('{a}b'), '1');
      await assertReusable();
    });

    it('refuses a transaction of another connection, and misuse', async () => {
      await assert.rejects(
        redis.watch('a', () => redis.multi().get('a')),
        { code: 'ERR_ARGUMENT' },
      );
      await assert.rejects(
        redis.watch([], async () => {}),
        { code: 'ERR_ARGUMENT' },
      );
      await assert.rejects(
        redis.watch('a', async () => {}, { retries: -1 }),
        { code: 'ERR_OPTIONS' },
      );
    });

    it('begins again when the connection breaks before anything was executed', async () => {
      let attempts = 0;
      const replies = await redis.watch('a', async (tx) => {
        if (++attempts === 1)
          for (const server of await t.primaries()) await server.ask('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
        await tx.get('a');
        return tx.multi().set('a', '1');
      });
      assert.deepEqual(replies, ['OK']);
      assert.equal(attempts, 2);
    });
  });

  forEachTopology(
    (t) => {
      it('refuses keys of several slots before anything is sent', async () => {
        await using redis = createClient({ topology: t.createOptions() });
        await redis.connect();
        const before = redis.stats().nodes.map(({ sent }) => sent);
        const unused = (): never => assert.fail('it was called');
        await assert.rejects(redis.watch(['a', 'b'], unused), { code: 'ERR_CROSS_SLOT', keys: ['a', 'b'] });
        assert.deepEqual(
          redis.stats().nodes.map(({ sent }) => sent),
          before,
        );
        assert.equal(exclusive(redis), 0);
        await assert.rejects(
          redis.watch('a', (tx) => tx.multi().set('b', '1')),
          { code: 'ERR_CROSS_SLOT' },
        );
        await assert.rejects(
          redis.watch('a', (tx) => tx.get('b')),
          { code: 'ERR_CROSS_SLOT' },
        );
      });
    },
    ['cluster'],
  );
});

function exclusive(redis: Redis): number {
  return redis.stats().nodes.reduce((sum, node) => sum + node.exclusiveConnections, 0);
}

describe('a transaction', () => {
  forEachTopology((t) => {
    it('names the command that could not be queued, and executes none', async () => {
      await using redis = createClient({ topology: t.createOptions() });
      const [a, b] = ['{k}a', '{k}b'];
      const wrong = redis.multi().set(a, '1').call('MSET', a).set(b, '1');
      await assert.rejects(wrong.exec(), { code: 'ERR', command: 'MSET', executed: 'no' });
      assert.equal(await redis.exists([a, b]), 0);
    });

    it('rejects with the error of a command that failed while the others ran, or puts it in its place', async () => {
      await using redis = createClient({ topology: t.createOptions() });
      await redis.set('{k}a', 'text');
      const transaction = redis.multi().set('{k}b', '1').incr('{k}a').get('{k}b');
      await assert.rejects(transaction.exec(), /not an integer/);
      const [, error, value] = await transaction.exec({ errors: 'inline' });
      assert.ok(error instanceof Error);
      assert.equal(value, '1');
    });
  });
});

if (chosenKinds().includes('cluster')) {
  describe('watch in a cluster that changes', () => {
    it('follows a slot that moved, and one that moves as soon as it has', async function () {
      this.timeout(60_000);
      await using running = await startTopology('cluster');
      await using redis = createClient({ topology: running.createOptions() });
      const { group } = running;
      await redis.set('a', '1');
      const slot = calculateSlot('a');
      const from = await group.nodeForSlot(slot);
      const to = (await running.primaries()).find((server) => server !== from);
      assert.ok(to !== undefined);
      await group.moveSlots(from, to, slot, slot);
      const add = () =>
        redis.watch('a', async (tx) =>
          tx
            .multi()
            .set('a', Number(await tx.get('a')) + 1)
            .get('a'),
        );
      assert.deepEqual(await add(), ['OK', '2']);
      // Now back, and the move is not over when it is watched.
      await from.ask('CLUSTER', 'SETSLOT', slot, 'IMPORTING', String(await to.ask('CLUSTER', 'MYID')));
      await to.ask('CLUSTER', 'SETSLOT', slot, 'MIGRATING', String(await from.ask('CLUSTER', 'MYID')));
      await to.ask('MIGRATE', from.host, from.port, 'a', 0, 5_000);
      const waiting = add();
      await new Promise((resolve) => setTimeout(resolve, 200));
      for (const server of [from, to]) await server.ask('CLUSTER', 'SETSLOT', slot, 'NODE', String(await from.ask('CLUSTER', 'MYID')));
      assert.deepEqual(await waiting, ['OK', '3']);
    });

    it('begins again on the new primary after a failover', async function () {
      this.timeout(60_000);
      await using running = await startTopology('cluster');
      await using redis = createClient({ topology: running.createOptions() });
      const { group } = running;
      let attempts = 0;
      const replies = await redis.watch('a', async (tx) => {
        await tx.get('a');
        if (++attempts === 1) {
          const { replicas } = await group.shardForSlot(calculateSlot('a'));
          await group.failover(replicas[0]);
        }
        return tx.multi().set('a', '1');
      });
      assert.deepEqual(replies, ['OK']);
      assert.equal(attempts, 2);
    });
  });
}
