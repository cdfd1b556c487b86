// The library keeps the clocks and timers that it was loaded with, so that a program that fakes time does not stop it. Tests of the library
// do want to stop it: for them `sinon.useFakeTimers` and `restore` reach the library as well.
import sinon from 'sinon';
import { takeGlobalTimers } from '../../lib/util/timers.js';

type FakeTimers = ReturnType<typeof sinon.useFakeTimers>;

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
