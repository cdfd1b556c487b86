import { ClosedError, GuardError } from '../errors.js';
import type { ClientName } from '../options/client-name.js';
import type { ViewOptions } from '../options/client-options.js';
import type { Options } from '../options/defaults.js';
import type { Domain } from '../options/domains.js';
import type { Lease } from '../pool/lease.js';
import type { Node } from '../pool/node.js';
import type { QueueUsage } from '../protocol/call.js';
import { type AtomicBatch, extrasOf, sinkExtras } from '../protocol/call-extras.js';
import type { CallTarget } from '../protocol/call-target.js';
import { command } from '../protocol/catalog/specs.js';
import { type Arg, type Command, type CommandSpec, type Decode, SPECIAL } from '../protocol/command-spec.js';
import type { Exclusive } from '../protocol/exclusive.js';
import type { OutcomeSink } from '../protocol/outcome.js';
import { measure } from '../protocol/resp/encoder.js';
import { GuardTable } from '../routing/keys/guard.js';
import { prefixKey } from '../routing/keys/key-prefix.js';
import { prefixed, prefixKeys } from '../routing/keys/prefixed-command.js';
import { RefusedCommands } from '../routing/proxies/refused-commands.js';
import { type Explanation, explanation } from '../routing/reads/explanation.js';
import { setTimeout } from '../runtime/runtime.js';
import type { TopologySnapshot } from '../topology/snapshot.js';
import { aloneCall, blockingCall } from './dispatch/blocking-call.js';
import { closedError } from './dispatch/call-errors.js';
import { CallFactory, refuse } from './dispatch/call-factory.js';
import { Dispatcher } from './dispatch/dispatcher.js';
import { explain } from './dispatch/explain.js';
import { isSuspected } from './dispatch/isolation.js';
import type { Lessons } from './dispatch/lessons.js';
import { SpecialCommands } from './dispatch/special-commands.js';
import { UnknownCommands } from './dispatch/unknown-commands.js';
import type { Emitter } from './emitter.js';
import type { ClientEvents } from './events.js';
import { Life } from './life.js';
import { Lifecycle } from './lifecycle.js';
import type { Deployment } from './nodes/deployment.js';
import { deploymentStats } from './nodes/node-stats.js';
import type { SentinelAccess } from './nodes/sentinel-access.js';
import { Moving } from './previous/moving.js';
import type { SubscribeLimits, SubscribeRequest } from './pubsub/subscribe-request.js';
import type { SubscriptionGroup } from './pubsub/subscription.js';
import type { SubscriptionHandler } from './pubsub/subscription-handler.js';
import { SubscriptionManager } from './pubsub/subscription-manager.js';
import { Session } from './session.js';
import type { ClientStats } from './stats.js';
import type { View, ViewPlace } from './view.js';

/** Stands for `lease()` among the calls: it has no bytes, its outcome is a connection. */
const LEASE: CommandSpec = Object.freeze({ ...command('PING'), name: 'lease()', flags: 0 });

/** The place of a view that has none. */
export const NOWHERE: ViewPlace = { domain: null, session: null, member: null, life: null };

/** Engine behind every view: the ways in, and the life of the client. Its parts decide what becomes of a command. */
export class Client {
  readonly events: Emitter<ClientEvents>;
  readonly name: ClientName;
  readonly subscriptions: SubscriptionManager;
  /** Move of the keys from a previous place; null: there is none. */
  readonly moving: Moving | null;
  /** What ends with the client and is no command: duplicates, clients on other groups of the same sentinels. */
  readonly life: Life;
  readonly #lifecycle = new Lifecycle(() => this.#deployment.start());
  readonly #dispatcher: Dispatcher;
  readonly #deployment: Deployment;
  readonly #callFactory: CallFactory;
  readonly #special: SpecialCommands;
  readonly #unknown: UnknownCommands;
  /** Guards of the domains; null: no domain has one. */
  readonly #guards: GuardTable | null;
  /** Commands that no proxy is sent; null: all are. */
  readonly #refused: RefusedCommands | null;

  /** `shared`: the sentinels of another client. */
  constructor(
    readonly options: Options,
    shared: SentinelAccess | null = null,
  ) {
    this.#refused = RefusedCommands.of(options.topology);
    this.#dispatcher = new Dispatcher(options, this.#lifecycle, shared);
    this.#deployment = this.#dispatcher.deployment;
    this.events = this.#deployment.events;
    this.name = this.#deployment.name;
    this.life = new Life(this.events);
    this.subscriptions = new SubscriptionManager(this.#deployment.resolvedOptions, this.#deployment);
    const previous = options.previous === null ? null : new Client(options.previous);
    this.moving = previous === null ? null : new Moving(previous, previous.#deployment, options, this.#dispatcher);
    this.#callFactory = new CallFactory(options, this.#lifecycle, this.#dispatcher, this.moving?.keys ?? null);
    this.#guards = GuardTable.of(this.#callFactory.domains, options.domains);
    this.#special = new SpecialCommands(this.#callFactory, this.#deployment, this.#lifecycle);
    const shards = () =>
      (this.sharding.slotting === null ? [] : (this.#deployment.router?.slotOfEachShard() ?? [])).map((slot) => ({ slot }));
    this.#unknown = new UnknownCommands(this.#callFactory, shards, () => this.#deployment.dialects?.hasPlain === true);
  }

  view(options: ViewOptions, place: ViewPlace = NOWHERE): View {
    return this.#callFactory.view(options, place);
  }

  /** Whether some command of this view may read from another node than the primary. */
  mayReadElsewhere({ policy, offloaded, domain }: View): boolean {
    return policy !== null || offloaded !== null || (domain === null && this.#callFactory.domains.hasPatterns);
  }

  session(): Session {
    return new Session(this.#deployment.offsets);
  }

  /** A node has executed something that may write, on a lease of this view. */
  wrote(view: View, node: string): void {
    const found = this.#deployment.nodes.get(node);
    if (view.session === null || found === undefined) return;
    view.session.wrote(-1, found, this.#deployment.facts.roleOf(node) === 'primary' ? found : null, false);
  }

  domain(name: string): Domain | undefined {
    return this.#callFactory.domains.byName(name);
  }

  /** A client on another group of the same sentinels, over the same connections to them. It lives until it is closed, or this life ends. */
  group(options: Options, life = this.life): Client {
    const group = new Client(options, this.#deployment.sentinels);
    const leave = life.add({ close: () => group.close(), destroy: () => group.destroy() });
    group.events.once('close', leave);
    return group;
  }

  /** Queue usage: what the unanswered commands take together. */
  get usage(): QueueUsage {
    return this.#dispatcher.usage;
  }

  // --- commands

  /** Submits a command. Synchronous up to the socket's queue; every failure is a rejection. By position: see `CallFactory.submit`. */
  run(spec: CommandSpec, args: readonly Arg[], decode: Decode | null, view: View): Promise<unknown> {
    if (this.#guards === null && view.prefix === null && this.#refused === null) return this.#run(spec, args, decode, view);
    const given = { spec, args, decode };
    let own: Command;
    try {
      // Before guards and prefixes read what the arguments say.
      measure(spec, args);
      this.admit(spec, args, view);
      own = view.prefix === null ? given : prefixed(view.prefix, given);
    } catch (error) {
      return refuse(spec, error, null);
    }
    return this.#run(spec, own.args, own.decode, view);
  }

  #run(spec: CommandSpec, args: readonly Arg[], decode: Decode | null, view: View): Promise<unknown> {
    if ((spec.flags & SPECIAL) === 0) return this.#callFactory.submit(spec, args, decode, view);
    // Arity 0: our table does not have the command. Its arguments have no prefix yet, because its keys are not known.
    if (spec.arity === 0) return this.learn(spec, args, view).then((learnt) => this.run(learnt, args, decode, view));
    return this.#special.run(spec, args, decode, view);
  }

  /** Throws what would keep a command from being sent, and adds what it takes of the queue. Sends nothing. */
  check({ spec, args }: Command, view: View, need: QueueUsage): void {
    need.bytes += measure(spec, args);
    need.commands++;
    this.admit(spec, args, view);
    const isSpecial = (spec.flags & SPECIAL) !== 0;
    // Without keys, and with one, it goes anywhere.
    if (!isSpecial && spec.firstKey === spec.lastKey) return;
    const own = view.prefix === null ? args : prefixKeys(view.prefix, spec, args);
    if (isSpecial) need.commands += this.#special.check(spec, own, view) - 1;
    else this.#callFactory.checkKeys(spec, own, view);
  }

  /** Throws a `QueueFullError` where the queue has no room for so much now. */
  checkRoom(spec: CommandSpec, need: QueueUsage): void {
    this.#callFactory.checkRoom(spec, need);
  }

  /** Whether the queue, or this share of it, has room for so much now. */
  hasRoom(need: QueueUsage, share = 1): boolean {
    return this.#callFactory.hasRoom(need, share);
  }

  /** Runs a checked command as `run` does, for calls that are submitted together: the outcome goes to the sink, as that of `index`. */
  runInto(sink: OutcomeSink, index: number, given: Command, view: View): void {
    const { spec, args, decode } = given;
    if ((spec.flags & SPECIAL) !== 0 || view.watch !== null) {
      this.run(spec, args, decode, view).then(
        (value) => sink.onValue(index, value),
        (error: unknown) => sink.onError(index, error),
      );
      return;
    }
    const own = view.prefix === null ? given : prefixed(view.prefix, given);
    this.#callFactory.submit(spec, own.args, own.decode, view, sinkExtras(sink, index));
  }

  /** Submits a command to a target that its keys do not name. The reply is the server's own: the keys in it have their prefix. */
  async runAt(spec: CommandSpec, args: readonly Arg[], view: View, target: CallTarget): Promise<unknown> {
    this.admit(spec, args, view);
    const own = view.prefix === null ? args : prefixKeys(view.prefix, spec, args);
    const exclusive = isSuspected(target) ? aloneCall(view.timeoutMs) : null;
    return this.#callFactory.submit(spec, own, null, view, extrasOf({ target, exclusive }));
  }

  /** Submits commands that must run as one, with `spec` last: MULTI … EXEC. `keys`: all of theirs, prefixed; they must go together. */
  runAtomicBatch(batch: AtomicBatch, spec: CommandSpec, keys: readonly Arg[], decode: Decode, view: View): Promise<unknown> {
    return this.#callFactory.submit(spec, [], decode, view, extrasOf({ batch, target: this.#callFactory.targetOf('MULTI', keys, view) }));
  }

  /** Throws if the domain of the command does not let it through, or a proxy would not take it. Its keys have no prefix yet. */
  admit(spec: CommandSpec, args: readonly Arg[], view: View): void {
    this.#refused?.check(spec, args);
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
    return this.#unknown.specOf(spec, args, view);
  }

  /** A connection of its own to the primary of the key's slot, which it tells, or to any; inside the deadline of the view. */
  async acquire(key: Arg | null, view: View): Promise<{ readonly lease: Lease; readonly slot: number }> {
    const own = key === null || view.prefix === null ? key : prefixKey(view.prefix, key);
    const exclusive: Exclusive = { ...blockingCall(null), kind: 'lease' };
    const extras = extrasOf({ exclusive, target: this.#callFactory.targetOf(LEASE.name, own === null ? [] : [own], view) });
    const lease = (await this.#callFactory.submit(LEASE, [], null, view, extras)) as Lease; // the outcome of this kind
    return { lease, slot: extras.target?.slot ?? -1 };
  }

  /** How keys are numbered, who has them, and the members of a ring. */
  get sharding(): Pick<Deployment, 'facts' | 'slotting' | 'ring' | 'setTopology'> {
    return this.#deployment;
  }

  nodeOf(key: string): Node | undefined {
    return this.#deployment.nodes.get(key);
  }

  /** Something may have changed: the topology is probed soon. */
  wake(reason: string): void {
    this.#deployment.wake(reason);
  }

  /** What failures on leases say about the nodes. */
  get lessons(): Lessons {
    return this.#dispatcher.lessons;
  }

  /** Subscribes to channels, until the group ends. */
  listen(request: SubscribeRequest, handler: SubscriptionHandler, limits: SubscribeLimits): SubscriptionGroup {
    const closed = this.#lifecycle.begin() ? null : new ClosedError('the client is closed');
    return this.subscriptions.listen(request, handler, limits, closed ?? this.#refused?.whyNotSubscribe(request.kind) ?? null);
  }

  /** See `ReadyWaiters`. */
  connect(timeoutMs = this.options.timeoutMs): Promise<void> {
    if (!this.#lifecycle.begin()) return Promise.reject(closedError('connect()'));
    return this.moving?.connect(this.#deployment, timeoutMs) ?? this.#deployment.connect(timeoutMs);
  }

  /** Has every live connection log in again, with what `credentials` gives now. */
  async reauthenticate(): Promise<void> {
    if (this.#lifecycle.state === 'closed') throw closedError('reauthenticate()');
    await Promise.all([this.#deployment.reauthenticate(), this.moving?.previous.reauthenticate()]);
  }

  /** Takes no more commands, waits for the replies that callers still wait for, closes. */
  async close(): Promise<void> {
    if (this.isClosed) return;
    const wasIdle = this.#lifecycle.state === 'idle';
    this.#lifecycle.enter('closing');
    const members = this.life.close();
    this.#dispatcher.endBlocking();
    this.subscriptions.destroy(new ClosedError('the client is closed'));
    while (!wasIdle && this.#isOwed() && !this.isClosed) await new Promise((resolve) => setTimeout(resolve, 5));
    await members;
    await Promise.all([this.#deployment.nodes.close(), this.moving?.previous.close()]);
    this.destroy();
  }

  /** Whether callers wait for commands. One that has timed out keeps its place until its reply comes, which a server that hangs never sends. */
  #isOwed(): boolean {
    return this.usage.commands > this.#deployment.nodes.abandoned(this.usage);
  }

  get isClosed(): boolean {
    return this.#lifecycle.state === 'closed';
  }

  /** Closes at once: what is in flight rejects, with `executed: 'unknown'` where it was written. */
  destroy(): void {
    const error = new ClosedError('the client was destroyed');
    this.life.destroy(error);
    if (this.isClosed) return;
    this.#lifecycle.enter('closed');
    this.subscriptions.destroy(error);
    this.moving?.destroy(error);
    this.#dispatcher.destroy(error);
  }

  /** Counters a node, for people and tests. */
  stats(): ClientStats {
    const previous = this.moving?.stats() ?? null;
    return {
      ...this.usage,
      waiting: this.#dispatcher.waiting + (previous?.waiting ?? 0),
      subscriptions: this.subscriptions.stats,
      ...deploymentStats(this.#deployment),
      domains: this.#callFactory.counters.all().map(({ domain, counters }) => ({ domain, ...counters })),
      previous,
    };
  }

  /** Where a command would go now, and why. Sends nothing. */
  explain(spec: CommandSpec, args: readonly Arg[], view: View): Explanation {
    try {
      this.#guards?.check(spec, args, view.domain);
    } catch (error) {
      if (!(error instanceof GuardError)) throw error;
      return explanation({ command: spec.name, domain: error.domain, notes: [`it would be refused: ${error.message}`] });
    }
    const given = { spec, args, decode: null };
    const own = view.prefix === null ? given : prefixed(view.prefix, given);
    return explain(this.#callFactory, this.#deployment, own, view);
  }

  get snapshot(): TopologySnapshot | null {
    return this.#deployment.snapshot;
  }
}
