import { ConnectionLostError, type SlotwiseError } from '../../errors.js';
import { type Address, addressKey } from '../../options/address.js';
import type { Options } from '../../options/defaults.js';
import { Node, type NodeEvents } from '../../pool/node.js';
import type { Call } from '../../protocol/call.js';
import type { TopologySnapshot } from '../../topology/snapshot.js';

/** How long a node that left the topology may still answer what it was sent, in ms. */
const GRACE_MS = 5_000;

/** Registry of the nodes, by key, with those that left the topology and still have replies to give. Making a node opens nothing. */
export class NodeRegistry {
  readonly #options: Options;
  readonly #events: NodeEvents;
  readonly #nodes = new Map<string, Node>();
  readonly #leaving = new Map<Node, NodeJS.Timeout>();

  constructor(options: Options, events: NodeEvents) {
    this.#options = options;
    this.#events = events;
  }

  get(key: string): Node | undefined {
    return this.#nodes.get(key);
  }

  all(): readonly Node[] {
    return [...this.#nodes.values()];
  }

  /** The node at this address, made if there is none. */
  at(address: Address): Node {
    const key = addressKey(address);
    const known = this.#nodes.get(key);
    if (known !== undefined) return known;
    const { tls, connectTimeoutMs, keepAliveMs, protocol, credentials, database, clientName, pool, reconnect } = this.#options;
    const connection = { address, tls, connectTimeoutMs, keepAliveMs, protocol, credentials, database, clientName };
    const node = new Node(key, { connection, ...pool, reconnect }, this.#events);
    this.#nodes.set(key, node);
    return node;
  }

  /** Drops nodes that left the topology. Returns the unwritten calls of those, and of nodes that are no longer primaries. */
  adopt(next: TopologySnapshot, previous: TopologySnapshot | null): Call[] {
    const unwritten: Call[] = [];
    for (const [key, node] of this.#nodes) {
      const info = next.nodes.get(key);
      if (info === undefined) {
        this.#nodes.delete(key);
        for (const call of node.takeUnwritten()) unwritten.push(call);
        node.dropStalled();
        node.clearExclusive();
        this.#leave(node);
      } else if (previous?.nodes.get(key)?.role === 'primary' && info.role !== 'primary') {
        for (const call of node.takeUnwritten()) unwritten.push(call);
        node.dropStalled();
        node.clearExclusive();
      }
    }
    return unwritten;
  }

  /** The node with this key, or one that left and still has replies to give. */
  presentOrLeaving(key: string): Node | null {
    return this.#nodes.get(key) ?? [...this.#leaving.keys()].find((node) => node.key === key) ?? null;
  }

  #leave(node: Node): void {
    const end = (): void => {
      clearTimeout(this.#leaving.get(node));
      this.#leaving.delete(node);
    };
    const timer = setTimeout(() => {
      end();
      node.destroy(new ConnectionLostError(`${node.key} left the topology`, { node: node.key }));
    }, GRACE_MS);
    timer.unref();
    this.#leaving.set(node, timer);
    void node.close().then(end);
  }

  async close(): Promise<void> {
    await Promise.all(this.all().map((node) => node.close()));
  }

  destroy(error: SlotwiseError): void {
    for (const [node, timer] of this.#leaving) {
      clearTimeout(timer);
      node.destroy(error);
    }
    this.#leaving.clear();
    for (const node of this.#nodes.values()) node.destroy(error);
  }
}
