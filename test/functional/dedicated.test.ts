import assert from 'node:assert/strict';
import { createClient, type Redis } from '../../lib/index.js';
import { forEachTopology } from '../support/topologies.js';
import { until } from '../support/wait.js';

const outcomeOf = (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    (value) => value,
    ({ code, executed }) => `${code} ${executed}`,
  );

forEachTopology((t) => {
  const client = (): Redis => createClient({ topology: t.createOptions(), timeoutMs: 5_000 });

  it('keeps one connection, with its state, for the commands of one caller', async () => {
    await using redis = client();
    await using one = redis.dedicated({ key: 'k' });
    assert.equal(one.state, 'idle');
    const ids = await Promise.all([one.call('CLIENT', 'ID'), one.call('CLIENT', 'ID')]);
    assert.equal(one.state, 'ready');
    assert.equal(ids[0], ids[1]);
    assert.equal(await one.set('k', '1'), 'OK');
    assert.deepEqual(await Promise.all([one.call('MULTI'), one.incr('k'), one.call('EXEC')]), ['OK', 'QUEUED', [2]]);
    assert.equal(await redis.get('k'), '2');
    await one.close();
    assert.equal(one.state, 'closed');
    assert.equal(await outcomeOf(one.get('k')), 'ERR_CLOSED no');
    assert.equal(
      redis.stats().nodes.reduce((sum, { exclusiveConnections }) => sum + exclusiveConnections, 0),
      0,
    );
  });

  it('tells the next connection its state before anything else', async () => {
    await using redis = client();
    await using one = redis.dedicated({ key: 'k', clientName: 'first' });
    const info = async (): Promise<string> => String(await one.call('CLIENT', 'INFO'));
    await one.clientNoEvict('ON');
    await one.clientTracking('ON', { NOLOOP: true });
    if (t.kind !== 'cluster') await one.select(3);
    assert.match(await info(), / name=first /);
    await one.clientSetname('second');
    await one.set('k', 'in the database');
    const before = await info();
    for (const server of await t.primaries()) await server.ask('CLIENT', 'KILL', 'TYPE', 'normal');
    await until(async () => (await info()) !== before);
    const after = await info();
    const fields = (text: string) => ['name', 'db', 'flags'].map((name) => new RegExp(` ${name}=(\\S+)`).exec(text)?.[1]);
    assert.deepEqual(fields(after), fields(before));
    assert.equal(fields(after)[0], 'second');
    assert.equal(await one.get('k'), 'in the database');
  });

  it('keeps a name of its own when the client gets another', async () => {
    await using redis = client();
    // What asks for the names may be on the connections that are killed.
    const own = redis.with({ idempotent: true });
    const [named, renamed, nameless] = [
      own.dedicated({ key: 'k', clientName: 'own' }),
      own.dedicated({ key: 'k' }),
      own.dedicated({ key: 'k' }),
    ];
    await Promise.all([named, nameless].map((one) => one.connect()));
    await renamed.clientSetname('told');
    await redis.setName('app');
    const names = (): Promise<unknown[]> => Promise.all([named, renamed, nameless].map((one) => one.call('CLIENT', 'GETNAME')));
    assert.deepEqual(await names(), ['own', 'told', 'app']);
    for (const server of await t.primaries()) await server.ask('CLIENT', 'KILL', 'TYPE', 'normal');
    assert.deepEqual(await names(), ['own', 'told', 'app']);
  });

  it('blocks, and is let go at its close', async () => {
    await using redis = client();
    const one = redis.dedicated({ key: 'list' });
    const popped = one.blpop('list', 0);
    await one.connect();
    await redis.rpush('list', 'a');
    assert.deepEqual(await popped, { key: 'list', element: 'a' });
    const blocked = outcomeOf(one.blpop('list', 0));
    const behind = outcomeOf(one.llen('list'));
    await one.close();
    assert.equal(await blocked, 'ERR_CLOSED no');
    assert.equal(await behind, 0);
  });
});
