/**
 * Numbers that look random and follow from a seed: sfc32 by Chris Doty-Humphrey, which passes PractRand.
 * https://pracrand.sourceforge.net/RNG_engines.txt
 */
export class Random {
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;

  constructor(readonly seed: string) {
    [this.#a, this.#b, this.#c] = [hashOf(`${seed} a`), hashOf(`${seed} b`), hashOf(`${seed} c`)];
    for (let skipped = 0; skipped < 12; skipped++) this.next();
  }

  /** Numbers of their own for a part: what another part draws does not change them. */
  fork(part: string): Random {
    return new Random(`${this.seed}/${part}`);
  }

  /** From 0 up to, and without, 1. */
  next = (): number => {
    const sum = (this.#a + this.#b + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = ((this.#c << 21) | (this.#c >>> 11)) + sum;
    return (sum >>> 0) / 2 ** 32;
  };

  /** A whole number, both ends included. */
  integer(least: number, most: number): number {
    return least + Math.floor(this.next() * (most - least + 1));
  }

  /** From `least` to `most`, mostly near the smaller: as times of a network are. */
  skewed(least: number, most: number): number {
    return least * (most / least) ** this.next();
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  pick<T>(items: readonly T[]): T {
    if (items.length === 0) throw new Error('nothing to pick from');
    return items[Math.floor(this.next() * items.length)] as T; // length was checked
  }

  /** By weights: of `{ get: 3, set: 1 }` mostly `get`. */
  weighted<Name extends string>(weights: Readonly<Partial<Record<Name, number>>>): Name {
    const entries = Object.entries(weights) as [Name, number][];
    let left = this.next() * entries.reduce((sum, [, weight]) => sum + weight, 0);
    for (const [name, weight] of entries) {
      left -= weight;
      if (left < 0) return name;
    }
    const last = entries.at(-1);
    if (last === undefined) throw new Error('nothing to pick from');
    return last[0];
  }

  shuffled<T>(items: readonly T[]): T[] {
    const all = [...items];
    for (let at = all.length - 1; at > 0; at--) {
      const other = this.integer(0, at);
      [all[at], all[other]] = [all[other] as T, all[at] as T]; // both within
    }
    return all;
  }
}

/** FNV-1a: http://www.isthe.com/chongo/tech/comp/fnv/ */
export function hashOf(text: string, start = 0x811c9dc5): number {
  let hash = start;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return hash >>> 0;
}
