import { connect as connectNode, type LookupFunction, type NetConnectOpts, type Socket } from 'node:net';
import * as nodeTimers from 'node:timers';
import type { TLSSocket, ConnectionOptions as TlsConnectionOptions } from 'node:tls';

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

/** What the library takes from outside. Nothing else of it names a clock, a timer, a socket, a resolver or random numbers. */
export interface Runtime {
  readonly setTimeout: typeof nodeTimers.setTimeout;
  readonly clearTimeout: typeof nodeTimers.clearTimeout;
  readonly setInterval: typeof nodeTimers.setInterval;
  readonly clearInterval: typeof nodeTimers.clearInterval;
  readonly setImmediate: typeof nodeTimers.setImmediate;
  readonly queueMicrotask: typeof globalThis.queueMicrotask;
  nextTick(callback: () => void): void;
  /** The clock that never goes back. */
  readonly performance: MsClock;
  /** Milliseconds since 1970, as the machine's clock has it at the moment. */
  readonly wallClock: MsClock;
  /** A number from 0 up to, and without, 1. */
  random(): number;
  /** Opens a TCP or Unix socket. */
  connect(options: NetConnectOpts): Socket;
  /** Opens a TLS socket. */
  connectTls(options: TlsConnectionOptions): TLSSocket;
  /** Resolves a host name. */
  readonly lookup: LookupFunction;
}

// The functions of the process, taken when this module is loaded. The module of Node is asked, because a test runner may have replaced the
// global ones before. DNS and TLS are loaded where they are used, as by Node: that takes longer than the whole library does.
const node: Runtime = {
  setTimeout: original('setTimeout', nodeTimers.setTimeout),
  clearTimeout: original('clearTimeout', nodeTimers.clearTimeout),
  setInterval: original('setInterval', nodeTimers.setInterval),
  clearInterval: original('clearInterval', nodeTimers.clearInterval),
  setImmediate: original('setImmediate', nodeTimers.setImmediate),
  queueMicrotask: original('queueMicrotask', globalThis.queueMicrotask),
  nextTick: original('nextTick', process.nextTick),
  performance: originalPerformance(),
  wallClock: { now: original('Date', Date).now },
  random: Math.random,
  connect: connectNode,
  connectTls: (options) => process.getBuiltinModule('node:tls').connect(options),
  lookup: (...args) => process.getBuiltinModule('node:dns').lookup(...args),
};

// Each has a binding of its own, because the hot path reads some of them for each command.
export let { setTimeout, clearTimeout, setInterval, clearInterval, setImmediate, queueMicrotask } = node;
export let { nextTick, performance, wallClock, random, connect, connectTls, lookup } = node;

/** Puts another runtime, or a part of one, in the place of Node's. For the tests of this library, which fake time, or all. */
export function useRuntime(runtime: Partial<Runtime>): void {
  ({ setTimeout, clearTimeout, setInterval, clearInterval, setImmediate, queueMicrotask } = { ...node, ...runtime });
  ({ nextTick, performance, wallClock, random, connect, connectTls, lookup } = { ...node, ...runtime });
}

export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
