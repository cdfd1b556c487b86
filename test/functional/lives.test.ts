import assert from 'node:assert/strict';
import { createClient, type Redis } from '../../lib/index.js';
import { forEachTopology } from '../support/topologies.js';
import { until } from '../support/wait.js';

const outcomeOf = (call: Promise<unknown>): Promise<unknown> => call.then(String, ({ code, executed }) => `${code} ${executed}`);

forEachTopology((t) => {
  const client = (): Redis => createClient({ topology: t.createOptions(), timeoutMs: 5_000 });
  const blockedCalls = async (): Promise<number> => {
    const infos = await Promise.all((await t.primaries()).map((server) => server.info('clients')));
    return infos.reduce((sum, info) => sum + Number(info.blocked_clients), 0);
  };

  for (const how of ['close', 'destroy', 'signal'] as const) {
    it(`ends what was begun through a duplicate by ${how}, and nothing of others`, async () => {
      await using redis = client();
      const controller = new AbortController();
      const one = redis.duplicate({ signal: controller.signal });
      const other = redis.duplicate();
      const heard: string[] = [];
      const views = { one, other, client: redis };
      for (const [name, view] of Object.entries(views)) {
        await view.subscribe('{l}news', (message) => heard.push(`${name} ${message}`));
        view.on('close', () => heard.push(`${name} closed`));
      }
      const connections = Object.values(views).map((view) => view.dedicated({ key: '{l}k' }));
      await Promise.all(connections.map((connection) => connection.call('MULTI')));
      const calls = Object.values(views).map((view) => outcomeOf(view.with({ timeoutMs: 0 }).blpop('{l}jobs', 0)));
      await until(async () => (await blockedCalls()) === 3);
      if (how === 'close') await one.close();
      else if (how === 'destroy') one.destroy();
      else controller.abort();
      assert.equal(await calls[0], 'ERR_CLOSED no');
      for (const view of [one, one.with({ idempotent: true }), one.session()]) {
        assert.equal(await outcomeOf(view.get('{l}a')), 'ERR_CLOSED no');
        assert.equal(await outcomeOf(view.pipeline().get('{l}a').exec()), 'ERR_CLOSED no');
        assert.equal(await outcomeOf(view.multi().get('{l}a').exec()), 'ERR_CLOSED no');
        assert.equal(await outcomeOf(view.lease((own) => own.get('{l}a'), { key: '{l}a' })), 'ERR_CLOSED no');
        assert.equal(await outcomeOf(view.subscribe('{l}news', () => {})), 'ERR_CLOSED no');
        assert.equal(await outcomeOf(view.connect()), 'ERR_CLOSED no');
      }
      assert.deepEqual(heard.splice(0), ['one closed']);
      assert.deepEqual(
        connections.map(({ state }) => state),
        ['closed', 'ready', 'ready'],
      );
      assert.deepEqual(await connections[1]?.call('EXEC'), []);
      await redis.publish('{l}news', 'hello');
      await until(() => heard.length === 2);
      assert.deepEqual(heard.splice(0).sort(), ['client hello', 'other hello']);
      await redis.rpush('{l}jobs', ['1', '2']);
      await Promise.all(calls.slice(1));
      assert.equal(await other.set('{l}a', '1'), 'OK');
      await redis.close();
      assert.deepEqual(heard.sort(), ['client closed', 'other closed']);
      assert.ok(connections.every(({ state }) => state === 'closed'));
      assert.equal(await outcomeOf(other.get('{l}a')), 'ERR_CLOSED no');
    });
  }

  it('waits at the close of a duplicate for its own commands, and for no others', async () => {
    await using redis = client();
    const own = redis.duplicate();
    const calls = Array.from({ length: 100 }, (_, i) => outcomeOf(own.set(`k${i}`, 'v')));
    const popped = outcomeOf(redis.blpop('nothing', 0.5));
    await own.close();
    assert.deepEqual(new Set(await Promise.all(calls)), new Set(['OK']));
    assert.deepEqual([redis.stats().commands, await popped], [1, 'null']);
  });

  it('names the connections that are there and those that come, and those of a duplicate by its own name', async () => {
    await using redis = createClient({ topology: t.createOptions(), timeoutMs: 5_000, clientName: 'before' });
    /** How many connections to the primaries have each name. */
    const names = async (): Promise<Readonly<Record<string, number>>> => {
      const lists = await Promise.all((await t.primaries()).map((server) => server.ask('CLIENT', 'LIST')));
      const found = lists
        .flatMap((list) => [...String(list).matchAll(/ name=(\S+)/g)].map(([, name = '']) => name))
        .filter((name) => !name.startsWith('sentinel-'));
      return Object.fromEntries([...new Set(found)].map((name) => [name, found.filter((other) => other === name).length]));
    };
    const own = redis.duplicate({ clientName: 'own' });
    const nameless = redis.duplicate();
    await Promise.all([redis.set('{l}k', '1'), redis.lease((one) => one.get('{l}k'), { key: '{l}k' }), redis.publish('{l}c', 'm')]);
    const [one, other, mine] = [redis.dedicated({ key: '{l}k' }), nameless.dedicated({ key: '{l}k' }), own.dedicated({ key: '{l}k' })];
    await Promise.all([one, other, mine].map((connection) => connection.connect()));
    const blocked = outcomeOf(own.blpop('{l}list', 0));
    await until(async () => (await blockedCalls()) === 1);
    const before = await names();
    assert.equal(before.own, 2, 'the dedicated connection, and that of the command that blocks');
    await redis.setName('after');
    // One that is on its way may be named a moment later.
    await until(
      async () =>
        Object.keys(await names())
          .sort()
          .join() === 'after,own',
    );
    const after = await names();
    assert.ok(Number(after.after) >= Number(before.before) && after.own === 2, JSON.stringify(after));
    await own.setName('other');
    const { other: others, ...rest } = await names();
    assert.deepEqual([others, rest.own], [1, 1], 'what blocks on a server can be told nothing');
    await redis.rpush('{l}list', 'x');
    await blocked;
    await redis.setName(null);
    await until(async () => JSON.stringify(await names()) === JSON.stringify({ other: 1 }));
    await redis.setName('last');
    for (const server of await t.primaries()) await server.ask('CLIENT', 'KILL', 'TYPE', 'normal');
    await Promise.all([redis.get('{l}k'), mine.get('{l}k'), one.get('{l}k')]);
    const { last = 0, ...left } = await names();
    assert.ok(last >= 2);
    assert.deepEqual(left, { other: 1 });
    for (const bad of ['two words', '', 7]) await assert.rejects(redis.setName(bad as string), { name: 'OptionsError' });
  });
});
