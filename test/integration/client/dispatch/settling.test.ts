import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import sinon from 'sinon';
import { AbortError, NoNodeError, QueueFullError, TimeoutError } from '../../../../lib/errors.js';
import { error, FakeServer, silence } from '../../../support/fake-server.js';
import { Stopwatch } from '../../../support/stopwatch.js';
import { closedGate, until } from '../../../support/wait.js';
import { assertNoPendingCommands, clientOf, rejected, single, store, unanswered } from '../scripted.js';

describe('every promise of a client settles', () => {
  let server: FakeServer;
  beforeEach(async () => {
    server = await FakeServer.start(single(store));
  });
  afterEach(async () => {
    sinon.restore();
    await assertNoPendingCommands();
    await server.stop();
  });

  describe('at its deadline', () => {
    it('while the server refuses connections, with the cause', async () => {
      server.refuse();
      const redis = clientOf(server, { timeoutMs: 80 });
      const watch = Stopwatch.start();
      const reason = await rejected(redis.set('k', '1'));
      const { tookMs, ownMs } = watch;
      assert.ok(reason instanceof TimeoutError);
      assert.equal(reason.executed, 'no');
      assert.match(reason.message, /^SET timed out: no node to send it to \(\d+ ms .*\); first failure: .*ECONNREFUSED/);
      assert.ok(tookMs >= 79 && ownMs < 400, `${tookMs} ms, ${ownMs} of its own`);
    });

    it('while the server accepts connections and says nothing', async () => {
      server.handler = () => silence;
      const redis = clientOf(server, { timeoutMs: 80 });
      const reason = await rejected(redis.set('k', '1'));
      assert.ok(reason instanceof TimeoutError);
      assert.equal(reason.executed, 'no');
    });

    it('of the view, of the domain, or of the client, in this order', async () => {
      server.handler = single(unanswered);
      const redis = clientOf(server, { timeoutMs: 300, domains: { quick: { timeoutMs: 100 } } });
      await redis.connect();
      const watch = Stopwatch.start();
      const time = async (timeoutMs: number, promise: Promise<unknown>): Promise<void> => {
        await rejected(promise);
        const { tookMs, ownMs } = watch;
        assert.ok(tookMs > timeoutMs - 1 && ownMs < timeoutMs + 50, `${tookMs} ms for ${timeoutMs}, ${ownMs} of its own`);
      };
      const quick = redis.domain('quick');
      await Promise.all([
        time(300, redis.get('unanswered')),
        time(100, quick.get('unanswered')),
        time(200, quick.with({ timeoutMs: 200 }).get('unanswered')),
      ]);
      server.disconnect();
    });

    it('and is never sent afterwards', async () => {
      server.refuse();
      const redis = clientOf(server, { timeoutMs: 50 });
      await rejected(redis.set('late', '1'));
      await server.listen();
      await redis.with({ timeoutMs: 2_000 }).set('next', '1');
      assert.deepEqual(
        server.received.filter(([name]) => name === 'SET').map(([, key]) => key),
        ['next'],
      );
    });

    it('not before, where there is none', async () => {
      server.refuse();
      const redis = clientOf(server, { timeoutMs: 20 });
      const waiting = redis.with({ timeoutMs: 0 }).get('k');
      await sleep(100);
      await server.listen();
      assert.equal(await waiting, 'value of k');
    });
  });

  describe('when its signal fires', () => {
    it('before it is issued', async () => {
      const redis = clientOf(server);
      const why = new Error('enough');
      const reason = await rejected(redis.with({ signal: AbortSignal.abort(why) }).get('k'));
      assert.ok(reason instanceof AbortError);
      assert.equal(reason.executed, 'no');
      assert.equal(reason.cause, why);
      await redis.get('other');
      assert.equal(server.count('GET'), 1);
    });

    it('in the tick it was issued in: it is never sent', async () => {
      const redis = clientOf(server);
      await redis.connect();
      const controller = new AbortController();
      const aborted = rejected(redis.with({ signal: controller.signal }).get('k'));
      controller.abort();
      assert.equal((await aborted).executed, 'no');
      await redis.get('other');
      assert.deepEqual(
        server.received.filter(([name]) => name === 'GET').map(([, key]) => key),
        ['other'],
      );
    });

    it('while it waits for a node: it is never sent and takes no more room', async () => {
      server.refuse();
      const redis = clientOf(server);
      const controller = new AbortController();
      const aborted = rejected(redis.with({ signal: controller.signal, timeoutMs: 0 }).set('given up', '1'));
      await sleep(30);
      controller.abort();
      assert.equal((await aborted).executed, 'no');
      await until(() => redis.stats().commands === 0);
      await server.listen();
      await redis.set('next', '1');
      assert.deepEqual(
        server.received.filter(([name]) => name === 'SET').map(([, key]) => key),
        ['next'],
      );
    });

    it('after it was written: it may have run, and its reply goes to nobody', async () => {
      const gate = closedGate();
      server.handler = single(async (words, connection) => {
        if (words[1] === 'slow') await gate.opened;
        return store(words, connection);
      });
      const redis = clientOf(server);
      await redis.connect();
      const controller = new AbortController();
      const aborted = rejected(redis.with({ signal: controller.signal }).get('slow'));
      await until(() => server.count('GET') === 1, { everyMs: 1 });
      controller.abort();
      assert.equal((await aborted).executed, 'unknown');
      gate.open();
      assert.equal(await redis.get('next'), 'value of next');
    });

    it('while it waits for another attempt', async () => {
      server.handler = single(([name]) => (name === 'SET' ? error('TRYAGAIN') : undefined));
      const redis = clientOf(server);
      const controller = new AbortController();
      const aborted = rejected(redis.with({ signal: controller.signal }).set('k', '1'));
      await until(() => server.count('SET') >= 3 && redis.stats().waiting === 1, { everyMs: 1 });
      controller.abort();
      const reason = await aborted;
      assert.ok(reason instanceof AbortError);
      assert.equal(reason.executed, 'no');
      const count = server.count('SET');
      await sleep(100);
      assert.ok(server.count('SET') <= count + 1);
    });

    it('and no listener is left on it, whatever became of the command', async () => {
      server.handler = single(unanswered);
      const redis = clientOf(server);
      const { signal } = new AbortController();
      const view = redis.with({ signal });
      await Promise.all(Array.from({ length: 100 }, (_, i) => view.get(`k${i}`)));
      await view.pipeline().get('a').set('b', '1').exec();
      await view
        .multi()
        .get('a')
        .exec()
        .catch(() => {});
      await rejected(view.with({ timeoutMs: 30 }).get('unanswered'));
      await rejected(view.get(undefined as unknown as string));
      assert.equal(getEventListeners(signal, 'abort').length, 0);
      server.disconnect();
    });

    it('for a thousand commands, without a warning', async () => {
      const warnings: Error[] = [];
      const listener = (warning: Error): void => void warnings.push(warning);
      process.on('warning', listener);
      const redis = clientOf(server);
      const controller = new AbortController();
      const view = redis.with({ signal: controller.signal });
      const all = Array.from({ length: 1_000 }, (_, i) => rejected(view.get(`k${i}`)));
      controller.abort();
      await Promise.all(all);
      await sleep(10);
      process.off('warning', listener);
      assert.deepEqual(warnings, []);
    });
  });

  describe('at once with failFast', () => {
    it('while nobody serves', async () => {
      server.refuse();
      const redis = clientOf(server, { failFast: true });
      const watch = Stopwatch.start();
      const [connecting, first] = await Promise.all([rejected(redis.connect()), rejected(redis.get('k'))]);
      assert.equal(connecting.code, 'ERR_PRIMARY_UNREACHABLE');
      assert.match(first.message, /ECONNREFUSED/);
      const second = await rejected(redis.get('k'));
      assert.ok(second instanceof NoNodeError);
      assert.match(second.message, /^GET: .*ECONNREFUSED/);
      assert.ok(watch.ownMs < 300, `${watch.ownMs} ms`);
    });

    it('and is served when somebody does', async () => {
      const redis = clientOf(server, { failFast: true });
      assert.equal(await redis.get('k'), 'value of k');
    });
  });

  describe('when too much waits', () => {
    it('rejects what is beyond the bound of commands, and takes more when there is room', async () => {
      const redis = clientOf(server, { queue: { maxCommands: 10 } });
      const all = await Promise.allSettled(Array.from({ length: 15 }, (_, i) => redis.get(`k${i}`)));
      assert.deepEqual(
        all.map(({ status }) => status),
        [...Array(10).fill('fulfilled'), ...Array(5).fill('rejected')],
      );
      const reason = all[14]?.status === 'rejected' ? all[14].reason : undefined;
      assert.ok(reason instanceof QueueFullError);
      assert.equal(reason.executed, 'no');
      assert.equal(await redis.get('more'), 'value of more');
    });

    it('rejects what is beyond the bound of bytes', async () => {
      const redis = clientOf(server, { queue: { maxBytes: 100_000 } });
      const big = 'x'.repeat(60_000);
      const all = await Promise.allSettled([redis.set('a', big), redis.set('b', big), redis.set('c', 'small')]);
      assert.deepEqual(
        all.map(({ status }) => status),
        ['fulfilled', 'rejected', 'fulfilled'],
      );
      assert.equal(await redis.set('b', big), 'OK');
    });
  });

  it('with an error for arguments that cannot be sent, and nothing is sent', async () => {
    const redis = clientOf(server);
    const bad: unknown[] = [undefined, null, Number.NaN, Number.POSITIVE_INFINITY, {}, ['x'], true, Symbol('s'), () => {}];
    for (const value of bad) {
      const reason = await rejected(redis.call('SET', 'k', value as string));
      assert.equal(reason.code, 'ERR_ARGUMENT', String(reason));
      assert.equal(reason.executed, 'no');
    }
    assert.equal(server.count('SET'), 0);
  });

  it('although nobody listens to its error events', async () => {
    server.refuse();
    const redis = clientOf(server, { timeoutMs: 60 });
    await rejected(redis.get('k'));
    await server.listen();
    assert.equal(await redis.with({ timeoutMs: 2_000 }).get('k'), 'value of k');
  });

  it('although listeners of its events throw', async () => {
    const warn = sinon.stub(process, 'emitWarning');
    const redis = clientOf(server);
    for (const event of ['ready', 'topology', 'close'] as const) {
      redis.on(event, () => {
        throw new Error(`listener of ${event}`);
      });
    }
    assert.equal(await redis.get('k'), 'value of k');
    await redis.close();
    assert.deepEqual(
      warn.args.map(([message]) => message),
      ['topology', 'ready', 'close'].map((event) => `A listener of '${event}' threw`),
    );
  });
});
