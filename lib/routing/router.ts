import type { Node } from '../pool/node.js';
import type { NodeInfo, TopologySnapshot } from '../topology/topology.js';
import type { ReadPolicy } from './read-preference.js';
import { candidates, choose } from './selection.js';

/** Who serves what, for one snapshot and one state of health: made anew when either changes, so that a command only looks things up. */
export class Router {
  /** Per shard; null where there is none that we know of. */
  readonly #primaries: readonly (Node | null)[];
  readonly #candidates = new Map<ReadPolicy, (readonly Node[])[]>();
  #turn = 0;

  constructor(
    readonly snapshot: TopologySnapshot,
    private readonly nodeOf: (info: NodeInfo) => Node,
    /** Reachable, and not to be avoided for the moment. */
    private readonly usable: (node: Node) => boolean,
  ) {
    this.#primaries = snapshot.shards.map((shard) => (shard.primary === null ? null : nodeOf(shard.primary)));
  }

  /** Whether keys decide the shard. */
  get sharded(): boolean {
    return this.snapshot.slots !== null;
  }

  /** Index of the shard that has the slot; for -1 any shard, in turn. -1: nobody owns it. */
  shardFor(slot: number): number {
    const { slots, shards } = this.snapshot;
    if (slots === null) return shards.length === 0 ? -1 : 0;
    if (slot >= 0) return slots.shardOf(slot);
    // Commands without keys are spread over the primaries that can be reached.
    for (let tries = 0; tries < shards.length; tries++) {
      this.#turn = (this.#turn + 1) % shards.length;
      const node = this.#primaries[this.#turn];
      if (node && this.usable(node)) return this.#turn;
    }
    return shards.length === 0 ? -1 : this.#turn;
  }

  primaryOf(shard: number): Node | null {
    return this.#primaries[shard] ?? null;
  }

  /** A node for a command that only reads. */
  readerOf(shard: number, policy: ReadPolicy): Node | null {
    let byShard = this.#candidates.get(policy);
    if (byShard === undefined) {
      byShard = [];
      this.#candidates.set(policy, byShard);
    }
    let nodes = byShard[shard];
    if (nodes === undefined) {
      nodes = this.candidatesOf(shard, policy);
      byShard[shard] = nodes;
    }
    return nodes.length === 1 ? (nodes[0] ?? null) : (choose(nodes, loadOf, Math.random) ?? null);
  }

  candidatesOf(shard: number, policy: ReadPolicy): readonly Node[] {
    const description = this.snapshot.shards[shard];
    if (description === undefined) return [];
    const infos = candidates(description, policy, (key) => {
      const info = this.snapshot.nodes.get(key);
      return info !== undefined && this.usable(this.nodeOf(info));
    });
    return infos.map(this.nodeOf);
  }

  /** One slot of every shard that has any, to address the shard itself, whoever its primary is by then. */
  slotOfEachShard(): number[] {
    const { slots } = this.snapshot;
    if (slots === null) return [-1];
    const first = new Map<number, number>();
    for (const { start, shard } of slots.ranges()) if (!first.has(shard)) first.set(shard, start);
    return [...first.values()];
  }
}

const loadOf = (node: Node): number => node.load;
