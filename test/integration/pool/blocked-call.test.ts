import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { AbortError, ClosedError, ConnectionLostError, type Executed, NoNodeError, ReplyError, TimeoutError } from '../../../lib/errors.js';
import { type Answer, error, FakeServer, ok, silence } from '../../support/fake-server.js';
import { until } from '../../support/wait.js';
import { OpenedLane } from './opened-pool.js';

/** Blocks BLPOP and the like until it is told what to answer, by connection; answers CLIENT UNBLOCK as it is told. */
class Script {
  readonly blocked = new Map<number, (answer: Answer) => void>();
  /** Without it the server lets go, as real ones do. */
  unblock: ((id: number, how: string) => Answer | Promise<Answer>) | null = null;
  ping: Answer = undefined;

  constructor(readonly server: FakeServer) {
    server.handler = ([name = '', ...args], connection) => {
      if (name === 'BLPOP') return new Promise((resolve) => this.blocked.set(connection.index + 1, resolve));
      if (name === 'PING') return this.ping;
      if (name !== 'CLIENT') return undefined;
      const [sub, id, how = ''] = args;
      if (sub === 'ID') return connection.index + 1;
      if (sub !== 'UNBLOCK') return ok;
      return this.unblock === null ? this.letGo(Number(id), how) : this.unblock(Number(id), how);
    };
  }

  letGo(id: number, how: string): number {
    const answer = this.blocked.get(id);
    if (answer === undefined) return 0;
    this.blocked.delete(id);
    answer(how === 'ERROR' ? error('UNBLOCKED client unblocked via CLIENT UNBLOCK') : null);
    return 1;
  }

  /** The element somebody pushes. */
  push(id: number, element: string): void {
    const answer = this.blocked.get(id);
    this.blocked.delete(id);
    answer?.(['list', element]);
  }

  get unblocks(): string[] {
    return this.server.received.filter(([name, sub]) => name === 'CLIENT' && sub === 'UNBLOCK').map((words) => words.slice(2).join(' '));
  }
}

const aborted = (executed: Executed): AbortError => new AbortError('gave up', { executed });

describe('a call that blocks', () => {
  let server: FakeServer;
  let script: Script;
  let pool: OpenedLane;
  const openLane = (config: ConstructorParameters<typeof OpenedLane>[1] = {}): void => {
    pool = new OpenedLane(server, config);
  };
  beforeEach(async () => {
    server = await FakeServer.start();
    script = new Script(server);
    openLane();
  });
  afterEach(async () => {
    pool.end(new ClosedError('the test is over'));
    await server.stop();
    assert.deepEqual(pool.owner.usage, { commands: 0, bytes: 0 }, 'every call is off the books');
  });

  /** Blocks, and gives the id of its connection. */
  async function block(timeoutMs = 0, seconds: number | string = 0): Promise<{ issued: ReturnType<OpenedLane['block']>; id: number }> {
    const before = new Set(script.blocked.keys());
    const issued = pool.block(['BLPOP', 'list', seconds], timeoutMs);
    const id = await until(() => [...script.blocked.keys()].find((key) => !before.has(key)));
    return { issued, id };
  }

  it('is answered with what it popped, and its connection is used again', async () => {
    const { issued, id } = await block();
    assert.equal(pool.lane.blocked, 1);
    script.push(id, 'a');
    assert.deepEqual(await issued.outcome, ['list', 'a']);
    assert.equal(pool.lane.blocked, 0);
    const again = await block();
    assert.equal(again.id, id);
    script.push(id, 'b');
    await again.issued.outcome;
  });

  describe('whose caller gives up', () => {
    it('is let go by CLIENT UNBLOCK from another connection, and its connection is used again', async () => {
      const { issued, id } = await block();
      issued.exclusive.giveUp?.(aborted);
      await assert.rejects(issued.outcome, { code: 'ERR_ABORTED', executed: 'no' });
      assert.deepEqual(script.unblocks, [`${id} ERROR`]);
      const again = await block();
      assert.equal(again.id, id);
      script.push(id, 'a');
      assert.deepEqual(await again.issued.outcome, ['list', 'a']);
    });

    it('is delivered what was popped in the meantime', async () => {
      script.unblock = async (id) => {
        script.push(id, 'popped');
        await sleep(5);
        return 0;
      };
      const { issued } = await block();
      issued.exclusive.giveUp?.(aborted);
      assert.deepEqual(await issued.outcome, ['list', 'popped']);
    });

    it('fails as the caller wished where the server answers nil', async () => {
      script.unblock = (id) => script.letGo(id, 'TIMEOUT');
      const { issued } = await block();
      issued.exclusive.giveUp?.(aborted);
      await assert.rejects(issued.outcome, { code: 'ERR_ABORTED', executed: 'no' });
    });

    it('is asked for again where CLIENT UNBLOCK overtook the command', async () => {
      let asked = 0;
      script.unblock = (id, how) => (++asked < 3 ? 0 : script.letGo(id, how));
      const { issued } = await block();
      issued.exclusive.giveUp?.(aborted);
      await assert.rejects(issued.outcome, AbortError);
      assert.equal(asked, 3);
    });

    it('keeps its connection from others until nothing can unblock it any more', async () => {
      // The server answers the command at once and the request to unblock late: until then nobody knows whom it will hit.
      let reply: (answer: Answer) => void = () => {};
      script.unblock = (id, how) => {
        script.letGo(id, how);
        return new Promise((resolve) => (reply = resolve as typeof reply));
      };
      const { issued, id } = await block();
      issued.exclusive.giveUp?.(aborted);
      await assert.rejects(issued.outcome, AbortError);
      const other = await block();
      assert.notEqual(other.id, id);
      script.push(other.id, 'a');
      await other.issued.outcome;
      reply(1);
      await until(() => pool.lane.blocked === 0);
      const third = await block();
      assert.equal(third.id, id);
      script.push(id, 'b');
      await third.issued.outcome;
    });

    it('is lost only to silence, within a second, and then says that it may have run', async () => {
      script.unblock = () => silence;
      const { issued, id } = await block();
      const started = performance.now();
      issued.exclusive.giveUp?.(aborted);
      await assert.rejects(issued.outcome, { code: 'ERR_ABORTED', executed: 'unknown' });
      const tookMs = performance.now() - started;
      assert.ok(tookMs >= 980 && tookMs < 1_300, `${tookMs} ms`);
      await until(() => !server.openConnections.some(({ index }) => index + 1 === id));
      assert.equal(pool.lane.blocked, 0);
    });

    it('is lost at once where the server forbids CLIENT UNBLOCK', async () => {
      script.unblock = () => error('NOPERM this user has no permissions');
      const { issued } = await block();
      issued.exclusive.giveUp?.(aborted);
      await assert.rejects(issued.outcome, { code: 'ERR_ABORTED', executed: 'unknown' });
    });

    it('never reaches the server where it had not been written', async () => {
      const lease = await pool.acquire();
      const { call, exclusive, outcome } = pool.make(['BLPOP', 'list', 0], 0, 'blocking');
      lease.block(call);
      exclusive.giveUp?.(aborted);
      await assert.rejects(outcome, { code: 'ERR_ABORTED', executed: 'no' });
      await sleep(20);
      assert.equal(server.count('BLPOP'), 0);
      lease.release(false);
    });

    it('finds its id by CLIENT ID where the server speaks RESP2', async () => {
      pool.end(new ClosedError('another'));
      openLane({ connection: { protocol: 2 } as never });
      const { issued, id } = await block();
      issued.exclusive.giveUp?.(aborted);
      await assert.rejects(issued.outcome, { executed: 'no' });
      assert.deepEqual(script.unblocks, [`${id} ERROR`]);
    });

    it('may still be told the error that the command got', async () => {
      script.unblock = async (id) => {
        script.blocked.get(id)?.(error('WRONGTYPE'));
        return 0;
      };
      const { issued } = await block();
      issued.exclusive.giveUp?.(aborted);
      await assert.rejects(issued.outcome, { code: 'ERR_ABORTED', executed: 'no' });
    });
  });

  describe('at its deadline', () => {
    it('is let go like one whose caller gave up: the time of the server and timeoutMs', async () => {
      const started = performance.now();
      const { issued } = await block(60, 0.1);
      await assert.rejects(issued.outcome, (reason) => {
        assert.ok(reason instanceof TimeoutError);
        assert.equal(reason.executed, 'no');
        return true;
      });
      const tookMs = performance.now() - started;
      assert.ok(tookMs >= 159 && tookMs < 400, `${tookMs} ms`);
    });

    it('has none where the server may wait for ever', async () => {
      const { issued, id } = await block(50, 0);
      await sleep(200);
      script.push(id, 'late');
      assert.deepEqual(await issued.outcome, ['list', 'late']);
    });
  });

  describe('whose node is not the right one any more', () => {
    const moved = new NoNodeError('no longer the primary');

    it('leaves it and goes back to its owner as not executed', async () => {
      const { issued } = await block();
      pool.lane.clear(moved);
      await assert.rejects(issued.outcome, moved);
      assert.deepEqual(pool.owner.kinds, ['BLPOP not-sent']);
      await until(() => pool.lane.size === 0);
    });

    it('is delivered what was popped in the meantime', async () => {
      script.unblock = (id) => {
        script.push(id, 'popped');
        return 0;
      };
      const { issued } = await block();
      pool.lane.clear(moved);
      assert.deepEqual(await issued.outcome, ['list', 'popped']);
      assert.deepEqual(pool.owner.kinds, []);
    });

    it('is lost where the node says nothing', async () => {
      script.unblock = () => silence;
      const { issued } = await block();
      pool.lane.clear(moved);
      await assert.rejects(issued.outcome, ConnectionLostError);
      assert.deepEqual(pool.owner.kinds, ['BLPOP connection-lost']);
    });

    it('is let go by the lifeline of its own generation: the address may lead to another server by now', async () => {
      script.unblock = async (id, how) => {
        await sleep(20);
        return script.letGo(id, how);
      };
      const { issued } = await block();
      const asker = (): number[] =>
        server.connections.flatMap(({ index, received }) => (received.some(([, sub]) => sub === 'UNBLOCK') ? [index] : []));
      pool.lane.clear(moved);
      const fresh = await block();
      await assert.rejects(issued.outcome, moved);
      fresh.issued.exclusive.giveUp?.(aborted);
      await assert.rejects(fresh.issued.outcome, AbortError);
      assert.equal(asker().length, 2);
    });

    it('waits on the next one only for the time that is left', async () => {
      const { call, exclusive } = pool.make(['BLPOP', 'list', 2], 0, 'blocking');
      pool.lane.send(call);
      await until(() => script.blocked.size === 1);
      await sleep(120);
      // What the client does with a call that was handed back.
      pool.owner.failed = (handed) => pool.lane.send(handed);
      pool.lane.clear(moved);
      await until(() => server.count('BLPOP') === 2);
      const seconds = server.received.filter(([name]) => name === 'BLPOP').map((words) => Number(words[2]));
      assert.equal(seconds[0], 2);
      assert.ok(Number(seconds[1]) < 1.9 && Number(seconds[1]) > 1.5, `${seconds[1]} s`);
      exclusive.giveUp?.(aborted);
      await until(() => pool.lane.blocked === 0);
    });
  });

  describe('whose caller is answered by the server itself', () => {
    it('goes back with the error of a role change, which is for the owner to repeat', async () => {
      const { issued, id } = await block();
      script.blocked.get(id)?.(error('UNBLOCKED force unblock from blocking operation, instance state changed (master -> replica?)'));
      await assert.rejects(issued.outcome, ReplyError);
      assert.deepEqual(pool.owner.kinds, ['BLPOP error-reply']);
      assert.equal(pool.lane.size, 0, 'the server is about to close the connection');
    });

    it('goes back as lost where the connection broke', async () => {
      const { issued } = await block();
      server.disconnect();
      await assert.rejects(issued.outcome, ConnectionLostError);
      assert.deepEqual(pool.owner.kinds, ['BLPOP connection-lost']);
    });
  });

  describe('on a server that hangs', () => {
    it('is given up when PING is not answered for as long as its caller would wait for any reply', async () => {
      const { issued } = await block(300, 0);
      await sleep(100);
      script.ping = silence;
      const started = performance.now();
      await assert.rejects(issued.outcome, /has not answered for 3\d\d ms/);
      assert.deepEqual(pool.owner.kinds, ['BLPOP connection-lost']);
      const tookMs = performance.now() - started;
      // The next PING is due within a second. How late our own process is told counts for nobody.
      assert.ok(tookMs > 290 && tookMs < 5_000, `${tookMs} ms`);
      assert.ok(pool.told.includes('suspect'), 'the node is told');
    });

    it('stays where the server answers PING once a second', async () => {
      const { issued, id } = await block(300, 0);
      const started = performance.now();
      await until(() => server.count('PING') >= 2);
      const seconds = Math.ceil((performance.now() - started) / 1_000);
      assert.ok(server.count('PING') <= seconds + 1, `${server.count('PING')} PINGs in ${seconds} s`);
      script.push(id, 'a');
      assert.deepEqual(await issued.outcome, ['list', 'a']);
    });

    it('stays where the server only refuses another connection', async () => {
      const { issued, id } = await block(300, 0);
      await until(() => server.connections.length === 2);
      server.connections[1]?.socket.destroy();
      server.refuse();
      await sleep(1_500);
      script.push(id, 'a');
      assert.deepEqual(await issued.outcome, ['list', 'a']);
    });
  });

  it('ends with its client: nothing popped is lost, the others are told that it closed', async () => {
    const one = await block();
    const two = await block();
    const three = pool.block(['BLPOP', 'list', 0]);
    script.unblock = (id, how) => {
      if (id !== one.id) return script.letGo(id, how);
      script.push(id, 'popped');
      return 0;
    };
    pool.lane.end(new ClosedError('the client is closed'));
    assert.deepEqual(await one.issued.outcome, ['list', 'popped']);
    await assert.rejects(two.issued.outcome, { code: 'ERR_CLOSED', executed: 'no' });
    await assert.rejects(three.outcome, { code: 'ERR_CLOSED', executed: 'no' });
    await assert.rejects(pool.block(['BLPOP', 'list', 0]).outcome, ClosedError);
    await pool.lane.close();
    assert.equal(pool.lane.size, 0);
    await until(() => server.openConnections.length === 0);
  });
});
