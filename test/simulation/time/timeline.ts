/** Something that will happen. */
export interface Happening {
  /** In ms of virtual time. */
  readonly at: number;
  readonly order: number;
  /** null: it was called off. */
  run: (() => void) | null;
}

/** What will happen, the earliest first; of those at the same moment, the one that was planned first. A binary heap. */
export class Agenda {
  readonly #heap: Happening[] = [];
  #order = 0;

  add(at: number, run: () => void): Happening {
    const happening = { at, order: this.#order++, run };
    const heap = this.#heap;
    let place = heap.length;
    heap.push(happening);
    while (place > 0) {
      const above = (place - 1) >> 1;
      const parent = heap[above] as Happening; // above >= 0
      if (isBefore(parent, happening)) break;
      heap[place] = parent;
      place = above;
    }
    heap[place] = happening;
    return happening;
  }

  /** The earliest that was not called off; null: there is none. */
  get first(): Happening | null {
    for (let first = this.#heap[0]; first !== undefined; first = this.#heap[0]) {
      if (first.run !== null) return first;
      this.#remove();
    }
    return null;
  }

  take(): Happening | null {
    const { first } = this;
    if (first !== null) this.#remove();
    return first;
  }

  #remove(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let place = 0;
    for (;;) {
      const left = 2 * place + 1;
      if (left >= heap.length) break;
      const right = left + 1;
      const least = right < heap.length && isBefore(heap[right] as Happening, heap[left] as Happening) ? right : left;
      const child = heap[least] as Happening; // left < heap.length
      if (isBefore(last, child)) break;
      heap[place] = child;
      place = least;
    }
    heap[place] = last;
  }
}

function isBefore(a: Happening, b: Happening): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}

/** Virtual time, and what happens outside of the client: packets, servers, faults. */
export class Timeline {
  /** In ms. Never goes back. */
  now = 0;
  readonly #agenda = new Agenda();

  after(ms: number, run: () => void): Happening {
    return this.#agenda.add(this.now + Math.max(0, ms), run);
  }

  at(ms: number, run: () => void): Happening {
    return this.#agenda.add(Math.max(this.now, ms), run);
  }

  /** When the next thing happens; Infinity: never. */
  get nextAt(): number {
    return this.#agenda.first?.at ?? Number.POSITIVE_INFINITY;
  }

  /** Goes to the next thing that happens. */
  step(): void {
    const happening = this.#agenda.take();
    if (happening === null) return;
    this.now = Math.max(this.now, happening.at);
    const { run } = happening;
    happening.run = null;
    run?.();
  }
}
