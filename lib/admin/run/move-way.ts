import type { MigrationDialect } from '../state/migration-jobs.js';
import type { MoveLimits } from './move-options.js';
import type { MoveStep } from './slot-mover.js';

/** How slots move: by the servers themselves, in the words of this product, or key by key, and why although servers could. */
export type MoveWay =
  | { readonly atomic: MigrationDialect }
  /** `because`: what the operator should know; null: nothing. */
  | { readonly atomic: null; readonly because: string | null };

export function wayOf(
  { replace }: Pick<MoveStep, 'replace'>,
  dialect: MigrationDialect | null,
  limits: Pick<MoveLimits, 'atomic' | 'replace' | 'waitReplicas'>,
): MoveWay {
  // A slot that is open has keys on both sides, which only a move key by key puts together.
  if (dialect === null || limits.atomic === 'never' || replace) return { atomic: null, because: null };
  if (limits.replace) return { atomic: null, because: 'which keys of the target are overwritten is decided key by key' };
  if (limits.waitReplicas > 0) return { atomic: null, because: 'an atomic migration waits for no replicas of its target' };
  return { atomic: dialect };
}
