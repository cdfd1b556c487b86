import type { NodeInfo, TopologySnapshot } from '../../topology/snapshot.js';
import { nodeForChannel } from './channel-placement.js';

/**
 * Through which node of a cluster a client publishes to a channel: any would do, but what goes through different nodes arrives in any order. So all
 * channels of a slot keep to one node, also when it becomes a replica or loses the slot, until it cannot be reached or leaves.
 */
export class PublishAffinity {
  readonly #nodes = new Map<number, string>();

  /** Null: there is no node. */
  nodeFor(slot: number, snapshot: TopologySnapshot, reachable: (key: string) => boolean): NodeInfo | null {
    const last = this.#nodes.get(slot);
    const seated = last !== undefined && reachable(last) ? last : null;
    const place = nodeForChannel({ bound: 'anywhere', slot, node: '' }, snapshot, seated, reachable);
    if (place !== null) this.#nodes.set(slot, place.key);
    return place;
  }
}
