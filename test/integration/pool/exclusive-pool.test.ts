import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { ClosedError, ConnectError, NoNodeError, TimeoutError } from '../../../lib/errors.js';
import type { ExclusivePoolConfig } from '../../../lib/pool/exclusive-pool.js';
import { FakeServer, type Handler, silence } from '../../support/fake-server.js';
import { until } from '../../support/wait.js';
import { OpenedLane } from './opened-pool.js';

const script: Handler = ([name, arg]) => (name === 'ECHO' ? (arg ?? '') : name === 'BLPOP' ? silence : undefined);

describe('an exclusive lane', () => {
  let server: FakeServer;
  const lanes: OpenedLane[] = [];
  const open = (config: Partial<ExclusivePoolConfig> = {}): OpenedLane => {
    const lane = new OpenedLane(server, config);
    lanes.push(lane);
    return lane;
  };
  beforeEach(async () => {
    server = await FakeServer.start(script);
  });
  afterEach(async () => {
    for (const { lane } of lanes) lane.destroy(new ClosedError('the test is over'));
    await server.stop();
    for (const { owner } of lanes.splice(0)) assert.deepEqual(owner.usage, { commands: 0, bytes: 0 }, 'every call is off the books');
  });

  describe('lends', () => {
    it('a connection to one caller at a time, the one used last first', async () => {
      const pool = open();
      const [one, two] = await Promise.all([pool.acquire(), pool.acquire()]);
      assert.notEqual(one.connection, two.connection);
      two.release(false);
      one.release(false);
      const again = await pool.acquire();
      assert.equal(again.connection, one.connection);
      again.release(false);
      assert.equal(pool.lane.size, 2);
    });

    it('to callers beyond its size in the order in which they came', async () => {
      const pool = open();
      const [one, two] = await Promise.all([pool.acquire(), pool.acquire()]);
      const order: number[] = [];
      const waiting = [1, 2, 3].map(async (number) => {
        const lease = await pool.acquire();
        order.push(number);
        await sleep(5);
        lease.release(false);
      });
      await sleep(20);
      assert.equal(pool.lane.waiting, 3);
      assert.deepEqual(order, []);
      one.release(false);
      two.release(true);
      await Promise.all(waiting);
      assert.deepEqual(order, [1, 2, 3]);
      assert.equal(pool.lane.size, 2);
    });

    it('not to who gave up in the queue, nor after the deadline', async () => {
      const pool = open({ max: 1 });
      const one = await pool.acquire();
      const gone = pool.make(['PING'], 0, 'lease');
      pool.lane.send(gone.call);
      const late = pool.acquire(30);
      const next = pool.acquire();
      gone.call.fail(new Error('gave up'));
      await assert.rejects(late, (error) => {
        assert.ok(error instanceof TimeoutError);
        assert.equal(error.executed, 'no');
        assert.match(error.message, /all 1 connections .* in use/);
        return true;
      });
      one.release(false);
      const lease = await next;
      assert.equal(lease.connection, one.connection);
      lease.release(false);
    });

    it('no later than acquireTimeoutMs, though the call has no deadline', async () => {
      const pool = open({ max: 1, acquireTimeoutMs: 40 });
      const one = await pool.acquire();
      await assert.rejects(pool.acquire(), TimeoutError);
      one.release(false);
    });

    it('not a connection that broke while it was idle', async () => {
      const pool = open();
      (await pool.acquire()).release(false);
      server.disconnect();
      await until(() => pool.lane.size === 0);
      const lease = await pool.acquire();
      assert.equal(await lease.connection.request(['ECHO', 'x']), 'x');
      lease.release(false);
    });
  });

  describe('opens', () => {
    it('no more than maxConnecting at the same time', async () => {
      let handshakes = 0;
      let most = 0;
      server.handler = async ([name]) => {
        if (name !== 'HELLO') return undefined;
        most = Math.max(most, ++handshakes);
        await sleep(20);
        handshakes--;
        return undefined;
      };
      const pool = open({ max: 10, maxConnecting: 2 });
      const leases = await Promise.all(Array.from({ length: 7 }, () => pool.acquire()));
      assert.equal(new Set(leases.map(({ connection }) => connection)).size, 7);
      assert.equal(most, 2);
      for (const lease of leases) lease.release(false);
    });

    it('none that nobody needs any more: a connection that came back serves who waits', async () => {
      const pool = open({ max: 10, maxConnecting: 1 });
      const one = await pool.acquire();
      const others = [pool.acquire(), pool.acquire(), pool.acquire()];
      one.release(false);
      for (const other of others) (await other).release(false);
      assert.ok(pool.lane.size <= 2, `${pool.lane.size} connections`);
    });

    it('none after a failure until the backoff is over, and says when', async () => {
      server.refuse();
      const pool = open();
      const { outcome } = pool.block(['BLPOP', 'x', 0]);
      await assert.rejects(outcome, ConnectError);
      assert.ok(pool.lane.unreachableReason instanceof ConnectError);
      // Handed back at once, without a connection attempt.
      const second = pool.block(['BLPOP', 'x', 0]);
      assert.deepEqual(pool.owner.kinds, ['BLPOP not-sent', 'BLPOP not-sent']);
      await assert.rejects(second.outcome, ConnectError);
      await until(() => pool.told.includes('again'));
      assert.equal(pool.lane.unreachableReason, null);
      await server.listen();
      (await pool.acquire()).release(false);
    });

    it('again for those who come again, when a connection is given back though no other can be opened', async () => {
      const pool = open({ reconnect: { minMs: 5_000, maxMs: 5_000 } });
      const one = await pool.acquire();
      server.refuse();
      await assert.rejects(pool.acquire(), ConnectError);
      assert.deepEqual(pool.told, []);
      one.release(false);
      assert.deepEqual(pool.told, ['again']);
      assert.equal((await pool.acquire()).connection, one.connection);
    });
  });

  describe('closes', () => {
    it('a connection that is returned dirty, or with replies still to come', async () => {
      const pool = open();
      const dirty = await pool.acquire();
      dirty.release(true);
      assert.equal(dirty.connection.state, 'closed');
      const owing = await pool.acquire();
      owing.connection.request(['BLPOP', 'x', '0']).catch(() => {});
      owing.release(false);
      assert.equal(owing.connection.state, 'closed');
      assert.equal(pool.lane.size, 0);
    });

    it('what is idle for too long, but for minExclusive', async () => {
      const pool = open({ max: 3, min: 1, idleMs: 40 });
      const leases = await Promise.all([pool.acquire(), pool.acquire(), pool.acquire()]);
      for (const lease of leases) lease.release(false);
      assert.equal(pool.lane.size, 3);
      await until(() => pool.lane.size === 1);
      await sleep(100);
      assert.equal(pool.lane.size, 1);
    });

    it('what is older than its lifetime, when it comes back and while it is idle', async () => {
      const pool = open({ maxLifetimeMs: 60 });
      const [old, idle] = await Promise.all([pool.acquire(), pool.acquire()]);
      idle.release(false);
      await sleep(70);
      old.release(false);
      assert.equal(old.connection.state, 'closed');
      const fresh = await pool.acquire();
      assert.notEqual(fresh.connection, idle.connection);
      assert.equal(idle.connection.state, 'closed');
      fresh.release(false);
    });
  });

  it('refuses to take a lease back twice', async () => {
    const pool = open();
    const lease = await pool.acquire();
    lease.release(false);
    assert.throws(() => lease.release(false), ClosedError);
    assert.equal((await pool.acquire()).connection, lease.connection, 'it is idle once, not twice');
    assert.equal(pool.lane.size, 1);
  });

  describe('when it is cleared', () => {
    it('begins another generation: who waits is handed back, what was lent is not lent again', async () => {
      const pool = open();
      const lent = await pool.acquire();
      const idle = await pool.acquire();
      idle.release(false);
      const keeper = await pool.acquire();
      const waiting = pool.acquire();
      const error = new NoNodeError('moved');
      pool.lane.clear(error);
      assert.equal(pool.lane.generation, 1);
      assert.deepEqual(pool.owner.kinds, ['PING not-sent']);
      await assert.rejects(waiting, error);
      assert.equal(lent.connection.state, 'ready', 'who has a connection may go on');
      lent.release(false);
      keeper.release(false);
      assert.equal(lent.connection.state, 'closed');
      assert.equal(pool.lane.size, 0);
      const fresh = await pool.acquire();
      fresh.release(false);
      assert.equal(pool.lane.size, 1, 'the new generation is reused');
    });

    it('does not lend what was on its way', async () => {
      server.handler = async ([name]) => {
        if (name === 'HELLO') await sleep(30);
        return undefined;
      };
      const pool = open({ max: 1 });
      const early = assert.rejects(pool.acquire());
      await sleep(5);
      pool.lane.clear(new NoNodeError('moved'));
      await early;
      const lease = await pool.acquire();
      assert.equal(server.connections.length, 2);
      lease.release(false);
    });
  });

  describe('when it ends', () => {
    it('rejects who waits and who comes, and lets those who have one be answered', async () => {
      const pool = open();
      const [one, two] = await Promise.all([pool.acquire(), pool.acquire()]);
      const waiting = assert.rejects(pool.acquire());
      server.handler = async ([name]) => (name === 'ECHO' ? sleep(30, 'late') : undefined);
      const reply = one.connection.request(['ECHO', 'x']);
      const closed = pool.lane.close();
      await waiting;
      await assert.rejects(pool.acquire());
      assert.equal(await reply, 'late');
      await closed;
      assert.notEqual(two.ended, null);
      one.release(false);
      two.release(false);
      assert.equal(pool.lane.size, 0);
    });

    it('rejects at once who waits for a connection that is on its way', async () => {
      server.handler = ([name]) => (name === 'HELLO' ? silence : undefined);
      const pool = open();
      const waiting = assert.rejects(pool.acquire(), ClosedError);
      await sleep(2);
      pool.lane.destroy(new ClosedError('ended'));
      await waiting;
    });
  });
});
