import assert from 'node:assert/strict';
import { makeTopology } from '../../../../lib/topology/snapshot.js';
import { clusterOf, MonitorFixture } from '../monitor-fixture.js';
import { at, keyOf, primaryNode, replicaNode } from '../nodes.js';

describe('Monitor: MOVED', () => {
  let fixture: MonitorFixture;
  beforeEach(() => {
    fixture = new MonitorFixture();
  });
  afterEach(() => fixture.stop());

  it('patches a slot at the end of the tick on MOVED and probes soon', async () => {
    await fixture.monitor.start();
    await fixture.settle();
    fixture.monitor.slotMoved(0, at(7001), keyOf(7000));
    fixture.endTick();
    assert.equal(fixture.monitor.snapshot?.slots?.shardOf(0), 1);
    assert.equal(fixture.seen.at(-1)?.reason, 'MOVED 0 127.0.0.1:7001');
    assert.equal(await fixture.probesIn(10), 1);
    assert.deepEqual(fixture.resolver.focus?.moved, [at(7001)]);
  });

  it('keeps the patch over a probe that began before it, and lets the next one decide', async () => {
    await fixture.monitor.start();
    await fixture.settle();
    fixture.resolver.takesMs = 50;
    fixture.monitor.wake('test');
    await fixture.time.tickAsync(10);
    fixture.monitor.slotMoved(0, at(7001), keyOf(7000));
    await fixture.time.tickAsync(45);
    assert.equal(fixture.resolver.began.length > 1, true);
    assert.equal(fixture.monitor.snapshot?.slots?.shardOf(0), 1, 'the stale probe has ended');
    await fixture.time.tickAsync(200);
    assert.equal(fixture.monitor.snapshot?.slots?.shardOf(0), 0, 'a newer probe decides');
    await fixture.settle();
    assert.deepEqual(fixture.resolver.focus?.moved, []);
  });

  it('reports no snapshot for a MOVED that says what is known', async () => {
    await fixture.monitor.start();
    await fixture.settle();
    const before = fixture.seen.length;
    fixture.monitor.slotMoved(0, at(7000), keyOf(7000));
    fixture.endTick();
    assert.equal(fixture.seen.length, before);
  });

  it('makes one snapshot of all MOVED of a tick', async () => {
    await fixture.monitor.start();
    await fixture.settle();
    const before = fixture.seen.length;
    for (let slot = 0; slot < 5_000; slot++) fixture.monitor.slotMoved(slot, at(7001), keyOf(7000));
    fixture.endTick();
    assert.equal(fixture.seen.length, before + 1);
    assert.match(fixture.seen.at(-1)?.reason ?? '', /^MOVED 0 127\.0\.0\.1:7001 and 4999 more$/);
    assert.equal(fixture.monitor.snapshot?.slots?.shardOf(4_999), 1);
  });

  it('takes in a bounded number of nodes that no view names, and more once views have named those', async () => {
    await fixture.monitor.start();
    await fixture.settle();
    for (let slot = 0; slot < 100; slot++) fixture.monitor.slotMoved(slot, at(8_000 + slot), keyOf(7000));
    fixture.endTick();
    assert.equal(fixture.monitor.snapshot?.nodes.size, 2 + 16);
    assert.equal(fixture.monitor.snapshot?.slots?.shardOf(15), 2 + 15);
    assert.equal(fixture.monitor.snapshot?.slots?.shardOf(16), 0, 'the MOVED only asks for a probe');
    await fixture.settle();
    assert.equal(fixture.monitor.snapshot?.nodes.size, 2);
    fixture.monitor.slotMoved(16, at(8_016), keyOf(7000));
    fixture.endTick();
    assert.equal(fixture.monitor.snapshot?.nodes.size, 3);
  });

  it('probes at most twice for 10,000 MOVED', async () => {
    await fixture.monitor.start();
    await fixture.settle();
    fixture.resolver.takesMs = 5;
    const before = fixture.resolver.began.length;
    for (let slot = 0; slot < 10_000; slot++) fixture.monitor.slotMoved(slot, at(7001), keyOf(7000));
    await fixture.time.tickAsync(200);
    assert.equal(fixture.resolver.began.length - before, 1);
  });

  it('probes at most twice for MOVED that go on coming after a probe has found the same', async () => {
    await fixture.monitor.start();
    await fixture.settle();
    fixture.resolver.takesMs = 5;
    fixture.resolver.result = clusterOf(7001);
    const before = fixture.resolver.began.length;
    for (let slot = 0; slot < 8_000; slot += 100) {
      for (let one = slot; one < slot + 100; one++) fixture.monitor.slotMoved(one, at(7001), keyOf(7000));
      await fixture.time.tickAsync(10);
    }
    // And once by itself, as after any change.
    assert.equal(fixture.resolver.began.length - before, 2 + 1);
  });

  it('probes for a MOVED that says what is known where the node that says it should have served the slot', async () => {
    const shard = { primary: primaryNode(7000), replicas: [replicaNode(7005, 7000)] };
    fixture.resolver.result = makeTopology('cluster', [shard], clusterOf(7000).slots);
    await fixture.monitor.start();
    await fixture.settle();
    fixture.monitor.slotMoved(0, at(7000), keyOf(7001));
    assert.equal(await fixture.probesIn(10), 0, 'another node');
    fixture.monitor.slotMoved(0, at(7000), keyOf(7005));
    assert.equal(await fixture.probesIn(10), 1, 'its replica');
  });

  it('goes by a MOVED that says what is known over a probe that began before it, and probes once more', async () => {
    fixture.resolver.result = clusterOf(7001);
    await fixture.monitor.start();
    await fixture.settle();
    fixture.resolver.takesMs = 50;
    fixture.resolver.result = clusterOf(7000, 7001);
    fixture.monitor.wake('test');
    await fixture.time.tickAsync(10);
    fixture.resolver.result = clusterOf(7001);
    fixture.monitor.slotMoved(0, at(7001), keyOf(7000));
    await fixture.time.tickAsync(45);
    const { snapshot } = fixture.monitor;
    assert.equal(snapshot?.shards[snapshot.slots?.shardOf(0) ?? -1]?.primary?.key, keyOf(7001));
    assert.equal(snapshot?.slots?.shardOf(1), 0, 'the stale probe has ended');
    assert.equal(await fixture.probesIn(100), 1);
  });
});
