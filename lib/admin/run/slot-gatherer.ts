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
    // MIGRATE takes keys of slots that are open here, and redirects for others. A node that takes itself for the owner refuses, and needs
    // no open slot.
    try {
      await this.#send(from, ['CLUSTER', 'SETSLOT', slot, 'IMPORTING', to.id]);
    } catch (error) {
      if (!isReply(error, /already the owner/i)) throw error;
    }
    const first = await this.#keys.nextKeys({ slot, from, database: 0 });
    const databases = otherDatabases(await this.#send(from, ['INFO', 'keyspace']));
    return await this.#keys.drain({ slot, from, to, duplicates }, first, databases);
  }

  /**
   * Takes the keys of an open slot back from its target. The owner stops sending clients there first: it refuses keys of a slot that it sends
   * away. Where a key is on both, the owner has served it.
   */
  async takeBack(slot: number, from: NodeRef, to: NodeRef): Promise<number> {
    await this.#send(to, ['CLUSTER', 'SETSLOT', slot, 'STABLE']);
    let keys: number;
    try {
      keys = await this.collectKeys(slot, from, to, 'owner');
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
