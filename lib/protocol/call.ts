/*
 * A call and its promise are made together and kept apart. `newCall` leaves the promise in a variable of this module, and its caller takes
 * the promise at once, with `takePromise`, before anything else runs. The call itself keeps only the function that resolves; to reject it
 * resolves with a `Rejection`. That saves a sixth of a call's memory, and a closure a command.
 */
import type { ReplyError, SlotwiseError } from '../errors.js';
import { type AtomicBatch, type CallExtras, newExtras } from './call-extras.js';
import { isRead } from './catalog/effects.js';
import { type Arg, BYTES, type CommandSpec, DECODE_BUFFERS, type Decode, type Raw } from './command-spec.js';

/** Failure of an attempt, as the connection saw it. */
export type AttemptFailure =
  /** The call never left this process. */
  | { readonly kind: 'not-sent'; readonly error: SlotwiseError }
  /** The call was written, perhaps in part, and no reply came. */
  | { readonly kind: 'connection-lost'; readonly error: SlotwiseError }
  /** The server answered with an error; `node` is the pool key of the answering node. */
  | { readonly kind: 'error-reply'; readonly error: ReplyError; readonly node: string };

/** Queue usage of a client: what its unanswered commands take together. */
export interface QueueUsage {
  commands: number;
  bytes: number;
}

/** Owner of a call: decides what follows a failed attempt. The call counts in the owner's `usage` until its last holder lets go of it. */
export interface CallOwner {
  readonly usage: QueueUsage;
  /** The owner's calls may run twice. */
  readonly idempotent: boolean;
  /** Deadline of the owner's calls, without the time that a command lets the server wait, in ms; 0 and undefined: none, or nobody asks. */
  readonly timeoutMs?: number;
  /** Whether the call keeps its place behind older ones with its keys where those are sent again. Default: it does not. */
  keepsOrder?(call: Call): boolean;
  failed(call: Call, failure: AttemptFailure): void;
}

/** States of a call. `SETTLED` calls are never written. */
export const UNWRITTEN = 0;
export const WRITTEN = 1;
export const SETTLED = 2;
const STATE_MASK = 3;
// Above the state, in the same small integer: the mode, three marks and three counters, so that even the calls that wait for a hung server are
// small.
const MODE_SHIFT = 2;
const MODE_MASK = 15;
const MAY_HAVE_RUN = 1 << 6;
const MOVED = 1 << 7;
const ATTEMPTS_SHIFT = 8;
const MAX_ATTEMPTS = 255;
const REDIRECTS_SHIFT = 16;
const MAX_REDIRECTS = 255;
const LOSSES_SHIFT = 24;
const MAX_LOSSES = 15;
const DOUBTED = 1 << 28;

/** The deadline of a call that has none. */
export const NO_DEADLINE = 0;

type Resolve = (value: unknown) => void;

const ignore = (): void => {};
/** Stands for the promise of a call whose outcome goes to a sink. */
export const NO_PROMISE: Promise<unknown> = new Promise(ignore);

let lastPromise: Promise<unknown> = NO_PROMISE;
let lastResolve: Resolve;
// One function for all promises: the hot path makes no closure a command. The function that rejects is not kept: see `Rejection`.
const keepResolve = (resolve: Resolve): void => {
  lastResolve = resolve;
};

/**
 * Promise that rejects one turn of the microtasks later. `Promise.reject` would reject before a caller can listen, and Node keeps a record of
 * each such promise: among thousands that alone takes longer than serving them.
 */
export function rejectedSoon(error: unknown): Promise<never> {
  return new Promise((resolve) => resolve(new Rejection(error) as never)); // never resolves with a value
}

/** Thenable that rejects the promise that is resolved with it, one turn of the microtasks later. */
class Rejection {
  constructor(private readonly error: unknown) {}

  // biome-ignore lint/suspicious/noThenProperty: that is the point of it
  then(_: Resolve, reject: (error: unknown) => void): void {
    reject(this.error);
  }
}

/**
 * Makes a call; `takePromise` gives its promise. With extras that have a sink the outcome goes there. Seven positional parameters, here and
 * in the constructor, because this is the hot path: a record of them would be one more allocation a command.
 */
export function newCall(
  spec: CommandSpec,
  args: readonly Arg[],
  decode: Decode | null,
  mode: number,
  owner: CallOwner,
  deadline: number,
  extras: CallExtras | null = null,
): Call {
  if (extras !== null) return newCallWithExtras(new Call(spec, args, decode, mode, owner, deadline, ignore), extras);
  lastPromise = new Promise(keepResolve);
  return new Call(spec, args, decode, mode, owner, deadline, lastResolve);
}

function newCallWithExtras(call: Call, extras: CallExtras): Call {
  call.adopt(extras);
  if (extras.sink !== null) lastPromise = NO_PROMISE;
  else {
    lastPromise = new Promise(keepResolve);
    call.resolve = lastResolve;
  }
  return call;
}

/** The promise of the call that `newCall` made last. */
export function takePromise(): Promise<unknown> {
  return lastPromise;
}

/**
 * A command on its way: arguments, deadline, and the promise to settle. Always of one shape, because every part of the hot path reads it,
 * and small, because 100,000 may wait. One holder at a time has a call (a wait queue or a connection); the holder expires it.
 */
export class Call {
  /** Bytes this call counts for in the client's queue bound. */
  bytes = 0;
  resolve: Resolve;
  #bits: number;
  /** The first real failure, or the extras, which hold it then. */
  #aside: CallExtras | SlotwiseError | null = null;

  /** Use `newCall`. */
  constructor(
    readonly spec: CommandSpec,
    readonly args: readonly Arg[],
    readonly decode: Decode | null,
    mode: number,
    readonly owner: CallOwner,
    /** Deadline on the clock in whole ms, or `NO_DEADLINE`. Whole, because V8 keeps small integers without allocating. */
    readonly deadline: number,
    resolve: Resolve,
  ) {
    this.#bits = ((spec.flags & BYTES) === 0 ? mode : mode | DECODE_BUFFERS) << MODE_SHIFT;
    this.resolve = resolve;
  }

  /** Rejects the promise. Only for an `OutcomeLink`, which stands before the promise: a holder calls `fail`. */
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

  /** Takes the extras it was made with. */
  adopt(extras: CallExtras): void {
    this.#aside = extras;
  }

  /** Returns the call's rare fields (batch, target, sink); allocated on first use, because most of 100,000 waiting calls have none. */
  ensureExtras(): CallExtras {
    const aside = this.#aside;
    if (aside !== null && !(aside instanceof Error)) return aside;
    const extras = newExtras(aside);
    this.#aside = extras;
    return extras;
  }

  /** The first real failure: what the caller is told if no attempt succeeds. */
  get firstError(): SlotwiseError | null {
    const aside = this.#aside;
    return aside === null || aside instanceof Error ? aside : aside.firstError;
  }

  /** Keeps the error if it is the call's first. */
  remember(error: SlotwiseError): void {
    if (this.#aside === null) this.#aside = error;
    else if (!(this.#aside instanceof Error)) this.#aside.firstError ??= error;
  }

  /** Attempts that ended in a failure. */
  get attempts(): number {
    return (this.#bits >> ATTEMPTS_SHIFT) & MAX_ATTEMPTS;
  }

  /** Ends an attempt in a failure. */
  countAttempt(): void {
    this.#bits &= ~DOUBTED;
    if (this.attempts < MAX_ATTEMPTS) this.#bits += 1 << ATTEMPTS_SHIFT;
  }

  get redirects(): number {
    return (this.#bits >> REDIRECTS_SHIFT) & MAX_REDIRECTS;
  }

  countRedirect(): void {
    if (this.redirects < MAX_REDIRECTS) this.#bits += 1 << REDIRECTS_SHIFT;
  }

  /** Connections that were lost at the call, one after the other. */
  get losses(): number {
    return (this.#bits >> LOSSES_SHIFT) & MAX_LOSSES;
  }

  set losses(losses: number) {
    this.#bits = (this.#bits & ~(MAX_LOSSES << LOSSES_SHIFT)) | (Math.min(losses, MAX_LOSSES) << LOSSES_SHIFT);
  }

  /** An attempt was written and never answered. */
  get mayHaveRun(): boolean {
    return (this.#bits & MAY_HAVE_RUN) !== 0;
  }

  markMayHaveRun(): void {
    this.#bits |= MAY_HAVE_RUN;
  }

  /** The call was taken from a node that did not answer, and sent elsewhere: that happens once. */
  get moved(): boolean {
    return (this.#bits & MOVED) !== 0;
  }

  markMoved(): void {
    this.#bits |= MOVED;
  }

  /** This attempt is with a node that is no primary any more, by its own word, and the call needs one: a value from there counts for nothing. */
  get doubted(): boolean {
    return (this.#bits & DOUBTED) !== 0;
  }

  markDoubted(): void {
    this.#bits |= DOUBTED;
  }

  /** What can be said of a call that ends without a reply. */
  get executed(): 'no' | 'unknown' {
    return this.state === WRITTEN || this.mayHaveRun ? 'unknown' : 'no';
  }

  /** Running the call twice does no harm: it only reads, or the caller said so. */
  get repeatable(): boolean {
    return this.owner.idempotent || (isRead(this.spec) && this.batch === null);
  }

  isDue(now: number): boolean {
    return this.deadline !== NO_DEADLINE && this.deadline <= now;
  }

  /** Settles with a reply. The caller must have checked that the call is not settled. A decoder that throws rejects this call only. */
  succeed(raw: Raw): void {
    let value: unknown = raw;
    if (this.decode !== null) {
      try {
        value = this.decode(raw, this.args, this.mode);
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
