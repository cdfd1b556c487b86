/**
 * What a scan has given already, in groups that can be forgotten as a whole. Bounded: once `limit` items are remembered no more are, so that an
 * item beyond the limit may come twice; none is ever left out.
 */
export class DedupeSet {
  #size = 0;
  readonly #groups = new Map<number, Set<string>>();

  /** 0: remembers nothing. */
  constructor(private readonly limit: number) {}

  get size(): number {
    return this.#size;
  }

  /** False if it was given before. */
  add(item: Buffer, group = 0): boolean {
    if (this.limit === 0) return true;
    let items = this.#groups.get(group);
    if (items === undefined) {
      items = new Set();
      this.#groups.set(group, items);
    }
    // A character a byte: items are bytes, and two that are no UTF-8 may look alike as text.
    const name = item.toString('latin1');
    if (items.has(name)) return false;
    if (this.#size < this.limit) {
      items.add(name);
      this.#size++;
    }
    return true;
  }

  forget(group: number): void {
    this.#size -= this.#groups.get(group)?.size ?? 0;
    this.#groups.delete(group);
  }
}
