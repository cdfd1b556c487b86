import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { error, ok } from '../../../support/fake-server.js';
import { Stopwatch } from '../../../support/stopwatch.js';
import { until } from '../../../support/wait.js';
import { assertNoPendingCommands, clientOf, ScriptedCluster, single, singleAnswers } from '../scripted.js';

describe('a client of a fixed address whose server answers READONLY', () => {
  afterEach(assertNoPendingCommands);

  it('connects anew, because the address may lead to another server now', async () => {
    await using cluster = await ScriptedCluster.start(1);
    const server = cluster.server(0);
    server.handler = single(([name], connection) => {
      if (name === 'SET') return connection.index < 2 ? error("READONLY You can't write against a read only replica.") : ok;
      return undefined;
    });
    const redis = clientOf(server);
    assert.equal(await redis.set('k', '1'), 'OK');
    const sets = server.connections.filter(({ received }) => received.some(([name]) => name === 'SET'));
    assert.equal(sets.length, 2);
    await until(() => sets[0]?.socket.destroyed, { what: 'the connection to the replica is closed' });
  });

  it('holds what was refused until the address leads to a primary, by the word of a fresh connection', async () => {
    await using cluster = await ScriptedCluster.start(1);
    const server = cluster.server(0);
    let moved = false;
    let roleBefore: 'master' | 'slave' = 'master';
    // What was connected before the address moved stays where it was.
    const old = new Set<number>();
    server.handler = (command, connection) => {
      if (!moved) old.add(connection.index);
      const isReplica = old.has(connection.index) && roleBefore === 'slave';
      if (command[0] === 'SET') return isReplica ? error("READONLY You can't write against a read only replica.") : ok;
      return singleAnswers(command, isReplica ? 'slave' : 'master');
    };
    const redis = clientOf(server);
    assert.equal(await redis.set('k', '0'), 'OK');
    roleBefore = 'slave';
    const writes = Promise.all(Array.from({ length: 100 }, (_, i) => redis.set('k', `${i}`)));
    await until(() => redis.topology?.shards[0]?.primary?.role === 'replica');
    await sleep(300);
    const before = await until(async () => {
      const count = server.count('SET');
      await sleep(100);
      return server.count('SET') === count && count;
    });
    assert.ok(before < 2_000, `no hot loop: ${before} attempts`);
    await sleep(500);
    assert.equal(server.count('SET'), before, 'nothing is sent to a replica');
    moved = true;
    const watch = Stopwatch.start();
    await writes;
    assert.ok(watch.ownMs < 1_000, `${watch.ownMs} ms`);
  });

  it('sends nothing of what it held back to a server that wakes up as a replica', async () => {
    await using cluster = await ScriptedCluster.start(1);
    const server = cluster.server(0);
    let wake = (): void => {};
    const paused = new Promise<void>((resolve) => {
      wake = resolve;
    });
    // The first connection's writer is paused while the roles change; what connects later reaches the new primary.
    server.handler = async (command, connection) => {
      if (command[0] !== 'SET') return singleAnswers(command);
      if (connection.received.some(([name, key]) => name === 'SET' && key === 'warm')) {
        if (command[1] === 'warm') return ok;
        await paused;
        return error("READONLY You can't write against a read only replica.");
      }
      return ok;
    };
    const redis = clientOf(server);
    await redis.set('warm', '1');
    const { length } = server.connections;
    const writes = [redis.set('first', '1')];
    // Silent for so long that another connection is tried: the rest waits unwritten.
    await until(() => server.count('SET') === 2 && server.connections.length > length);
    for (let i = 0; i < 20; i++) writes.push(redis.set('held', `${i}`));
    await sleep(50);
    wake();
    assert.deepEqual(new Set(await Promise.all(writes)), new Set(['OK']));
    const first = server.connections.find(({ received }) => received.some(([name, key]) => name === 'SET' && key === 'warm'));
    assert.deepEqual(
      first?.received.filter(([name]) => name === 'SET').map(([, key]) => key),
      ['warm', 'first'],
    );
  });
});
