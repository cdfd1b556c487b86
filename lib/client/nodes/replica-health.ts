import type { ReplyError } from '../../errors.js';
import type { Node } from '../../pool/node.js';
import { isNodeUnavailable } from '../../protocol/resp/reply-error.js';
import type { BreakerState } from '../../routing/health/circuit-breaker.js';
import { NodeHealth } from '../../routing/health/node-health.js';
import { OffsetSamples } from '../../routing/health/offset-samples.js';
import type { ReadPolicy } from '../../routing/reads/read-preference.js';
import type { NodeState } from '../../routing/reads/selection.js';
import { clearTimeout, performance, random as runtimeRandom, setTimeout } from '../../runtime/runtime.js';
import type { ReplicationInfo } from '../../topology/replication/info.js';
import { type LagSample, LagSampler } from '../../topology/replication/lag-sampler.js';
import type { ControlChannel } from '../../topology/resolver-api.js';
import { type NodeInfo, nodesOfShard, type TopologySnapshot } from '../../topology/snapshot.js';

interface ReplicaHealthEvents {
  /** The state of a node of this shard has changed. */
  changed(shard: number): void;
  /** A node contradicts the topology, by what it says of itself. */
  contradicted(key: string, reason: string): void;
  /** A primary says that it is none. */
  demoted(key: string): void;
}

/** Health of a node in `stats()`, beyond its connections. */
interface ReplicaHealthStats {
  readonly zone: string | null;
  readonly pingMs: number | null;
  readonly lagMs: number | null;
  readonly lagBytes: number | null;
  readonly ejections: number;
  readonly breaker: BreakerState['state'];
}

/** How long after the last read a shard is sampled: for a policy without lag limits, or one that was made for one call. */
const PASSING_MS = 60_000;
/** Lag is sampled at a quarter of its limit, within these, in ms. */
const LAG_SHORTEST_MS = 100;
const LAG_LONGEST_MS = 1_000;
/** Interval where only bytes are limited, in ms. */
const LAG_BYTES_MS = 500;
/** Timeout of the PING that closes an open breaker, in ms. */
const PROBE_MS = 500;

/** The sampling interval that a policy needs, in ms; null: it needs no samples. */
export function samplingMs({ reads, maxLagMs, maxLagBytes, windowMs }: ReadPolicy, sampleMs: number): number | null {
  const isLimited = maxLagMs > 0 || maxLagBytes > 0;
  // While the primary serves the reads nothing has to be known of the replicas.
  if (reads === 'primaryPreferred' && !isLimited) return null;
  const all = [sampleMs];
  if (windowMs > 0) all.push(sampleMs / 2);
  if (maxLagMs > 0) all.push(Math.min(LAG_LONGEST_MS, Math.max(LAG_SHORTEST_MS, maxLagMs / 4)));
  else if (maxLagBytes > 0) all.push(LAG_BYTES_MS);
  return Math.min(...all);
}

/**
 * Health of the nodes that serve reads, from the samples of the monitor and from the outcome of the reads there: link, lag, round trip,
 * breaker.
 */
export class ReplicaHealth {
  readonly #sampler: LagSampler;
  readonly #sampleMs: number;
  readonly #nodeOf: (key: string) => Node | undefined;
  readonly #events: ReplicaHealthEvents;
  readonly #health = new Map<string, NodeHealth>();
  /** Offset samples by key of the primary, so that another primary starts without any. */
  readonly #offsets = new Map<string, OffsetSamples>();
  /** Keys of primaries that answered the last sample. */
  readonly #answering = new Set<string>();
  /** Timers of the probes that close open breakers, by node. */
  readonly #probes = new Map<string, NodeJS.Timeout>();
  #snapshot: TopologySnapshot | null = null;
  /** Index of the shard of each node. */
  #shards: ReadonlyMap<string, number> = new Map();

  constructor(control: ControlChannel, sampleMs: number, nodeOf: (key: string) => Node | undefined, events: ReplicaHealthEvents) {
    this.#sampleMs = sampleMs;
    this.#nodeOf = nodeOf;
    this.#events = events;
    this.#sampler = new LagSampler(control, { onSample: (shard, sample) => this.#onSample(shard, sample) });
  }

  follow(snapshot: TopologySnapshot): void {
    const before = this.#snapshot;
    this.#snapshot = snapshot;
    this.#sampler.follow(snapshot);
    if (before?.shards === snapshot.shards) return;
    this.#shards = new Map(snapshot.shards.flatMap((shard, at) => nodesOfShard(shard).map(({ key }): [string, number] => [key, at])));
    for (const key of this.#health.keys()) if (!snapshot.nodes.has(key)) this.#forget(key);
    for (const key of before === null ? [] : snapshot.nodes.keys())
      if (!before?.nodes.has(key)) this.#healthOf(key).joined(performance.now());
    const primaries = new Set(snapshot.shards.map(({ primary }) => primary?.key));
    for (const key of this.#offsets.keys()) if (!primaries.has(key)) this.#offsets.delete(key);
    for (const key of this.#answering) if (!primaries.has(key)) this.#answering.delete(key);
  }

  #forget(key: string): void {
    this.#health.delete(key);
    clearTimeout(this.#probes.get(key));
    this.#probes.delete(key);
  }

  /** Notes that commands of this policy read from this shard. */
  used(shard: number, policy: ReadPolicy): void {
    const everyMs = samplingMs(policy, this.#sampleMs);
    if (everyMs === null) return;
    const lasts = !policy.passing && (policy.maxLagMs > 0 || policy.maxLagBytes > 0);
    this.#sampler.keepSampling(shard, everyMs, lasts ? Number.POSITIVE_INFINITY : PASSING_MS);
  }

  stateOf(info: NodeInfo, { unreachableReason, avoidUntil }: Node): NodeState {
    const now = performance.now();
    const health = this.#health.get(info.key);
    const isReplica = info.role === 'replica';
    return {
      unreachableReason: unreachableReason?.message ?? (avoidUntil > now ? 'it refused a command a moment ago' : null),
      tripped: isReplica && health !== undefined && health.breaker.state !== 'closed',
      linked: isReplica ? (health?.linkedAt(now) ?? null) : null,
      freshAt: health?.freshAt ?? null,
      lagBytes: health?.lagBytes ?? null,
      zone: health?.zone ?? null,
      rttMs: health?.rttMs ?? null,
      share: health?.shareAt(now) ?? 1,
    };
  }

  statsOf(key: string): ReplicaHealthStats {
    const info = this.#snapshot?.nodes.get(key);
    const health = this.#health.get(key);
    const isPrimary = info?.role === 'primary';
    const freshAt = health?.freshAt ?? null;
    return {
      zone: info?.zone ?? health?.zone ?? null,
      pingMs: health?.rttMs ?? null,
      lagMs: isPrimary ? 0 : freshAt === null ? null : Math.max(0, performance.now() - freshAt),
      lagBytes: isPrimary ? 0 : (health?.lagBytes ?? null),
      ejections: health?.ejections ?? 0,
      breaker: isPrimary ? 'closed' : (health?.breaker.state ?? 'closed'),
    };
  }

  // --- samples

  #onSample(shard: number, { node, sentAt, rttMs, zone, state }: LagSample): boolean {
    const { primary } = this.#snapshot?.shards[shard] ?? { primary: null };
    const health = this.#healthOf(node.key);
    const at = performance.now();
    const isPrimary = node.key === primary?.key;
    if (isPrimary && state === null) this.#answering.delete(node.key);
    if (isPrimary && state !== null) this.#answering.add(node.key);
    if (state === null) {
      const own = this.#nodeOf(node.key);
      // A node without a connection is down already.
      if (node.role === 'replica' && own?.unreachableReason === null) health.onMissedSample(at, own.replies);
    } else {
      if (state.role !== null && state.role !== node.role) {
        if (isPrimary && state.role === 'replica') this.#events.demoted(node.key);
        this.#events.contradicted(node.key, `${node.key} says that it is a ${state.role}`);
      }
      const { offset, replid } = state;
      const offsets = primary === null ? null : this.#offsetsOf(primary.key);
      if (isPrimary && state.role === 'primary' && offset !== null) offsets?.add(replid, offset, sentAt);
      health.onSample(
        {
          at,
          rttMs,
          zone,
          linkUp: isPrimary || (state.linkUp === false && this.#mayLinkBeDown(primary, state)) ? null : state.linkUp,
          freshAt: offset === null ? null : (offsets?.freshAt(replid, offset) ?? null),
          lagBytes: offset === null ? null : (offsets?.lagBytes(replid, offset) ?? null),
        },
        node.role === 'replica' ? this.#fastestOther(shard, node.key) : Number.POSITIVE_INFINITY,
      );
    }
    this.#scheduleProbe(node.key);
    this.#events.changed(shard);
    return health.rttMs === null;
  }

  /**
   * Whether a link may be down: without a primary every link is, and what the replicas have is the best there is. A primary that has not
   * answered may have been slow, and a replica that has had no link yet, or is about to replace what it has, may have nothing at all.
   */
  #mayLinkBeDown(primary: NodeInfo | null, { syncing, neverLinked }: ReplicationInfo): boolean {
    if (primary === null || this.#snapshot?.problem !== undefined) return !syncing;
    return !syncing && !neverLinked && !this.#answering.has(primary.key);
  }

  #fastestOther(shard: number, key: string): number {
    const own = this.#snapshot?.shards[shard];
    const others = own === undefined ? [] : nodesOfShard(own).filter((node) => node.key !== key);
    return Math.min(...others.map((node) => this.#health.get(node.key)?.rttMs ?? Number.POSITIVE_INFINITY));
  }

  // --- outcomes of reads

  /** Notes that a read was answered with an error. */
  refused(node: Node, error: ReplyError): void {
    if (isNodeUnavailable(error)) this.#failed(node, true);
  }

  /** Notes that a call reached its deadline at the node, or that a connection broke. */
  failed(node: Node): void {
    this.#failed(node, false);
  }

  #failed(node: Node, isReply: boolean): void {
    if (this.#snapshot?.nodes.get(node.key)?.role !== 'replica') return;
    const health = this.#healthOf(node.key);
    const { state } = health.breaker;
    health.failed(performance.now(), node.replies, isReply);
    if (health.breaker.state === state) return;
    this.#scheduleProbe(node.key);
    this.#changed(node.key);
  }

  down(node: Node): void {
    if (this.#snapshot?.nodes.has(node.key)) this.#healthOf(node.key).down();
  }

  up(node: Node): void {
    this.#health.get(node.key)?.up(performance.now());
  }

  /** An open breaker is closed by a PING of ours, so that no caller pays for the attempt. */
  #scheduleProbe(key: string): void {
    const health = this.#health.get(key);
    if (health === undefined || health.breaker.state !== 'open' || this.#probes.has(key)) return;
    const afterMs = health.breaker.openMs * (1 + runtimeRandom() / 5);
    this.#probes.set(key, setTimeout(() => void this.#probe(key, health), afterMs).unref());
  }

  async #probe(key: string, health: NodeHealth): Promise<void> {
    const node = this.#nodeOf(key);
    if (node === undefined || health.breaker.state !== 'open') {
      this.#probes.delete(key);
      return;
    }
    health.onProbe(performance.now());
    const isAnswer = await node.ping(PROBE_MS);
    if (this.#health.get(key) !== health) return;
    this.#probes.delete(key);
    health.answered(performance.now(), isAnswer);
    this.#scheduleProbe(key);
    this.#changed(key);
  }

  #changed(key: string): void {
    const shard = this.#shards.get(key);
    if (shard !== undefined) this.#events.changed(shard);
  }

  #healthOf(key: string): NodeHealth {
    let health = this.#health.get(key);
    if (health === undefined) {
      health = new NodeHealth();
      this.#health.set(key, health);
    }
    return health;
  }

  #offsetsOf(primary: string): OffsetSamples {
    let offsets = this.#offsets.get(primary);
    if (offsets === undefined) {
      offsets = new OffsetSamples();
      this.#offsets.set(primary, offsets);
    }
    return offsets;
  }

  stop(): void {
    this.#sampler.stop();
    for (const key of [...this.#health.keys()]) this.#forget(key);
  }
}
