import { releaseUsage } from '../../connection/deadlines.js';
import { commandChannel } from '../../diagnostics.js';
import type { SlotwiseError } from '../../errors.js';
import type { ViewOptions, WaitReplicas } from '../../options/client-options.js';
import type { Options } from '../../options/defaults.js';
import { type Call, NO_PROMISE, newCall, type QueueUsage, rejectedSoon, takePromise } from '../../protocol/call.js';
import { type CallExtras, newExtras } from '../../protocol/call-extras.js';
import type { CallTarget } from '../../protocol/call-target.js';
import { changesData, isRead, mayWrite } from '../../protocol/catalog/effects.js';
import { type Arg, BLOCKING, type Command, type CommandSpec, type Decode } from '../../protocol/command-spec.js';
import { measure } from '../../protocol/resp/encoder.js';
import { CallPlace } from '../../routing/keys/call-place.js';
import type { DomainTable } from '../../routing/keys/domain-table.js';
import { PrefixTable } from '../../routing/keys/key-prefix.js';
import { slotOfCommand } from '../../routing/keys/slots.js';
import type { Slotting } from '../../routing/keys/slotting.js';
import { OffloadTable, readingForm } from '../../routing/reads/offload.js';
import { PolicyTable } from '../../routing/reads/read-preference.js';
import { clock } from '../../util/clock.js';
import type { CallWatch } from '../abort.js';
import { CounterTable } from '../counters.js';
import type { Lifecycle } from '../lifecycle.js';
import { type Session, SessionWrite } from '../session.js';
import { slottingOf, type Tables, View, type ViewPlace, viewOf } from '../view.js';
import { blockingCall, exclusiveDeadline } from './blocking-call.js';
import { closedError, queueFull } from './call-errors.js';
import type { Dispatcher } from './dispatcher.js';
import { DomainViews } from './domain-views.js';
import { SharedRefusal } from './shared-refusal.js';
import { traceCall, traceRefusal } from './traced-call.js';
import { replicated } from './wait-replicas.js';

/** What stands between the making of a call and its dispatch. */
export interface CallGate {
  /** Has a call wait, which it dispatches itself later. False: the call may go. */
  hold(call: Call, slot: number): boolean;
}

/** Factory of a client's calls: checks their arguments, counts them in the queue's bounds, gives them slot, view and deadline. */
export class CallFactory {
  readonly domainViews: DomainViews;
  readonly domains: DomainTable;
  readonly slotting: Slotting | null;
  readonly counters: CounterTable;
  readonly #options: Options;
  readonly #lifecycle: Lifecycle;
  readonly #dispatcher: Dispatcher;
  readonly #gate: CallGate | null;
  readonly #tables: Tables;
  readonly #refusal = new SharedRefusal<SlotwiseError>();

  /** `gate`: null: calls go as soon as they are made. */
  constructor(options: Options, lifecycle: Lifecycle, dispatcher: Dispatcher, gate: CallGate | null) {
    this.#options = options;
    this.#lifecycle = lifecycle;
    this.#dispatcher = dispatcher;
    this.#gate = gate;
    this.slotting = dispatcher.deployment.slotting;
    this.domainViews = new DomainViews(options.domains, this.slotting, (own, place) => this.view(own, place));
    this.domains = this.domainViews.table;
    this.counters = new CounterTable(options.domains);
    this.#tables = {
      policies: new PolicyTable(options),
      offloads: new OffloadTable(options),
      prefixes: new PrefixTable(options, this.domains),
      counters: this.counters,
    };
  }

  view(options: ViewOptions, place: ViewPlace): View {
    return View.of(this.#dispatcher, this.#options, this.#tables, options, place);
  }

  /**
   * Makes a call and dispatches it. Synchronous up to the socket's queue; every failure is a rejection. `extras`: what is special about the
   * call, which takes the record over. The command comes by position, because this is the hot path: a record would be one more allocation a
   * command.
   */
  submit(spec: CommandSpec, args: readonly Arg[], decode: Decode | null, view: View, extras: CallExtras | null = null): Promise<unknown> {
    if (this.#lifecycle.state !== 'running' && !this.#lifecycle.begin()) {
      return refuse(spec, this.#closed(spec), extras);
    }
    const batch = extras === null ? null : extras.batch;
    const exclusive = extras === null ? null : extras.exclusive;
    if (view.waitReplicas !== null && exclusive === null && (batch !== null || mayWrite(spec))) {
      return this.#submitReplicated({ spec, args, decode }, view, view.waitReplicas, extras ?? newExtras());
    }
    let bytes = 0;
    let slot = -1;
    let own = view;
    try {
      bytes = measure(spec, args);
      if (batch !== null) for (const part of batch.commands) bytes += measure(part.spec, part.args);
      if (this.slotting !== null) {
        const target = extras === null ? null : extras.target;
        slot = target?.slot ?? view.member?.slot ?? slotOfCommand(this.slotting, spec, args);
        if (target?.slot === undefined && (view.member !== null || this.slotting.asksUser)) {
          extras = this.#boundTo(slot, { spec, args, decode: null }, view, extras);
        }
      }
      if (this.domains.hasPatterns) own = this.domainViews.viewFor(spec, args, view);
    } catch (error) {
      return refuse(spec, error, extras);
    }
    if (own.offloaded !== null) spec = readingForm(spec, args, own.offloaded);
    const { usage } = this.#dispatcher;
    if (usage.commands >= this.#options.queue.maxCommands || usage.bytes + bytes > this.#options.queue.maxBytes) {
      return refuse(spec, this.#queueFull(spec, bytes, usage.commands), extras);
    }
    const issuedAt = extras?.issuedAt ?? clock.now();
    const deadline = exclusive === null ? clock.deadlineIn(own.timeoutMs, issuedAt) : exclusiveDeadline(exclusive, own.timeoutMs);
    if (exclusive !== null) {
      exclusive.silenceMs = own.timeoutMs;
      if (own.life !== null) exclusive.name = own.life.name;
    }
    const call = newCall(spec, args, decode, own.mode, own, deadline, extras);
    const outcome = takePromise();
    call.bytes = bytes;
    usage.commands++;
    usage.bytes += bytes;
    if (batch === null) own.counters.issued(spec);
    else own.counters.issuedTogether(batch);
    if (own.session !== null && (batch !== null || changesData(spec))) this.#attachSession(call, own.session, slot);
    if (commandChannel.hasSubscribers) this.#beginTraced(call, own.watch, slot);
    else this.#begin(call, own.watch, slot);
    return outcome;
  }

  /** Throws where the queue has no room for all that a command becomes. */
  checkRoom(spec: CommandSpec, need: QueueUsage): void {
    if (!this.hasRoom(need)) throw queueFull(spec, need.bytes, this.#dispatcher.usage, this.#options.queue);
  }

  /** Whether the queue, or this share of it, has room for so much now. */
  hasRoom({ commands, bytes }: QueueUsage, share = 1): boolean {
    const { usage } = this.#dispatcher;
    const { maxCommands, maxBytes } = this.#options.queue;
    return usage.commands + commands <= maxCommands * share && usage.bytes + bytes <= maxBytes * share;
  }

  /** Target of a call that has none of these keys itself. Throws where they must not be together. */
  targetOf(what: string, keys: readonly Arg[], view: View): CallTarget {
    const slot = view.member?.slot ?? this.slotting?.commonSlot(what, keys) ?? -1;
    const { ring } = this.#dispatcher.deployment;
    return ring === null || view.member !== null || slot === -1 ? { slot } : { slot, place: CallPlace.ofKeys(ring, what, keys) };
  }

  /** Where the slot of a command comes from, as far as it may change; null: it stays, or the call's own keys say it. */
  #placeOf({ spec, args }: Command, view: View): CallPlace | null {
    const { ring } = this.#dispatcher.deployment;
    return ring === null || view.member !== null ? null : new CallPlace(ring, () => slotOfCommand(ring, spec, args));
  }

  /** Extras that bind a call to a slot, whatever is said of its keys later. */
  #boundTo(slot: number, command: Command, view: View, extras: CallExtras | null): CallExtras {
    const own = extras ?? newExtras();
    const place = this.#placeOf(command, view);
    own.target = { ...own.target, slot, ...(place === null ? {} : { place }) };
    return own;
  }

  /** Throws where the keys of a command must not be together. */
  checkKeys(spec: CommandSpec, args: readonly Arg[], view: View): void {
    const slotting = slottingOf(view, this.slotting);
    if (slotting !== null) slotOfCommand(slotting, spec, args);
    if (this.domains.hasPatterns) this.domainViews.viewFor(spec, args, view);
  }

  // Functions of their own, because a closure in `submit` would cost every command its context.
  #closed(spec: CommandSpec): SlotwiseError {
    return this.#refusal.of(spec, this.#lifecycle, 0, () => closedError(spec));
  }

  #queueFull(spec: CommandSpec, bytes: number, commands: number): SlotwiseError {
    return this.#refusal.of(spec, commands, bytes, () => queueFull(spec, bytes, this.#dispatcher.usage, this.#options.queue));
  }

  /** WAIT holds up its connection, so that the write needs one of its own. */
  #submitReplicated(command: Command, view: View, wait: WaitReplicas, extras: CallExtras): Promise<unknown> {
    const { spec, args } = command;
    let slot = -1;
    let own = view;
    try {
      if (this.slotting !== null) slot = extras.target?.slot ?? view.member?.slot ?? slotOfCommand(this.slotting, spec, args);
      own = this.domainViews.viewFor(spec, args, view);
    } catch (error) {
      return refuse(spec, error, extras);
    }
    const { batch, ...waiting } = replicated(command, extras.batch, wait);
    extras.batch = batch;
    const place = extras.target?.slot === undefined ? this.#placeOf(command, view) : null;
    extras.target = { ...extras.target, slot, ...(place === null ? {} : { place }) };
    extras.exclusive = blockingCall({ at: 1, unit: 'ms', ms: wait.timeoutMs });
    return this.submit(waiting.spec, waiting.args, waiting.decode, own, extras);
  }

  /** Tells the session what becomes of its write. Reads do not wait for a write that blocks: nobody knows when it begins. */
  #attachSession(call: Call, session: Session, slot: number): void {
    const { deployment } = this.#dispatcher;
    const extras = call.ensureExtras();
    const blocks = extras.exclusive !== null && extras.batch === null;
    extras.sink = new SessionWrite(call, (node) => {
      if (!blocks) session.end(slot);
      if (node === null) return;
      const moving = slot >= 0 && deployment.facts.roleOf(node) !== 'replica';
      session.wrote(slot, deployment.nodes.get(node) ?? null, deployment.facts.primaryOf(slot), moving);
    });
    if (!blocks) session.begin(slot);
  }

  /** A function of its own, because a closure in `submit` would cost every command its context. */
  #beginTraced(call: Call, watch: CallWatch | null, slot: number): void {
    traceCall(call, () => this.#begin(call, watch, slot));
  }

  #begin(call: Call, watch: CallWatch | null, slot: number): void {
    if (this.#gate !== null) {
      this.#beginAt(this.#gate, call, watch, slot);
      return;
    }
    if (viewOf(call).hedge && mayHedge(call)) this.#dispatcher.hedger.track(call, slot);
    if (watch !== null && !watch.attach(call)) releaseUsage(call);
    else this.#dispatcher.dispatch(call, slot);
  }

  /** Nothing is hedged: where one node misses a key, that may be elsewhere, and the first answer is not the answer. */
  #beginAt(gate: CallGate, call: Call, watch: CallWatch | null, slot: number): void {
    if (watch !== null && !watch.attach(call)) releaseUsage(call);
    else if (!gate.hold(call, slot)) this.#dispatcher.dispatch(call, slot);
  }
}

/**
 * Whether a second node may be asked: the call only reads, one reply of one node is all of it, and any node of its policy might give the
 * same.
 */
function mayHedge(call: Call): boolean {
  const { spec, extras } = call;
  if (!isRead(spec) || (spec.flags & BLOCKING) !== 0 || spec.name.endsWith('SCAN') || viewOf(call).policyOf(spec) === null) return false;
  return extras === null || (extras.target === null && extras.batch === null && extras.exclusive === null);
}

/** Rejects a command of which no call was made. */
export function refuse(spec: CommandSpec, error: unknown, extras: CallExtras | null): Promise<unknown> {
  if (commandChannel.hasSubscribers) traceRefusal(spec, error);
  if (extras === null || extras.sink === null) return rejectedSoon(error);
  extras.sink.onError(extras.index, error);
  return NO_PROMISE;
}
