import { ReplyError } from '../../errors.js';
import type { CommandSpec } from '../../protocol/command-spec.js';

/**
 * State of a leased connection's transaction, by the commands that were sent.
 *
 * | state | what the server does |
 * |---|---|
 * | `none` | executes each command |
 * | `watching` | executes each command, and an EXEC only if no watched key was changed |
 * | `queueing` | answers QUEUED until EXEC or DISCARD, which also forget the watched keys |
 */
type TransactionState = 'none' | 'watching' | 'queueing';

/**
 * The state that follows a command, where it is another one. All commands are possible in all states: what is missing, as an EXEC without
 * MULTI, the server refuses, or only queues. https://redis.io/docs/latest/develop/using-commands/transactions/
 */
const NEXT: Readonly<Record<TransactionState, Readonly<Partial<Record<string, TransactionState>>>>> = {
  none: { WATCH: 'watching', MULTI: 'queueing' },
  watching: { UNWATCH: 'none', MULTI: 'queueing' },
  queueing: { EXEC: 'none', DISCARD: 'none' },
};
const TRANSACTION_COMMANDS: ReadonlySet<string> = new Set(['WATCH', 'UNWATCH', 'MULTI', 'EXEC', 'DISCARD']);
/** Commands that wait for replicas: by their spec they concern the connection, but they change nothing of it. */
const HARMLESS: ReadonlySet<string> = new Set(['WAIT', 'WAITAOF']);

/** State of a leased connection: whether it is as it was before its lease, by the commands that were sent on it and their outcomes. */
export class LeaseState {
  #transaction: TransactionState = 'none';
  /** The connection has another database, name, user …, or may have. */
  #changed = false;

  get clean(): boolean {
    return this.#transaction === 'none' && !this.#changed;
  }

  /** Commands are answered QUEUED. */
  get queueing(): boolean {
    return this.#transaction === 'queueing';
  }

  get watching(): boolean {
    return this.#transaction === 'watching';
  }

  /** Follows a command that is sent. */
  sent({ name, state }: CommandSpec): void {
    this.#transaction = NEXT[this.#transaction][name] ?? this.#transaction;
    if (changesConnection(name, state) && !TRANSACTION_COMMANDS.has(name)) this.#changed = true;
  }

  /**
   * Follows a command that failed: its effect cannot be counted on. EXECABORT has discarded the transaction and forgotten the watched keys.
   */
  failed({ name, state }: CommandSpec, error: unknown): void {
    if (changesConnection(name, state) && !(error instanceof ReplyError && error.code === 'EXECABORT')) this.#changed = true;
  }
}

function changesConnection(name: string, state: CommandSpec['state']): boolean {
  return state !== 'none' && !HARMLESS.has(name);
}
