import type { Options } from '../../options/defaults.js';
import type { Node } from '../../pool/node.js';
import type { Router } from '../../routing/router.js';
import type { Whereabouts } from '../../topology/monitor-api.js';
import { hasFixedAddress, kindOfShard, leadsToReplica, type NodeInfo, type Role, shardOfNode } from '../../topology/snapshot.js';

/** Facts of nodes and their shards, by the current snapshot: of a ring each member is a topology of its own. */
export class ShardFacts {
  constructor(
    private readonly kind: Options['topology']['kind'],
    private readonly router: () => Router | null,
  ) {}

  roleOf(key: string): Role | null {
    return this.router()?.snapshot.nodes.get(key)?.role ?? null;
  }

  /** The primary of the shard that has the slot; for -1 that of the only shard, null where there are several. */
  primaryOf(slot: number): Node | null {
    const router = this.router();
    return router?.primaryOf(router.shardOfSlot(slot)) ?? null;
  }

  /** Whether a slot of a cluster has another primary than the node with this key. */
  hasLeft(slot: number, key: string): boolean {
    const primary = this.kind === 'cluster' && slot >= 0 ? this.primaryOf(slot) : null;
    return primary !== null && primary.key !== key;
  }

  /** The replicas that may take over from a primary without a word to us. */
  maySucceed(primary: string): readonly NodeInfo[] {
    const snapshot = this.router()?.snapshot ?? null;
    const shard = snapshot?.shards.findIndex((one) => one.primary?.key === primary) ?? -1;
    if (snapshot === null || shard === -1) return [];
    const kind = kindOfShard(snapshot, shard);
    // Sentinels report a promotion themselves, and the old primary of a group does not hold its writers.
    return kind === 'cluster' || kind === 'replication' ? (snapshot.shards[shard]?.replicas ?? []) : [];
  }

  /** The fixed address leads to a replica: what only a primary may do waits until it leads elsewhere, which only probes can find. */
  leadsToReplica(place: Whereabouts): boolean {
    const router = this.router();
    return router !== null && leadsToReplica(router.snapshot, shardOf(router, place));
  }

  /** Whether the node is a server at a fixed address, behind which another one may come. */
  isFixedAddress(key: string): boolean {
    const router = this.router();
    if (this.kind !== 'ring' || router === null) return hasFixedAddress(this.kind);
    return kindOfShard(router.snapshot, shardOfNode(router.snapshot, key)) === 'single';
  }
}

/** Index of a shard; -1: none is named, of several. */
function shardOf(router: Router, { node, slot = -1 }: Whereabouts): number {
  return router.sharded && slot < 0 && node !== undefined ? shardOfNode(router.snapshot, node) : router.shardOfSlot(slot);
}
