import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { AuthError, ConnectionLostError, ReplyError, TimeoutError } from '../../../../lib/errors.js';
import { close, error, FakeServer, type Handler, ok, reset, silence } from '../../../support/fake-server.js';
import { Stopwatch } from '../../../support/stopwatch.js';
import { until } from '../../../support/wait.js';
import { assertNoPendingCommands, clientOf, rejected, single } from '../scripted.js';

/** Answers a command with these, one after the other, and with the last one from then on. */
const inTurn = (name: string, ...answers: readonly Awaited<ReturnType<Handler>>[]): Handler => {
  let at = 0;
  return (words) => (words[0] === name ? answers[Math.min(at++, answers.length - 1)] : undefined);
};

describe('a client whose server', () => {
  let server: FakeServer;
  beforeEach(async () => {
    server = await FakeServer.start();
  });
  afterEach(async () => {
    await assertNoPendingCommands();
    await server.stop();
  });
  const script = (handler: Handler): void => {
    server.handler = single(handler);
  };

  it('executes writes of one key in the order they were issued, also over a time of LOADING', async () => {
    let isLoading = true;
    const issued: string[] = [];
    const refused: (string | undefined)[] = [];
    const executed: (string | undefined)[] = [];
    script(([name, , value]) => {
      if (name !== 'SET') return undefined;
      if (!isLoading) {
        executed.push(value);
        return ok;
      }
      refused.push(value);
      // What a server refuses is overtaken by what it serves right behind it: it is ready once it has refused all, sent in one piece.
      isLoading = refused.slice(-100).join() !== issued.join() || issued.length < 100;
      return error('LOADING Redis is loading the dataset in memory');
    });
    const client = clientOf(server);
    const replies: Promise<unknown>[] = [];
    while (issued.length < 100) {
      issued.push(String(issued.length));
      replies.push(client.set('k', issued.length - 1));
      if (issued.length % 10 === 0) await sleep(20);
    }
    await Promise.all(replies);
    assert.deepEqual(executed, issued);
  });

  for (const [name, how] of [
    ['closes', close],
    ['resets', reset],
  ] as const) {
    describe(`${name} the connection`, () => {
      it('reads again', async () => {
        script(inTurn('GET', how, how, 'value'));
        assert.equal(await clientOf(server).get('k'), 'value');
        assert.equal(server.count('GET'), 3);
      });

      it('does not write again: the write may have run', async () => {
        script(inTurn('INCR', how, 1));
        const reason = await rejected(clientOf(server).incr('k'));
        assert.ok(reason instanceof ConnectionLostError);
        assert.equal(reason.executed, 'unknown');
        assert.equal(reason.command, 'INCR');
        assert.equal(reason.node, server.address);
        assert.equal(reason.attempts, 1);
        assert.match(reason.message, /^INCR: the connection to 127\.0\.0\.1:\d+ broke: .*; it may have run$/);
        assert.equal(server.count('INCR'), 1);
      });

      it('writes again what may run twice', async () => {
        script(inTurn('SET', how, ok));
        assert.equal(await clientOf(server).with({ idempotent: true }).set('k', '1'), 'OK');
        assert.equal(server.count('SET'), 2);
      });

      it('does not run a transaction again', async () => {
        script((words) => (words[0] === 'EXEC' ? how : words[0] === 'MULTI' ? ok : undefined));
        const reason = await rejected(clientOf(server).multi().get('k').exec());
        assert.equal(reason.executed, 'unknown');
        assert.equal(server.count('EXEC'), 1);
      });
    });
  }

  it('breaks a connection that had served for a while, has another one at once', async () => {
    let left = 0;
    script(([name]) => (name === 'GET' ? (left-- > 0 ? close : 'value') : name === 'SET' ? ok : undefined));
    const redis = clientOf(server);
    const attempts: string[] = [];
    redis.on('reconnecting', ({ node }) => attempts.push(node));
    const tookMs: number[] = [];
    // A pause before the attempt would be there each time, a machine that is busy is not.
    while (tookMs.length < 3 && !tookMs.some((ms) => ms < 100)) {
      left = 1;
      await redis.set('k', '1');
      await sleep(550);
      const watch = Stopwatch.start();
      assert.equal(await redis.get('k'), 'value');
      tookMs.push(watch.ownMs);
    }
    assert.ok(Math.min(...tookMs) < 100, `${tookMs} ms`);
    assert.deepEqual(
      attempts,
      tookMs.map(() => server.address),
    );
    assert.equal(server.count('GET'), 2 * tookMs.length);
  });

  it('accepts and hangs up, is not asked in a hot loop', async () => {
    script(() => close);
    server.handler = () => close;
    const redis = clientOf(server, { timeoutMs: 1_000 });
    const reason = await rejected(redis.get('k'));
    assert.ok(reason instanceof TimeoutError, String(reason));
    assert.ok(server.connections.length >= 3, `${server.connections.length} connections`);
    // Commands and monitor have one connection each.
    assert.ok(server.connections.length < 60, `${server.connections.length} connections`);
  });

  it('answers the handshake and hangs up on the first command, is not asked in a hot loop', async () => {
    script(([name]) => (name === 'GET' ? close : undefined));
    const redis = clientOf(server, { timeoutMs: 1_000 });
    const reason = await rejected(redis.get('k'));
    assert.ok(reason instanceof ConnectionLostError, String(reason));
    assert.match(reason.message, /^GET: the server closes the connection at this command: /);
    assert.ok(server.count('GET') >= 3 && server.count('GET') < 40, `${server.count('GET')} times`);
  });

  it('is loading, answers as soon as it is not', async () => {
    const until = performance.now() + 300;
    script(([name]) =>
      name === 'GET' ? (performance.now() < until ? error('LOADING Redis is loading the dataset in memory') : 'value') : undefined,
    );
    assert.equal(await clientOf(server).get('k'), 'value');
    assert.ok(server.count('GET') < 40, `${server.count('GET')} times`);
  });

  it('comes back, gets what waited in the order it was issued', async () => {
    const seen: (string | undefined)[] = [];
    script(([name, , value]) => {
      if (name === 'SET') seen.push(value);
      return name === 'SET' ? ok : undefined;
    });
    const redis = clientOf(server);
    await redis.connect();
    server.refuse();
    server.disconnect();
    await until(() => redis.stats().nodes.some((node) => !node.reachable));
    const waiting = Promise.all(Array.from({ length: 200 }, (_, i) => redis.set('k', String(i))));
    await sleep(50);
    assert.equal(redis.stats().commands, 200);
    await server.listen();
    await waiting;
    assert.deepEqual(
      seen,
      Array.from({ length: 200 }, (_, i) => String(i)),
    );
  });

  it('answers with an error of the caller, tells the caller and nobody else', async () => {
    script(([name]) => (name === 'INCR' ? error('WRONGTYPE Operation against a key holding the wrong kind of value') : undefined));
    const redis = clientOf(server);
    const reason = await rejected(redis.incr('k'));
    assert.ok(reason instanceof ReplyError);
    assert.deepEqual([reason.code, reason.executed, reason.attempts], ['WRONGTYPE', 'yes', 1]);
    assert.equal(reason.message, 'WRONGTYPE Operation against a key holding the wrong kind of value');
    assert.equal(server.count('INCR'), 1);
  });

  it('refuses the password, rejects every command at once, and serves when it no longer does', async () => {
    let wrong = true;
    script(([name]) =>
      name === 'HELLO' && wrong
        ? error('WRONGPASS invalid username-password pair or user is disabled.')
        : name === 'GET'
          ? 'value'
          : undefined,
    );
    const redis = clientOf(server, { password: 'p' });
    const errors: unknown[] = [];
    redis.on('error', (reason) => errors.push(reason));
    const watch = Stopwatch.start();
    assert.ok((await rejected(redis.connect())) instanceof AuthError);
    for (let i = 0; i < 3; i++) {
      const reason = await rejected(redis.get('k'));
      assert.ok(reason instanceof AuthError, String(reason));
      assert.match(reason.message, /refused the credentials: WRONGPASS/);
    }
    assert.ok(watch.ownMs < 500, 'at once');
    assert.ok(errors.length >= 1 && errors[0] instanceof AuthError);
    wrong = false;
    await until(async () => (await redis.get('k')) === 'value');
  });

  it('sends garbage, reads on another connection', async () => {
    script(inTurn('GET', Buffer.from('*banana\r\n'), 'value'));
    assert.equal(await clientOf(server).get('k'), 'value');
  });

  it('sends garbage to a write, says that it may have run and why', async () => {
    script(inTurn('INCR', Buffer.from('*banana\r\n'), 1));
    const reason = await rejected(clientOf(server).incr('k'));
    assert.equal(reason.code, 'ERR_CONNECTION_LOST');
    assert.equal(reason.executed, 'unknown');
    assert.match(reason.message, /banana/);
  });

  describe('answers nothing', () => {
    it('ends a written command at its deadline, which may have run', async () => {
      script(([name]) => (name === 'INCR' ? silence : undefined));
      const redis = clientOf(server);
      await redis.connect();
      const reason = await rejected(redis.with({ timeoutMs: 60 }).incr('k'));
      assert.ok(reason instanceof TimeoutError);
      assert.equal(reason.executed, 'unknown');
      assert.equal(reason.attempts, 1);
      assert.match(
        reason.message,
        /^INCR timed out: no reply from 127\.0\.0\.1:\d+ \((?:sent after \d+ ms, unanswered for \d+ ms|\d+ ms since it was issued)/,
      );
      server.disconnect();
    });

    it('ends a command that was refused before at its deadline, and says that it did not run', async () => {
      script(([name]) => (name === 'INCR' ? error('LOADING Redis is loading the dataset in memory') : undefined));
      const redis = clientOf(server);
      await redis.connect();
      const reason = await rejected(redis.with({ timeoutMs: 100 }).incr('k'));
      assert.ok(reason instanceof TimeoutError);
      assert.equal(reason.executed, 'no');
      assert.match(reason.message, /first failure: LOADING Redis/);
      assert.ok(reason.cause instanceof ReplyError);
    });

    it('ends a repeated write at its deadline, and says that the first attempt may have run', async () => {
      script(([name]) => {
        if (name !== 'SET') return undefined;
        server.refuse();
        return close;
      });
      const redis = clientOf(server);
      await redis.connect();
      const reason = await rejected(redis.with({ idempotent: true, timeoutMs: 150 }).set('k', '1'));
      assert.ok(reason instanceof TimeoutError);
      assert.equal(reason.executed, 'unknown');
      await server.listen();
    });
  });
});
