// Node tells how many timers run, but not which: so the functions that start them are wrapped, before anybody else (a fake clock) does.
import { syncBuiltinESMExports } from 'node:module';
import nodeTimers from 'node:timers';

/** Undocumented, and the only way to see that a timer is over. */
type Timer = NodeJS.Timeout & { readonly _destroyed: boolean };

const timers = new Set<Timer>();
const origins = new WeakMap<object, { readonly stack?: string }>();

let watchesLibrary = true;

/** From now on only timers that keep the process alive are looked at: a test that failed may have left a client, which starts new ones. */
export function leaveLibraryTimers(): void {
  watchesLibrary = false;
}

/** Timers that run and keep the process alive, and all of the library, which a client has to end. */
export function openTimers(): Timer[] {
  for (const timer of timers) if (timer._destroyed) timers.delete(timer);
  return [...timers].filter((timer) => timer.hasRef() || (watchesLibrary && isOfLibrary(timer)));
}

function isOfLibrary(timer: Timer): boolean {
  const [first = ''] = whereStarted(timer)?.trimStart().split('\n') ?? [];
  return /\/lib\/[^)]*\.ts/.test(first);
}

/** The line of code that started a timer, or undefined for anything else. */
export function whereStarted(resource: object): string | undefined {
  // Read only now: V8 makes the text of a stack when it is asked for.
  return origins.get(resource)?.stack?.slice('Error'.length);
}

function wrap<F extends (...args: never[]) => NodeJS.Timeout>(start: F): F {
  const wrapped = (...args: Parameters<F>): NodeJS.Timeout => {
    const timer = start(...args) as Timer;
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 4;
    const trace: { stack?: string } = {};
    Error.captureStackTrace(trace, wrapped);
    Error.stackTraceLimit = stackTraceLimit;
    timers.add(timer);
    origins.set(timer, trace);
    // A long run starts many timers; those that are over are of no interest.
    if (timers.size % 1_024 === 0) openTimers();
    return timer;
  };
  // `promisify(setTimeout)` looks for a symbol on the function.
  return Object.assign(wrapped, start) as unknown as F;
}

globalThis.setTimeout = wrap(globalThis.setTimeout) as typeof setTimeout;
globalThis.setInterval = wrap(globalThis.setInterval) as typeof setInterval;
// Those of the module, which the library takes, are others.
nodeTimers.setTimeout = globalThis.setTimeout;
nodeTimers.setInterval = globalThis.setInterval;
syncBuiltinESMExports();
