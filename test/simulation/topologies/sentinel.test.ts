import assert from 'node:assert/strict';
import type { RedisServer } from '../servers/redis/redis-server.js';
import { SentinelServer } from '../servers/sentinel/sentinel-server.js';
import { Speaker } from '../servers/speaker.js';
import { World } from '../world.js';
import type { Deployment, DeploymentPlan } from './deployment.js';
import { deploySentinel } from './sentinel.js';

const PLAN: DeploymentPlan = {
  ...{ kind: 'sentinel', product: 'redis', version: '7.0.15', shards: 1, replicas: 2, sentinels: 3, persistence: 'all' },
  ...{ reachedBy: 'address', hasTls: false },
};

/** A group that serves, with what its sentinels publish. */
class Scene {
  readonly world: World;
  readonly deployment: Deployment;
  readonly events: { readonly at: number; readonly sentinel: string; readonly channel: string; readonly text: string }[] = [];

  constructor(seed: number, plan: Partial<DeploymentPlan> = {}) {
    this.world = new World(seed);
    this.deployment = deploySentinel(this.world, { ...PLAN, ...plan });
    for (const sentinel of this.deployment.sentinels) {
      assert.ok(sentinel instanceof SentinelServer);
      const publish = sentinel.event.bind(sentinel);
      sentinel.event = (channel, text) => {
        this.events.push({ at: this.world.timeline.now, sentinel: sentinel.name, channel, text });
        publish(channel, text);
      };
    }
    this.world.deploy(this.deployment);
  }

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

  channels(channel: string): typeof this.events {
    return this.events.filter((event) => event.channel === channel);
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
    for (const { words, reply, history, offset } of world.books.executions) {
      if (words[0] !== 'SET' || typeof reply !== 'object') continue;
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

describe('a model of servers with sentinels', () => {
  const ends: readonly (readonly [name: string, end: (server: RedisServer) => void, back: (server: RedisServer) => void])[] = [
    ['is killed', (server) => server.kill(), (server) => server.start()],
    ['loses its power', (server) => server.losePower(), (server) => server.start()],
    ['stands still', (server) => server.stop(), (server) => server.resume()],
  ];
  for (const [name, end, back] of ends) {
    it(`fails over within bounds when the primary ${name}, and takes it back as a replica`, () => {
      for (let seed = 1; seed <= 8; seed++) {
        const scene = new Scene(seed);
        const { deployment, world } = scene;
        scene.write(30);
        scene.pass(2_000);
        const old = scene.primary;
        const downAfterMs = (deployment.sentinels[0] as SentinelServer).groups.get('mymaster')?.settings.downAfterMs ?? 0;
        end(old);
        const hasMoved = (): boolean => ![null, old].includes(deployment.primaryOf(''));
        const tookMs = scene.until(hasMoved, downAfterMs + 12_000, `seed ${seed}: another primary`);
        assert.ok(tookMs > downAfterMs / 2, `${tookMs} ms`);
        const { primary } = scene;
        scene.until(() => new Set(scene.channels('+switch-master').map((each) => each.sentinel)).size === 3, 15_000, 'all switch');
        for (const { text } of scene.channels('+switch-master')) {
          assert.equal(text, `mymaster ${old.host} ${old.port} ${primary.host} ${primary.port}`);
        }
        scene.pass(2_000);
        back(old);
        scene.until(() => deployment.isSettled(), 60_000, `seed ${seed}: settled`);
        assert.equal(old.replication.isPrimary, false);
        assert.equal(scene.primary, primary);
        scene.assertSound();
        assert.ok(world.timeline.now < 90_000);
      }
    });
  }

  it('fails over when it is asked to, and the old primary goes on for a while', () => {
    for (let seed = 1; seed <= 8; seed++) {
      const scene = new Scene(seed);
      scene.write(30);
      scene.pass(1_000);
      const old = scene.primary;
      scene.deployment.operations.sentinelFailover?.(scene.world.random.fork('test'));
      scene.until(() => scene.deployment.primaryOf('') !== old, 2_000, 'another primary');
      assert.equal(old.replication.isPrimary, true);
      scene.until(() => scene.deployment.isSettled(), 40_000, 'settled');
      assert.equal(old.replication.isPrimary, false);
      assert.equal(scene.channels('+convert-to-slave').length > 0, true);
      scene.assertSound();
    }
  });

  it('does nothing without a majority', () => {
    const scene = new Scene(1);
    const [first, second] = scene.deployment.sentinels;
    first?.kill();
    second?.kill();
    scene.primary.kill();
    scene.pass(20_000);
    assert.deepEqual(scene.channels('+elected-leader'), []);
    assert.equal(scene.channels('+sdown').length > 0, true);
  });

  it('comes to rest after any operation', () => {
    for (const operation of Object.keys(new Scene(1).deployment.operations)) {
      for (let seed = 1; seed <= 3; seed++) {
        const scene = new Scene(seed, { sentinels: 5, replicas: 3, persistence: 'none' });
        scene.write(30);
        scene.pass(1_000);
        scene.deployment.operations[operation]?.(scene.world.random.fork('test'));
        scene.pass(15_000);
        scene.until(() => scene.deployment.isSettled(), 40_000, `${operation}, seed ${seed}: settled`);
        scene.assertSound();
      }
    }
  });

  it('answers clients as sentinels do, and tells them of a switch', () => {
    const scene = new Scene(2);
    const { network, books } = scene.world;
    const [sentinel] = scene.deployment.sentinels;
    assert.ok(sentinel !== undefined);
    const old = scene.primary;
    const speaker = new Speaker(network, sentinel.name);
    assert.equal(speaker.ask(['SENTINEL', 'GET-MASTER-ADDR-BY-NAME', 'mymaster']), `*2\r\n$8\r\n10.0.0.1\r\n$4\r\n6379\r\n`);
    assert.equal(speaker.ask(['SENTINEL', 'GET-MASTER-ADDR-BY-NAME', 'other']), '*-1\r\n');
    assert.equal(speaker.ask(['SENTINEL', 'MASTER', 'other']), '-ERR No such master with that name\r\n');
    assert.match(speaker.ask(['SENTINEL', 'CKQUORUM', 'mymaster']), /^\+OK 3 usable Sentinels\. Quorum and failover/);
    assert.match(speaker.ask(['GET', 'k']), /^-ERR unknown command 'GET'/);
    assert.match(speaker.ask(['HELLO', '3']), /mode\r\n\$8\r\nsentinel/);
    speaker.ask(['SUBSCRIBE', '+switch-master']);
    old.kill();
    scene.until(() => speaker.text !== '', 20_000, 'a message');
    assert.match(speaker.take(), /\+switch-master\r\n\$\d+\r\nmymaster 10\.0\.0\.1 6379 10\.0\.0\.\d 6379\r\n$/);
    const words = books.roleWords.filter(({ teller }) => teller === sentinel.name);
    assert.deepEqual(
      words.map(({ node, isPrimary }) => [node, isPrimary]),
      [
        [old.name, true],
        [scene.primary.name, true],
      ],
    );
  });

  it('tilts after it has stood still, and acts again later', () => {
    const scene = new Scene(3);
    const [sentinel] = scene.deployment.sentinels;
    sentinel?.stop();
    scene.pass(5_000);
    sentinel?.resume();
    scene.pass(1_000);
    assert.deepEqual(
      scene.channels('+tilt').map((event) => event.sentinel),
      [sentinel?.name],
    );
    assert.equal(scene.deployment.isSettled(), false);
    scene.pass(35_000);
    assert.equal(scene.channels('-tilt').length, 1);
    assert.equal(scene.deployment.isSettled(), true);
  });
});
