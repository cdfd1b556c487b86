import type { NodeInfo, TopologySnapshot } from '../../topology/snapshot.js';

/** What decides where a channel is subscribed. */
export interface Placement {
  /** `anywhere`: every node of a cluster gets its messages. `slot`: only the shard of its slot. `node`: only that node. */
  readonly bound: 'anywhere' | 'slot' | 'node';
  /** Slot of the channel's name. */
  readonly slot: number;
  /** Key of the node it is bound to; empty: none. */
  readonly node: string;
}

/**
 * Node where a channel belongs; null while no node serves it. `current`: the key of the node where it is subscribed.
 *
 * | subscription | node |
 * |---|---|
 * | bound to a node | that node, while it is a primary of the topology |
 * | one shard (single, replication, sentinel) | its primary |
 * | several endpoints that commands go to in turn | its current one, while it can be reached; else the first that can |
 * | a sharded channel in a cluster | the primary of its slot |
 * | any other in a cluster, which is subscribed | its current node, while that is in the topology and the cluster does not call it failed: to move costs messages |
 * | any other in a cluster | the primary of the slot of its name, where PUBLISH goes too; if that cannot be reached, the next shard's |
 *
 * https://redis.io/docs/latest/develop/pubsub/ : a cluster hands PUBLISH to all nodes; a primary to its replicas.
 */
export function nodeForChannel(
  placement: Placement,
  snapshot: TopologySnapshot,
  current: string | null,
  reachable: (key: string) => boolean,
): NodeInfo | null {
  const { shards, nodes, slots } = snapshot;
  if (placement.bound === 'node') return shards.find(({ primary }) => primary?.key === placement.node)?.primary ?? null;
  if (slots === null && shards.length <= 1) return shards[0]?.primary ?? null;
  if (slots === null) {
    const now = current === null ? undefined : nodes.get(current);
    if (now !== undefined && reachable(now.key)) return now;
    return shards.find(({ primary }) => primary !== null && reachable(primary.key))?.primary ?? now ?? shards[0]?.primary ?? null;
  }
  const home = slots.shardOf(placement.slot);
  const preferred = shards[home]?.primary ?? null;
  if (placement.bound === 'slot') return preferred;
  const node = current === null ? undefined : nodes.get(current);
  if (node?.usable) return node;
  for (const primary of primariesFrom(snapshot, Math.max(0, home))) if (primary.usable && reachable(primary.key)) return primary;
  return preferred ?? shards.find(({ primary }) => primary !== null)?.primary ?? null;
}

/** The primaries in order of the shards, from this one on. */
function* primariesFrom({ shards }: TopologySnapshot, first: number): Generator<NodeInfo> {
  for (let i = 0; i < shards.length; i++) {
    const primary = shards[(first + i) % shards.length]?.primary ?? null;
    if (primary !== null) yield primary;
  }
}
