import { type Redis, SlotwiseError } from '../../../lib/index.js';

/**
 * Ledger of one key that one writer changes and all read: its versions count up, and each fifth one is a deletion. What is read must be a
 * version that was acknowledged last when the read began, or a later one that was begun when it ended.
 */
export class VersionLedger {
  #acknowledged = 1;
  #begun = 1;
  unknown = 0;

  constructor(
    readonly key: string,
    private readonly faults: string[],
  ) {}

  static readonly first = 'v1';

  /** Writes the next version. */
  async write(redis: Redis): Promise<void> {
    const next = this.#begun + 1;
    this.#begun = next;
    try {
      if (isDeletion(next)) await redis.del(this.key);
      else await redis.set(this.key, `v${next}`);
      this.#acknowledged = next;
    } catch (error) {
      if (!(error instanceof SlotwiseError)) throw error;
      if (error.executed !== 'no') this.unknown++;
    }
  }

  async read(redis: Redis): Promise<void> {
    const since = this.#acknowledged;
    let value: string | null;
    try {
      value = await redis.get(this.key);
    } catch (error) {
      if (!(error instanceof SlotwiseError)) throw error;
      return;
    }
    this.check(value, since);
  }

  /** Checks a value that was read since this version was acknowledged. */
  check(value: string | null, since = this.#acknowledged): void {
    const versions = Array.from({ length: this.#begun - since + 1 }, (_, index) => since + index);
    const isOne = versions.some((version) => (isDeletion(version) ? value === null : value === `v${version}`));
    if (!isOne) this.faults.push(`${this.key} is ${value}, and ${since} was acknowledged, ${this.#begun} begun`);
  }
}

function isDeletion(version: number): boolean {
  return version % 5 === 0;
}
