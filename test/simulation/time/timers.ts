import { Agenda, type Happening } from './timeline.js';

/** Longer ones count as 1 ms: https://nodejs.org/api/timers.html#settimeoutcallback-delay-args */
const MOST_MS = 2 ** 31 - 1;

/** What `setTimeout` and `setInterval` return. */
export class VirtualTimer {
  /** In whole ms of the loop's clock. */
  startedAt = 0;
  isCleared = false;
  list: TimerList | null = null;
  #isReferenced = true;

  constructor(
    private readonly owner: Timers,
    readonly callback: () => void,
    readonly ms: number,
    readonly repeats: boolean,
  ) {}

  unref(): this {
    this.#isReferenced = false;
    return this;
  }

  ref(): this {
    this.#isReferenced = true;
    return this;
  }

  hasRef(): boolean {
    return this.#isReferenced;
  }

  refresh(): this {
    if (!this.isCleared) this.owner.start(this);
    return this;
  }
}

/** Timers of one duration, in the order in which they were started. */
interface TimerList {
  readonly ms: number;
  readonly timers: Set<VirtualTimer>;
  happening: Happening | null;
}

/**
 * Timers as Node keeps them: one list for each duration, and of the lists the one first whose first timer is due first. A loop that comes late
 * therefore runs all of a list that are due before it turns to the next, whatever is due earlier there.
 * https://github.com/nodejs/node/blob/v20.x/lib/internal/timers.js (`listOnTimeout`)
 */
export class Timers {
  readonly #lists = new Map<number, TimerList>();
  readonly #agenda = new Agenda();
  #now = 0;

  constructor(
    /** The loop's clock, in ms. Timers know whole ones only, so that one may come up to 1 ms early. */
    private readonly clock: () => number,
    private readonly run: (callback: () => void) => void,
  ) {}

  /** Those that run. */
  get all(): VirtualTimer[] {
    return [...this.#lists.values()].flatMap(({ timers }) => [...timers]);
  }

  /** When the next is due; Infinity: there is none. */
  get nextAt(): number {
    return this.#agenda.first?.at ?? Number.POSITIVE_INFINITY;
  }

  create(callback: () => void, ms: number | undefined, repeats: boolean): VirtualTimer {
    const given = Number(ms);
    const timer = new VirtualTimer(this, callback, given >= 1 && given <= MOST_MS ? Math.trunc(given) : 1, repeats);
    this.start(timer);
    return timer;
  }

  start(timer: VirtualTimer): void {
    this.#insert(timer, Math.floor(this.clock()));
  }

  clear(timer: VirtualTimer | undefined | null): void {
    if (timer === undefined || timer === null) return;
    timer.isCleared = true;
    this.#unlink(timer);
  }

  /** Runs those that are due. */
  runDue(): void {
    this.#now = Math.floor(this.clock());
    for (let first = this.#agenda.first; first !== null && first.at <= this.#now; first = this.#agenda.first) {
      this.#agenda.take();
      first.run?.();
    }
  }

  #insert(timer: VirtualTimer, startedAt: number): void {
    if (timer.list !== null) this.#unlink(timer);
    timer.startedAt = startedAt;
    let list = this.#lists.get(timer.ms);
    if (list === undefined) {
      list = { ms: timer.ms, timers: new Set(), happening: null };
      this.#lists.set(timer.ms, list);
      this.#plan(list, startedAt + timer.ms);
    }
    list.timers.add(timer);
    timer.list = list;
  }

  #unlink(timer: VirtualTimer): void {
    const { list } = timer;
    if (list === null) return;
    timer.list = null;
    list.timers.delete(timer);
    // One that runs at the moment sees to itself.
    if (list.timers.size > 0 || list.happening === null) return;
    list.happening.run = null;
    this.#lists.delete(list.ms);
  }

  #plan(list: TimerList, at: number): void {
    list.happening = this.#agenda.add(at, () => this.#runList(list));
  }

  #runList(list: TimerList): void {
    list.happening = null;
    for (let [timer] = list.timers; timer !== undefined; [timer] = list.timers) {
      if (this.#now - timer.startedAt < list.ms) {
        this.#plan(list, Math.max(timer.startedAt + list.ms, this.#now + 1));
        return;
      }
      this.#fire(timer);
    }
    this.#lists.delete(list.ms);
  }

  #fire(timer: VirtualTimer): void {
    this.#unlink(timer);
    const startedAt = Math.floor(this.clock());
    this.run(() => {
      try {
        timer.callback();
      } finally {
        if (timer.repeats && !timer.isCleared) this.#insert(timer, startedAt);
      }
    });
  }
}
