const KEPT = 256;
/** With fewer there is no telling. */
const FEWEST = 32;
/** The percentile is looked up anew after so many. */
const EVERY = 16;

/** The latest latencies of one node, and the 95th percentile of them. */
export class Latencies {
  readonly #ring = new Float64Array(KEPT);
  #count = 0;
  /** In ms; null while too few are known. */
  p95Ms: number | null = null;

  add(ms: number): void {
    this.#ring[this.#count % KEPT] = ms;
    this.#count++;
    if (this.#count < FEWEST || this.#count % EVERY !== 0) return;
    const sorted = this.#ring.slice(0, Math.min(this.#count, KEPT)).sort();
    this.p95Ms = sorted[Math.floor(sorted.length * 0.95)] ?? null;
  }
}
