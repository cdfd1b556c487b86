import type { KeyStore, StoreMember } from './key-store.js';
import type { KeyConflict } from './key-way.js';

/** Which value counts where both places have one: neither, that of the new place, or that of the old one. */
export type DuplicateRule = 'refuse' | 'new' | 'old';

/** What became of a key that both places have. `again`: it has changed meanwhile. */
export type DuplicateOutcome = 'settled' | 'conflict' | 'again';

/** A version of the format and a checksum end a dump: https://redis.io/docs/latest/commands/dump/ */
const FOOTER_BYTES = 10;
/** Times until a key ends that are so near to each other are one: the target counts from when it got the key. */
const NEAR_MS = 500;

/**
 * Settles a key that both places have. Where both have the same value, as after a MIGRATE whose answer was lost, the old one is removed;
 * else `duplicates` decides. Nothing is removed that was written at the old place meanwhile.
 */
export async function settleDuplicate(
  source: StoreMember,
  to: KeyStore,
  { key, mayBeOurs }: KeyConflict,
  duplicates: DuplicateRule = 'refuse',
): Promise<DuplicateOutcome> {
  const target = to.memberOf(key).redis;
  const outcome = await source.redis.watch<unknown>(
    key,
    async (tx) => {
      const [own, ownEnds, other, otherEnds] = await Promise.all([tx.dump(key), tx.pttl(key), target.dump(key), target.pttl(key)]);
      if (own === null) return 'settled';
      if (other === null) return 'again';
      const found = kinshipOf({ dump: own, endsMs: ownEnds }, { dump: other, endsMs: otherEnds });
      // Of one that is not ours a client may have set the end.
      const kinship = duplicates === 'new' ? 'same' : found === 'late' && !mayBeOurs ? 'other' : found;
      if (kinship === 'other' && duplicates === 'refuse') return 'conflict';
      // Shortened, never made longer: somebody may have set it there meanwhile.
      if (kinship === 'late') await target.pexpire(key, Math.max(1, ownEnds), { LT: true });
      if (kinship === 'other') await target.restore(key, Math.max(0, ownEnds), own, { REPLACE: true });
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

/**
 * What a copy at the new place is to the one at the old place: the same; the same, which ends later, as of a target that took it long after
 * the source had sent it; or another value. Large hashes and sets with the same elements may count as others: their order may differ, and
 * with it the dump.
 */
export function kinshipOf(old: Copy, now: Copy): 'same' | 'late' | 'other' {
  if (!contentOf(old).equals(contentOf(now))) return 'other';
  if (old.endsMs === -1 || now.endsMs === -1) return old.endsMs === now.endsMs ? 'same' : 'other';
  if (Math.abs(now.endsMs - old.endsMs) <= NEAR_MS) return 'same';
  return now.endsMs > old.endsMs ? 'late' : 'other';
}

function contentOf({ dump }: Copy): Buffer {
  return dump.subarray(0, -FOOTER_BYTES);
}
