import assert from 'node:assert/strict';
import { cluster } from '../../lib/options/topology.js';
import { clientTls } from '../support/certificates.js';
import { Cluster } from '../support/cluster.js';
import { firstMs, OUTAGES, primariesOf, RunningMonitor, usableKeys } from '../support/running-monitor.js';
import { Server } from '../support/server.js';
import { until } from '../support/wait.js';

describe('the topology of real servers: cluster', () => {
  it('has the replicas that nothing was ever written to', async () => {
    await using group = await Cluster.start({ replicasInSlots: false });
    using running = await RunningMonitor.start({ topology: cluster(group.servers.slice(0, 1).map(({ address }) => `redis://${address}`)) });
    await until(() => usableKeys(running.replicas).length === 3);
    assert.equal(running.snapshot.shards.length, 3);
    assert.equal(running.snapshot.slots?.uncovered, 0);
  });

  it('is found although one seed is dead, one no host and one hangs', async () => {
    await using group = await Cluster.start({ replicas: 0 });
    await using hung = await Server.start();
    hung.pause();
    const [first] = group.servers;
    const seeds = ['redis://127.0.0.1:1', 'redis://no-such-host.invalid:7000', `redis://${hung.address}`, `redis://${first?.address}`];
    using running = await RunningMonitor.start({ topology: cluster(seeds) });
    assert.equal(primariesOf(running.snapshot).length, 3);
  });

  for (const [how, hurt] of OUTAGES) {
    it(`is right again soon after a replica took over from a primary that was ${how}`, async () => {
      await using group = await Cluster.start({ nodeTimeoutMs: 1_000 });
      using running = await RunningMonitor.start({ topology: cluster(group.servers.map(({ address }) => `redis://${address}`)) });
      await until(() => usableKeys(running.replicas).length === 3);
      const { primary, replicas } = await group.shardForSlot(0);
      const [successor] = replicas;
      assert.ok(successor !== undefined);
      await hurt(primary);
      running.monitor.suspect(primary.address);
      const tookOverMs = await firstMs(async () => (await successor.info('replication')).role === 'master');
      await running.seesSoon(successor.address, tookOverMs);
      assert.equal(running.snapshot.shards[running.snapshot.slots?.shardOf(0) ?? -1]?.primary?.key, successor.address);
      primary.resume();
    });
  }

  it('knows moved slots after one MOVED, and only patches the slot until then', async () => {
    await using group = await Cluster.start({ replicas: 0 });
    using running = await RunningMonitor.start({ topology: cluster(group.servers.map(({ address }) => `redis://${address}`)) });
    const from = await group.nodeForSlot(0);
    const to = await group.nodeForSlot(16_383);
    const ownerOf = (slot: number): string | undefined =>
      running.snapshot.shards[running.snapshot.slots?.shardOf(slot) ?? -1]?.primary?.key;
    // Slots move until no probe ends meanwhile: after the first, each comes twice as long after the one before.
    let first = 0;
    for (let probes = -1; running.probes !== probes; ) {
      first += 10;
      probes = running.probes;
      await group.moveSlots(from, to, first, first + 9);
    }
    assert.equal(ownerOf(first + 3), from.address, 'the monitor does not know yet');
    running.monitor.slotMoved(first + 3, to, from.address);
    await new Promise<void>((resolve) => process.nextTick(resolve));
    assert.deepEqual([first + 2, first + 3, first + 4].map(ownerOf), [from.address, to.address, from.address]);
    await until(() => ownerOf(first + 9) === to.address);
    assert.equal(ownerOf(first + 10), from.address);
  });

  it('is found over TLS, by the TLS ports', async () => {
    await using group = await Cluster.start({ replicas: 0, server: { tls: true } });
    const seeds = group.servers.map(({ tlsPort }) => `rediss://127.0.0.1:${tlsPort}`);
    using running = await RunningMonitor.start({ topology: cluster(seeds.slice(0, 1)), tls: clientTls() });
    assert.deepEqual(primariesOf(running.snapshot).sort(), seeds.map((seed) => seed.replace('rediss://', '')).sort());
  });
});
