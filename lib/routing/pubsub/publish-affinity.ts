import type { NodeInfo, TopologySnapshot } from '../../topology/snapshot.js';
import { nodeForChannel } from './channel-placement.js';

/**
 * Node of a cluster that a client publishes through, by slot of the channel. Any node would do, but messages that go through different
 * nodes arrive in any order. So all channels of a slot keep to one node, also when it becomes a replica or loses the slot, until it cannot
 * be reached or leaves.
 */
export class PublishAffinity {
  readonly #nodes = new Map<number, string>();

  /** Node to publish through; null: there is none. */
  nodeFor(slot: number, snapshot: TopologySnapshot, reachable: (key: string) => boolean): NodeInfo | null {
    const last = this.#nodes.get(slot);
    const current = last !== undefined && reachable(last) ? last : null;
    const node = nodeForChannel({ bound: 'anywhere', slot, node: '' }, snapshot, current, reachable);
    if (node !== null) this.#nodes.set(slot, node.key);
    return node;
  }
}
