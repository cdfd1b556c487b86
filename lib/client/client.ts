import { ClosedError, GuardError } from '../errors.js';
import type { ViewOptions } from '../options/client-options.js';
import type { Options } from '../options/defaults.js';
import type { Domain } from '../options/domains.js';
import type { Lease } from '../pool/lease.js';
import type { AtomicBatch, AttemptFailure, Exclusive, OutcomeSink, PinnedProcess, QueueUsage } from '../protocol/call.js';
import { command } from '../protocol/catalog/specs.js';
import { type Arg, type CommandSpec, type Decode, SPECIAL } from '../protocol/command-spec.js';
import { GuardTable } from '../routing/keys/guard.js';
import { prefixKey } from '../routing/keys/key-prefix.js';
import { prefixed, prefixKeys } from '../routing/keys/prefixed-command.js';
import { slotOfKey } from '../routing/keys/slots.js';
import { type Explanation, explanation } from '../routing/reads/explanation.js';
import type { TopologySnapshot } from '../topology/snapshot.js';
import { closedError } from './dispatch/call-errors.js';
import { CallFactory, refuse } from './dispatch/call-factory.js';
import { Dispatcher } from './dispatch/dispatcher.js';
import { explain } from './dispatch/explain.js';
import { SpecialCommands } from './dispatch/special-commands.js';
import type { Emitter } from './emitter.js';
import type { ClientEvents } from './events.js';
import type { SentinelAccess } from './nodes/sentinel-access.js';
import type { SubscribeLimits, SubscribeRequest } from './pubsub/subscribe-request.js';
import type { SubscriptionGroup } from './pubsub/subscription.js';
import type { SubscriptionHandler } from './pubsub/subscription-handler.js';
import { SubscriptionManager } from './pubsub/subscription-manager.js';
import { Session } from './session.js';
import type { ClientStats } from './stats.js';
import type { View, ViewPlace } from './view.js';

/** Stands for `lease()` among the calls: it has no bytes, its outcome is a connection. */
const LEASE: CommandSpec = Object.freeze({ ...command('PING'), name: 'lease()', flags: 0 });

const NOWHERE: ViewPlace = { domain: null, session: null };

/** The engine behind every view: the ways in, and the life of the client. What a command becomes is decided by the parts. */
export class Client {
  readonly events: Emitter<ClientEvents>;
  readonly #dispatcher: Dispatcher;
  readonly #callFactory: CallFactory;
  readonly #special: SpecialCommands;
  readonly subscriptions: SubscriptionManager;
  /** Null: no domain has a guard. */
  readonly #guards: GuardTable | null;
  /** Clients on other groups of the same sentinels; they end with this one. */
  readonly #groups = new Set<Client>();

  /** `shared`: the sentinels of another client. */
  constructor(
    readonly options: Options,
    shared: SentinelAccess | null = null,
  ) {
    this.#dispatcher = new Dispatcher(options, shared);
    const { deployment } = this.#dispatcher;
    this.events = deployment.events;
    this.subscriptions = new SubscriptionManager(deployment.resolvedOptions, deployment);
    this.#callFactory = new CallFactory(options, this.#dispatcher);
    this.#guards = GuardTable.of(this.#callFactory.domains, options.domains);
    this.#special = new SpecialCommands(
      this.#callFactory,
      this.#dispatcher.deployment,
      (spec, args, decode, view) => this.run(spec, args, decode, view),
      (timeoutMs) => this.connect(timeoutMs),
    );
  }

  view(options: ViewOptions, place: ViewPlace = NOWHERE): View {
    return this.#callFactory.view(options, place);
  }

  /** Whether some command of this view may read from another node than the primary. */
  mayReadElsewhere({ policy, offloaded, domain }: View): boolean {
    return policy !== null || offloaded !== null || (domain === null && this.#callFactory.domains.hasPatterns);
  }

  session(): Session {
    return new Session(this.#dispatcher.deployment.offsets);
  }

  /** A node has executed something that may write, on a lease of this view. */
  wrote(view: View, node: string): void {
    const { deployment } = this.#dispatcher;
    const found = deployment.nodes.get(node);
    if (view.session === null || found === undefined) return;
    view.session.wrote(-1, found, deployment.roleOf(node) === 'primary' ? found : null, false);
  }

  domain(name: string): Domain | undefined {
    return this.#callFactory.domains.byName(name);
  }

  /** A client on another group of the same sentinels, over the same connections to them. It lives until it is closed, or this one is. */
  group(options: Options): Client {
    const group = new Client(options, this.#dispatcher.deployment.sentinels);
    this.#groups.add(group);
    group.events.once('close', () => this.#groups.delete(group));
    if (this.#dispatcher.state === 'closing' || this.#isClosed()) group.destroy();
    return group;
  }

  /** What the unanswered commands hold together. */
  get usage(): QueueUsage {
    return this.#callFactory.usage;
  }

  // --- commands

  /** Issues a command. Synchronous up to the socket's queue; every failure is a rejection. */
  run(spec: CommandSpec, args: readonly Arg[], decode: Decode | null, view: View): Promise<unknown> {
    if (this.#guards !== null) {
      try {
        this.admit(spec, args, view);
      } catch (error) {
        return refuse(spec, error, null, 0);
      }
    }
    if (view.prefix === null) return this.#run(spec, args, decode, view);
    const own = prefixed(view.prefix, { spec, args, decode });
    return this.#run(spec, own.args, own.decode, view);
  }

  #run(spec: CommandSpec, args: readonly Arg[], decode: Decode | null, view: View): Promise<unknown> {
    if ((spec.flags & SPECIAL) !== 0) return this.#special.run(spec, args, decode, view);
    return this.#callFactory.submit(spec, args, decode, view);
  }

  /** As `run`, for calls that are issued together: the outcome goes to `gathering`, as that of place `at`. */
  runInto(sink: OutcomeSink, at: number, spec: CommandSpec, args: readonly Arg[], decode: Decode | null, view: View): void {
    if ((spec.flags & SPECIAL) === 0 && view.signal === null) {
      if (this.#guards !== null && !this.#admits(sink, at, spec, args, view)) return;
      const own = view.prefix === null ? { args, decode } : prefixed(view.prefix, { spec, args, decode });
      this.#callFactory.submit(spec, own.args, own.decode, view, undefined, sink, at);
    } else {
      this.run(spec, args, decode, view).then(
        (value) => sink.onValue(at, value),
        (error: unknown) => sink.onError(at, error),
      );
    }
  }

  /**
   * Issues a command at a place its keys do not name: the shard of a slot, one node, or the process of a tie. The reply is the server's own: what
   * keys it holds have their prefix.
   */
  async runAt(
    spec: CommandSpec,
    args: readonly Arg[],
    view: View,
    place: { slot?: number; target?: string; pinned?: PinnedProcess },
  ): Promise<unknown> {
    this.admit(spec, args, view);
    return this.#callFactory.submit(spec, view.prefix === null ? args : prefixKeys(view.prefix, spec, args), null, view, place);
  }

  /** False: it was refused, and `gathering` was told. */
  #admits(sink: OutcomeSink, at: number, spec: CommandSpec, args: readonly Arg[], view: View): boolean {
    try {
      this.admit(spec, args, view);
      return true;
    } catch (error) {
      refuse(spec, error, sink, at);
      return false;
    }
  }

  /** Throws a `GuardError` if the domain of the command does not let it through. Its keys have no prefix yet. */
  admit(spec: CommandSpec, args: readonly Arg[], view: View): void {
    if (this.#guards === null) return;
    try {
      this.#guards.check(spec, args, view.domain);
    } catch (error) {
      if (error instanceof GuardError) this.#callFactory.counters.of(this.domain(error.domain) ?? null).guarded++;
      throw error;
    }
  }

  /** The facts of a call whose command our table does not have; `args` without prefix. */
  learn(spec: CommandSpec, args: readonly Arg[], view: View): Promise<CommandSpec> {
    return this.#special.learn(spec, args, view);
  }

  /** Something may have changed: looks soon. */
  wake(reason: string): void {
    this.#dispatcher.deployment.wake(reason);
  }

  /** Issues commands that must run as one, with `spec` last: MULTI … EXEC. `slot`: that of all their keys, which have their prefix already. */
  runUnit(batch: AtomicBatch, spec: CommandSpec, slot: number, decode: Decode, view: View): Promise<unknown> {
    return this.#callFactory.submit(spec, [], decode, view, { batch, slot });
  }

  /** A connection of its own to the primary of the key's slot, or to any; inside the deadline of the view. */
  acquire(key: Arg | null, view: View): Promise<Lease> {
    const own = key === null || view.prefix === null ? key : prefixKey(view.prefix, key);
    const slot = own === null || !this.#callFactory.sharded ? -1 : slotOfKey(own);
    const exclusive: Exclusive = { kind: 'lease', blocking: null, silenceMs: 0, since: 0, cancel: null };
    return this.#callFactory.submit(LEASE, [], null, view, { slot, exclusive }) as Promise<Lease>; // what the exclusive pool gives for this kind
  }

  /** Takes note of what a failure on a lease says about the nodes. True: nothing was executed, and another attempt may succeed. */
  observeFailure(failure: AttemptFailure): boolean {
    return this.#dispatcher.observeFailure(failure);
  }

  // --- subscriptions

  /** Listens to channels, until the group ends. */
  listen(request: SubscribeRequest, handler: SubscriptionHandler, limits: SubscribeLimits): SubscriptionGroup {
    return this.subscriptions.listen(request, handler, limits, this.#dispatcher.begin() ? null : closedError(null));
  }

  // --- life

  /** Resolves when the topology is known and a primary has shaken hands. */
  connect(timeoutMs = this.options.timeoutMs): Promise<void> {
    return this.#dispatcher.begin() ? this.#dispatcher.deployment.connect(timeoutMs) : Promise.reject(closedError(null));
  }

  /** Has every live connection log in again, with what `credentials` gives now. */
  async reauthenticate(): Promise<void> {
    if (this.#dispatcher.state === 'closed') throw closedError(null);
    await this.#dispatcher.deployment.reauthenticate();
  }

  /** Takes no more commands, waits for the replies to the others, closes. */
  async close(): Promise<void> {
    if (this.#dispatcher.state === 'closed') return;
    const wasIdle = this.#dispatcher.state === 'idle';
    this.#dispatcher.closing();
    this.subscriptions.destroy(closedError(null));
    const groups = Promise.all([...this.#groups].map((group) => group.close()));
    while (!wasIdle && this.#callFactory.usage.commands > 0 && !this.#isClosed()) await new Promise((resolve) => setTimeout(resolve, 5));
    await Promise.all([this.#dispatcher.deployment.nodes.close(), groups]);
    this.destroy();
  }

  #isClosed(): boolean {
    return this.#dispatcher.state === 'closed';
  }

  /** Closes at once: what is in flight rejects, with `executed: 'unknown'` where it was written. */
  destroy(): void {
    for (const group of [...this.#groups]) group.destroy();
    if (this.#dispatcher.state === 'closed') return;
    const error = new ClosedError('the client was destroyed');
    this.subscriptions.destroy(error);
    this.#dispatcher.destroy(error);
  }

  // --- looking in

  /** Counters a node, for people and tests. */
  stats(): ClientStats {
    const nodes = this.#dispatcher.deployment.nodes.all().map((node) => ({
      node: node.key,
      role: this.#dispatcher.deployment.roleOf(node.key),
      sent: node.sent,
      reads: node.reads,
      writes: node.writes,
      fallbacks: node.fallbacks,
      hedged: node.hedged,
      hedgeWins: node.hedgeWins,
      inFlight: node.load,
      rttMs: node.rttMs,
      reachable: node.unreachableReason === null,
      exclusiveConnections: node.exclusiveConnections,
      priority: this.snapshot?.nodes.get(node.key)?.tier ?? 0,
      weight: this.snapshot?.nodes.get(node.key)?.weight ?? 1,
      ...this.#dispatcher.deployment.replicaHealth.statsOf(node.key),
    }));
    const { commands, bytes } = this.#callFactory.usage;
    const domains = this.#callFactory.counters.all().map(({ domain, counters }) => ({ domain, ...counters }));
    return { commands, bytes, waiting: this.#dispatcher.waiting, subscriptions: this.subscriptions.stats, nodes, domains };
  }

  /** Where a command would go now, and why. Sends nothing. */
  explain(spec: CommandSpec, args: readonly Arg[], view: View): Explanation {
    try {
      this.#guards?.check(spec, args, view.domain);
    } catch (error) {
      if (!(error instanceof GuardError)) throw error;
      return explanation({ command: spec.name, domain: error.domain, notes: [`it would be refused: ${error.message}`] });
    }
    const own = view.prefix === null ? args : prefixed(view.prefix, { spec, args, decode: null }).args;
    return explain(this.#callFactory, this.#dispatcher.deployment.router, spec, own, view);
  }

  get snapshot(): TopologySnapshot | null {
    return this.#dispatcher.deployment.snapshot;
  }
}
