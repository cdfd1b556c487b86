import assert from 'node:assert/strict';
import { type ClusterDeployment, deployCluster } from '../topologies/cluster.js';
import { World } from '../world.js';
import type { ClusterMember } from './cluster/cluster-member.js';

interface Running {
  readonly world: World;
  readonly deployment: ClusterDeployment;
  readonly members: readonly ClusterMember[];
}

function clusterOf(seed: number, shards = 3, replicas = 1): Running {
  const world = new World(seed);
  const deployment = deployCluster(world, {
    kind: 'cluster',
    product: 'redis',
    version: '7.0.15',
    shards,
    replicas,
    sentinels: 0,
    persistence: 'all',
  });
  deployment.start();
  return { world, deployment, members: deployment.group.members };
}

function pass({ world: { timeline } }: Running, ms: number): void {
  const until = timeline.now + ms;
  while (timeline.nextAt <= until) timeline.step();
  timeline.now = until;
}

/** Returns how long it took. */
function passUntil(running: Running, what: string, isSo: () => boolean, mostMs = 60_000): number {
  const { timeline } = running.world;
  const since = timeline.now;
  while (!isSo()) {
    if (timeline.now - since > mostMs) assert.fail(`${what}: not within ${mostMs} ms; ${running.deployment.unsettled()}`);
    timeline.step();
  }
  return timeline.now - since;
}

function memberAt({ members }: Running, index: number): ClusterMember {
  const member = members[index];
  assert(member !== undefined);
  return member;
}

const seeds = Array.from({ length: 30 }, (_, seed) => seed);

describe('the model of a cluster', () => {
  it('stays as it is while nothing happens', () => {
    const running = clusterOf(1);
    pass(running, 20_000);
    assert.equal(running.deployment.unsettled(), null);
    assert.equal(running.deployment.group.ownership.turns.length, 6);
  });

  it('elects a replica when a primary dies, and makes the old primary its replica', () => {
    for (const seed of seeds) {
      const running = clusterOf(seed, 3, 2);
      const { group } = running.deployment;
      pass(running, 1_000);
      const old = memberAt(running, 0);
      const { nodeTimeoutMs } = group.settings;
      old.server.kill();
      const took = passUntil(running, 'a replica serves', () => group.ownerOf(0) !== null);
      // Suspected after a timeout, failed when most say so, then half a second to a whole one, and one more for each rank.
      assert(took > nodeTimeoutMs && took < nodeTimeoutMs * 2 + 4_000, `seed ${seed}: ${took} ms`);
      pass(running, 1_000);
      old.server.start();
      passUntil(running, 'settled', () => running.deployment.isSettled());
      assert.equal(old.node.table.myself.primary?.address, group.ownerOf(0)?.server.name);
    }
  });
});
