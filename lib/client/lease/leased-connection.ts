import { releaseUsage } from '../../connection/deadlines.js';
import { commandChannel } from '../../diagnostics.js';
import { ClosedError, CommandRefusedError, ConnectionLostError, type SlotwiseError } from '../../errors.js';
import type { Lease } from '../../pool/lease.js';
import { type AtomicBatch, type AttemptFailure, Call, type CallOwner } from '../../protocol/call.js';
import { blockingOf, isStreamRead } from '../../protocol/catalog/blocking.js';
import { command, stateReason } from '../../protocol/catalog/specs.js';
import { type Arg, BLOCKING, type CommandSpec, type Decode, type Raw, READONLY } from '../../protocol/command-spec.js';
import { measure } from '../../protocol/resp/encoder.js';
import { asText } from '../../protocol/script.js';
import { prefixed } from '../../routing/keys/prefixed-command.js';
import { clock } from '../../util/clock.js';
import { attachSignal } from '../abort.js';
import { blockingCall, exclusiveDeadline } from '../dispatch/blocking-call.js';
import { traceCall } from '../dispatch/traced-call.js';
import { effectiveFailure } from '../dispatch/transaction-failure.js';
import { changesData } from '../session.js';
import type { View } from '../view.js';
import type { Outcomes, Transaction } from './batch.js';
import { LeaseState } from './lease-state.js';

const WATCH = command('WATCH');
const UNWATCH = command('UNWATCH');

/** The client, as its leases know it. */
export interface LeaseEngine {
  /** Learns from a failure where the servers are now. True: nothing was executed, and another attempt may succeed. */
  observeFailure(failure: AttemptFailure): boolean;
  /** Throws for a command that its domain does not let through. */
  admit(spec: CommandSpec, args: readonly Arg[], view: View): void;
  /** The facts of a call whose command our table does not have. */
  learn(spec: CommandSpec, args: readonly Arg[], view: View): Promise<CommandSpec>;
  /** A node has executed something that may write. */
  wrote(view: View, node: string): void;
}

/** Sends on one exclusive connection. No attempt loop: what state the connection had is gone with it, so every failure is the caller's. */
export class LeasedConnection implements CallOwner {
  readonly usage = { commands: 0, bytes: 0 };
  readonly idempotent = false;
  readonly #state = new LeaseState();
  #over = false;
  readonly #passing = new WeakSet<object>();

  constructor(
    private readonly lease: Lease,
    private readonly view: View,
    private readonly engine: LeaseEngine,
  ) {}

  run(spec: CommandSpec, args: readonly Arg[], decode: Decode | null): Promise<unknown> {
    if (spec.state === 'refused') return refuse(spec, stateReason(spec));
    if (spec.arity === 0) return this.engine.learn(spec, args, this.view).then((learnt) => this.run(learnt, args, decode));
    try {
      this.engine.admit(spec, args, this.view);
    } catch (error) {
      return Promise.reject(error);
    }
    const { prefix } = this.view;
    const own = prefix === null ? { spec, args, decode } : prefixed(prefix, { spec, args, decode });
    // A script's text: SHA-1 and NOSCRIPT would let later commands overtake it.
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

  /** The replies of a transaction; null where a watched key was changed, and nothing was executed. */
  async exec({ batch, exec, decode }: Transaction): Promise<Outcomes | null> {
    const replies = this.#send(exec, [], (raw: Raw, args) => (raw === null ? null : decode(raw, args)), batch);
    return (await replies) as Outcomes | null; // the decoder's
  }

  #send(spec: CommandSpec, args: readonly Arg[], decode: Decode | null, batch: AtomicBatch | null): Promise<unknown> {
    if (this.#over) return refuse(spec, 'its lease is over');
    const { view, lease } = this;
    if (lease.ended !== null) return Promise.reject(this.#ended(spec, 'no', lease.ended));
    try {
      measure(spec, args);
      for (const part of batch?.commands ?? []) measure(part.spec, part.args);
    } catch (error) {
      return Promise.reject(error);
    }
    // In a transaction a command is answered QUEUED, and none blocks.
    const { queueing } = this.#state;
    const mayBlock = (spec.flags & BLOCKING) !== 0 && !queueing;
    const blocking = mayBlock ? blockingOf(spec, args) : null;
    const exclusive = mayBlock && (blocking !== null || !isStreamRead(spec)) ? blockingCall(blocking, view.timeoutMs) : null;
    for (const part of batch?.commands ?? []) this.#state.sent(part.spec);
    this.#state.sent(spec);
    if (batch === null) view.counters.issued(spec);
    else view.counters.issuedTogether(batch);
    const deadline = exclusive === null ? clock.deadlineIn(view.timeoutMs) : exclusiveDeadline(exclusive, view.timeoutMs);
    const call = Call.make(spec, args, queueing ? null : decode, view.mode, this, deadline);
    const reply = Call.promiseOfLast();
    if (batch !== null) call.ensureExtras().batch = batch;
    if (exclusive !== null) call.ensureExtras().exclusive = exclusive;
    if (view.signal !== null && !attachSignal(call, view.signal)) releaseUsage(call);
    else if (commandChannel.hasSubscribers) this.#sendTraced(call);
    else this.#pass(call);
    if (view.session !== null && (batch !== null || spec.name === 'EXEC' || changesData(spec))) reply.then(this.#wrote, this.#wrote);
    if (spec.state !== 'none') reply.catch((error: unknown) => this.#state.failed(spec, error));
    return reply;
  }

  readonly #wrote = (): void => this.engine.wrote(this.view, this.lease.connection.key);

  #pass(call: Call): void {
    if (call.extras?.exclusive) this.lease.block(call);
    else this.lease.connection.send(call);
  }

  #sendTraced(call: Call): void {
    traceCall(call, () => {
      call.extras?.sink?.onSent?.(this.lease.connection.key);
      this.#pass(call);
    });
  }

  #ended({ name }: CommandSpec, executed: 'no' | 'unknown', cause: SlotwiseError): SlotwiseError {
    const facts = { command: name, node: this.lease.connection.key, executed, cause };
    if (cause instanceof ClosedError) return new ClosedError(`${name}: ${cause.message}`, facts);
    return new ConnectionLostError(`${name}: ${cause.message}`, facts);
  }

  failed(call: Call, failure: AttemptFailure): void {
    const cause = failure.kind === 'error-reply' && call.batch !== null ? effectiveFailure(failure, call.batch) : failure;
    let { error } = cause;
    let passing = this.engine.observeFailure(cause);
    if (cause.kind !== 'error-reply' && this.lease.ended !== null)
      error = this.#ended(call.spec, cause.kind === 'connection-lost' ? 'unknown' : 'no', this.lease.ended);
    else if (cause.kind === 'connection-lost') {
      const facts = { node: error.node, command: call.spec.name, attempts: 1, executed: 'unknown', cause: error } as const;
      error = new ConnectionLostError(`${call.spec.name}: ${error.message}; it may have run`, facts);
      passing = call.batch === null && ((call.spec.flags & READONLY) !== 0 || call.spec === WATCH || call.spec === UNWATCH);
    }
    if (passing) this.#passing.add(error);
    call.fail(error);
  }

  /** Whether this is an error of this connection that means: nothing was executed, another connection may do better. */
  isPassing(error: unknown): boolean {
    return typeof error === 'object' && error !== null && this.#passing.has(error);
  }

  /** Whether the connection is as good as new. */
  end(): boolean {
    this.#over = true;
    return this.#state.clean && this.lease.connection.load === 0;
  }
}

function refuse(spec: CommandSpec, reason: string): Promise<never> {
  return Promise.reject(new CommandRefusedError(`${spec.name}: ${reason}`, { command: spec.name }));
}
