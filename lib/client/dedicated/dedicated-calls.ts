import { releaseUsage } from '../../connection/deadlines.js';
import { commandChannel } from '../../diagnostics.js';
import { type ClosedError, ConnectionLostError, ReplyError, SlotwiseError } from '../../errors.js';
import type { Lease } from '../../pool/lease.js';
import { type AttemptFailure, type Call, type CallOwner, SETTLED } from '../../protocol/call.js';
import { changesData } from '../../protocol/catalog/effects.js';
import type { Arg, Command, CommandSpec, Decode } from '../../protocol/command-spec.js';
import { clock, type Holder } from '../../util/clock.js';
import type { Client } from '../client.js';
import { errorFor, rejectCall } from '../dispatch/call-errors.js';
import { traceCall } from '../dispatch/traced-call.js';
import { leaseKeysOf } from '../lease/lease-keys.js';
import type { View } from '../view.js';
import { COUNTS_WRITES } from './after-failure.js';
import { CallLine } from './call-line.js';
import { type CallHost, DedicatedCall } from './dedicated-call.js';
import { DueName } from './due-name.js';
import { connectionClosed, transactionLost, writesLost } from './errors.js';
import { failedAttempt } from './failed-attempt.js';
import { Learning } from './learning.js';
import type { Acquired, DedicatedLink } from './link.js';
import { discardInstead } from './lost-watch.js';
import { admitted, makeCall } from './make-call.js';
import type { ToldState } from './told-state.js';
import { Transactions } from './transactions.js';

/** A node that is left may answer what it was sent for so long, in ms. */
const LEAVE_MS = 1_000;
/** A connection that owes replies and has said nothing for so long has the topology looked at, in ms. */
const SUSPECT_MS = 500;

/** What the calls of a dedicated connection need of the client. */
export type CallsEngine = Pick<Client, 'admit' | 'learn' | 'lessons' | 'moving' | 'wrote' | 'options' | 'sharding' | 'wake'>;

/** The connection that the calls are of. */
export interface CallsHost {
  readonly view: View;
  /** Key that the connection is for; null: none. */
  readonly key: Arg | null;
  /** Whether commands are taken. */
  readonly isOpen: boolean;
  readonly isClosed: boolean;
  /** A call waits: a connection is needed. */
  wake(): void;
  /** The last call has its outcome. */
  drained(): void;
}

/** Calls of a dedicated connection, in the order in which they are issued: those that wait, and those that its connection of now has. */
export class DedicatedCalls implements CallOwner, CallHost, Holder {
  readonly usage = { commands: 0, bytes: 0 };
  readonly idempotent: boolean;
  readonly timeoutMs: number;
  /** Calls without an outcome. */
  readonly #open = new Map<Call, DedicatedCall>();
  /** Those of them that the connection has. */
  readonly #sent = new Set<Call>();
  readonly line = new CallLine((call) => this.#open.get(call)?.order ?? 0);
  readonly #transactions = new Transactions();
  readonly #learning = new Learning();
  readonly #name = new DueName(() => {
    const isBusy = this.#transactions.isOpen || this.#held !== null || this.#leaveAt !== null;
    return { connection: this.link.current?.lease.connection ?? null, isBusy };
  });
  #issued = 0;
  /** The call that waits for its keys to be moved; those behind it wait, too. */
  #held: Call | null = null;
  /** The connection is left once it has answered, or at this moment, on the clock in ms; null: it is not. */
  #leaveAt: number | null = null;
  /** Number of the connection that was last sent a write. */
  #wroteOn = 0;
  #suspectedAt = 0;

  constructor(
    private readonly engine: CallsEngine,
    private readonly host: CallsHost,
    private readonly link: DedicatedLink,
    private readonly told: ToldState,
  ) {
    this.idempotent = host.view.idempotent;
    this.timeoutMs = host.view.timeoutMs;
  }

  /** Calls without an outcome. */
  get size(): number {
    return this.#open.size;
  }

  run(spec: CommandSpec, args: readonly Arg[], decode: Decode | null): Promise<unknown> {
    const learn = (): Promise<CommandSpec> => this.engine.learn(spec, args, this.host.view);
    return this.#learning.run(spec, learn, (known) => this.#issue({ spec: known, args, decode }));
  }

  #issue(given: Command): Promise<unknown> {
    const { view } = this.host;
    if (!this.host.isOpen) return Promise.reject(connectionClosed(given.spec.name, 'no', null));
    let own: Command;
    try {
      own = admitted(this.engine, given, view, this);
    } catch (error) {
      return Promise.reject(error);
    }
    const place = this.#transactions.issue(own.spec);
    const { call, reply } = makeCall(this, own, view, place.isQueued);
    if (own.spec.name === 'EXEC' && place.transaction !== null) place.transaction.exec = call;
    const dedicated = new DedicatedCall(call, this.#issued++, place, this);
    call.ensureExtras().sink = dedicated;
    this.#open.set(call, dedicated);
    if (view.session !== null && (own.spec.name === 'EXEC' || changesData(own.spec))) reply.then(this.#reportWrite, this.#reportWrite);
    if (view.watch !== null && !view.watch.attach(call)) releaseUsage(call);
    else if (commandChannel.hasSubscribers) traceCall(call, () => this.#begin(call));
    else this.#begin(call);
    return reply;
  }

  #begin(call: Call): void {
    this.line.add(call);
    clock.watch(this);
    this.host.wake();
    this.#pump();
  }

  /** Names the connection, and those that come after it, unless it has a name of its own. Inside a transaction the name waits for its end. */
  async rename(name: string | null): Promise<void> {
    if (this.told.followName(name ?? '')) await this.#name.change(name ?? '');
  }

  // --- sending

  /** Sends what waits, in order, as long as there is a connection that may have it. */
  #pump(): void {
    while (this.link.current !== null && this.#leaveAt === null && this.#held === null) {
      const call = this.line.shift();
      if (call === null) return;
      if (hasLeft(this.engine, this.link.current)) {
        this.line.return(call);
        this.leave();
      } else if (this.engine.moving?.keys.holdUntil(call, null, () => this.#goOn(call)) !== true) this.#transmit(call);
      else if (call.state !== SETTLED) this.#held = call;
    }
  }

  #goOn(call: Call): void {
    if (this.#held === call) this.#held = null;
    if (this.link.current === null || this.#leaveAt !== null) this.line.return(call);
    else this.#transmit(call);
    this.#pump();
  }

  #transmit(call: Call): void {
    const { current } = this.link;
    const dedicated = this.#open.get(call);
    if (current === null || dedicated === undefined) return;
    const { lease, slot } = current;
    const { spec, args } = call;
    if (this.#settledInstead(call, dedicated)) return;
    try {
      leaseKeysOf(this.engine, this.host.view, this.host.key, slot)?.check(spec, args);
    } catch (error) {
      rejectCall(call, error);
      return;
    }
    this.#sent.add(call);
    call.extras?.sink?.onSent?.(lease.connection.key);
    if (changesData(spec) || spec.name === 'EXEC') this.#wroteOn = this.link.epoch;
    if (spec.name === 'EXEC' && dedicated.place.watch?.isLost === true) discardInstead(call, lease.connection);
    else if (call.extras?.exclusive) lease.block(call);
    else lease.connection.send(call);
  }

  /** Settles a call that must not be sent on this connection. False: it may be. */
  #settledInstead(call: Call, { place }: DedicatedCall): boolean {
    const { name } = call.spec;
    if (place.transaction?.isLost === true && name !== 'RESET') {
      if (name === 'DISCARD') {
        releaseUsage(call);
        call.settle('OK');
      } else rejectCall(call, transactionLost(name, this.link.lostNode));
      return true;
    }
    if (!COUNTS_WRITES.has(name) || this.#wroteOn === 0 || this.#wroteOn === this.link.epoch) return false;
    rejectCall(call, writesLost(name, this.link.lostNode));
    return true;
  }

  readonly #reportWrite = (): void => {
    const node = this.link.current?.lease.connection.key;
    if (node !== undefined) this.engine.wrote(this.host.view, node);
  };

  // --- outcomes

  answered({ call, place }: DedicatedCall, value: unknown): void {
    this.line.answered();
    for (const { spec, args } of this.#transactions.confirmed(call, place, value)) this.told.record(spec.name, args);
    if (call.spec.name === 'EXEC') this.engine.lessons.followReplies(repliesWithNode(value, this.link.current?.lease.connection.key));
    this.#settled(call);
  }

  refused({ call, place }: DedicatedCall, error: unknown): void {
    const unsent = error instanceof SlotwiseError && !(error instanceof ReplyError) && error.executed === 'no';
    const isAdrift = this.#transactions.failed(call.spec, place, unsent);
    this.#settled(call);
    if (isAdrift) this.link.drop(new ConnectionLostError(`${call.spec.name} was given up before it was sent`));
  }

  #settled(call: Call): void {
    this.#open.delete(call);
    this.#sent.delete(call);
    if (this.#held === call) {
      this.#held = null;
      this.#pump();
    }
    this.#leaveIfAnswered();
    this.#name.mayBeTold();
    if (this.#open.size === 0) this.host.drained();
  }

  failed(call: Call, failure: AttemptFailure): void {
    const dedicated = this.#open.get(call);
    this.#sent.delete(call);
    if (dedicated === undefined || call.state === SETTLED) {
      releaseUsage(call);
      this.#leaveIfAnswered();
      return;
    }
    const { step, error, afterMs } = failedAttempt(this.engine, call, dedicated.place, failure, this.link.current?.slot ?? -1);
    if (this.host.isClosed) rejectCall(call, connectionClosed(call.spec.name, call.executed, failure.error));
    else if (step === 'reject' || step === 'leave') rejectCall(call, error);
    else {
      call.remember(failure.error);
      this.line.pause(afterMs);
      if (step === 'move') this.line.move(this.engine.options.reconnect);
      this.line.return(call);
      clock.watch(this);
    }
    if (step === 'leave' || step === 'move' || failure.kind === 'not-sent') this.leave();
    else this.#leaveIfAnswered();
  }

  keepsOrder(): boolean {
    return true;
  }

  // --- the connection

  /** A connection has come up. */
  connected(): void {
    this.line.cause = null;
    this.#pump();
  }

  /** The connection is lost; the calls that it had come back after this. */
  lost(error: SlotwiseError): void {
    this.#leaveAt = null;
    this.#transactions.connectionLost();
    this.line.cause = error;
    this.#name.lost();
  }

  /** No connection could be had. `rejects`: those that wait do not wait for the next attempt. */
  notConnected(error: SlotwiseError, rejects: boolean): void {
    this.line.cause = error;
    if (!rejects) return;
    for (const call of this.line.takeAll()) rejectCall(call, errorFor(call, { kind: 'not-sent', error }));
  }

  /** Leaves the connection for one to the primary of now. Nothing more is sent on it. */
  leave(): void {
    if (this.link.current === null || this.#leaveAt !== null) return;
    this.#leaveAt = clock.now() + LEAVE_MS;
    clock.watch(this);
    this.#leaveIfAnswered();
  }

  #leaveIfAnswered(): void {
    const key = this.link.current?.lease.connection.key;
    if (key === undefined || this.#leaveAt === null || this.#sent.size > 0) return;
    this.link.drop(new ConnectionLostError(`${key} is not the right node any more`, { node: key }));
  }

  tick(now: number): boolean {
    const { current } = this.link;
    if (current !== null && this.#sent.size > 0) this.#watchSilence(current.lease, now);
    if (this.#leaveAt !== null && now >= this.#leaveAt && this.link.current !== null)
      this.link.drop(new ConnectionLostError('the node was left and has not answered', { node: this.link.current.lease.connection.key }));
    // Calls of a connection that was given up just now may be due.
    this.line.tick(now);
    if (!this.line.isPaused) this.#pump();
    return this.line.length > 0 || this.#sent.size > 0 || this.#leaveAt !== null;
  }

  /** A server that blocks a call rightly says nothing: others watch over that. */
  #watchSilence({ connection }: Lease, now: number): void {
    const { silentMs } = connection.liveness;
    if (silentMs < SUSPECT_MS || [...this.#sent].some((call) => call.extras?.exclusive)) return;
    if (now - this.#suspectedAt >= SUSPECT_MS) {
      this.#suspectedAt = now;
      this.engine.wake(`${connection.key} owes replies and says nothing`);
    }
    if (this.timeoutMs > 0 && silentMs >= Math.max(this.timeoutMs, SUSPECT_MS))
      this.link.drop(new ConnectionLostError(`${connection.key} has not answered for ${silentMs} ms`, { node: connection.key }));
  }

  // --- the end

  /** Ends the calls that may wait for ever. */
  endBlocking(): void {
    for (const call of [...this.#open.keys()]) {
      const exclusive = call.extras?.exclusive;
      if (!exclusive) continue;
      if (exclusive.cancel) exclusive.cancel((executed) => connectionClosed(call.spec.name, executed, null));
      else call.fail(connectionClosed(call.spec.name, call.executed, null));
    }
  }

  /** Rejects what is left, once the connection is closed. */
  end(reason: ClosedError): void {
    for (const call of [...this.#open.keys()]) call.fail(connectionClosed(call.spec.name, call.executed, reason));
    this.line.takeAll();
    this.#leaveAt = null;
  }
}

/** The slot has gone to another node, as the client knows by now. */
function hasLeft({ sharding }: Pick<CallsEngine, 'sharding'>, { lease, slot }: Acquired): boolean {
  return sharding.facts.hasLeft(slot, lease.connection.key);
}

/** The replies of an EXEC; errors among them say what they say of the node. */
function repliesWithNode(replies: unknown, node: string | undefined): readonly unknown[] {
  if (!Array.isArray(replies)) return [];
  for (const reply of replies) if (reply instanceof ReplyError && node !== undefined) reply.node ??= node;
  return replies;
}
