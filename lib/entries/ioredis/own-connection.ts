import { ClosedError, type Dedicated, PartialFailureError, ReplyError } from '../../index.js';
import type { Command } from './command.js';
import type { BatchOutcome } from './command-target.js';
import { CONNECTION_COMMANDS, connectionCommand } from './connection-commands.js';
import { errorOf } from './errors.js';

type Word = string | Buffer;

/** The engine of now, as far as a connection of one's own needs it. */
export interface OwnEngine {
  readonly isOver: boolean;
  dedicated(key?: string | Buffer): Dedicated;
}

/**
 * Connection of an object that has done something to it: SELECT, CLIENT NO-EVICT, WATCH … It is kept until the object ends; what it was told
 * is told again by the engine when it has to be another one, and here when the engine has to be another one.
 */
export class OwnConnection {
  /** Last forms of the commands that are told again, in their order. */
  readonly #kept = new Map<string, readonly Word[]>();
  #connection: Dedicated | null = null;
  #pending = 0;
  /** What the object has sent before on connections that it shares comes first. */
  #before: Promise<unknown> = Promise.resolve();

  /** `key`: where it leads, in a cluster. */
  constructor(
    private readonly engine: () => OwnEngine,
    private readonly key: string | Buffer | undefined,
    isReadOnly: boolean,
  ) {
    if (isReadOnly) this.#kept.set('readonly', ['readonly']);
  }

  /** Begins, after what was sent before. */
  begin(before: Promise<unknown>): void {
    this.#before = before.catch(() => {});
  }

  /** Its engine has ended: the next command opens another one, which is told what this one was. */
  drop(): void {
    this.#connection?.destroy();
    this.#connection = null;
  }

  /** Ends it when its commands are answered; resolves then. */
  end(): Promise<void> {
    return this.#before.then(() => this.#connection?.close()).catch(() => {});
  }

  run(command: Command): Promise<unknown> {
    const { name, args, script } = command;
    const state = connectionCommand(name, args);
    // Between MULTI and EXEC nobody could follow a NOSCRIPT.
    const words: readonly Word[] = script === null ? [name, ...args] : ['eval', script.lua, ...args.slice(1)];
    const reply = name === 'exec' ? this.#call(words).then(withOwnErrors) : this.#call(words);
    if (state !== null) this.#keep(state, words, reply);
    return reply;
  }

  /** Runs commands in their order, as a transaction between MULTI and EXEC. */
  async execute(commands: readonly Command[], transaction: boolean): Promise<BatchOutcome> {
    const begun = transaction ? [this.#call(['multi'])] : [];
    const sent = Promise.allSettled([...begun, ...commands.map((command) => this.run(command))]);
    const ended = transaction ? this.#end(sent) : null;
    const [outcomes, [exec]] = await Promise.all([sent, Promise.allSettled(ended === null ? [] : [ended])]);
    const replies = outcomes
      .slice(begun.length)
      .map((outcome, at) => (outcome.status === 'fulfilled' ? outcome.value : errorOf(outcome.reason, commands[at])));
    if (exec === undefined) return { replies };
    if (exec.status === 'fulfilled') return { replies: exec.value?.map((reply, at) => errorOf(reply, commands[at])) ?? null };
    return { replies, aborted: errorOf(exec.reason, { name: 'exec', args: [] }) as Error };
  }

  /**
   * Ends a transaction when all of its commands are answered: what never reached the server makes no EXEC fail, which would run the others.
   * What is issued meanwhile comes after it.
   */
  #end(sent: Promise<readonly PromiseSettledResult<unknown>[]>): Promise<readonly unknown[] | null> {
    let unsent: PromiseRejectedResult | undefined;
    const answered = sent.then((outcomes) => {
      unsent = outcomes.find((outcome) => outcome.status === 'rejected' && !(outcome.reason instanceof ReplyError)) as typeof unsent; // by its status
    });
    const ended = this.#call(() => (unsent === undefined ? ['exec'] : ['discard']), answered).then(
      (reply) => {
        if (unsent !== undefined) throw unsent.reason;
        return reply as readonly unknown[] | null; // of EXEC
      },
      (error: unknown) => {
        const inside = repliesInside(error);
        if (unsent !== undefined || inside === null) throw unsent === undefined ? error : unsent.reason;
        return inside;
      },
    );
    this.#before = ended.catch(() => {});
    return ended;
  }

  /** Whether commands are on their way, or wait. */
  get isBusy(): boolean {
    return this.#pending > 0;
  }

  #call(words: readonly Word[] | (() => readonly Word[]), after = this.#before): Promise<unknown> {
    this.#pending++;
    const engine = this.engine();
    const reply = after.then(() => {
      const [name = '', ...args] = typeof words === 'function' ? words() : words;
      // What waits ends with the engine of its time: nobody would end one that it began.
      if (engine.isOver) throw new ClosedError('the client is closed', { command: String(name), executed: 'no' });
      if (this.#connection === null) {
        this.#connection = engine.dedicated(this.key);
        for (const [first = '', ...more] of this.#kept.values()) this.#connection.call(String(first), ...more).catch(() => {});
      }
      return this.#connection.call(String(name), ...args);
    });
    const answered = (): void => {
      this.#pending--;
    };
    reply.then(answered, answered);
    return reply;
  }

  #keep(state: string, words: readonly Word[], reply: Promise<unknown>): void {
    const effect = CONNECTION_COMMANDS[state];
    reply.then(
      () => {
        if (effect === 'reset') this.#kept.clear();
        if (effect === 'kept') this.#kept.set(state, words);
      },
      () => {},
    );
  }
}

/** Replies of an EXEC with the errors among them as ioredis has them. */
function withOwnErrors(replies: unknown): unknown {
  return Array.isArray(replies) ? replies.map((reply) => errorOf(reply)) : replies;
}

/** Replies of an EXEC some of which are errors, which the engine rejects with. */
function repliesInside(error: unknown): readonly unknown[] | null {
  return error instanceof PartialFailureError && Array.isArray(error.reply) ? error.reply : null;
}
