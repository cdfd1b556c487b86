import { TopologyError } from '../../errors.js';
import { type Address, addressKey } from '../../options/address.js';
import type { Raw } from '../../protocol/command-spec.js';
import { askSeveral } from '../ask-several.js';
import type { NodeRules } from '../node-rules.js';
import { causesOf, failure } from '../probe-error.js';
import { MODE_COMMANDS, modeOf } from '../replies.js';
import type { ControlChannel, ProbeFocus, Resolver } from '../resolver-api.js';
import { sameTopology, type TopologySnapshot } from '../snapshot.js';
import { clusterTopology, mergeViews } from './merge.js';
import { parseNodes, parseShards, parseSlots } from './replies.js';
import { isSameCluster, ofOneCluster } from './same-cluster.js';
import { unverifiedOwners } from './unverified-owners.js';
import { buildView, type ClusterView } from './view.js';

const VIEWS = 3;
/** Nodes of one network answer within this of each other. */
const GRACE_MS = 100;
const STAGGER_MS = 100;
/** Nodes that are asked again because there is a connection to them; the third one changes from probe to probe. */
const STICKY = 2;

/**
 * Any node knows the cluster, but not every node knows the newest: several are asked and the highest config epoch counts. While all is well one of
 * them is enough to see that it still is; it is another one each time.
 */
export class ClusterResolver implements Resolver {
  readonly #seeds: readonly Address[];
  readonly #rules: NodeRules;
  readonly #tls: boolean;
  readonly #firstTimeoutMs: number;
  readonly #random: () => number;
  #answered: readonly string[] = [];
  /** Who was asked last when nothing was to be expected. */
  #glancedAt: string | null = null;

  constructor(seeds: readonly Address[], rules: NodeRules, tls: boolean, firstTimeoutMs: number, random: () => number = Math.random) {
    this.#seeds = seeds;
    this.#rules = rules;
    this.#tls = tls;
    this.#firstTimeoutMs = firstTimeoutMs;
    this.#random = random;
  }

  async probe(asker: ControlChannel, previous: TopologySnapshot | null, focus?: ProbeFocus): Promise<TopologySnapshot> {
    const options = previous === null ? { timeoutMs: this.#firstTimeoutMs } : {};
    const known = previous === null ? [] : askingOrder(previous, focus, this.#answered, this.#random);
    const addresses = [...known, ...shuffled(this.#seeds, this.#random)];
    const unique = [...new Map(addresses.map((address) => [addressKey(address), address])).values()];
    if (previous !== null && focus?.quiet === true && (await this.#isUnchanged(asker, previous))) return previous;
    const strangers: ClusterView[] = [];
    const ask = async (address: Address): Promise<ClusterView> => {
      const view = await this.#ask(asker, address, options);
      if (previous === null || isSameCluster(view, previous)) return view;
      strangers.push(view);
      throw new TopologyError('ERR_NOT_A_CLUSTER', `${addressKey(address)} belongs to another cluster`, [], { node: addressKey(address) });
    };
    const answers = await askSeveral(unique, ask, {
      want: VIEWS,
      staggerMs: STAGGER_MS,
      graceMs: GRACE_MS,
      counts: (view) => view.ranges.length > 0,
    });
    const own = answers.flatMap((answer) => (answer.ok ? [answer.value] : []));
    // Where nobody is left who knows any of the nodes that we know, the cluster was made anew.
    const views = ofOneCluster(own.length > 0 ? own : strangers);
    if (views.length === 0) throw failure('ERR_NO_SEED_REACHABLE', 'no node of the cluster could be asked', causesOf(answers));
    this.#answered = answers.flatMap((answer) => (answer.ok ? [addressKey(answer.item)] : []));
    const doubted = await this.#askUnverifiedOwners(views, previous, ask);
    return clusterTopology(mergeViews([...views, ...doubted], previous), this.#rules);
  }

  /** Who is in doubt says himself what he is. One that does not answer is left in doubt: commands that it refuses say where to go. */
  async #askUnverifiedOwners(
    views: readonly ClusterView[],
    previous: TopologySnapshot | null,
    ask: (address: Address) => Promise<ClusterView>,
  ): Promise<ClusterView[]> {
    const addresses = unverifiedOwners(views, previous).flatMap((id) => {
      const announced = views.flatMap(({ nodes }) => nodes.get(id)?.address ?? [])[0];
      return announced === undefined ? [] : [this.#rules.address(announced)];
    });
    if (addresses.length === 0) return [];
    const answers: ClusterView[] = [];
    const asked = Promise.allSettled(addresses.map(async (address) => answers.push(await ask(address))));
    // Not a deadline of the questions, which would end their connections.
    await new Promise<unknown>((resolve) => {
      const timer = setTimeout(resolve, GRACE_MS).unref();
      void asked.then(() => clearTimeout(timer)).then(resolve);
    });
    return [...answers];
  }

  /** Has one node nothing new to tell? What it has is no proof yet (it may be cut off, or in another cluster), so then several are asked. */
  async #isUnchanged(asker: ControlChannel, previous: TopologySnapshot): Promise<boolean> {
    const healthy = shuffled([...previous.nodes.values()], this.#random).filter(({ role, usable }) => role === 'primary' || usable);
    const { address } = healthy.find(({ key }) => key !== this.#glancedAt) ?? healthy[0] ?? {};
    if (address === undefined) return false;
    this.#glancedAt = addressKey(address);
    try {
      const view = await this.#ask(asker, address, {});
      return sameTopology(clusterTopology(mergeViews([view], previous), this.#rules), previous);
    } catch {
      return false;
    }
  }

  async #ask(asker: ControlChannel, address: Address, options: { timeoutMs?: number }): Promise<ClusterView> {
    const [shards, nodes] = await asker.send(
      address,
      [
        ['CLUSTER', 'SHARDS'],
        ['CLUSTER', 'NODES'],
      ],
      options,
    );
    const lines = isReply(nodes) ? parseNodes(nodes) : null;
    if (isReply(shards) && lines !== null) return buildView(address, parseShards(shards, this.#tls), lines);
    // No CLUSTER SHARDS before 7.0; without CLUSTER NODES (the ACL may forbid either) only CLUSTER SLOTS names owners without doubt.
    const [slots, ...mode] = await asker.send(address, [['CLUSTER', 'SLOTS'], ...MODE_COMMANDS], options);
    if (isReply(slots)) return buildView(address, parseSlots(slots), lines);
    if (isReply(shards)) return buildView(address, parseShards(shards, this.#tls), lines);
    throw refusal(addressKey(address), modeOf(mode[0], mode[1]), shards);
  }
}

function isReply(raw: Raw | undefined): raw is Exclude<Raw, Error> {
  return raw !== undefined && !(raw instanceof Error);
}

function refusal(node: string, mode: ReturnType<typeof modeOf>, reply: Raw | undefined): Error {
  if (mode === 'sentinel') {
    return new TopologyError('ERR_IS_A_SENTINEL', `${node} is a sentinel, not a cluster node: use sentinel([…], 'name')`, [], { node });
  }
  if (mode === 'standalone') {
    return new TopologyError('ERR_NOT_A_CLUSTER', `${node} is not a cluster node (cluster-enabled no): use single(…)`, [], { node });
  }
  return reply instanceof Error ? reply : new Error('no usable reply');
}

/**
 * Whom to ask of the known nodes, best first: who was named by a MOVED; the replicas of a primary that does not answer, because who is promoted
 * knows it first; those to which there is a connection; the others in random order; who does not answer last.
 */
export function askingOrder(
  previous: TopologySnapshot,
  focus: ProbeFocus | undefined,
  answered: readonly string[],
  random: () => number,
): Address[] {
  const suspects = focus?.suspects ?? new Set<string>();
  const nodes = shuffled([...previous.nodes.values()], random);
  const healthy = nodes.filter((node) => !suspects.has(node.key) && (node.role === 'primary' || node.usable));
  const heirs = healthy.filter((node) => node.replicaOf !== null && suspects.has(node.replicaOf));
  const sticky = healthy.filter((node) => answered.includes(node.key)).slice(0, STICKY);
  return [...(focus?.moved ?? []), ...[...heirs, ...sticky, ...healthy, ...nodes].map(({ address }) => address)];
}

function shuffled<T>(items: readonly T[], random: () => number): T[] {
  return items
    .map((item) => ({ item, rank: random() }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ item }) => item);
}
