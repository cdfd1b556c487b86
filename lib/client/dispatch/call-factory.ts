import { releaseUsage } from '../../connection/deadlines.js';
import { commandChannel } from '../../diagnostics.js';
import { CommandRefusedError } from '../../errors.js';
import type { ViewOptions, WaitReplicas } from '../../options/client-options.js';
import type { Options } from '../../options/defaults.js';
import type { Domain } from '../../options/domains.js';
import {
  type AtomicBatch,
  Call,
  type Exclusive,
  NO_PROMISE,
  type OutcomeSink,
  type PinnedProcess,
  type QueueUsage,
} from '../../protocol/call.js';
import { keyIndexes } from '../../protocol/catalog/keys.js';
import { type Arg, BLOCKING, type CommandSpec, type Decode, READONLY } from '../../protocol/command-spec.js';
import { measure } from '../../protocol/resp/encoder.js';
import { DomainTable } from '../../routing/keys/domain-table.js';
import { PrefixTable, wordOf } from '../../routing/keys/key-prefix.js';
import { slotOfCommand, slotOfKey } from '../../routing/keys/slots.js';
import { OffloadTable, readingForm } from '../../routing/reads/offload.js';
import { PolicyTable } from '../../routing/reads/read-preference.js';
import { SLOT_COUNT } from '../../topology/slot-map.js';
import { clock } from '../../util/clock.js';
import { attachSignal } from '../abort.js';
import { CounterTable } from '../counters.js';
import { changesData, type Session, SessionWrite } from '../session.js';
import { type Tables, View, type ViewEngine, type ViewPlace } from '../view.js';
import { blockingCall, exclusiveDeadline } from './blocking-call.js';
import { closedError, queueFull } from './call-errors.js';
import type { Dispatcher } from './dispatcher.js';
import { traceCall, traceRefusal } from './traced-call.js';
import { mayWrite, replicated } from './wait-replicas.js';

/** What is fixed about a call before it is issued, instead of read off its keys and flags. */
export interface CallTarget {
  readonly slot?: number;
  readonly batch?: AtomicBatch;
  readonly target?: string;
  readonly pinned?: PinnedProcess;
  readonly exclusive?: Exclusive;
}

/** Makes calls: checks their arguments, books their room, gives them slot, view and deadline. */
export class CallFactory {
  readonly usage: QueueUsage = { commands: 0, bytes: 0 };
  readonly domains: DomainTable;
  readonly sharded: boolean;
  readonly counters: CounterTable;
  readonly #options: Options;
  readonly #engine: ViewEngine;
  readonly #dispatcher: Dispatcher;
  readonly #tables: Tables;
  readonly #domainViews = new WeakMap<View, Map<Domain, View>>();

  constructor(options: Options, attempts: Dispatcher) {
    this.#options = options;
    this.#dispatcher = attempts;
    this.#engine = { budget: this.usage, failed: (call, failure) => attempts.failed(call, failure) };
    this.domains = new DomainTable(options.domains);
    this.counters = new CounterTable(options.domains);
    this.#tables = {
      policies: new PolicyTable(options),
      offloads: new OffloadTable(options),
      prefixes: new PrefixTable(options, this.domains),
      counters: this.counters,
    };
    this.sharded = options.topology.kind === 'cluster';
  }

  view(options: ViewOptions, place: ViewPlace): View {
    return View.of(this.#engine, this.#options, this.#tables, options, place);
  }

  /** Synchronous up to the socket's queue; every failure is a rejection. */
  submit(
    spec: CommandSpec,
    args: readonly Arg[],
    decode: Decode | null,
    view: View,
    fixed?: CallTarget,
    sink: OutcomeSink | null = null,
    at = 0,
  ): Promise<unknown> {
    if (this.#dispatcher.state !== 'running' && !this.#dispatcher.begin()) return refuse(spec, closedError(spec), sink, at);
    if (view.waitReplicas !== null && fixed?.exclusive === undefined && (fixed?.batch !== undefined || mayWrite(spec))) {
      return this.#submitReplicated(
        { spec, args, decode, before: fixed?.batch?.commands ?? NO_PARTS },
        view,
        view.waitReplicas,
        fixed,
        sink,
        at,
      );
    }
    let bytes = 0;
    let slot = -1;
    let own = view;
    try {
      bytes = measure(spec, args);
      for (const part of fixed?.batch?.commands ?? NO_PARTS) bytes += measure(part.spec, part.args);
      if (this.sharded) slot = fixed?.slot ?? slotOfCommand(spec, args);
      if (this.domains.hasPatterns && view.domain === null) own = this.#viewByKey(spec, args, view);
    } catch (error) {
      return refuse(spec, error, sink, at);
    }
    if (own.offloaded !== null) spec = readingForm(spec, args, own.offloaded);
    const { usage } = this;
    if (usage.commands >= this.#options.queue.maxCommands || usage.bytes + bytes > this.#options.queue.maxBytes) {
      return refuse(spec, queueFull(spec, bytes, usage, this.#options.queue), sink, at);
    }
    const deadline = fixed?.exclusive === undefined ? clock.deadlineIn(own.timeoutMs) : exclusiveDeadline(fixed.exclusive, own.timeoutMs);
    const call =
      sink === null
        ? Call.make(spec, args, decode, own.mode, own, deadline)
        : Call.forSink(sink, at, spec, args, decode, own.mode, own, deadline);
    const outcome = sink === null ? Call.promiseOfLast() : NO_PROMISE;
    call.bytes = bytes;
    usage.commands++;
    usage.bytes += bytes;
    if (fixed?.batch === undefined) own.counters.issued(spec);
    else own.counters.issuedTogether(fixed.batch);
    if (fixed !== undefined) {
      const extras = call.ensureExtras();
      extras.batch = fixed.batch ?? null;
      extras.slot = fixed.slot ?? null;
      extras.target = fixed.target ?? null;
      extras.pinned = fixed.pinned ?? null;
      extras.exclusive = fixed.exclusive ?? null;
      if (extras.exclusive !== null) extras.exclusive.silenceMs = own.timeoutMs;
    }
    if (own.session !== null && (fixed?.batch !== undefined || changesData(spec))) this.#attachSession(call, own.session, slot);
    if (commandChannel.hasSubscribers) this.#beginTraced(call, own.signal, slot);
    else this.#begin(call, own.signal, slot);
    return outcome;
  }

  /** WAIT holds up its connection, so that the write needs one of its own. */
  #submitReplicated(
    write: Parameters<typeof replicated>[0],
    view: View,
    wait: WaitReplicas,
    fixed: CallTarget | undefined,
    sink: OutcomeSink | null,
    at: number,
  ): Promise<unknown> {
    const { spec, args } = write;
    let slot = -1;
    let own = view;
    try {
      if (this.sharded) slot = fixed?.slot ?? slotOfCommand(spec, args);
      if (this.domains.hasPatterns && view.domain === null) own = this.#viewByKey(spec, args, view);
    } catch (error) {
      return refuse(spec, error, sink, at);
    }
    const { batch, ...waiting } = replicated(write, wait);
    const exclusive = blockingCall({ at: 1, batch: 'ms', ms: wait.timeoutMs });
    return this.submit(waiting.spec, waiting.args, waiting.decode, own, { ...fixed, slot, batch, exclusive }, sink, at);
  }

  /** The session learns what becomes of its writes. Reads do not wait for one that blocks: who knows when it begins. */
  #attachSession(call: Call, session: Session, slot: number): void {
    const { deployment } = this.#dispatcher;
    const extras = call.ensureExtras();
    const blocks = extras.exclusive !== null && extras.batch === null;
    extras.sink = new SessionWrite(call, extras.sink, (node) => {
      if (!blocks) session.end(slot);
      if (node === null) return;
      const moving = slot >= 0 && deployment.roleOf(node) !== 'replica';
      session.wrote(slot, deployment.nodes.get(node) ?? null, deployment.primaryOf(slot), moving);
    });
    if (!blocks) session.begin(slot);
  }

  /** A function of its own, because a closure in `issue` would cost every command its context. */
  #beginTraced(call: Call, signal: AbortSignal | null, slot: number): void {
    traceCall(call, () => this.#begin(call, signal, slot));
  }

  #begin(call: Call, signal: AbortSignal | null, slot: number): void {
    const { hedge } = call.owner as View; // as issued above
    if (hedge && mayHedge(call)) this.#dispatcher.hedger.track(call, slot);
    if (signal !== null && !attachSignal(call, signal)) releaseUsage(call);
    else this.#dispatcher.dispatch(call, slot);
  }

  /** What tells apart the keys that one command of this view must not have together: slot and domain. Null: they may all be together. */
  placesOf(view: View): ((key: Arg) => number) | null {
    const slotOf = this.sharded ? slotOfKey : () => 0;
    if (!this.domains.hasPatterns || view.domain !== null) return this.sharded ? slotOf : null;
    const { domains } = this.#options;
    return (key) => {
      const domain = this.#domainOfKey(key, view);
      return slotOf(key) + SLOT_COUNT * (domain === null ? 0 : 1 + domains.indexOf(domain));
    };
  }

  #domainOfKey(key: Arg, view: View): Domain | null {
    const name = wordOf(key);
    return this.domains.ofKey(view.prefix?.strip(name) ?? name);
  }

  /** The view that the command would go through. Throws where it would be refused. */
  viewFor(spec: CommandSpec, args: readonly Arg[], view: View): View {
    return this.domains.hasPatterns && view.domain === null ? this.#viewByKey(spec, args, view) : view;
  }

  /** The domain that all keys of the command belong to which belong to any. */
  #domainOf(spec: CommandSpec, args: readonly Arg[], view: View): Domain | null {
    const only = spec.firstKey >= 0 && spec.firstKey === spec.lastKey ? args[spec.firstKey] : undefined;
    if (only !== undefined) return this.#domainOfKey(only, view);
    const keys = keyIndexes(spec, args).map((index) => args[index] ?? '');
    const found = new Set(keys.flatMap((key) => this.#domainOfKey(key, view) ?? []));
    const [domain = null] = found;
    if (found.size < 2) return domain;
    const names = [...found].map(({ name }) => name).join(' and ');
    throw new CommandRefusedError(`${spec.name}: its keys belong to the domains ${names}; say which with domain(name)`, {
      command: spec.name,
    });
  }

  /** The same view in the domain that the command's keys belong to. Throws if they belong to several. */
  #viewByKey(spec: CommandSpec, args: readonly Arg[], view: View): View {
    const domain = this.#domainOf(spec, args, view);
    if (domain === null) return view;
    let views = this.#domainViews.get(view);
    if (views === undefined) {
      views = new Map();
      this.#domainViews.set(view, views);
    }
    let own = views.get(domain);
    if (own === undefined) {
      own = this.view(view.options, { ...view, domain }).withMode(view.mode);
      views.set(domain, own);
    }
    return own;
  }
}

/** It only reads, one reply of one node is all of it, and any other node of its policy might give the same. */
function mayHedge({ spec, extras, owner }: Call): boolean {
  if ((spec.flags & (READONLY | BLOCKING)) !== READONLY || spec.name.endsWith('SCAN') || (owner as View).policyOf(spec) === null)
    return false;
  return extras === null || (extras.slot ?? extras.target ?? extras.pinned ?? extras.batch ?? extras.exclusive) === null;
}

const NO_PARTS: AtomicBatch['commands'] = [];

/** Nothing was issued. */
export function refuse(spec: CommandSpec, error: unknown, sink: OutcomeSink | null, at: number): Promise<unknown> {
  if (commandChannel.hasSubscribers) traceRefusal(spec, error);
  if (sink === null) return Promise.reject(error);
  sink.onError(at, error);
  return NO_PROMISE;
}
