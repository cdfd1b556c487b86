import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { until } from '../../../support/wait.js';
import { assertNoPendingCommands, movedTo, ScriptedCluster } from '../scripted.js';

describe('a client of a cluster whose primary holds its writers while it hands over', () => {
  afterEach(assertNoPendingCommands);

  it('writes to the new primary before the old one says so, and loses nothing of what that one held', async () => {
    await using cluster = await ScriptedCluster.start(2);
    const ids = ['a', 'b'].map((letter) => letter.repeat(40));
    let handedOver = false;
    let answerHeld = (): void => {};
    const line = (server: number, myself: number): string => {
      const owns = server === (handedOver ? 1 : 0);
      const flags = `${server === myself ? 'myself,' : ''}${owns ? 'master' : 'slave'}`;
      const place = `127.0.0.1:${cluster.server(server).port}@1`;
      return `${ids[server]} ${place} ${flags} ${owns ? '-' : ids[1 - server]} 0 0 ${handedOver ? 2 : 1} connected ${owns ? '0-16383' : ''}`;
    };
    cluster.script = async (server, [name = '', sub = '']) => {
      if (name === 'CLUSTER' && sub === 'SHARDS') return [];
      if (name === 'CLUSTER' && sub === 'NODES') return [0, 1].map((other) => line(other, server)).join('\n');
      if (name === 'ROLE') return server === (handedOver ? 1 : 0) ? ['master', 1, []] : ['slave', '127.0.0.1', 1, 'connected', 1];
      if (name !== 'INCR') return undefined;
      if (!handedOver) return 1;
      if (server === 1) return 2;
      await new Promise<void>((resolve) => {
        answerHeld = resolve;
      });
      return movedTo(cluster.server(1), 15_495);
    };
    const redis = cluster.client();
    assert.equal(await redis.incr('a'), 1);
    await until(() => (redis.topology?.nodes.size ?? 0) === 2);
    // The probe that the first command asked for is over, too; the next one by the schedule of the monitor is half a second away.
    await sleep(150);
    const connections = cluster.server(0).connections.length;
    handedOver = true;
    const held = redis.incr('a');
    await until(() => cluster.received(0, 'INCR').length === 2);
    const begun = performance.now();
    let served = false;
    while (!served) {
      // What was sent before the client knew is held, too.
      served = await Promise.race([redis.incr('a').then(() => cluster.received(1, 'INCR').length > 0), sleep(5).then(() => false)]);
    }
    assert.equal(redis.topology?.shards[0]?.primary?.key, cluster.server(1).address);
    // On a machine that is busy everything takes longer, and a node that says nothing for 100 ms is suspected.
    if (performance.now() - begun < 80) {
      assert.equal(cluster.server(0).connections.length, connections, 'it was not even suspected: no fresh connection was tried');
    }
    answerHeld();
    cluster.script = (server, [name]) => (name === 'INCR' ? (server === 1 ? 2 : movedTo(cluster.server(1), 15_495)) : undefined);
    assert.equal(await held, 2);
  });
});
