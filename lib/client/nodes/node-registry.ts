import type { Dialects } from '../../connection/dialects.js';
import { ConnectionLostError, type SlotwiseError } from '../../errors.js';
import { type Address, addressKey } from '../../options/address.js';
import type { Options } from '../../options/defaults.js';
import { Node, type NodeEvents } from '../../pool/node.js';
import type { Call, QueueUsage } from '../../protocol/call.js';
import { clearInterval, clearTimeout, setInterval, setTimeout } from '../../runtime/runtime.js';
import { isConfirmed, type TopologySnapshot } from '../../topology/snapshot.js';

/** How long a node that left the topology may still answer what it was sent, in ms. */
const GRACE_MS = 5_000;

/** Period at which it is looked whether anything is still under way at an endpoint that is not used any more, in ms. */
const LEAVING_MS = 500;

/** Most nodes that no view of the servers names, known by redirections alone. */
const MAX_GUESTS = 16;
/** How long such a node stays that nothing uses, in ms: at least once, at most twice this. */
const GUEST_IDLE_MS = 2_000;

/** Registry of the nodes, by key, with those that left the topology and still have replies to give. Making a node opens nothing. */
export class NodeRegistry {
  readonly #options: Options;
  readonly #events: NodeEvents;
  readonly #nodes = new Map<string, Node>();
  readonly #leaving = new Map<Node, NodeJS.Timeout>();
  /** Nodes that no view names, with what they had been sent when it was last looked whether something uses them. */
  readonly #guests = new Map<Node, number>();
  #snapshot: TopologySnapshot | null = null;
  #guestTimer: NodeJS.Timeout | undefined;

  /** `dialects`: what the client knows of how addresses are spoken to; null: all of them answer HELLO. */
  constructor(
    options: Options,
    events: NodeEvents,
    private readonly dialects: Dialects | null = null,
  ) {
    this.#options = options;
    this.#events = events;
  }

  get(key: string): Node | undefined {
    return this.#nodes.get(key);
  }

  all(): readonly Node[] {
    return [...this.#nodes.values()];
  }

  /** Those that left as well, and still have replies to give. */
  withLeaving(): readonly Node[] {
    return [...this.#nodes.values(), ...this.#leaving.keys()];
  }

  /** The node at this address, made if there is none. */
  at(address: Address): Node {
    const key = addressKey(address);
    const known = this.#nodes.get(key);
    if (known !== undefined) return known;
    const { tls, connectTimeoutMs, keepAliveMs, protocol, credentials, database, clientName, pool, reconnect } = this.#options;
    const { maxReplyBytes, maxReplyItems } = this.#options;
    const own = { connectTimeoutMs, keepAliveMs, maxReplyBytes, maxReplyItems, dialects: this.dialects };
    const connection = { address, tls, protocol, credentials, database, clientName, ...own };
    const node = new Node(key, { connection, ...pool, reconnect }, this.#events);
    this.#nodes.set(key, node);
    return node;
  }

  /**
   * The node that a redirection leads to. One that no view names is a guest: it goes when nothing uses it, and keeps its backoff until then,
   * however often it is named. Null: there are too many of them.
   */
  redirected(address: Address): Node | null {
    const key = addressKey(address);
    if (this.#snapshot !== null && isConfirmed(this.#snapshot, key)) return this.at(address);
    const known = this.#nodes.get(key);
    if (known === undefined && this.#guests.size >= MAX_GUESTS && !this.#makeRoom()) return null;
    const node = known ?? this.at(address);
    this.#addGuest(node);
    return node;
  }

  #addGuest(node: Node): void {
    if (this.#guests.has(node)) return;
    this.#guests.set(node, -1);
    this.#guestTimer ??= setInterval(() => this.#checkGuests(), GUEST_IDLE_MS).unref();
  }

  #checkGuests(): void {
    for (const [node, sent] of this.#guests) {
      if (node.isIdle && node.sent === sent) this.#dismiss(node);
      else this.#guests.set(node, node.sent);
    }
  }

  /** Has a guest go that nothing uses. False: all are used. */
  #makeRoom(): boolean {
    for (const node of this.#guests.keys()) if (node.isIdle && this.#dismiss(node)) return true;
    return false;
  }

  /** A guest goes. False: it stays, because the snapshot has it by a MOVED. */
  #dismiss(node: Node): boolean {
    if (this.#snapshot?.nodes.has(node.key) === true) return false;
    this.#forgetGuest(node);
    this.#nodes.delete(node.key);
    this.#leave(node);
    return true;
  }

  #forgetGuest(node: Node): void {
    this.#guests.delete(node);
    if (this.#guests.size > 0) return;
    clearInterval(this.#guestTimer);
    this.#guestTimer = undefined;
  }

  /** Drops nodes that left the topology. Returns the unwritten calls of those, and of nodes that are no longer primaries. */
  adopt(next: TopologySnapshot, previous: TopologySnapshot | null): Call[] {
    this.#snapshot = next;
    const unwritten: Call[] = [];
    for (const [key, node] of this.#nodes) {
      const info = next.nodes.get(key);
      if (info !== undefined) {
        if (isConfirmed(next, key)) this.#forgetGuest(node);
        else this.#addGuest(node);
      }
      if (info === undefined) {
        for (const call of node.takeUnwritten()) unwritten.push(call);
        node.dropStalled();
        // An endpoint that works is not wrong for what is under way: another one is only preferred.
        const works = next.kind === 'endpoints' && node.unreachableReason === null;
        node.clearExclusive(works);
        if (this.#guests.has(node)) continue;
        this.#nodes.delete(key);
        if (works) this.#leaveWhenIdle(node);
        else this.#leave(node);
      } else if (previous?.nodes.get(key)?.role === 'primary' && info.role !== 'primary') {
        for (const call of node.takeUnwritten()) unwritten.push(call);
        node.dropStalled();
        node.clearExclusive();
      }
    }
    // With those that the snapshot has by MOVED, of which the monitor bounds the number.
    for (const node of this.#guests.keys()) {
      if (this.#guests.size <= 2 * MAX_GUESTS) break;
      if (!next.nodes.has(node.key)) this.#dismiss(node);
    }
    return unwritten;
  }

  /** Keys have other places: gives back what the nodes have not been sent; calls that block, or wait for a lease, return by themselves. */
  giveBack(): Call[] {
    const nodes = this.all();
    const unwritten = nodes.flatMap((node) => node.takeUnwritten());
    for (const node of nodes) node.clearExclusive();
    return unwritten;
  }

  /** The node with this key, or one that left and still has replies to give. */
  presentOrLeaving(key: string): Node | null {
    return this.#nodes.get(key) ?? [...this.#leaving.keys()].find((node) => node.key === key) ?? null;
  }

  /** Calls that block and leases end when they end. */
  #leaveWhenIdle(node: Node): void {
    const look = (): void => {
      clearTimeout(this.#leaving.get(node));
      if (node.isIdle) this.#leave(node);
      else this.#leaving.set(node, setTimeout(look, LEAVING_MS).unref());
    };
    look();
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

  /** Calls that keep their places and that nobody waits for, as far as they count in this usage. */
  abandoned(usage: QueueUsage): number {
    return this.withLeaving().reduce((sum, node) => sum + node.abandoned(usage), 0);
  }

  async close(): Promise<void> {
    await Promise.all(this.all().map((node) => node.close()));
  }

  destroy(error: SlotwiseError): void {
    clearInterval(this.#guestTimer);
    for (const [node, timer] of this.#leaving) {
      clearTimeout(timer);
      node.destroy(error);
    }
    this.#leaving.clear();
    for (const node of this.#nodes.values()) node.destroy(error);
  }
}
