import assert from 'node:assert/strict';
import { StallWatch } from '../../../lib/connection/stall-watch.js';
import { TICK_MS } from '../../../lib/util/clock.js';

/** A socket of which so many bytes wait, of a thousand. */
function socketWith(waiting: number): Parameters<StallWatch['tick']>[0] {
  return { writableLength: waiting, bytesWritten: 1_000 } as Parameters<StallWatch['tick']>[0];
}

describe('a watch over stalls', () => {
  let events: string[];
  let watch: StallWatch;

  beforeEach(() => {
    events = [];
    watch = new StallWatch('host:1', {
      stalled: () => events.push('stalled'),
      stalling: () => events.push('stalling'),
      recovered: () => events.push('recovered'),
    });
  });

  const tick = (ms: number, waiting: (tick: number) => number = () => 0): void => {
    for (let ticks = 0; ticks * TICK_MS < ms; ticks++) watch.tick(socketWith(waiting(ticks)), true, true);
  };

  it('says that a connection stalls, that it is stalled, and that it recovered with the next byte', () => {
    tick(110);
    assert.deepEqual([...new Set(events)], ['stalling', 'stalled']);
    watch.liveness.received();
    watch.recover();
    watch.recover();
    assert.deepEqual(events.slice(-2), ['stalled', 'recovered']);
  });

  it('takes bytes that leave for a sign of life, however far apart they leave', () => {
    const before = watch.liveness.signsOfLife;
    tick(10_000, (ticks) => 900 - Math.floor(ticks / 80));
    assert.deepEqual(events, []);
    assert.ok(watch.liveness.signsOfLife >= before + 10);
  });

  it('finds that an upload is stuck, and that it goes on', () => {
    tick(900, () => 500);
    assert.deepEqual(events, []);
    tick(200, () => 500);
    assert.deepEqual(events, ['stalled']);
    tick(10, () => 499);
    assert.deepEqual(events, ['stalled', 'recovered']);
  });

  it('does not take for a sign of life what the kernel takes at once', () => {
    for (let given = 0; given < 11; given++) {
      watch.tick({ writableLength: 0, bytesWritten: given } as Parameters<StallWatch['tick']>[0], true, true);
    }
    assert.equal(events.at(-1), 'stalled');
  });

  it('says nothing of a connection that owes nothing, or is not past its handshake', () => {
    for (let ticks = 0; ticks < 50; ticks++) {
      watch.tick(socketWith(0), false, true);
      watch.tick(socketWith(0), true, false);
    }
    assert.deepEqual(events, []);
  });

  it('never counts a connection as stalled that nobody asks about', () => {
    const unasked = new StallWatch('host:1', { stalled: null, stalling: () => {}, recovered: () => assert.fail('recovered') });
    for (let ticks = 0; ticks < 50; ticks++) unasked.tick(socketWith(0), true, true);
    assert.equal(unasked.isStalled, false);
  });
});
