import assert from 'node:assert/strict';
import { MonitorFixture } from '../monitor-fixture.js';
import { at } from '../nodes.js';

describe('Monitor: MOVED', () => {
  let fixture: MonitorFixture;
  beforeEach(() => {
    fixture = new MonitorFixture();
  });
  afterEach(() => fixture.stop());

  it('patches a slot at the end of the tick on MOVED and probes soon', async () => {
    await fixture.monitor.start();
    await fixture.settle();
    fixture.monitor.slotMoved(0, at(7001));
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
    fixture.monitor.slotMoved(0, at(7001));
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
    fixture.monitor.slotMoved(0, at(7000));
    fixture.endTick();
    assert.equal(fixture.seen.length, before);
  });

  it('makes one snapshot of all MOVED of a tick', async () => {
    await fixture.monitor.start();
    await fixture.settle();
    const before = fixture.seen.length;
    for (let slot = 0; slot < 5_000; slot++) fixture.monitor.slotMoved(slot, at(7001));
    fixture.endTick();
    assert.equal(fixture.seen.length, before + 1);
    assert.match(fixture.seen.at(-1)?.reason ?? '', /^MOVED 0 127\.0\.0\.1:7001 and 4999 more$/);
    assert.equal(fixture.monitor.snapshot?.slots?.shardOf(4_999), 1);
  });

  it('takes in a bounded number of nodes that no view names, and more once views have named those', async () => {
    await fixture.monitor.start();
    await fixture.settle();
    for (let slot = 0; slot < 100; slot++) fixture.monitor.slotMoved(slot, at(8_000 + slot));
    fixture.endTick();
    assert.equal(fixture.monitor.snapshot?.nodes.size, 2 + 16);
    assert.equal(fixture.monitor.snapshot?.slots?.shardOf(15), 2 + 15);
    assert.equal(fixture.monitor.snapshot?.slots?.shardOf(16), 0, 'the MOVED only asks for a probe');
    await fixture.settle();
    assert.equal(fixture.monitor.snapshot?.nodes.size, 2);
    fixture.monitor.slotMoved(16, at(8_016));
    fixture.endTick();
    assert.equal(fixture.monitor.snapshot?.nodes.size, 3);
  });

  it('probes at most twice for 10,000 MOVED', async () => {
    await fixture.monitor.start();
    await fixture.settle();
    fixture.resolver.takesMs = 5;
    const before = fixture.resolver.began.length;
    for (let slot = 0; slot < 10_000; slot++) fixture.monitor.slotMoved(slot, at(7001));
    await fixture.time.tickAsync(200);
    assert.equal(fixture.resolver.began.length - before, 1);
  });
});
