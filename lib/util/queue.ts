/** As many items share an array; a longer queue is several, so that it grows and shrinks without being copied. */
const PIECE = 1024;

/** First in, first out. */
export class Fifo<T> {
  private count = 0;
  /** The oldest items; the next to leave is at `head`. */
  private out: (T | undefined)[] = [];
  private head = 0;
  /** The newest items, `tail` of them; the same array while the queue is short. */
  private into = this.out;
  private tail = 0;
  /** An array that has been left, for the next to come. */
  private spare: (T | undefined)[] | null = null;
  /** What lies between the two, all of them full. */
  private between: (T | undefined)[][] = [];

  get length(): number {
    return this.count;
  }

  push(item: T): void {
    if (this.tail === PIECE) this.extend();
    this.into[this.tail++] = item;
    this.count++;
  }

  private extend(): void {
    if (this.into !== this.out) this.between.push(this.into);
    this.into = this.spare ?? [];
    this.spare = null;
    this.tail = 0;
  }

  /** The next to leave. */
  peek(): T | undefined {
    return this.count === 0 ? undefined : this.out[this.head];
  }

  /** The newest. */
  peekLast(): T | undefined {
    return this.count === 0 ? undefined : this.into[this.tail - 1];
  }

  /** Puts another in the place of the newest, if there is one. */
  replaceLast(item: T): void {
    if (this.count > 0) this.into[this.tail - 1] = item;
  }

  shift(): T | undefined {
    if (this.count === 0) return undefined;
    const { out, head } = this;
    const item = out[head];
    out[head] = undefined;
    this.head = head + 1;
    // An empty queue begins again at the front of its array, where the memory is warm.
    if (--this.count === 0) this.head = this.tail = 0;
    else if (this.head === PIECE) this.leave();
    return item;
  }

  private leave(): void {
    this.spare = this.out;
    this.out = this.between.shift() ?? this.into;
    this.head = 0;
  }

  /** Puts others in their places, in order. */
  replaceEach(replace: (item: T) => T): void {
    let at = this.head;
    let left = this.count;
    for (const items of [this.out, ...this.between, this.into]) {
      for (; left > 0 && at < PIECE; at++, left--) items[at] = replace(items[at] as T); // all that `count` counts are there
      at = 0;
    }
  }

  /** In order; `visit` must not change the queue. */
  forEach(visit: (item: T) => void): void {
    this.replaceEach((item) => {
      visit(item);
      return item;
    });
  }

  /** Everything, in order; the queue is empty then. */
  takeAll(): T[] {
    const items: T[] = [];
    this.forEach((item) => void items.push(item));
    this.clear();
    return items;
  }

  clear(): void {
    this.out = this.into = [];
    this.spare = null;
    this.between = [];
    this.count = this.head = this.tail = 0;
  }
}
