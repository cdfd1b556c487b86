import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { ok } from '../../../support/fake-server.js';
import { Stopwatch } from '../../../support/stopwatch.js';
import { until } from '../../../support/wait.js';
import { assertNoPendingCommands, movedTo, ScriptedCluster, SLOT_OF_B } from '../scripted.js';

describe('writes of a slot that has left its node, which holds older ones', () => {
  let cluster: ScriptedCluster;
  let release: () => void;
  beforeEach(async () => {
    cluster = await ScriptedCluster.start(3);
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    cluster.script = async (server, [name, key]) => {
      if (name !== 'SET') return undefined;
      if (server !== 0 || key !== 'b') return ok;
      await held;
      return movedTo(cluster.server(1), SLOT_OF_B);
    };
  });
  afterEach(async () => {
    await assertNoPendingCommands();
    await cluster.stop();
  });

  /** Two writes that server 0 holds; once the client knows that the slot is server 1's, two more, and one of another key. */
  const written = async (move = (): void => cluster.moveSlot(SLOT_OF_B, 1)): Promise<Promise<unknown>[]> => {
    const redis = cluster.client({ monitor: { periodMs: 100 }, timeoutMs: 2_000 });
    const topologies: unknown[] = [];
    const writes = [redis.set('b', '1'), redis.set('b', '2')];
    await until(() => cluster.received(0, 'SET').length === 2);
    redis.on('topology', (topology) => topologies.push(topology));
    move();
    await until(() => topologies.length > 0);
    return [...writes, redis.set('b', '3'), redis.set('b', '4'), redis.set('{b}2', '0')];
  };

  for (const [what, move] of [
    ['do not overtake the older ones', () => cluster.moveSlot(SLOT_OF_B, 1)],
    ['do not either when the node has left the cluster', () => cluster.forget(0, 1)],
  ] as const) {
    it(what, async () => {
      const writes = await written(move);
      // It was issued last: what was not held has come before it. Held is for 100 ms at most, so nothing else is waited for.
      await writes.pop();
      assert.deepEqual(cluster.received(1, 'SET'), ['SET {b}2 0']);
      release();
      await Promise.all(writes);
      assert.deepEqual(cluster.received(1, 'SET'), ['SET {b}2 0', 'SET b 1', 'SET b 2', 'SET b 3', 'SET b 4']);
    });
  }

  it('are published no sooner than the old node has handed on what it answered', async () => {
    let arrivedAt = 0;
    cluster.script = (server, [name]) => {
      if (name !== 'SPUBLISH') return undefined;
      if (server === 1) arrivedAt ||= performance.now();
      return 0;
    };
    const redis = cluster.client({ monitor: { periodMs: 100 } });
    await redis.spublish('b', 'first');
    let publishedAt = 0;
    let published: Promise<unknown> | null = null;
    redis.on('topology', () => {
      published ??= redis.spublish('b', 'at the change');
    });
    cluster.moveSlot(SLOT_OF_B, 1);
    while (published === null) {
      publishedAt = performance.now();
      await redis.spublish('b', 'before');
      await sleep(1);
    }
    await published;
    // Deadlines, and with them the clock of what was published, are as exact as their tick.
    assert.ok(arrivedAt - publishedAt > 30, `${arrivedAt - publishedAt} ms`);
    assert.equal(cluster.received(1, 'SPUBLISH')[0], 'SPUBLISH b at the change');
  });

  it('wait for a node that does not answer no longer than 100 ms', async () => {
    const watch = Stopwatch.start();
    const writes = await written();
    await Promise.all(writes.slice(2));
    const { tookMs, ownMs } = watch;
    assert.ok(tookMs > 50 && ownMs < 1_000, `${tookMs} ms, ${ownMs} of its own`);
    release();
    await Promise.all(writes);
    assert.deepEqual(cluster.received(1, 'SET').slice(0, 3), ['SET {b}2 0', 'SET b 3', 'SET b 4']);
  });
});
