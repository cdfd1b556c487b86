/** Something that is to be done with keys. */
export interface KeyWork {
  /** Names of its keys, each once. */
  readonly keys: readonly string[];
  /** It only reads its one key: it runs beside others of the like, and its end is told by `ended`. */
  readonly shared: boolean;
  /** Those of them that are still to be fetched; it does not go before. */
  readonly missing: Set<string>;
  go(): void;
  /** One of its keys cannot be fetched. */
  fail(error: unknown): void;
}

interface Lane {
  /** What has not gone yet, in the order it came. */
  readonly waiting: Set<KeyWork>;
  /** How many shared ones run. */
  running: number;
}

/**
 * Lanes of keys: what is done with one key goes in the order it came.
 *
 * | work | goes when | and then |
 * |---|---|---|
 * | shared | nothing of its key waits that came before | runs, and counts until `ended` |
 * | other | its keys are fetched, nothing of them waits that came before, and no shared one of them runs | is out of the lanes |
 */
export class KeyLanes {
  readonly #lanes = new Map<string, Lane>();

  /** Whether nothing is done with the key. */
  isFree(name: string): boolean {
    return !this.#lanes.has(name);
  }

  /** Takes what may go at once, and gives true; else it waits, and goes later by its `go`. */
  enter(work: KeyWork): boolean {
    const goes = work.missing.size === 0 && work.keys.every((name) => this.#isOpen(name, work.shared));
    if (goes && !work.shared) return true;
    for (const name of work.keys) {
      const lane = this.#laneOf(name);
      if (goes) lane.running++;
      else lane.waiting.add(work);
    }
    return goes;
  }

  /** A shared one that has gone has ended. */
  ended({ keys }: KeyWork): void {
    for (const name of keys) {
      const lane = this.#lanes.get(name);
      if (lane === undefined) continue;
      lane.running--;
      if (lane.running === 0) this.#drain(name);
    }
  }

  /** The key was fetched. */
  fetched(name: string): void {
    for (const work of this.#lanes.get(name)?.waiting ?? []) work.missing.delete(name);
    this.#drain(name);
  }

  /** Takes out what has not gone. */
  leave(work: KeyWork): void {
    for (const name of work.keys) this.#lanes.get(name)?.waiting.delete(work);
    for (const name of work.keys) this.#drain(name);
  }

  /** Whether something waits for the key to be fetched. */
  isAwaited(name: string): boolean {
    for (const { missing } of this.#lanes.get(name)?.waiting ?? []) if (missing.has(name)) return true;
    return false;
  }

  /** What waits for the key to be fetched. */
  awaiting(name: string): KeyWork[] {
    return [...(this.#lanes.get(name)?.waiting ?? [])].filter(({ missing }) => missing.has(name));
  }

  #isOpen(name: string, shared: boolean): boolean {
    const lane = this.#lanes.get(name);
    return lane === undefined || (lane.waiting.size === 0 && (shared || lane.running === 0));
  }

  #laneOf(name: string): Lane {
    let lane = this.#lanes.get(name);
    if (lane === undefined) {
      lane = { waiting: new Set(), running: 0 };
      this.#lanes.set(name, lane);
    }
    return lane;
  }

  /** Lets go what may, one by one: what goes may have more come, which has to find the others before it. */
  #drain(first: string): void {
    const names = [first];
    for (const name of names) {
      const lane = this.#lanes.get(name);
      if (lane === undefined) continue;
      for (const work of lane.waiting) {
        if (!this.#mayGo(work)) break;
        for (const other of work.keys) {
          const own = this.#laneOf(other);
          own.waiting.delete(work);
          if (work.shared) own.running++;
          else if (other !== name) names.push(other);
        }
        work.go();
      }
      if (lane.waiting.size === 0 && lane.running === 0 && this.#lanes.get(name) === lane) this.#lanes.delete(name);
    }
  }

  #mayGo(work: KeyWork): boolean {
    if (work.missing.size > 0) return false;
    return work.keys.every((name) => {
      const lane = this.#laneOf(name);
      const [head] = lane.waiting;
      return head === work && (work.shared || lane.running === 0);
    });
  }
}
