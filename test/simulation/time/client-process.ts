import type { Runtime } from '../../../lib/runtime/runtime.js';
import type { Timeline } from './timeline.js';
import { Timers, type VirtualTimer } from './timers.js';

/** Virtual time that a turn of the loop takes, in ms. Without it a program that goes on at once would stop time. */
const TURN_MS = 0.01;
/** Where the clocks begin, in ms: of the process, and since 1970. */
const STARTED_MS = 1_000.37;
const WALL_MS = Date.UTC(2026, 0, 1);

type Run = () => void;

/**
 * The process of the client under virtual time. Its event loop goes through the phases of Node's: what sockets have, immediates, what was
 * closed, timers that are due; after each callback the ticks and promises.
 * https://docs.libuv.org/en/v1.x/design.html#the-i-o-loop (timers come after the poll since libuv 1.45, which Node 20 has)
 */
export class ClientProcess {
  /** Errors that nobody caught. */
  readonly uncaught: unknown[] = [];
  /** When it stood still, in order; spans may overlap. */
  readonly stalls: { readonly from: number; readonly until: number }[] = [];
  /** What the loop has done so far. */
  turns = 0;
  readonly #timers: Timers;
  #pending: Run[] = [];
  #arrived: Run[] = [];
  #nativeImmediates: Run[] = [];
  #immediates: Run[] = [];
  #closing: Run[] = [];
  #standsStillUntil = 0;
  /** The loop goes on with its timers: it stood still in a callback. */
  #timersFirst = false;
  #wallOffsetMs = WALL_MS;

  constructor(private readonly timeline: Timeline) {
    this.#timers = new Timers(
      () => timeline.now,
      (callback) => this.run(callback),
    );
  }

  /** Timers that run. */
  get openTimers(): number {
    return this.#timers.all.length;
  }

  /** Names of what the timers that run would call. */
  get openTimerNames(): string[] {
    return this.#timers.all.map(({ callback, ms }) => `${callback.name || callback.toString().slice(0, 80)} after ${ms} ms`);
  }

  /**
   * Does nothing for this long. What comes meanwhile waits. A loop that computes goes on with the timers that are due, one that was stopped
   * where it waited for sockets goes on with them.
   */
  standStill(ms: number, how: 'computes' | 'stopped' = 'computes'): void {
    this.#standsStillUntil = Math.max(this.#standsStillUntil, this.timeline.now + ms);
    this.#timersFirst = how === 'computes';
    this.stalls.push({ from: this.timeline.now, until: this.#standsStillUntil });
  }

  get standsStill(): boolean {
    return this.#standsStillUntil > this.timeline.now;
  }

  /** The clock of the machine is set. The one that never goes back does not know. */
  jumpWallClock(ms: number): void {
    this.#wallOffsetMs += ms;
  }

  /** What libuv has put off, and does before it looks at sockets. */
  beforePoll(run: Run): void {
    this.#pending.push(run);
  }

  /** A socket, or a resolver, has something for the program. */
  arrive(run: Run): void {
    this.#arrived.push(run);
  }

  /** What Node itself does before the immediates of the program. */
  beforeImmediates(run: Run): void {
    this.#nativeImmediates.push(run);
  }

  /** A handle is closed. */
  whenClosed(run: Run): void {
    this.#closing.push(run);
  }

  /** When the loop has something to do next; Infinity: never. */
  get nextAt(): number {
    const isIdle = this.#arrived.length === 0 && this.#immediates.length === 0 && this.#closing.length === 0;
    return Math.max(
      isIdle && this.#pending.length === 0 && this.#nativeImmediates.length === 0 ? this.#timers.nextAt : this.timeline.now,
      this.#standsStillUntil,
    );
  }

  /** One turn of the loop. */
  turn(): void {
    this.turns++;
    const { timeline } = this;
    timeline.now = Math.max(timeline.now, this.nextAt);
    if (this.#timersFirst) {
      this.#timersFirst = false;
      this.#timers.runDue();
    }
    if (this.#pending.length > 0) {
      const pending = this.#pending;
      this.#pending = [];
      for (const run of pending) this.run(run);
    }
    if (this.#arrived.length > 0) {
      const arrived = this.#arrived;
      this.#arrived = [];
      for (const run of arrived) this.run(run);
    }
    if (this.#nativeImmediates.length > 0 || this.#immediates.length > 0) {
      const immediates = this.#nativeImmediates.concat(this.#immediates);
      this.#nativeImmediates = [];
      this.#immediates = [];
      for (const run of immediates) this.run(run);
    }
    if (this.#closing.length > 0) {
      const closing = this.#closing;
      this.#closing = [];
      // The last one first: https://github.com/libuv/libuv/blob/v1.x/src/unix/core.c (`uv__make_close_pending`)
      for (const run of closing.reverse()) this.run(run);
    }
    this.#timers.runDue();
    timeline.now += TURN_MS;
  }

  /** Runs a callback of the program, with all that follows from it before the next. */
  run(callback: Run): void {
    try {
      callback();
    } catch (error) {
      this.uncaught.push(error);
    }
    drain();
  }

  /** All of the runtime but sockets, names and chance. */
  get timers(): Omit<Runtime, 'random' | 'connect' | 'connectTls' | 'lookup'> {
    const timer = (callback: (...args: unknown[]) => void, ms: number | undefined, args: unknown[], repeats: boolean): VirtualTimer =>
      this.#timers.create(args.length === 0 ? callback : () => callback(...args), ms, repeats);
    const clear = (given: unknown): void => this.#timers.clear(given as VirtualTimer | undefined | null);
    const virtual = {
      setTimeout: (callback: Run, ms?: number, ...args: unknown[]) => timer(callback, ms, args, false),
      setInterval: (callback: Run, ms?: number, ...args: unknown[]) => timer(callback, ms, args, true),
      clearTimeout: clear,
      clearInterval: clear,
      setImmediate: (callback: (...args: unknown[]) => void, ...args: unknown[]) => {
        this.#immediates.push(args.length === 0 ? callback : () => callback(...args));
        return {};
      },
      queueMicrotask,
      nextTick: process.nextTick,
      performance: { now: () => STARTED_MS + this.timeline.now },
      wallClock: { now: () => Math.floor(this.#wallOffsetMs + this.timeline.now) },
    };
    return virtual as unknown as Omit<Runtime, 'random' | 'connect' | 'connectTls' | 'lookup'>;
  }
}

/**
 * Runs the ticks and promises that wait, as Node does after each callback: by the very function that it calls then, which it has on `process`
 * under an old name "to emulate a tick manually", without a word in its documentation. It has no effect within a tick or a promise, so the
 * simulation itself runs in an immediate.
 * https://github.com/nodejs/node/blob/v20.x/lib/internal/bootstrap/node.js (`process._tickCallback`)
 */
const drain = tickCallback();

function tickCallback(): () => void {
  const { _tickCallback: given } = process as unknown as { readonly _tickCallback?: () => void };
  if (typeof given !== 'function') {
    throw new Error(`the simulation needs process._tickCallback, which Node ${process.version} does not have; Node 20 has it`);
  }
  return given;
}
