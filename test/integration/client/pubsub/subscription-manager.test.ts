import assert from 'node:assert/strict';
import type { Gap } from '../../../../lib/index.js';
import { error, FakeServer, type Handler, silence } from '../../../support/fake-server.js';
import { PubsubScript } from '../../../support/pubsub-server.js';
import { until } from '../../../support/wait.js';
import { assertNoPendingCommands, clientOf, rejected, single } from '../scripted.js';

const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 20));

describe('subscriptions of a client of one server', () => {
  let server: FakeServer;
  let script: PubsubScript;
  let own: Handler;

  beforeEach(async () => {
    script = new PubsubScript();
    own = single(script.handler());
    server = await FakeServer.start(own);
  });

  afterEach(async () => {
    await assertNoPendingCommands();
    await server.stop();
  });

  const published = async (text: string, to = 'a'): Promise<void> => {
    await until(() => script.publish(to, text) > 0, { what: 'the channel is subscribed' });
  };

  it('share one subscription of the server, which the last to leave ends', async () => {
    const redis = clientOf(server);
    const got: string[] = [];
    const subs = await Promise.all([1, 2, 3].map((id) => redis.subscribe('a', (message) => got.push(`${id} ${message}`))));
    assert.equal(server.count('SUBSCRIBE'), 1);
    await published('x');
    await until(() => got.length === 3);
    assert.deepEqual(got.splice(0), ['1 x', '2 x', '3 x']);
    await subs[0]?.unsubscribe();
    await subs[2]?.unsubscribe();
    assert.equal(server.count('UNSUBSCRIBE'), 0);
    await published('y');
    await until(() => got.length === 1);
    assert.deepEqual(got, ['2 y']);
    await subs[1]?.unsubscribe();
    assert.equal(server.count('UNSUBSCRIBE'), 1);
    assert.equal(script.of('channel', 'a').size, 0);
    await subs[1]?.unsubscribe();
    assert.deepEqual(redis.stats().subscriptions, {
      channels: 0,
      patterns: 0,
      shardChannels: 0,
      waiting: 0,
      connections: 1,
      messages: 2,
      gaps: 0,
      dropped: 0,
    });
  });

  it('use one connection of their own, and the other commands theirs', async () => {
    const redis = clientOf(server);
    await redis.ping();
    await Promise.all([redis.subscribe(['a', 'b', 'a'], () => {}), redis.psubscribe('c*', () => {}), redis.ssubscribe('d', () => {})]);
    const subscribed = server.connections.filter(({ received }) => received.some(([name]) => name?.endsWith('SUBSCRIBE')));
    assert.equal(subscribed.length, 1);
    assert.deepEqual(
      subscribed[0]?.received.filter(([name]) => name?.endsWith('SUBSCRIBE')),
      [
        ['SUBSCRIBE', 'a'],
        ['SUBSCRIBE', 'b'],
        ['PSUBSCRIBE', 'c*'],
        ['SSUBSCRIBE', 'd'],
      ],
    );
  });

  it('report a gap before the first message after it, to those that listened before', async () => {
    const redis = clientOf(server);
    const got: unknown[] = [];
    const events: Gap[] = [];
    redis.on('gap', (gap) => events.push(gap));
    const begunAt = Date.now();
    const sub = await redis.subscribe('a', (message) => got.push(message), { onGap: (gap) => got.push(gap) });
    await published('1');
    await until(() => got.length === 1);
    server.refuse();
    server.disconnect();
    await until(() => !sub.live);
    const late: unknown[] = [];
    const second = redis.subscribe('a', (message) => late.push(message), { onGap: (gap) => late.push(gap) });
    await pause();
    assert.deepEqual(got, ['1']);
    await server.listen();
    await published('2');
    await until(() => got.length === 3 && late.length > 0);
    await second;
    const [gap] = events;
    assert.deepEqual(got, ['1', gap, '2']);
    assert.deepEqual(late, ['2']);
    assert.deepEqual(
      { ...gap, sinceMs: 0, untilMs: 0 },
      {
        type: 'gap',
        kind: 'channel',
        name: 'a',
        reason: 'connection',
        from: server.address,
        to: server.address,
        sinceMs: 0,
        untilMs: 0,
        dropped: 0,
      },
    );
    assert.ok(gap !== undefined && gap.sinceMs >= begunAt && gap.sinceMs < gap.untilMs && gap.untilMs <= Date.now());
    assert.equal(events.length, 1);
    assert.equal(redis.stats().subscriptions.gaps, 1);
  });

  it('reject what is refused, and leave nothing behind', async () => {
    const redis = clientOf(server);
    script.refuse = ([name, channel]) => (name === 'SUBSCRIBE' && channel === 'secret' ? error('NOPERM no access to channel') : undefined);
    const failure = await rejected(redis.subscribe(['a', 'secret'], () => {}));
    assert.equal(failure.code, 'NOPERM');
    await until(() => script.of('channel', 'a').size === 0);
    assert.equal(redis.stats().subscriptions.channels, 0);
    await redis.subscribe('a', () => {});
  });

  it('come back when a refusal ends, which is reported once meanwhile', async () => {
    const redis = clientOf(server);
    const errors: string[] = [];
    redis.on('error', ({ code }) => errors.push(code));
    const got: string[] = [];
    await redis.subscribe('a', (message) => got.push(message), { onGap: () => got.push('gap') });
    script.refuse = ([name]) => (name === 'SUBSCRIBE' ? error('NOPERM not now') : undefined);
    server.disconnect();
    await until(() => server.count('SUBSCRIBE') >= 4);
    script.refuse = () => undefined;
    await published('x');
    await until(() => got.length === 2);
    assert.deepEqual(got, ['gap', 'x']);
    assert.deepEqual(errors, ['NOPERM']);
  });

  it('reject at the deadline, when the signal fires and when the client ends', async () => {
    const redis = clientOf(server);
    script.refuse = ([name]) => (name === 'SUBSCRIBE' ? silence : undefined);
    const abort = new AbortController();
    const late = rejected(redis.with({ timeoutMs: 30 }).subscribe('a', () => {}));
    const aborted = rejected(redis.subscribe('b', () => {}, { signal: abort.signal }));
    const closed = rejected(redis.subscribe('c', () => {}));
    const next = rejected(redis.messages('d').next());
    assert.match((await late).message, /SUBSCRIBE of a was not confirmed within 30 ms/);
    abort.abort(new Error('enough'));
    assert.deepEqual([(await aborted).code, ((await aborted).cause as Error).message], ['ERR_ABORTED', 'enough']);
    assert.equal(redis.stats().subscriptions.channels, 2);
    redis.destroy();
    assert.equal((await closed).code, 'ERR_CLOSED');
    assert.equal((await next).code, 'ERR_CLOSED');
    const after = await rejected(redis.subscribe('e', () => {}));
    assert.deepEqual([after.code, after.message], ['ERR_CLOSED', 'SUBSCRIBE: the client is closed']);
    assert.equal((await rejected(redis.subscribe('e', () => {}, { signal: AbortSignal.abort() }))).code, 'ERR_CLOSED');
  });

  it('end with the signal, without a listener more on it for each', async () => {
    const redis = clientOf(server);
    const abort = new AbortController();
    const warnings: Error[] = [];
    const warned = (warning: Error): void => void warnings.push(warning);
    process.on('warning', warned);
    const got: string[] = [];
    for (let n = 0; n < 20; n++) await redis.with({ signal: abort.signal }).subscribe(`s${n}`, (message) => got.push(message));
    const texts = redis.messages('s0', { signal: abort.signal });
    await texts.ready();
    abort.abort();
    await until(() => [...script.subscribers.values()].every(({ size }) => size === 0));
    assert.equal((await rejected(texts.next())).code, 'ERR_ABORTED');
    assert.deepEqual(await texts.next(), { value: undefined, done: true });
    await pause();
    process.off('warning', warned);
    assert.deepEqual(warnings, []);
  });

  it('try again with growing delays while the server hangs up at once', async () => {
    const redis = clientOf(server, { reconnect: { minMs: 10, maxMs: 1_000 } });
    await redis.subscribe('a', () => {});
    server.handler = (command, connection) => {
      if (command[0] === 'SUBSCRIBE') connection.socket.destroy();
      return own(command, connection);
    };
    const before = server.connections.length;
    server.disconnect();
    const started = performance.now();
    const attempts = (): number =>
      server.connections.slice(before).filter(({ received }) => received.some(([name]) => name === 'SUBSCRIBE')).length;
    await new Promise((resolve) => setTimeout(resolve, 400));
    await until(() => attempts() >= 2, { everyMs: 1 });
    const per400Ms = (attempts() / (performance.now() - started)) * 400;
    assert.ok(per400Ms <= 14, `${per400Ms} attempts in 400 ms`);
    server.handler = own;
    await published('x');
  });

  it('reject at once with failFast while no node can be reached', async () => {
    const redis = clientOf(server, { failFast: true });
    await redis.ping();
    server.refuse();
    server.disconnect();
    await until(() => redis.stats().nodes.every(({ reachable }) => !reachable));
    assert.match((await rejected(redis.subscribe('a', () => {}))).code, /ERR_NO_NODE|ERR_CONNECT/);
  });

  it('reject with what refuses their credentials', async () => {
    server.handler = ([name], connection) =>
      name === 'HELLO' || name === 'AUTH' ? error('WRONGPASS wrong') : own([name ?? ''], connection);
    const redis = clientOf(server, { password: 'x' });
    redis.on('error', () => {});
    assert.equal((await rejected(redis.subscribe('a', () => {}))).code, 'ERR_AUTH');
  });

  it('leave no channel, listener or connection behind over many rounds', async () => {
    const redis = clientOf(server);
    for (let n = 0; n < 200; n++) {
      const sub = await redis.subscribe(`a${n % 3}`, () => {});
      await sub.unsubscribe();
    }
    assert.equal(redis.stats().subscriptions.channels, 0);
    assert.equal(server.openConnections.length, 2, 'the monitor and the subscriber');
  });
});
