import type { ReadMode } from '../../options/reads.js';
import type { Fallback } from '../../options/replica-sets.js';
import type { NodeInfo, Shard } from '../../topology/snapshot.js';
import { nodesOfShard } from '../../topology/snapshot.js';
import type { ReadPolicy } from './read-preference.js';
import { describeSet, memberTestOf } from './replica-set.js';

/** The state of a node, as far as the topology does not tell it. */
export interface NodeState {
  /** Why the node gets no command at the moment; null: it is reachable. */
  readonly unreachableReason: string | null;
  /** Its circuit breaker is open or half-open. */
  readonly tripped: boolean;
  /** State of the link to the primary, where the node was asked itself; null: as the topology says. */
  readonly linked: boolean | null;
  /** Time on the clock, in ms, of which a replica has all writes. Null: unknown. */
  readonly freshAt: number | null;
  readonly lagBytes: number | null;
  /** Availability zone as the server tells it. */
  readonly zone: string | null;
  readonly rttMs: number | null;
  /** The share of its weight that counts, below 1 while it warms up after a failure. */
  readonly share: number;
}

/** The state of a node of which only the topology tells. */
export const UNKNOWN_STATE: NodeState = Object.freeze({
  unreachableReason: null,
  tripped: false,
  linked: null,
  freshAt: null,
  lagBytes: null,
  zone: null,
  rttMs: null,
  share: 1,
});

/**
 * One step of the selection: whether it takes the primary and the replicas of a shard, and whether the policy's replica sets narrow them.
 */
export interface SelectionStep {
  readonly name: string;
  readonly primary: boolean;
  readonly replicas: boolean;
  readonly narrowed: boolean;
}

const PRIMARY: SelectionStep = { name: 'primary', primary: true, replicas: false, narrowed: false };
const REPLICA: SelectionStep = { name: 'replica', primary: false, replicas: true, narrowed: true };
const ANY_REPLICA: SelectionStep = { name: 'anyReplica', primary: false, replicas: true, narrowed: false };
const ANY_NODE: SelectionStep = { name: 'primary and replicas', primary: true, replicas: true, narrowed: true };

/** The steps of a mode before and after the policy's fallback chain. `replica` has none after it: it never reads the primary unasked. */
const MODE_STEPS: Readonly<Record<ReadMode, { readonly before: readonly SelectionStep[]; readonly after: readonly SelectionStep[] }>> = {
  primary: { before: [PRIMARY], after: [] },
  primaryPreferred: { before: [PRIMARY, REPLICA], after: [] },
  replica: { before: [REPLICA], after: [] },
  replicaPreferred: { before: [REPLICA], after: [PRIMARY] },
  nearest: { before: [ANY_NODE], after: [] },
};
const FALLBACK_STEPS: Readonly<Record<Fallback, SelectionStep>> = { primary: PRIMARY, anyReplica: ANY_REPLICA };

/** The policy and the states that a selection goes by. */
interface SelectionContext {
  readonly policy: ReadPolicy;
  readonly stateOf: (node: NodeInfo) => NodeState;
  /** Now, on the clock in ms. */
  readonly now: number;
}

interface StepContext extends SelectionContext {
  readonly step: SelectionStep;
  /** Takes nodes whose breaker is open, too: they are better than none. */
  readonly ignoreBreakers: boolean;
}

/** The nodes that a reducer left, and the ones that it removed. */
export interface Reduction {
  readonly reducer: string;
  readonly left: readonly NodeInfo[];
  readonly removed: readonly { readonly node: NodeInfo; readonly why: string }[];
}

/** Why a node is removed; null: it stays. */
type Verdict = (node: NodeInfo) => string | null;
/** Prepares the verdicts on these nodes; null: all of them stay. */
type Reducer = (nodes: readonly NodeInfo[], context: StepContext, shard: Shard) => Verdict | null;

const notDeprioritised: Reducer =
  (_, { stateOf, ignoreBreakers }) =>
  (node) => {
    const { unreachableReason, tripped } = stateOf(node);
    return unreachableReason ?? (tripped && !ignoreBreakers ? 'its circuit breaker is open' : null);
  };

/** Nodes of a mode, by their place in the shard, not by role: a `single` server that is a replica is in both places. */
const ofMode: Reducer =
  (_, { step }, { primary, replicas }) =>
  (node) => {
    if (step.primary && node.key === primary?.key) return null;
    if (step.replicas && replicas.includes(node)) return null;
    return `${step.name} only`;
  };

const linkUp: Reducer =
  (_, { stateOf }) =>
  (node) =>
    (stateOf(node).linked ?? node.usable) ? null : 'its link to the primary is down, or has just come back, or it loads its data';

const fresh: Reducer = (_, { policy: { maxLagMs, maxLagBytes }, stateOf, now }) => {
  if (maxLagMs === 0 && maxLagBytes === 0) return null;
  return (node) => {
    if (node.role === 'primary') return null;
    const { freshAt, lagBytes } = stateOf(node);
    if (maxLagMs > 0 && (freshAt === null || now - freshAt >= maxLagMs)) return staleness(freshAt, now, maxLagMs);
    if (maxLagBytes > 0 && (lagBytes === null || lagBytes > maxLagBytes)) {
      return lagBytes === null ? 'how far it is behind is unknown' : `${lagBytes} bytes behind, ${maxLagBytes} are allowed`;
    }
    return null;
  };
};

function staleness(freshAt: number | null, now: number, maxLagMs: number): string {
  if (freshAt === null) return 'how far it is behind is unknown';
  return `up to ${Math.round(now - freshAt)} ms behind, ${maxLagMs} are allowed`;
}

const ofSets: Reducer = (nodes, { step, policy }) => {
  if (!step.narrowed || policy.replicas.length === 0) return null;
  const set = policy.replicas.find((candidate) => nodes.some(memberTestOf(candidate)));
  if (set === undefined) return () => 'it belongs to none of the replica sets';
  const isMember = memberTestOf(set);
  return (node) => (isMember(node) ? null : `not of ${describeSet(set)}`);
};

const ofTier: Reducer = (nodes) => {
  const best = nodes.reduce((lowest, node) => Math.min(lowest, tierOf(node)), Number.POSITIVE_INFINITY);
  return (node) => (tierOf(node) === best ? null : `priority ${tierOf(node)}, there is ${best}`);
};

/** Keeps all zones for a read function, which may know better; so does `inWindow` with latencies. */
const ofZone: Reducer = (nodes, { policy: { zone, choose }, stateOf }) => {
  if (zone === null || choose !== null || !nodes.some((node) => zoneOf(node, stateOf(node)) === zone)) return null;
  return (node) => {
    const own = zoneOf(node, stateOf(node));
    return own === zone ? null : `${own === null ? 'of no known zone' : `of zone ${own}`}, there is one in ${zone}`;
  };
};

/** Keeps a node that was not measured yet. */
const inWindow: Reducer = (nodes, { policy: { windowMs, choose }, stateOf }) => {
  if (windowMs === 0 || choose !== null) return null;
  const shortest = nodes.reduce((least, node) => Math.min(least, stateOf(node).rttMs ?? least), Number.POSITIVE_INFINITY);
  return (node) => {
    const { rttMs } = stateOf(node);
    if (rttMs === null || rttMs <= shortest + windowMs) return null;
    return `answers in ${rttMs.toFixed(2)} ms, the fastest in ${shortest.toFixed(2)} ms`;
  };
};

const REDUCERS: readonly (readonly [name: string, reduce: Reducer])[] = [
  ['not deprioritised', notDeprioritised],
  ['mode', ofMode],
  ['link up, not loading', linkUp],
  ['lag', fresh],
  ['replica sets', ofSets],
  ['priority', ofTier],
  ['zone', ofZone],
  ['latency window', inWindow],
];

/** The nodes that may serve a read. They differ by weight only. */
export interface Candidates {
  readonly nodes: readonly NodeInfo[];
  /** The weight of each node, times its share while it warms up. */
  readonly weights: readonly number[];
  /** The step that found them; null: no step found a node. */
  readonly step: SelectionStep | null;
  /** The first step left no node: a later one of the mode, or one of the policy's `fallback`, serves. */
  readonly isFallback: boolean;
  /** Time on the clock, in ms, from which a node is too far behind or has warmed up further. */
  readonly validUntil: number;
}

const NO_CANDIDATES: Candidates = Object.freeze({
  nodes: [],
  weights: [],
  step: null,
  isFallback: false,
  validUntil: Number.POSITIVE_INFINITY,
});
/** Period at which the share of a node that warms up grows, in ms. */
const WARMING_EVERY_MS = 250;

/** Listener to every reduction of every step; for `explain`. */
export type Trace = (step: SelectionStep, reduction: Reduction) => void;

/**
 * Selects the nodes of a shard that may serve a read. Not for every command: keep the result until snapshot or states change, or
 * `validUntil`.
 */
export function selectCandidates(shard: Shard, context: SelectionContext, trace?: Trace): Candidates {
  const { policy } = context;
  const mode = MODE_STEPS[policy.reads];
  const steps = [...mode.before, ...policy.fallback.map((fallback) => FALLBACK_STEPS[fallback]), ...mode.after];
  for (const ignoreBreakers of [false, true]) {
    for (const step of steps) {
      const nodes = reduce(shard, { ...context, step, ignoreBreakers }, trace);
      if (nodes.length > 0) return candidatesAmong(nodes, context, step, step !== steps[0]);
    }
    if (!nodesOfShard(shard).some((node) => context.stateOf(node).tripped)) break;
  }
  return NO_CANDIDATES;
}

function reduce(shard: Shard, context: StepContext, trace?: Trace): readonly NodeInfo[] {
  let nodes = nodesOfShard(shard);
  for (const [reducer, prepare] of REDUCERS) {
    const verdict = nodes.length === 0 ? null : prepare(nodes, context, shard);
    if (verdict === null) continue;
    const left = nodes.filter((node) => verdict(node) === null);
    if (trace !== undefined) {
      const removed = nodes.flatMap((node) => {
        const why = verdict(node);
        return why === null ? [] : [{ node, why }];
      });
      trace(context.step, { reducer, left, removed });
    }
    nodes = left;
  }
  return nodes;
}

function candidatesAmong(
  nodes: readonly NodeInfo[],
  { policy, stateOf, now }: SelectionContext,
  step: SelectionStep,
  isFallback: boolean,
): Candidates {
  let validUntil = Number.POSITIVE_INFINITY;
  const weights = nodes.map((node) => {
    const { freshAt, share } = stateOf(node);
    if (policy.maxLagMs > 0 && freshAt !== null) validUntil = Math.min(validUntil, freshAt + policy.maxLagMs);
    if (share < 1) validUntil = Math.min(validUntil, now + WARMING_EVERY_MS);
    return (node.weight ?? 1) * share;
  });
  return { nodes, weights, step, isFallback, validUntil };
}

/** Priority of the node in reads, by the `nodes` rules: the lowest is read first. */
export function tierOf(node: NodeInfo): number {
  return node.tier ?? 0;
}

export function zoneOf(node: NodeInfo, state: NodeState): string | null {
  return node.zone ?? state.zone;
}
