import { release } from '../connection/connection.js';
import { commandChannel, failoverChannel, log, topologyChannel } from '../diagnostics.js';
import {
  AuthError,
  ClosedError,
  CommandRefusedError,
  ConnectionLostError,
  NoNodeError,
  QueueFullError,
  ReplyError,
  type SlotwiseError,
} from '../errors.js';
import {
  type Address,
  addressKey,
  type CredentialSource,
  type Credentials,
  type Domain,
  type Options,
  type ViewOptions,
  type WaitReplicas,
} from '../options.js';
import type { Lease } from '../pool/lease.js';
import type { Access, Node, NodeEvents } from '../pool/node.js';
import { blockingOf, isStreamRead } from '../protocol/blocking.js';
import {
  type Arg,
  BLOCKING,
  type Budget,
  Call,
  type CommandSpec,
  type Decode,
  type Detour,
  type Exclusive,
  type Failure,
  type Gathering,
  READONLY,
  SCRIPT,
  SETTLED,
  SPECIAL,
  type Tie,
  UNUSED,
  UNWRITTEN,
  type Unit,
} from '../protocol/command.js';
import { measure } from '../protocol/encoder.js';
import { firstKey } from '../protocol/keys.js';
import { learntSpec } from '../protocol/learnt-spec.js';
import { type Redirection, redirection } from '../protocol/reply-error.js';
import { command, stateReason } from '../protocol/specs.js';
import { DomainTable } from '../routing/domain.js';
import { PrefixTable, prefixKey, wordOf } from '../routing/key-prefix.js';
import { prefixed, prefixKeys } from '../routing/prefixed-command.js';
import { PolicyTable } from '../routing/read-preference.js';
import { type Decision, MAX_REDIRECTS, retry } from '../routing/retry.js';
import { Router } from '../routing/router.js';
import { type Part, splitBySlot } from '../routing/scatter.js';
import { slotOfCommand, slotOfKey } from '../routing/slots.js';
import { ControlConnections } from '../topology/control.js';
import { isMisconfigured } from '../topology/failure.js';
import { Monitor } from '../topology/monitor.js';
import { NodeRules } from '../topology/node-rules.js';
import { createResolver } from '../topology/resolver.js';
import type { Role, TopologySnapshot } from '../topology/topology.js';
import { clock } from '../util/clock.js';
import { Emitter } from '../util/emitter.js';
import { attachSignal } from './abort.js';
import { blockingCall, exclusiveDeadline } from './blocking-call.js';
import { Connecting } from './connecting.js';
import { Login } from './login.js';
import { NodeRegistry } from './node-registry.js';
import { mayWrite, replicated } from './replicated.js';
import { type Issue, overKeys, overNodes } from './scattered.js';
import { type Script, ScriptCache, scriptOf } from './script.js';
import { traceCall, traceRefusal } from './traced-call.js';
import { effectiveFailure } from './unit-failure.js';
import { type Engine, View } from './view.js';
import { WaitingRoom } from './waiting-room.js';

/** What a client tells people; see also the diagnostics channels. */
export type ClientEvents = {
  /** Commands can be served, for the first time. */
  ready: [];
  /** The servers changed; nodes by address. */
  topology: [snapshot: TopologySnapshot];
  /** A shard has another primary. */
  failover: [change: { readonly from: string | null; readonly to: string }];
  /** A connection broke or could not be made; another attempt follows. */
  reconnecting: [attempt: { readonly node: string; readonly error: SlotwiseError }];
  /** Something that no command's promise reports: the topology cannot be learnt, credentials are refused. */
  error: [error: SlotwiseError];
  close: [];
};

/** How long other nodes are preferred to one that said LOADING, READONLY or the like. */
const AVOID_MS = 1_000;

type State = 'idle' | 'running' | 'closing' | 'closed';

/** The engine behind every view: gives calls their node, and decides what follows a failed attempt. It is the only attempt loop there is. */
export class Client implements Engine {
  readonly budget: Budget = { commands: 0, bytes: 0 };
  readonly events = new Emitter<ClientEvents>();
  readonly #domains: DomainTable;
  readonly #tables: { readonly policies: PolicyTable; readonly prefixes: PrefixTable };
  readonly #rules: NodeRules;
  readonly #sharded: boolean;
  readonly #login: Login;
  readonly #sentinelLogin: Login;
  readonly #nodes: NodeRegistry;
  readonly #waiting = new WaitingRoom(
    (call) => this.#dispatch(call),
    () => this.#topologyError,
  );
  readonly #control: ControlConnections;
  readonly #monitor: Monitor;
  readonly #connecting = new Connecting();
  readonly #domainViews = new WeakMap<View, Map<Domain, View>>();
  readonly #scripts = new ScriptCache();
  readonly #learnt = new Map<string, Promise<CommandSpec>>();
  readonly #timers = new Set<NodeJS.Timeout>();
  #router: Router | null = null;
  #state: State = 'idle';
  #wasReady = false;
  #topologyError: SlotwiseError | null = null;
  #turn = 0;

  constructor(readonly options: Options) {
    this.#domains = new DomainTable(options.domains);
    this.#tables = { policies: new PolicyTable(options), prefixes: new PrefixTable(options, this.#domains) };
    this.#rules = new NodeRules(options);
    this.#sharded = options.topology.kind === 'cluster';
    this.#login = this.#loginOf('data', options.credentials);
    this.#sentinelLogin = this.#loginOf(
      'sentinel',
      options.topology.kind === 'sentinel' ? (options.topology.access.credentials ?? null) : null,
    );
    const own = withLogins(options, this.#login, this.#sentinelLogin);
    this.#nodes = new NodeRegistry(own, this.#nodeEvents);
    this.#control = new ControlConnections(own);
    this.#monitor = new Monitor(createResolver(options), this.#control, {
      ...options.monitor,
      onSnapshot: (next, previous) => this.#adopt(next, previous),
      onError: (error) => this.#probeFailed(error),
    });
  }

  view(options: ViewOptions, domain: Domain | null): View {
    return View.of(this, this.options, this.#tables, options, domain);
  }

  domain(name: string): Domain | undefined {
    return this.#domains.byName(name);
  }

  // --- issuing

  /** Issues a command. Synchronous up to the socket's queue; every failure is a rejection. */
  run(spec: CommandSpec, args: readonly Arg[], decode: Decode | null, view: View): Promise<unknown> {
    if (view.prefix === null) return this.#run(spec, args, decode, view);
    const own = prefixed(view.prefix, { spec, args, decode });
    return this.#run(spec, own.args, own.decode, view);
  }

  #run(spec: CommandSpec, args: readonly Arg[], decode: Decode | null, view: View): Promise<unknown> {
    if ((spec.flags & SPECIAL) !== 0) return this.#runSpecial(spec, args, decode, view);
    return this.#issue(spec, args, decode, view);
  }

  /** As `run`, for calls that are issued together: the outcome goes to `gathering`, as that of place `at`. */
  runInto(gathering: Gathering, at: number, spec: CommandSpec, args: readonly Arg[], decode: Decode | null, view: View): void {
    if ((spec.flags & SPECIAL) === 0 && view.signal === null) {
      const own = view.prefix === null ? { args, decode } : prefixed(view.prefix, { spec, args, decode });
      this.#issue(spec, own.args, own.decode, view, undefined, gathering, at);
    } else {
      this.run(spec, args, decode, view).then(
        (value) => gathering.value(at, value),
        (error: unknown) => gathering.error(at, error),
      );
    }
  }

  /**
   * Issues a command at a place its keys do not name: the shard of a slot, one node, or the process of a tie. The reply is the server's own: what
   * keys it holds have their prefix.
   */
  runAt(spec: CommandSpec, args: readonly Arg[], view: View, place: { slot?: number; target?: string; tie?: Tie }): Promise<unknown> {
    return this.#issue(spec, view.prefix === null ? args : prefixKeys(view.prefix, spec, args), null, view, place);
  }

  /** Something may have changed: looks soon. */
  wake(reason: string): void {
    this.#monitor.wake(reason);
  }

  /** Issues commands that must run as one, with `spec` last: MULTI … EXEC. `slot`: that of all their keys, which have their prefix already. */
  runUnit(unit: Unit, spec: CommandSpec, slot: number, decode: Decode, view: View): Promise<unknown> {
    return this.#issue(spec, [], decode, view, { unit, slot });
  }

  #issue(
    spec: CommandSpec,
    args: readonly Arg[],
    decode: Decode | null,
    view: View,
    fixed?: Fixed,
    gathering: Gathering | null = null,
    at = 0,
  ): Promise<unknown> {
    if (this.#state !== 'running' && !this.#start()) return refuse(spec, this.#closedError(spec), gathering, at);
    if (view.waitReplicas !== null && fixed?.exclusive === undefined && (fixed?.unit !== undefined || mayWrite(spec))) {
      return this.#issueReplicated(
        { spec, args, decode, before: fixed?.unit?.parts ?? NO_PARTS },
        view,
        view.waitReplicas,
        fixed,
        gathering,
        at,
      );
    }
    let bytes = 0;
    let slot = -1;
    try {
      bytes = measure(spec, args);
      for (const part of fixed?.unit?.parts ?? NO_PARTS) bytes += measure(part.spec, part.args);
      if (this.#sharded) slot = fixed?.slot ?? slotOfCommand(spec, args);
    } catch (error) {
      return refuse(spec, error, gathering, at);
    }
    const { budget } = this;
    if (budget.commands >= this.options.queue.maxCommands || budget.bytes + bytes > this.options.queue.maxBytes) {
      return refuse(spec, this.#queueFull(spec), gathering, at);
    }
    const own = this.#domains.hasPatterns && view.domain === null ? this.#viewByKey(spec, args, view) : view;
    const deadline = fixed?.exclusive === undefined ? clock.deadlineIn(own.timeoutMs) : exclusiveDeadline(fixed.exclusive, own.timeoutMs);
    const call =
      gathering === null
        ? Call.make(spec, args, decode, own.mode, own, deadline)
        : Call.gathered(gathering, at, spec, args, decode, own.mode, own, deadline);
    const outcome = gathering === null ? Call.promiseOfLast() : UNUSED;
    call.bytes = bytes;
    budget.commands++;
    budget.bytes += bytes;
    if (fixed !== undefined) {
      const detour = call.leaveTheRoad();
      detour.unit = fixed.unit ?? null;
      detour.slot = fixed.slot ?? null;
      detour.target = fixed.target ?? null;
      detour.tie = fixed.tie ?? null;
      detour.exclusive = fixed.exclusive ?? null;
      if (detour.exclusive !== null) detour.exclusive.silenceMs = own.timeoutMs;
    }
    if (commandChannel.hasSubscribers) this.#beginTraced(call, own.signal, slot);
    else this.#begin(call, own.signal, slot);
    return outcome;
  }

  /** WAIT holds up its connection, so that the write needs one of its own. */
  #issueReplicated(
    write: Parameters<typeof replicated>[0],
    view: View,
    wait: WaitReplicas,
    fixed: Fixed | undefined,
    gathering: Gathering | null,
    at: number,
  ): Promise<unknown> {
    const { spec, args } = write;
    let slot = -1;
    try {
      if (this.#sharded) slot = fixed?.slot ?? slotOfCommand(spec, args);
    } catch (error) {
      return refuse(spec, error, gathering, at);
    }
    const own = this.#domains.hasPatterns && view.domain === null ? this.#viewByKey(spec, args, view) : view;
    const { unit, ...waiting } = replicated(write, wait);
    const exclusive = blockingCall({ at: 1, unit: 'ms', ms: wait.timeoutMs });
    return this.#issue(waiting.spec, waiting.args, waiting.decode, own, { ...fixed, slot, unit, exclusive }, gathering, at);
  }

  /** A function of its own, because a closure in `#issue` would cost every command its context. */
  #beginTraced(call: Call, signal: AbortSignal | null, slot: number): void {
    traceCall(call, () => this.#begin(call, signal, slot));
  }

  #begin(call: Call, signal: AbortSignal | null, slot: number): void {
    if (signal !== null && !attachSignal(call, signal)) release(call);
    else this.#dispatch(call, slot);
  }

  /** The same view in the domain that the command's first key belongs to. */
  #viewByKey(spec: CommandSpec, args: readonly Arg[], view: View): View {
    const key = firstKey(spec, args);
    if (key === undefined) return view;
    const name = wordOf(key);
    const domain = this.#domains.ofKey(view.prefix?.strip(name) ?? name);
    if (domain === null) return view;
    let views = this.#domainViews.get(view);
    if (views === undefined) {
      views = new Map();
      this.#domainViews.set(view, views);
    }
    let own = views.get(domain);
    if (own === undefined) {
      own = this.view(view.options, domain).withMode(view.mode);
      views.set(domain, own);
    }
    return own;
  }

  // --- commands that are not one call on a shared connection

  #runSpecial(spec: CommandSpec, args: readonly Arg[], decode: Decode | null, view: View): Promise<unknown> {
    if (spec.state !== 'none') {
      const reason = stateReason(spec);
      return Promise.reject(new CommandRefusedError(`${spec.name} is not sent on a shared connection: ${reason}`, { command: spec.name }));
    }
    // Arity 0: our table does not have it.
    if (spec.arity === 0) return this.#learn(spec, view).then((learnt) => this.run(learnt, args, decode, view));
    if ((spec.flags & BLOCKING) !== 0) {
      const blocking = blockingOf(spec, args);
      if (blocking !== null || !isStreamRead(spec)) {
        if (view.waitReplicas !== null) return refuse(spec, blockedReplicated(spec), null, 0);
        return this.#issue(spec, args, decode, view, { exclusive: blockingCall(blocking) });
      }
    }
    if ((spec.flags & SCRIPT) !== 0) {
      const script = scriptOf(spec);
      if (script !== null) return this.#runScript(script, args, decode, view);
    }
    if (this.#sharded) {
      const issue: Issue = (own, place) => this.#issue(spec, own, null, view, place);
      if (spec.request === 'multi_shard') {
        let parts: readonly Part[] | null;
        try {
          parts = splitBySlot(spec, args);
        } catch (error) {
          return Promise.reject(error);
        }
        if (parts !== null) return overKeys(spec, args, parts, decode, issue);
      } else if (spec.request === 'all_shards' || spec.request === 'all_nodes') {
        return this.#whenKnown(spec, view).then((router) => overNodes(spec, args, router, decode, issue));
      }
    }
    return this.#issue(spec, args, decode, view);
  }

  #runScript(script: Script<number, unknown>, args: readonly Arg[], decode: Decode | null, view: View): Promise<unknown> {
    try {
      const node = this.#certainNode(script.spec, args, view);
      return this.#scripts.run(script, args, node, (spec, own) => this.#issue(spec, own, decode, view));
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** Where the call would go now, null where that is one of several. */
  #certainNode(spec: CommandSpec, args: readonly Arg[], view: View): Node | null {
    const slot = this.#sharded ? slotOfCommand(spec, args) : -1;
    if (this.#router === null || (this.#sharded && slot === -1)) return null;
    if ((spec.flags & READONLY) !== 0 && (view.policy !== null || this.#domains.hasPatterns)) return null;
    return this.#router.primaryOf(this.#router.shardFor(slot));
  }

  /** Asks the server once a name where a command unknown to us has its keys. */
  #learn(spec: CommandSpec, view: View): Promise<CommandSpec> {
    let learnt = this.#learnt.get(spec.name);
    if (learnt === undefined) {
      // A subcommand's entry is named `container|subcommand`.
      const decode: Decode<CommandSpec> = (raw) =>
        learntSpec(spec, Array.isArray(raw) ? (raw[0] ?? null) : null) ?? { ...spec, arity: -1, flags: 0 };
      learnt = this.#issue(COMMAND_INFO, [spec.name.replace(' ', '|')], decode, view.withMode(0)) as Promise<CommandSpec>;
      this.#learnt.set(spec.name, learnt);
      // A name the server does not know must not stay: a module may be loaded later, and names come from callers.
      learnt.then(
        (known) => known.arity === -1 && this.#learnt.delete(spec.name),
        () => this.#learnt.delete(spec.name),
      );
    }
    return learnt;
  }

  /** The router, as soon as there is one; inside the deadline of the view. */
  async #whenKnown(spec: CommandSpec, view: View): Promise<Router> {
    if (this.#state !== 'running' && !this.#start()) throw this.#closedError(spec);
    if (this.#router === null) await this.connect(view.timeoutMs);
    if (this.#router === null) throw this.#closedError(spec);
    return this.#router;
  }

  /** A connection of its own to the primary of the key's slot, or to any; inside the deadline of the view. */
  acquire(key: Arg | null, view: View): Promise<Lease> {
    const own = key === null || view.prefix === null ? key : prefixKey(view.prefix, key);
    const slot = own === null || !this.#sharded ? -1 : slotOfKey(own);
    const exclusive: Exclusive = { kind: 'lease', blocking: null, silenceMs: 0, since: 0, giveUp: null };
    return this.#issue(LEASE, [], null, view, { slot, exclusive }) as Promise<Lease>; // what the lane gives for this kind
  }

  /** Takes note of what a failure on a lease says about the nodes. True: nothing was executed, and another attempt may succeed. */
  heed(failure: Failure): boolean {
    const decision = retry(failure, { repeatable: false, script: false, slot: -1, attempts: 1, redirects: 0 });
    if (decision.act === 'resend') this.#redirect(failure, decision.to, decision.patch);
    else if (decision.act === 'reselect' && decision.wake) this.#monitor.wake(failure.error.message);
    return decision.act !== 'reject';
  }

  // --- the attempt loop: dispatch, and what follows a failure

  #dispatch(call: Call, slot = this.#slotOf(call)): void {
    const router = this.#router;
    if (router === null) {
      this.#park(call, this.#topologyError);
      return;
    }
    if (call.detour !== null) {
      call.detour.asking = false;
      const { target, tie } = call.detour;
      if (tie?.firm === true) {
        this.#dispatchTied(tie, call, call.detour);
        return;
      }
      if (target !== null) {
        this.#dispatchTo(target, call);
        return;
      }
    }
    const { policy } = call.owner as View; // #issue makes every call that comes here
    const shard = router.shardFor(slot);
    const primary = router.primaryOf(shard);
    const node = policy !== null && (call.spec.flags & READONLY) !== 0 ? router.readerOf(shard, policy) : primary;
    const access = node === primary ? 'primary' : 'replica';
    const trouble = node === null || call.detour === null ? (node?.trouble ?? null) : node.troubleFor(call, access);
    if (call.detour?.exclusive && this.#state !== 'running') this.#reject(call, this.#closedError(call.spec));
    else if (node === null || trouble !== null) this.#park(call, trouble);
    else this.#send(call, node, access);
  }

  #send(call: Call, node: Node, access: Access): void {
    const tie = call.detour === null ? null : call.detour.tie;
    if (tie !== null) {
      tie.node = node.key;
      tie.incarnation = node.incarnation;
      tie.role = this.#roleOf(node.key);
      tie.readonly = access === 'replica';
      tie.asking = call.detour?.asking === true;
    }
    node.send(call, access);
  }

  /** Only to the process the tie is about. */
  #dispatchTied(tie: Tie, call: Call, detour: Detour): void {
    const node = this.#nodes.get(tie.node);
    if (node === undefined || node.trouble !== null || node.incarnation !== tie.incarnation || this.#roleOf(tie.node) !== tie.role) {
      tie.broken = true;
      this.#reject(call, new NoNodeError(`${call.spec.name}: what was begun on ${tie.node} cannot go on there`, { node: tie.node }));
      return;
    }
    detour.asking = tie.asking;
    node.send(call, tie.readonly ? 'replica' : 'primary');
  }

  #roleOf(key: string): Role | null {
    return this.#router?.snapshot.nodes.get(key)?.role ?? null;
  }

  /** A call does not carry its slot: it is needed again only when something went wrong. */
  #slotOf(call: Call): number {
    return this.#sharded ? (call.detour?.slot ?? slotOfCommand(call.spec, call.args)) : -1;
  }

  #dispatchTo(key: string, call: Call): void {
    const node = this.#nodes.get(key);
    if (node === undefined) this.#reject(call, new NoNodeError(`${call.spec.name}: ${key} left the topology`, { node: key }));
    else if (node.trouble !== null) this.#park(call, node.trouble);
    else this.#send(call, node, 'primary');
  }

  /** No node can take it now. */
  #park(call: Call, cause: SlotwiseError | null): void {
    if (cause !== null && isMisconfigured(cause)) {
      this.#reject(call, cause);
      return;
    }
    if (cause !== null) call.leaveTheRoad().firstError ??= cause;
    // The first probe may take its time: nothing speaks against the servers yet.
    if (this.options.failFast && (this.#router !== null || this.#topologyError !== null)) {
      const why = cause === null ? 'no node serves it at the moment' : cause.message;
      this.#reject(call, new NoNodeError(`${call.spec.name}: ${why}`, { command: call.spec.name, cause: cause ?? undefined }));
      return;
    }
    this.#waiting.waitForNews(call);
    this.#monitor.wake('a command has no node');
  }

  failed(call: Call, failure: Failure): void {
    if (call.state === SETTLED) {
      release(call);
      return;
    }
    call.state = UNWRITTEN;
    const detour = call.leaveTheRoad();
    detour.attempts++;
    if (failure.kind === 'lost') detour.mayHaveRun = true;
    const cause = failure.kind === 'reply' && detour.unit !== null ? effectiveFailure(failure, detour.unit) : failure;
    if (this.#state === 'closed') {
      this.#reject(call, errorFor(call, cause));
      return;
    }
    const { spec } = call;
    const decision = retry(cause, {
      repeatable: call.repeatable,
      script: (spec.flags & SCRIPT) !== 0,
      slot: this.#slotOf(call),
      attempts: detour.attempts,
      redirects: detour.redirects,
    });
    if (log.routing.enabled) log.routing('%s attempt %d: %s -> %s', spec.name, detour.attempts, cause.error.message, decision.act);
    this.#follow(call, detour, cause, decision);
  }

  #follow(call: Call, detour: Detour, failure: Failure, decision: Decision): void {
    switch (decision.act) {
      case 'reject':
        this.#reject(call, errorFor(call, failure));
        return;
      case 'resend': {
        detour.redirects++;
        const address = this.#redirect(failure, decision.to, decision.patch);
        if (this.#endsTie(call, detour, failure)) return;
        const resend = (): void => {
          detour.asking = decision.asking;
          this.#send(call, this.#nodes.at(address), 'primary');
        };
        if (decision.afterMs > 0) this.#waiting.waitFor(call, decision.afterMs, resend);
        else resend();
        return;
      }
      case 'reselect': {
        detour.firstError ??= failure.error;
        const node = this.#nodes.get(failure.kind === 'reply' ? failure.node : (failure.error.node ?? ''));
        if (node !== undefined && decision.avoid) this.#avoid(node);
        // A fixed address may lead to another server by now: https://redis.io/docs/latest/operate/oss_and_stack/management/replication/
        if (node !== undefined && decision.renew && this.options.topology.kind === 'single') node.renew();
        if (decision.wake) this.#monitor.wake(failure.error.message);
        if (this.#endsTie(call, detour, failure)) return;
        if (decision.afterMs > 0) this.#waiting.waitFor(call, decision.afterMs);
        else this.#dispatch(call);
        return;
      }
      default:
        decision satisfies never;
    }
  }

  /** Another node would do for any other call. */
  #endsTie(call: Call, { tie }: Detour, failure: Failure): boolean {
    if (tie?.firm !== true) return false;
    tie.broken = true;
    this.#reject(call, errorFor(call, failure));
    return true;
  }

  #redirect(failure: Failure, to: Redirection, patch: boolean): Address {
    const answered = failure.kind === 'reply' ? this.#addressOf(failure.node) : null;
    // An empty host is the host that answered: https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/#moved-redirection
    const host = to.host === '' && answered !== null && 'host' in answered ? answered.host : to.host;
    const address = this.#rules.address({ host, port: to.port });
    if (patch && to.kind !== 'REDIRECT') this.#monitor.moved(to.slot, address);
    else if (to.kind === 'REDIRECT') this.#monitor.wake('REDIRECT');
    return this.#addressOf(addressKey(address)) ?? address;
  }

  #addressOf(key: string): Address | null {
    return this.#router?.snapshot.nodes.get(key)?.address ?? null;
  }

  #reject(call: Call, error: unknown): void {
    release(call);
    call.fail(error);
  }

  // --- nodes

  readonly #nodeEvents: NodeEvents = {
    up: (node) => {
      this.#monitor.trust(node.key);
      this.#renewRouter();
      this.#checkConnected();
      this.#waiting.news();
    },
    down: (node, error) => {
      this.events.emit('reconnecting', { node: node.key, error });
      this.#monitor.suspect(node.key);
      this.#renewRouter();
      if (error instanceof AuthError) {
        this.events.emit('error', error);
        this.#connecting.reject(error);
      } else this.#openOnePrimary();
    },
    suspect: (node) => {
      this.#monitor.suspect(node.key);
    },
    lost: (node, error) => {
      this.events.emit('reconnecting', { node: node.key, error });
      this.#monitor.wake(error.message);
    },
    again: () => this.#waiting.news(),
  };

  /** Health decides the candidates of reads, so the router's lists are made anew. */
  #renewRouter(): void {
    if (this.#router !== null) this.#router = this.#routerFor(this.#router.snapshot);
  }

  #routerFor(snapshot: TopologySnapshot): Router {
    return new Router(
      snapshot,
      (info) => this.#nodes.at(info.address),
      (node) => node.trouble === null && node.avoidUntil <= clock.now(),
    );
  }

  #avoid(node: Node): void {
    const now = clock.now();
    if (node.avoidUntil > now) return;
    node.avoidUntil = now + AVOID_MS;
    this.#renewRouter();
    this.#later(AVOID_MS + 1, () => {
      this.#renewRouter();
      this.#waiting.news();
    });
  }

  #later(ms: number, action: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      action();
    }, ms);
    timer.unref();
    this.#timers.add(timer);
  }

  // --- topology

  #adopt(next: TopologySnapshot, previous: TopologySnapshot | null): void {
    if (this.#state === 'closed') return;
    this.#topologyError = next.problem ?? null;
    this.#router = this.#routerFor(next);
    for (const call of this.#nodes.adopt(next, previous)) this.#dispatch(call);
    this.#announce(next, previous);
    this.#checkConnected();
    this.#waiting.news();
  }

  #announce(next: TopologySnapshot, previous: TopologySnapshot | null): void {
    const primaries = next.shards.flatMap((shard) => (shard.primary === null ? [] : [shard.primary.key]));
    log.topology('%s: primaries %o', next.kind, primaries);
    if (topologyChannel.hasSubscribers) {
      const replicas = next.shards.flatMap((shard) => shard.replicas.map((node) => node.key));
      topologyChannel.publish({ kind: next.kind, primaries, replicas });
    }
    this.events.emit('topology', next);
    for (const change of previous === null ? [] : failovers(previous, next)) {
      if (failoverChannel.hasSubscribers) failoverChannel.publish(change);
      this.events.emit('failover', change);
    }
  }

  #probeFailed(error: SlotwiseError): void {
    this.#topologyError = error;
    this.events.emit('error', error);
    // Once the nodes are known, what is known serves; before, only a person can mend a wrong configuration.
    if (this.#router !== null || !(isMisconfigured(error) || this.options.failFast)) return;
    this.#connecting.reject(error);
    for (const call of this.#waiting.clear()) this.#reject(call, error);
  }

  // --- life

  /** False where the client has been closed. */
  #start(): boolean {
    if (this.#state === 'running') return true;
    if (this.#state !== 'idle') return false;
    this.#state = 'running';
    // What the first probe rejects with is also told by the callback.
    this.#monitor.start().catch(() => {});
    return true;
  }

  /** Resolves when the topology is known and a primary has shaken hands. */
  connect(timeoutMs = this.options.timeoutMs): Promise<void> {
    if (!this.#start()) return Promise.reject(this.#closedError(null));
    const connected = this.#connecting.wait(timeoutMs, () => this.#whyNotConnected(timeoutMs));
    this.#checkConnected();
    return connected;
  }

  #checkConnected(): void {
    const router = this.#router;
    if (router === null || (this.#wasReady && !this.#connecting.waiting)) return;
    if (!router.snapshot.shards.some((_, shard) => router.primaryOf(shard)?.ready === true)) {
      this.#openOnePrimary();
      return;
    }
    if (!this.#wasReady) {
      this.#wasReady = true;
      this.events.emit('ready');
    }
    this.#connecting.resolve();
  }

  /** One is enough to know that commands can be served; the others open with their first command. */
  #openOnePrimary(): void {
    const router = this.#router;
    if (router === null || !this.#connecting.waiting) return;
    const primaries = router.snapshot.shards.flatMap((_, shard) => router.primaryOf(shard) ?? []).filter((node) => node.trouble === null);
    this.#turn++;
    primaries[this.#turn % primaries.length]?.open();
  }

  #whyNotConnected(timeoutMs: number): SlotwiseError {
    const trouble = this.#nodes.all().find((node) => node.trouble !== null)?.trouble;
    return this.#topologyError ?? trouble ?? new NoNodeError(`no primary could be reached in ${timeoutMs} ms`);
  }

  #loginOf(as: 'data' | 'sentinel', given: CredentialSource | null): Login {
    return new Login(given, {
      apply: (credentials) => this.#logIn(as, credentials),
      failed: (error) => {
        // A refusal is told where it happens.
        if (!(error instanceof AuthError)) this.events.emit('error', error);
      },
    });
  }

  async #logIn(as: 'data' | 'sentinel', credentials: Credentials): Promise<void> {
    const nodes = as === 'data' ? this.#nodes.all() : [];
    const logins = [this.#control.reauthenticate(as, credentials), ...nodes.map((node) => node.reauthenticate(credentials))];
    const results = await Promise.allSettled(logins);
    const refused = results.flatMap((result) => (result.status === 'rejected' ? (result.reason as AuthError) : [])); // nothing else rejects
    for (const error of refused) this.events.emit('error', error);
    if (refused[0] !== undefined) throw refused[0];
  }

  /** Has every live connection log in again, with what `credentials` gives now. */
  async reauthenticate(): Promise<void> {
    if (this.#state === 'closed') throw this.#closedError(null);
    await Promise.all([this.#login.renew(), this.#sentinelLogin.renew()]);
  }

  /** Takes no more commands, waits for the replies to the others, closes. */
  async close(): Promise<void> {
    if (this.#state === 'closed') return;
    const wasIdle = this.#state === 'idle';
    this.#state = 'closing';
    // What may block for ever must not hold this up.
    for (const node of this.#nodes.all()) node.endExclusive(new ClosedError('the client is closed'));
    this.#waiting.news();
    while (!wasIdle && this.budget.commands > 0 && !this.#isClosed()) await new Promise((resolve) => setTimeout(resolve, 5));
    await this.#nodes.close();
    this.destroy();
  }

  #isClosed(): boolean {
    return this.#state === 'closed';
  }

  /** Closes at once: what is in flight rejects, with `executed: 'unknown'` where it was written. */
  destroy(): void {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    const error = new ClosedError('the client was destroyed');
    this.#monitor.stop();
    this.#login.stop();
    this.#sentinelLogin.stop();
    this.#control.destroy();
    for (const timer of this.#timers) clearTimeout(timer);
    this.#connecting.reject(error);
    for (const call of this.#waiting.clear()) this.#reject(call, error);
    this.#nodes.destroy(error);
    this.events.emit('close');
  }

  #closedError(spec: CommandSpec | null): ClosedError {
    return new ClosedError(`${spec?.name ?? 'connect()'}: the client is closed`, { command: spec?.name });
  }

  #queueFull(spec: CommandSpec): QueueFullError {
    const { commands, bytes } = this.budget;
    const { maxCommands, maxBytes } = this.options.queue;
    return new QueueFullError(
      `${spec.name}: ${commands} commands and ${bytes} bytes wait for replies (bounds: ${maxCommands} and ${maxBytes})`,
      {
        command: spec.name,
      },
    );
  }

  // --- looking in

  /** Counters a node, for people and tests. */
  stats(): ClientStats {
    const nodes = this.#nodes.all().map((node) => ({
      node: node.key,
      role: this.#router?.snapshot.nodes.get(node.key)?.role ?? null,
      sent: node.sent,
      inFlight: node.load,
      reachable: node.trouble === null,
      exclusiveConnections: node.exclusiveConnections,
    }));
    return { commands: this.budget.commands, bytes: this.budget.bytes, waiting: this.#waiting.size, nodes };
  }

  get snapshot(): TopologySnapshot | null {
    return this.#router?.snapshot ?? null;
  }
}

export interface ClientStats {
  /** Commands not answered yet, and the bytes of their arguments. */
  readonly commands: number;
  readonly bytes: number;
  /** Of these, how many wait for a node. */
  readonly waiting: number;
  readonly nodes: readonly {
    readonly node: string;
    readonly role: 'primary' | 'replica' | null;
    /** Attempts sent to it since the client began. */
    readonly sent: number;
    readonly inFlight: number;
    readonly reachable: boolean;
    readonly exclusiveConnections: number;
  }[];
}

const COMMAND_INFO = command('COMMAND INFO');
/** Stands for `lease()` among the calls: it has no bytes, its outcome is a connection. */
const LEASE: CommandSpec = Object.freeze({ ...command('PING'), name: 'lease()', flags: 0 });
const NO_PARTS: Unit['parts'] = [];

/** What a call is told besides what it says itself. */
interface Fixed {
  readonly slot?: number;
  readonly unit?: Unit;
  readonly target?: string;
  readonly tie?: Tie;
  readonly exclusive?: Exclusive;
}

function blockedReplicated({ name }: CommandSpec): CommandRefusedError {
  return new CommandRefusedError(`${name} blocks, which waitReplicas does not go with: use lease() with wait()`, { command: name });
}

/** The same options, with credentials that come by the logins. */
function withLogins(options: Options, data: Login, sentinel: Login): Options {
  const { topology } = options;
  const { source } = sentinel;
  const own = { ...options, credentials: data.source };
  if (topology.kind !== 'sentinel' || typeof source !== 'function') return own;
  return { ...own, topology: { ...topology, access: { ...topology.access, credentials: source } } };
}

/** Nothing was issued. */
function refuse(spec: CommandSpec, error: unknown, gathering: Gathering | null, at: number): Promise<unknown> {
  if (commandChannel.hasSubscribers) traceRefusal(spec, error);
  if (gathering === null) return Promise.reject(error);
  gathering.error(at, error);
  return UNUSED;
}

/** What the caller is told: the servers' replies unchanged, everything else with the command and its attempts. */
function errorFor(call: Call, failure: Failure): SlotwiseError {
  const { error } = failure;
  const facts = { node: error.node, command: call.spec.name, attempts: call.attempts, executed: call.executed, cause: error } as const;
  if (failure.kind === 'reply') {
    const redirects = call.detour?.redirects ?? 0;
    if (redirects >= MAX_REDIRECTS && redirection(error) !== null) {
      const message = `${call.spec.name} was redirected ${redirects} times, the last time by ${failure.node}: ${error.message}`;
      return new ReplyError(error.code, message, { ...facts, node: failure.node });
    }
    error.attempts = call.attempts;
    return error;
  }
  if (error instanceof ClosedError) return new ClosedError(`${call.spec.name}: ${error.message}`, facts);
  if (failure.kind === 'unwritten') return error;
  return new ConnectionLostError(`${call.spec.name}: ${error.message}; it may have run`, facts);
}

/** Shards of which a known node was the primary, and another is now. */
function failovers(previous: TopologySnapshot, next: TopologySnapshot): { from: string | null; to: string }[] {
  return next.shards.flatMap(({ primary }) => {
    if (primary === null) return [];
    const before = previous.nodes.get(primary.key);
    if (before === undefined || before.role === 'primary') return [];
    const shard = previous.shards.find(({ replicas }) => replicas.some((node) => node.key === primary.key));
    return [{ from: shard?.primary?.key ?? null, to: primary.key }];
  });
}
