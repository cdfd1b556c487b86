/** What a problem is about; programs tell problems apart by it. */
export type ProblemKind =
  | 'unreachable'
  | 'uncovered'
  | 'contested'
  | 'open'
  | 'moving'
  | 'disagreement'
  | 'unknown'
  | 'down'
  | 'no-replica'
  | 'replica-link'
  | 'replica-lag'
  | 'loading'
  | 'majority'
  | 'hosts'
  | 'versions'
  | 'persistence'
  | 'memory'
  | 'min-replicas'
  | 'coverage-rule'
  | 'failover-clock'
  | 'writable-replica'
  | 'databases'
  | 'diverged'
  | 'primary-auth'
  | 'stray-keys'
  | 'same-server'
  | 'not-primary'
  | 'unchecked'
  | 'epochs'
  | 'suspected'
  | 'two-primaries'
  | 'no-candidate'
  | 'announced-address'
  | 'sentinel-views'
  | 'sentinel-dead-peer'
  | 'sentinel-quorum'
  | 'sentinel-down'
  | 'sentinel-settings';

/** One thing that is wrong with a server, or with what servers make together. */
export interface Problem {
  /** An error wants a person now; a warning does not have to be mended before other work; a note is no problem, but explains what is seen. */
  readonly severity: 'error' | 'warning' | 'note';
  readonly kind: ProblemKind;
  readonly text: string;
  /** Names of the servers that it is about. */
  readonly nodes?: readonly string[];
  readonly slots?: readonly number[];
}

const ORDER: Readonly<Record<Problem['severity'], number>> = { error: 0, warning: 1, note: 2 };

export function hasErrors(problems: readonly Problem[]): boolean {
  return problems.some(({ severity }) => severity === 'error');
}

/** Errors first, notes last; otherwise as they were found. */
export function inOrder(problems: readonly Problem[]): Problem[] {
  return [...problems].sort((a, b) => ORDER[a.severity] - ORDER[b.severity]);
}
