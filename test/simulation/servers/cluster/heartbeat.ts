import type { Bus } from './bus.js';
import type { ClusterCore } from './core.js';
import type { KnownNode } from './known-node.js';
import type { Gossip, Message } from './messages.js';

/** One of so many nodes that were drawn is pinged each second: the one that was heard of longest ago. */
const CANDIDATES = 5;
/** Calls of the cron a second. */
const CRON_HZ = 10;
/** At least so many other nodes a ping tells of. */
const LEAST_GOSSIP = 3;

/** Pings, pongs, and what they say of other nodes. https://github.com/redis/redis/blob/7.0/src/cluster.c (`clusterCron`, `clusterSendPing`) */
export class Heartbeat {
  #turns = 0;

  constructor(
    private readonly core: ClusterCore,
    private readonly bus: Bus,
  ) {}

  step(): void {
    const { table } = this.core;
    for (const node of table.nodes) if (node !== table.myself) this.#keepLink(node);
    if (++this.#turns % CRON_HZ === 0) this.#pingOldest();
  }

  #keepLink(node: KnownNode): void {
    const { host, settings } = this.core;
    const { now } = host;
    const openedAt = this.bus.openedAt(node.ordinal);
    if (openedAt === null) {
      this.#connect(node);
      return;
    }
    const half = settings.nodeTimeoutMs / 2;
    if (node.pingSentAt === null) {
      if (now - node.pongAt > half) this.ping(node);
    } else if (now - openedAt > settings.nodeTimeoutMs && now - Math.max(node.pingSentAt, node.heardAt) > half) {
      this.bus.close(node.ordinal);
    }
  }

  #connect(node: KnownNode): void {
    const since = node.pingSentAt;
    if (this.bus.open(node.ordinal)) this.ping(node);
    // It does not answer since it was first tried.
    node.pingSentAt = since ?? this.core.host.now;
  }

  #pingOldest(): void {
    const { table, host } = this.core;
    let oldest: KnownNode | null = null;
    for (let drawn = 0; drawn < CANDIDATES; drawn++) {
      const node = host.random.pick(table.nodes);
      if (node === table.myself || node.pingSentAt !== null || this.bus.openedAt(node.ordinal) === null) continue;
      if (oldest === null || node.pongAt < oldest.pongAt) oldest = node;
    }
    if (oldest !== null) this.ping(oldest);
  }

  ping(node: KnownNode): void {
    node.pingSentAt ??= this.core.host.now;
    this.#send(node, node.isInHandshake ? 'meet' : 'ping');
  }

  pong(node: KnownNode): void {
    if (this.bus.openedAt(node.ordinal) === null) this.#connect(node);
    this.#send(node, 'pong');
  }

  #send(node: KnownNode, kind: 'ping' | 'pong' | 'meet'): void {
    const message: Message = { kind, header: this.core.header(), gossip: this.#gossipFor(node) };
    this.bus.send(node.ordinal, message);
  }

  /** Some of the others, drawn, and all that do not answer. */
  #gossipFor(to: KnownNode): Gossip[] {
    const { table, host } = this.core;
    const { nodes, myself } = table;
    const wanted = Math.max(LEAST_GOSSIP, Math.floor(nodes.length / 10));
    const gossip: Gossip[] = [];
    const first = Math.floor(host.random.next() * nodes.length);
    for (let step = 0; step < nodes.length; step++) {
      const node = nodes[(first + step) % nodes.length] as KnownNode; // within
      if (node === myself || node === to || node.isInHandshake) continue;
      if (node.isSuspect || gossip.length < wanted) {
        gossip.push({ about: node.ordinal, isFailing: node.isSuspect || node.isFailed, pongAt: node.pongAt });
      }
    }
    return gossip;
  }
}
