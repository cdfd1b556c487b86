import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { error, FakeServer, ok } from '../../../support/fake-server.js';
import { Stopwatch } from '../../../support/stopwatch.js';
import { until } from '../../../support/wait.js';
import { assertNoPendingCommands, clientOf, single, singleAnswers } from '../scripted.js';

describe('a server that was away', () => {
  afterEach(assertNoPendingCommands);

  it('serves as soon as a probe reaches it, however long the data connection would have waited', async () => {
    const server = await FakeServer.start(single(([name]) => (name === 'GET' ? 'value' : undefined)));
    const redis = clientOf(server, { reconnect: { minMs: 8_000, maxMs: 10_000 } });
    try {
      assert.equal(await redis.get('k'), 'value');
      server.refuse();
      server.disconnect();
      const answer = redis.get('k');
      await sleep(200);
      await server.listen();
      const watch = Stopwatch.start();
      assert.equal(await answer, 'value');
      assert.ok(watch.ownMs < 1_000, `${watch.ownMs} ms`);
    } finally {
      redis.destroy();
      await server.stop();
    }
  });
});

describe('a fixed address that leads to a replica', () => {
  afterEach(assertNoPendingCommands);

  it('is probed often while a write waits for a primary there, and seldom for reads alone', async () => {
    let role: 'master' | 'slave' = 'slave';
    await using server = await FakeServer.start(([name = '']) => {
      if (name === 'SET') return role === 'slave' ? error("READONLY You can't write against a read only replica.") : ok;
      return name === 'GET' ? 'value' : singleAnswers([name], role);
    });
    const redis = clientOf(server);
    assert.equal(await redis.get('k'), 'value');
    const questionsIn = async (ms: number): Promise<number> => {
      const before = server.count('ROLE');
      await sleep(ms);
      return server.count('ROLE') - before;
    };
    const quiet = await questionsIn(600);
    const write = redis.set('k', 'v');
    await until(() => server.count('SET') > 0);
    // Two questions a probe: a replica is asked again on a new connection.
    const [watch, before] = [Stopwatch.start(), server.count('ROLE')];
    await until(() => server.count('ROLE') - before >= Math.max(10, 2 * quiet + 1), { everyMs: 5 });
    const { ownMs } = watch;
    assert.ok(ownMs < 650, `${quiet} questions in 600 ms before, more than twice of that in ${ownMs} ms while a write waited`);
    const sent = server.count('SET');
    role = 'master';
    assert.equal(await write, 'OK');
    assert.equal(server.count('SET'), sent + 1, 'where it was known to be refused it was not sent');
    await sleep(100);
    assert.ok((await questionsIn(300)) <= 4);
  });

  it('is read where it leads by now, once a probe has found that, also by a program that never writes', async () => {
    let isMoved = false;
    const earlier = new Set<number>();
    await using server = await FakeServer.start(([name = ''], { index }) => {
      // Connections that were there stay with the server that the address has left.
      if (!isMoved) earlier.add(index);
      const isLeft = isMoved && earlier.has(index);
      if (name === 'GET') return isLeft ? 'old' : isMoved ? 'new' : 'value';
      return singleAnswers([name], isLeft ? 'slave' : 'master');
    });
    const redis = clientOf(server, { monitor: { periodMs: 500 } });
    assert.equal(await redis.get('k'), 'value');
    isMoved = true;
    await until(async () => (await redis.get('k')) === 'new');
  });
});
