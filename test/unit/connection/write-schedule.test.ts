import assert from 'node:assert/strict';
import { WriteSchedule } from '../../../lib/connection/write-schedule.js';
import { useRuntime } from '../../../lib/runtime/runtime.js';
import { clock } from '../../../lib/util/clock.js';
import { takeGlobals } from '../../support/fake-time.js';

/** Tick in which calls come so far apart, in µs: how many each write has. */
function batchesOf(calls: number, apartMicros: number): number[] {
  let nowMs = 1_000;
  let gathered = 0;
  let endTick = (): void => {};
  const batches: number[] = [];
  useRuntime({ performance: { now: () => nowMs } as typeof performance, nextTick: (run: () => void) => (endTick = run) });
  clock.restart();
  clock.polled();
  const schedule = new WriteSchedule(() => {
    schedule.writing();
    batches.push(gathered);
    gathered = 0;
  });
  for (let i = 0; i < calls; i++) {
    gathered++;
    schedule.called();
    nowMs += apartMicros / 1_000;
  }
  endTick();
  return batches;
}

describe('the schedule of the writes of a connection', () => {
  afterEach(() => {
    takeGlobals();
    clock.restart();
  });

  const cases: readonly { readonly title: string; readonly calls: number; readonly apart: number; readonly batches: readonly number[] }[] =
    [
      { title: 'one write for calls that come at once', calls: 1_000, apart: 0, batches: [1_000] },
      { title: 'one write for calls that come fast', calls: 1_000, apart: 0.5, batches: [1_000] },
      { title: 'a write at the end of the tick for one call', calls: 1, apart: 0, batches: [1] },
      {
        title: 'earlier writes for callers who take long, each after twice the time',
        calls: 50,
        apart: 11,
        batches: [2, 2, 3, 6, 12, 24, 1],
      },
      { title: 'a write for what came before a caller who stood still', calls: 3, apart: 10_000, batches: [2, 1, 0] },
    ];
  for (const { title, calls, apart, batches } of cases) {
    it(`has ${title}`, () => assert.deepEqual(batchesOf(calls, apart), batches));
  }

  it('looks at the time rarely while calls come fast', () => {
    let looks = 0;
    useRuntime({ performance: { now: () => ++looks * 0 } as typeof performance, nextTick: () => {} });
    clock.restart();
    clock.polled();
    const schedule = new WriteSchedule(() => {});
    for (let i = 0; i < 10_000; i++) schedule.called();
    assert.ok(looks < 200, `${looks} times`);
  });
});
