import { ReplyError } from '../../errors.js';
import type { Arg, Raw } from '../../protocol/command-spec.js';
import { performance } from '../../runtime/runtime.js';
import { infoOf, numberOf, textOf } from '../../topology/replies.js';
import { AdminError } from '../admin-error.js';
import { type ReplicationFacts, replicationOf } from '../health/replication-facts.js';
import type { BatchClient, NodeCommandOptions } from '../node-connections.js';
import type { NodeRef, PlanStep } from '../plans/steps.js';
import { count, type SlotSet, slotsText } from '../slot-list.js';
import { parseMembers } from '../state/cluster-state.js';
import { KeyMover, keysIn, knownAddress, otherDatabases, throwFirst } from './key-mover.js';
import type { MoveLimits } from './move-options.js';
import { isLight, type SlotGroup, SlotGroups } from './slot-groups.js';

export type MoveStep = Extract<PlanStep, { readonly do: 'moveSlots' }>;

/** What the move of one step asks and tells. */
export interface StepControl {
  /** Nothing more is to be begun. */
  isStopped(): boolean;
  /** These slots have moved, with so many keys. */
  moved(slots: SlotSet, keys: number): void;
  /** Something that the operator should know, which ends nothing. */
  note(text: string): void;
}

/** Slots that are open on both sides. */
interface OpenGroup extends SlotGroup {
  /** The first keys of each slot, in database 0. */
  readonly firstKeys: readonly (readonly Buffer[])[];
  /** Numbers of the source's other databases that have keys, of whatever slot. */
  readonly databases: readonly number[];
  /** Slots that were open before, so that the target may have older copies of keys. */
  readonly resumed: ReadonlySet<number>;
  /** Number of slots, from the first on, that have no more keys at the source. */
  emptied: number;
  /** Number of keys that have moved. */
  keys: number;
}

/** More replicas than any server has. */
const MANY = 1_000;
/** Time in which replicas answer how far they are, in ms. */
const ACKNOWLEDGED_MS = 10;

const setSlot = (slot: number, ...words: readonly string[]): readonly Arg[] => ['CLUSTER', 'SETSLOT', slot, ...words];

/**
 * Mover of slots, key by key, in an order in which an end at any point leaves every key on the slot's owner or where the owner sends clients
 * to (ASK). Slots are opened and handed over in groups, one write for all of a group, and the next group is opened while the keys of one
 * move: those of three groups are open at most. Keys go one MIGRATE after the other, because the source serves nobody else meanwhile.
 * https://redis.io/docs/latest/commands/cluster-setslot/
 */
export class SlotMover {
  readonly #keys: KeyMover;
  /** Slots that were opened here: where a move of one goes on after a failure, it is one that was open before. */
  readonly #opened = new Set<number>();
  /** Ids of nodes that have not yet answered the last news of owners: the next ones reach them by gossip. */
  readonly #behind = new Set<string>();

  constructor(
    private readonly connections: BatchClient,
    private readonly limits: MoveLimits,
  ) {
    this.#keys = new KeyMover(connections, limits);
  }

  /** Moves slots with their keys, in order, until it is stopped. Those that are open then are finished. */
  async move(step: MoveStep, control: StepControl): Promise<void> {
    const groups = new SlotGroups(step.slots, this.limits.batch, (slots) => this.#countKeys(slots, step.from));
    const openNext = async (onlyLight: boolean): Promise<OpenGroup | null> => {
      const group = control.isStopped() ? null : await groups.next(onlyLight);
      return group === null ? null : await this.#open(group, step);
    };
    let current: OpenGroup | null = null;
    let opening: Promise<OpenGroup | null> = Promise.resolve(null);
    let handingOver: Promise<void> = Promise.resolve();
    try {
      for (;;) {
        current = (await opening) ?? (await openNext(false));
        if (current === null) break;
        opening = groups.hasGrown && isLight(current) ? quiet(openNext(true)) : Promise.resolve(null);
        await this.#empty(current, step);
        await handingOver;
        handingOver = quiet(this.#handOver(current, step, control));
        current = null;
        // What cannot be handed over at all shows at the first slot.
        if (!groups.hasGrown) await handingOver;
      }
      await handingOver;
    } catch (error) {
      await Promise.allSettled([opening, handingOver]);
      // The failure that came first is the one that counts.
      if (current !== null) await this.#tidy(current, step, control).catch(() => undefined);
      throw error;
    }
  }

  async #countKeys(slots: SlotSet, from: NodeRef): Promise<readonly number[]> {
    const counts = await this.#sendAll(
      from,
      slots.map((slot) => ['CLUSTER', 'COUNTKEYSINSLOT', slot]),
    );
    return counts.map((keys) => numberOf(keys, 0));
  }

  /** Opens slots on both sides, and asks for their first keys. */
  async #open(group: SlotGroup, step: MoveStep): Promise<OpenGroup> {
    const { slots } = group;
    const { from, to } = step;
    const resumed = new Set(slots.filter((slot) => step.replace || this.#opened.has(slot)));
    await this.#import(slots, step, resumed);
    // In this order on one connection: the keys are those of slots that are being sent away.
    const replies = await this.#sendAll(
      from,
      [
        ...slots.map((slot) => setSlot(slot, 'MIGRATING', to.id)),
        ...slots.map((slot) => ['CLUSTER', 'GETKEYSINSLOT', slot, this.limits.batch]),
        ['INFO', 'keyspace'],
      ],
      { buffers: true },
    );
    // To these the source sends nobody. Those that it has opened stay so: a client may write there at this moment.
    const refused = slots.filter((_, at) => replies[at] instanceof ReplyError);
    await this.#closeAt(
      to,
      refused.filter((slot) => !resumed.has(slot)),
    );
    for (const slot of slots) if (!refused.includes(slot)) this.#opened.add(slot);
    throwFirst(replies);
    const firstKeys = replies.slice(slots.length, 2 * slots.length).map(keysIn);
    return { ...group, firstKeys, databases: otherDatabases(replies.at(-1)), resumed, emptied: 0, keys: 0 };
  }

  /** Opens slots at the target first: a client that the source sends there must be welcome. */
  async #import(slots: SlotSet, { from, to }: MoveStep, resumed: ReadonlySet<number>): Promise<void> {
    const marks = slots.map((slot) => setSlot(slot, 'IMPORTING', from.id));
    // After the mark: some servers show no keys of slots that are neither theirs nor open.
    const counts = slots.map((slot) => ['CLUSTER', 'COUNTKEYSINSLOT', slot]);
    const replies = await this.#sendAll(to, [...marks, ...counts]);
    this.#keys.heard(to);
    const keysOf = (at: number): number => numberOf(replies[slots.length + at], 0);
    const foreign = this.limits.replace ? -1 : slots.findIndex((slot, at) => !resumed.has(slot) && keysOf(at) > 0);
    if (foreign !== -1 || replies.some((reply) => reply instanceof ReplyError)) {
      const marked = slots.filter((slot, at) => !resumed.has(slot) && !(replies[at] instanceof ReplyError));
      await this.#closeAt(to, marked);
    }
    throwFirst(replies);
    if (foreign === -1) return;
    throw new AdminError(
      `${to.name} holds ${count(keysOf(foreign), 'key')} of slot ${slots[foreign]}, which it does not own; they could be overwritten by those of ${from.name}. With --replace they are, or take them to the owner with: slotwise cluster fix`,
    );
  }

  /** Takes marks back to which no client was sent. */
  async #closeAt(node: NodeRef, slots: SlotSet): Promise<void> {
    await this.#sendAll(
      node,
      slots.map((slot) => setSlot(slot, 'STABLE')),
    );
  }

  async #empty(group: OpenGroup, { from, to }: MoveStep): Promise<void> {
    for (const [at, slot] of group.slots.entries()) {
      const duplicates = group.resumed.has(slot) || this.limits.replace ? 'other' : 'refuse';
      group.keys += await this.#keys.drain({ slot, from, to, duplicates }, group.firstKeys[at] ?? [], group.databases);
      group.emptied = at + 1;
    }
  }

  /** Gives slots to the target, which hears of it first: if the source forgot a slot first, no node would serve it for a moment. */
  async #handOver({ slots, keys }: Pick<OpenGroup, 'slots' | 'keys'>, step: MoveStep, control: StepControl): Promise<void> {
    const { from, to, others } = step;
    const words = slots.map((slot) => setSlot(slot, 'NODE', to.id));
    if (this.limits.waitReplicas > 0) await this.#awaitReplicas(to);
    await this.#expectEmptied(slots, step);
    throwFirst(await this.#sendAll(to, words));
    this.#keys.heard(to);
    // The source may know by gossip, and have become a replica with its last slot (`cluster-allow-replica-migration`, the default).
    throwFirst(await this.#sendAll(from, words), /SETSLOT only with/i);
    // The others learn it by gossip anyway, a moment later: nobody waits for one that is slow, or hangs.
    for (const other of others) {
      if (this.#behind.has(other.id)) continue;
      this.#behind.add(other.id);
      const told = this.#sendAll(other, words);
      told.then(() => this.#behind.delete(other.id)).catch(() => undefined);
    }
    control.moved(slots, keys);
  }

  /**
   * Rejects unless the source still sends the slots to the target, and has no keys of them. While this process was held up another one may
   * have taken them back: the source would delete what it has once it heard of the target as the owner.
   */
  async #expectEmptied(slots: SlotSet, { from, to }: MoveStep): Promise<void> {
    const counts = slots.map((slot) => ['CLUSTER', 'COUNTKEYSINSLOT', slot]);
    const replies = await this.#sendAll(from, [['CLUSTER', 'NODES'], ...counts]);
    throwFirst(replies);
    const self = parseMembers(textOf(replies[0]) ?? '').find(({ flags }) => flags.includes('myself'));
    const taken = slots.filter((slot, at) => self?.migrating.get(slot) !== to.id || numberOf(replies[at + 1], 0) > 0);
    if (taken.length === 0) return;
    throw new AdminError(
      `another run has ended the move of slots ${slotsText(taken, 4)} meanwhile: ${from.name} does not send them to ${to.name} any more, or has keys of them again`,
      { node: from.name, reason: 'changed' },
    );
  }

  /** What a lost target would take with it is on so many of its replicas before the source's copy counts no more. */
  async #awaitReplicas(to: NodeRef): Promise<void> {
    const { waitReplicas, replicasTimeoutMs } = this.limits;
    const written = (await this.#replication(to)).offset ?? 0;
    const end = performance.now() + replicasTimeoutMs;
    for (;;) {
      // For more replicas than there are: it asks them all how far they are. What it returns counts only what this connection has written.
      await this.#send(to, ['WAIT', MANY, ACKNOWLEDGED_MS]);
      const { replicas } = await this.#replication(to);
      const acknowledged = replicas.filter(({ state, offset }) => state === 'online' && offset !== null && offset >= written).length;
      if (acknowledged >= waitReplicas) return;
      if (performance.now() < end) continue;
      throw new AdminError(
        `${acknowledged} of ${count(waitReplicas, 'replica')} of ${to.name} have its keys after ${replicasTimeoutMs} ms; the slots stay open towards it`,
        { node: to.name, reason: 'failed' },
      );
    }
  }

  async #replication(node: NodeRef): Promise<ReplicationFacts> {
    return replicationOf({ info: infoOf(await this.#send(node, ['INFO', 'replication'])) });
  }

  /** After a failure: hands over the slots of an open group that have no more keys at the source. */
  async #tidy(group: OpenGroup, step: MoveStep, control: StepControl): Promise<void> {
    const slots = group.slots.slice(0, group.emptied);
    if (slots.length === 0 || this.limits.waitReplicas > 0) return;
    await this.#send(step.to, ['PING'], { timeoutMs: this.limits.migrateTimeoutMs });
    await this.#handOver({ slots, keys: group.keys }, step, control);
  }

  #send({ name, address }: NodeRef, words: readonly Arg[], options: NodeCommandOptions = {}): Promise<Raw> {
    return this.connections.send(knownAddress(name, address), words, options);
  }

  #sendAll({ name, address }: NodeRef, commands: readonly (readonly Arg[])[], options?: NodeCommandOptions): Promise<readonly Raw[]> {
    return this.connections.sendAll(knownAddress(name, address), commands, options);
  }
}

/** A promise that somebody waits for later: meanwhile its rejection must not be reported as unhandled. */
function quiet<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}
