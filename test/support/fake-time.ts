// The library keeps the clocks and timers that it was loaded with, so that a program that fakes time does not stop it. Tests of the library
// do want to stop it: for them `sinon.useFakeTimers` and `restore` reach the library as well.
import sinon from 'sinon';
import { useRuntime } from '../../lib/runtime/runtime.js';

type FakeTimers = ReturnType<typeof sinon.useFakeTimers>;

/** Has the library take the global ones as they are now. */
function takeGlobalTimers(): void {
  const { setTimeout, clearTimeout, setInterval, clearInterval, setImmediate, queueMicrotask, performance } = globalThis;
  useRuntime({
    ...{ setTimeout, clearTimeout, setInterval, clearInterval, setImmediate, queueMicrotask },
    nextTick: process.nextTick,
    performance: { now: performance.now.bind(performance) },
    wallClock: { now: Date.now },
  });
}

/** Fakes time as a program does that uses the library: the library itself goes on. */
export const fakeTimeOfProgram: typeof sinon.useFakeTimers = sinon.useFakeTimers.bind(sinon);

sinon.useFakeTimers = (...config): FakeTimers => {
  const time = fakeTimeOfProgram(...config);
  const { restore } = time;
  time.restore = () => {
    restore.call(time);
    takeGlobalTimers();
  };
  takeGlobalTimers();
  return time;
};
