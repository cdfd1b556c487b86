import type { ControlChannel } from '../resolver-api.js';
import type { NodeInfo, TopologySnapshot } from '../snapshot.js';
import { parseReplicationState, REPLICATION_STATE_COMMANDS, type ReplicationState } from './info.js';

/** What one question to a node brought. */
export interface LagSample {
  readonly node: NodeInfo;
  /** When it was asked, on the clock. */
  readonly sentAt: number;
  /** Null where the connection had to be opened first. */
  readonly rttMs: number | null;
  /** As the server says (Valkey 8 and newer). */
  readonly zone: string | null;
  /** Null: it did not answer. */
  readonly state: ReplicationState | null;
}

export interface SamplerEvents {
  /** True: more is to be known of it soon, look again at once. */
  onSample(shard: number, sighting: LagSample): boolean;
}

/** The rounds of a shard. */
interface Rounds {
  /** How often somebody needs a look, in ms, and until when. */
  readonly needs: Map<number, number>;
  lastAt: number;
  timer: NodeJS.Timeout | undefined;
}

/** Needs are rounded down to this, so that there are few different ones. */
const STEP_MS = 50;
const SHORTEST_MS = 100;
/** So that many clients do not look at the same moment; earlier and never later, because lag limits rely on it. */
const JITTER = 0.1;

/**
 * Looks at the nodes of the shards that serve reads, as often as somebody needs it: round trip, replication link, offset. On the monitor's
 * connections, so that it measures the way and the server but not our own queues, and nodes without traffic too. The primary is asked first: what
 * it had when it was asked, a replica that is asked after its answer can have.
 */
export class LagSampler {
  readonly #asker: ControlChannel;
  readonly #events: SamplerEvents;
  readonly #asked = new Set<string>();
  #snapshot: TopologySnapshot | null = null;
  #rounds: (Rounds | undefined)[] = [];
  #stopped = false;

  constructor(asker: ControlChannel, events: SamplerEvents) {
    this.#asker = asker;
    this.#events = events;
  }

  /** Shards are known by their index: what was needed is carried over to the shards that have the same nodes. */
  follow(snapshot: TopologySnapshot): void {
    const previous = this.#snapshot;
    this.#snapshot = snapshot;
    if (previous === null || previous.shards === snapshot.shards) return;
    const byNode = new Map<string, Rounds>();
    for (const [shard, rounds] of this.#rounds.entries()) {
      if (rounds === undefined) continue;
      clearTimeout(rounds.timer);
      for (const { key } of nodesOf(previous, shard)) byNode.set(key, rounds);
    }
    this.#rounds = snapshot.shards.map((_, shard) => {
      const before = new Set(nodesOf(snapshot, shard).flatMap(({ key }) => byNode.get(key) ?? []));
      return before.size === 0 ? undefined : merged([...before]);
    });
    for (const shard of this.#rounds.keys()) this.#schedule(shard);
  }

  /** Somebody needs a look at this shard every so often, for the time being. */
  need(shard: number, everyMs: number, forMs: number): void {
    if (this.#stopped) return;
    let rounds = this.#rounds[shard];
    if (rounds === undefined) {
      rounds = { needs: new Map(), lastAt: Number.NEGATIVE_INFINITY, timer: undefined };
      this.#rounds[shard] = rounds;
    }
    const every = Math.max(SHORTEST_MS, everyMs - (everyMs % STEP_MS));
    const until = performance.now() + forMs;
    const known = rounds.needs.get(every);
    if (known === undefined || known < until) rounds.needs.set(every, until);
    if (known === undefined) this.#schedule(shard);
  }

  stop(): void {
    this.#stopped = true;
    for (const rounds of this.#rounds) clearTimeout(rounds?.timer);
  }

  #schedule(shard: number): void {
    const rounds = this.#rounds[shard];
    if (rounds === undefined || this.#stopped) return;
    clearTimeout(rounds.timer);
    const now = performance.now();
    for (const [every, until] of rounds.needs) if (until < now) rounds.needs.delete(every);
    if (rounds.needs.size === 0) return;
    const everyMs = Math.min(...rounds.needs.keys()) * (1 - JITTER * Math.random());
    rounds.timer = setTimeout(() => this.#round(shard, rounds), Math.max(0, rounds.lastAt + everyMs - now)).unref();
  }

  #round(shard: number, rounds: Rounds): void {
    if (this.#snapshot === null) return;
    rounds.lastAt = performance.now();
    this.#schedule(shard);
    const [first, ...others] = nodesOf(this.#snapshot, shard);
    if (first === undefined) return;
    const rest = (): void => {
      for (const node of others) void this.#sample(shard, node);
    };
    // Who has not answered the last question is not asked the next one, and holds up nobody.
    if (this.#asked.has(first.key)) rest();
    else void this.#sample(shard, first).then(rest);
  }

  async #sample(shard: number, node: NodeInfo): Promise<void> {
    if (this.#asked.has(node.key) || this.#stopped) return;
    this.#asked.add(node.key);
    const known = this.#asker.connected?.(node.address) ?? null;
    const sentAt = performance.now();
    let state: ReplicationState | null = null;
    try {
      state = parseReplicationState(await this.#asker.send(node.address, REPLICATION_STATE_COMMANDS));
    } catch {
      // Told by `state`.
    }
    const rttMs = known === null || state === null ? null : performance.now() - sentAt;
    this.#asked.delete(node.key);
    if (this.#stopped || this.#snapshot === null) return;
    // Its place may be another one by now.
    const at = nodesOf(this.#snapshot, shard).some(({ key }) => key === node.key) ? shard : -1;
    if (at === -1) return;
    const zone = this.#asker.connected?.(node.address)?.zone ?? null;
    if (this.#events.onSample(at, { node, sentAt, rttMs, zone, state }) && state !== null) void this.#sample(shard, node);
  }
}

/** The primary first. */
function nodesOf({ shards }: TopologySnapshot, shard: number): readonly NodeInfo[] {
  const { primary, replicas } = shards[shard] ?? { primary: null, replicas: [] };
  return primary === null ? replicas : [primary, ...replicas.filter(({ key }) => key !== primary.key)];
}

function merged(all: readonly Rounds[]): Rounds {
  const needs = new Map<number, number>();
  for (const rounds of all) for (const [every, until] of rounds.needs) needs.set(every, Math.max(until, needs.get(every) ?? 0));
  return { needs, lastAt: Math.max(...all.map(({ lastAt }) => lastAt)), timer: undefined };
}
