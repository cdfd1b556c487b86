import { releaseUsage, timeoutError } from '../connection/deadlines.js';
import { ConnectionLostError, type Executed, ReplyError, type SlotwiseError } from '../errors.js';
import {
  type AttemptFailure,
  Call,
  type CallOwner,
  type Exclusive,
  NO_DEADLINE,
  type OutcomeSink,
  SETTLED,
  UNWRITTEN,
} from '../protocol/call.js';
import { withTimeout } from '../protocol/catalog/blocking.js';
import type { Raw } from '../protocol/command-spec.js';
import { classify } from '../protocol/resp/reply-error.js';
import { clock } from '../util/clock.js';
import type { Lease } from './lease.js';
import type { UnblockConnection } from './unblock-channel.js';

/** How long a server may take to let go of a call. */
const LET_GO_MS = 1_000;
/** CLIENT UNBLOCK may overtake the command it is meant for, which is on another connection: it is asked again. */
const ASK_AGAIN_MS = 20;

type Why = (executed: Executed) => SlotwiseError;

/**
 * One attempt of a call that may block, on a connection of its own. What is sent is a stand-in, so that the call itself cannot settle while the
 * server might be popping an element for it.
 *
 * | state | means | left by |
 * |---|---|---|
 * | waiting | the server has it | its reply or the loss of the connection: over; `giveUp`, `leave`: leaving |
 * | leaving | the server is asked to let go, https://redis.io/docs/latest/commands/client-unblock/ | its reply: over; silence: the connection is destroyed |
 * | over | the call is settled, or back at its owner | – |
 */
export class BlockedCall implements CallOwner, OutcomeSink {
  readonly usage = { commands: 0, bytes: 0 };
  readonly idempotent = false;
  state: 'waiting' | 'leaving' | 'over' = 'waiting';
  readonly #exclusive: Exclusive;
  readonly #sent: Call;
  /** Why the caller gives up. */
  #why: Why | null = null;
  /** Why another node shall have it. */
  #elsewhere: SlotwiseError | null = null;
  #silentAt = 0;
  #askAt = 0;
  #asking = false;
  /** The connection is not for others: a request to unblock may still reach it, or the server is about to close it. */
  #tainted = false;
  #returned = false;

  constructor(
    readonly call: Call,
    exclusive: Exclusive,
    readonly lease: Lease,
    private readonly unblock: UnblockConnection,
    /** The connection is free again; `dirty`: not for others. */
    private readonly over: (blocked: BlockedCall, dirty: boolean) => void,
  ) {
    this.#exclusive = exclusive;
    this.#sent = Call.forSink(this, 0, call.spec, this.#args(), null, call.mode, this, NO_DEADLINE);
    if (call.extras !== null) {
      const extras = this.#sent.ensureExtras();
      extras.asking = call.extras.asking;
      extras.batch = call.extras.batch;
    }
    exclusive.giveUp = (why) => this.giveUp(why);
    lease.connection.send(this.#sent);
  }

  /** What was waited before, on another node, counts. */
  #args(): Call['args'] {
    const { blocking, since } = this.#exclusive;
    const now = clock.now();
    if (since === 0) this.#exclusive.since = now;
    if (since === 0 || blocking === null || blocking.ms === 0 || this.call.batch !== null) return this.call.args;
    return withTimeout(this.call.args, blocking, blocking.ms - (now - since));
  }

  get #node(): string {
    return this.lease.connection.key;
  }

  // --- the wish to end it

  /** The caller does not want to wait any longer. */
  giveUp(why: Why): void {
    this.#why ??= why;
    this.#leave();
  }

  /** Its node is not the right one any more. */
  leave(error: SlotwiseError): void {
    this.#elsewhere ??= error;
    this.#leave();
  }

  #leave(): void {
    if (this.state !== 'waiting') return;
    if (this.#sent.state === UNWRITTEN) {
      this.#sent.state = SETTLED;
      this.#unexecuted({ kind: 'not-sent', error: this.#elsewhere ?? lostError(this.#node, 'has not been sent the command') });
      return;
    }
    this.state = 'leaving';
    const now = clock.now();
    this.#silentAt = now + Math.max(0, LET_GO_MS - this.unblock.silentMs);
    this.#ask(now);
  }

  #ask(now: number): void {
    const { id } = this.lease.connection.server;
    if (id === null) {
      this.#drop('does not tell the ids of connections, which CLIENT UNBLOCK needs');
      return;
    }
    this.#askAt = now + ASK_AGAIN_MS;
    this.#asking = true;
    // A unit answers with what it got so far; a single command says clearly that it got nothing.
    this.unblock.unblock(id, this.call.batch === null ? 'ERROR' : 'TIMEOUT').then(
      () => this.#asked(),
      (error: unknown) => {
        this.#tainted ||= !(error instanceof ReplyError);
        this.#asked();
        if (error instanceof ReplyError) this.#drop(`refused CLIENT UNBLOCK (${error.message})`);
      },
    );
  }

  #asked(): void {
    this.#asking = false;
    if (this.state === 'over') this.#return();
  }

  #drop(problem: string): void {
    this.lease.connection.destroy(lostError(this.#node, problem));
  }

  /** Every tick of the clock. */
  tick(now: number): void {
    const { silenceMs } = this.#exclusive;
    if (this.state === 'waiting') {
      if (silenceMs > 0 && this.unblock.silentMs >= silenceMs) this.#drop(`has not answered for ${this.unblock.silentMs} ms`);
      else if (this.call.isDue(now))
        this.giveUp((executed) => timeoutError(this.call, `${this.#node} kept it waiting`, this.#node, executed));
    } else if (this.state === 'leaving') {
      if (now >= this.#silentAt) this.#drop('was asked to let go of a blocked command and said nothing');
      else if (now >= this.#askAt && !this.#asking) this.#ask(now);
    }
  }

  // --- what became of it

  onValue(_: number, raw: Raw): void {
    const { call } = this;
    // The last reply is that of WAIT, which succeeds whatever became of the write.
    const failed = call.batch?.replies.at(-2);
    if (failed instanceof ReplyError) {
      this.failed(this.#sent, { kind: 'error-reply', error: failed, node: this.#node });
      return;
    }
    if (raw === null && this.#why !== null) {
      this.#fail('no');
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
    // A server whose role changed answers the blocked clients and then closes their connections.
    this.#tainted ||= failure.kind === 'error-reply' && classify(failure.error) === 'unblocked';
    if (failure.kind === 'error-reply' && failure.error.code === 'UNBLOCKED' && this.state === 'leaving') {
      this.#unexecuted({ kind: 'not-sent', error: this.#elsewhere ?? failure.error });
    } else if (failure.kind === 'connection-lost') {
      if (this.#why !== null) this.#fail('unknown');
      else this.#handBack(failure);
    } else this.#unexecuted(failure);
  }

  #unexecuted(failure: AttemptFailure): void {
    if (this.#why === null) this.#handBack(failure);
    else this.#fail('no');
  }

  #handBack(failure: AttemptFailure): void {
    const { call } = this;
    this.#end();
    call.owner.failed(call, failure);
  }

  /** As the caller wished. */
  #fail(executed: Executed): void {
    const { call } = this;
    const why = this.#why;
    this.#end();
    releaseUsage(call);
    const earlier = call.mayHaveRun && executed === 'no' ? 'unknown' : executed;
    if (why !== null) call.fail(why(earlier));
  }

  #end(): void {
    this.state = 'over';
    this.#exclusive.giveUp = null;
    if (this.#sent.state !== SETTLED) this.#sent.state = SETTLED;
    // A request that is still on its way would unblock whoever uses the connection next.
    if (!this.#asking || this.lease.connection.state === 'closed') this.#return();
  }

  #return(): void {
    if (this.#returned) return;
    this.#returned = true;
    this.over(this, this.#tainted);
  }
}

function lostError(node: string, problem: string): ConnectionLostError {
  return new ConnectionLostError(`${node} ${problem}`, { node });
}
