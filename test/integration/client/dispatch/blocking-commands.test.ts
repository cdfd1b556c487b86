import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { ClosedError, TimeoutError } from '../../../../lib/errors.js';
import { close, FakeServer, type Handler, silence } from '../../../support/fake-server.js';
import { Stopwatch } from '../../../support/stopwatch.js';
import { closedGate, until } from '../../../support/wait.js';
import { assertNoPendingCommands, clientOf, rejected, single } from '../scripted.js';

/** Fixed, so that the number of attempts does not depend on the jitter. */
const EVERY_50_MS = { minMs: 50, maxMs: 50 };

/** Most attempts of the shared connection, the blocked command's and the probes (25 ms apart at least); one more of each at either end. */
const mostAttempts = (since: number): number => {
  const ms = performance.now() - since;
  return (2 * ms) / EVERY_50_MS.minMs + ms / 25 + 6;
};

describe('a client with commands that block', () => {
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
  const connectionsOf = (name: string): number[] =>
    server.connections.filter(({ received }) => received.some(([first]) => first === name)).map(({ index }) => index);

  it('sends them on connections of their own, and lets others pass', async () => {
    let pop = (_: unknown): void => {};
    script(([name]) => {
      if (name === 'BLPOP') return new Promise((resolve) => (pop = resolve as typeof pop));
      return name === 'GET' ? 'value' : undefined;
    });
    const redis = clientOf(server);
    const popped = redis.call('BLPOP', 'list', 0);
    await until(() => server.count('BLPOP') === 1);
    assert.equal(await redis.get('k'), 'value');
    pop(['list', 'item']);
    assert.deepEqual(await popped, ['list', 'item']);
    assert.notDeepEqual(connectionsOf('BLPOP'), connectionsOf('GET'));
  });

  it('uses such a connection again', async () => {
    script(([name]) => (name === 'BLPOP' ? null : undefined));
    const redis = clientOf(server);
    for (let i = 0; i < 5; i++) assert.equal(await redis.call('BLPOP', 'list', 0.01), null);
    assert.equal(connectionsOf('BLPOP').length, 1);
  });

  it('opens as many connections as commands block, up to the bound, and serves the others in turn', async () => {
    script(async ([name]) => {
      if (name !== 'BLPOP') return undefined;
      await sleep(30);
      return null;
    });
    const redis = clientOf(server, { pool: { maxExclusive: 3 } });
    assert.deepEqual(await Promise.all(Array.from({ length: 8 }, () => redis.call('BLPOP', 'list', 1))), Array(8).fill(null));
    assert.equal(connectionsOf('BLPOP').length, 3);
  });

  it('closes the connection of a caller who gave up, so that nothing is popped for nobody', async () => {
    script(([name]) => (name === 'BLPOP' ? silence : undefined));
    const redis = clientOf(server);
    const controller = new AbortController();
    const aborted = rejected(redis.with({ signal: controller.signal }).call('BLPOP', 'list', 0));
    await until(() => server.count('BLPOP') === 1);
    controller.abort();
    assert.equal((await aborted).executed, 'unknown');
    await until(() => server.openConnections.every(({ index }) => !connectionsOf('BLPOP').includes(index)));
  });

  it('never sends one whose caller gave up while it waited for a connection', async () => {
    const gate = closedGate();
    script(async ([name]) => {
      if (name !== 'BLPOP') return undefined;
      await gate.opened;
      return null;
    });
    const redis = clientOf(server, { pool: { maxExclusive: 1 } });
    const first = redis.call('BLPOP', 'first', 1);
    const controller = new AbortController();
    const aborted = rejected(redis.with({ signal: controller.signal }).call('BLPOP', 'second', 1));
    const late = rejected(redis.with({ timeoutMs: 30 }).call('BLPOP', 'third', 0.01));
    await sleep(10);
    controller.abort();
    assert.equal((await aborted).executed, 'no');
    assert.equal((await late).executed, 'no');
    gate.open();
    await first;
    await redis.call('BLPOP', 'fourth', 1);
    assert.deepEqual(
      server.received.filter(([name]) => name === 'BLPOP').map(([, key]) => key),
      ['first', 'fourth'],
    );
  });

  it('does not hammer a server that hangs up on them', async () => {
    script(([name]) => (name === 'BLPOP' ? null : undefined));
    const redis = clientOf(server, { reconnect: EVERY_50_MS });
    assert.equal(await redis.call('BLPOP', 'list', 0.01), null);
    const before = server.connections.length;
    const since = performance.now();
    server.handler = () => close;
    server.disconnect();
    await until(() => redis.stats().nodes.every((node) => node.exclusiveConnections === 0));
    const late = await rejected(redis.with({ timeoutMs: 1_000 }).call('BLPOP', 'list', 0.01));
    assert.equal(late.executed, 'no');
    const more = server.connections.length - before;
    assert.ok(more >= 2 && more <= mostAttempts(since), `${more} attempts`);
  });

  it('does not hammer a server that lets nobody in, and says so at the deadline', async () => {
    const redis = clientOf(server, { reconnect: EVERY_50_MS });
    await redis.connect();
    // One that closes at HELLO and answers PING would be taken for a proxy.
    server.handler = single(([name]) => (name === 'HELLO' || name === 'PING' ? close : undefined));
    const before = server.connections.length;
    const since = performance.now();
    const late = await rejected(redis.with({ timeoutMs: 600 }).call('BLPOP', 'list', 0.1));
    assert.ok(late instanceof TimeoutError);
    assert.equal(late.executed, 'no');
    assert.match(late.message, /cannot connect/);
    const attempts = server.connections.length - before;
    assert.ok(attempts >= 2 && attempts <= mostAttempts(since), `${attempts} attempts`);
  });

  it('fails at once with failFast where no connection can be had', async () => {
    const redis = clientOf(server, { failFast: true });
    await redis.connect();
    server.handler = single(([name]) => (name === 'HELLO' ? close : undefined));
    const watch = Stopwatch.start();
    assert.equal((await rejected(redis.call('BLPOP', 'list', 0))).executed, 'no');
    assert.ok(watch.ownMs < 500, `${watch.ownMs} ms`);
  });

  it('ends with close(), though the server does not let go', async () => {
    script(([name]) => (name === 'BLPOP' ? silence : undefined));
    const redis = clientOf(server);
    const late = rejected(redis.call('BLPOP', 'list', 0));
    await until(() => server.count('BLPOP') === 1);
    await redis.close();
    assert.ok((await late) instanceof ClosedError);
    assert.equal((await late).executed, 'unknown');
  });
});
