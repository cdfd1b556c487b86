import assert from 'node:assert/strict';
import { describeTopology } from './describe-topology.js';
import { A, B, down, MonitorFixture } from './monitor-fixture.js';
import { at } from './nodes.js';

describe('Monitor', () => {
  let fixture: MonitorFixture;
  beforeEach(() => {
    fixture = new MonitorFixture();
  });
  afterEach(() => fixture.stop());

  it('resolves start with the first snapshot', async () => {
    await fixture.monitor.start();
    assert.equal(fixture.monitor.snapshot, A);
    assert.deepEqual(fixture.seen, [{ reason: 'start', shards: describeTopology(A) }]);
  });

  it('starts once, however often it is asked to', async () => {
    assert.equal(fixture.monitor.start(), fixture.monitor.start());
    await fixture.monitor.start();
    assert.equal(fixture.resolver.began.length, 1);
  });

  it('rejects start when the first probe fails, and goes on until it succeeds', async () => {
    fixture.resolver.result = down;
    await assert.rejects(fixture.monitor.start(), down);
    await fixture.time.tickAsync(1_000);
    fixture.resolver.result = A;
    await fixture.time.tickAsync(1_000);
    assert.equal(fixture.monitor.snapshot, A);
  });

  it('reports every probe that fails, and none that succeeds', async () => {
    fixture.resolver.result = down;
    fixture.monitor.start().catch(() => {});
    await fixture.time.tickAsync(5_000);
    const failed = fixture.resolver.began.length;
    assert.ok(failed > 10);
    assert.deepEqual(fixture.errors, new Array(failed).fill(down));
    fixture.resolver.result = A;
    await fixture.time.tickAsync(1_000);
    assert.equal(fixture.errors.length, failed);
  });

  it('reports a snapshot that differs', async () => {
    await fixture.monitor.start();
    fixture.resolver.result = B;
    fixture.monitor.wake('because');
    await fixture.time.tickAsync(200);
    assert.deepEqual(fixture.seen[1], { reason: 'because', shards: describeTopology(B) });
  });

  it('forgets suspects that are gone', async () => {
    await fixture.monitor.start();
    await fixture.settle();
    fixture.monitor.suspect('127.0.0.1:7001');
    fixture.resolver.result = B;
    await fixture.time.tickAsync(1_000);
    assert.deepEqual([...(fixture.resolver.focus?.suspects ?? [])], []);
  });

  it('reports nodes that left', async () => {
    await fixture.monitor.start();
    fixture.resolver.result = B;
    fixture.monitor.wake('test');
    await fixture.time.tickAsync(200);
    assert.deepEqual(fixture.gone, ['127.0.0.1:7001']);
  });

  it('passes hints of the resolver on as wakes', async () => {
    await fixture.monitor.start();
    await fixture.settle();
    fixture.resolver.result = B;
    fixture.resolver.hint('+switch-master');
    await fixture.time.tickAsync(50);
    fixture.monitor.stop();
    assert.deepEqual(
      fixture.seen.map(({ reason }) => reason),
      ['start', '+switch-master'],
    );
    assert.ok(fixture.resolver.stopped);
  });

  it('is silent after stop, also about a probe that was under way', async () => {
    await fixture.monitor.start();
    fixture.resolver.takesMs = 50;
    fixture.resolver.result = B;
    fixture.monitor.wake('test');
    await fixture.time.tickAsync(120);
    fixture.monitor.stop();
    await fixture.time.tickAsync(60_000);
    assert.equal(fixture.seen.length, 1);
    assert.equal(fixture.resolver.began.length, 2);
    assert.equal(fixture.time.countTimers(), 0);
    fixture.monitor.wake('too late');
    fixture.monitor.slotMoved(0, at(7001), '127.0.0.1:7000');
    assert.equal(fixture.time.countTimers(), 0);
  });

  it('rejects start when it is stopped before the first probe ends', async () => {
    fixture.resolver.takesMs = 50;
    const start = assert.rejects(fixture.monitor.start(), { code: 'ERR_CLOSED' });
    fixture.monitor.stop();
    await fixture.time.tickAsync(100);
    await start;
    assert.equal(fixture.seen.length, 0);
  });
});
