import type { KeyStore, StoreMember } from './key-store.js';

/** Which value counts where both places have one: neither, that of the new place, or that of the old one. */
export type DuplicateRule = 'refuse' | 'new' | 'old';

/** What became of a key that both places have. `again`: it has changed meanwhile. */
export type DuplicateOutcome = 'settled' | 'conflict' | 'again';

/** A version of the format and a checksum end a dump: https://redis.io/docs/latest/commands/dump/ */
const FOOTER_BYTES = 10;
/** Times until a key ends that are so near to each other are one: the target counts from when it got the key. */
const NEAR_MS = 1_000;

/**
 * Settles a key that both places have. Where both have the same value, as after a MIGRATE whose answer was lost, the old one is removed;
 * else `duplicates` decides. Nothing is removed that was written at the old place meanwhile.
 */
export async function settleDuplicate(
  source: StoreMember,
  to: KeyStore,
  key: Buffer,
  duplicates: DuplicateRule = 'refuse',
): Promise<DuplicateOutcome> {
  const target = to.memberOf(key).redis;
  const outcome = await source.redis.watch<unknown>(
    key,
    async (tx) => {
      const [own, ownEnds, other, otherEnds] = await Promise.all([tx.dump(key), tx.pttl(key), target.dump(key), target.pttl(key)]);
      if (own === null) return 'settled';
      if (other === null) return 'again';
      if (duplicates === 'new' || isSame({ dump: own, endsMs: ownEnds }, { dump: other, endsMs: otherEnds })) return tx.multi().unlink(key);
      if (duplicates === 'refuse') return 'conflict';
      await target.restore(key, Math.max(0, ownEnds), own, { REPLACE: true });
      return tx.multi().unlink(key);
    },
    { retries: 0 },
  );
  // Replies of a transaction: it has run.
  if (Array.isArray(outcome)) return 'settled';
  return outcome === 'settled' || outcome === 'conflict' ? outcome : 'again';
}

/** A value and when it ends: in so many ms; -1: never. */
interface Copy {
  readonly dump: Buffer;
  readonly endsMs: number;
}

/** Whether two copies are one value. Of hashes and sets that are large the order may differ, and with it the dump: then they are not. */
export function isSame(one: Copy, other: Copy): boolean {
  if (one.endsMs === -1 || other.endsMs === -1 ? one.endsMs !== other.endsMs : Math.abs(one.endsMs - other.endsMs) > NEAR_MS) return false;
  return contentOf(one).equals(contentOf(other));
}

function contentOf({ dump }: Copy): Buffer {
  return dump.subarray(0, -FOOTER_BYTES);
}
