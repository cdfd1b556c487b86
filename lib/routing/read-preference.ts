import type { Domain, Fallback, Options, ReadMode, ReplicaSet, ViewOptions } from '../options.js';

/** Where reads may go: the one thing of options, domain and view that selection looks at. */
export interface ReadPolicy {
  readonly reads: ReadMode;
  /** Ordered: the first with a usable node wins. Empty: no narrowing. */
  readonly replicas: readonly ReplicaSet[];
  /** What is tried, in this order, when the mode leaves nothing. */
  readonly fallback: readonly Fallback[];
}

/** The view's mode wins over the domain's, the domain's over the client's; replica sets and fallback are the domain's alone. */
export function policyOf(
  options: Pick<Options, 'reads'>,
  domain: Pick<Domain, 'reads' | 'replicas' | 'fallback'> | null,
  view: Pick<ViewOptions, 'reads'>,
): ReadPolicy {
  return Object.freeze({
    reads: view.reads ?? domain?.reads ?? options.reads,
    replicas: domain?.replicas ?? [],
    fallback: domain?.fallback ?? [],
  });
}

/**
 * Policies made once: the same domain and mode always give the same object, so that what was computed for
 * a policy can be found by it.
 */
export class PolicyTable {
  readonly #options: Pick<Options, 'reads'>;
  readonly #policies = new Map<Domain | null, Map<ReadMode | undefined, ReadPolicy>>();

  constructor(options: Pick<Options, 'reads'>) {
    this.#options = options;
  }

  of(domain: Domain | null, reads: ReadMode | undefined): ReadPolicy {
    let byMode = this.#policies.get(domain);
    if (byMode === undefined) {
      byMode = new Map();
      this.#policies.set(domain, byMode);
    }
    let policy = byMode.get(reads);
    if (policy === undefined) {
      policy = policyOf(this.#options, domain, reads === undefined ? {} : { reads });
      byMode.set(reads, policy);
    }
    return policy;
  }
}
