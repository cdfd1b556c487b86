import * as nodeTimers from 'node:timers';

/**
 * Clocks and timers as a program may replace them: by `jest.useFakeTimers()`, Vitest or sinon. A library whose commands and deadlines stood
 * still then would have nobody to wake them.
 */
interface TimeSource {
  readonly setTimeout: typeof globalThis.setTimeout;
  readonly clearTimeout: typeof globalThis.clearTimeout;
  readonly setInterval: typeof globalThis.setInterval;
  readonly clearInterval: typeof globalThis.clearInterval;
  readonly setImmediate: typeof globalThis.setImmediate;
}

/** Milliseconds of one clock. */
interface MsClock {
  now(): number;
}

// The functions of the process, taken when this module is loaded. Nothing else in the library uses the global ones. The module of Node is
// asked, because a test runner may have replaced the global ones before.
export let { setTimeout, clearTimeout, setInterval, clearInterval, setImmediate }: TimeSource = nodeTimers;
export let queueMicrotask = globalThis.queueMicrotask;
export let nextTick: (callback: () => void) => void = process.nextTick;
/** The clock that never goes back. */
export let performance: MsClock = monotonic();
/** Milliseconds since 1970, as the machine's clock has it at the moment. */
export let wallClock: MsClock = { now: Date.now };

function monotonic(): MsClock {
  return { now: globalThis.performance.now.bind(globalThis.performance) };
}

/** Takes the global ones as they are now. For the tests of this library, which fake time. */
export function takeGlobalTimers(): void {
  ({ setTimeout, clearTimeout, setInterval, clearInterval, setImmediate, queueMicrotask } = globalThis);
  nextTick = process.nextTick;
  performance = monotonic();
  wallClock = { now: Date.now };
}

export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
