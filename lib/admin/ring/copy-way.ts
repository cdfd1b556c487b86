import { ReplyError } from '../../errors.js';
import type { KeyStore, StoreMember } from './key-store.js';
import type { BatchOutcome, KeyFailure, KeyWay, MovingKey } from './key-way.js';
import { isPassing, refusal } from './move-errors.js';

/** What a RESTORE may be refused for, and other keys would be, too. */
const OF_ALL_KEYS = /^(?:OOM|NOPERM|MISCONF|NOREPLICAS|READONLY|NOAUTH) /;

/**
 * Moves keys through this process by DUMP and RESTORE, where the source cannot reach the target. A key is in both places for a moment, so
 * that writers have to stand still; one that is written at the source nevertheless stays there, and is told as a conflict.
 */
export class CopyWay implements KeyWay {
  constructor(private readonly to: KeyStore) {}

  async move(source: StoreMember, moving: readonly MovingKey[]): Promise<BatchOutcome> {
    const keys = moving.map(({ key }) => key);
    const conflicts: Buffer[] = [];
    const failures: KeyFailure[] = [];
    const restored: Buffer[] = [];
    const outcome = await source.redis.watch<unknown>(
      keys,
      async (tx) => {
        const copies = await Promise.all(keys.map((key) => Promise.all([key, tx.dump(key), tx.pttl(key)])));
        const results = await Promise.all(copies.map((copy) => this.#restore(copy)));
        for (const [index, result] of results.entries()) {
          const key = keys[index] as Buffer; // one result a key
          if (result === 'restored') restored.push(key);
          else if (result === 'conflict') conflicts.push(key);
          else if (result !== 'gone') failures.push(this.#failure(source, key, result));
        }
        return restored.length === 0 ? null : tx.multi().unlink(restored);
      },
      { retries: 0 },
    );
    // Somebody wrote at the source: which of them, a comparison tells.
    if (restored.length > 0 && !Array.isArray(outcome)) conflicts.push(...restored);
    return { conflicts: conflicts.map((key) => ({ key, mayBeOurs: false })), failures, left: [] };
  }

  async #restore([key, dump, endsMs]: Copied): Promise<'restored' | 'conflict' | 'gone' | ReplyError> {
    if (dump === null || endsMs === -2) return 'gone';
    try {
      await this.to.memberOf(key).redis.restore(key, Math.max(0, endsMs), dump);
      return 'restored';
    } catch (error) {
      if (error instanceof ReplyError) return /^BUSYKEY/.test(error.message) ? 'conflict' : error;
      // It may have run: a comparison tells.
      if (isPassing(error)) return 'conflict';
      throw error;
    }
  }

  #failure(source: StoreMember, key: Buffer, error: ReplyError): KeyFailure {
    const { name } = this.to.placeOf(key);
    if (OF_ALL_KEYS.test(error.message)) throw refusal(source, { name, keys: [{ key, bytes: 0 }] }, error.message);
    return { key, problem: error.message };
  }
}

/** Key, value, and time until it ends in ms; -1: never, -2: there is none. */
type Copied = readonly [key: Buffer, dump: Buffer | null, endsMs: number];
