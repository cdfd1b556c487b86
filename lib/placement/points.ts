/** Points of a ring of 32 bits, of which each belongs to a member. */
export class Points {
  readonly #values: Uint32Array;
  readonly #owners: Uint16Array;
  /** By the upper bits of a hash, where its search begins: points are spread evenly, so it ends there or at the next. */
  readonly #starts: Uint32Array;
  readonly #shift: number;

  /** `points`: the owner by the point. */
  constructor(points: ReadonlyMap<number, number>) {
    this.#values = Uint32Array.from(points.keys()).sort();
    this.#owners = Uint16Array.from(this.#values, (value) => points.get(value) as number); // its keys
    [this.#starts, this.#shift] = startsOf(this.#values);
  }

  /** The owner of the first point that is not below the hash; behind the last point the first one comes again. */
  ownerAbove(hash: number): number {
    const values = this.#values;
    let at = this.#starts[hash >>> this.#shift] as number; // a start for all upper bits
    while (at < values.length && (values[at] as number) < hash) at++;
    return this.#owners[at === values.length ? 0 : at] as number;
  }

  /** The owner of the last point that is not above the hash; below the first point the last one comes again. */
  ownerBelow(hash: number): number {
    const values = this.#values;
    let at = this.#starts[hash >>> this.#shift] as number; // a start for all upper bits
    while (at < values.length && (values[at] as number) <= hash) at++;
    return this.#owners[at === 0 ? values.length - 1 : at - 1] as number;
  }
}

/** Points of a ring of 64 bits. */
export class WidePoints {
  /** Upper and lower halves, without a sign. */
  readonly #highs: Uint32Array;
  readonly #lows: Uint32Array;
  readonly #owners: Uint16Array;
  readonly #starts: Uint32Array;
  readonly #shift: number;

  /** `points`: the owner by the point, in the order of which its upper half has no sign. */
  constructor(points: ReadonlyMap<bigint, number>) {
    const sorted = BigUint64Array.from(points.keys()).sort();
    this.#highs = Uint32Array.from(sorted, (value) => Number(value >> 32n));
    this.#lows = Uint32Array.from(sorted, (value) => Number(value & 0xffffffffn));
    this.#owners = Uint16Array.from(sorted, (value) => points.get(value) as number); // its keys
    [this.#starts, this.#shift] = startsOf(this.#highs);
  }

  /** As `Points.ownerAbove`, of the halves of a hash without a sign. */
  ownerAbove(high: number, low: number): number {
    const highs = this.#highs;
    let at = this.#starts[high >>> this.#shift] as number; // a start for all upper bits
    while (at < highs.length && ((highs[at] as number) < high || (highs[at] === high && (this.#lows[at] as number) < low))) at++;
    return this.#owners[at === highs.length ? 0 : at] as number;
  }
}

/** For all upper bits of a hash the first value that is not below them, and how far to shift for those bits: about one value for each. */
function startsOf(sorted: Uint32Array): [starts: Uint32Array, shift: number] {
  const bits = Math.min(20, Math.max(1, 32 - Math.clz32(sorted.length)));
  const shift = 32 - bits;
  const starts = new Uint32Array(2 ** bits);
  let at = 0;
  for (let upper = 0; upper < starts.length; upper++) {
    while (at < sorted.length && (sorted[at] as number) >>> shift < upper) at++;
    starts[upper] = at;
  }
  return [starts, shift];
}
