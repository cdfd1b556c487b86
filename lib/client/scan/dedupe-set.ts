/**
 * Set of the items that a scan has given, in groups (a group a slot) that are forgotten as a whole. It is bounded: once it holds `limit`
 * items it takes no more, so an item beyond the limit may be given twice; none is ever left out.
 */
export class DedupeSet {
  #size = 0;
  readonly #groups = new Map<number, Set<string>>();

  /** `limit` 0: every item is new. */
  constructor(private readonly limit: number) {}

  get size(): number {
    return this.#size;
  }

  /** Adds an item; false if it was given before. */
  add(item: Buffer, group = 0): boolean {
    if (this.limit === 0) return true;
    let items = this.#groups.get(group);
    if (items === undefined) {
      items = new Set();
      this.#groups.set(group, items);
    }
    // One character a byte: items are bytes, and two that are no UTF-8 may look alike as text.
    const name = item.toString('latin1');
    if (items.has(name)) return false;
    if (this.#size < this.limit) {
      items.add(name);
      this.#size++;
    }
    return true;
  }

  /** Removes a group, and so makes room for items of others. */
  forget(group: number): void {
    this.#size -= this.#groups.get(group)?.size ?? 0;
    this.#groups.delete(group);
  }
}
