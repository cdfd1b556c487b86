import assert from 'node:assert/strict';
import sinon from 'sinon';
import { AuthError, TopologyError } from '../../../lib/errors.js';
import { Monitor } from '../../../lib/topology/monitor.js';
import type { ControlChannel, ProbeFocus, Resolver, SubscriptionChannel } from '../../../lib/topology/resolver-api.js';
import { SlotMap } from '../../../lib/topology/slot-map.js';
import { makeTopology, type TopologySnapshot } from '../../../lib/topology/snapshot.js';
import { at, FakeServers, picture, rules } from './picture.js';

/** A cluster of primaries that share the slots evenly. */
function cluster(...ports: readonly number[]): TopologySnapshot {
  const share = Math.floor(16_384 / ports.length);
  const shards = ports.map((port) => ({
    primary: rules.node({
      id: null,
      address: at(port),
      names: [],
      role: 'primary',
      usable: true,
      replicaOf: null,
      depth: 0,
      priority: 100,
    }),
    replicas: [],
  }));
  const ranges = ports.map((_, shard) => ({
    start: shard * share,
    end: shard === ports.length - 1 ? 16_383 : (shard + 1) * share - 1,
    shard,
  }));
  return makeTopology('cluster', shards, SlotMap.fromRanges(ranges));
}

const A = cluster(7000, 7001);
const B = cluster(7000, 7002);
const down = new TopologyError('ERR_NO_SEED_REACHABLE', 'nobody');

/** A resolver that takes its time and gives what it is told to. */
class Script implements Resolver {
  result: TopologySnapshot | Error = A;
  takesMs = 0;
  began: number[] = [];
  running = 0;
  mostRunning = 0;
  focus: ProbeFocus | undefined;
  stopped = false;

  async probe(_asker: ControlChannel, _previous: TopologySnapshot | null, focus?: ProbeFocus): Promise<TopologySnapshot> {
    this.began.push(Date.now());
    this.focus = focus;
    this.mostRunning = Math.max(this.mostRunning, ++this.running);
    const { result } = this;
    if (this.takesMs > 0) await new Promise((resolve) => setTimeout(resolve, this.takesMs));
    this.running--;
    if (result instanceof Error) throw result;
    return result;
  }

  watch?(watcher: SubscriptionChannel, hint: (reason: string) => void): void;

  stop(): void {
    this.stopped = true;
  }
}

describe('Monitor', () => {
  let time: sinon.SinonFakeTimers;
  let script: Script;
  let servers: FakeServers;
  let seen: { reason: string; shards: string[] }[];
  let errors: unknown[];
  let monitor: Monitor;

  beforeEach(() => {
    time = sinon.useFakeTimers();
    script = new Script();
    servers = new FakeServers({});
    seen = [];
    errors = [];
    monitor = new Monitor(script, servers, {
      periodMs: 30_000,
      random: () => 0.5,
      onSnapshot: (next, _previous, reason) => seen.push({ reason, shards: picture(next) }),
      onError: (error) => errors.push(error),
    });
  });
  afterEach(() => {
    monitor.stop();
    time.restore();
  });

  const endTick = (): void => time.runMicrotasks();
  /** Until the probes after a change have become rare. */
  const settle = (): Promise<number> => time.tickAsync(200_000);
  const probesIn = async (ms: number): Promise<number> => {
    const before = script.began.length;
    await time.tickAsync(ms);
    return script.began.length - before;
  };

  it('resolves start with the first snapshot', async () => {
    await monitor.start();
    assert.equal(monitor.snapshot, A);
    assert.deepEqual(seen, [{ reason: 'start', shards: picture(A) }]);
  });

  it('starts once, however often it is asked to', async () => {
    assert.equal(monitor.start(), monitor.start());
    await monitor.start();
    assert.equal(script.began.length, 1);
  });

  it('rejects start when the first probe fails, and goes on until it succeeds', async () => {
    script.result = down;
    await assert.rejects(monitor.start(), down);
    await time.tickAsync(1_000);
    script.result = A;
    await time.tickAsync(1_000);
    assert.equal(monitor.snapshot, A);
  });

  it('tells a failure once in a row, however often it happens', async () => {
    script.result = down;
    monitor.start().catch(() => {});
    await time.tickAsync(5_000);
    assert.ok(script.began.length > 10);
    assert.deepEqual(errors, [down]);
    script.result = A;
    await time.tickAsync(1_000);
    script.result = down;
    monitor.wake('test');
    await time.tickAsync(1_000);
    assert.equal(errors.length, 2);
  });

  it('probes by the period when nothing happens, and tells nothing', async () => {
    await monitor.start();
    await settle();
    assert.equal(await probesIn(300_000), 10);
    assert.equal(seen.length, 1);
  });

  it('is quiet about a probe only when it comes by the period and nothing is known to be wrong', async () => {
    await monitor.start();
    assert.equal(script.focus?.quiet, false, 'the first one');
    await time.tickAsync(3_000);
    assert.equal(script.focus?.quiet, false, 'there was something new a moment ago');
    await settle();
    assert.equal(script.focus?.quiet, true);
    monitor.wake('test');
    await time.tickAsync(200);
    assert.equal(script.focus?.quiet, false, 'somebody asked');
    await settle();
    monitor.suspect('127.0.0.1:7999');
    await settle();
    assert.equal(script.focus?.quiet, false, 'a node does not answer');
    monitor.trust('127.0.0.1:7999');
    await settle();
    assert.equal(script.focus?.quiet, true);
    script.result = down;
    await settle();
    assert.equal(script.focus?.quiet, false, 'nobody answers');
  });

  it('tells a snapshot that differs', async () => {
    await monitor.start();
    script.result = B;
    monitor.wake('because');
    await time.tickAsync(200);
    assert.deepEqual(seen[1], { reason: 'because', shards: picture(B) });
  });

  it('answers a burst of wakes with one probe at once and one more at most', async () => {
    await monitor.start();
    await settle();
    const before = script.began.length;
    script.takesMs = 10;
    for (let i = 0; i < 10_000; i++) monitor.wake('storm');
    await time.tickAsync(5);
    for (let i = 0; i < 10_000; i++) monitor.wake('storm');
    await time.tickAsync(300);
    assert.equal(script.began.length - before, 2);
    assert.equal(script.mostRunning, 1);
  });

  it('never probes twice within 100 ms while all is well', async () => {
    await monitor.start();
    for (let i = 0; i < 200; i++) {
      monitor.wake('again');
      await time.tickAsync(10);
    }
    const gaps = script.began.slice(1).map((began, i) => began - (script.began[i] ?? 0));
    assert.ok(Math.min(...gaps) >= 100, `${gaps}`);
    assert.ok(script.began.length > 10);
  });

  it('looks within 25 ms for who cannot go on without, also when it was woken before', async () => {
    await monitor.start();
    await settle();
    monitor.wake('first');
    assert.equal(await probesIn(5), 1);
    monitor.wake('soon');
    assert.equal(await probesIn(20), 0);
    monitor.wake('now', true);
    monitor.wake('soon');
    assert.equal(await probesIn(10), 1);
    monitor.wake('soon');
    assert.equal(await probesIn(50), 0, 'the next one is not urgent');
  });

  it('asks a node that is said to know what is new, within 25 ms', async () => {
    await monitor.start();
    await settle();
    monitor.wake('first');
    assert.equal(await probesIn(5), 1);
    const address = at(7001);
    monitor.probeFirst(address, 'it says so');
    monitor.probeFirst(address, 'and again');
    assert.equal(await probesIn(27), 1);
    assert.deepEqual(script.focus?.moved, [address]);
    assert.equal(await probesIn(50), 0, 'the next one is not urgent');
  });

  it('probes every 25 to 50 ms while a primary does not answer, until it does again', async () => {
    await monitor.start();
    await settle();
    monitor.suspect('127.0.0.1:7000');
    const probes = await probesIn(1_000);
    assert.ok(probes >= 20 && probes <= 40, `${probes} probes`);
    assert.deepEqual([...(script.focus?.suspects ?? [])], ['127.0.0.1:7000']);
    monitor.trust('127.0.0.1:7000');
    await time.tickAsync(1_000);
    assert.equal(await probesIn(1_000), 0);
  });

  it('does not hurry for a replica that does not answer', async () => {
    await monitor.start();
    await settle();
    monitor.suspect('127.0.0.1:7999');
    assert.ok((await probesIn(1_000)) <= 2);
  });

  it('forgets suspicions of nodes that are gone', async () => {
    await monitor.start();
    await settle();
    monitor.suspect('127.0.0.1:7001');
    script.result = B;
    await time.tickAsync(1_000);
    assert.deepEqual([...(script.focus?.suspects ?? [])], []);
  });

  it('slows down when the trouble lasts', async () => {
    await monitor.start();
    monitor.suspect('127.0.0.1:7000');
    await time.tickAsync(60_000);
    assert.ok((await probesIn(10_000)) <= 30);
  });

  it('does not log in over and over with a wrong password', async () => {
    script.result = new AuthError('wrong');
    monitor.start().catch(() => {});
    for (let i = 0; i < 100; i++) {
      monitor.wake('a command waits');
      await time.tickAsync(100);
    }
    assert.ok(script.began.length <= 12, `${script.began.length} probes in 10 s`);
  });

  it('patches a slot at the end of the tick on MOVED and looks soon', async () => {
    await monitor.start();
    await settle();
    monitor.slotMoved(0, at(7001));
    endTick();
    assert.equal(monitor.snapshot?.slots?.shardOf(0), 1);
    assert.equal(seen.at(-1)?.reason, 'MOVED 0 127.0.0.1:7001');
    assert.equal(await probesIn(10), 1);
    assert.deepEqual(script.focus?.moved, [at(7001)]);
  });

  it('keeps the patch over a probe that began before it, and lets the next one decide', async () => {
    await monitor.start();
    await settle();
    script.takesMs = 50;
    monitor.wake('test');
    await time.tickAsync(10);
    monitor.slotMoved(0, at(7001));
    await time.tickAsync(45);
    assert.equal(script.began.length > 1, true);
    assert.equal(monitor.snapshot?.slots?.shardOf(0), 1, 'the stale probe has ended');
    await time.tickAsync(200);
    assert.equal(monitor.snapshot?.slots?.shardOf(0), 0, 'a newer probe knows better');
    await settle();
    assert.deepEqual(script.focus?.moved, []);
  });

  it('tells nobody about a MOVED that says what is known', async () => {
    await monitor.start();
    await settle();
    const before = seen.length;
    monitor.slotMoved(0, at(7000));
    endTick();
    assert.equal(seen.length, before);
  });

  it('makes one snapshot of all MOVED of a tick', async () => {
    await monitor.start();
    await settle();
    const before = seen.length;
    for (let slot = 0; slot < 5_000; slot++) monitor.slotMoved(slot, at(7001));
    endTick();
    assert.equal(seen.length, before + 1);
    assert.match(seen.at(-1)?.reason ?? '', /^MOVED 0 127\.0\.0\.1:7001 and 4999 more$/);
    assert.equal(monitor.snapshot?.slots?.shardOf(4_999), 1);
  });

  it('probes at most twice for 10,000 MOVED', async () => {
    await monitor.start();
    await settle();
    script.takesMs = 5;
    const before = script.began.length;
    for (let slot = 0; slot < 10_000; slot++) monitor.slotMoved(slot, at(7001));
    await time.tickAsync(200);
    assert.equal(script.began.length - before, 1);
  });

  it('lets control connections to nodes go that left', async () => {
    await monitor.start();
    script.result = B;
    monitor.wake('test');
    await time.tickAsync(200);
    assert.deepEqual(servers.forgotten, ['127.0.0.1:7001']);
  });

  it('passes hints of the resolver on as wakes, where connections can be watched', async () => {
    let hint: ((reason: string) => void) | undefined;
    script.watch = (_, given) => {
      hint = given;
    };
    const watching = Object.assign(servers, { subscribe: () => () => {} });
    const hinted = new Monitor(script, watching, {
      periodMs: 30_000,
      onSnapshot: (_next, _previous, reason) => seen.push({ reason, shards: [] }),
      onError: () => {},
    });
    await hinted.start();
    await settle();
    script.result = B;
    hint?.('+switch-master');
    await time.tickAsync(50);
    hinted.stop();
    assert.deepEqual(
      seen.map(({ reason }) => reason),
      ['start', '+switch-master'],
    );
    assert.ok(script.stopped);
  });

  it('is silent after stop, also about a probe that was under way', async () => {
    await monitor.start();
    script.takesMs = 50;
    script.result = B;
    monitor.wake('test');
    await time.tickAsync(120);
    monitor.stop();
    await time.tickAsync(60_000);
    assert.equal(seen.length, 1);
    assert.equal(script.began.length, 2);
    assert.equal(time.countTimers(), 0);
    monitor.wake('too late');
    monitor.slotMoved(0, at(7001));
    assert.equal(time.countTimers(), 0);
  });

  it('rejects start when it is stopped before the first probe ends', async () => {
    script.takesMs = 50;
    const start = assert.rejects(monitor.start(), { code: 'ERR_CLOSED' });
    monitor.stop();
    await time.tickAsync(100);
    await start;
    assert.equal(seen.length, 0);
  });
});
