import type { DeploymentKind } from './topologies/deployment.js';

/** A seed in which the engine once broke a promise. */
export interface Regression {
  readonly seed: number;
  readonly kind?: DeploymentKind;
  /** What was wrong, and what it cost a user. */
  readonly was: string;
}

/** A seed means something else once what seeds draw has changed; the test of the part that was mended stays. */
export const regressions: readonly Regression[] = [];
