import type { NodeClient } from '../node-connections.js';
import type { PlanStep } from '../plans/steps.js';
import { MIGRATION_COMMANDS } from '../run/migration-commands.js';
import { commonDialect, migrationDialectOf } from '../state/migration-jobs.js';
import { type Finding, note } from './finding.js';
import { mayUse } from './rights.js';
import type { BigKey } from './slot-content.js';
import type { KeyMove } from './subjects.js';

/** Ids of the nodes of moves that servers make by themselves, as `from to`. */
export type AtomicPairs = ReadonlySet<string>;

/**
 * Finds the moves that the servers make by themselves unless an option of the run is against it: both know how, and our user may have them do
 * it. Where it may not, keys move one by one.
 */
export async function atomicPairs(connections: NodeClient, moves: readonly KeyMove[]): Promise<AtomicPairs> {
  const pairs = new Set<string>();
  const ask = async (move: KeyMove): Promise<void> => {
    const { from, to, slots } = move;
    const dialect = commonDialect({ from: migrationDialectOf(from.facts), to: migrationDialectOf(to.facts) });
    if (dialect === null) return;
    const { at, start } = MIGRATION_COMMANDS[dialect];
    const need = { node: move[at], words: start({ from, to }, slots), purpose: 'to move slots' };
    if (await mayUse(connections, need)) pairs.add(pairOf(from.id, to.id));
  };
  await Promise.all(moves.filter(({ canBeAtomic }) => canBeAtomic).map(ask));
  return pairs;
}

export function isAtomicStep(step: PlanStep, pairs: AtomicPairs): boolean {
  return step.do === 'moveSlots' && !step.replace && pairs.has(pairOf(step.from.id, step.to.id));
}

export function isAtomicMove({ from, to, canBeAtomic }: KeyMove, pairs: AtomicPairs): boolean {
  return canBeAtomic && pairs.has(pairOf(from.id, to.id));
}

/** Large keys block nobody while servers move slots by themselves. */
export function atomicFindings({ from, to }: KeyMove, bigKeys: readonly BigKey[]): Finding[] {
  if (bigKeys.length === 0) return [];
  const keys = bigKeys.length === 1 ? 'a large key blocks' : `${bigKeys.length.toLocaleString('en-US')} large keys block`;
  return [
    note(
      `slots go from ${from.name} to ${to.name} by atomic migration, in which ${keys} nobody, unless --no-atomic, --replace or --wait-replicas has them moved one by one`,
    ),
  ];
}

function pairOf(from: string, to: string): string {
  return `${from} ${to}`;
}
