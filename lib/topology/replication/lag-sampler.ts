import { clearTimeout, performance, random as runtimeRandom, setTimeout } from '../../runtime/runtime.js';
import type { ControlChannel } from '../resolver-api.js';
import { type NodeInfo, nodesOfShard, type TopologySnapshot } from '../snapshot.js';
import { parseReplication, REPLICATION_COMMANDS, type ReplicationInfo } from './info.js';

/** The outcome of asking a node once. */
export interface LagSample {
  readonly node: NodeInfo;
  /** Moment of the question, on the clock in ms. */
  readonly sentAt: number;
  /** Round trip in ms; null where the connection had to be opened first. */
  readonly rttMs: number | null;
  /** Availability zone, as the server says (Valkey 8 and newer). */
  readonly zone: string | null;
  /** What the node said of its replication; null: it did not answer. */
  readonly state: ReplicationInfo | null;
}

interface SamplerEvents {
  /** Takes a sample. True: one says too little, and the next one is taken at once. */
  onSample(shard: number, sample: LagSample): boolean;
}

/** When a shard is sampled. */
interface SamplingPlan {
  /** The intervals that were asked for, in ms, each with the time until which it holds. */
  readonly intervals: Map<number, number>;
  lastAt: number;
  timer: NodeJS.Timeout | undefined;
}

/** Intervals are rounded down to a multiple of this, in ms, so that there are few different ones. */
const STEP_MS = 50;
const SHORTEST_MS = 100;
/**
 * Part of the interval by which a sample may come early, so that many clients do not ask in step; never late, because lag limits rely on
 * it.
 */
const JITTER = 0.1;

/**
 * Sampler of the nodes that serve reads, shard by shard, as often as their read policies need it: round trip, replication link, offset. It
 * uses the monitor's connections, so that it measures the network and the server but not our own queues, and nodes without traffic too. The
 * primary is asked first: the offset that it had when it was asked can be reached by a replica that is asked after its answer.
 */
export class LagSampler {
  readonly #control: ControlChannel;
  readonly #events: SamplerEvents;
  /** Keys of nodes that have not answered yet. */
  readonly #asked = new Set<string>();
  #snapshot: TopologySnapshot | null = null;
  /** Plans by index of the shard. */
  #plans: (SamplingPlan | undefined)[] = [];
  #stopped = false;

  constructor(control: ControlChannel, events: SamplerEvents) {
    this.#control = control;
    this.#events = events;
  }

  /** Takes over another snapshot. Shards are known by their index: each plan goes to the shard that has its nodes now. */
  follow(snapshot: TopologySnapshot): void {
    const previous = this.#snapshot;
    this.#snapshot = snapshot;
    if (previous === null || previous.shards === snapshot.shards) return;
    const byNode = new Map<string, SamplingPlan>();
    for (const [shard, plan] of this.#plans.entries()) {
      if (plan === undefined) continue;
      clearTimeout(plan.timer);
      for (const { key } of nodesIn(previous, shard)) byNode.set(key, plan);
    }
    this.#plans = snapshot.shards.map((_, shard) => {
      const before = new Set(nodesIn(snapshot, shard).flatMap(({ key }) => byNode.get(key) ?? []));
      return before.size === 0 ? undefined : merged([...before]);
    });
    for (const shard of this.#plans.keys()) this.#schedule(shard);
  }

  /** Has this shard sampled at least every `everyMs` during the next `forMs`. */
  keepSampling(shard: number, everyMs: number, forMs: number): void {
    if (this.#stopped) return;
    let plan = this.#plans[shard];
    if (plan === undefined) {
      plan = { intervals: new Map(), lastAt: Number.NEGATIVE_INFINITY, timer: undefined };
      this.#plans[shard] = plan;
    }
    const every = Math.max(SHORTEST_MS, everyMs - (everyMs % STEP_MS));
    const until = performance.now() + forMs;
    const known = plan.intervals.get(every);
    if (known === undefined || known < until) plan.intervals.set(every, until);
    if (known === undefined) this.#schedule(shard);
  }

  stop(): void {
    this.#stopped = true;
    for (const plan of this.#plans) clearTimeout(plan?.timer);
  }

  #schedule(shard: number): void {
    const plan = this.#plans[shard];
    if (plan === undefined || this.#stopped) return;
    clearTimeout(plan.timer);
    const now = performance.now();
    for (const [every, until] of plan.intervals) if (until < now) plan.intervals.delete(every);
    if (plan.intervals.size === 0) return;
    const everyMs = Math.min(...plan.intervals.keys()) * (1 - JITTER * runtimeRandom());
    plan.timer = setTimeout(() => this.#sampleShard(shard, plan), Math.max(0, plan.lastAt + everyMs - now)).unref();
  }

  #sampleShard(shard: number, plan: SamplingPlan): void {
    if (this.#snapshot === null) return;
    plan.lastAt = performance.now();
    this.#schedule(shard);
    const [first, ...others] = nodesIn(this.#snapshot, shard);
    if (first === undefined) return;
    const rest = (): void => {
      for (const node of others) void this.#sample(shard, node);
    };
    // A node that has not answered the last question is not asked the next one, and the others do not wait for it.
    if (this.#asked.has(first.key)) rest();
    else void this.#sample(shard, first).then(rest);
  }

  async #sample(shard: number, node: NodeInfo): Promise<void> {
    if (this.#asked.has(node.key) || this.#stopped) return;
    this.#asked.add(node.key);
    const known = this.#control.connected?.(node.address) ?? null;
    const sentAt = performance.now();
    let state: ReplicationInfo | null = null;
    try {
      state = parseReplication(await this.#control.send(node.address, REPLICATION_COMMANDS, { plain: [['PING']] }));
    } catch {
      // A `state` of null says so.
    }
    const rttMs = known === null || state === null ? null : performance.now() - sentAt;
    this.#asked.delete(node.key);
    if (this.#stopped || this.#snapshot === null) return;
    // The node may have left the shard meanwhile, or the shard may have another index.
    if (!nodesIn(this.#snapshot, shard).some(({ key }) => key === node.key)) return;
    const zone = this.#control.connected?.(node.address)?.zone ?? null;
    if (this.#events.onSample(shard, { node, sentAt, rttMs, zone, state }) && state !== null) void this.#sample(shard, node);
  }
}

function nodesIn({ shards }: TopologySnapshot, index: number): readonly NodeInfo[] {
  const shard = shards[index];
  return shard === undefined ? [] : nodesOfShard(shard);
}

function merged(plans: readonly SamplingPlan[]): SamplingPlan {
  const intervals = new Map<number, number>();
  for (const plan of plans) {
    for (const [every, until] of plan.intervals) intervals.set(every, Math.max(until, intervals.get(every) ?? 0));
  }
  return { intervals, lastAt: Math.max(...plans.map(({ lastAt }) => lastAt)), timer: undefined };
}
