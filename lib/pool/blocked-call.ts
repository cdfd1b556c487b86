import { connectionLostError } from '../connection/connection-error.js';
import { releaseUsage, timeoutError, timeSpent } from '../connection/deadlines.js';
import { type Executed, ReplyError, type SlotwiseError } from '../errors.js';
import { type AttemptFailure, type Call, type CallOwner, NO_DEADLINE, newCall, SETTLED, UNWRITTEN } from '../protocol/call.js';
import { sinkExtras } from '../protocol/call-extras.js';
import { withTimeout } from '../protocol/catalog/blocking.js';
import type { Raw } from '../protocol/command-spec.js';
import type { Exclusive } from '../protocol/exclusive.js';
import type { OutcomeSink } from '../protocol/outcome.js';
import { classify } from '../protocol/resp/reply-error.js';
import { clock } from '../util/clock.js';
import { type Transitions, transition } from '../util/state-machine.js';
import type { Lease } from './lease.js';
import type { UnblockConnection } from './unblock-connection.js';

/** How long a server may take to end the wait after CLIENT UNBLOCK, in ms. */
const UNBLOCK_TIMEOUT_MS = 1_000;
/** CLIENT UNBLOCK may overtake the command it is meant for, which is on another connection: it is sent again after this, in ms. */
const UNBLOCK_AGAIN_MS = 20;

/** Makes the error that the caller gets. */
type MakeError = (executed: Executed) => SlotwiseError;

type BlockedCallState = 'blocked' | 'unblocking' | 'done';

const TRANSITIONS: Transitions<BlockedCallState> = { blocked: ['unblocking', 'done'], unblocking: ['done'], done: [] };

/**
 * Attempt of a call that may block, on a connection of its own. A stand-in is sent, so that the call itself cannot settle while the server
 * might be popping an element for it.
 *
 * | state | means | left by |
 * |---|---|---|
 * | blocked | the server has the command | its reply or the loss of the connection: done; `cancel`, `reroute`: unblocking |
 * | unblocking | CLIENT UNBLOCK is sent, https://redis.io/docs/latest/commands/client-unblock/ | its reply: done; silence: the connection is destroyed |
 * | done | the call is settled, or its owner has it again | – |
 */
export class BlockedCall implements CallOwner, OutcomeSink {
  readonly usage = { commands: 0, bytes: 0 };
  readonly idempotent = false;
  state: BlockedCallState = 'blocked';
  readonly #exclusive: Exclusive;
  readonly #sent: Call;
  /** Error for a caller that has cancelled the call; null: none has. */
  #cancelled: MakeError | null = null;
  /** Reason why another node shall have the call; null: it stays here. */
  #rerouted: SlotwiseError | null = null;
  /** Moment at which the server has had its time to end the wait, on the clock in ms. */
  #unblockDueAt = 0;
  #unblockAgainAt = 0;
  /** CLIENT UNBLOCK is on its way. */
  #unblockPending = false;
  /** The connection is not for others: CLIENT UNBLOCK may still reach it, or the server is about to close it. */
  #dirty = false;
  #finished = false;

  constructor(
    readonly call: Call,
    exclusive: Exclusive,
    readonly lease: Lease,
    private readonly unblock: UnblockConnection,
    /** The connection is free again; `dirty`: not for others. */
    private readonly finished: (dirty: boolean) => void,
  ) {
    this.#exclusive = exclusive;
    const extras = sinkExtras(this);
    extras.asking = call.extras?.asking ?? false;
    extras.batch = call.batch;
    this.#sent = newCall(call.spec, this.#args(), null, call.mode, this, NO_DEADLINE, extras);
    exclusive.cancel = (makeError) => this.cancel(makeError);
  }

  /** Sends the command. On a connection that has closed it ends at once, which needs whoever keeps it to have it already. */
  send(): void {
    this.lease.connection.send(this.#sent);
  }

  /** The time that the call was blocked before, on another node, counts. */
  #args(): Call['args'] {
    const { blocking, since } = this.#exclusive;
    const now = clock.now();
    if (since === 0) this.#exclusive.since = now;
    this.#exclusive.sentAt = now;
    if (since === 0 || blocking === null || blocking.ms === 0 || this.call.batch !== null) return this.call.args;
    return withTimeout(this.call.args, blocking, blocking.ms - (now - since));
  }

  get #node(): string {
    return this.lease.connection.key;
  }

  // --- ending the wait

  /** The caller does not want to wait any longer. */
  cancel(makeError: MakeError): void {
    this.#cancelled ??= makeError;
    this.#endWait();
  }

  /** Its node is not the right one any more. What does not block is about to be answered. */
  reroute(error: SlotwiseError): void {
    if (this.#exclusive.kind === 'alone' && this.#sent.state !== UNWRITTEN) return;
    this.#rerouted ??= error;
    this.#endWait();
  }

  #endWait(): void {
    if (this.state !== 'blocked') return;
    if (this.#sent.state === UNWRITTEN) {
      this.#sent.state = SETTLED;
      this.#didNotRun({ kind: 'not-sent', error: this.#rerouted ?? connectionLostError(this.#node, 'has not been sent the command') });
      return;
    }
    if (this.#exclusive.kind === 'alone') {
      this.#destroyConnection('has not answered, and nobody waits for it any more');
      return;
    }
    this.#change('unblocking');
    const now = clock.now();
    this.#unblockDueAt = now + Math.max(0, UNBLOCK_TIMEOUT_MS - this.unblock.silentMs);
    this.#unblock(now);
  }

  #unblock(now: number): void {
    const { id } = this.lease.connection.server;
    if (id === null) {
      this.#destroyConnection('does not tell the ids of connections, which CLIENT UNBLOCK needs');
      return;
    }
    this.#unblockAgainAt = now + UNBLOCK_AGAIN_MS;
    this.#unblockPending = true;
    // A batch answers with what it got so far; a single command says clearly that it got nothing.
    this.unblock.unblock(id, this.call.batch === null ? 'ERROR' : 'TIMEOUT').then(
      () => this.#unblockAnswered(),
      (error: unknown) => {
        this.#dirty ||= !(error instanceof ReplyError);
        this.#unblockAnswered();
        if (error instanceof ReplyError && this.state !== 'done') this.#destroyConnection(`refused CLIENT UNBLOCK (${error.message})`);
      },
    );
  }

  #unblockAnswered(): void {
    this.#unblockPending = false;
    if (this.state === 'done') this.#finish();
  }

  #destroyConnection(problem: string): void {
    this.lease.connection.destroy(connectionLostError(this.#node, problem));
  }

  /** Every tick of the clock. */
  tick(now: number): void {
    const { silenceMs } = this.#exclusive;
    const { silentMs } = this.unblock;
    if (this.state === 'blocked') {
      if (silenceMs > 0 && silentMs >= silenceMs) this.#destroyConnection(`has not answered for ${silentMs} ms`);
      else if (this.call.isDue(now)) this.cancel((executed) => this.#timeoutError(executed));
    } else if (this.state === 'unblocking') {
      if (now >= this.#unblockDueAt) this.#destroyConnection('was asked to let go of a blocked command and said nothing');
      else if (now >= this.#unblockAgainAt && !this.#unblockPending) this.#unblock(now);
    }
  }

  #timeoutError(executed: Executed): SlotwiseError {
    const spent = timeSpent(this.call, { writtenAt: this.#exclusive.sentAt, silentMs: this.unblock.silentMs });
    return timeoutError(this.call, `${this.#node} kept it waiting${spent}`, this.#node, executed);
  }

  // --- the outcome

  onValue(_: number, raw: Raw): void {
    const { call } = this;
    // The last reply is that of WAIT, which succeeds whatever became of the write.
    const failed = call.batch?.replies.at(-2);
    if (failed instanceof ReplyError) {
      this.failed(this.#sent, { kind: 'error-reply', error: failed, node: this.#node });
      return;
    }
    if (raw === null && this.#cancelled !== null) {
      this.#fail('no', this.#cancelled);
      return;
    }
    this.#end();
    releaseUsage(call);
    if (call.state !== SETTLED) call.succeed(raw);
  }

  onError(_: number, error: unknown): void {
    this.#end();
    releaseUsage(this.call);
    this.call.fail(error);
  }

  failed(_: Call, failure: AttemptFailure): void {
    // What was not written is still in the connection's queue, which gives it back when it closes.
    if (this.state === 'done') return;
    // A server whose role changed answers the blocked clients and then closes their connections.
    this.#dirty ||= failure.kind === 'error-reply' && classify(failure.error) === 'unblocked';
    if (failure.kind === 'connection-lost') {
      if (this.#cancelled !== null) this.#fail('unknown', this.#cancelled);
      else this.#giveBack(failure);
    } else if (this.#hasWritten()) {
      if (this.#cancelled !== null) this.#fail('yes', this.#cancelled);
      else this.#giveBack(failure);
    } else if (failure.kind === 'error-reply' && failure.error.code === 'UNBLOCKED' && this.state === 'unblocking') {
      this.#didNotRun({ kind: 'not-sent', error: this.#rerouted ?? failure.error });
    } else this.#didNotRun(failure);
  }

  /** The write in front of WAIT has run: it was answered, and without an error. */
  #hasWritten(): boolean {
    const { batch } = this.call;
    const written = batch === null ? undefined : batch.replies[batch.commands.length - 1];
    return written !== undefined && !(written instanceof ReplyError);
  }

  #didNotRun(failure: AttemptFailure): void {
    if (this.#cancelled === null) this.#giveBack(failure);
    else this.#fail('no', this.#cancelled);
  }

  #giveBack(failure: AttemptFailure): void {
    const { call } = this;
    this.#end();
    call.owner.failed(call, failure);
  }

  #fail(executed: Executed, makeError: MakeError): void {
    const { call } = this;
    this.#end();
    releaseUsage(call);
    call.fail(makeError(call.mayHaveRun && executed === 'no' ? 'unknown' : executed));
  }

  #end(): void {
    this.#change('done');
    this.#exclusive.cancel = null;
    this.#sent.state = SETTLED;
    // A CLIENT UNBLOCK that is still on its way would unblock the next user of the connection.
    if (!this.#unblockPending || this.lease.connection.state === 'closed') this.#finish();
  }

  #finish(): void {
    if (this.#finished) return;
    this.#finished = true;
    this.finished(this.#dirty);
  }

  #change(next: BlockedCallState): void {
    this.state = transition(TRANSITIONS, this.state, next);
  }
}
