import { ReplyError, show } from '../../errors.js';
import type { Address } from '../../options/address.js';
import type { Arg, Raw } from '../../protocol/command-spec.js';
import { performance, sleep } from '../../runtime/runtime.js';
import { infoOf, listOf } from '../../topology/replies.js';
import { AdminError } from '../admin-error.js';
import { keysByDatabase } from '../health/info-fields.js';
import type { BatchClient, NodeCommandOptions } from '../node-connections.js';
import type { Duplicates, NodeRef } from '../plans/steps.js';
import type { MoveLimits } from './move-options.js';

/** A move of the keys of a slot. */
export interface SlotMove {
  readonly slot: number;
  readonly from: NodeRef;
  readonly to: NodeRef;
  readonly duplicates: Duplicates;
}

/** A move of the keys that one database has of a slot. */
interface KeyMove extends SlotMove {
  readonly database: number;
}

const ATTEMPTS = 5;
const PAUSE_MS = 100;
/** A target that has answered within so many ms is not asked again whether it lives. */
const HEARD_MS = 50;

/** Mover of keys from one node to another, by MIGRATE: https://redis.io/docs/latest/commands/migrate/ */
export class KeyMover {
  /** When a node was last heard of, by node id, in ms. */
  readonly #heardMs = new Map<string, number>();

  constructor(
    private readonly connections: BatchClient,
    private readonly limits: MoveLimits,
  ) {}

  /** Notes that a node has just answered. */
  heard({ id }: NodeRef): void {
    this.#heardMs.set(id, performance.now());
  }

  /**
   * Moves the keys of a slot, of which the first ones in database 0 are known. `databases`: numbers of other databases that may have some.
   * All have to be emptied: a node deletes the keys it still has of a slot once the slot belongs to another.
   */
  async drain(move: SlotMove, first: readonly Buffer[], databases: readonly number[]): Promise<number> {
    let moved = await this.#drainDatabase({ ...move, database: 0 }, first);
    for (const database of databases) {
      const inDatabase = { ...move, database };
      moved += await this.#drainDatabase(inDatabase, await this.nextKeys(inDatabase));
    }
    return moved;
  }

  /**
   * Moves the keys of a slot, of which the first ones are known. Resolves with their number. New keys cannot appear in a slot that is being
   * sent away: for a key it has not, the source answers ASK. So a slot that gave fewer keys than it was asked for has no others.
   */
  async #drainDatabase(move: KeyMove, first: readonly Buffer[]): Promise<number> {
    let keys = first;
    let moved = 0;
    let failures = 0;
    while (keys.length > 0) {
      let isWhole = keys.length < this.limits.batch;
      try {
        await this.#migrate(keys, move, move.duplicates === 'other' || failures > 0);
        moved += keys.length;
        failures = 0;
      } catch (error) {
        if (!(error instanceof ReplyError)) throw error;
        if (/BUSYKEY/.test(error.message)) moved += await this.#moveOneByOne(keys, move);
        else {
          // The target may have got the keys although the source had no reply: the source has kept them, and its copy counts.
          if (!/^(IOERR|LOADING|CLUSTERDOWN)/.test(error.message) || ++failures === ATTEMPTS) throw error;
          isWhole = false;
          await sleep(PAUSE_MS * failures);
        }
      }
      keys = isWhole ? [] : await this.nextKeys(move);
    }
    return moved;
  }

  async nextKeys({ slot, from, database }: Pick<KeyMove, 'slot' | 'from' | 'database'>): Promise<Buffer[]> {
    return keysIn(await this.#send(from, ['CLUSTER', 'GETKEYSINSLOT', slot, this.limits.batch], { buffers: true, database }));
  }

  async #migrate(keys: readonly Buffer[], move: KeyMove, replace: boolean): Promise<void> {
    const { from, to, database } = move;
    const { migrateTimeoutMs } = this.limits;
    // While a MIGRATE waits for its target, the source serves nobody: a target that hangs is found out before.
    if (performance.now() - (this.#heardMs.get(to.id) ?? Number.NEGATIVE_INFINITY) > HEARD_MS) await this.#expectLife(move);
    const { host, port } = to.peer;
    const auth = await this.#auth();
    const words = ['MIGRATE', host, port, '', database, migrateTimeoutMs, ...(replace ? ['REPLACE'] : []), ...auth, 'KEYS', ...keys];
    const startedMs = performance.now();
    try {
      // The timeout counts for each time that the source waits, not for all of them together.
      await this.#send(from, words, { database, timeoutMs: migrateTimeoutMs * 4 + 5_000 });
    } catch (error) {
      if (isReply(error, /^IOERR/)) {
        await this.#expectLife(move);
        // Again it would take as long, and the source would serve nobody for as long.
        if (performance.now() - startedMs >= migrateTimeoutMs) throw this.#tooSlow(keys, move, error);
      }
      throw error;
    }
    this.heard(to);
  }

  /** Rejects if the target does not answer for as long as a MIGRATE would wait for it. */
  async #expectLife({ from, to, slot }: KeyMove): Promise<void> {
    try {
      await this.#send(to, ['PING'], { timeoutMs: this.limits.migrateTimeoutMs });
    } catch (error) {
      // Busy with something, or without the right to PING: it lives.
      if (!(error instanceof ReplyError)) {
        const text = `${to.name} does not answer (${show(error)}), and ${from.name} serves nobody while it sends keys there`;
        throw new AdminError(`${text}: slot ${slot} stays open between them, with its keys`, { node: to.name, cause: error });
      }
    }
    this.heard(to);
  }

  #tooSlow(keys: readonly Buffer[], { from, to, slot }: KeyMove, cause: unknown): AdminError {
    const [key = Buffer.alloc(0)] = keys;
    const what = keys.length === 1 ? `key ${show(key.toString())}` : `${keys.length} keys`;
    return new AdminError(
      `${to.name} took longer than ${this.limits.migrateTimeoutMs} ms to take ${what} of slot ${slot}, and ${from.name} served nobody meanwhile. ` +
        '--migrate-timeout lets it wait longer; --batch sends fewer keys at a time',
      { node: to.name, cause },
    );
  }

  async #auth(): Promise<readonly Arg[]> {
    const credentials = await this.connections.credentials();
    if (credentials === null) return [];
    const { username, password } = credentials;
    return username === undefined ? ['AUTH', password] : ['AUTH2', username, password];
  }

  /** Moves keys of which the target has some already, which `duplicates` decides. */
  async #moveOneByOne(keys: readonly Buffer[], move: KeyMove): Promise<number> {
    const { slot, from, to, duplicates, database } = move;
    let moved = 0;
    for (const key of keys) {
      try {
        await this.#migrate([key], move, false);
        moved++;
      } catch (error) {
        if (!isReply(error, /BUSYKEY/)) throw error;
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
    const [, deleted = null] = await this.connections.sendAll(knownAddress(name, address), [['ASKING'], ['DEL', key]], { database });
    if (deleted instanceof ReplyError) throw deleted;
  }

  #send({ name, address }: NodeRef, words: readonly Arg[], options: NodeCommandOptions = {}): Promise<Raw> {
    return this.connections.send(knownAddress(name, address), words, options);
  }
}

export function keysIn(reply: Raw | undefined): Buffer[] {
  return listOf(reply).filter((key): key is Buffer => Buffer.isBuffer(key));
}

/** Numbers of the databases besides the first one that have keys, of whatever slot. */
export function otherDatabases(keyspace: Raw | undefined): number[] {
  return [...keysByDatabase(infoOf(keyspace)).keys()].filter((database) => database !== 0);
}

export function knownAddress(name: string, address: Address | null): Address {
  if (address === null) throw new AdminError(`the address of ${name} is unknown`);
  return address;
}

export function isReply(error: unknown, pattern: RegExp): error is ReplyError {
  return error instanceof ReplyError && pattern.test(error.message);
}

/** Throws the first error reply, except those that mean no harm. */
export function throwFirst(replies: readonly Raw[], harmless?: RegExp): void {
  for (const reply of replies) if (reply instanceof ReplyError && harmless?.test(reply.message) !== true) throw reply;
}
