import assert from 'node:assert/strict';
import sinon, { type SinonFakeTimers } from 'sinon';
import { Clock, type Holder, TICK_MS } from '../../../lib/util/clock.js';

describe('the clock', () => {
  let time: SinonFakeTimers;
  beforeEach(() => {
    time = sinon.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] });
  });
  afterEach(() => time.restore());

  /** A holder of calls until `untilTick` ticks, which writes down when it was ticked. */
  const holder = (untilTick: number): Holder & { readonly ticks: number[] } => {
    const ticks: number[] = [];
    return {
      ticks,
      tick(now) {
        ticks.push(now);
        return ticks.length < untilTick;
      },
    };
  };

  it('ticks what it watches every 10 ms, and stops when no holder has calls', () => {
    const clock = new Clock();
    const three = holder(3);
    clock.watch(three);
    time.tick(100);
    assert.deepEqual(three.ticks, [10, 20, 30]);
    assert.equal(time.countTimers(), 0);
  });

  it('ticks a holder that is watched again', () => {
    const clock = new Clock();
    const one = holder(1);
    clock.watch(one);
    time.tick(50);
    clock.watch(one);
    time.tick(10);
    assert.deepEqual(one.ticks, [10, 60]);
  });

  it('does not tick a holder without calls while it ticks others', () => {
    const clock = new Clock();
    const [short, long] = [holder(1), holder(4)];
    clock.watch(short);
    clock.watch(long);
    time.tick(100);
    assert.deepEqual([short.ticks.length, long.ticks.length], [1, 4]);
  });

  it('is never old where nothing is watched, whatever was read before', () => {
    const clock = new Clock();
    assert.equal(clock.now(), 0);
    time.tick(20_000);
    assert.equal(clock.now(), 20_000);
    clock.polled();
    time.tick(20_000);
    assert.equal(clock.deadlineIn(10_000), 50_000);
  });

  it('remembers for how long the process stood still', () => {
    const clock = new Clock();
    clock.watch(holder(1_000));
    time.tick(100);
    assert.equal(clock.stalledMs(0), 0);
    time.jump(500);
    time.tick(100);
    time.jump(200);
    time.tick(100);
    assert.equal(clock.stalledMs(0), 490 + 190);
    assert.equal(clock.stalledMs(650), 190, 'since then');
    assert.equal(clock.stalledMs(800), 100, 'in part');
    assert.equal(clock.stalledMs(0, 850), 490, 'until then');
  });

  it('reads the time once until it is told that a batch is over, while it ticks', () => {
    const clock = new Clock();
    clock.watch(holder(1_000));
    const first = clock.now();
    time.setSystemTime(0);
    time.tick(5);
    assert.equal(clock.now(), first);
    clock.expireNow();
    assert.equal(clock.now(), first + 5);
  });

  it('gives deadlines in whole ms, never too early, and none for 0', () => {
    const clock = new Clock();
    time.tick(3);
    clock.expireNow();
    assert.equal(clock.deadlineIn(0), 0);
    assert.equal(clock.deadlineIn(100), 103);
    assert.equal(clock.deadlineIn(100, 1.5), 102, 'since a moment before');
    assert.equal(clock.deadlineIn(0, 1.5), 0);
    assert.ok(clock.deadlineIn(0.5) >= 3.5);
    assert.ok(Number.isInteger(clock.deadlineIn(0.5)));
  });

  it('does not know that sockets were read before it ticks, and after the loop stood still', () => {
    const clock = new Clock();
    assert.equal(clock.mayHaveStoodStill, true, 'nothing is known');
    clock.watch(holder(Number.POSITIVE_INFINITY));
    time.tick(30);
    clock.expireNow();
    assert.equal(clock.mayHaveStoodStill, false);
    time.jump(3_000);
    clock.expireNow();
    assert.equal(clock.mayHaveStoodStill, true);
    clock.polled();
    assert.equal(clock.mayHaveStoodStill, false);
  });

  describe('after the event loop stood still', () => {
    /** Runs the ticks with the loop blocked for `ms` before each. */
    const standStill = (clock: Clock, ms: number, times: number): number[] => {
      const one = holder(Number.POSITIVE_INFINITY);
      clock.watch(one);
      for (let i = 0; i < times; i++) {
        // As Node does: the callback runs late, once.
        time.jump(ms);
      }
      return one.ticks;
    };

    it('lets one tick pass, because replies may lie unread', () => {
      assert.deepEqual(standStill(new Clock(), 5 * TICK_MS, 1), []);
    });

    it('ticks all the same when it stands still again and again', () => {
      const ticks = standStill(new Clock(), 5 * TICK_MS, 10);
      assert.ok(ticks.length >= 4, `${ticks.length} ticks of 10`);
    });
  });
});
