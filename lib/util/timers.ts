import * as nodeTimers from 'node:timers';

/** Milliseconds of one clock. */
interface MsClock {
  now(): number;
}

/**
 * Original of a clock or timer that a program may replace, by `jest.useFakeTimers()`, Vitest or sinon, also before this module is loaded. A
 * library whose commands and deadlines stood still then would have nobody to wake them.
 * All three fake by one library, which keeps the originals in its clock: https://github.com/sinonjs/fake-timers
 */
function original<T extends object>(name: string, given: T): T {
  const { clock } = given as { clock?: Readonly<Record<string, unknown>> };
  return (clock?.[`_${name}`] as T | undefined) ?? given;
}

function originalPerformance(): MsClock {
  const given = original('performance', globalThis.performance);
  // Of a faked one `now` itself is another, while its class has the original.
  const { now = given.now } = Object.getPrototypeOf(given) as Partial<MsClock>;
  return { now: now.bind(given) };
}

// The functions of the process, taken when this module is loaded. Nothing else in the library uses the global ones. The module of Node is
// asked, because a test runner may have replaced the global ones before.
export let setTimeout = original('setTimeout', nodeTimers.setTimeout);
export let clearTimeout = original('clearTimeout', nodeTimers.clearTimeout);
export let setInterval = original('setInterval', nodeTimers.setInterval);
export let clearInterval = original('clearInterval', nodeTimers.clearInterval);
export let setImmediate = original('setImmediate', nodeTimers.setImmediate);
export let queueMicrotask = original('queueMicrotask', globalThis.queueMicrotask);
export let nextTick: (callback: () => void) => void = original('nextTick', process.nextTick);
/** The clock that never goes back. */
export let performance: MsClock = originalPerformance();
/** Milliseconds since 1970, as the machine's clock has it at the moment. */
export let wallClock: MsClock = { now: original('Date', Date).now };

/** Takes the global ones as they are now. For the tests of this library, which fake time. */
export function takeGlobalTimers(): void {
  ({ setTimeout, clearTimeout, setInterval, clearInterval, setImmediate, queueMicrotask } = globalThis);
  nextTick = process.nextTick;
  performance = { now: globalThis.performance.now.bind(globalThis.performance) };
  wallClock = { now: Date.now };
}

export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
