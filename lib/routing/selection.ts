import type { Address, ReadMode, ReplicaSet } from '../options.js';
import type { NodeInfo, Shard } from '../topology/topology.js';
import { parseAddress } from '../util/address.js';
import { type AddressMatcher, compileAddressPattern } from '../util/address-pattern.js';
import type { ReadPolicy } from './read-preference.js';

/** One attempt to find nodes: which of a shard's places it looks at, and whether the policy's replica sets narrow it. */
interface Step {
  readonly primary: boolean;
  readonly replicas: boolean;
  readonly narrowed: boolean;
}

const PRIMARY: Step = { primary: true, replicas: false, narrowed: false };
const REPLICA: Step = { primary: false, replicas: true, narrowed: true };
const ANY_REPLICA: Step = { primary: false, replicas: true, narrowed: false };
const ANY_NODE: Step = { primary: true, replicas: true, narrowed: true };

/** What a mode tries before and after the policy's fallback chain. `replica` has nothing after it: it never reads the primary unasked. */
const MODES: Readonly<Record<ReadMode, { readonly before: readonly Step[]; readonly after: readonly Step[] }>> = {
  primary: { before: [PRIMARY], after: [] },
  primaryPreferred: { before: [PRIMARY, REPLICA], after: [] },
  replica: { before: [REPLICA], after: [] },
  replicaPreferred: { before: [REPLICA], after: [PRIMARY] },
  nearest: { before: [ANY_NODE], after: [] },
};
const FALLBACKS = { primary: PRIMARY, anyReplica: ANY_REPLICA } as const;

interface Context {
  readonly step: Step;
  readonly policy: ReadPolicy;
  /** False while a node is deprioritised. */
  readonly usable: (key: string) => boolean;
}

type Reducer = (nodes: readonly NodeInfo[], context: Context) => readonly NodeInfo[];

const notDeprioritised: Reducer = (nodes, { usable }) => nodes.filter((node) => usable(node.key));
const linkUp: Reducer = (nodes) => nodes.filter((node) => node.usable);
const ofSets: Reducer = (nodes, { step, policy }) => {
  if (!step.narrowed || policy.replicas.length === 0) return nodes;
  for (const set of policy.replicas) {
    const members = nodes.filter(memberOf(set));
    if (members.length > 0) return members;
  }
  return [];
};

const REDUCERS: readonly Reducer[] = [notDeprioritised, linkUp, ofSets];

/**
 * The nodes of a shard that may serve a read, any of them as well as another; empty: none for now. `usable` is the health view: false while a
 * node is deprioritised. Costs what the list costs: keep the result until snapshot or health change.
 */
export function candidates(shard: Shard, policy: ReadPolicy, usable: (key: string) => boolean): readonly NodeInfo[] {
  const mode = MODES[policy.reads];
  for (const step of [...mode.before, ...policy.fallback.map((fallback) => FALLBACKS[fallback]), ...mode.after]) {
    const context: Context = { step, policy, usable };
    const left = REDUCERS.reduce((rest, reduce) => reduce(rest, context), placesOf(shard, step));
    if (left.length > 0) return left;
  }
  return [];
}

/** By place, not by role: a `single` server that is a replica stands in both places. */
function placesOf({ primary, replicas }: Shard, step: Step): readonly NodeInfo[] {
  if (!step.primary || primary === null) return step.replicas ? replicas : [];
  return step.replicas ? [primary, ...replicas.filter((replica) => replica.key !== primary.key)] : [primary];
}

/**
 * Two random candidates, the one with fewer commands in flight: nearly as even as asking all of them, and callers that look at the same moment
 * do not all run to the one idle node.
 */
export function choose<N>(nodes: readonly N[], loadOf: (node: N) => number, random: () => number = Math.random): N | undefined {
  if (nodes.length < 2) return nodes[0];
  const i = Math.floor(random() * nodes.length);
  // One of the others: the range is shorter by one, and jumps over i.
  const j = Math.floor(random() * (nodes.length - 1));
  const one = nodes[i];
  const other = nodes[j < i ? j : j + 1];
  if (one === undefined || other === undefined) return one ?? other;
  return loadOf(other) < loadOf(one) ? other : one;
}

// Replica sets are frozen and live as long as the client's options.
const compiled = new WeakMap<ReplicaSet, (node: NodeInfo) => boolean>();

function memberOf(set: ReplicaSet): (node: NodeInfo) => boolean {
  let member = compiled.get(set);
  if (member === undefined) {
    const tags = Object.entries(set.tags ?? {});
    const addresses = set.addresses?.map(compileAddressPattern).filter((matches): matches is AddressMatcher => matches !== null);
    member = (node) =>
      tags.every(([tag, value]) => node.tags[tag] === value) &&
      (addresses === undefined || namesOf(node).some((name) => addresses.some((matches) => matches(name))));
    compiled.set(set, member);
  }
  return member;
}

/** People may know a node by the address it announces as well as by the one we connect to. */
function namesOf(node: NodeInfo): readonly Address[] {
  const aliases = (node.aliases ?? []).map((alias) => parseAddress(alias, null));
  return [node.address, ...aliases.filter((alias): alias is Address => alias !== null)];
}
