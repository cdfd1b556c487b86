import { TopologyError } from '../../errors.js';
import { type Address, addressKey } from '../../options/address.js';
import type { Raw } from '../../protocol/command-spec.js';
import { clearTimeout, performance, random as runtimeRandom, setTimeout } from '../../runtime/runtime.js';
import { askSeveral } from '../ask-several.js';
import { bounded, refuseBeyond } from '../limits.js';
import { causesOf, failure, isNotPermitted, notPermitted } from '../probe-error.js';
import { MODE_COMMANDS, modeOf } from '../replies.js';
import type { Hint, ProbeFocus, Resolver, ResolverContext, SendOptions } from '../resolver-api.js';
import { sameTopology, type TopologySnapshot } from '../snapshot.js';
import { askingOrder, shuffled } from './asking-order.js';
import { clusterTopology } from './cluster-topology.js';
import { mergeViews } from './merge.js';
import { namesNewerOwners, namesOtherOwners, ownerEpochs } from './news.js';
import { type EndpointGroup, type NodeLine, parseNodes, parseShards, parseSlots } from './replies.js';
import { isSameCluster, ofOneCluster } from './same-cluster.js';
import { unverifiedOwners } from './unverified-owners.js';
import { buildView, type ClusterView } from './view.js';

/** How many views a probe merges. */
const VIEWS = 3;
/** Nodes of one network answer within this of each other, in ms. */
const GRACE_MS = 100;
/** The same once a view has news: until they are taken in, commands go where they are refused. In ms. */
const NEWS_GRACE_MS = 30;
/** News are taken in so long after they came, whoever has not answered, in ms. */
const NEWS_MS = 40;
const STAGGER_MS = 100;

/**
 * Resolver of a cluster. Any node knows the cluster, but its view may be old: several are asked and the highest config epoch counts. While
 * all is well one node, another one each time, is enough to see that nothing has changed.
 */
export class ClusterResolver implements Resolver {
  readonly #context: ResolverContext;
  readonly #seeds: readonly Address[];
  readonly #tls: boolean;
  readonly #random: () => number;
  /** Keys of the nodes that answered the last probe. */
  #answered: readonly string[] = [];
  /** Config epochs of the owners of slots that the last probe found, by id. */
  #ownerEpochs: ReadonlyMap<string, number> = new Map();
  /** What the last probe found. */
  #found: TopologySnapshot | null = null;
  /** News that came when the probe that had asked was over, for the next one. */
  #lateNews: ClusterView[] = [];
  /** Has the probe that runs wait no longer than after news of its own. */
  #hurry: () => void = () => {};
  #hint: Hint = () => {};
  /** Key of the one node that the last quiet probe asked. */
  #lastQuietNode: string | null = null;

  constructor(context: ResolverContext, seeds: readonly Address[], tls: boolean, random: () => number = runtimeRandom) {
    this.#context = context;
    this.#seeds = seeds;
    this.#tls = tls;
    this.#random = random;
  }

  watch(hint: Hint): void {
    this.#hint = hint;
  }

  async probe(previous: TopologySnapshot | null, focus?: ProbeFocus): Promise<TopologySnapshot> {
    const options = previous === null ? { timeoutMs: this.#context.firstTimeoutMs } : {};
    const known = previous === null ? [] : askingOrder(previous, focus, this.#answered, this.#random);
    const addresses = [...known, ...shuffled(this.#seeds, this.#random)];
    const unique = [...new Map(addresses.map((address) => [addressKey(address), address])).values()];
    const quiet = previous !== null && focus?.quiet === true ? await this.#askQuietly(previous) : null;
    if (quiet === 'unchanged') return previous as TopologySnapshot; // what is unchanged was there
    let newsAt = Number.POSITIVE_INFINITY;
    const graceAfter = (view: ClusterView): number => {
      if (previous === null || !namesOtherOwners(view, previous)) return GRACE_MS;
      newsAt = Math.min(newsAt, performance.now());
      return NEWS_GRACE_MS;
    };
    if (quiet !== null) graceAfter(quiet.view);
    const foreign: ClusterView[] = [];
    /** What the probe has done with the answers: those that come later are for the next one. */
    let taken: 'none' | 'views' | 'all' = 'none';
    const ask = async (address: Address, part: 'views' | 'all' = 'views'): Promise<ClusterView> => {
      const view = await this.#ask(address, options);
      if (taken === 'all' || taken === part) this.#cameLate(view);
      if (previous === null || isSameCluster(view, previous)) return view;
      foreign.push(view);
      throw new TopologyError('ERR_NOT_A_CLUSTER', `${addressKey(address)} belongs to another cluster`, [], { node: addressKey(address) });
    };
    const others = quiet === null ? unique : unique.filter((address) => addressKey(address) !== quiet.key);
    const answers = await askSeveral(others, (address) => ask(address), {
      want: quiet === null ? VIEWS : VIEWS - 1,
      staggerMs: STAGGER_MS,
      graceMs: graceAfter,
      onStart: (finishWithin) => {
        this.#hurry = () => {
          newsAt = Math.min(newsAt, performance.now());
          finishWithin(NEWS_GRACE_MS);
        };
      },
      counts: knowsSlots,
    });
    taken = 'views';
    const late = this.#lateNews.splice(0).filter((view) => previous !== null && isSameCluster(view, previous));
    const own = [...late, ...(quiet === null ? [] : [quiet.view]), ...answers.flatMap((answer) => (answer.ok ? [answer.value] : []))];
    const views = ofOneCluster(viewsThatCount(own, foreign));
    if (views.length === 0) throw failure('ERR_NO_SEED_REACHABLE', 'no node of the cluster could be asked', causesOf(answers));
    // Servers that were reset and are still known, or still seeds, know only themselves: they are no reason to forget the cluster.
    if (hasSlots(previous) && !views.some(knowsSlots)) {
      const problem = 'no node of the cluster that could be asked knows an owner of slots';
      throw new TopologyError('ERR_NO_SEED_REACHABLE', problem, causesOf(answers));
    }
    for (const answer of answers) {
      const error = answer.ok ? null : answer.error;
      if (error instanceof TopologyError && error.code === 'ERR_TOPOLOGY_TOO_LARGE') this.#context.report('too large a view', error);
    }
    this.#answered = [...(quiet === null ? [] : [quiet.key]), ...answers.flatMap((answer) => (answer.ok ? [addressKey(answer.item)] : []))];
    const unverified = this.#unverifiedOwners(views, previous);
    const verifyMs = Math.min(GRACE_MS, Math.max(0, newsAt + NEWS_MS - performance.now()));
    const all = [...views, ...(await askWithin(verifyMs, unverified, (address) => ask(address, 'all')))];
    taken = 'all';
    this.#ownerEpochs = ownerEpochs(all);
    this.#found = this.#topologyOf(all, previous);
    return this.#found;
  }

  /** A node has answered a probe that waited for it no longer. */
  #cameLate(view: ClusterView): void {
    if (this.#found === null || !namesNewerOwners(view, this.#found, this.#ownerEpochs)) return;
    this.#lateNews.push(view);
    this.#hurry();
    this.#hint('late news', true);
  }

  /** Addresses of the nodes that must be asked themselves. */
  #unverifiedOwners(views: readonly ClusterView[], previous: TopologySnapshot | null): Address[] {
    return unverifiedOwners(views, previous, this.#ownerEpochs).flatMap((id) => {
      const announced = views.flatMap(({ nodes }) => nodes.get(id)?.address ?? [])[0];
      return announced === undefined ? [] : (this.#context.rules.address(announced) ?? []);
    });
  }

  /**
   * Asks one node. A view that changes something is no proof yet (the node may be cut off), so others are asked besides: of these perhaps none
   * has the news yet. null: there is no view of this cluster.
   */
  async #askQuietly(previous: TopologySnapshot): Promise<'unchanged' | { readonly key: string; readonly view: ClusterView } | null> {
    const healthy = shuffled([...previous.nodes.values()], this.#random).filter(({ role, usable }) => role === 'primary' || usable);
    const { address } = healthy.find(({ key }) => key !== this.#lastQuietNode) ?? healthy[0] ?? {};
    if (address === undefined) return null;
    const key = addressKey(address);
    this.#lastQuietNode = key;
    try {
      const view = await this.#ask(address, {});
      if (sameTopology(this.#topologyOf([view], previous), previous)) return 'unchanged';
      return knowsSlots(view) && isSameCluster(view, previous) ? { key, view } : null;
    } catch {
      return null;
    }
  }

  #topologyOf(views: readonly ClusterView[], previous: TopologySnapshot | null): TopologySnapshot {
    const { rules, report } = this.#context;
    return clusterTopology(mergeViews(views, previous), rules, (replicas, id) => bounded(replicas, 'replicas', `primary ${id}`, report));
  }

  async #ask(address: Address, options: SendOptions): Promise<ClusterView> {
    const { control } = this.#context;
    const [shards, nodes] = await control.send(
      address,
      [
        ['CLUSTER', 'SHARDS'],
        ['CLUSTER', 'NODES'],
      ],
      options,
    );
    const node = addressKey(address);
    refuseBeyond(typeof nodes === 'string' ? nodes.length : 0, 'nodesText', node);
    const lines = isReply(nodes) ? parseNodes(nodes) : null;
    const view = (groups: readonly EndpointGroup[]): ClusterView => viewWithin(address, groups, lines);
    if (isReply(shards) && lines !== null) return view(parseShards(shards, this.#tls));
    // No CLUSTER SHARDS before 7.0; without CLUSTER NODES (the ACL may forbid either) only CLUSTER SLOTS names owners without doubt.
    const [slots, ...mode] = await control.send(address, [['CLUSTER', 'SLOTS'], ...MODE_COMMANDS], options);
    if (isReply(slots)) return view(parseSlots(slots));
    if (isReply(shards)) return view(parseShards(shards, this.#tls));
    throw refusal(node, modeOf(mode[0], mode[1]), [shards, slots, nodes]);
  }
}

/** Views of nodes. One that does not answer in time stays unverified: commands that it refuses say where to go. */
async function askWithin(
  ms: number,
  addresses: readonly Address[],
  ask: (address: Address) => Promise<ClusterView>,
): Promise<ClusterView[]> {
  if (addresses.length === 0) return [];
  const answers: ClusterView[] = [];
  const asked = Promise.allSettled(addresses.map(async (address) => answers.push(await ask(address))));
  // Not a deadline of the requests, which would end their connections.
  await new Promise<unknown>((resolve) => {
    const timer = setTimeout(resolve, ms).unref();
    void asked.then(() => clearTimeout(timer)).then(resolve);
  });
  return [...answers];
}

function knowsSlots({ ranges }: ClusterView): boolean {
  return ranges.length > 0;
}

function hasSlots(topology: TopologySnapshot | null): boolean {
  return topology !== null && topology.slots !== null && topology.shards.some((_, index) => topology.slots?.owns(index));
}

/**
 * Of the views of nodes that know any of the nodes that we know, and those of the others, the ones that count. Where only the others know
 * slots, or where there is no other view, the cluster was made anew, or we knew only servers that have left it.
 */
function viewsThatCount(own: readonly ClusterView[], foreign: readonly ClusterView[]): readonly ClusterView[] {
  return own.length === 0 || (!own.some(knowsSlots) && foreign.some(knowsSlots)) ? foreign : own;
}

function isReply(raw: Raw | undefined): raw is Exclude<Raw, Error> {
  return raw !== undefined && !(raw instanceof Error);
}

/** The view of a server that names no more than is believed. Throws for another one: without all nodes it would be a wrong picture. */
function viewWithin(asked: Address, groups: readonly EndpointGroup[], lines: readonly NodeLine[] | null): ClusterView {
  const node = addressKey(asked);
  const rangesOf = (all: readonly { readonly ranges: readonly unknown[] }[]): number =>
    all.reduce((sum, one) => sum + one.ranges.length, 0);
  // CLUSTER SLOTS names the nodes of a shard once for each of its ranges.
  const ids = new Set(groups.flatMap(({ endpoints }) => endpoints.map(({ id }) => id)));
  refuseBeyond(Math.max(ids.size, lines?.length ?? 0), 'nodes', node);
  refuseBeyond(Math.max(rangesOf(groups), rangesOf(lines ?? [])), 'ranges', node);
  return buildView(asked, groups, lines);
}

/** What the user must be allowed to find out which node has which slots. */
const RIGHTS = '+cluster|shards and +cluster|nodes, or +cluster|slots';

function refusal(node: string, mode: ReturnType<typeof modeOf>, replies: readonly (Raw | undefined)[]): Error {
  if (mode === 'sentinel') {
    return new TopologyError('ERR_IS_A_SENTINEL', `${node} is a sentinel, not a cluster node: use sentinel([…], 'name')`, [], { node });
  }
  const isAlone = mode === 'standalone';
  // A server on its own has an ACL as well, and answers to it first.
  const notAllowed = replies.find(isNotPermitted);
  if (notAllowed !== undefined) {
    return notPermitted(node, notAllowed, RIGHTS, isAlone ? '; it also says that it is no cluster node: single(…) is for those' : '');
  }
  if (isAlone) {
    return new TopologyError('ERR_NOT_A_CLUSTER', `${node} is not a cluster node (cluster-enabled no): use single(…)`, [], { node });
  }
  return replies.find((reply) => reply instanceof Error) ?? new Error('no usable reply');
}
