import type { Shard, TopologySnapshot } from '../../topology/snapshot.js';

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
  /** The reported primary of each member of a ring; empty: of the single shard. */
  readonly #last = new Map<string, string>();
  /** In a cluster: the primary that each node took over from, until another node takes over from it. */
  readonly #announced = new Map<string, string | null>();

  between(previous: TopologySnapshot | null, next: TopologySnapshot): readonly FailoverChange[] {
    if (next.kind === 'ring') return next.shards.flatMap((shard) => this.#ofShard(shard, shard.member?.problem));
    // Of several endpoints each is as good as the others.
    if (next.kind === 'endpoints' && next.shards.length > 1) return [];
    if (next.slots === null) return next.shards.slice(0, 1).flatMap((shard) => this.#ofShard(shard, next.problem));
    return previous === null ? [] : this.#ofCluster(previous, next);
  }

  #ofShard({ primary, member }: Shard, problem: unknown): readonly FailoverChange[] {
    const to = primary?.key;
    const name = member?.name ?? '';
    const from = this.#last.get(name);
    if (to === undefined || problem !== undefined || to === from) return [];
    this.#last.set(name, to);
    // A fixed address that is given another one is no failover.
    return from === undefined || member?.kind === 'single' ? [] : [{ from, to }];
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
