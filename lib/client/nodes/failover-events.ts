import type { TopologySnapshot } from '../../topology/snapshot.js';

export interface FailoverChange {
  readonly from: string | null;
  readonly to: string;
}

/**
 * Shards that have another primary than was told before. What is told is a change, once: a snapshot may fall back for a moment, to a view that was
 * late or to a primary that nobody could verify, and come again.
 */
export class FailoverEvents {
  /** Of a single shard. */
  #last: string | null = null;
  /** In a cluster: whom each node took over from, until somebody takes over from it. */
  readonly #announced = new Map<string, string | null>();

  between(previous: TopologySnapshot | null, next: TopologySnapshot): readonly FailoverChange[] {
    return next.slots === null ? this.#ofShard(next) : previous === null ? [] : this.#ofCluster(previous, next);
  }

  #ofShard({ shards, problem }: TopologySnapshot): readonly FailoverChange[] {
    const to = shards[0]?.primary?.key;
    if (to === undefined || problem !== undefined || to === this.#last) return [];
    const from = this.#last;
    this.#last = to;
    return from === null ? [] : [{ from, to }];
  }

  /** A known replica is a primary now. Slots that move between primaries are no failover. */
  #ofCluster(previous: TopologySnapshot, next: TopologySnapshot): readonly FailoverChange[] {
    return next.shards.flatMap(({ primary }) => {
      if (primary === null) return [];
      const before = previous.nodes.get(primary.key);
      if (before === undefined || before.role === 'primary') return [];
      const from = previous.shards.find(({ replicas }) => replicas.some((node) => node.key === primary.key))?.primary?.key ?? null;
      if (this.#announced.has(primary.key) && this.#announced.get(primary.key) === from) return [];
      this.#announced.set(primary.key, from);
      if (from !== null) this.#announced.delete(from);
      return [{ from, to: primary.key }];
    });
  }
}
