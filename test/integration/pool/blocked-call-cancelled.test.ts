import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { AbortError, TimeoutError } from '../../../lib/errors.js';
import { type Answer, error, silence } from '../../support/fake-server.js';
import { Stopwatch } from '../../support/stopwatch.js';
import { until } from '../../support/wait.js';
import { aborted, BlockingServer } from './blocking-server.js';
import { OpenedPool } from './opened-pool.js';

describe('a blocked call that is cancelled', () => {
  let blocking: BlockingServer;
  let opened: OpenedPool;
  beforeEach(async () => {
    blocking = await BlockingServer.start();
    opened = new OpenedPool(blocking.server);
  });
  afterEach(() => blocking.stop(opened));

  describe('by its caller', () => {
    it('ends by CLIENT UNBLOCK from another connection, and its connection is used again', async () => {
      const { issued, id } = await blocking.block(opened);
      issued.exclusive.cancel?.(aborted);
      await assert.rejects(issued.outcome, { code: 'ERR_ABORTED', executed: 'no' });
      assert.deepEqual(blocking.unblocks, [`${id} ERROR`]);
      const again = await blocking.block(opened);
      assert.equal(again.id, id);
      blocking.push(id, 'a');
      assert.deepEqual(await again.issued.outcome, ['list', 'a']);
    });

    it('is delivered what was popped in the meantime', async () => {
      blocking.unblock = async (id) => {
        blocking.push(id, 'popped');
        await sleep(5);
        return 0;
      };
      const { issued } = await blocking.block(opened);
      issued.exclusive.cancel?.(aborted);
      assert.deepEqual(await issued.outcome, ['list', 'popped']);
    });

    it('fails as the caller said where the server answers nil', async () => {
      blocking.unblock = (id) => blocking.endWait(id, 'TIMEOUT');
      const { issued } = await blocking.block(opened);
      issued.exclusive.cancel?.(aborted);
      await assert.rejects(issued.outcome, { code: 'ERR_ABORTED', executed: 'no' });
    });

    it('sends CLIENT UNBLOCK again where that overtook the command', async () => {
      let asked = 0;
      blocking.unblock = (id, how) => (++asked < 3 ? 0 : blocking.endWait(id, how));
      const { issued } = await blocking.block(opened);
      issued.exclusive.cancel?.(aborted);
      await assert.rejects(issued.outcome, AbortError);
      assert.equal(asked, 3);
    });

    it('keeps its connection from others until nothing can unblock it any more', async () => {
      // The server answers the command at once and the request to unblock late: until then it might end the wait of another call.
      let reply: (answer: Answer) => void = () => {};
      blocking.unblock = (id, how) => {
        blocking.endWait(id, how);
        return new Promise((resolve) => (reply = resolve as typeof reply));
      };
      const { issued, id } = await blocking.block(opened);
      issued.exclusive.cancel?.(aborted);
      await assert.rejects(issued.outcome, AbortError);
      const other = await blocking.block(opened);
      assert.notEqual(other.id, id);
      blocking.push(other.id, 'a');
      await other.issued.outcome;
      reply(1);
      await until(() => opened.pool.blocked === 0);
      const third = await blocking.block(opened);
      assert.equal(third.id, id);
      blocking.push(id, 'b');
      await third.issued.outcome;
    });

    it('is lost only to silence, within a second, and then says that it may have run', async () => {
      blocking.unblock = () => silence;
      const { issued, id } = await blocking.block(opened);
      const watch = Stopwatch.start();
      issued.exclusive.cancel?.(aborted);
      await assert.rejects(issued.outcome, { code: 'ERR_ABORTED', executed: 'unknown' });
      const { tookMs, ownMs } = watch;
      assert.ok(tookMs >= 980 && ownMs < 1_300, `${tookMs} ms, ${ownMs} of its own`);
      await until(() => !blocking.server.openConnections.some(({ index }) => index + 1 === id));
      assert.equal(opened.pool.blocked, 0);
    });

    it('is lost at once where the server forbids CLIENT UNBLOCK', async () => {
      blocking.unblock = () => error('NOPERM this user has no permissions');
      const { issued } = await blocking.block(opened);
      issued.exclusive.cancel?.(aborted);
      await assert.rejects(issued.outcome, { code: 'ERR_ABORTED', executed: 'unknown' });
    });

    it('never reaches the server where it had not been written', async () => {
      const lease = await opened.acquire();
      const { call, exclusive, outcome } = opened.make(['BLPOP', 'list', 0], 0, 'blocking');
      lease.block(call);
      exclusive.cancel?.(aborted);
      await assert.rejects(outcome, { code: 'ERR_ABORTED', executed: 'no' });
      await sleep(20);
      assert.equal(blocking.server.count('BLPOP'), 0);
      lease.release(false);
    });

    it('is settled once where it had not been written to its own connection', async () => {
      (await opened.acquire()).release(false);
      const issued = opened.block(['BLPOP', 'list', 0]);
      issued.exclusive.cancel?.(aborted);
      await assert.rejects(issued.outcome, { code: 'ERR_ABORTED', executed: 'no' });
      assert.deepEqual(opened.owner.usage, { commands: 0, bytes: 0 });
      await sleep(20);
      assert.equal(blocking.server.count('BLPOP'), 0);
    });

    it('leaves its connection to the next call where CLIENT UNBLOCK is refused after its reply', async () => {
      opened.destroy();
      opened = new OpenedPool(blocking.server, { max: 1 });
      blocking.unblock = async (id) => {
        blocking.push(id, 'popped');
        await sleep(20);
        return error('NOPERM this user has no permissions');
      };
      const { issued, id } = await blocking.block(opened);
      const next = opened.block(['BLPOP', 'list', 0]);
      issued.exclusive.cancel?.(aborted);
      assert.deepEqual(await issued.outcome, ['list', 'popped']);
      await until(() => blocking.blocked.has(id));
      blocking.push(id, 'a');
      assert.deepEqual(await next.outcome, ['list', 'a']);
    });

    it('finds its id by CLIENT ID where the server speaks RESP2', async () => {
      opened = new OpenedPool(blocking.server, { connection: { protocol: 2 } as never });
      const { issued, id } = await blocking.block(opened);
      issued.exclusive.cancel?.(aborted);
      await assert.rejects(issued.outcome, { executed: 'no' });
      assert.deepEqual(blocking.unblocks, [`${id} ERROR`]);
    });

    it('may still be told the error that the command got', async () => {
      blocking.unblock = async (id) => {
        blocking.answer(id, error('WRONGTYPE'));
        return 0;
      };
      const { issued } = await blocking.block(opened);
      issued.exclusive.cancel?.(aborted);
      await assert.rejects(issued.outcome, { code: 'ERR_ABORTED', executed: 'no' });
    });
  });

  describe('at its deadline', () => {
    it('ends like one that was cancelled: the time of the server and timeoutMs', async () => {
      // So that its deadline does not pass while its connection opens.
      const first = await blocking.block(opened);
      blocking.push(first.id, 'opened');
      await first.issued.outcome;
      const watch = Stopwatch.start();
      const { issued } = await blocking.block(opened, 60, 0.1);
      await assert.rejects(issued.outcome, (reason) => {
        assert.ok(reason instanceof TimeoutError);
        assert.equal(reason.executed, 'no');
        return true;
      });
      const { tookMs, ownMs } = watch;
      // The clock that deadlines go by may be as old as this process was held up.
      assert.ok(tookMs + watch.heldUpMs >= 159 && ownMs < 400, `${tookMs} ms, ${ownMs} of its own`);
    });

    it('has none where the server may wait for ever', async () => {
      const { issued, id } = await blocking.block(opened, 50, 0);
      await sleep(200);
      blocking.push(id, 'late');
      assert.deepEqual(await issued.outcome, ['list', 'late']);
    });
  });
});
