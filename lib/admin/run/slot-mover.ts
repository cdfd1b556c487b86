import { ReplyError, show } from '../../errors.js';
import type { Address } from '../../options/address.js';
import type { Arg, Raw } from '../../protocol/command-spec.js';
import { listOf, numberOf } from '../../topology/replies.js';
import { sleep } from '../../util/timers.js';
import { AdminError } from '../admin-error.js';
import type { NodeCommandOptions, NodeConnections } from '../node-connections.js';
import type { Duplicates, NodeRef } from '../plans/steps.js';
import { count } from '../slot-list.js';
import { keysByDatabase } from '../state/databases.js';

export interface MoveOptions {
  /** Keys a MIGRATE; the source serves no other client meanwhile. Default 50. */
  readonly batch?: number;
  /** Time for one MIGRATE, in ms. Default 60,000. */
  readonly migrateTimeoutMs?: number;
  /** Overwrites keys that the target has although it does not own their slot. Default false. */
  readonly replace?: boolean;
}

/** The first keys of a slot on one node. */
interface SlotKeys {
  /** One batch, of database 0. */
  readonly first: readonly Buffer[];
  /** Numbers of its other databases that have keys, of whatever slot. */
  readonly others: readonly number[];
}

/** A move of the keys that one database has of a slot. */
interface DatabaseMove {
  readonly from: NodeRef;
  readonly to: NodeRef;
  readonly duplicates: Duplicates;
  readonly database: number;
}

const DEFAULT_BATCH = 50;
const DEFAULT_MIGRATE_TIMEOUT_MS = 60_000;
const ATTEMPTS = 5;
const PAUSE_MS = 100;

/**
 * Mover of keys and slots between nodes, in an order in which an end at any point leaves every key on the slot's owner or where the owner
 * sends clients to (ASK). https://redis.io/docs/latest/commands/cluster-setslot/ and https://redis.io/docs/latest/commands/migrate/
 */
export class SlotMover {
  readonly #connections: NodeConnections;
  readonly #batch: number;
  readonly #timeoutMs: number;
  readonly #replace: boolean;

  constructor(
    connections: NodeConnections,
    { batch = DEFAULT_BATCH, migrateTimeoutMs = DEFAULT_MIGRATE_TIMEOUT_MS, replace = false }: MoveOptions = {},
  ) {
    this.#connections = connections;
    this.#batch = batch;
    this.#timeoutMs = migrateTimeoutMs;
    this.#replace = replace;
  }

  /**
   * Moves a slot with its keys. Resolves with the number of keys. `resumed`: the slot is open, so the target may have older copies of keys.
   */
  async move(slot: number, from: NodeRef, to: NodeRef, others: readonly NodeRef[], resumed: boolean): Promise<number> {
    const replace = resumed || this.#replace;
    // Importing first: a client that the source sends there must be welcome.
    const [foreign] = await Promise.all([
      this.#send(to, ['CLUSTER', 'COUNTKEYSINSLOT', slot]),
      this.#send(to, ['CLUSTER', 'SETSLOT', slot, 'IMPORTING', from.id]),
    ]);
    if (!replace && numberOf(foreign, 0) > 0) await this.#refuseForeignKeys(slot, from, to, numberOf(foreign, 0));
    // One after the other on one connection: the keys are those of a slot that is being sent away.
    const migrating = this.#send(from, ['CLUSTER', 'SETSLOT', slot, 'MIGRATING', to.id]);
    const [, first] = await Promise.all([migrating, this.#firstKeys(slot, from)]);
    const keys = await this.#drain(slot, from, to, replace ? 'other' : 'refuse', first);
    await this.#handOver(slot, from, to, others);
    return keys;
  }

  /** Takes the keys of a slot from a node that does not own it to its owner. */
  async collectKeys(slot: number, from: NodeRef, to: NodeRef, duplicates: Duplicates): Promise<number> {
    // MIGRATE takes keys of slots that are open here, and redirects for others. A node that takes itself for the owner refuses, and needs
    // no open slot.
    try {
      await this.#send(from, ['CLUSTER', 'SETSLOT', slot, 'IMPORTING', to.id]);
    } catch (error) {
      if (!(error instanceof ReplyError && /already the owner/i.test(error.message))) throw error;
    }
    return await this.#drain(slot, from, to, duplicates, await this.#firstKeys(slot, from));
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

  /** Gives the slot to the target, which hears of it first: if the source forgot the slot first, no node would serve it for a moment. */
  async #handOver(slot: number, from: NodeRef, to: NodeRef, others: readonly NodeRef[]): Promise<void> {
    const words = ['CLUSTER', 'SETSLOT', slot, 'NODE', to.id];
    await this.#send(to, words);
    const source = this.#send(from, words).catch((error: unknown) => {
      // The source knows by gossip, and became a replica with its last slot (`cluster-allow-replica-migration`, the default).
      if (!(error instanceof ReplyError && /SETSLOT only with/i.test(error.message))) throw error;
    });
    // The others learn it by gossip anyway, a moment later.
    await Promise.all([source, ...others.map((other) => this.#send(other, words).catch(() => null))]);
  }

  async #refuseForeignKeys(slot: number, from: NodeRef, to: NodeRef, keys: number): Promise<never> {
    await this.#send(to, ['CLUSTER', 'SETSLOT', slot, 'STABLE']);
    throw new AdminError(
      `${to.name} holds ${count(keys, 'key')} of slot ${slot}, which it does not own; they could be overwritten by those of ${from.name}. With --replace they are, or take them to the owner with: slotwise cluster fix`,
    );
  }

  async #nextKeys(slot: number, from: NodeRef, database: number): Promise<Buffer[]> {
    const keys = listOf(await this.#send(from, ['CLUSTER', 'GETKEYSINSLOT', slot, this.#batch], { buffers: true, database }));
    return keys.filter((key): key is Buffer => Buffer.isBuffer(key));
  }

  async #firstKeys(slot: number, from: NodeRef): Promise<SlotKeys> {
    const [first, keyspace] = await Promise.all([this.#nextKeys(slot, from, 0), this.#send(from, ['INFO', 'keyspace'])]);
    return { first, others: [...keysByDatabase(keyspace).keys()].filter((database) => database !== 0) };
  }

  /**
   * Moves all keys of a slot. New keys cannot appear in a slot that is being sent away: for a key it has not, the source answers ASK. So a
   * slot that is empty stays empty. All databases have to be emptied: a node deletes the keys it still has of a slot once the slot belongs
   * to another.
   */
  async #drain(slot: number, from: NodeRef, to: NodeRef, duplicates: Duplicates, { first, others }: SlotKeys): Promise<number> {
    let moved = await this.#drainDatabase(slot, { from, to, duplicates, database: 0 }, first);
    for (const database of others) {
      moved += await this.#drainDatabase(slot, { from, to, duplicates, database }, await this.#nextKeys(slot, from, database));
    }
    return moved;
  }

  async #drainDatabase(slot: number, move: DatabaseMove, first: readonly Buffer[]): Promise<number> {
    let keys = first;
    let moved = 0;
    let failures = 0;
    for (; keys.length > 0; keys = await this.#nextKeys(slot, move.from, move.database)) {
      try {
        await this.#migrate(keys, move, move.duplicates === 'other' || failures > 0);
        moved += keys.length;
        failures = 0;
      } catch (error) {
        if (!(error instanceof ReplyError)) throw error;
        if (/BUSYKEY/.test(error.message)) moved += await this.#moveOneByOne(keys, slot, move);
        // The target may have got the keys although the source had no reply: the source has kept them, and its copy counts.
        else if (!/^(IOERR|LOADING|CLUSTERDOWN)/.test(error.message) || ++failures === ATTEMPTS) throw error;
        else await sleep(PAUSE_MS * failures);
      }
    }
    return moved;
  }

  async #migrate(keys: readonly Buffer[], { from, to, database }: DatabaseMove, replace: boolean): Promise<Raw> {
    const { host, port } = to.peer;
    const credentials = await this.#connections.credentials();
    const auth: readonly Arg[] =
      credentials === null
        ? []
        : credentials.username === undefined
          ? ['AUTH', credentials.password]
          : ['AUTH2', credentials.username, credentials.password];
    const words = ['MIGRATE', host, port, '', database, this.#timeoutMs, ...(replace ? ['REPLACE'] : []), ...auth, 'KEYS', ...keys];
    return await this.#send(from, words, { database, timeoutMs: this.#timeoutMs + 5_000 });
  }

  /** Moves keys of which the target has some already, which `duplicates` decides. */
  async #moveOneByOne(keys: readonly Buffer[], slot: number, move: DatabaseMove): Promise<number> {
    const { from, to, duplicates, database } = move;
    let moved = 0;
    for (const key of keys) {
      try {
        await this.#migrate([key], move, false);
        moved++;
      } catch (error) {
        if (!(error instanceof ReplyError && /BUSYKEY/.test(error.message))) throw error;
        if (duplicates === 'refuse') {
          throw new AdminError(
            `key ${show(key.toString())} of slot ${slot} is on ${from.name} and on ${to.name}. Say which one counts: --duplicates owner keeps that of ${to.name}, --duplicates other that of ${from.name}`,
          );
        }
        await this.#deleteAt(from, key, database);
      }
    }
    return moved;
  }

  /** Deletes a key of another node's slot: DEL would be redirected, except right after ASKING. */
  async #deleteAt({ name, address }: NodeRef, key: Buffer, database: number): Promise<void> {
    const at = knownAddress(name, address);
    await Promise.all([this.#connections.send(at, ['ASKING'], { database }), this.#connections.send(at, ['DEL', key], { database })]);
  }

  #send({ name, address }: NodeRef, words: readonly Arg[], options: NodeCommandOptions = {}): Promise<Raw> {
    return this.#connections.send(knownAddress(name, address), words, options);
  }
}

function knownAddress(name: string, address: Address | null): Address {
  if (address === null) throw new AdminError(`the address of ${name} is unknown`);
  return address;
}
