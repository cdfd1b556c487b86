import type { Runtime } from '../../../lib/runtime/runtime.js';
import { Agenda, type Happening, type Timeline } from './timeline.js';

/** Virtual time that a turn of the loop takes, in ms. Without it a program that goes on at once would stop time. */
const TURN_MS = 0.01;
/** Where the clocks begin, in ms: of the process, and since 1970. */
const STARTED_MS = 1_000;
const WALL_MS = Date.UTC(2026, 0, 1);

/** What the engine expects of `setTimeout`: an object that can be unreferenced. */
class VirtualTimer {
  happening: Happening | null = null;
  #referenced = true;

  constructor(
    private readonly process: ClientProcess,
    readonly callback: () => void,
    readonly ms: number,
    readonly repeats: boolean,
  ) {}

  unref(): this {
    this.#referenced = false;
    return this;
  }

  ref(): this {
    this.#referenced = true;
    return this;
  }

  hasRef(): boolean {
    return this.#referenced;
  }

  refresh(): this {
    this.process.start(this);
    return this;
  }
}

/**
 * The process of the client under virtual time. Its event loop goes through the phases of Node's: timers that are due, what sockets have,
 * immediates; after each callback the ticks and promises. https://nodejs.org/en/learn/asynchronous-work/event-loop-timers-and-nexttick
 */
export class ClientProcess {
  /** Errors that nobody caught. */
  readonly uncaught: unknown[] = [];
  /** What the loop has done so far. */
  turns = 0;
  readonly #timers = new Agenda();
  readonly #open = new Set<VirtualTimer>();
  #arrived: (() => void)[] = [];
  #immediates: { run: (() => void) | null }[] = [];
  #standsStillUntil = 0;
  #wallOffsetMs = WALL_MS;

  constructor(private readonly timeline: Timeline) {}

  /** Timers that run. */
  get openTimers(): number {
    return this.#open.size;
  }

  /** Names of what the timers that run would call. */
  get openTimerNames(): string[] {
    return [...this.#open].map(({ callback, ms }) => `${callback.name || callback.toString().slice(0, 80)} after ${ms} ms`);
  }

  /** Does nothing for this long, as a loop that computes, or a process that was stopped. What comes meanwhile waits. */
  standStill(ms: number): void {
    this.#standsStillUntil = Math.max(this.#standsStillUntil, this.timeline.now + ms);
  }

  get standsStill(): boolean {
    return this.#standsStillUntil > this.timeline.now;
  }

  /** The clock of the machine is set. The one that never goes back does not know. */
  jumpWallClock(ms: number): void {
    this.#wallOffsetMs += ms;
  }

  /** A socket, or a resolver, has something for the program. */
  arrive(run: () => void): void {
    this.#arrived.push(run);
  }

  /** Runs in the same turn, after the program that runs at the moment. */
  soon(run: () => void): void {
    process.nextTick(run);
  }

  /** When the loop has something to do next; Infinity: never. */
  get nextAt(): number {
    const hasWork = this.#arrived.length > 0 || this.#immediates.length > 0;
    const at = hasWork ? this.timeline.now : (this.#timers.first?.at ?? Number.POSITIVE_INFINITY);
    return Math.max(at, this.#standsStillUntil);
  }

  /** One turn of the loop. */
  turn(): void {
    this.turns++;
    const { timeline } = this;
    timeline.now = Math.max(timeline.now, this.nextAt);
    const { now } = timeline;
    for (let first = this.#timers.first; first !== null && first.at <= now; first = this.#timers.first) {
      this.#timers.take();
      this.run(first.run);
    }
    const arrived = this.#arrived;
    this.#arrived = [];
    for (const run of arrived) this.run(run);
    const immediates = this.#immediates;
    this.#immediates = [];
    for (const { run } of immediates) this.run(run);
    timeline.now += TURN_MS;
  }

  /** Runs a callback of the program, with all that follows from it before the next. */
  run(callback: (() => void) | null): void {
    if (callback === null) return;
    try {
      callback();
    } catch (error) {
      this.uncaught.push(error);
    }
    drain();
  }

  start(timer: VirtualTimer): void {
    if (timer.happening !== null) timer.happening.run = null;
    this.#open.add(timer);
    timer.happening = this.#timers.add(this.timeline.now + timer.ms, () => {
      timer.happening = null;
      if (timer.repeats) this.start(timer);
      else this.#open.delete(timer);
      timer.callback();
    });
  }

  #stop(timer: VirtualTimer | undefined | null): void {
    if (timer?.happening === undefined || timer.happening === null) return;
    timer.happening.run = null;
    timer.happening = null;
    this.#open.delete(timer);
  }

  #timer(callback: (...args: unknown[]) => void, ms: number | undefined, args: unknown[], repeats: boolean): VirtualTimer {
    const whole = Math.trunc(ms ?? 1);
    const timer = new VirtualTimer(this, args.length === 0 ? callback : () => callback(...args), whole >= 1 ? whole : 1, repeats);
    this.start(timer);
    return timer;
  }

  /** All of the runtime but sockets, names and chance. */
  get timers(): Omit<Runtime, 'random' | 'connect' | 'connectTls' | 'lookup'> {
    const stop = (timer: unknown): void => this.#stop(timer as VirtualTimer | undefined | null);
    const virtual = {
      setTimeout: (callback: () => void, ms?: number, ...args: unknown[]) => this.#timer(callback, ms, args, false),
      setInterval: (callback: () => void, ms?: number, ...args: unknown[]) => this.#timer(callback, ms, args, true),
      clearTimeout: stop,
      clearInterval: stop,
      setImmediate: (callback: (...args: unknown[]) => void, ...args: unknown[]) => {
        const immediate = { run: () => callback(...args) };
        this.#immediates.push(immediate);
        return immediate;
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
 * Runs the ticks and promises that wait, as Node does after each callback: by the same function of its. It has no effect within a tick or a
 * promise, so the simulation itself runs in an immediate.
 * https://github.com/nodejs/node/blob/v20.x/lib/internal/process/task_queues.js (`processTicksAndRejections`)
 */
const drain = (process as unknown as { _tickCallback(): void })._tickCallback;
