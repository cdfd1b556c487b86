import type { TopologySnapshot } from '../../topology/snapshot.js';

/** A shard with another primary: keys of the old one, where it is known, and of the new one. */
interface FailoverChange {
  readonly from: string | null;
  readonly to: string;
}

/**
 * Failovers between two snapshots, each reported once. A snapshot may fall back for a moment, to a late view or to a primary that could not
 * be verified, and come again: that is no failover.
 */
export class FailoverEvents {
  /** The reported primary where there is a single shard. */
  #last: string | null = null;
  /** In a cluster: the primary that each node took over from, until another node takes over from it. */
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
