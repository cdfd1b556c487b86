import assert from 'node:assert/strict';
import { AuthError } from '../../../../lib/errors.js';
import { down, MonitorFixture } from '../monitor-fixture.js';
import { at } from '../nodes.js';

describe('Monitor: when it probes', () => {
  let fixture: MonitorFixture;
  beforeEach(() => {
    fixture = new MonitorFixture();
  });
  afterEach(() => fixture.stop());

  it('probes by the period when nothing happens, and reports nothing', async () => {
    await fixture.monitor.start();
    await fixture.settle();
    assert.equal(await fixture.probesIn(300_000), 10);
    assert.equal(fixture.seen.length, 1);
  });

  it('is quiet about a probe only when it comes by the period and nothing is known to be wrong', async () => {
    await fixture.monitor.start();
    assert.equal(fixture.resolver.focus?.quiet, false, 'the first one');
    await fixture.time.tickAsync(3_000);
    assert.equal(fixture.resolver.focus?.quiet, false, 'there was a change a moment ago');
    await fixture.settle();
    assert.equal(fixture.resolver.focus?.quiet, true);
    fixture.monitor.wake('test');
    await fixture.time.tickAsync(200);
    assert.equal(fixture.resolver.focus?.quiet, false, 'it was woken');
    await fixture.settle();
    fixture.monitor.suspect('127.0.0.1:7999');
    await fixture.settle();
    assert.equal(fixture.resolver.focus?.quiet, false, 'a node does not answer');
    fixture.monitor.trust('127.0.0.1:7999');
    await fixture.settle();
    assert.equal(fixture.resolver.focus?.quiet, true);
    fixture.resolver.result = down;
    await fixture.settle();
    assert.equal(fixture.resolver.focus?.quiet, false, 'no node answers');
  });

  it('answers a burst of wakes with one probe at once and one more at most', async () => {
    await fixture.monitor.start();
    await fixture.settle();
    const before = fixture.resolver.began.length;
    fixture.resolver.takesMs = 10;
    for (let i = 0; i < 10_000; i++) fixture.monitor.wake('storm');
    await fixture.time.tickAsync(5);
    for (let i = 0; i < 10_000; i++) fixture.monitor.wake('storm');
    await fixture.time.tickAsync(300);
    assert.equal(fixture.resolver.began.length - before, 2);
    assert.equal(fixture.resolver.mostRunning, 1);
  });

  it('never probes twice within 100 ms while all is well', async () => {
    await fixture.monitor.start();
    for (let i = 0; i < 200; i++) {
      fixture.monitor.wake('again');
      await fixture.time.tickAsync(10);
    }
    const gaps = fixture.resolver.began.slice(1).map((began, i) => began - (fixture.resolver.began[i] ?? 0));
    assert.ok(Math.min(...gaps) >= 100, `${gaps}`);
    assert.ok(fixture.resolver.began.length > 10);
  });

  it('probes within 25 ms when it is urgent, also when it was woken before', async () => {
    await fixture.monitor.start();
    await fixture.settle();
    fixture.monitor.wake('first');
    assert.equal(await fixture.probesIn(5), 1);
    fixture.monitor.wake('soon');
    assert.equal(await fixture.probesIn(20), 0);
    fixture.monitor.wake('now', true);
    fixture.monitor.wake('soon');
    assert.equal(await fixture.probesIn(10), 1);
    fixture.monitor.wake('soon');
    assert.equal(await fixture.probesIn(50), 0, 'the next one is not urgent');
  });

  it('asks a node that has a newer view, within 25 ms', async () => {
    await fixture.monitor.start();
    await fixture.settle();
    fixture.monitor.wake('first');
    assert.equal(await fixture.probesIn(5), 1);
    const address = at(7001);
    fixture.monitor.probeFirst(address, 'it says so');
    fixture.monitor.probeFirst(address, 'and again');
    assert.equal(await fixture.probesIn(27), 1);
    assert.deepEqual(fixture.resolver.focus?.moved, [address]);
    assert.equal(await fixture.probesIn(50), 0, 'the next one is not urgent');
  });

  it('probes every 25 to 50 ms while a primary does not answer, until it does again', async () => {
    await fixture.monitor.start();
    await fixture.settle();
    fixture.monitor.suspect('127.0.0.1:7000');
    const probes = await fixture.probesIn(1_000);
    assert.ok(probes >= 20 && probes <= 40, `${probes} probes`);
    assert.deepEqual([...(fixture.resolver.focus?.suspects ?? [])], ['127.0.0.1:7000']);
    fixture.monitor.trust('127.0.0.1:7000');
    await fixture.time.tickAsync(1_000);
    assert.equal(await fixture.probesIn(1_000), 0);
  });

  it('does not hurry for a replica that does not answer', async () => {
    await fixture.monitor.start();
    await fixture.settle();
    fixture.monitor.suspect('127.0.0.1:7999');
    assert.ok((await fixture.probesIn(1_000)) <= 2);
  });

  it('slows down when a primary stays away', async () => {
    await fixture.monitor.start();
    fixture.monitor.suspect('127.0.0.1:7000');
    await fixture.time.tickAsync(60_000);
    assert.ok((await fixture.probesIn(10_000)) <= 30);
  });

  it('does not log in over and over with a wrong password', async () => {
    fixture.resolver.result = new AuthError('wrong');
    fixture.monitor.start().catch(() => {});
    for (let i = 0; i < 100; i++) {
      fixture.monitor.wake('a command waits');
      await fixture.time.tickAsync(100);
    }
    assert.ok(fixture.resolver.began.length <= 12, `${fixture.resolver.began.length} probes in 10 s`);
  });
});
