// The library keeps the clocks, timers and chance that it was loaded with, so that a program that fakes time does not stop it. Tests of the
// library do want to stop it: for them `sinon.useFakeTimers` and `restore` reach the library as well, and `fakeRandom` gives it its chance.
import sinon from 'sinon';
import { useRuntime } from '../../lib/runtime/runtime.js';

type FakeTimers = ReturnType<typeof sinon.useFakeTimers>;

/** Has the library take the global ones as they are now; of `Math.random` also what it becomes. */
export function takeGlobals(): void {
  const { setTimeout, clearTimeout, setInterval, clearInterval, setImmediate, queueMicrotask, performance } = globalThis;
  useRuntime({
    ...{ setTimeout, clearTimeout, setInterval, clearInterval, setImmediate, queueMicrotask },
    nextTick: process.nextTick,
    performance: { now: performance.now.bind(performance) },
    wallClock: { now: Date.now },
    random: () => Math.random(),
  });
}

/** Fakes time as a program does that uses the library: the library itself goes on. */
export const fakeTimeOfProgram: typeof sinon.useFakeTimers = sinon.useFakeTimers.bind(sinon);

sinon.useFakeTimers = (...config): FakeTimers => {
  const time = fakeTimeOfProgram(...config);
  const { restore } = time;
  time.restore = () => {
    restore.call(time);
    takeGlobals();
  };
  takeGlobals();
  return time;
};

/** Has every random number of the library be this one, until `sinon.restore()`. */
export function fakeRandom(number: number): sinon.SinonStub {
  const random = sinon.stub(Math, 'random').returns(number);
  takeGlobals();
  return random;
}
