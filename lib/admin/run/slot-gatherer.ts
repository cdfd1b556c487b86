import { ReplyError } from '../../errors.js';
import type { Arg, Raw } from '../../protocol/command-spec.js';
import { performance, sleep } from '../../runtime/runtime.js';
import { infoOf, numberOf, textOf } from '../../topology/replies.js';
import { AdminError } from '../admin-error.js';
import { keysByDatabase } from '../health/info-fields.js';
import type { BatchClient, NodeCommandOptions } from '../node-connections.js';
import type { Duplicates, NodeRef } from '../plans/steps.js';
import { parseMembers } from '../state/cluster-state.js';
import { isReply, KeyMover, keysIn, knownAddress, otherDatabases, throwFirst } from './key-mover.js';
import type { MoveLimits } from './move-options.js';

/** Keys that are asked for together. */
const KEYS_AT_ONCE = 256;
const POLL_MS = 10;

/** Gatherer of keys that are on a node which does not own their slot: they go to the owner. */
export class SlotGatherer {
  readonly #keys: KeyMover;

  constructor(
    private readonly connections: BatchClient,
    private readonly limits: MoveLimits,
  ) {
    this.#keys = new KeyMover(connections, limits);
  }

  /** Takes the keys of a slot from a node that does not own it to its owner. */
  async collectKeys(slot: number, from: NodeRef, to: NodeRef, duplicates: Duplicates): Promise<number> {
    const isOwner = await this.#open(slot, from, to);
    const keys = await this.#keys.drain({ slot, from, to, duplicates }, ...(await this.#firstKeys(slot, from)));
    if (!isOwner) await this.#send(from, ['CLUSTER', 'SETSLOT', slot, 'STABLE']);
    return keys;
  }

  /** The first keys of the slot in database 0, and the other databases that have keys. */
  async #firstKeys(slot: number, from: NodeRef): Promise<[first: Buffer[], databases: number[]]> {
    const [first, keyspace] = await Promise.all([this.#keys.nextKeys({ slot, from, database: 0 }), this.#send(from, ['INFO', 'keyspace'])]);
    return [first, otherDatabases(keyspace)];
  }

  /** MIGRATE takes keys of slots that are open, and redirects for others. Resolves with whether the node takes itself for the owner. */
  async #open(slot: number, from: NodeRef, to: NodeRef): Promise<boolean> {
    try {
      await this.#send(from, ['CLUSTER', 'SETSLOT', slot, 'IMPORTING', to.id]);
      return false;
    } catch (error) {
      if (!isReply(error, /already the owner/i)) throw error;
    }
    // Clients may write there, too: new keys go to the other one from now on. The mark ends when the slot is given away.
    await this.#send(from, ['CLUSTER', 'SETSLOT', slot, 'MIGRATING', to.id]);
    return true;
  }

  /**
   * Turns an open move round: its target becomes the owner and sends the slot to the former owner. Clients find every key all the time: at
   * the one, or where it sends them. Until then the owner of a slot that it sends away takes no keys of it, and if it stopped sending
   * clients away, it would say of those that have moved that there are none, and count from the start.
   */
  async turn(slot: number, target: NodeRef, owner: NodeRef): Promise<void> {
    await this.#send(target, ['CLUSTER', 'SETSLOT', slot, 'IMPORTING', owner.id]);
    await this.#send(owner, ['CLUSTER', 'SETSLOT', slot, 'MIGRATING', target.id]);
    await this.#dropOlderCopies(slot, target, owner);
    // A node that hears that another owns its slot deletes the keys that it has: so this one gives it up first. In one write, because nobody
    // serves the slot meanwhile. A transaction with SETSLOT ends Valkey 9.1.
    const given = await this.#sendAll(owner, [
      ['CLUSTER', 'DELSLOTS', slot],
      ['CLUSTER', 'SETSLOT', slot, 'NODE', target.id],
      ['CLUSTER', 'SETSLOT', slot, 'STABLE'],
      ['CLUSTER', 'SETSLOT', slot, 'IMPORTING', target.id],
    ]);
    const isGiven = given.every((reply) => !(reply instanceof ReplyError));
    // In one write, because an owner that sends clients nowhere says of the other's keys that there are none.
    const taking: readonly (readonly Arg[])[] = [
      ['CLUSTER', 'SETSLOT', slot, 'NODE', target.id],
      ['CLUSTER', 'SETSLOT', slot, 'MIGRATING', owner.id],
    ];
    const taken = isGiven ? await this.#sendAll(target, taking) : [];
    if (!isGiven || taken[0] instanceof ReplyError) {
      await this.#sendAll(owner, [
        ['CLUSTER', 'SETSLOT', slot, 'NODE', owner.id],
        ['CLUSTER', 'SETSLOT', slot, 'MIGRATING', target.id],
      ]);
    }
    throwFirst([...given, ...taken]);
    await this.#untilHeard(slot, target, owner);
  }

  /**
   * Waits until the former owner has heard of the claim. Taking the slot again before, it would not know that its own claim has to be newer,
   * and lose slot and keys to one that is still on its way.
   */
  async #untilHeard(slot: number, target: NodeRef, owner: NodeRef): Promise<void> {
    const epochAt = async (node: NodeRef): Promise<number> => {
      const members = parseMembers(textOf(await this.#send(node, ['CLUSTER', 'NODES'])) ?? '');
      return members.find(({ id }) => id === target.id)?.epoch ?? 0;
    };
    const claimed = await epochAt(target);
    const end = performance.now() + 2 * this.limits.replicasTimeoutMs;
    while ((await epochAt(owner)) < claimed) {
      if (performance.now() > end) {
        const text = `${owner.name} does not hear ${target.name}, which owns slot ${slot} for as long as its keys go back; when it does, slotwise cluster fix without --back goes on`;
        throw new AdminError(text, { reason: 'failed', node: owner.name });
      }
      await sleep(POLL_MS);
    }
  }

  /** Deletes the keys at the target that the owner has, too: it has served them all the time, and the copy is what a failed MIGRATE left. */
  async #dropOlderCopies(slot: number, target: NodeRef, owner: NodeRef): Promise<void> {
    const count: readonly Arg[] = ['CLUSTER', 'COUNTKEYSINSLOT', slot];
    for (const database of keysByDatabase(infoOf(await this.#send(target, ['INFO', 'keyspace']))).keys()) {
      const [counted = null] = await this.#sendAll(target, [count], { database });
      const [listed] = await this.#sendAll(target, [['CLUSTER', 'GETKEYSINSLOT', slot, numberOf(counted, 0)]], { database, buffers: true });
      const keys = keysIn(listed);
      for (let at = 0; at < keys.length; at += KEYS_AT_ONCE) {
        const some = keys.slice(at, at + KEYS_AT_ONCE);
        const asked = some.map((key) => ['EXISTS', key]);
        const found = await this.#sendAll(owner, asked, { database });
        // Of a key that it has not, it says who may have it.
        throwFirst(found, /^ASK /);
        const copies = some.filter((_, index) => numberOf(found[index], 0) === 1);
        const deletions = copies.flatMap((key): (readonly Arg[])[] => [['ASKING'], ['DEL', key]]);
        throwFirst(await this.#sendAll(target, deletions, { database }));
      }
    }
  }

  #sendAll({ name, address }: NodeRef, commands: readonly (readonly Arg[])[], options?: NodeCommandOptions): Promise<readonly Raw[]> {
    return commands.length === 0 ? Promise.resolve([]) : this.connections.sendAll(knownAddress(name, address), commands, options);
  }

  #send({ name, address }: NodeRef, words: readonly Arg[]): Promise<Raw> {
    return this.connections.send(knownAddress(name, address), words);
  }
}
