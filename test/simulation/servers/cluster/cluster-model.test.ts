import assert from 'node:assert/strict';
import type { Random } from '../../time/random.js';
import { type ClusterDeployment, deployCluster } from '../../topologies/cluster.js';
import { World } from '../../world.js';
import type { ClusterMember } from './cluster-member.js';

interface Running {
  readonly seed: number;
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
    reachedBy: 'address',
    hasTls: false,
  });
  deployment.start();
  return { seed, world, deployment, members: deployment.group.members };
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

/** More of them find more; these are for a run of all tests. */
const seeds = Array.from({ length: Number(process.env.SIMULATION_SEEDS ?? 8) }, (_, seed) => seed);

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
      // Where votes were split, once more after four timeouts.
      assert(took > nodeTimeoutMs && took < nodeTimeoutMs * 6 + 8_000, `seed ${seed}: ${took} ms`);
      pass(running, 1_000);
      old.server.start();
      passUntil(running, 'settled', () => running.deployment.isSettled());
      assert.equal(old.node.table.myself.primary?.address, group.ownerOf(0)?.server.name);
    }
  });

  it('fails over by CLUSTER FAILOVER while writes wait, and loses none', () => {
    for (const seed of seeds) {
      const running = clusterOf(seed);
      const { group } = running.deployment;
      const [old, next] = [memberAt(running, 0), memberAt(running, 3)];
      write(running, 100);
      assert.equal(next.node.failover(null), null);
      const took = passUntil(running, 'the replica serves', () => group.ownerOf(0) === next);
      assert(took < 1_000, `seed ${seed}: ${took} ms`);
      passUntil(running, 'settled', () => running.deployment.isSettled());
      assert.equal(old.node.table.myself.primary?.address, next.server.name);
      assertKeys(running, 100);
    }
  });

  it('ends with one owner for each slot, and all keys, whatever operators and faults do', () => {
    for (const seed of seeds) {
      const running = clusterOf(seed, 3, 2);
      const { world, deployment } = running;
      write(running, 60);
      pass(running, 500);
      const random = world.random.fork('storm');
      const names = Object.keys(deployment.operations);
      for (let count = random.integer(3, 8); count > 0; count--) {
        pass(running, random.integer(0, 3_000));
        if (random.chance(0.6)) deployment.operations[random.pick(names)]?.(random);
        else fault(running, random);
      }
      pass(running, 5_000);
      world.network.healAll();
      for (const server of deployment.servers) {
        server.resume();
        server.start();
      }
      passUntil(running, `seed ${seed}: settled`, () => deployment.isSettled());
      assertKeys(running, 60);
    }
  });
});

function fault({ world: { network, timeline }, deployment: { servers } }: Running, random: Random): void {
  const server = random.pick(servers);
  const kind = random.pick(['kill', 'stop', 'cut'] as const);
  const ms = random.integer(100, 8_000);
  if (kind === 'kill') server.kill();
  else if (kind === 'stop') server.stop();
  else {
    const others = random.shuffled(servers.filter((other) => other !== server)).slice(0, random.integer(1, servers.length - 1));
    for (const { host } of others) {
      network.cut(server.host, host);
      if (random.chance(0.7)) network.cut(host, server.host);
    }
    timeline.after(ms, () => network.healAll());
  }
  if (kind !== 'cut') {
    timeline.after(ms, () => {
      server.resume();
      server.start();
    });
  }
}

/** Writes at the primaries, as a client would. */
function write({ deployment: { group } }: Running, count: number): void {
  for (let index = 0; index < count; index++) {
    const key = `key ${index}`;
    const owner = group.primaryOf(key);
    assert(owner !== null);
    owner.server.keyspace.database(0).put(key, `value ${index}`);
    owner.replication.append(0, ['SET', key, `value ${index}`]);
  }
}

/** Each is where its slot is, and on all replicas of it. Elsewhere there may be one that a replica without the end of the history brought back. */
function assertKeys(running: Running, count: number): void {
  const { group } = running.deployment;
  const { keyMoves, discards } = running.world.books;
  // A move whose end a promoted replica did not have: the servers have lost the key by themselves.
  const isLost = (key: string): boolean =>
    keyMoves.some(
      (move) => move.key === key && discards.some(({ history, fromOffset }) => history === move.to.history && move.to.offset > fromOffset),
    );
  // Packets that a cut has held are sent again up to 3 s after it.
  pass(running, 4_000);
  for (let index = 0; index < count; index++) {
    const key = `key ${index}`;
    if (isLost(key)) continue;
    const shard = group.primaryOf(key)?.identity.ordinal;
    for (const { node, server } of group.members) {
      if (node.isApart || node.table.myself.owner.ordinal !== shard) continue;
      assert.equal(server.keyspace.database(0).get(key), `value ${index}`, `seed ${running.seed}: ${key} at ${server.name}`);
    }
  }
}
