interface OffsetSample {
  /** Moment of the question to the primary, on the clock in ms: a replica that has reached the offset has all writes from before. */
  readonly sentAt: number;
  readonly offset: number;
}

/** More samples than this are thinned out, the older ones more. */
const SAMPLES_KEPT = 256;
/** Distance to the next older sample, as a part of a sample's age. */
const PRECISION = 0.1;

/**
 * The offsets of a primary over time, by which the age of its replicas is measured. Offsets can be compared only within one replication
 * history, whose name is the replication id:
 * https://redis.io/docs/latest/operate/oss_and_stack/management/replication/#replication-id-explained
 */
export class OffsetSamples {
  #replid: string | null = null;
  #samples: OffsetSample[] = [];

  /** Adds a sample. Another history drops the samples of the one before. */
  add(replid: string, offset: number, sentAt: number): void {
    if (replid !== this.#replid) {
      this.#replid = replid;
      this.#samples = [];
    }
    // Without a write in between a replica at this offset is fresh as of the newer sample.
    if (this.#samples.at(-1)?.offset === offset) this.#samples.pop();
    this.#samples.push({ sentAt, offset });
    if (this.#samples.length > SAMPLES_KEPT) this.#samples = thinned(this.#samples, sentAt).slice(-SAMPLES_KEPT);
  }

  /** The time of which a replica at this offset has all writes: that of the newest sample that it has reached. Null: unknown. */
  freshAt(replid: string, offset: number): number | null {
    if (replid !== this.#replid) return null;
    for (let at = this.#samples.length - 1; at >= 0; at--) {
      const sample = this.#samples[at];
      if (sample !== undefined && sample.offset <= offset) return sample.sentAt;
    }
    return null;
  }

  lagBytes(replid: string, offset: number): number | null {
    const newest = this.#samples.at(-1);
    return replid !== this.#replid || newest === undefined ? null : Math.max(0, newest.offset - offset);
  }
}

/** Thins samples from the old end, which stays: else the reach would shrink from time to time. */
function thinned(samples: readonly OffsetSample[], now: number): OffsetSample[] {
  const kept: OffsetSample[] = [];
  for (const sample of samples) {
    const older = kept.at(-1);
    if (older === undefined || sample.sentAt - older.sentAt >= PRECISION * (now - sample.sentAt)) kept.push(sample);
  }
  return kept;
}
