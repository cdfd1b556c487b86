import type { ClusterCore } from './core.js';
import type { KnownNode } from './known-node.js';
import type { Header } from './messages.js';
import { SLOT_COUNT } from './slots.js';

/** https://github.com/redis/redis/blob/7.0/src/cluster.c (`clusterHandleSlaveFailover`), in ms. */
const LEAST_DELAY_MS = 500;
const RANDOM_DELAY_MS = 500;
const RANK_DELAY_MS = 1_000;
const LEAST_AUTH_TIMEOUT_MS = 2_000;
/** `repl-ping-replica-period`. */
const REPLICATION_PING_MS = 10_000;

/** How a replica asks for votes, and how a primary gives them. */
export class Election {
  /** When votes are asked for. */
  #at = Number.NEGATIVE_INFINITY;
  #rank = 0;
  #isAsked = false;
  #epoch = 0;
  #votes = 0;

  constructor(
    private readonly core: ClusterCore,
    private readonly won: () => void,
  ) {}

  /** CLUSTER FAILOVER starts anew at once, whatever was tried before. */
  reset(): void {
    this.#at = Number.NEGATIVE_INFINITY;
    this.#isAsked = false;
    this.#votes = 0;
  }

  /** Called ten times a second on a replica. */
  step(isManual: boolean): void {
    const { host, settings, table } = this.core;
    const { myself } = table;
    const { primary } = myself;
    if (primary === null || primary.slotCount === 0 || (!primary.isFailed && !isManual)) return;
    const { nodeTimeoutMs, validityFactor } = settings;
    const dataAgeMs = Math.max(0, host.dataAgeMs - nodeTimeoutMs);
    if (!isManual && validityFactor > 0 && dataAgeMs > REPLICATION_PING_MS + nodeTimeoutMs * validityFactor) return;

    const authTimeoutMs = Math.max(LEAST_AUTH_TIMEOUT_MS, nodeTimeoutMs * 2);
    if (host.now - this.#at > authTimeoutMs * 2) {
      this.#schedule(isManual);
      return;
    }
    if (!this.#isAsked && !isManual) {
      const rank = this.#currentRank(primary);
      if (rank > this.#rank) {
        this.#at += (rank - this.#rank) * RANK_DELAY_MS;
        this.#rank = rank;
      }
    }
    if (host.now < this.#at || host.now - this.#at > authTimeoutMs) return;
    if (!this.#isAsked) this.#ask(isManual);
    else if (this.#votes >= table.quorum) this.#win();
  }

  #schedule(isManual: boolean): void {
    const { core } = this;
    const { host, table } = core;
    const { primary } = table.myself;
    if (primary === null) return;
    this.#rank = isManual ? 0 : this.#currentRank(primary);
    this.#isAsked = false;
    this.#votes = 0;
    const delayMs = LEAST_DELAY_MS + host.random.next() * RANDOM_DELAY_MS + this.#rank * RANK_DELAY_MS;
    this.#at = host.now + (isManual ? 0 : delayMs);
    if (isManual) this.#ask(true);
    else for (const replica of table.replicasOf(primary)) if (replica !== table.myself) core.ping(replica);
  }

  /** How many replicas of the primary have more of its history. */
  #currentRank(primary: KnownNode): number {
    const { host, table } = this.core;
    const { offset } = host;
    return table.replicasOf(primary).filter((replica) => replica !== table.myself && replica.offset > offset).length;
  }

  #ask(isForced: boolean): void {
    const { core } = this;
    const { table } = core;
    table.currentEpoch++;
    this.#epoch = table.currentEpoch;
    this.#isAsked = true;
    core.broadcast({ kind: 'voteRequest', header: core.header(), isForced });
  }

  #win(): void {
    const { myself } = this.core.table;
    if (myself.configEpoch < this.#epoch) myself.configEpoch = this.#epoch;
    this.#isAsked = false;
    this.won();
  }

  voted(sender: KnownNode, header: Header, isManual: boolean): void {
    if (!sender.isPrimary || sender.slotCount === 0 || header.currentEpoch < this.#epoch || !this.#isAsked) return;
    this.#votes++;
    this.step(isManual);
  }

  /** https://github.com/redis/redis/blob/7.0/src/cluster.c (`clusterSendFailoverAuthIfNeeded`) */
  requested(candidate: KnownNode, header: Header, isForced: boolean): void {
    const { core } = this;
    const { table, host, settings } = core;
    const { myself } = table;
    if (!myself.isPrimary || myself.slotCount === 0) return;
    if (header.currentEpoch < table.currentEpoch || table.lastVoteEpoch === table.currentEpoch) return;
    const { primary } = candidate;
    if (primary === null || (!primary.isFailed && !isForced)) return;
    if (host.now - primary.votedAt < settings.nodeTimeoutMs * 2) return;
    for (let slot = 0; slot < SLOT_COUNT; slot++) {
      if (header.slots[slot] === 0) continue;
      const owner = table.ownerOf(slot);
      if (owner !== undefined && owner.configEpoch > header.configEpoch) return;
    }
    primary.votedAt = host.now;
    table.lastVoteEpoch = table.currentEpoch;
    core.send(candidate, { kind: 'vote', header: core.header() });
  }
}
