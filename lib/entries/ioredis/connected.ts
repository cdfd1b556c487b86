import { type Redis as Client, ClosedError, IntegerRangeError } from '../../index.js';
import { type Callback, nodeify } from './callbacks.js';
import { ClientCommander } from './client-commander.js';
import type { Command } from './command.js';
import { hasFlag, isRarelyAwaited } from './command-flags.js';
import type { BatchOutcome, CommandBatch } from './command-target.js';
import { connectionCommand } from './connection-commands.js';
import { callEngine, roundedReply, runBatch } from './engine-call.js';
import type { EngineConnection } from './engine-connection.js';
import { AbortError, closedError, errorOf, MONITOR_MESSAGE, ReplyError, SUBSCRIBER_MESSAGE } from './errors.js';
import { discarded } from './exec-abort.js';
import type { ReconnectOnError, ScriptDefinition } from './options/redis-options.js';
import type { Session } from './session.js';
import type { SlotWatch } from './slot-watch.js';
import type { RedisStatus } from './status/statuses.js';
import { isSubscribing, isUnsubscribing } from './subscriptions.js';

/** What an object needs to know of its options when a command comes. */
export interface CommandRules {
  readonly enableOfflineQueue: boolean;
  /** RESP2: a subscriber may send nothing else. */
  readonly isExclusiveSubscriber: boolean;
  readonly notReadyMessage: string;
  readonly reconnectOnError: ReconnectOnError | null;
}

/**
 * What `Redis` and `Cluster` are alike: an object whose commands go to an engine, with the statuses, errors and ends that ioredis has.
 * `sendCommand` is the one way of all commands.
 */
export abstract class Connected extends ClientCommander {
  protected abstract readonly connection: EngineConnection;
  protected abstract readonly rules: CommandRules;
  /** What it watches, if its commands go to many nodes; null: they go to one. */
  protected abstract readonly slotWatch: SlotWatch | null;

  get status(): RedisStatus {
    return this.connection.cycle.status;
  }

  set status(status: RedisStatus) {
    this.connection.cycle.overwrite(status);
  }

  /** The client of slotwise that it stands on now, for code that is written for that; null: it has none, before it connects and after its end. */
  get native(): Client | null {
    return this.connection.session?.native ?? null;
  }

  /** Nothing waits to be pipelined. */
  get autoPipelineQueueSize(): number {
    return 0;
  }

  /** Begins: at once, or with the first command. */
  protected begin(lazyConnect: boolean, scripts: Record<string, ScriptDefinition> | undefined): void {
    for (const [name, { lua, numberOfKeys, readOnly = false }] of Object.entries(scripts ?? {})) {
      this.defineCommand(name, { lua, readOnly, ...(numberOfKeys === undefined ? {} : { numberOfKeys }) });
    }
    if (lazyConnect) this.connection.cycle.announce();
    else this.connect().catch(ignore);
  }

  /** Resolves when it is ready, rejects when the attempt fails; the attempts go on. */
  connect(callback?: Callback<void>): Promise<void> {
    return nodeify(this.connection.cycle.connect(), callback);
  }

  /** Closes at once; commands without a reply reject. With `reconnect` it connects again. */
  disconnect(reconnect = false): void {
    this.connection.cycle.disconnect(reconnect);
  }

  /** As `disconnect()`. */
  end(): void {
    this.disconnect();
  }

  /** Emits an event that somebody hears; an error that nobody hears is printed. */
  silentEmit(event: string, ...args: unknown[]): boolean {
    if (event === 'error' && this.status === 'end') return false;
    if (this.listenerCount(event) > 0) return this.emit(event, ...args);
    const [error] = args;
    if (event === 'error' && error instanceof Error) console.error('[ioredis] Unhandled error event:', error.stack);
    return false;
  }

  override sendCommand(command: Command, batch?: CommandBatch): unknown {
    // Refused for its arguments: without them it would mean something else.
    if (command.isSettled) return batch === undefined ? command.promise : undefined;
    const { status } = this;
    if (status === 'wait' && command.name !== 'quit') this.connect().catch(ignore);
    const refusal = this.refusalOf(command, status);
    if (refusal !== null) {
      command.reject(refusal);
      return batch === undefined ? command.promise : undefined;
    }
    if (batch !== undefined) {
      batch.add(command);
      return undefined;
    }
    let session: Session;
    try {
      session = this.connection.opened();
    } catch (error) {
      // Options that no engine takes.
      command.reject(error);
      return command.promise;
    }
    this.#run(command, session).then(
      status === 'ready' ? (value) => command.succeed(value) : (value) => this.#afterEvents(() => command.resolve(value)),
      (error: unknown) => this.#failed(command, error, session),
    );
    return command.promise;
  }

  /** Replies to what was issued before it was ready come after `ready`, and failures after `close` and `end`. */
  #afterEvents(settle: () => void): void {
    if (this.status === 'ready') settle();
    else this.connection.cycle.whenTold(settle);
  }

  /** Why a command is not sent; null: it is. */
  protected refusalOf({ name }: Command, status: RedisStatus): Error | null {
    if (status === 'ready' && !this.connection.subscriptions.isSubscriber) return null;
    if (status === 'end') return closedError();
    if (status === 'monitoring' && !hasFlag('VALID_IN_MONITOR_MODE', name) && name !== 'quit') return new Error(MONITOR_MESSAGE);
    const { isExclusiveSubscriber, enableOfflineQueue, notReadyMessage } = this.rules;
    if (isExclusiveSubscriber && this.connection.subscriptions.isSubscriber && !hasFlag('VALID_IN_SUBSCRIBER_MODE', name)) {
      return new Error(SUBSCRIBER_MESSAGE);
    }
    return enableOfflineQueue || status === 'ready' || status === 'monitoring' ? null : new Error(notReadyMessage);
  }

  async execute(commands: readonly Command[], transaction: boolean): Promise<BatchOutcome> {
    if (this.status === 'end') throw closedError();
    const session = this.connection.opened();
    try {
      const outcome = await this.#executeOn(session, commands, transaction);
      return session.isReplaced ? await this.execute(commands, transaction) : outcome;
    } catch (error) {
      if (this.connection.adaptsTo(error, session)) return this.execute(commands, transaction);
      const outcome = transaction ? discarded(error, commands) : null;
      if (outcome !== null) return outcome;
      throw this.errorOf(error, { name: transaction ? 'exec' : 'pipeline', args: [] }, session);
    }
  }

  async #executeOn(session: Session, commands: readonly Command[], transaction: boolean): Promise<BatchOutcome> {
    if (this.#runsAlone(commands)) return (this.slotWatch ?? this.connection.dedicate()).execute(commands, transaction);
    if (!transaction && commands.some((command) => this.#isForItself(command))) {
      const replies = commands.map((command) =>
        this.#run(command, session).catch((error: unknown) => this.errorOf(error, command, session)),
      );
      return { replies: await Promise.all(replies) };
    }
    const outcomes = await runBatch(session.views, commands, transaction);
    return { replies: outcomes.map((outcome, at) => (outcome instanceof Error ? this.errorOf(outcome, commands[at], session) : outcome)) };
  }

  /** Whether a command is no matter of the engine's pipelines. */
  #isForItself(command: Command): boolean {
    const { name } = command;
    return name === 'quit' || isSubscribing(name) || isUnsubscribing(name) || this.#nameOfAll(command) !== null;
  }

  /** What CLIENT SETNAME calls an object for many nodes, all of whose connections have the name then; null: it is another command. */
  #nameOfAll({ name, args }: Command): string | null {
    if (this.slotWatch === null || this.slotWatch.isQueueing || args.length !== 2) return null;
    return connectionCommand(name, args) === 'client setname' ? String(args[1]) : null;
  }

  /** Whether a command does something to its connection, which has to be one of this object's own from then on. */
  protected ownsConnectionFor(name: string, args: readonly unknown[]): boolean {
    return connectionCommand(name, args) !== null;
  }

  /** Whether commands that belong together go to the connection of its own: once there is one, all do. */
  #runsAlone(commands: readonly Command[]): boolean {
    if (this.slotWatch !== null) return this.slotWatch.takes(commands);
    return this.connection.own !== null || commands.some(({ name, args }) => this.ownsConnectionFor(name, args));
  }

  #run(command: Command, session: Session): Promise<unknown> {
    const { name, args } = command;
    const { subscriptions } = this.connection;
    if (isSubscribing(name)) return subscriptions.subscribe(name, args);
    if (isUnsubscribing(name)) return subscriptions.unsubscribe(name, args);
    if (name === 'quit') return this.connection.quit().then(() => 'OK');
    const named = this.#nameOfAll(command);
    if (named !== null) return session.native.setName(named === '' ? null : named).then(() => 'OK');
    if (this.#runsAlone([command])) return this.slotWatch?.run(command) ?? this.runAlone(command);
    if (name === 'ping' && this.rules.isExclusiveSubscriber && subscriptions.isSubscriber)
      return pongOf(callEngine(session.views, command));
    return callEngine(session.views, command);
  }

  /** Runs a command on the connection of its own. */
  protected runAlone(command: Command): Promise<unknown> {
    return this.connection.dedicate().run(command);
  }

  protected slotOf(key: string | Buffer): number | null {
    return this.connection.opened().views.text.explain('GET', key).slot;
  }

  #failed(command: Command, error: unknown, session: Session): void {
    if (error instanceof IntegerRangeError) {
      command.resolve(roundedReply(error));
      return;
    }
    if (this.connection.adaptsTo(error, session)) {
      this.#again(command, this.connection.opened());
      return;
    }
    const own = this.errorOf(error, command, session);
    if (this.#isSentAgain(command, own, session)) return;
    if (own instanceof AbortError && isRarelyAwaited(command.name)) {
      command.promise.catch(ignore);
      this.silentEmit('error', own);
    }
    this.#afterEvents(() => command.reject(own));
  }

  /** Asks `reconnectOnError`; whether it has the command sent again. */
  #isSentAgain(command: Command, error: unknown, session: Session): boolean {
    const { reconnectOnError } = this.rules;
    if (reconnectOnError === null || !(error instanceof ReplyError) || hasFlag('IGNORE_RECONNECT_ON_ERROR', command.name)) return false;
    const wish = this.#wishOf(reconnectOnError, error);
    if (wish !== true && wish !== 1 && wish !== 2) return false;
    if (this.status === 'ready') this.disconnect(true);
    if (wish !== 2) return false;
    this.#again(command, session);
    return true;
  }

  #again(command: Command, session: Session): void {
    this.#run(command, session).then(
      (reply) => this.#afterEvents(() => command.resolve(reply)),
      (error: unknown) => this.#afterEvents(() => command.reject(this.errorOf(error, command, session))),
    );
  }

  #wishOf(reconnectOnError: ReconnectOnError, error: Error): unknown {
    try {
      return reconnectOnError(error);
    } catch (thrown) {
      this.silentEmit('error', thrown);
      return false;
    }
  }

  /** An error of the engine as ioredis has it; what the end of its session catches has the reason of that. */
  protected errorOf(
    error: unknown,
    command: { readonly name: string; readonly args: readonly unknown[] } | undefined,
    session: Session,
  ): unknown {
    if (error instanceof ClosedError) return session.endReason ?? closedError();
    return errorOf(error, command ?? null);
  }
}

function ignore(): void {}

/** A subscriber of RESP2 is answered by a list: https://redis.io/docs/latest/commands/ping/ */
async function pongOf(reply: Promise<unknown>): Promise<unknown> {
  const text = await reply;
  return text === 'PONG' ? ['pong', ''] : ['pong', text];
}
