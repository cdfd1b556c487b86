import { releaseUsage } from '../../connection/deadlines.js';
import { commandChannel } from '../../diagnostics.js';
import { ClosedError, CommandRefusedError, ConnectionLostError, ReplyError, type SlotwiseError } from '../../errors.js';
import type { Lease } from '../../pool/lease.js';
import { type AttemptFailure, type Call, type CallOwner, newCall, takePromise } from '../../protocol/call.js';
import type { AtomicBatch } from '../../protocol/call-extras.js';
import { blockingOf, isStreamRead } from '../../protocol/catalog/blocking.js';
import { changesData, isRead } from '../../protocol/catalog/effects.js';
import { command, stateReason } from '../../protocol/catalog/specs.js';
import { type Arg, BLOCKING, type Command, type CommandSpec, type Decode } from '../../protocol/command-spec.js';
import { measure } from '../../protocol/resp/encoder.js';
import { asText } from '../../protocol/script.js';
import { prefixed } from '../../routing/keys/prefixed-command.js';
import { clock } from '../../util/clock.js';
import { blockingCall, exclusiveDeadline } from '../dispatch/blocking-call.js';
import { lostError } from '../dispatch/call-errors.js';
import type { Lessons } from '../dispatch/lessons.js';
import { traceCall } from '../dispatch/traced-call.js';
import type { Moving } from '../previous/moving.js';
import type { View } from '../view.js';
import type { Outcomes, Transaction } from './batch.js';
import type { LeaseKeys } from './lease-keys.js';
import { LeaseState } from './lease-state.js';
import { LeasedLine } from './leased-line.js';

const WATCH = command('WATCH');
const UNWATCH = command('UNWATCH');

/** What a leased connection needs of the client. */
interface LeaseEngine {
  /** What failures say about the nodes. */
  readonly lessons: Lessons;
  /** Throws for a command that its domain does not let through, or that a proxy would not take. */
  admit(spec: CommandSpec, args: readonly Arg[], view: View): void;
  /** The spec of a command that the table lacks, asked of a server. */
  learn(spec: CommandSpec, args: readonly Arg[], view: View): Promise<CommandSpec>;
  /** Move of the keys from a previous place; null: there is none. */
  readonly moving: Pick<Moving, 'keys'> | null;
  /** Records that a node has executed a write of the view's session. */
  wrote(view: View, node: string): void;
}

/**
 * Exclusive connection that a caller of `lease()` or `watch()` sends on, until `end()`. It has no attempt loop: the state of the connection
 * is lost with it, so every failure goes to the caller.
 */
export class LeasedConnection implements CallOwner {
  readonly usage = { commands: 0, bytes: 0 };
  readonly idempotent = false;
  readonly #state = new LeaseState();
  #isEnded = false;
  readonly #line = new LeasedLine(
    (call, go) => this.engine.moving?.keys.holdUntil(call, null, go) ?? false,
    (call) => this.#transmit(call),
  );
  /** Errors after which nothing was executed, and another connection may succeed. */
  readonly #retryable = new WeakSet<object>();

  constructor(
    private readonly lease: Lease,
    private readonly view: View,
    private readonly engine: LeaseEngine,
    /** Rule for the keys of what `run` is given; null: a server refuses those that it has not, or the caller has checked them. */
    private readonly keys: LeaseKeys | null = null,
  ) {}

  get timeoutMs(): number {
    return this.view.timeoutMs;
  }

  run(spec: CommandSpec, args: readonly Arg[], decode: Decode | null): Promise<unknown> {
    if (spec.state === 'refused') return rejectRefused(spec, stateReason(spec));
    if (spec.arity === 0) return this.engine.learn(spec, args, this.view).then((learnt) => this.run(learnt, args, decode));
    const { prefix } = this.view;
    let own: Command = { spec, args, decode };
    try {
      this.engine.admit(spec, args, this.view);
      if (prefix !== null) own = prefixed(prefix, own);
      this.keys?.check(spec, own.args);
    } catch (error) {
      return Promise.reject(error);
    }
    // A script goes as text: after SHA-1 and NOSCRIPT, later commands would have overtaken it.
    const step = asText(own);
    return this.#send(step.spec, step.args, step.decode, null);
  }

  /** `keys`: with their prefix. */
  async watch(keys: readonly Arg[]): Promise<void> {
    await this.#send(WATCH, keys, null, null);
  }

  async unwatch(): Promise<void> {
    if (this.#state.watching) await this.#send(UNWATCH, [], null, null);
  }

  /** Sends a transaction. Null: a watched key was changed, and nothing was executed. */
  async exec({ batch, exec, decode }: Transaction): Promise<Outcomes | null> {
    const replies = this.#send(exec, [], (raw, args, mode) => (raw === null ? null : decode(raw, args, mode)), batch);
    const outcomes = (await replies) as Outcomes | null; // the decoder's
    if (outcomes !== null) this.engine.lessons.followReplies(outcomes.errors.values());
    return outcomes;
  }

  #send(spec: CommandSpec, args: readonly Arg[], decode: Decode | null, batch: AtomicBatch | null): Promise<unknown> {
    if (this.#isEnded) return rejectRefused(spec, 'its lease is over');
    const { view, lease } = this;
    if (lease.ended !== null) return Promise.reject(this.#endedError(spec, 'no', lease.ended));
    try {
      measure(spec, args);
      for (const queued of batch?.commands ?? []) measure(queued.spec, queued.args);
    } catch (error) {
      return Promise.reject(error);
    }
    // In a transaction commands are answered QUEUED and do not block.
    const { queueing } = this.#state;
    const mayBlock = (spec.flags & BLOCKING) !== 0 && !queueing;
    const blocking = mayBlock ? blockingOf(spec, args) : null;
    const exclusive = mayBlock && (blocking !== null || !isStreamRead(spec)) ? blockingCall(blocking, view.timeoutMs) : null;
    for (const queued of batch?.commands ?? []) this.#state.sent(queued.spec);
    this.#state.sent(spec);
    if (batch === null) view.counters.issued(spec);
    else view.counters.issuedTogether(batch);
    const deadline = exclusive === null ? clock.deadlineIn(view.timeoutMs) : exclusiveDeadline(exclusive, view.timeoutMs);
    const call = newCall(spec, args, queueing ? null : decode, view.mode, this, deadline);
    const reply = takePromise();
    if (batch !== null) call.ensureExtras().batch = batch;
    if (exclusive !== null) call.ensureExtras().exclusive = exclusive;
    if (view.watch !== null && !view.watch.attach(call)) releaseUsage(call);
    else if (commandChannel.hasSubscribers) this.#sendTraced(call);
    else this.#line.add(call);
    if (this.#line.isHeld) reply.then(this.#lineSettled, this.#lineSettled);
    if (view.session !== null && (batch !== null || spec.name === 'EXEC' || changesData(spec)))
      reply.then(this.#reportWrite, this.#reportWrite);
    if (spec.name === 'EXEC' && batch === null) reply.then(this.#followReplies, () => {});
    if (spec.state !== 'none') reply.catch((error: unknown) => this.#state.failed(spec, error));
    return reply;
  }

  readonly #lineSettled = (): void => this.#line.settled();

  readonly #reportWrite = (): void => this.engine.wrote(this.view, this.lease.connection.key);

  /** Follows the errors among the replies to an EXEC that the caller sent. */
  readonly #followReplies = (replies: unknown): void => {
    if (!Array.isArray(replies)) return;
    for (const reply of replies) if (reply instanceof ReplyError) reply.node ??= this.lease.connection.key;
    this.engine.lessons.followReplies(replies);
  };

  #transmit(call: Call): void {
    if (this.#isEnded) call.fail(new CommandRefusedError(`${call.spec.name}: its lease is over`, { command: call.spec.name }));
    else if (call.extras?.exclusive) this.lease.block(call);
    else this.lease.connection.send(call);
  }

  #sendTraced(call: Call): void {
    traceCall(call, () => {
      call.extras?.sink?.onSent?.(this.lease.connection.key);
      this.#line.add(call);
    });
  }

  #endedError({ name }: CommandSpec, executed: 'no' | 'unknown', cause: SlotwiseError): SlotwiseError {
    const facts = { command: name, node: this.lease.connection.key, executed, cause };
    if (cause instanceof ClosedError) return new ClosedError(`${name}: ${cause.message}`, facts);
    return new ConnectionLostError(`${name}: ${cause.message}`, facts);
  }

  failed(call: Call, failure: AttemptFailure): void {
    const judged = this.engine.lessons.judge(call, failure);
    const cause = judged.failure;
    let { error } = cause;
    let retryable = this.engine.lessons.followOnce(call, judged);
    if (cause.kind !== 'error-reply' && this.lease.ended !== null)
      error = this.#endedError(call.spec, cause.kind === 'connection-lost' ? 'unknown' : 'no', this.lease.ended);
    else if (cause.kind === 'connection-lost') {
      error = lostError(call, cause);
      retryable = call.batch === null && (isRead(call.spec) || call.spec === WATCH || call.spec === UNWATCH);
    }
    if (retryable) this.#retryable.add(error);
    call.fail(error);
  }

  /** Whether the error came from this connection, nothing was executed, and another connection may succeed. */
  isRetryable(error: unknown): boolean {
    return typeof error === 'object' && error !== null && this.#retryable.has(error);
  }

  /** Ends the lease: later commands are refused. True: the connection is as it was before, and may be lent again. */
  end(): boolean {
    this.#isEnded = true;
    return this.#state.clean && this.lease.connection.load === 0;
  }
}

function rejectRefused(spec: CommandSpec, reason: string): Promise<never> {
  return Promise.reject(new CommandRefusedError(`${spec.name}: ${reason}`, { command: spec.name }));
}
