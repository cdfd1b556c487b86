import { type Address, addressKey } from '../../options/address.js';
import type { EndpointsTopology } from '../../options/endpoints.js';
import { clearTimeout, performance, random, setTimeout } from '../../runtime/runtime.js';
import { backoffMs } from '../../util/backoff.js';
import { type Answer, askSeveral } from '../ask-several.js';
import { checkDataServer, failure } from '../probe-error.js';
import type { Hint, ProbeFocus, ReplicaListener, Resolver, ResolverContext } from '../resolver-api.js';
import { askServerAnew } from '../single/ask-server.js';
import { makeTopology, type NodeInfo, type Shard, type TopologySnapshot } from '../snapshot.js';
import { orderOfChoice } from './choice.js';
import { EndpointList } from './endpoint-list.js';

const SOURCE = 'endpoints(list)';
/** While an endpoint does not answer, another one is asked after this, in ms: beside one that is suspected, and one that nobody knows yet. */
const STAGGER_MS = { suspect: 100, first: 250 };
/** How long the other endpoints of a round are waited for after the first has answered, in ms. */
const GRACE_MS = 100;
/** The same after news of one, whose connections from before lead to a server that it has left, in ms. */
const NEWS_GRACE_MS = 30;
/** For how long an endpoint that failed comes last, in ms, doubled with each failure in a row. */
const FAILING = { minMs: 500, maxMs: 30_000 };

/** Failures of an endpoint in a row. */
interface Failing {
  readonly count: number;
  /** Moment until which the others go first. */
  readonly until: number;
}

/**
 * Resolver of equal endpoints, each of which serves all keys. With `balance: 'one'` it chooses one and stays with it, until that fails, leaves
 * the list or refuses writes; with `spread` each that answers is a shard of its own.
 */
export class EndpointsResolver implements Resolver {
  readonly #list: EndpointList;
  readonly #failing = new Map<string, Failing>();
  /** Key of the endpoint that is in use. */
  #chosen: string | null = null;
  #isRebalancing = false;
  /** A probe waits for the first list. */
  #awaitsList = false;
  #hint: Hint = () => {};
  #isStopped = false;
  readonly #timers = new Map<'list' | 'balance' | 'failing', NodeJS.Timeout>();

  constructor(
    private readonly context: ResolverContext,
    private readonly options: EndpointsTopology,
    private readonly zone: string | null,
  ) {
    const { addresses, list, refreshMs } = options;
    this.#list = new EndpointList(addresses, list, refreshMs, {
      failed: (error) => context.report(SOURCE, error),
      succeeded: () => context.recovered(SOURCE),
      changed: () => {
        if (!this.#awaitsList) this.#hint('the list of endpoints has changed', true);
      },
    });
  }

  async probe(previous: TopologySnapshot | null, focus?: ProbeFocus, onReplica?: ReplicaListener): Promise<TopologySnapshot> {
    if (this.#list.addresses.length === 0) {
      this.#awaitsList = true;
      await this.#list.refresh();
      this.#awaitsList = false;
    }
    try {
      return await this.#probeList(previous, focus, onReplica);
    } catch (error) {
      // All of them may have been replaced: then the change of the list is a reason to look again.
      void this.#list.refresh();
      throw error;
    }
  }

  async #probeList(previous: TopologySnapshot | null, focus?: ProbeFocus, onReplica?: ReplicaListener): Promise<TopologySnapshot> {
    const nodes = this.#list.addresses.map((address) => this.#nodeAt(address, false));
    if (nodes.length === 0) {
      const { problem } = this.#list;
      throw failure('ERR_PRIMARY_UNREACHABLE', 'no endpoint is known', problem === null ? [] : [{ node: SOURCE, error: problem }]);
    }
    for (const key of this.#failing.keys()) if (!nodes.some((node) => node.key === key)) this.#failing.delete(key);
    return this.options.balance === 'spread' ? this.#all(nodes, previous, focus, onReplica) : this.#one(nodes, previous, focus, onReplica);
  }

  // --- one of them

  async #one(
    nodes: readonly NodeInfo[],
    previous: TopologySnapshot | null,
    focus?: ProbeFocus,
    onReplica?: ReplicaListener,
  ): Promise<TopologySnapshot> {
    const replicas: NodeInfo[] = [];
    const ask = async (node: NodeInfo): Promise<NodeInfo> => {
      const found = await this.#ask(node, previous, node.key === this.#chosen ? onReplica : undefined);
      if (found.role === 'primary') return found;
      replicas.push(found);
      throw new Error(`${found.key} is a replica`);
    };
    const order = this.#orderOf(nodes);
    const [first] = order;
    const isTrusted = first?.key === this.#chosen && focus?.suspects.has(first.key) !== true;
    const staggerMs = previous === null ? STAGGER_MS.first : STAGGER_MS.suspect;
    const answers = await askSeveral(order, ask, { want: 1, graceMs: 0, ...(isTrusted ? {} : { staggerMs }) });
    this.#note(answers, replicas);
    // A replica is better than nothing for what only reads.
    const found = answers.flatMap((answer) => (answer.ok ? [answer.value] : []))[0] ?? replicas[0];
    if (found === undefined) throw unreachable(answers);
    if (this.#chosen !== null && found.key !== this.#chosen && focus?.suspects.has(this.#chosen)) this.#failed(this.#chosen);
    this.#chosen = found.key;
    this.#isRebalancing = false;
    return makeTopology('endpoints', [shardOf(found)], null);
  }

  /** The chosen endpoint first, as long as nothing speaks against it. */
  #orderOf(nodes: readonly NodeInfo[]): readonly NodeInfo[] {
    const order = orderOfChoice(nodes, { zone: this.zone, isFailing: (key) => this.#isFailing(key) });
    const chosen = nodes.find(({ key }) => key === this.#chosen);
    if (chosen === undefined || this.#isFailing(chosen.key) || this.#isRebalancing) return order;
    return [chosen, ...order.filter((node) => node !== chosen)];
  }

  // --- all of them

  async #all(
    nodes: readonly NodeInfo[],
    previous: TopologySnapshot | null,
    focus?: ProbeFocus,
    onReplica?: ReplicaListener,
  ): Promise<TopologySnapshot> {
    const asked = nodes.filter(({ key }) => !this.#isFailing(key) || previous === null);
    const round = asked.length > 0 ? asked : nodes;
    const led = new Set<string>();
    const onLed: ReplicaListener = (key) => {
      led.add(key);
      onReplica?.(key);
    };
    const answers = await askSeveral(round, (node) => this.#ask(node, previous, onLed), {
      want: round.length,
      atOnce: round.length,
      graceMs: ({ key, role }) => (role === 'primary' && led.has(key) ? NEWS_GRACE_MS : GRACE_MS),
    });
    this.#note(answers, []);
    const found = new Map(answers.flatMap((answer) => (answer.ok ? [[answer.value.key, answer.value]] : [])));
    if (found.size === 0) throw unreachable(answers);
    const usable = nodes.flatMap((node): NodeInfo[] => {
      const answered = found.get(node.key);
      if (answered !== undefined) return answered.role === 'primary' ? [answered] : [];
      // Late, which is no news of one that serves.
      const isLate = round.includes(node) && !answers.some(({ item }) => item === node);
      return isLate && previous?.nodes.has(node.key) === true && focus?.suspects.has(node.key) !== true ? [node] : [];
    });
    return makeTopology('endpoints', (usable.length > 0 ? usable : [...found.values()]).map(shardOf), null);
  }

  // --- one endpoint

  #nodeAt(address: Address, isReplica: boolean): NodeInfo {
    return this.context.rules.node({
      id: null,
      address,
      names: [],
      role: isReplica ? 'replica' : 'primary',
      usable: true,
      replicaOf: null,
      depth: isReplica ? 1 : 0,
      priority: 100,
    });
  }

  async #ask({ address, key }: NodeInfo, previous: TopologySnapshot | null, onReplica?: ReplicaListener): Promise<NodeInfo> {
    const { control, firstTimeoutMs } = this.context;
    const isNew = previous?.nodes.has(key) !== true;
    const options = isNew ? { timeoutMs: firstTimeoutMs } : {};
    const { isReplica, mode } = await askServerAnew(control, address, options, () => onReplica?.(key));
    checkDataServer(key, mode);
    return this.#nodeAt(address, isReplica);
  }

  #note(answers: readonly Answer<NodeInfo, NodeInfo>[], replicas: readonly NodeInfo[]): void {
    for (const { item, ok } of answers) {
      if (ok) this.#failing.delete(item.key);
      else if (!replicas.some(({ key }) => key === item.key)) this.#failed(item.key);
    }
  }

  #isFailing(key: string): boolean {
    return (this.#failing.get(key)?.until ?? 0) > performance.now();
  }

  #failed(key: string): void {
    if (this.#isFailing(key)) return;
    const count = (this.#failing.get(key)?.count ?? 0) + 1;
    const afterMs = Math.min(FAILING.maxMs, FAILING.minMs * 2 ** (count - 1)) / 2 + backoffMs(count - 1, FAILING) / 2;
    this.#failing.set(key, { count, until: performance.now() + afterMs });
    if (this.options.balance === 'spread') this.#awaitFailing();
  }

  leave(key: string): void {
    if (this.#list.addresses.some((address) => addressKey(address) !== key)) this.#failed(key);
  }

  // --- time

  watch(hint: Hint): void {
    this.#hint = hint;
    this.#awaitList();
    this.#awaitBalance();
  }

  #awaitList(): void {
    const { dueInMs } = this.#list;
    if (dueInMs === null) return;
    this.#later('list', Math.max(dueInMs, 100), () => {
      void this.#list.refresh();
      this.#awaitList();
    });
  }

  /** With one endpoint in use the others are asked when it fails. */
  #awaitFailing(): void {
    const earliest = Math.min(...[...this.#failing.values()].map(({ until }) => until));
    this.#later('failing', Math.max(1, earliest - performance.now()), () => this.#hint('an endpoint may answer again'));
  }

  #awaitBalance(): void {
    const { rebalanceMs, balance } = this.options;
    if (rebalanceMs === 0 || balance !== 'one') return;
    this.#later('balance', rebalanceMs * (0.5 + random()), () => {
      this.#isRebalancing = true;
      this.#hint('endpoints are chosen anew');
      this.#awaitBalance();
    });
  }

  #later(what: 'list' | 'balance' | 'failing', ms: number, action: () => void): void {
    if (this.#isStopped) return;
    clearTimeout(this.#timers.get(what));
    this.#timers.set(what, setTimeout(action, ms).unref());
  }

  stop(): void {
    this.#isStopped = true;
    this.#list.stop();
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
  }
}

/** As with one fixed address, one that leads to a replica serves reads of every kind. */
function shardOf(node: NodeInfo): Shard {
  return { primary: node, replicas: node.role === 'replica' ? [node] : [] };
}

function unreachable(answers: readonly Answer<NodeInfo, unknown>[]): Error {
  const causes = answers.flatMap((answer) => (answer.ok ? [] : [{ node: answer.item.key, error: answer.error }]));
  return failure('ERR_PRIMARY_UNREACHABLE', 'no endpoint is reachable', causes);
}
