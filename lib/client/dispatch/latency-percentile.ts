/** Samples that are kept. */
const SAMPLES = 256;
/** Fewer samples tell nothing of a 95th percentile. */
const MIN_SAMPLES = 32;
/** The percentile is computed anew after so many samples. */
const RECOMPUTE_EVERY = 16;

/** The latest latencies of one node, and the 95th percentile of them. */
export class Latencies {
  readonly #ring = new Float64Array(SAMPLES);
  #count = 0;
  /** The 95th percentile in ms; null while too few are known. */
  p95Ms: number | null = null;

  add(ms: number): void {
    this.#ring[this.#count % SAMPLES] = ms;
    this.#count++;
    if (this.#count < MIN_SAMPLES || this.#count % RECOMPUTE_EVERY !== 0) return;
    const sorted = this.#ring.slice(0, Math.min(this.#count, SAMPLES)).sort();
    this.p95Ms = sorted[Math.floor(sorted.length * 0.95)] ?? null;
  }
}
