import type { ClusterNode } from './cluster-node.js';
import type { KnownNode } from './known-node.js';
import type { Gossip, Header, Message } from './messages.js';
import { NO_SLOTS } from './slots.js';

/** What a node makes of messages. https://github.com/redis/redis/blob/7.0/src/cluster.c (`clusterProcessPacket`) */
export class Listener {
  constructor(private readonly node: ClusterNode) {}

  receive(message: Message): void {
    const sender = this.node.table.node(message.header.from);
    if (sender === undefined) this.#stranger(message);
    else if (!sender.isInHandshake || this.#isMet(sender, message)) this.#heard(sender, message);
  }

  /** Only who asks to be met is taken in. */
  #stranger({ kind, header }: Message): void {
    if (kind !== 'meet') return;
    const sender = this.node.meet(header.from);
    if (sender !== null) this.node.pong(sender);
  }

  /** A node that was met belongs to the cluster once it has answered. */
  #isMet(sender: KnownNode, { kind }: Message): boolean {
    sender.heardAt = this.node.host.now;
    if (kind === 'ping' || kind === 'meet') this.node.pong(sender);
    if (kind !== 'pong') return false;
    sender.isInHandshake = false;
    return true;
  }

  #heard(sender: KnownNode, message: Message): void {
    const { node } = this;
    const { table, host, failures } = node;
    const { header } = message;
    sender.heardAt = host.now;
    table.currentEpoch = Math.max(table.currentEpoch, header.currentEpoch);
    sender.configEpoch = Math.max(sender.configEpoch, header.configEpoch);
    sender.offset = header.offset;
    node.manual.heard(sender, header);
    switch (message.kind) {
      case 'ping':
      case 'meet':
        node.pong(sender);
        this.#told(sender, header, message.gossip);
        break;
      case 'pong':
        sender.pongAt = host.now;
        sender.pingSentAt = null;
        if (sender.isSuspect || sender.isFailed) failures.answered(sender);
        this.#told(sender, header, message.gossip);
        break;
      case 'fail': {
        const about = table.node(message.about);
        if (about !== undefined) failures.failed(about);
        break;
      }
      case 'update': {
        const about = table.node(message.about);
        if (about !== undefined) node.claims.updated(about, message.configEpoch, message.slots);
        break;
      }
      case 'voteRequest':
        node.election.requested(sender, header, message.isForced);
        break;
      case 'vote':
        node.election.voted(sender, header, node.manual.canStart);
        break;
      case 'pause':
        node.manual.requested(sender);
        break;
      case 'publish':
        host.deliver(message.channel, message.message, message.isSharded);
    }
  }

  #told(sender: KnownNode, header: Header, gossip: readonly Gossip[]): void {
    this.#roleOf(sender, header);
    this.node.claims.heard(sender, header);
    for (const each of gossip) this.#gossiped(sender, each);
  }

  #roleOf(sender: KnownNode, header: Header): void {
    const { table } = this.node;
    if (header.primary < 0) {
      table.makePrimary(sender);
      return;
    }
    const primary = table.node(header.primary);
    if (primary === undefined || sender.primary === primary) return;
    // A primary that has become a replica. Its slots have nobody until the new primary says so itself.
    if (sender.isPrimary) {
      table.setSlots(sender, NO_SLOTS);
      this.node.updateState();
    }
    sender.primary = primary;
    // The primary of this replica follows another one by now.
    if (table.myself.primary === sender && primary !== table.myself) this.node.follow(primary);
  }

  #gossiped(sender: KnownNode, { about, isFailing, pongAt }: Gossip): void {
    const { table, failures } = this.node;
    const other = table.node(about);
    if (other === undefined) this.node.meet(about);
    else if (other !== table.myself) {
      failures.reported(sender, other, isFailing);
      const isWell = !isFailing && !other.isSuspect && !other.isFailed && other.pingSentAt === null && other.reports.size === 0;
      if (isWell && pongAt > other.pongAt) other.pongAt = pongAt;
    }
  }
}
