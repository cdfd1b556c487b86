/** A key about which the operator has to know something. */
export interface NamedKey {
  readonly key: Buffer;
  /** Where it is. */
  readonly from: string;
  /** Where it should go. */
  readonly to: string;
  /** Why it is still there. */
  readonly problem: string;
}

/** Keys that stay behind, of one kind: how many there are, and the first ones by name. */
export interface NamedKeys {
  readonly count: number;
  readonly first: readonly NamedKey[];
}

/** Why keys stay behind: another value is there already, an error, they are too large, or the old placement puts them elsewhere. */
export type LeftKind = 'conflicts' | 'failures' | 'skipped' | 'strays';
export const LEFT_KINDS = ['conflicts', 'failures', 'skipped', 'strays'] as const satisfies readonly LeftKind[];

/** How far a move is. */
export interface MoveProgress {
  /** Keys that have moved. */
  readonly keys: number;
  /** Their bytes, as far as the sources said how large they are. */
  readonly bytes: number;
  /** Keys that the first pass of each source is done with, those that stay among them. */
  readonly scanned: number;
  /** Keys that the sources had when the move began. */
  readonly totalKeys: number;
}

/** A key that has moved, for the check afterwards. */
export interface MovedKey {
  readonly key: Buffer;
  readonly from: string;
  /** When it ends by what the source said, on our clock, in ms; null: never. */
  readonly endsAtMs: number | null;
}

const MOST_NAMED = 100;

/** Keys that one pass over a source left there. */
export class LeftKeys {
  readonly #kinds = new Map<LeftKind, { count: number; first: NamedKey[] }>();

  add(kind: LeftKind, key: NamedKey): void {
    const known = this.#kinds.get(kind) ?? { count: 0, first: [] };
    known.count++;
    if (known.first.length < MOST_NAMED) known.first.push(key);
    this.#kinds.set(kind, known);
  }

  of(kind: LeftKind): NamedKeys {
    return this.#kinds.get(kind) ?? { count: 0, first: [] };
  }
}

/** Books of one move, over all sources. What is left behind is what the last pass over each of them left. */
export class MoveLedger {
  readonly #left = new Map<string, LeftKeys>();
  readonly #samples: MovedKey[] = [];
  #keys = 0;
  #bytes = 0;
  #scanned = 0;

  /** `mostSamples`: about so many of the moved keys are remembered for the check. */
  constructor(
    readonly totalKeys: number,
    private readonly mostSamples: number,
    private readonly random: () => number,
  ) {}

  scanned(keys: number): void {
    this.#scanned += keys;
  }

  moved(keys: number, bytes: number): void {
    this.#keys += keys;
    this.#bytes += bytes;
  }

  /** Begins another pass over a source. */
  begin(source: string): LeftKeys {
    const left = new LeftKeys();
    this.#left.set(source, left);
    return left;
  }

  left(kind: LeftKind): NamedKeys {
    const all = [...this.#left.values()].map((each) => each.of(kind));
    return {
      count: all.reduce((sum, { count }) => sum + count, 0),
      first: all.flatMap(({ first }) => first).slice(0, MOST_NAMED),
    };
  }

  /** Whether the next key that moves is to be remembered: each has the same chance. */
  draws(): boolean {
    return this.#samples.length < this.mostSamples && this.random() * this.totalKeys < this.mostSamples;
  }

  remember(moved: MovedKey): void {
    this.#samples.push(moved);
  }

  get samples(): readonly MovedKey[] {
    return this.#samples;
  }

  get progress(): MoveProgress {
    return { keys: this.#keys, bytes: this.#bytes, scanned: this.#scanned, totalKeys: this.totalKeys };
  }
}
