import type { ServerConnection, ServerProcess } from '../server-process.js';
import { Bus, type BusPeer } from './bus.js';
import { ClusterTable } from './cluster-table.js';
import type { ClusterCore, ClusterHost, ClusterSettings } from './core.js';
import { Election } from './election.js';
import { FailureDetector } from './failure-detector.js';
import { Heartbeat } from './heartbeat.js';
import type { KnownNode, NodeIdentity } from './known-node.js';
import { Listener } from './listener.js';
import { ManualFailover } from './manual-failover.js';
import type { Header, Message } from './messages.js';
import type { OwnershipLog } from './ownership.js';
import { SlotClaims } from './slot-claims.js';
import { NO_SLOTS, SLOT_COUNT } from './slots.js';

/** https://github.com/redis/redis/blob/7.0/src/cluster.c (`clusterUpdateState`: CLUSTER_WRITABLE_DELAY, CLUSTER_MIN_REJOIN_DELAY, _MAX_) */
const WRITABLE_DELAY_MS = 2_000;
const REJOIN_LEAST_MS = 500;
const REJOIN_MOST_MS = 5_000;
const CRON_MS = 100;
/** A node that was forgotten is not taken in again for this long. */
const FORGOTTEN_MS = 60_000;

/** All nodes that there are, for those that are told of one: its address comes with the word. */
export interface ClusterDirectory {
  readonly settings: ClusterSettings;
  readonly ownership: OwnershipLog;
  identity(ordinal: number): NodeIdentity | undefined;
  node(ordinal: number): ClusterNode | undefined;
}

/** A node of a cluster: what it believes, and what it makes of what the others say. */
export class ClusterNode implements ClusterCore, BusPeer {
  state: 'ok' | 'fail' = 'ok';
  /** It was taken out of the cluster. */
  isApart = false;
  readonly settings: ClusterSettings;
  readonly table: ClusterTable;
  readonly claims: SlotClaims;
  readonly manual: ManualFailover;
  readonly election: Election;
  readonly #bus: Bus;
  readonly #heartbeat: Heartbeat;
  readonly failures: FailureDetector;
  readonly #listener: Listener;
  #startedAt = Number.NEGATIVE_INFINITY;
  #minorityAt = Number.NEGATIVE_INFINITY;
  #isOwnershipNews = true;

  constructor(
    readonly process: ServerProcess<ServerConnection>,
    identity: NodeIdentity,
    readonly host: ClusterHost,
    private readonly directory: ClusterDirectory,
  ) {
    this.settings = directory.settings;
    this.table = new ClusterTable(identity, () => {
      this.#isOwnershipNews = true;
    });
    this.claims = new SlotClaims(this);
    this.manual = new ManualFailover(this);
    this.election = new Election(this, () => this.takeOver());
    this.#bus = new Bus(process, (ordinal) => directory.node(ordinal));
    this.#heartbeat = new Heartbeat(this, this.#bus);
    this.failures = new FailureDetector(this);
    this.#listener = new Listener(this);
  }

  // --- life

  /** `isFirst`: the cluster is made, and begins well. Else it must be heard of first. */
  started(isFirst: boolean): void {
    const { now } = this.host;
    this.state = isFirst ? 'ok' : 'fail';
    this.#startedAt = isFirst ? Number.NEGATIVE_INFINITY : now;
    for (const node of this.table.nodes) node.forgetLinks(now);
    this.process.after(this.host.random.next() * CRON_MS, () => {
      this.#cron();
      this.process.every(CRON_MS, () => this.#cron());
    });
    this.settle();
  }

  died(): void {
    this.#bus.closeAll();
    this.manual.reset();
    this.election.reset();
  }

  #cron(): void {
    const { table } = this;
    this.#heartbeat.step();
    let isNews = false;
    for (const node of table.nodes) if (node !== table.myself && this.failures.check(node)) isNews = true;
    this.manual.step();
    this.#stepFailover();
    if (isNews || this.state === 'fail') this.updateState();
    this.host.step();
    this.settle();
  }

  #stepFailover(): void {
    if (this.table.myself.primary === null) return;
    if (this.manual.isUnderWay && !this.manual.canStart) return;
    this.election.step(this.manual.canStart);
  }

  /** Writes down what has become of its slots. After each thing that it does. */
  settle(): void {
    if (!this.#isOwnershipNews) return;
    this.#isOwnershipNews = false;
    const { myself } = this.table;
    const slots = myself.isPrimary ? this.table.slotsOf(myself) : NO_SLOTS;
    this.directory.ownership.changed({ at: this.host.now, server: this.process.name, slots, epoch: myself.configEpoch });
  }

  // --- other nodes

  receive(message: Message): void {
    if (this.isApart) return;
    this.#listener.receive(message);
    this.settle();
  }

  isLinkedTo(node: KnownNode): boolean {
    return this.#bus.openedAt(node.ordinal) !== null;
  }

  /** A node to get to know; null: there is none of that number, or it was forgotten. */
  meet(ordinal: number): KnownNode | null {
    const identity = this.directory.identity(ordinal);
    if (identity === undefined || this.table.node(ordinal) !== undefined || this.table.isForgotten(ordinal, this.host.now)) return null;
    const node = this.table.add(identity);
    node.forgetLinks(this.host.now);
    node.isInHandshake = true;
    return node;
  }

  forget(node: KnownNode): void {
    this.#bus.close(node.ordinal);
    this.table.forget(node, this.host.now + FORGOTTEN_MS);
    this.updateState();
  }

  pong(node: KnownNode): void {
    this.#heartbeat.pong(node);
  }

  header(): Header {
    const { table } = this;
    const { myself } = table;
    const { owner } = myself;
    return {
      from: myself.ordinal,
      primary: myself.primary?.ordinal ?? -1,
      currentEpoch: table.currentEpoch,
      configEpoch: owner.configEpoch,
      slots: table.slotsOf(owner),
      offset: this.host.offset,
      isPaused: this.manual.isPaused,
    };
  }

  send(to: KnownNode, message: Message): void {
    this.#bus.send(to.ordinal, message);
  }

  broadcast(message: Message): void {
    for (const node of this.table.nodes) if (node !== this.table.myself && !node.isInHandshake) this.send(node, message);
  }

  ping(to: KnownNode): void {
    this.#heartbeat.ping(to);
  }

  pongToAll(): void {
    for (const node of this.table.nodes) if (node !== this.table.myself) this.#heartbeat.pong(node);
  }

  /** CLUSTER RESET of one that leaves: alone, without slots. Those who do not know it yet do not bring it back. */
  reset(): void {
    this.isApart = true;
    this.#bus.closeAll();
    this.manual.reset();
    this.table.reset();
    this.state = 'fail';
    this.#isOwnershipNews = true;
    this.settle();
  }

  // --- roles

  follow(primary: KnownNode): void {
    const { table } = this;
    if (table.myself.isPrimary) {
      table.migrating.clear();
      table.importing.clear();
    }
    table.myself.primary = primary;
    this.#isOwnershipNews = true;
    this.manual.reset();
    this.host.follow(primary.identity);
    this.host.slotsLeft();
  }

  /** This replica becomes the primary of its shard. https://github.com/redis/redis/blob/7.0/src/cluster.c (`clusterFailoverReplaceYourMaster`) */
  takeOver(): void {
    const { table } = this;
    const old = table.myself.primary;
    if (old === null) return;
    const slots = table.slotsOf(old);
    this.#takeMarks(old);
    table.makePrimary(table.myself);
    this.host.becomePrimary();
    for (let slot = 0; slot < SLOT_COUNT; slot++) if (slots[slot] === 1) table.setOwner(slot, table.myself);
    this.#isOwnershipNews = true;
    this.updateState();
    this.pongToAll();
    this.manual.reset();
  }

  /** CLUSTER FAILOVER, on a replica. Returns why not. */
  failover(mode: 'FORCE' | 'TAKEOVER' | null): string | null {
    const { primary } = this.table.myself;
    if (primary === null) return 'ERR You should send CLUSTER FAILOVER to a replica';
    if (mode === null && (primary.isFailed || !this.isLinkedTo(primary))) {
      return 'ERR Master is down or failed, please use CLUSTER FAILOVER FORCE';
    }
    if (mode === 'TAKEOVER') {
      this.claims.bumpEpoch();
      this.takeOver();
    } else {
      this.election.reset();
      this.manual.begin(mode === 'FORCE');
    }
    this.settle();
    return null;
  }

  /** A slot is on its way, or, with null, not any more. */
  mark(slot: number, how: 'migrating' | 'importing', other: KnownNode | null): void {
    if (other === null) this.table[how].delete(slot);
    else this.table[how].set(slot, other);
  }

  /**
   * By SETSLOT NODE, and at the end of an atomic move. Replicas know it as soon as their primary does, and have its marks, as since Valkey 8. A
   * Redis that is promoted may not, and so loses keys by itself: nothing that a client could mend. https://valkey.io/commands/cluster-setslot/
   */
  setOwner(slot: number, to: KnownNode): void {
    const { table, directory } = this;
    table.setOwner(slot, to);
    for (const { ordinal } of table.replicasOf(table.myself)) {
      const theirs = directory.node(ordinal)?.table;
      const known = theirs?.node(to.ordinal);
      if (known !== undefined) theirs?.setOwner(slot, known);
    }
  }

  #takeMarks(old: KnownNode): void {
    const theirs = this.directory.node(old.ordinal)?.table;
    if (theirs === undefined) return;
    for (const how of ['migrating', 'importing'] as const) {
      for (const [slot, { ordinal }] of theirs[how]) this.mark(slot, how, this.table.node(ordinal) ?? null);
    }
  }

  // --- state

  updateState(): void {
    const { table, host, settings } = this;
    const { now } = host;
    const { isPrimary } = table.myself;
    // A primary that comes back gives the cluster time to tell it that it is none any more.
    if (isPrimary && this.state === 'fail' && now - this.#startedAt < WRITABLE_DELAY_MS) return;
    const { voters } = table;
    const reachable = voters.filter((node) => !node.isSuspect && !node.isFailed);
    const isMinority = reachable.length < Math.floor(voters.length / 2) + 1;
    if (isMinority) this.#minorityAt = now;
    const isCovered = !settings.requiresFullCoverage || (table.uncovered === 0 && !voters.some(({ isFailed }) => isFailed));
    const state = isMinority || !isCovered ? 'fail' : 'ok';
    if (state === this.state) return;
    const rejoinMs = Math.min(REJOIN_MOST_MS, Math.max(REJOIN_LEAST_MS, settings.nodeTimeoutMs));
    if (state === 'ok' && isPrimary && now - this.#minorityAt < rejoinMs) return;
    this.state = state;
  }
}
