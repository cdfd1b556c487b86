import { CommandRefusedError } from '../../index.js';
import type { Command } from './command.js';
import type { BatchOutcome } from './command-target.js';
import type { EngineConnection } from './engine-connection.js';

type Key = string | Buffer;

/** Commands after which nothing is watched. */
const ENDS: ReadonlySet<string> = new Set(['discard', 'exec', 'reset', 'unwatch']);

/**
 * Watch by hand of an object whose commands go to many nodes. WATCH gives it a connection to the node of its keys, which what concerns their
 * slot takes until the transaction has ended. What concerns other slots goes where they are meanwhile, and is not guarded by the watch.
 */
export class SlotWatch {
  #keys: readonly Key[] = [];
  /** MULTI was sent there by itself: all commands are queued until its end. */
  #isQueueing = false;

  /** `slotOf`: null before the nodes are known. */
  constructor(
    private readonly connection: Pick<EngineConnection, 'own' | 'dedicate' | 'share'>,
    private readonly slotOf: (key: Key) => number | null,
  ) {}

  /** All commands are queued on its connection. */
  get isQueueing(): boolean {
    return this.#isQueueing;
  }

  /** Whether commands that belong together go to its connection. A watch of another slot does, to be refused. */
  takes(commands: readonly Command[]): boolean {
    if (this.#isQueueing || commands.some(({ name }) => name === 'watch')) return true;
    if (this.connection.own === null) return false;
    const slots = this.#slots();
    return commands.every((command) => command.getKeys().every((key) => slots.includes(this.slotOf(key))));
  }

  run(command: Command): Promise<unknown> {
    const refusal = this.#follow([command]);
    if (refusal !== null) return Promise.reject(refusal);
    if (command.name === 'multi') this.#isQueueing = true;
    const reply = this.connection.dedicate(this.#keys[0]).run(command);
    this.#endBy([command]);
    return reply;
  }

  /** Runs commands together. Rejects where one of them watches what cannot be watched. */
  execute(commands: readonly Command[], transaction: boolean): Promise<BatchOutcome> {
    const refusal = this.#follow(commands);
    if (refusal !== null) return Promise.reject(refusal);
    const outcome = this.connection.dedicate(this.#keys[0]).execute(commands, transaction);
    if (transaction) this.#end();
    else this.#endBy(commands);
    return outcome;
  }

  /** Notes the keys that commands watch. Returns why they are refused; null: they are not. */
  #follow(commands: readonly Command[]): Error | null {
    // The server says that there is no WATCH inside MULTI.
    if (this.#isQueueing) return null;
    const held = this.connection.own === null ? [] : this.#keys;
    const keys = [...held, ...commands.filter(({ name }) => name === 'watch').flatMap((command) => command.getKeys())];
    const [slot, ...others] = [...new Set(keys.map((key) => this.slotOf(key)))];
    const other = others.find((one) => one !== null);
    if (held.length > 0 && typeof slot === 'number' && other !== undefined) return anotherSlot(slot, other);
    this.#keys = keys;
    return null;
  }

  #endBy(commands: readonly Command[]): void {
    if (commands.some(({ name }) => ENDS.has(name))) this.#end();
  }

  /** Commands may go anywhere again. */
  #end(): void {
    this.#isQueueing = false;
    this.#keys = [];
    this.connection.share();
  }

  /** Asked anew each time: before the nodes are known no key has a slot. */
  #slots(): readonly (number | null)[] {
    return this.#keys.map((key) => this.slotOf(key));
  }
}

function anotherSlot(slot: number, other: number): Error {
  const why = `keys of slot ${slot} are watched; end that by a transaction or unwatch(), or watch those of slot ${other} on another object`;
  return new CommandRefusedError(`WATCH: ${why}`, { command: 'WATCH' });
}
