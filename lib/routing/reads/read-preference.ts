import type { ViewOptions } from '../../options/client-options.js';
import type { Options } from '../../options/defaults.js';
import type { Domain } from '../../options/domains.js';
import type { ReadFunction, ReadMode } from '../../options/reads.js';
import type { Fallback, ReplicaSet } from '../../options/replica-sets.js';

/** The read policy of commands: what options, domain and view say together about the nodes that may serve a read. */
export interface ReadPolicy {
  /** Mode of the reads; with `choose` it is `nearest`, which takes primary and replicas. */
  readonly reads: ReadMode;
  /** The function that chooses among the candidates; null: the picker does. */
  readonly choose: ReadFunction | null;
  /** Ordered: the first with a usable node wins. Empty: no narrowing. */
  readonly replicas: readonly ReplicaSet[];
  /** Steps that are tried in this order when the mode finds no node. */
  readonly fallback: readonly Fallback[];
  /** 0: no limit. */
  readonly maxLagMs: number;
  readonly maxLagBytes: number;
  /** The zone that is preferred while it has candidates; null: none. */
  readonly zone: string | null;
  /** How much longer than the shortest a round trip may be, in ms; 0: any. */
  readonly windowMs: number;
  /** The policy was made for a view, so that its limits need samples of the nodes only for a while. */
  readonly passing: boolean;
}

/** Default latency window of `nearest`. */
const NEAREST_WINDOW_MS = 1;

type ClientReads = Pick<Options, 'reads' | 'maxLagMs' | 'maxLagBytes' | 'zone' | 'latencyWindowMs'>;
type DomainReads = ClientReads & Pick<Domain, 'replicas' | 'fallback'>;
type ViewReads = Pick<ViewOptions, 'reads' | 'maxLagMs' | 'maxLagBytes'>;

/**
 * The policy of a view. The view wins over the domain, the domain (which has inherited already) over the client; replica sets and fallback
 * are the domain's alone.
 */
export function policyOf(options: ClientReads, domain: DomainReads | null, view: ViewReads): ReadPolicy {
  const given: ClientReads = domain ?? options;
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

function isGiven({ reads, maxLagMs, maxLagBytes }: ViewReads): boolean {
  return reads !== undefined || maxLagMs !== undefined || maxLagBytes !== undefined;
}

/** Number of policies that are kept for a domain: a caller may compute a limit for each call. */
const POLICIES_KEPT = 64;

/** The policies of a client: the same domain and options always give the same object, by which pickers are found. */
export class PolicyTable {
  readonly #options: ClientReads;
  readonly #policies = new Map<Domain | null, Map<string, ReadPolicy>>();

  constructor(options: ClientReads) {
    this.#options = options;
  }

  of(domain: Domain | null, view: ViewReads): ReadPolicy {
    // Most functions are written where they are used, so that each call has a new one.
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
      if (known.size >= POLICIES_KEPT && oldest !== undefined) known.delete(oldest);
      known.set(name, policy);
    }
    return policy;
  }
}
