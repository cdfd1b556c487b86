import type { Node } from '../../pool/node.js';
import { BlockedKeys } from '../../protocol/blocked-keys.js';
import { type Call, SETTLED } from '../../protocol/call.js';
import { isRead } from '../../protocol/catalog/effects.js';
import { PROPAGATION_MS } from '../../routing/pubsub/propagation-delay.js';
import type { TopologySnapshot } from '../../topology/snapshot.js';
import { HandoverBarrier, SPUBLISH } from './handover-barrier.js';
import { needsPrimary } from './read-router.js';

/** A change of the topology, and what tells which calls the old owners hold. */
export interface Handover {
  readonly next: TopologySnapshot;
  readonly previous: TopologySnapshot;
  /** The node with this key, also one that has left the topology; null: there is none. */
  nodeOf(key: string): Pick<Node, 'key' | 'unreachableReason' | 'publishedAt' | 'forEachHeld' | 'takeUnwritten'> | null;
  slotOf(call: Call): number;
}

interface Barrier {
  /** What opens it: a moment, on the clock in ms, or the answers to the calls that the old node holds. */
  readonly until: number | HandoverBarrier;
  /** Keys of the writes that wait, where reads are served meanwhile; null: whatever `until` says waits. */
  readonly writes: BlockedKeys | null;
  /** Calls that were sent before and refused, in the order of the replies. */
  readonly refused: Call[];
  /** Calls that were issued since. */
  readonly issued: Call[];
}

/** Refused calls wait no longer than this after their moment for the answers to others of their slot, in ms. */
const MAX_OWED_MS = 100;
/** Gives the slots whose nodes owe answers to calls that were sent before their barriers were raised. */
type OwedSlots = () => ReadonlySet<number>;
const NOTHING_OWED: OwedSlots = () => new Set();

/** Slots of which nothing is published for a moment: their old node may still be handing on what it has answered. */
interface PublishingHold {
  readonly concerns: (slot: number) => boolean;
  readonly until: number;
}

/**
 * Barriers behind which the calls of a slot wait, so that they leave in the order they were issued.
 *
 * | barrier | stands | waiting calls | opens |
 * |---|---|---|---|
 * | of refusals | while the node of the slot refuses everything (LOADING, READONLY, CLUSTERDOWN …): each refused call would come back after a jittered moment of its own and overtake the others | all of the slot | after one moment for all, and when the topology changes, but not while the node owes answers to others of the slot, for 100 ms at most |
 * | of refused writes | while it refuses what writes (NOREPLICAS), likewise | writes, and reads with their keys | likewise |
 * | of a handover | since the slot went to another node while calls for it are on their way to the old one, which will refuse them: newer ones would overtake them | those with the same keys | when the last of those is answered, or after 100 ms; 50 ms later where SPUBLISH was among them |
 */
export class SlotBarriers {
  readonly #barriers = new Map<number, Barrier>();
  #publishingHolds: readonly PublishingHold[] = [];

  /** 0: no call has to wait. */
  get size(): number {
    return this.#barriers.size + this.#publishingHolds.length;
  }

  /** How many calls wait. */
  get calls(): number {
    let sum = 0;
    for (const { refused, issued } of this.#barriers.values()) sum += refused.length + issued.length;
    return sum;
  }

  /** Has the call wait if a barrier of its slot blocks it. False: it need not wait. */
  hold(slot: number, call: Call, now: number): boolean {
    const barrier = this.#barriers.get(slot) ?? (call.spec === SPUBLISH ? this.#holdPublishing(slot, now) : undefined);
    if (barrier === undefined || !blocks(barrier, call)) return false;
    // What was tried before is older than what waits here.
    (call.attempts > 0 ? barrier.refused : barrier.issued).push(call);
    return true;
  }

  /** Takes a call that was refused, or would be. The first one of a slot decides when all of them go on. */
  holdRefused(slot: number, call: Call, until: number, waiting: 'writes' | 'all' = 'all'): void {
    let barrier = this.#barriers.get(slot);
    if (barrier === undefined) {
      barrier = { until, writes: waiting === 'writes' ? new BlockedKeys() : null, refused: [], issued: [] };
      this.#barriers.set(slot, barrier);
    } else if (barrier.until instanceof HandoverBarrier) barrier.until.coverWholeSlot();
    else if (waiting === 'all') barrier.writes?.coverWholeSlot();
    barrier.writes?.add(call);
    // What was never sent is newer than what is still to be refused.
    (call.attempts > 0 ? barrier.refused : barrier.issued).push(call);
  }

  /** Raises a barrier for each slot that has left a node while the node holds writes of it: they will be refused and sent again. */
  raise(handover: Handover, now: number): void {
    const { slotOf } = handover;
    for (const { node, isLost } of lossesOf(handover)) {
      if (node.unreachableReason !== null) continue;
      const held = new Map<number, Call[]>();
      node.forEachHeld((call) => {
        const slot = call.state === SETTLED || isRead(call.spec) ? -1 : slotOf(call);
        if (slot < 0 || !isLost(slot)) return;
        const calls = held.get(slot);
        if (calls === undefined) held.set(slot, [call]);
        else calls.push(call);
      });
      for (const [slot, calls] of held) this.#raiseFor(slot, calls, now);
      const until = node.publishedAt + PROPAGATION_MS;
      if (until > now) this.#publishingHolds = [...this.#publishingHolds, { concerns: isLost, until }];
    }
  }

  #raiseFor(slot: number, calls: readonly Call[], now: number): void {
    const { until, refused, issued } = this.#barriers.get(slot) ?? { until: now, refused: [], issued: [] };
    const barrier = new HandoverBarrier(now, until instanceof HandoverBarrier ? until : null);
    for (const call of calls) barrier.add(call);
    if (refused.length + issued.length > 0) barrier.coverWholeSlot();
    this.#barriers.set(slot, { until: barrier, writes: null, refused, issued });
  }

  /** A slot with a `PublishingHold` gets its barrier with the first SPUBLISH. */
  #holdPublishing(slot: number, now: number): Barrier | undefined {
    const hold = this.#publishingHolds.find(({ concerns, until }) => until > now && concerns(slot));
    if (hold === undefined) return undefined;
    const until = new HandoverBarrier(now);
    until.holdUntil(hold.until);
    const barrier: Barrier = { until, writes: null, refused: [], issued: [] };
    this.#barriers.set(slot, barrier);
    return barrier;
  }

  /** Drops the calls that `keep` does not want. */
  sift(keep: (call: Call) => boolean): void {
    for (const [slot, barrier] of this.#barriers) {
      this.#barriers.set(slot, { ...barrier, refused: barrier.refused.filter(keep), issued: barrier.issued.filter(keep) });
    }
  }

  /** Opens the barriers whose time has come, and returns their calls in order. */
  open(now: number, owedSlots = NOTHING_OWED): Call[] {
    if (this.#publishingHolds.length > 0) this.#publishingHolds = this.#publishingHolds.filter(({ until }) => until > now);
    const isOwed = lookup(owedSlots);
    return this.#openThose(({ until }, slot) => {
      if (until instanceof HandoverBarrier) return until.isOver(now);
      return until <= now && (until + MAX_OWED_MS <= now || !isOwed(slot));
    });
  }

  /** Opens the barriers of refusals, and returns their calls in order. Those that are owed answers open by `open`, as if their time had come. */
  openRefused(now: number, owedSlots = NOTHING_OWED): Call[] {
    for (const [slot, barrier] of this.#barriers) {
      const { until } = barrier;
      if (!(until instanceof HandoverBarrier)) this.#barriers.set(slot, { ...barrier, until: Math.min(until, now) });
    }
    const isOwed = lookup(owedSlots);
    return this.#openThose(({ until }, slot) => !(until instanceof HandoverBarrier) && !isOwed(slot));
  }

  #openThose(choose: (barrier: Barrier, slot: number) => boolean): Call[] {
    const calls: Call[] = [];
    for (const [slot, barrier] of this.#barriers) {
      if (!choose(barrier, slot)) continue;
      this.#barriers.delete(slot);
      for (const call of barrier.refused) calls.push(call);
      for (const call of barrier.issued) calls.push(call);
    }
    return calls;
  }
}

/** Whether a slot is among those; they are found out when the first one is asked for. */
function lookup(slots: OwedSlots): (slot: number) => boolean {
  let found: ReadonlySet<number> | null = null;
  return (slot) => {
    found ??= slots();
    return found.has(slot);
  };
}

function blocks({ until, writes }: Barrier, call: Call): boolean {
  if (until instanceof HandoverBarrier) return until.blocks(call);
  if (writes === null) return true;
  if (isRead(call.spec)) return writes.blocks(call);
  writes.add(call);
  return true;
}

/** Whether the call keeps its place among the others of its slot: it goes to the primary of its keys, on a shared connection. */
export function keepsOrder(call: Call, slot: number): boolean {
  if (!needsPrimary(call, slot)) return false;
  const { extras } = call;
  return extras === null || (extras.exclusive === null && extras.target?.node === undefined && extras.target?.pinned === undefined);
}

/** The former owners of slots, and which slots each of them has lost. */
export function* lossesOf({ next, previous, nodeOf }: Handover): Generator<{
  readonly node: NonNullable<ReturnType<Handover['nodeOf']>>;
  isLost(slot: number): boolean;
}> {
  if (previous.slots === null) return;
  for (const { primary } of previous.shards) {
    const node = primary === null ? null : nodeOf(primary.key);
    if (node !== null) yield { node, isLost: (slot) => ownerOf(previous, slot) === node.key && ownerOf(next, slot) !== node.key };
  }
}

function ownerOf({ shards, slots }: TopologySnapshot, slot: number): string | undefined {
  return shards[slots?.shardOf(slot) ?? -1]?.primary?.key;
}
