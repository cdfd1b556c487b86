import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { ClosedError, ConnectError, NoNodeError, TimeoutError } from '../../../lib/errors.js';
import type { ExclusivePoolConfig } from '../../../lib/pool/exclusive-pool.js';
import { close, FakeServer, type Handler, silence } from '../../support/fake-server.js';
import { until } from '../../support/wait.js';
import { OpenedPool } from './opened-pool.js';

const script: Handler = ([name, arg]) => (name === 'ECHO' ? (arg ?? '') : name === 'BLPOP' ? silence : undefined);

describe('an exclusive pool', () => {
  let server: FakeServer;
  const pools: OpenedPool[] = [];
  const open = (config: Partial<ExclusivePoolConfig> = {}): OpenedPool => {
    const opened = new OpenedPool(server, config);
    pools.push(opened);
    return opened;
  };
  beforeEach(async () => {
    server = await FakeServer.start(script);
  });
  afterEach(async () => {
    for (const opened of pools) opened.destroy();
    await server.stop();
    for (const { owner } of pools.splice(0)) assert.deepEqual(owner.usage, { commands: 0, bytes: 0 }, 'no call counts any more');
  });

  describe('checks out', () => {
    it('a connection to one caller at a time, the one used last first', async () => {
      const opened = open();
      const [one, two] = await Promise.all([opened.acquire(), opened.acquire()]);
      assert.notEqual(one.connection, two.connection);
      two.release(false);
      one.release(false);
      const again = await opened.acquire();
      assert.equal(again.connection, one.connection);
      again.release(false);
      assert.equal(opened.pool.size, 2);
    });

    it('to callers beyond its size in the order in which they came', async () => {
      const opened = open();
      const [one, two] = await Promise.all([opened.acquire(), opened.acquire()]);
      const order: number[] = [];
      const waiting = [1, 2, 3].map(async (number) => {
        const lease = await opened.acquire();
        order.push(number);
        await sleep(5);
        lease.release(false);
      });
      await sleep(20);
      assert.equal(opened.pool.waiting, 3);
      assert.deepEqual(order, []);
      one.release(false);
      two.release(true);
      await Promise.all(waiting);
      assert.deepEqual(order, [1, 2, 3]);
      assert.equal(opened.pool.size, 2);
    });

    it('not for a call that was cancelled in the queue, nor after the deadline', async () => {
      const opened = open({ max: 1 });
      const one = await opened.acquire();
      const cancelled = opened.make(['PING'], 0, 'lease');
      opened.pool.send(cancelled.call);
      const late = opened.acquire(30);
      const next = opened.acquire();
      cancelled.call.fail(new Error('cancelled'));
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
      const opened = open({ max: 1, acquireTimeoutMs: 40 });
      const one = await opened.acquire();
      await assert.rejects(opened.acquire(), TimeoutError);
      one.release(false);
    });

    it('in time, or says at which node it could not, by the name that the node has everywhere', async () => {
      const opened = open({ max: 0, connection: { address: { host: '::1', port: 7000 } } as never });
      await assert.rejects(opened.acquire(30), { code: 'ERR_TIMEOUT', node: '[::1]:7000' });
    });

    it('not a connection that broke while it was idle', async () => {
      const opened = open();
      (await opened.acquire()).release(false);
      server.disconnect();
      await until(() => opened.pool.size === 0);
      const lease = await opened.acquire();
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
      const opened = open({ max: 10, maxConnecting: 2 });
      const leases = await Promise.all(Array.from({ length: 7 }, () => opened.acquire()));
      assert.equal(new Set(leases.map(({ connection }) => connection)).size, 7);
      assert.equal(most, 2);
      for (const lease of leases) lease.release(false);
    });

    it('none that is not needed any more: a connection that was checked in serves the next call', async () => {
      const opened = open({ max: 10, maxConnecting: 1 });
      const one = await opened.acquire();
      const others = [opened.acquire(), opened.acquire(), opened.acquire()];
      one.release(false);
      for (const other of others) (await other).release(false);
      assert.ok(opened.pool.size <= 2, `${opened.pool.size} connections`);
    });

    it('none after a failure until the backoff is over, and says when it is', async () => {
      server.refuse();
      const opened = open();
      const { outcome } = opened.block(['BLPOP', 'x', 0]);
      await assert.rejects(outcome, ConnectError);
      assert.ok(opened.pool.unreachableReason instanceof ConnectError);
      // Handed back at once, without a connection attempt.
      const second = opened.block(['BLPOP', 'x', 0]);
      assert.deepEqual(opened.owner.kinds, ['BLPOP not-sent', 'BLPOP not-sent']);
      await assert.rejects(second.outcome, ConnectError);
      await until(() => opened.events.includes('backoffEnded'));
      assert.equal(opened.pool.unreachableReason, null);
      await server.listen();
      (await opened.acquire()).release(false);
    });

    it('another for a call that waited for an attempt from before the backoff', async () => {
      const hangUp: (() => void)[] = [];
      server.handler = (_, { index }) => (index < 2 ? new Promise((resolve) => hangUp.push(() => resolve(close))) : undefined);
      const opened = open();
      const failed = Promise.allSettled([opened.acquire(), opened.acquire()]);
      await until(() => hangUp.length === 2);
      hangUp[0]?.();
      await failed;
      await until(() => opened.events.includes('backoffEnded'));
      const next = opened.acquire();
      assert.equal(server.connections.length, 2, 'the second attempt is still on its way');
      hangUp[1]?.();
      (await next).release(false);
      assert.deepEqual(opened.events, ['backoffEnded']);
    });

    it('again for calls that come again, when a connection is checked in though no other can be opened', async () => {
      const opened = open({ reconnect: { minMs: 5_000, maxMs: 5_000 } });
      const one = await opened.acquire();
      server.refuse();
      await assert.rejects(opened.acquire(), ConnectError);
      assert.deepEqual(opened.events, []);
      one.release(false);
      assert.deepEqual(opened.events, ['backoffEnded']);
      assert.equal((await opened.acquire()).connection, one.connection);
    });
  });

  describe('closes', () => {
    it('a connection that is returned dirty, or with replies still to come', async () => {
      const opened = open();
      const dirty = await opened.acquire();
      dirty.release(true);
      assert.equal(dirty.connection.state, 'closed');
      const owing = await opened.acquire();
      owing.connection.request(['BLPOP', 'x', '0']).catch(() => {});
      owing.release(false);
      assert.equal(owing.connection.state, 'closed');
      assert.equal(opened.pool.size, 0);
    });

    it('what is idle for too long, but for minExclusive', async () => {
      const opened = open({ max: 3, min: 1, idleMs: 40 });
      const leases = await Promise.all([opened.acquire(), opened.acquire(), opened.acquire()]);
      for (const lease of leases) lease.release(false);
      assert.equal(opened.pool.size, 3);
      await until(() => opened.pool.size === 1);
      await sleep(100);
      assert.equal(opened.pool.size, 1);
    });

    it('what is older than its lifetime, when it comes back and while it is idle', async () => {
      const opened = open({ maxLifetimeMs: 60 });
      const [old, idle] = await Promise.all([opened.acquire(), opened.acquire()]);
      idle.release(false);
      await sleep(70);
      old.release(false);
      assert.equal(old.connection.state, 'closed');
      const fresh = await opened.acquire();
      assert.notEqual(fresh.connection, idle.connection);
      assert.equal(idle.connection.state, 'closed');
      fresh.release(false);
    });
  });

  it('refuses to take back a lease twice', async () => {
    const opened = open();
    const lease = await opened.acquire();
    lease.release(false);
    assert.throws(() => lease.release(false), ClosedError);
    assert.equal((await opened.acquire()).connection, lease.connection, 'it is idle once, not twice');
    assert.equal(opened.pool.size, 1);
  });

  describe('when it is cleared', () => {
    it('begins another generation: calls that wait are handed back, what was checked out is not reused', async () => {
      const opened = open();
      const leased = await opened.acquire();
      const idle = await opened.acquire();
      idle.release(false);
      const keeper = await opened.acquire();
      const waiting = opened.acquire();
      const error = new NoNodeError('moved');
      opened.pool.clear(error);
      assert.equal(opened.pool.generation, 1);
      assert.deepEqual(opened.owner.kinds, ['PING not-sent']);
      await assert.rejects(waiting, error);
      assert.equal(leased.connection.state, 'ready', 'whoever has a connection may go on');
      leased.release(false);
      keeper.release(false);
      assert.equal(leased.connection.state, 'closed');
      assert.equal(opened.pool.size, 0);
      const fresh = await opened.acquire();
      fresh.release(false);
      assert.equal(opened.pool.size, 1, 'the new generation is reused');
    });

    it('does not check out what was on its way', async () => {
      server.handler = async ([name]) => {
        if (name === 'HELLO') await sleep(30);
        return undefined;
      };
      const opened = open({ max: 1 });
      const early = assert.rejects(opened.acquire());
      await sleep(5);
      opened.pool.clear(new NoNodeError('moved'));
      await early;
      const lease = await opened.acquire();
      assert.equal(server.connections.length, 2);
      lease.release(false);
    });
  });

  describe('when it ends', () => {
    it('rejects calls that wait and calls that come, and lets those that have a connection be answered', async () => {
      const opened = open();
      const [one, two] = await Promise.all([opened.acquire(), opened.acquire()]);
      const waiting = assert.rejects(opened.acquire());
      server.handler = async ([name]) => (name === 'ECHO' ? sleep(30, 'late') : undefined);
      const reply = one.connection.request(['ECHO', 'x']);
      const closed = opened.pool.close();
      await waiting;
      await assert.rejects(opened.acquire());
      assert.equal(await reply, 'late');
      await closed;
      assert.notEqual(two.ended, null);
      one.release(false);
      two.release(false);
      assert.equal(opened.pool.size, 0);
    });

    it('rejects at once a call that waits for a connection that is on its way', async () => {
      server.handler = ([name]) => (name === 'HELLO' ? silence : undefined);
      const opened = open();
      const waiting = assert.rejects(opened.acquire(), ClosedError);
      await sleep(2);
      opened.pool.destroy(new ClosedError('ended'));
      await waiting;
    });
  });
});
