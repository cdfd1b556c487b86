import assert from 'node:assert/strict';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import dns from 'node:dns';
import { setTimeout as sleep } from 'node:timers/promises';
import sinon from 'sinon';
import { type ClientEvents, createClient, NoNodeError, type Redis, single, type UnheardError } from '../../lib/index.js';
import { FakeServer, status } from '../support/fake-server.js';
import { Server } from '../support/server.js';
import { Stopwatch } from '../support/stopwatch.js';
import { startTopology } from '../support/topologies.js';
import { until } from '../support/wait.js';

type Heard = { readonly [Name in keyof ClientEvents]: { readonly name: Name; readonly args: ClientEvents[Name] } }[keyof ClientEvents];
const NAMES = ['ready', 'topology', 'failover', 'reconnecting', 'error', 'close'] as const;

/** Everything a client tells, in order. */
function listenTo(redis: Redis): Heard[] {
  const heard: Heard[] = [];
  for (const name of NAMES) redis.on(name, (...args: unknown[]) => void heard.push({ name, args } as Heard)); // the pair belongs together by `on`
  return heard;
}

function named<Name extends keyof ClientEvents>(heard: readonly Heard[], name: Name): ClientEvents[Name][] {
  return heard.filter((one) => one.name === name).map((one) => one.args as ClientEvents[Name]); // by its name
}

describe('the events of a client', () => {
  it('come in the order topology, ready, close, each once, with the snapshot that the client has', async () => {
    await using server = await Server.start();
    const redis = createClient({ topology: single(server.address) });
    const heard = listenTo(redis);
    await redis.set('a', '1');
    assert.deepEqual(
      heard.map(({ name }) => name),
      ['topology', 'ready'],
    );
    assert.equal(named(heard, 'topology')[0]?.[0], redis.topology);
    await redis.close();
    await redis.close();
    redis.destroy();
    assert.deepEqual(
      heard.map(({ name }) => name),
      ['topology', 'ready', 'close'],
    );
  });

  it('tell of a lost connection with node and reason, and not again that the client is ready', async () => {
    await using server = await Server.start();
    await using redis = createClient({ topology: single(server.address) });
    await redis.set('a', '1');
    await sleep(550); // a connection that lived longer is opened again at once
    const heard = listenTo(redis);
    await server.kill();
    await until(() => named(heard, 'reconnecting').length >= 3);
    const [[first], , [third]] = named(heard, 'reconnecting') as [ClientEvents['reconnecting'], unknown, ClientEvents['reconnecting']];
    assert.equal(first.node, server.address);
    assert.equal(first.error.code, 'ERR_CONNECTION_LOST');
    assert.equal(third.error.code, 'ERR_CONNECT');
    assert.match(third.error.message, /ECONNREFUSED/);
    await server.restart();
    assert.equal(await redis.set('a', '2'), 'OK');
    assert.equal(named(heard, 'ready').length, 0);
    const errors = named(heard, 'error').map(([error]) => error.code);
    assert.ok(errors.length <= 2, `the same error is not repeated: ${errors}`);
  });

  it('tell of a failover after the topology that shows it', async function () {
    this.timeout(60_000);
    await using running = await startTopology('sentinel');
    await using redis = createClient({ topology: running.createOptions() });
    await redis.set('a', '1');
    const [old] = await running.primaries();
    const heard = listenTo(redis);
    const next = await running.group.failover();
    await until(() => named(heard, 'failover').length > 0, { timeoutMs: 20_000 });
    assert.deepEqual(named(heard, 'failover'), [[{ from: old?.address, to: next.address }]]);
    const at = heard.findIndex(({ name }) => name === 'failover');
    const [before] = named(heard.slice(0, at), 'topology').slice(-1);
    assert.equal(before?.[0].shards[0]?.primary?.key, next.address);
    assert.equal(await redis.set('a', '2'), 'OK');
  });

  it('tell wrong credentials as an error, and close as the last', async () => {
    await using server = await Server.start({ password: 'secret' });
    const redis = createClient({ topology: single(server.address), password: 'wrong' });
    const heard = listenTo(redis);
    await assert.rejects(redis.get('a'), { code: 'ERR_AUTH' });
    redis.destroy();
    assert.ok(named(heard, 'error').some(([error]) => error.code === 'ERR_AUTH'));
    assert.equal(heard.at(-1)?.name, 'close');
  });

  it('never crash the process: an error nobody listens to goes to its diagnostics channel', async () => {
    await using server = await FakeServer.start();
    server.refuse();
    const unheard: unknown[] = [];
    const listener = (message: unknown): void => void unheard.push((message as UnheardError).error);
    subscribe('slotwise:error', listener);
    try {
      const redis = createClient({ topology: single(server.address), timeoutMs: 100 });
      await assert.rejects(redis.get('a'), { code: 'ERR_TIMEOUT' });
      redis.destroy();
    } finally {
      unsubscribe('slotwise:error', listener);
    }
    assert.ok(
      unheard.some((error) => /ECONNREFUSED/.test(String(error))),
      String(unheard),
    );
  });
});

describe('a server that is away', () => {
  it('costs commands nothing but time, and with failFast an error at once', async () => {
    await using server = await Server.start();
    await using patient = createClient({ topology: single(server.address) });
    await using hasty = createClient({ topology: single(server.address), failFast: true });
    await Promise.all([patient.set('a', '1'), hasty.set('b', '1')]);
    await server.kill();
    // Before it knows, it might send what nobody reads, and could not tell whether that ran.
    const know = (client: Redis): boolean => client.stats().nodes.some(({ reachable }) => !reachable);
    await until(() => know(patient) && know(hasty));
    const waiting = patient.set('a', '2');
    const watch = Stopwatch.start();
    await assert.rejects(
      hasty.set('b', '2'),
      (error) => error instanceof NoNodeError && error.executed === 'no' && /^SET: .*(ECONNREFUSED|broke)/.test(error.message),
    );
    // One that waits does so for its deadline, which is ten seconds off: the server comes back later.
    assert.ok(watch.ownMs < 1_000, `${watch.ownMs} ms`);
    await server.restart();
    assert.equal(await waiting, 'OK');
    await until(() => hasty.stats().nodes.every(({ reachable }) => reachable));
    assert.equal(await hasty.set('b', '3'), 'OK');
  });

  it('is found again at its socket file', async () => {
    await using server = await Server.start({ unixSocket: true });
    await using redis = createClient({ topology: single({ path: server.socketPath }) });
    const heard = listenTo(redis);
    await redis.set('a', '1');
    assert.deepEqual(
      redis.stats().nodes.map(({ node }) => node),
      [server.socketPath],
    );
    await server.kill();
    await until(() => named(heard, 'reconnecting').length > 0);
    const waiting = redis.set('a', '2');
    await until(() => named(heard, 'reconnecting').length > 1);
    assert.equal(named(heard, 'reconnecting')[0]?.[0].node, server.socketPath);
    await server.restart();
    assert.equal(await waiting, 'OK');
  });
});

describe('a host name', () => {
  afterEach(() => sinon.restore());

  it('is looked up again for every connection', async () => {
    await using server = await FakeServer.start(([name]) => (name === 'GET' ? status('x') : undefined));
    let answer: 'address' | 'nothing' = 'address';
    let lookups = 0;
    type Callback = (error: Error | null, addresses?: unknown, family?: number) => void;
    sinon.stub(dns, 'lookup').callsFake(((name: string, options: { all?: boolean }, done: Callback): void => {
      assert.equal(name, 'moving.example');
      lookups++;
      if (answer === 'nothing') done(Object.assign(new Error('getaddrinfo ENOTFOUND moving.example'), { code: 'ENOTFOUND' }));
      else if (options.all) done(null, [{ address: server.host, family: 4 }]);
      else done(null, server.host, 4);
    }) as typeof dns.lookup);

    await using redis = createClient({ topology: single(`moving.example:${server.port}`) });
    const heard = listenTo(redis);
    assert.equal(await redis.get('a'), 'x');
    const first = lookups;
    assert.ok(first > 0);
    answer = 'nothing';
    server.disconnect();
    await until(() => named(heard, 'reconnecting').some(([{ error }]) => /ENOTFOUND/.test(error.message)));
    assert.ok(lookups > first);
    answer = 'address';
    assert.equal(await redis.get('a'), 'x');
  });
});
