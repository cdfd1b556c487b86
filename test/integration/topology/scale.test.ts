import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import calculateSlot from 'cluster-key-slot';
import { withMoved } from '../../../lib/topology/snapshot.js';
import { repliesOf, resolve } from '../../support/resolved-cluster.js';
import { SimulatedCluster } from '../../support/simulated-cluster.js';
import { closedGate, until } from '../../support/wait.js';
import { assertNoPendingCommands, movedTo, ScriptedCluster } from '../client/scripted.js';

const PATIENCE_MS = 15_000;

/**
 * Of many runs the one that took the least of the processor: what the work takes, whatever else the machine does meanwhile. It is run until
 * it stays below the bound (code that has just been compiled is slow, and so is a processor that others share), or for so long that it
 * never will.
 */
function leastCpuMs(boundMs: number, work: () => unknown): number {
  const end = performance.now() + PATIENCE_MS;
  let best = Number.POSITIVE_INFINITY;
  while (best >= boundMs && performance.now() < end) {
    const before = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(before);
    best = Math.min(best, (user + system) / 1000);
  }
  return best;
}

describe('a cluster of 500 nodes', () => {
  const cluster = new SimulatedCluster({ nodes: 500, rangesEach: 2 });

  it('has all its nodes and slots in the map', () => {
    const { nodes, shards, slots } = resolve(repliesOf(cluster));
    assert.equal(nodes.size, 500);
    assert.equal(shards.length, 250);
    assert.equal(slots?.uncovered, 0);
    assert.ok(shards.every(({ primary, replicas }) => primary?.usable && replicas.length === 1 && replicas[0]?.usable));
  });

  it('is resolved out of three views in less than 5 ms', function () {
    // Code that counts how often it runs takes longer.
    if (process.env.NODE_V8_COVERAGE !== undefined) this.skip();
    this.timeout(2 * PATIENCE_MS);
    const replies = repliesOf(cluster);
    const best = leastCpuMs(5, () => resolve(replies));
    assert.ok(best > 0 && best < 5, `${best.toFixed(1)} ms`);
  });

  it('takes less than 1 MiB of memory', () => {
    const program = fileURLToPath(new URL('../../support/topology-bytes.ts', import.meta.url));
    const each = Number(execFileSync(process.execPath, ['--expose-gc', '--import', 'tsx', program, '500'], { encoding: 'utf8' }));
    assert.ok(each > 32 * 1024 && each < 1024 * 1024, `${Math.round(each / 1024)} KiB`);
  });

  it('takes a MOVED in less than 50 µs', function () {
    this.timeout(2 * PATIENCE_MS);
    const topology = resolve(repliesOf(cluster));
    const addresses = [...topology.nodes.values()].filter(({ role }) => role === 'primary').map(({ address }) => address);
    let moved = topology;
    const count = 1_000;
    const best = leastCpuMs(0.05 * count, () => {
      moved = topology;
      for (let slot = 0; slot < count; slot++)
        moved = withMoved(moved, [{ slot, address: addresses[slot % addresses.length] ?? { path: '/none' } }]);
    });
    assert.equal(moved.shards[moved.slots?.shardOf(999) ?? -1]?.primary?.address, addresses[999 % addresses.length]);
    assert.ok(best / count < 0.05, `${((best / count) * 1000).toFixed(1)} µs`);
  });
});

describe('a client of a cluster', () => {
  afterEach(assertNoPendingCommands);

  it('asks at most twice after 10,000 commands were answered MOVED, one question at a time', async function () {
    // The servers are in this process, too: on a machine with other work they take their time.
    this.timeout(70_000);
    await using cluster = await ScriptedCluster.start(2);
    let stormy = false;
    let open = 0;
    let most = 0;
    cluster.script = async (server, [name, key = '']) => {
      if (name === 'CLUSTER') {
        most = Math.max(most, ++open);
        await sleep(5);
        open--;
      }
      if (name !== 'GET') return undefined;
      return stormy && server === 0 ? movedTo(cluster.server(1), calculateSlot(key)) : key;
    };
    const redis = cluster.client({ timeoutMs: 60_000 }, [0]);
    const keys = Array.from({ length: 60_000 }, (_, i) => `key:${i}`).filter((key) => calculateSlot(key) < 8192);
    const storm = keys.slice(0, 10_000);
    assert.equal(storm.length, 10_000);
    await redis.get(storm[0] ?? '');
    await sleep(150);
    // From now on the cluster is another one: server 1 has it all.
    stormy = true;
    cluster.ranges = [{ first: 0, last: 16_383, owner: 1 }];
    const asked = (): number => cluster.received(1, 'CLUSTER').filter((text) => text === 'CLUSTER SHARDS').length;
    const before = asked();
    const started = performance.now();
    const replies = await Promise.all(storm.map((key) => redis.get(key)));
    assert.deepEqual(replies, storm);
    assert.ok(cluster.received(0, 'GET').length > 9_000, 'there was a storm');
    await until(() => asked() > before, { what: 'the monitor asked' });
    await sleep(150);
    const rounds = asked() - before;
    // Whoever has seen a change looks again by itself, 225 ms later at the soonest: on a busy machine the storm takes longer than that.
    const unasked = Math.floor((performance.now() - started) / 225);
    assert.ok(rounds <= 2 + unasked, `${rounds} refreshes, ${unasked} of them may be by the schedule`);
    // A question is two commands, and two servers are asked at once.
    assert.ok(most <= 4, `${most} at a time`);
  });

  it('connects to the nodes it uses only: three of a hundred shards, three connections', async () => {
    await using cluster = await ScriptedCluster.start(100);
    cluster.script = (_, [name, key]) => (name === 'GET' ? (key ?? null) : undefined);
    const redis = cluster.client({}, [0]);
    const keys = new Map<number, string>();
    for (let i = 0; keys.size < 3; i++) {
      const shard = Math.floor(calculateSlot(`key:${i}`) / 163.84);
      if ([7, 50, 99].includes(shard)) keys.set(shard, `key:${i}`);
    }
    const used = [...keys.values()].flatMap((key) => Array.from({ length: 20 }, () => key));
    assert.deepEqual(await Promise.all(used.map((key) => redis.get(key))), used);

    const withData = cluster.servers.flatMap(({ connections }) =>
      connections.filter(({ received }) => received.some(([name]) => name === 'GET')),
    );
    assert.equal(withData.length, 3);
    // All others are the monitor's: those of one probe.
    const others = cluster.servers.flatMap(({ connections }) => connections).filter((connection) => !withData.includes(connection));
    await until(() => others.every(({ received }) => received.some(([name]) => name === 'CLUSTER')), { what: 'all others ask' });
    assert.ok(others.length <= 6, `${others.length} connections of the monitor`);
  });

  it('connects to its nodes in parallel', async () => {
    await using cluster = await ScriptedCluster.start(20);
    let waiting = 0;
    let isConnected = false;
    const enough = closedGate();
    cluster.script = async (_, [name, key], { received }) => {
      const isData = received.every(([first]) => first !== 'CLUSTER');
      // Nobody is let in before most of them knock: one after the other would wait for ever.
      if (name === 'HELLO' && isConnected) {
        if (++waiting >= 15) enough.open();
        await enough.opened;
      }
      return name === 'GET' && isData ? (key ?? null) : undefined;
    };
    const redis = cluster.client({}, [0]);
    await redis.connect();
    const keys = Array.from({ length: 400 }, (_, i) => `key:${i}`);
    isConnected = true;
    assert.deepEqual(await Promise.all(keys.map((key) => redis.get(key))), keys);
    assert.ok(waiting >= 15, `${waiting} connections`);
  });
});
