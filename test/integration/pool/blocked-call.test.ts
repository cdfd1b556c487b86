import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { AbortError, ClosedError, ConnectionLostError, NoNodeError, ReplyError } from '../../../lib/errors.js';
import { clock } from '../../../lib/util/clock.js';
import { error, silence } from '../../support/fake-server.js';
import { Stopwatch } from '../../support/stopwatch.js';
import { until } from '../../support/wait.js';
import { aborted, BlockingServer } from './blocking-server.js';
import { OpenedPool } from './opened-pool.js';

describe('a call that blocks', () => {
  let blocking: BlockingServer;
  let opened: OpenedPool;
  beforeEach(async () => {
    blocking = await BlockingServer.start();
    opened = new OpenedPool(blocking.server);
  });
  afterEach(() => blocking.stop(opened));

  it('is answered with what it popped, and its connection is used again', async () => {
    const { issued, id } = await blocking.block(opened);
    assert.equal(opened.pool.blocked, 1);
    blocking.push(id, 'a');
    assert.deepEqual(await issued.outcome, ['list', 'a']);
    assert.equal(opened.pool.blocked, 0);
    const again = await blocking.block(opened);
    assert.equal(again.id, id);
    blocking.push(id, 'b');
    await again.issued.outcome;
  });

  describe('whose node is not the right one any more', () => {
    const moved = new NoNodeError('no longer the primary');

    it('leaves it and goes back to its owner as not executed', async () => {
      const { issued } = await blocking.block(opened);
      opened.pool.clear(moved);
      await assert.rejects(issued.outcome, moved);
      assert.deepEqual(opened.owner.kinds, ['BLPOP not-sent']);
      await until(() => opened.pool.size === 0);
    });

    it('goes back once where it had not been written', async () => {
      (await opened.acquire()).release(false);
      const issued = opened.block(['BLPOP', 'list', 0]);
      opened.pool.clear(moved);
      await assert.rejects(issued.outcome, moved);
      assert.deepEqual(opened.owner.kinds, ['BLPOP not-sent']);
      await sleep(20);
      assert.equal(blocking.server.count('BLPOP'), 0);
    });

    it('is delivered what was popped in the meantime', async () => {
      blocking.unblock = (id) => {
        blocking.push(id, 'popped');
        return 0;
      };
      const { issued } = await blocking.block(opened);
      opened.pool.clear(moved);
      assert.deepEqual(await issued.outcome, ['list', 'popped']);
      assert.deepEqual(opened.owner.kinds, []);
    });

    it('is lost where the node says nothing', async () => {
      blocking.unblock = () => silence;
      const { issued } = await blocking.block(opened);
      opened.pool.clear(moved);
      await assert.rejects(issued.outcome, ConnectionLostError);
      assert.deepEqual(opened.owner.kinds, ['BLPOP connection-lost']);
    });

    it('is ended over the unblock connection of its own generation: the address may lead to another server by now', async () => {
      blocking.unblock = async (id, how) => {
        await sleep(20);
        return blocking.endWait(id, how);
      };
      const { issued } = await blocking.block(opened);
      const unblockers = (): number[] =>
        blocking.server.connections.flatMap(({ index, received }) => (received.some(([, sub]) => sub === 'UNBLOCK') ? [index] : []));
      opened.pool.clear(moved);
      const fresh = await blocking.block(opened);
      await assert.rejects(issued.outcome, moved);
      fresh.issued.exclusive.cancel?.(aborted);
      await assert.rejects(fresh.issued.outcome, AbortError);
      assert.equal(unblockers().length, 2);
    });

    it('waits on the next one only for the time that is left', async () => {
      const madeAt = performance.now();
      // The clock that deadlines go by may be as old as this process was held up before.
      clock.expireNow();
      const { call, exclusive } = opened.make(['BLPOP', 'list', 2], 0, 'blocking');
      opened.pool.send(call);
      await until(() => blocking.blocked.size === 1);
      await sleep(120);
      // What the client does with a call that was handed back.
      opened.owner.failed = (handed) => opened.pool.send(handed);
      opened.pool.clear(moved);
      await until(() => blocking.server.count('BLPOP') === 2);
      const seconds = blocking.server.received.filter(([name]) => name === 'BLPOP').map((words) => Number(words[2]));
      assert.equal(seconds[0], 2);
      const goneMs = performance.now() - madeAt;
      assert.ok(Number(seconds[1]) < 1.9 && Number(seconds[1]) >= 2 - goneMs / 1_000 - 0.01, `${seconds[1]} s, ${goneMs} ms are gone`);
      exclusive.cancel?.(aborted);
      await until(() => opened.pool.blocked === 0);
    });
  });

  describe('whose server is an odd one', () => {
    it('rejects where the reply cannot be given to a caller, and its connection is used again', async () => {
      const { issued, id } = await blocking.block(opened);
      blocking.answer(id, Buffer.from(':9223372036854775807\r\n'));
      await assert.rejects(issued.outcome, { code: 'ERR_INTEGER_RANGE' });
      assert.equal((await blocking.block(opened)).id, id);
    });

    it('ends with its connection where the server tells no id of it, which CLIENT UNBLOCK needs', async () => {
      const { handler } = blocking.server;
      blocking.server.handler = (words, connection) => {
        const isRefused = words[0] === 'HELLO' || (words[0] === 'CLIENT' && words[1] === 'ID');
        return isRefused ? error('ERR unknown command') : handler(words, connection);
      };
      const { issued } = await blocking.block(opened);
      issued.exclusive.cancel?.(aborted);
      await assert.rejects(issued.outcome, { code: 'ERR_ABORTED', executed: 'unknown' });
      assert.deepEqual(blocking.unblocks, []);
      assert.equal(opened.pool.size, 0);
    });
  });

  describe('whose caller is answered by the server itself', () => {
    it('goes back with the error of a role change, which is for the owner to repeat', async () => {
      const { issued, id } = await blocking.block(opened);
      blocking.answer(id, error('UNBLOCKED force unblock from blocking operation, instance state changed (master -> replica?)'));
      await assert.rejects(issued.outcome, ReplyError);
      assert.deepEqual(opened.owner.kinds, ['BLPOP error-reply']);
      assert.equal(opened.pool.size, 0, 'the server is about to close the connection');
    });

    it('goes back as lost where the connection broke', async () => {
      const { issued } = await blocking.block(opened);
      blocking.server.disconnect();
      await assert.rejects(issued.outcome, ConnectionLostError);
      assert.deepEqual(opened.owner.kinds, ['BLPOP connection-lost']);
    });
  });

  describe('on a server that hangs', () => {
    it('is lost when PING is not answered for as long as its caller would wait for any reply', async () => {
      const { issued } = await blocking.block(opened, 300, 0);
      await sleep(100);
      blocking.ping = silence;
      const watch = Stopwatch.start();
      await assert.rejects(issued.outcome, /has not answered for (?:[3-9]\d\d|\d{4,}) ms/);
      assert.deepEqual(opened.owner.kinds, ['BLPOP connection-lost']);
      const { tookMs, ownMs } = watch;
      // The next PING is due within a second. How late our own process runs does not count.
      assert.ok(tookMs > 290 && ownMs < 5_000, `${tookMs} ms`);
      assert.ok(opened.events.includes('suspect'), 'the node is told');
    });

    it('stays where the server answers PING once a second', async () => {
      const { issued, id } = await blocking.block(opened, 300, 0);
      const started = performance.now();
      await until(() => blocking.server.count('PING') >= 2);
      const seconds = Math.ceil((performance.now() - started) / 1_000);
      assert.ok(blocking.server.count('PING') <= seconds + 1, `${blocking.server.count('PING')} PINGs in ${seconds} s`);
      blocking.push(id, 'a');
      assert.deepEqual(await issued.outcome, ['list', 'a']);
    });

    it('stays where the server only refuses another connection', async () => {
      const { issued, id } = await blocking.block(opened, 300, 0);
      await until(() => blocking.server.connections.length === 2);
      blocking.server.connections[1]?.socket.destroy();
      blocking.server.refuse();
      await sleep(1_500);
      blocking.push(id, 'a');
      assert.deepEqual(await issued.outcome, ['list', 'a']);
    });
  });

  it('ends with its client: nothing popped is lost, the others are told that it closed', async () => {
    const one = await blocking.block(opened);
    const two = await blocking.block(opened);
    const three = opened.block(['BLPOP', 'list', 0]);
    blocking.unblock = (id, how) => {
      if (id !== one.id) return blocking.endWait(id, how);
      blocking.push(id, 'popped');
      return 0;
    };
    opened.pool.end(new ClosedError('the client is closed'));
    assert.deepEqual(await one.issued.outcome, ['list', 'popped']);
    await assert.rejects(two.issued.outcome, { code: 'ERR_CLOSED', executed: 'no' });
    await assert.rejects(three.outcome, { code: 'ERR_CLOSED', executed: 'no' });
    await assert.rejects(opened.block(['BLPOP', 'list', 0]).outcome, ClosedError);
    await opened.pool.close();
    assert.equal(opened.pool.size, 0);
    await until(() => blocking.server.openConnections.length === 0);
  });
});
