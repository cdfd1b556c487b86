interface Sample {
  /** When the primary was asked, on the clock in ms: what it had then is at most so old. */
  readonly sentAt: number;
  readonly offset: number;
}

/** With more samples than this they are thinned out: the older they are, the less it matters. */
const KEPT = 256;
/** Of the age of a sample: how far the next older one may be. */
const PRECISION = 0.1;

/**
 * What a primary had written when: the ruler by which the age of its replicas is told. Offsets mean something only within one history of
 * writes, whose name is the replication id: https://redis.io/docs/latest/operate/oss_and_stack/management/replication/#replication-id-explained
 */
export class OffsetSamples {
  #replid: string | null = null;
  #samples: Sample[] = [];

  /** Another history drops the samples of the one before. */
  add(replid: string, offset: number, sentAt: number): void {
    if (replid !== this.#replid) {
      this.#replid = replid;
      this.#samples = [];
    }
    // Where nothing was written, who has it all has it as of now.
    if (this.#samples.at(-1)?.offset === offset) this.#samples.pop();
    this.#samples.push({ sentAt, offset });
    if (this.#samples.length > KEPT) this.#samples = thinned(this.#samples, sentAt).slice(-KEPT);
  }

  /** When the primary had no more than a replica at this offset has: of the newest sample that it has reached. Null: unknown. */
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

/** From the old end, which stays: else the reach would shrink from time to time. */
function thinned(samples: readonly Sample[], now: number): Sample[] {
  const kept: Sample[] = [];
  for (const sample of samples) {
    const older = kept.at(-1);
    if (older === undefined || sample.sentAt - older.sentAt >= PRECISION * (now - sample.sentAt)) kept.push(sample);
  }
  return kept;
}
