import type { Executed, ReplyError, SlotwiseError } from '../errors.js';
import { type Arg, BYTES, type CommandSpec, DECODE_BUFFERS, type Decode, type Raw, READONLY } from './command-spec.js';

/** Why an attempt failed, as the connection saw it. */
export type AttemptFailure =
  /** It never left this process. */
  | { readonly kind: 'not-sent'; readonly error: SlotwiseError }
  /** It was (perhaps partly) written and no reply came. */
  | { readonly kind: 'connection-lost'; readonly error: SlotwiseError }
  /** The server answered with an error; `node` is the pool key of the answering node. */
  | { readonly kind: 'error-reply'; readonly error: ReplyError; readonly node: string };

/** What a client's unanswered commands hold together. */
export interface QueueUsage {
  commands: number;
  bytes: number;
}

/** Who decides what happens to a call whose attempt failed, and whose room the call takes until it leaves its last holder. */
export interface CallOwner {
  readonly usage: QueueUsage;
  /** Its calls may run twice. */
  readonly idempotent: boolean;
  failed(call: Call, failure: AttemptFailure): void;
}

/** Commands that must reach one server in one piece, right before the call's own: the MULTI and queued commands before an EXEC. */
export interface AtomicBatch {
  readonly commands: readonly { readonly spec: CommandSpec; readonly args: readonly Arg[] }[];
  /** Replies to the parts of the running attempt, then the call's own. */
  replies: Raw[];
}

/** Takes the outcomes of calls that were issued together, each by its place: cheaper than a promise a call. */
export interface OutcomeSink {
  /** Told of each attempt, if it wants to know. */
  onSent?(node: string): void;
  onValue(at: number, value: unknown): void;
  onError(at: number, error: unknown): void;
}

/** Where a call is. `settled` calls are never written. */
export const UNWRITTEN = 0;
export const WRITTEN = 1;
export const SETTLED = 2;
const STATE_MASK = 3;
// Above the state, in the same small integer: the mode, two marks and two counters, so that even the calls that wait for a hung server are small.
const MODE_SHIFT = 2;
const MODE_MASK = 15;
const MAY_HAVE_RUN = 1 << 6;
const MOVED = 1 << 7;
const ATTEMPTS_SHIFT = 8;
const MOST_ATTEMPTS = 255;
const REDIRECTS_SHIFT = 16;

/** The deadline of a call that has none. */
export const NO_DEADLINE = 0;

type Resolve = (value: unknown) => void;

let promiseOf: Promise<unknown>;
let resolveOf: Resolve;
// One function for all promises: the hot path makes no closure a command. The function that rejects is not kept: see `Rejection`.
const capture = (resolve: Resolve): void => {
  resolveOf = resolve;
};
const nothing = (): void => {};

/** A promise that is resolved with this rejects, one turn of the microtasks later: so a call need not hold its promise's second function, which is a sixth of its memory. */
class Rejection {
  constructor(private readonly error: unknown) {}

  // biome-ignore lint/suspicious/noThenProperty: that is the point of it
  then(_: Resolve, reject: (error: unknown) => void): void {
    reject(this.error);
  }
}

/** Stands for the promise of a call whose outcome goes elsewhere. */
export const NO_PROMISE: Promise<unknown> = new Promise(nothing);

/**
 * Keeps the calls of a scan on one process, because a cursor means nothing to another. The first call goes where routing says; once it is
 * answered the tie is `firm`, and the others go there or fail.
 */
export interface PinnedProcess {
  /** Key of the node, and which of its incarnations. */
  node: string;
  processEpoch: number;
  /** Its role when the first call was sent; a scan does not go on where a primary became a replica. */
  role: 'primary' | 'replica' | null;
  readonly: boolean;
  /** The slot is on its way to that node, which serves it only to those who ask. */
  asking: boolean;
  isPinned: boolean;
  /** The process cannot be asked any more: begin again with another tie. */
  isGone: boolean;
}

/** How long a server may let a call wait, and where the call says so. */
export interface Blocking {
  /** Index in `args`. */
  readonly at: number;
  readonly batch: 's' | 'ms';
  /** 0: without limit. */
  readonly ms: number;
}

/** What a call that needs a connection of its own brings along. */
export interface Exclusive {
  /** The outcome of a `lease` is the connection itself. */
  readonly kind: 'blocking' | 'lease';
  /** Null: the server decides how long. */
  readonly blocking: Blocking | null;
  /** A node that owes an answer for this long, in ms, while the call blocks on it, is given up. 0: never. */
  silenceMs: number;
  /** When it first reached a server, on the clock; 0 before. */
  since: number;
  /**
   * Ends the call while it is on a connection; null else. The server is asked to end the wait, and an element that was popped in the meantime is
   * delivered; otherwise the call fails with the error that `makeError` makes.
   */
  cancel: ((makeError: (executed: Executed) => SlotwiseError) => void) | null;
}

/** What most calls never need, so that those do not carry it. */
export interface CallExtras {
  firstError: SlotwiseError | null;
  /** Send `ASKING` right before it, once. */
  asking: boolean;
  batch: AtomicBatch | null;
  /** Hash slot of the shard it is for, where that is not to be read off its keys; -1: none. */
  slot: number | null;
  /** Key of the one node it is for, whatever the routing says. */
  target: string | null;
  pinned: PinnedProcess | null;
  /** Needs a connection of its own. */
  exclusive: Exclusive | null;
  /** Gets the outcome instead of a promise, as that of place `at`. */
  sink: OutcomeSink | null;
  index: number;
}

/**
 * One command on its way: arguments, deadline, and the promise to settle. Always the same shape, because every part of the hot path reads it,
 * and small, because 100,000 may wait. A call is held by exactly one holder at a time (a wait queue or a connection), which is who expires it.
 */
export class Call {
  /** Bytes this call counts for in the client's queue bound. */
  bytes = 0;
  resolve: Resolve;
  #bits: number;
  /** The first real failure, or the detour, which holds it then. */
  #aside: CallExtras | SlotwiseError | null = null;

  private constructor(
    readonly spec: CommandSpec,
    readonly args: readonly Arg[],
    readonly decode: Decode | null,
    mode: number,
    readonly owner: CallOwner,
    /** On the clock of `util/clock.ts`, in whole ms, or `NO_DEADLINE`. Whole, because V8 keeps small integers without allocating. */
    readonly deadline: number,
    resolve: Resolve,
  ) {
    this.#bits = ((spec.flags & BYTES) === 0 ? mode : mode | DECODE_BUFFERS) << MODE_SHIFT;
    this.resolve = resolve;
  }

  /** A call whose outcome settles `promiseOfLast()`. */
  static make(spec: CommandSpec, args: readonly Arg[], decode: Decode | null, mode: number, owner: CallOwner, deadline: number): Call {
    promiseOf = new Promise(capture);
    return new Call(spec, args, decode, mode, owner, deadline, resolveOf);
  }

  /** The promise of the call that `make` made last: whoever makes a call takes it at once, so that the call need not carry it. */
  static promiseOfLast(): Promise<unknown> {
    return promiseOf;
  }

  /** A call whose outcome goes to `gathering`, as that of place `at`. */
  static forSink(
    sink: OutcomeSink,
    at: number,
    spec: CommandSpec,
    args: readonly Arg[],
    decode: Decode | null,
    mode: number,
    owner: CallOwner,
    deadline: number,
  ): Call {
    const call = new Call(spec, args, decode, mode, owner, deadline, nothing);
    const extras = call.ensureExtras();
    extras.sink = sink;
    extras.index = at;
    return call;
  }

  /** Only for who stands between the call and its promise: whoever settles a call says `fail`. */
  reject(error: unknown): void {
    this.resolve(new Rejection(error));
  }

  get state(): 0 | 1 | 2 {
    return (this.#bits & STATE_MASK) as 0 | 1 | 2; // nothing else is ever put there
  }

  set state(state: 0 | 1 | 2) {
    this.#bits = (this.#bits & ~STATE_MASK) | state;
  }

  /** Sum of `DECODE_*` bits. */
  get mode(): number {
    return (this.#bits >> MODE_SHIFT) & MODE_MASK;
  }

  get batch(): AtomicBatch | null {
    return this.extras === null ? null : this.extras.batch;
  }

  get extras(): CallExtras | null {
    const aside = this.#aside;
    return aside === null || aside instanceof Error ? null : aside;
  }

  /** The first real failure: what the caller is told if no attempt succeeds. */
  get firstError(): SlotwiseError | null {
    const aside = this.#aside;
    return aside === null || aside instanceof Error ? aside : aside.firstError;
  }

  /** Keeps the first of the failures it is told. */
  remember(error: SlotwiseError): void {
    if (this.#aside === null) this.#aside = error;
    else if (!(this.#aside instanceof Error)) this.#aside.firstError ??= error;
  }

  /** Attempts that ended in a failure. */
  get attempts(): number {
    return (this.#bits >> ATTEMPTS_SHIFT) & MOST_ATTEMPTS;
  }

  countAttempt(): void {
    if (this.attempts < MOST_ATTEMPTS) this.#bits += 1 << ATTEMPTS_SHIFT;
  }

  get redirects(): number {
    return this.#bits >> REDIRECTS_SHIFT;
  }

  countRedirect(): void {
    this.#bits += 1 << REDIRECTS_SHIFT;
  }

  /** An attempt was written and never answered. */
  get mayHaveRun(): boolean {
    return (this.#bits & MAY_HAVE_RUN) !== 0;
  }

  markMayHaveRun(): void {
    this.#bits |= MAY_HAVE_RUN;
  }

  /** It was taken from a node that did not answer, and sent elsewhere. */
  get moved(): boolean {
    return (this.#bits & MOVED) !== 0;
  }

  markMoved(): void {
    this.#bits |= MOVED;
  }

  /** The record of what is special about this call; made when first needed. */
  ensureExtras(): CallExtras {
    const aside = this.#aside;
    if (aside !== null && !(aside instanceof Error)) return aside;
    const extras: CallExtras = {
      firstError: aside,
      asking: false,
      batch: null,
      slot: null,
      target: null,
      pinned: null,
      exclusive: null,
      sink: null,
      index: 0,
    };
    this.#aside = extras;
    return extras;
  }

  /** What can be said of a call that ends without a reply. */
  get executed(): 'no' | 'unknown' {
    return this.state === WRITTEN || this.mayHaveRun ? 'unknown' : 'no';
  }

  /** Running it twice does no harm: it only reads, or the caller said so. */
  get repeatable(): boolean {
    return this.owner.idempotent || ((this.spec.flags & READONLY) !== 0 && this.batch === null);
  }

  isDue(now: number): boolean {
    return this.deadline !== NO_DEADLINE && this.deadline <= now;
  }

  /** Settles with a reply. The caller must have checked that it is not settled. A decoder that throws rejects this call only. */
  succeed(raw: Raw): void {
    let value: unknown = raw;
    if (this.decode !== null) {
      try {
        value = this.decode(raw, this.args);
      } catch (error) {
        this.fail(error);
        return;
      }
    }
    this.settle(value);
  }

  /** Settles with what the caller gets. */
  settle(value: unknown): void {
    this.state = SETTLED;
    const sink = this.extras === null ? null : this.extras.sink;
    if (sink === null) this.resolve(value);
    else sink.onValue(this.extras?.index ?? 0, value);
  }

  fail(error: unknown): void {
    if (this.state === SETTLED) return;
    this.state = SETTLED;
    const sink = this.extras === null ? null : this.extras.sink;
    if (sink === null) this.reject(error);
    else sink.onError(this.extras?.index ?? 0, error);
  }
}
