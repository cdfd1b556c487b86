import { KnownNode, type NodeIdentity } from './known-node.js';
import { NO_SLOTS, SLOT_COUNT, type SlotRange, type SlotSet } from './slots.js';

const NOBODY = -1;

/** The cluster as one server sees it: what it writes to `nodes.conf`, so it outlives the process. */
export class ClusterTable {
  readonly nodes: KnownNode[] = [];
  currentEpoch = 0;
  lastVoteEpoch = 0;
  /** Slots that are on their way to another node, or from one. */
  readonly migrating = new Map<number, KnownNode>();
  readonly importing = new Map<number, KnownNode>();
  /** Slots whose owner does not claim them any more. They stay with it until another one does. */
  readonly unclaimed = new Set<number>();
  readonly myself: KnownNode;
  /** Nodes that were forgotten, and until when they are not taken in again. */
  readonly #forgotten = new Map<number, number>();
  readonly #byOrdinal: (KnownNode | undefined)[] = [];
  readonly #owners = new Int16Array(SLOT_COUNT).fill(NOBODY);
  #uncovered = SLOT_COUNT;

  constructor(
    identity: NodeIdentity,
    /** A slot of this server has come, or has gone. */
    private readonly ownSlotsChanged: (slot: number, isMine: boolean) => void,
  ) {
    this.myself = this.add(identity);
  }

  add(identity: NodeIdentity): KnownNode {
    const node = new KnownNode(identity);
    this.nodes.push(node);
    this.#byOrdinal[identity.ordinal] = node;
    return node;
  }

  node(ordinal: number): KnownNode | undefined {
    return this.#byOrdinal[ordinal];
  }

  byId(id: string): KnownNode | undefined {
    return this.nodes.find((node) => node.id === id);
  }

  /** https://redis.io/docs/latest/commands/cluster-forget/ : for a minute gossip does not bring it back. */
  forget(node: KnownNode, untilMs: number): void {
    this.setSlots(node, NO_SLOTS);
    for (const other of this.nodes) {
      other.reports.delete(node);
      if (other.primary === node) other.primary = null;
    }
    for (const moves of [this.migrating, this.importing]) for (const [slot, peer] of moves) if (peer === node) moves.delete(slot);
    this.nodes.splice(this.nodes.indexOf(node), 1);
    this.#byOrdinal[node.ordinal] = undefined;
    this.#forgotten.set(node.ordinal, untilMs);
  }

  /** CLUSTER RESET: alone, without slots. */
  reset(): void {
    const { myself } = this;
    myself.primary = null;
    for (const node of [...this.nodes]) {
      this.setSlots(node, NO_SLOTS);
      this.#byOrdinal[node.ordinal] = undefined;
    }
    this.nodes.splice(0, this.nodes.length, myself);
    this.#byOrdinal[myself.ordinal] = myself;
    this.migrating.clear();
    this.importing.clear();
  }

  isForgotten(ordinal: number, now: number): boolean {
    return (this.#forgotten.get(ordinal) ?? Number.NEGATIVE_INFINITY) > now;
  }

  /** Slots that nobody serves. */
  get uncovered(): number {
    return this.#uncovered;
  }

  ownerOf(slot: number): KnownNode | undefined {
    const ordinal = this.#owners[slot] as number; // a slot is within
    return ordinal === NOBODY ? undefined : this.#byOrdinal[ordinal];
  }

  setOwner(slot: number, node: KnownNode | null): void {
    this.unclaimed.delete(slot);
    const before = this.ownerOf(slot);
    if (before === (node ?? undefined)) return;
    this.#owners[slot] = node === null ? NOBODY : node.ordinal;
    if (before === undefined) this.#uncovered--;
    else {
      before.slotCount--;
      before.slots = before.slotCount === 0 ? NO_SLOTS : null;
    }
    if (node === null) this.#uncovered++;
    else {
      node.slotCount++;
      node.slots = null;
    }
    if (before === this.myself) this.ownSlotsChanged(slot, false);
    if (node === this.myself) this.ownSlotsChanged(slot, true);
  }

  /** At the beginning: slots that nobody has. */
  assign(node: KnownNode, [first, last]: SlotRange, slots: SlotSet): void {
    this.#owners.fill(node.ordinal, first, last + 1);
    node.slotCount += last + 1 - first;
    this.#uncovered -= last + 1 - first;
    node.slots = slots;
  }

  /** It has these slots, and no other ones. */
  setSlots(node: KnownNode, slots: SlotSet): void {
    const { ordinal } = node;
    for (let slot = 0; slot < SLOT_COUNT; slot++) {
      if (slots[slot] === 1) this.setOwner(slot, node);
      else if (this.#owners[slot] === ordinal) this.setOwner(slot, null);
    }
    if (node.slotCount > 0) node.slots = slots;
  }

  slotsOf(node: KnownNode): SlotSet {
    if (node.slots !== null) return node.slots;
    const { ordinal } = node;
    const slots = new Uint8Array(SLOT_COUNT);
    const owners = this.#owners;
    for (let slot = 0; slot < SLOT_COUNT; slot++) if (owners[slot] === ordinal) slots[slot] = 1;
    node.slots = slots;
    return slots;
  }

  /** Primaries with slots: those who vote, and of whom most must agree. */
  get voters(): KnownNode[] {
    return this.nodes.filter((node) => node.isPrimary && node.slotCount > 0);
  }

  get quorum(): number {
    return Math.floor(this.voters.length / 2) + 1;
  }

  replicasOf(node: KnownNode): KnownNode[] {
    return this.nodes.filter(({ primary }) => primary === node);
  }

  /** The highest epoch that any node is known to have. */
  get greatestEpoch(): number {
    return this.nodes.reduce((most, { configEpoch }) => Math.max(most, configEpoch), this.currentEpoch);
  }

  /** `node` is a primary from now on. https://github.com/redis/redis/blob/7.0/src/cluster.c (`clusterSetNodeAsMaster`) */
  makePrimary(node: KnownNode): void {
    node.primary = null;
  }
}
