import type { Call } from '../../protocol/call.js';
import type { Command, CommandSpec } from '../../protocol/command-spec.js';

/** Transaction by hand, from its MULTI on. */
export class OpenTransaction {
  /** A server has confirmed its MULTI: it ends with that connection. */
  isBegun = false;
  /** What a server has of it is lost with its connection, or its MULTI was never sent: the commands that are left must not run. */
  isLost = false;
  /** Its EXEC, once it was issued. */
  exec: Call | null = null;
  /** Commands that were answered QUEUED. */
  queued = 0;
  /** Those of them that change the state of the connection, by their place among the queued. */
  readonly told = new Map<number, Command>();
}

/** Watch of keys: all WATCHes up to the EXEC, DISCARD or UNWATCH that ends them. */
export class KeyWatch {
  /** A server has confirmed a WATCH. */
  isHeld = false;
  /** That server's connection was lost: one of the keys may have changed since. */
  isLost = false;
}

/** Transaction and watch that a command belongs to; null: none. */
export interface TransactionPlace {
  readonly transaction: OpenTransaction | null;
  readonly watch: KeyWatch | null;
  /** It is answered QUEUED. */
  readonly isQueued: boolean;
}

const NO_PLACE: TransactionPlace = { transaction: null, watch: null, isQueued: false };
/** Commands that end a transaction or a watch. */
const ENDS: ReadonlySet<string> = new Set(['EXEC', 'DISCARD', 'RESET', 'UNWATCH']);

/** Transactions and watches of a dedicated connection, by the commands that were issued on it. */
export class Transactions {
  #transaction: OpenTransaction | null = null;
  #watch: KeyWatch | null = null;
  /** Those whose last command has no outcome yet, and the current ones. */
  readonly #live = new Set<OpenTransaction | KeyWatch>();

  /** Whether a transaction is open, as far as commands were issued. */
  get isOpen(): boolean {
    return this.#transaction !== null;
  }

  /** Follows a command that is issued: where it belongs. Which commands are never queued: `processCommand` in Redis' server.c. */
  issue({ name }: Pick<CommandSpec, 'name'>): TransactionPlace {
    switch (name) {
      case 'MULTI':
        this.#transaction ??= this.#begun(new OpenTransaction());
        return { transaction: this.#transaction, watch: null, isQueued: false };
      case 'WATCH':
        if (this.#transaction === null) this.#watch ??= this.#begun(new KeyWatch());
        return { transaction: this.#transaction, watch: this.#watch, isQueued: false };
      case 'EXEC':
      case 'DISCARD':
      case 'RESET':
        return this.#end();
      case 'UNWATCH':
        return this.#transaction === null ? this.#end() : this.#queued();
      default:
        return this.#transaction === null ? NO_PLACE : this.#queued();
    }
  }

  #begun<T extends OpenTransaction | KeyWatch>(one: T): T {
    this.#live.add(one);
    return one;
  }

  #queued(): TransactionPlace {
    return { transaction: this.#transaction, watch: null, isQueued: true };
  }

  #end(): TransactionPlace {
    const place: TransactionPlace = { transaction: this.#transaction, watch: this.#watch, isQueued: false };
    this.#transaction = null;
    this.#watch = null;
    return place;
  }

  /** A command was answered without an error. Returns the commands whose effect on the state of the connection counts from now on. */
  confirmed(given: Command, place: TransactionPlace, value: unknown): readonly Command[] {
    const { name, state } = given.spec;
    const { transaction, watch, isQueued } = place;
    this.#forget(name, place);
    if (transaction !== null && isQueued) {
      if (state !== 'none') transaction.told.set(transaction.queued, given);
      transaction.queued++;
      return [];
    }
    if (name === 'MULTI' && transaction !== null) transaction.isBegun = true;
    if (name === 'WATCH' && watch !== null) watch.isHeld = true;
    if (name === 'EXEC') {
      const replies = Array.isArray(value) ? value : [];
      return [...(transaction?.told ?? [])].flatMap(([at, told]) => (at >= replies.length || replies[at] instanceof Error ? [] : told));
    }
    return state === 'none' ? [] : [given];
  }

  /**
   * A command failed. `unsent`: no server was sent it, and none will be. Returns whether its connection may be in a transaction of which
   * nobody here knows any more.
   */
  failed({ name }: Pick<CommandSpec, 'name'>, place: TransactionPlace, unsent: boolean): boolean {
    this.#forget(name, place);
    if (!unsent) return false;
    const { transaction, watch } = place;
    if (name === 'MULTI' && transaction !== null && !transaction.isBegun) transaction.isLost = true;
    if (name === 'WATCH' && watch !== null) watch.isLost = true;
    return (name === 'EXEC' || name === 'DISCARD') && transaction !== null && !transaction.isLost;
  }

  #forget(name: string, { transaction, watch }: TransactionPlace): void {
    if (!ENDS.has(name)) return;
    if (transaction !== null && transaction !== this.#transaction) this.#live.delete(transaction);
    if (watch !== null) this.#live.delete(watch);
  }

  /** The connection is lost: what a server has begun is lost with it. */
  connectionLost(): void {
    for (const one of this.#live) {
      if (one instanceof KeyWatch) one.isLost ||= one.isHeld;
      else one.isLost ||= one.isBegun;
    }
  }
}
