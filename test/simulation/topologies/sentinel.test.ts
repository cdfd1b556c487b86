import assert from 'node:assert/strict';
import type { RedisServer } from '../servers/redis/redis-server.js';
import { SentinelServer } from '../servers/sentinel/sentinel-server.js';
import { Speaker } from '../servers/speaker.js';
import { World } from '../world.js';
import type { DeploymentPlan } from './deployment.js';
import { Scene } from './scene.js';
import { deploySentinel } from './sentinel.js';

const PLAN: DeploymentPlan = {
  ...{ kind: 'sentinel', product: 'redis', version: '7.0.15', shards: 1, replicas: 2, sentinels: 3, persistence: 'all' },
  ...{ reachedBy: 'address', hasTls: false },
};

/** A group that serves, with what its sentinels publish. */
class SentinelScene extends Scene {
  readonly events: { readonly at: number; readonly sentinel: string; readonly channel: string; readonly text: string }[] = [];

  constructor(seed: number, plan: Partial<DeploymentPlan> = {}) {
    const world = new World(seed);
    super(world, deploySentinel(world, { ...PLAN, ...plan }));
    for (const sentinel of this.deployment.sentinels) {
      assert.ok(sentinel instanceof SentinelServer);
      const publish = sentinel.event.bind(sentinel);
      sentinel.event = (channel, text) => {
        this.events.push({ at: world.timeline.now, sentinel: sentinel.name, channel, text });
        publish(channel, text);
      };
    }
    world.deploy(this.deployment);
  }

  channels(channel: string): typeof this.events {
    return this.events.filter((event) => event.channel === channel);
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
      for (let seed = 1; seed <= 4; seed++) {
        const scene = new SentinelScene(seed);
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
    for (let seed = 1; seed <= 4; seed++) {
      const scene = new SentinelScene(seed);
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
    const scene = new SentinelScene(1);
    const [first, second] = scene.deployment.sentinels;
    first?.kill();
    second?.kill();
    scene.primary.kill();
    scene.pass(20_000);
    assert.deepEqual(scene.channels('+elected-leader'), []);
    assert.equal(scene.channels('+sdown').length > 0, true);
  });

  it('comes to rest after any operation', () => {
    for (const operation of Object.keys(new SentinelScene(1).deployment.operations)) {
      for (let seed = 1; seed <= 3; seed++) {
        const scene = new SentinelScene(seed, { sentinels: 5, replicas: 3, persistence: 'none' });
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
    const scene = new SentinelScene(2);
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
    const scene = new SentinelScene(3);
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
