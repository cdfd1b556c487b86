import { setTimeout as sleep } from 'node:timers/promises';
import { ReplyError, show } from '../errors.js';
import type { Address } from '../options/address.js';
import type { Arg, Raw } from '../protocol/command-spec.js';
import { listOf, numberOf } from '../topology/replies.js';
import { AdminError } from './admin-error.js';
import { keysByDatabase } from './databases.js';
import type { NodeAskOptions, NodeConnections } from './node-connections.js';
import { count } from './slot-list.js';
import type { Duplicates, NodeRef } from './steps.js';

export interface MoveOptions {
  /** Keys a MIGRATE; the source serves nobody else meanwhile. Default 50. */
  readonly batch?: number;
  /** For one MIGRATE, in ms. Default 60,000. */
  readonly migrateTimeoutMs?: number;
  /** What the target has of a key although it does not own its slot is overwritten. Default false. */
  readonly replace?: boolean;
}

/** What a node has of a slot. */
interface Found {
  /** Of database 0. */
  readonly first: readonly Buffer[];
  /** Its other databases with keys, of whatever slot. */
  readonly others: readonly number[];
}

/** Of the keys that one database has of a slot. */
interface Move {
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
 * Moves keys and slots between nodes, in an order in which an end at any point leaves every key on the slot's owner or where the owner sends
 * clients to (ASK). https://redis.io/docs/latest/commands/cluster-setslot/ and https://redis.io/docs/latest/commands/migrate/
 */
export class SlotMover {
  readonly #links: NodeConnections;
  readonly #batch: number;
  readonly #timeoutMs: number;
  readonly #replace: boolean;

  constructor(
    links: NodeConnections,
    { batch = DEFAULT_BATCH, migrateTimeoutMs = DEFAULT_MIGRATE_TIMEOUT_MS, replace = false }: MoveOptions = {},
  ) {
    this.#links = links;
    this.#batch = batch;
    this.#timeoutMs = migrateTimeoutMs;
    this.#replace = replace;
  }

  /** Resolves with the number of keys. `resumed`: the slot is open, so the target may have older copies of keys that the source still has. */
  async move(slot: number, from: NodeRef, to: NodeRef, others: readonly NodeRef[], resumed: boolean): Promise<number> {
    const replace = resumed || this.#replace;
    // Importing first: a client that the source sends there must be welcome.
    const [strays] = await Promise.all([
      this.#ask(to, ['CLUSTER', 'COUNTKEYSINSLOT', slot]),
      this.#ask(to, ['CLUSTER', 'SETSLOT', slot, 'IMPORTING', from.id]),
    ]);
    if (!replace && numberOf(strays, 0) > 0) await this.#refuseStrays(slot, from, to, numberOf(strays, 0));
    // One after the other on one connection: the keys are those of a slot that is being sent away.
    const [, found] = await Promise.all([this.#ask(from, ['CLUSTER', 'SETSLOT', slot, 'MIGRATING', to.id]), this.#find(slot, from)]);
    const keys = await this.#drain(slot, from, to, replace ? 'other' : 'refuse', found);
    await this.#handOver(slot, from, to, others);
    return keys;
  }

  /** Takes the keys of a slot from a node that does not own it to its owner. */
  async collectKeys(slot: number, from: NodeRef, to: NodeRef, duplicates: Duplicates): Promise<number> {
    // MIGRATE looks at keys of slots that are open here, and redirects for others. An owner of its own belief needs no leave.
    try {
      await this.#ask(from, ['CLUSTER', 'SETSLOT', slot, 'IMPORTING', to.id]);
    } catch (error) {
      if (!(error instanceof ReplyError && /already the owner/i.test(error.message))) throw error;
    }
    return await this.#drain(slot, from, to, duplicates, await this.#find(slot, from));
  }

  /** The target first: if the source forgot the slot first, nobody would serve it for a moment. */
  async #handOver(slot: number, from: NodeRef, to: NodeRef, others: readonly NodeRef[]): Promise<void> {
    const words = ['CLUSTER', 'SETSLOT', slot, 'NODE', to.id];
    await this.#ask(to, words);
    const told = this.#ask(from, words).catch((error: unknown) => {
      // It has heard of it already, and became a replica with its last slot (`cluster-allow-replica-migration`, the default)
      if (!(error instanceof ReplyError && /SETSLOT only with/i.test(error.message))) throw error;
    });
    // The others learn it by gossip anyway, a moment later.
    await Promise.all([told, ...others.map((other) => this.#ask(other, words).catch(() => null))]);
  }

  async #refuseStrays(slot: number, from: NodeRef, to: NodeRef, strays: number): Promise<never> {
    await this.#ask(to, ['CLUSTER', 'SETSLOT', slot, 'STABLE']);
    throw new AdminError(
      `${to.name} holds ${count(strays, 'key')} of slot ${slot}, which it does not own; they could be overwritten by those of ${from.name}. With --replace they are, or take them to the owner with: slotwise cluster fix`,
    );
  }

  async #keysOf(slot: number, from: NodeRef, database: number): Promise<Buffer[]> {
    const keys = listOf(await this.#ask(from, ['CLUSTER', 'GETKEYSINSLOT', slot, this.#batch], { buffers: true, database }));
    return keys.filter((key): key is Buffer => Buffer.isBuffer(key));
  }

  async #find(slot: number, from: NodeRef): Promise<Found> {
    const [first, keyspace] = await Promise.all([this.#keysOf(slot, from, 0), this.#ask(from, ['INFO', 'keyspace'])]);
    return { first, others: [...keysByDatabase(keyspace).keys()].filter((database) => database !== 0) };
  }

  /**
   * New keys cannot appear in a slot that is being sent away: for a key it has not, the source answers ASK. So once it is empty, it stays so. All
   * databases have to be emptied: a node deletes what it still has of a slot when it hears that the slot is another's.
   */
  async #drain(slot: number, from: NodeRef, to: NodeRef, duplicates: Duplicates, { first, others }: Found): Promise<number> {
    let moved = await this.#drainDatabase(slot, { from, to, duplicates, database: 0 }, first);
    for (const database of others) {
      moved += await this.#drainDatabase(slot, { from, to, duplicates, database }, await this.#keysOf(slot, from, database));
    }
    return moved;
  }

  async #drainDatabase(slot: number, move: Move, first: readonly Buffer[]): Promise<number> {
    let keys = first;
    let moved = 0;
    let failures = 0;
    for (; keys.length > 0; keys = await this.#keysOf(slot, move.from, move.database)) {
      try {
        await this.#migrate(keys, move, move.duplicates === 'other' || failures > 0);
        moved += keys.length;
        failures = 0;
      } catch (error) {
        if (!(error instanceof ReplyError)) throw error;
        if (/BUSYKEY/.test(error.message)) moved += await this.#settleDuplicates(keys, slot, move);
        // The target may have got the keys and the source not heard of it: the source has kept them, and what it has counts.
        else if (!/^(IOERR|LOADING|CLUSTERDOWN)/.test(error.message) || ++failures === ATTEMPTS) throw error;
        else await sleep(PAUSE_MS * failures);
      }
    }
    return moved;
  }

  async #migrate(keys: readonly Buffer[], { from, to, database }: Move, replace: boolean): Promise<Raw> {
    const { host, port } = to.peer;
    const credentials = await this.#links.credentials();
    const auth: readonly Arg[] =
      credentials === null
        ? []
        : credentials.username === undefined
          ? ['AUTH', credentials.password]
          : ['AUTH2', credentials.username, credentials.password];
    const words = ['MIGRATE', host, port, '', database, this.#timeoutMs, ...(replace ? ['REPLACE'] : []), ...auth, 'KEYS', ...keys];
    return await this.#ask(from, words, { database, timeoutMs: this.#timeoutMs + 5_000 });
  }

  async #settleDuplicates(keys: readonly Buffer[], slot: number, move: Move): Promise<number> {
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

  /** MIGRATE to itself is refused and DEL is redirected where the slot is another's, except right after ASKING. */
  async #deleteAt({ name, address }: NodeRef, key: Buffer, database: number): Promise<void> {
    const at = reachable(name, address);
    await Promise.all([this.#links.ask(at, ['ASKING'], { database }), this.#links.ask(at, ['DEL', key], { database })]);
  }

  #ask({ name, address }: NodeRef, words: readonly Arg[], options: NodeAskOptions = {}): Promise<Raw> {
    return this.#links.ask(reachable(name, address), words, options);
  }
}

function reachable(name: string, address: Address | null): Address {
  if (address === null) throw new AdminError(`the address of ${name} is unknown`);
  return address;
}
