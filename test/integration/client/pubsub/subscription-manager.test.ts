import assert from 'node:assert/strict';
import sinon from 'sinon';
import { type Gap, ListenerError, type Redis } from '../../../../lib/index.js';
import { slotOfKey } from '../../../../lib/routing/keys/slots.js';
import { error, FakeServer, type Handler, silence } from '../../../support/fake-server.js';
import { PubsubScript, push } from '../../../support/pubsub-server.js';
import { until } from '../../../support/wait.js';
import { checkBooks, clientOf, rejected, ScriptedCluster, single } from '../scripted.js';

const soon = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 20));

describe('the subscriptions of a client of one server', () => {
  let server: FakeServer;
  let script: PubsubScript;
  let own: Handler;

  beforeEach(async () => {
    script = new PubsubScript();
    own = single(script.handler());
    server = await FakeServer.start(own);
  });

  afterEach(async () => {
    await checkBooks();
    await server.stop();
  });

  const published = async (text: string, to = 'a'): Promise<void> => {
    await until(() => script.publish(to, text) > 0, { what: 'somebody is subscribed' });
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

  it('tell a gap before the first message after it, to those who listened before', async () => {
    const redis = clientOf(server);
    const heard: unknown[] = [];
    const events: Gap[] = [];
    redis.on('gap', (gap) => events.push(gap));
    const begun = Date.now();
    const sub = await redis.subscribe('a', (message) => heard.push(message), { onGap: (gap) => heard.push(gap) });
    await published('1');
    await until(() => heard.length === 1);
    server.refuse();
    server.disconnect();
    await until(() => !sub.live);
    const late: unknown[] = [];
    const second = redis.subscribe('a', (message) => late.push(message), { onGap: (gap) => late.push(gap) });
    await soon();
    assert.deepEqual(heard, ['1']);
    await server.listen();
    await published('2');
    await until(() => heard.length === 3 && late.length > 0);
    await second;
    const [gap] = events;
    assert.deepEqual(heard, ['1', gap, '2']);
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
    assert.ok(gap !== undefined && gap.sinceMs >= begun && gap.sinceMs < gap.untilMs && gap.untilMs <= Date.now());
    assert.equal(events.length, 1);
    assert.equal(redis.stats().subscriptions.gaps, 1);
  });

  it('go on for all when one listener throws or rejects, which is reported', async () => {
    const redis = clientOf(server);
    const errors: unknown[] = [];
    redis.on('error', (reported) => errors.push(reported));
    const got: string[] = [];
    await redis.subscribe('a', () => {
      throw new Error('mine');
    });
    await redis.subscribe('a', () => Promise.reject(new Error('mine, later')));
    await redis.subscribe('a', (message) => got.push(message));
    await published('x');
    await published('y');
    await until(() => got.length === 2 && errors.length === 4);
    for (const one of errors) assert.ok(one instanceof ListenerError && /a listener of a threw: mine/.test(one.message));
    assert.deepEqual(got, ['x', 'y']);
    assert.equal(await redis.ping(), 'PONG');
  });

  it('survive a listener that leaves, and that ends others, in the midst of a message', async () => {
    const redis = clientOf(server);
    const got: string[] = [];
    const first = await redis.subscribe('a', () => {
      got.push('first');
      void first.unsubscribe();
      void second.unsubscribe();
    });
    const second = await redis.subscribe('a', () => got.push('second'));
    await redis.subscribe('a', () => got.push('third'));
    await published('x');
    await published('y');
    await until(() => got.length >= 3);
    assert.deepEqual(got, ['first', 'third', 'third']);
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

  it('come back when a refusal ends, which is told once meanwhile', async () => {
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
    assert.match((await late).message, /subscribing to a was not confirmed within 30 ms/);
    abort.abort(new Error('enough'));
    assert.deepEqual([(await aborted).code, ((await aborted).cause as Error).message], ['ERR_ABORTED', 'enough']);
    assert.equal(redis.stats().subscriptions.channels, 2);
    redis.destroy();
    assert.equal((await closed).code, 'ERR_CLOSED');
    assert.equal((await next).code, 'ERR_CLOSED');
    assert.equal((await rejected(redis.subscribe('e', () => {}))).code, 'ERR_CLOSED');
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
    await soon();
    process.off('warning', warned);
    assert.deepEqual(warnings, []);
  });

  it('end with the client: iterators give what they hold, and nothing is called again', async () => {
    const redis = clientOf(server);
    const got: string[] = [];
    const sub = await redis.subscribe('a', (message) => got.push(message));
    const texts = redis.messages('a');
    const waits = redis.messages('b');
    await Promise.all([texts.ready(), waits.ready()]);
    const parked = waits.next();
    for (const text of ['1', '2']) await published(text);
    await until(() => got.length === 2);
    await redis.close();
    assert.deepEqual(await parked, { value: undefined, done: true });
    const rest: string[] = [];
    for await (const { message } of texts) rest.push(message);
    assert.deepEqual(rest, ['1', '2']);
    assert.equal(sub.live, false);
    await until(() => server.openConnections.length === 0);
  });

  it('stop asking for an iterator that is left before it began', async () => {
    const redis = clientOf(server);
    const texts = redis.messages('a');
    assert.deepEqual(await texts.return(), { value: undefined, done: true });
    assert.deepEqual(await texts.next(), { value: undefined, done: true });
    assert.equal((await rejected(texts.ready())).code, 'ERR_ABORTED');
    assert.equal(server.connections.length, 0);
  });

  it('give gaps and overflows in their places, among the messages or to onGap', async () => {
    const redis = clientOf(server);
    const told: Gap[] = [];
    const among = redis.messages('a', { gaps: true, maxBuffered: 2 });
    const apart = redis.messages('a', { onGap: (gap) => told.push(gap), maxBuffered: 2, overflow: 'drop-newest' });
    const fails = redis.messages('a', { maxBuffered: 2, overflow: 'error' });
    await Promise.all([among.ready(), apart.ready(), fails.ready()]);
    for (const text of ['1', '2', '3', '4']) await published(text);
    await until(() => redis.stats().subscriptions.messages === 4);
    assert.equal(redis.stats().subscriptions.dropped, 2 + 2 + 1);
    const shape = ({ value }: IteratorResult<{ type: string; message?: string; reason?: string; dropped?: number }>): string =>
      value.type === 'gap' ? `${value.reason} ${value.dropped}` : value.message;
    assert.deepEqual([shape(await among.next()), shape(await among.next()), shape(await among.next())], ['overflow 2', '3', '4']);
    assert.deepEqual([shape(await apart.next()), shape(await apart.next())], ['1', '2']);
    assert.deepEqual(told, []);
    const next = apart.next();
    assert.deepEqual(
      told.map(({ reason, dropped }) => `${reason} ${dropped}`),
      ['overflow 2'],
    );
    assert.deepEqual([shape(await fails.next()), shape(await fails.next())], ['1', '2']);
    assert.equal((await rejected(fails.next())).code, 'ERR_OVERFLOW');
    assert.deepEqual(await fails.next(), { value: undefined, done: true });
    await published('5');
    assert.equal(shape(await next), '5');
    server.disconnect();
    assert.equal(shape(await among.next()), '5');
    assert.equal(shape(await among.next()), 'connection 0');
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
    await new Promise((resolve) => setTimeout(resolve, 400));
    const attempts = server.connections.slice(before).filter(({ received }) => received.some(([name]) => name === 'SUBSCRIBE')).length;
    assert.ok(attempts >= 2 && attempts <= 14, `${attempts} attempts`);
    server.handler = own;
    await published('x');
  });

  it('reject at once with failFast while nobody is there', async () => {
    const redis = clientOf(server, { failFast: true });
    await redis.ping();
    server.refuse();
    server.disconnect();
    await until(() => redis.stats().nodes.every(({ reachable }) => !reachable));
    assert.match((await rejected(redis.subscribe('a', () => {}))).code, /ERR_NO_NODE|ERR_CONNECT/);
  });

  it('report refused credentials to who waits', async () => {
    server.handler = ([name], connection) =>
      name === 'HELLO' || name === 'AUTH' ? error('WRONGPASS wrong') : own([name ?? ''], connection);
    const redis = clientOf(server, { password: 'x' });
    redis.on('error', () => {});
    assert.equal((await rejected(redis.subscribe('a', () => {}))).code, 'ERR_AUTH');
  });

  it('refuse arguments that cannot be', async () => {
    const redis = clientOf(server);
    const bad = redis as unknown as { subscribe(...args: unknown[]): Promise<unknown>; messages(...args: unknown[]): unknown };
    const listener = (): void => {};
    assert.equal((await rejected(bad.subscribe([], listener))).code, 'ERR_ARGUMENT');
    assert.match((await rejected(bad.subscribe(['a', 7], listener))).message, /a channel is a string or bytes, got 7/);
    assert.match((await rejected(bad.subscribe('a'))).message, /onMessage: expected a function, got undefined/);
    assert.match(
      (await rejected(bad.subscribe('a', listener, { ongap: 1 }))).message,
      /options.ongap: unknown option; did you mean onGap\?/,
    );
    assert.throws(() => bad.messages('a', { overflow: 'drop' }), /options.overflow: expected one of drop-oldest, drop-newest, error/);
    assert.throws(() => bad.messages('a', { maxBuffered: 0 }), /options.maxBuffered/);
    assert.equal(server.connections.length, 0);
  });

  it('leave no topic, listener or timer behind over many rounds', async () => {
    const redis = clientOf(server);
    for (let n = 0; n < 200; n++) {
      const sub = await redis.subscribe(`a${n % 3}`, () => {});
      await sub.unsubscribe();
    }
    assert.equal(redis.stats().subscriptions.channels, 0);
    assert.equal(server.openConnections.length, 2, 'the monitor and the subscriber');
  });
});

describe('the subscriptions of a client of a cluster', () => {
  let cluster: ScriptedCluster;
  let scripts: PubsubScript[];
  let redis: Redis;

  beforeEach(async () => {
    cluster = await ScriptedCluster.start(3);
    scripts = cluster.servers.map(() => new PubsubScript());
    const handlers = scripts.map((script) => script.handler());
    cluster.script = (server, command, connection) => handlers[server]?.(command, connection);
    redis = cluster.client({ timeoutMs: 5_000, monitor: { periodMs: 100 } });
  });

  afterEach(async () => {
    sinon.restore();
    await checkBooks();
    await cluster.stop();
  });

  const homeOf = (channel: string, kind: 'channel' | 'pattern' | 'shard' = 'channel'): number =>
    scripts.findIndex((script) => script.of(kind, channel).size > 0);

  it('are spread over the nodes by their names, and stay there', async () => {
    const names = Array.from({ length: 30 }, (_, n) => `c${n}`);
    await redis.subscribe(names, () => {});
    const homes = names.map((name) => homeOf(name));
    assert.deepEqual([...new Set(homes)].sort(), [0, 1, 2]);
    await redis.subscribe('another', () => {});
    assert.deepEqual(
      names.map((name) => homeOf(name)),
      homes,
    );
    assert.equal(redis.stats().subscriptions.connections, 3);
  });

  it('go to another node when theirs dies, at once, and are not brought back', async () => {
    const heard: string[] = [];
    await redis.subscribe('c', (message) => heard.push(message), { onGap: ({ reason }) => heard.push(reason) });
    const home = homeOf('c');
    cluster.server(home).refuse();
    cluster.server(home).disconnect();
    await until(() => homeOf('c') !== home && homeOf('c') !== -1, { timeoutMs: 1_000 });
    const other = homeOf('c');
    scripts[other]?.publish('c', '1');
    await until(() => heard.length === 2);
    assert.deepEqual(heard, ['connection', '1']);
    await cluster.server(home).listen();
    await soon();
    assert.equal(homeOf('c'), other);
  });

  it('go to another node only when that has been handed what theirs had delivered', async () => {
    await redis.subscribe('c', () => {});
    const home = homeOf('c');
    const begun = performance.now();
    cluster.server(home).refuse();
    cluster.server(home).disconnect();
    await until(() => homeOf('c') !== home && homeOf('c') !== -1, { timeoutMs: 1_000 });
    const tookMs = performance.now() - begun;
    assert.ok(tookMs >= 45, `${tookMs} ms`);
  });

  it('try the same node once more first: a connection that was cut costs no move', async () => {
    await redis.subscribe('c', () => {});
    const home = homeOf('c');
    cluster.server(home).disconnect();
    await until(() => cluster.servers.reduce((sum, server) => sum + server.count('SUBSCRIBE'), 0) === 2);
    assert.equal(cluster.server(home).count('SUBSCRIBE'), 2);
  });

  it('follow MOVED, and what the server says when a slot leaves it', async () => {
    const heard: string[] = [];
    const sub = await redis.ssubscribe('s', (message) => heard.push(message), { onGap: ({ reason }) => heard.push(reason) });
    const home = homeOf('s', 'shard');
    const next = (home + 1) % 3;
    const slot = slotOfKey('s');
    const script = scripts[home];
    const ranges = cluster.ranges;
    cluster.ranges = [...ranges.flatMap((range) => without(range, slot)), { first: slot, last: slot, owner: next }];
    if (script !== undefined)
      script.refuse = ([name]) => (name === 'SSUBSCRIBE' ? error(`MOVED ${slot} ${cluster.server(next).address}`) : undefined);
    const [connection] = script?.of('shard', 's') ?? [];
    script?.of('shard', 's').clear();
    connection?.send(push(['sunsubscribe', 's', 0], 3));
    await until(() => homeOf('s', 'shard') === next);
    await until(() => sub.live);
    scripts[next]?.publish('s', '1', 'shard');
    await until(() => heard.length === 2);
    assert.deepEqual(heard, ['moved', '1']);
  });

  for (const named of [true, false]) {
    it(`do not stay at a primary that became a replica, ${named ? 'and go to the one it follows' : 'which follows one by an address of its own'}`, async () => {
      const heard: string[] = [];
      const sub = await redis.ssubscribe('s', (message) => heard.push(message), { onGap: ({ reason }) => heard.push(reason) });
      const home = homeOf('s', 'shard');
      const next = (home + 1) % 3;
      const [script, heir] = [scripts[home], cluster.server(next)];
      const [connection] = script?.of('shard', 's') ?? [];
      const handlers = scripts.map((one) => one.handler());
      const ranges = cluster.ranges.map((range) => (range.owner === home ? { ...range, owner: next } : range));
      cluster.script = (server, command, from) => {
        if (server !== home || command[0] !== 'ROLE') return handlers[server]?.(command, from);
        script?.publish('s', 'from a replica', 'shard');
        if (named) cluster.ranges = ranges;
        return ['slave', named ? heir.host : '192.0.2.1', heir.port, 'connected', 0];
      };
      script?.of('shard', 's').clear();
      connection?.send(push(['sunsubscribe', 's', 0], 3));
      if (!named) {
        await until(() => cluster.server(home).count('SUNSUBSCRIBE') > 0);
        assert.equal(sub.live, false);
        cluster.ranges = ranges;
      }
      await until(() => homeOf('s', 'shard') === next && sub.live);
      scripts[next]?.publish('s', '1', 'shard');
      await until(() => heard.length === 2);
      assert.deepEqual(heard, ['moved', '1']);
      assert.equal(script?.of('shard', 's').size, 0);
    });
  }

  it('believe the slot map in the end, where the primary of a slot says for long that it is a replica', async () => {
    // No delays.
    sinon.stub(Math, 'random').returns(0);
    const handlers = scripts.map((one) => one.handler());
    cluster.script = (server, command, from) =>
      command[0] === 'ROLE' ? ['slave', '192.0.2.1', 7000, 'connected', 0] : handlers[server]?.(command, from);
    const sub = await redis.ssubscribe('s', () => {});
    assert.equal(sub.live, true);
    const asked = cluster.servers.reduce((sum, server) => sum + server.count('SSUBSCRIBE'), 0);
    assert.equal(asked, 13);
  });

  it('leave a node that is no longer in the cluster, and hear nothing more from it', async () => {
    const heard: string[] = [];
    await redis.subscribe('c', (message) => heard.push(message), {
      onGap: ({ reason, from, to }) => heard.push(`${reason} ${from} ${to}`),
    });
    const home = homeOf('c');
    const next = (home + 1) % 3;
    const [connection] = scripts[home]?.of('channel', 'c') ?? [];
    const gone = cluster.server(home).address;
    cluster.forget(home, next);
    await until(() => homeOf('c') === next, { timeoutMs: 3_000 });
    connection?.send(push(['message', 'c', 'from the old one'], 3));
    scripts[next]?.publish('c', '1');
    await until(() => heard.length >= 2);
    assert.deepEqual(heard, [`removed ${gone} ${cluster.server(next).address}`, '1']);
  });
});

function without(range: { first: number; last: number; owner: number }, slot: number): { first: number; last: number; owner: number }[] {
  if (slot < range.first || slot > range.last) return [range];
  return [
    { ...range, last: slot - 1 },
    { ...range, first: slot + 1 },
  ].filter(({ first, last }) => first <= last);
}
