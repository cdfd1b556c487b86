import { type Gap, isOneGap, mergeGaps } from '../gap.js';

/** Gaps without a message between them, at most one for what a consumer would load anew: so many times the same thing is missing, so little it costs. */
export class GapRun {
  readonly type = 'gaps';
  /** By the name of the channel or pattern: an overflow, and one for each node whose events are missing. */
  readonly #gaps = new Map<string, Gap[]>();

  get isEmpty(): boolean {
    return this.#gaps.size === 0;
  }

  /** True: it is a gap of its own. */
  add(gap: Gap): boolean {
    const gaps = this.#gaps.get(gap.name);
    if (gaps === undefined) {
      this.#gaps.set(gap.name, [gap]);
      return true;
    }
    for (const [at, one] of gaps.entries()) {
      if (!isOneGap(one, gap)) continue;
      gaps[at] = mergeGaps(one, gap);
      return false;
    }
    gaps.push(gap);
    return true;
  }

  /** Adds the gaps behind these. */
  addAll(run: GapRun): void {
    for (const gaps of run.#gaps.values()) for (const gap of gaps) this.add(gap);
  }

  shift(): Gap | undefined {
    for (const [name, gaps] of this.#gaps) {
      const gap = gaps.shift();
      if (gaps.length === 0) this.#gaps.delete(name);
      return gap;
    }
    return undefined;
  }
}
