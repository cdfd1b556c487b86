import type { Arg, Raw } from '../../protocol/command-spec.js';
import type { BatchClient } from '../node-connections.js';
import type { Duplicates, NodeRef } from '../plans/steps.js';
import { isReply, KeyMover, knownAddress, otherDatabases } from './key-mover.js';
import type { MoveLimits } from './move-options.js';

/** Gatherer of keys that are on a node which does not own their slot: they go to the owner. */
export class SlotGatherer {
  readonly #keys: KeyMover;

  constructor(
    private readonly connections: BatchClient,
    limits: MoveLimits,
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
   * Takes the keys of an open slot back from its target. The owner stops sending clients there first, because it refuses keys of a slot that
   * it sends away: until the keys come, right afterwards, it says that there are none. Where a key is on both, the owner has served it.
   */
  async takeBack(slot: number, from: NodeRef, to: NodeRef): Promise<number> {
    await this.#open(slot, from, to);
    const found = await this.#firstKeys(slot, from);
    await this.#send(to, ['CLUSTER', 'SETSLOT', slot, 'STABLE']);
    let keys: number;
    try {
      keys = await this.#keys.drain({ slot, from, to, duplicates: 'owner' }, ...found);
    } catch (error) {
      // Without this the owner's clients would not find what is left at the target.
      await this.#send(to, ['CLUSTER', 'SETSLOT', slot, 'MIGRATING', from.id]).catch(() => null);
      throw error;
    }
    await this.#send(from, ['CLUSTER', 'SETSLOT', slot, 'STABLE']);
    return keys;
  }

  #send({ name, address }: NodeRef, words: readonly Arg[]): Promise<Raw> {
    return this.connections.send(knownAddress(name, address), words);
  }
}
