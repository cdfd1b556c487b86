import { ReplyError } from '../../errors.js';
import type { CommandSpec } from '../../protocol/command-spec.js';

/** They wait for replicas and change nothing. */
const HARMLESS: ReadonlySet<string> = new Set(['WAIT', 'WAITAOF']);

/** Whether a connection is as it was lent, by the commands that were sent on it and what became of them. */
export class LeaseState {
  #watching = false;
  #queueing = false;
  #touched = false;

  get clean(): boolean {
    return !this.#watching && !this.#queueing && !this.#touched;
  }

  /** Between MULTI and EXEC: commands are answered QUEUED. */
  get queueing(): boolean {
    return this.#queueing;
  }

  get watching(): boolean {
    return this.#watching;
  }

  /** https://redis.io/docs/latest/develop/using-commands/transactions/ */
  sent({ name, state }: CommandSpec): void {
    switch (name) {
      case 'WATCH':
        this.#watching = true;
        break;
      case 'MULTI':
        this.#queueing = true;
        break;
      case 'EXEC':
      case 'DISCARD':
        if (this.#queueing) this.#watching = false;
        this.#queueing = false;
        break;
      case 'UNWATCH':
        if (!this.#queueing) this.#watching = false;
        break;
      default:
        if (state !== 'none' && !HARMLESS.has(name)) this.#touched = true;
    }
  }

  /** What the command should have done cannot be counted on. EXECABORT has discarded the transaction and forgotten the watched keys. */
  failed({ name, state }: CommandSpec, error: unknown): void {
    if (state === 'none' || HARMLESS.has(name)) return;
    if (!(error instanceof ReplyError && error.code === 'EXECABORT')) this.#touched = true;
  }
}
