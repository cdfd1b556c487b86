import assert from 'node:assert/strict';
import type { RedisServer } from '../servers/redis/redis-server.js';
import { Speaker } from '../servers/speaker.js';
import type { World } from '../world.js';
import type { Deployment } from './deployment.js';

/** A deployment alone in its world, for tests of the models: nobody but a writer uses it. */
export class Scene {
  constructor(
    readonly world: World,
    readonly deployment: Deployment,
  ) {}

  get primary(): RedisServer {
    const primary = this.deployment.primaryOf('');
    assert.ok(primary !== null);
    return primary;
  }

  /** Time goes on until this is so. Returns how long it took, in ms. */
  until(isSo: () => boolean, withinMs: number, what: string): number {
    const { timeline } = this.world;
    const since = timeline.now;
    while (!isSo()) {
      assert.ok(timeline.now - since <= withinMs, `${what} within ${withinMs} ms`);
      timeline.step();
    }
    return timeline.now - since;
  }

  pass(ms: number): void {
    const until = this.world.timeline.now + ms;
    this.until(() => this.world.timeline.nextAt > until, ms, 'time passes');
  }

  /** Writes to the primary now and then, for ever. */
  write(everyMs: number): void {
    const { world, deployment } = this;
    let speaker: Speaker | null = null;
    let at = '';
    let count = 0;
    const next = (): void => {
      const primary = deployment.primaryOf('');
      if (primary !== null) {
        if (speaker === null || at !== primary.name || speaker.isEnded) speaker = new Speaker(world.network, primary.name);
        at = primary.name;
        speaker.send('SET', `k${count++}`, 'v');
      }
      world.timeline.after(everyMs, next);
    };
    next();
  }

  /** The servers agree: one primary, and all have what was acknowledged and not thrown away by themselves. */
  assertSound(): void {
    const { deployment, primary, world } = this;
    const running = deployment.servers.filter(({ state }) => state === 'running');
    assert.deepEqual(
      running.filter(({ replication }) => replication.isPrimary).map(({ name }) => name),
      [primary.name],
    );
    const data = primary.keyspace.database(0);
    let kept = 0;
    for (const { words, isRefused, history, offset } of world.books.executions) {
      if (words[0] !== 'SET' || isRefused) continue;
      const isDiscarded = world.books.discards.some((discard) => discard.history === history && offset > discard.fromOffset);
      const key = words[1] ?? '';
      if (data.has(key)) kept++;
      else assert.ok(isDiscarded, `${key} is missing, and was not discarded`);
    }
    assert.ok(kept > 20, `${kept} writes are kept`);
    this.pass(50);
    for (const server of running) {
      assert.deepEqual([...server.keyspace.database(0).values].sort(), [...data.values].sort(), server.name);
    }
  }
}
