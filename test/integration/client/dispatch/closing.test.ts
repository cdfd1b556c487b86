import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { ClosedError } from '../../../../lib/errors.js';
import type { Redis } from '../../../../lib/index.js';
import { FakeServer, silence } from '../../../support/fake-server.js';
import { until } from '../../../support/wait.js';
import { assertNoPendingCommands, clientOf, rejected, single, store, unanswered } from '../scripted.js';

describe('every promise of a client that ends settles', () => {
  let server: FakeServer;
  beforeEach(async () => {
    server = await FakeServer.start(single(store));
  });
  afterEach(async () => {
    await assertNoPendingCommands();
    await server.stop();
  });

  it('by close(): accepted commands are answered, new ones refused', async () => {
    server.handler = single(async (words, connection) => {
      if (words[0] === 'GET') await sleep(30);
      return store(words, connection);
    });
    const redis = clientOf(server);
    await redis.connect();
    const accepted = redis.get('k');
    const closed = redis.close();
    const refused = await rejected(redis.get('k'));
    assert.ok(refused instanceof ClosedError);
    assert.equal(refused.executed, 'no');
    assert.equal(await accepted, 'value of k');
    await closed;
    await until(() => server.openConnections.length === 0);
  });

  it('by close() right after the first command', async () => {
    const redis = clientOf(server);
    const accepted = redis.get('k');
    await redis.close();
    assert.equal(await accepted, 'value of k');
  });

  it('by close() before anything was done, and again', async () => {
    const redis = clientOf(server);
    let closes = 0;
    redis.on('close', () => closes++);
    await Promise.all([redis.close(), redis.close()]);
    await redis.close();
    redis.destroy();
    assert.equal(closes, 1);
    assert.equal(server.connections.length, 0);
    assert.ok((await rejected(redis.get('k'))) instanceof ClosedError);
    assert.ok((await rejected(redis.connect())) instanceof ClosedError);
    assert.ok((await rejected(redis.lease(async () => 1))) instanceof ClosedError);
    assert.ok((await rejected(redis.pipeline().get('k').exec())) instanceof ClosedError);
    assert.ok((await rejected(redis.multi().get('k').exec())) instanceof ClosedError);
  });

  it('by destroy(), also while they wait for a node: each error names its command', async () => {
    const redis = clientOf(server, { timeoutMs: 0 });
    await redis.connect();
    server.refuse();
    server.disconnect();
    await until(() => redis.stats().nodes.some(({ reachable }) => !reachable), { everyMs: 1 });
    const waiting = redis.get('k');
    await until(() => redis.stats().waiting === 1, { everyMs: 1 });
    redis.destroy();
    const error = await rejected(waiting);
    assert.ok(error instanceof ClosedError);
    assert.equal(error.command, 'GET');
    assert.equal(error.executed, 'no');
    assert.equal(error.message, 'GET: the client was destroyed');
  });

  it('by close(): a call that may block for ever does not wait for a node that is down', async () => {
    const redis = clientOf(server, { timeoutMs: 0 });
    await redis.connect();
    server.refuse();
    server.disconnect();
    await until(() => redis.stats().nodes.some(({ reachable }) => !reachable), { everyMs: 1 });
    const blocked = redis.blpop('queue', 0);
    await until(() => redis.stats().waiting === 1, { everyMs: 1 });
    const closed = redis.close();
    assert.ok((await rejected(blocked)) instanceof ClosedError);
    await closed;
  });

  it('by destroy(): what was written may have run, the rest did not', async () => {
    server.handler = single(unanswered);
    const redis = clientOf(server);
    await redis.connect();
    const written = rejected(redis.set('unanswered', '1'));
    await until(() => server.count('SET') === 1, { everyMs: 1 });
    const unwritten = rejected(redis.set('k', '1'));
    redis.destroy();
    const [first, second] = await Promise.all([written, unwritten]);
    assert.ok(first instanceof ClosedError && second instanceof ClosedError);
    assert.deepEqual([first.executed, second.executed], ['unknown', 'no']);
  });

  it('by destroy() while it connects', async () => {
    server.handler = () => silence;
    const redis = clientOf(server);
    const all = [rejected(redis.connect()), rejected(redis.get('k')), rejected(redis.call('DBSIZE'))];
    await sleep(20);
    redis.destroy();
    for (const reason of await Promise.all(all)) assert.ok(reason instanceof ClosedError, String(reason));
  });

  it('by close() while it connects in vain', async () => {
    server.handler = () => silence;
    const redis = clientOf(server, { timeoutMs: 100 });
    const all = [rejected(redis.connect()), rejected(redis.get('k'))];
    await redis.close();
    await Promise.all(all);
  });

  // The server answers handshakes and the monitor, and hangs for good once it is given anything else.
  const hanging: readonly (readonly [lane: string, give: (redis: Redis) => Promise<unknown>])[] = [
    ['a shared connection', (redis) => redis.get('k')],
    ['a shared connection, behind others', (redis) => Promise.all(Array.from({ length: 100 }, () => rejected(redis.incr('k'))))],
    ['a shared connection, given up by a signal', (redis) => redis.with({ signal: AbortSignal.timeout(20), timeoutMs: 0 }).get('k')],
    ['a transaction', (redis) => redis.multi().incr('k').exec()],
    ['a pipeline', (redis) => redis.pipeline().get('k').get('l').exec()],
    ['a blocked connection', (redis) => redis.blpop('k', 0.05)],
    ['a lease', (redis) => redis.lease((one) => one.get('k'))],
    ['watch()', (redis) => redis.watch('k', (one) => one.multi().incr('k').exec())],
    ['a script', (redis) => redis.eval('return 1', [], [])],
    ['a subscription', (redis) => redis.subscribe('c', () => {})],
    ['a login', (redis) => redis.reauthenticate()],
  ];
  const answered: ReadonlySet<string> = new Set(['HELLO', 'CLIENT', 'INFO', 'ROLE', 'PING']);
  for (const [lane, give] of hanging) {
    it(`by close() although a server hangs, once nobody waits for what it owes: ${lane}`, async () => {
      let hangs = false;
      server.handler = single(([name = '', sub = '']) => {
        hangs ||= !answered.has(name) || sub.toUpperCase() === 'UNBLOCK';
        return hangs ? silence : undefined;
      });
      const redis = clientOf(server, { connectTimeoutMs: 1_000, credentials: () => ({ password: 'secret' }) });
      await redis.connect();
      await give(redis.with({ timeoutMs: 60 })).catch(() => {});
      await redis.close();
      assert.equal(redis.stats().commands, 0);
      await until(() => server.openConnections.length === 0);
    });
  }

  it('by close() that waits as long as anybody waits', async () => {
    let answer = (_: string): void => {};
    server.handler = single(([name, key]) => {
      if (name !== 'GET') return undefined;
      return key === 'late' ? new Promise((resolve) => (answer = resolve)) : silence;
    });
    const redis = clientOf(server);
    await redis.connect();
    const late = redis.get('late');
    await rejected(redis.with({ timeoutMs: 50 }).get('never'));
    const order: string[] = [];
    const closed = redis.close().then(() => order.push('closed'));
    await sleep(50);
    assert.deepEqual(order, []);
    answer('value');
    assert.equal(await late, 'value');
    await closed;
  });

  it('while a lease is out', async () => {
    const redis = clientOf(server);
    await redis.lease(async (one) => {
      await one.get('k');
      redis.destroy();
      await rejected(one.get('k'));
    });
  });
});
