import assert from 'node:assert/strict';
import { Replication } from '../servers/replication/replication.js';
import { Speaker } from '../servers/speaker.js';
import { World } from '../world.js';
import type { DeploymentPlan } from './deployment.js';
import { deployReplication } from './replication.js';
import { Scene } from './scene.js';

const PLAN: DeploymentPlan = {
  ...{ kind: 'replication', product: 'redis', version: '7.0.15', shards: 1, replicas: 2, sentinels: 0, persistence: 'all' },
  ...{ reachedBy: 'address', hasTls: false },
};

function begin(seed: number, plan: Partial<DeploymentPlan> = {}): Scene {
  const world = new World(seed);
  const scene = new Scene(world, deployReplication(world, { ...PLAN, ...plan }));
  world.deploy(scene.deployment);
  return scene;
}

/** Parts of its servers, the primary's first. */
function partsOf({ deployment }: Scene): Replication[] {
  return deployment.servers.map(({ replication }) => {
    assert.ok(replication instanceof Replication);
    return replication;
  });
}

describe('a model of a primary with replicas', () => {
  it('comes to rest after any operation, with what was acknowledged', () => {
    for (const operation of Object.keys(begin(1).deployment.operations)) {
      for (let seed = 1; seed <= 4; seed++) {
        const scene = begin(seed, { replicas: 3, persistence: seed % 2 === 0 ? 'all' : 'none' });
        scene.write(20);
        scene.pass(1_000);
        scene.deployment.operations[operation]?.(scene.world.random.fork('test'));
        scene.pass(2_000);
        scene.until(() => scene.deployment.isSettled(), 20_000, `${operation}, seed ${seed}: settled`);
        scene.assertSound();
      }
    }
  });

  it('is promoted by hand after its primary died, which follows it when it is back', () => {
    for (let seed = 1; seed <= 4; seed++) {
      const scene = begin(seed);
      scene.write(20);
      scene.pass(1_000);
      const old = scene.primary;
      old.kill();
      scene.pass(500);
      assert.equal(scene.deployment.primaryOf(''), null);
      scene.deployment.operations.operatorPromotes?.(scene.world.random.fork('test'));
      scene.pass(1_000);
      assert.notEqual(scene.primary, old);
      old.start();
      scene.until(() => scene.deployment.isSettled(), 20_000, 'settled');
      assert.equal(old.replication.isPrimary, false);
      scene.assertSound();
    }
  });

  it('loses nothing in a handover, and lets writes wait meanwhile', () => {
    for (let seed = 1; seed <= 4; seed++) {
      const scene = begin(seed);
      const { network, books } = scene.world;
      const [primary, second] = partsOf(scene);
      assert.ok(primary !== undefined && second !== undefined);
      second.lagMs = 300;
      const writer = new Speaker(network, primary.server.name);
      assert.equal(writer.ask(['SET', 'k', 'v']), '+OK\r\n');
      const operator = new Speaker(network, primary.server.name);
      assert.equal(operator.ask(['FAILOVER', 'TO', second.server.host, '6379']), '+OK\r\n');
      assert.equal(writer.ask(['SET', 'k', 'w'], 100), '');
      scene.until(() => scene.deployment.primaryOf('') === second.server, 5_000, 'another primary');
      assert.equal(writer.ask(['GET', 'k']), "-READONLY You can't write against a read only replica.\r\n$1\r\nv\r\n");
      const at = books.executions.find(({ words }) => words[0] === 'SET');
      assert.ok(at !== undefined);
      assert.deepEqual(
        books.discards.filter(({ history, fromOffset }) => history === at.history && fromOffset < at.offset),
        [],
      );
    }
  });

  it('goes on after a short cut of the link, and begins anew where the backlog is too short', () => {
    const scene = begin(2);
    const { network } = scene.world;
    const [primary, second] = partsOf(scene);
    assert.ok(primary !== undefined && second !== undefined);
    const writer = new Speaker(network, primary.server.name);
    const hosts = [primary.server.host, second.server.host] as const;
    for (const [value, isFull] of [
      ['short', false],
      ['x'.repeat(primary.options.backlogBytes), true],
    ] as const) {
      network.cut(hosts[0], hosts[1]);
      network.cut(hosts[1], hosts[0]);
      for (const end of second.server.links) end.close();
      assert.equal(writer.ask(['SET', 'k', value], 500), '+OK\r\n');
      assert.notEqual(second.server.keyspace.database(0).string('k'), value);
      network.heal(hosts[0], hosts[1]);
      network.heal(hosts[1], hosts[0]);
      let hasLoaded = false;
      const isUp = (): boolean => {
        hasLoaded ||= second.server.isLoading;
        return second.upstream?.state === 'connected' && second.offset === primary.offset;
      };
      scene.until(isUp, 20_000, 'the link is up');
      assert.equal(hasLoaded, isFull);
      assert.equal(second.history, primary.history);
      assert.equal(second.server.keyspace.database(0).string('k'), value);
    }
  });

  it('answers WAIT when replicas have what was written, and NOREPLICAS without enough of them', () => {
    const scene = begin(3);
    const { network } = scene.world;
    const [primary, second, third] = partsOf(scene);
    assert.ok(primary !== undefined && second !== undefined && third !== undefined);
    const writer = new Speaker(network, primary.server.name);
    second.lagMs = 200;
    writer.ask(['SET', 'k', 'v']);
    assert.equal(writer.ask(['WAIT', '1', '1000'], 50), ':1\r\n');
    assert.equal(writer.ask(['WAIT', '2', '1000'], 50), '');
    scene.pass(400);
    assert.equal(writer.take(), ':2\r\n');
    primary.minReplicas = 2;
    third.server.kill();
    scene.pass(50);
    assert.equal(writer.ask(['SET', 'k', 'w']), '-NOREPLICAS Not enough good replicas to write.\r\n');
    assert.equal(writer.ask(['GET', 'k']), '$1\r\nv\r\n');
  });

  it('follows its primary by way of another replica', () => {
    const scene = begin(4);
    scene.write(20);
    scene.deployment.operations.cascade?.(scene.world.random.fork('test'));
    scene.pass(2_000);
    const chained = partsOf(scene).filter(({ upstream }) => upstream !== null && upstream.primary.host !== scene.primary.host);
    assert.equal(chained.length, 1);
    scene.assertSound();
    assert.equal(chained[0]?.history, scene.primary.replication.history);
  });
});
