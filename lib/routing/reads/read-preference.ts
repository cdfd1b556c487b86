import type { ViewOptions } from '../../options/client-options.js';
import type { Options } from '../../options/defaults.js';
import type { Domain } from '../../options/domains.js';
import type { ReadFunction, ReadMode } from '../../options/reads.js';
import type { Fallback, ReplicaSet } from '../../options/replica-sets.js';

/** Where reads may go: the one thing of options, domain and view that selection looks at. */
export interface ReadPolicy {
  /** Where `choose` decides: `nearest`, which looks at all places. */
  readonly reads: ReadMode;
  /** Takes the place of the choice among the candidates. */
  readonly choose: ReadFunction | null;
  /** Ordered: the first with a usable node wins. Empty: no narrowing. */
  readonly replicas: readonly ReplicaSet[];
  /** What is tried, in this order, when the mode leaves nothing. */
  readonly fallback: readonly Fallback[];
  /** 0: no limit. */
  readonly maxLagMs: number;
  readonly maxLagBytes: number;
  /** Preferred while it has candidates. */
  readonly zone: string | null;
  /** How much longer than the shortest a round trip may be; 0: any. */
  readonly windowMs: number;
  /** Made for a view: what it needs to know of the nodes is not needed for ever. */
  readonly passing: boolean;
}

/** What `nearest` means where nobody said how near. */
const NEAREST_WINDOW_MS = 1;

type Given = Pick<Options, 'reads' | 'maxLagMs' | 'maxLagBytes' | 'zone' | 'latencyWindowMs'>;
type OfDomain = Given & Pick<Domain, 'replicas' | 'fallback'>;
type OfView = Pick<ViewOptions, 'reads' | 'maxLagMs' | 'maxLagBytes'>;

/** The view wins over the domain, the domain (which has inherited already) over the client; replica sets and fallback are the domain's alone. */
export function policyOf(options: Given, domain: OfDomain | null, view: OfView): ReadPolicy {
  const given: Given = domain ?? options;
  const reads = view.reads ?? given.reads;
  const choose = typeof reads === 'function' ? reads : null;
  const mode: ReadMode = typeof reads === 'function' ? 'nearest' : reads;
  return Object.freeze({
    reads: mode,
    choose,
    replicas: domain?.replicas ?? [],
    fallback: domain?.fallback ?? [],
    maxLagMs: view.maxLagMs ?? given.maxLagMs,
    maxLagBytes: view.maxLagBytes ?? given.maxLagBytes,
    zone: given.zone,
    windowMs: given.latencyWindowMs ?? (mode === 'nearest' ? NEAREST_WINDOW_MS : 0),
    passing: isGiven(view),
  });
}

function isGiven({ reads, maxLagMs, maxLagBytes }: OfView): boolean {
  return reads !== undefined || maxLagMs !== undefined || maxLagBytes !== undefined;
}

/** A caller may compute a limit for each call; so many different ones of a domain are kept at a time. */
const KEPT = 64;

/** Policies made once: the same domain and options always give the same object, so that what was computed for a policy can be found by it. */
export class PolicyTable {
  readonly #options: Given;
  readonly #policies = new Map<Domain | null, Map<string, ReadPolicy>>();

  constructor(options: Given) {
    this.#options = options;
  }

  of(domain: Domain | null, view: OfView): ReadPolicy {
    // Most functions are written where they are used, and are another one each time.
    if (typeof view.reads === 'function') return policyOf(this.#options, domain, view);
    let known = this.#policies.get(domain);
    if (known === undefined) {
      known = new Map();
      this.#policies.set(domain, known);
    }
    const name = `${view.reads} ${view.maxLagMs} ${view.maxLagBytes}`;
    let policy = known.get(name);
    if (policy === undefined) {
      policy = policyOf(this.#options, domain, view);
      const [oldest] = known.keys();
      if (known.size >= KEPT && oldest !== undefined) known.delete(oldest);
      known.set(name, policy);
    }
    return policy;
  }
}
