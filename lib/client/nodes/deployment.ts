import { Dialects } from '../../connection/dialects.js';
import { type ClosedError, OptionsError, type SlotwiseError } from '../../errors.js';
import { addressKey } from '../../options/address.js';
import { ClientName, nameNow } from '../../options/client-name.js';
import type { Options } from '../../options/defaults.js';
import type { RingTopology } from '../../options/topology.js';
import type { Node, NodeEvents } from '../../pool/node.js';
import type { AttemptFailure } from '../../protocol/call.js';
import type { Redirection } from '../../protocol/resp/reply-error.js';
import { RingSlotting } from '../../routing/keys/ring-slotting.js';
import { HASH_SLOTS } from '../../routing/keys/slots.js';
import type { Slotting } from '../../routing/keys/slotting.js';
import { Router } from '../../routing/router.js';
import { ControlConnections } from '../../topology/control/control-connections.js';
import type { Monitor } from '../../topology/monitor.js';
import type { ProbedMember, Whereabouts } from '../../topology/monitor-api.js';
import { NodeRules } from '../../topology/node-rules.js';
import { isMisconfigured, isRefusedAccess } from '../../topology/probe-error.js';
import { OffsetTracker } from '../../topology/replication/offset-tracker.js';
import { hopelessIn } from '../../topology/ring/merge.js';
import type { RingMonitor } from '../../topology/ring/ring-monitor.js';
import { nodesNoMoreReplicas, samePrimaries, shardOfNode, type TopologySnapshot } from '../../topology/snapshot.js';
import { clock } from '../../util/clock.js';
import { Emitter } from '../emitter.js';
import type { ClientEvents } from '../events.js';
import type { RingStats } from '../stats.js';
import { AddressBook, type RedirectTarget } from './address-book.js';
import { AnsweringPrimaries } from './answering-primaries.js';
import { createMonitor, ringMonitorOf } from './create-monitor.js';
import { CredentialRefresher } from './credential-refresher.js';
import { DeploymentBus } from './deployment-bus.js';
import { FailoverDetector } from './failover-detector.js';
import { FailureReports } from './failure-reports.js';
import { Later } from './later.js';
import { NodeRegistry } from './node-registry.js';
import { ReadyWaiters } from './ready-waiters.js';
import { Renewals } from './renewals.js';
import { ReplicaHealth } from './replica-health.js';
import { SentinelAccess } from './sentinel-access.js';
import { ShardFacts } from './shard-facts.js';
import { TopologyAnnouncer } from './topology-announcer.js';

/** How long other nodes are preferred to one that refused a command with LOADING, READONLY or the like, in ms. */
const AVOID_MS = 1_000;

/** The servers of a client, as far as it knows them: topology, nodes with their connections, credentials. */
export class Deployment {
  /** Events for users. */
  readonly events = new Emitter<ClientEvents>();
  /** Events for the parts of the client. */
  readonly bus = new DeploymentBus();
  /** Numbers the keys; null: there is one shard. */
  readonly slotting: Slotting | null;
  /** The same for a ring; null: the topology is none. */
  readonly ring: RingSlotting | null;
  readonly nodes: NodeRegistry;
  readonly sentinels: SentinelAccess;
  readonly replicaHealth: ReplicaHealth;
  readonly offsets = new OffsetTracker(undefined, () => this.dialects?.hasPlain !== true);
  readonly credentials: CredentialRefresher;
  readonly name: ClientName;
  readonly addresses: AddressBook;
  readonly facts: ShardFacts;
  /** How the addresses are spoken to, behind which proxies may be; null: as servers are. */
  readonly dialects: Dialects | null;
  /** Failures of which users are told, by the node that failed, or by what else did. */
  readonly failures = new FailureReports((error) => this.events.emit('error', error));
  /** Router of the current snapshot; null before the first. */
  router: Router | null = null;
  /** Why nothing, or no primary, is known. */
  topologyError: SlotwiseError | null = null;
  /** The client's options, with credentials that are refreshed, and a name that can be changed. */
  readonly resolvedOptions: Options;

  readonly #control: ControlConnections;
  readonly #sharesSentinels: boolean;
  readonly #monitor: Monitor | RingMonitor;
  readonly #failoverDetector = new FailoverDetector(
    async ({ address }) => (await this.#control.send(address, [['ROLE']], { timeoutMs: 100 }))[0],
    ({ key, address }) => this.#monitor.probeFirst(address, `${key} has become a primary`, key),
  );
  readonly #readyWaiters = new ReadyWaiters(this, () => this.events.emit('ready'));
  readonly #announcer = new TopologyAnnouncer(this.events);
  readonly #later = new Later();
  readonly renewals: Renewals;
  #destroyed = false;
  readonly #answering = new AnsweringPrimaries();

  /** `hasWaitingCalls`: whether calls wait for a node. `shared`: the sentinels of another client; else it has its own. */
  constructor(options: Options, hasWaitingCalls: () => boolean, shared: SentinelAccess | null) {
    const rules = new NodeRules(options, (error) => this.failures.failed(error.node ?? error.message, error));
    this.addresses = new AddressBook(rules, () => this.snapshot);
    const failed = (error: SlotwiseError): void => this.failures.failed(error.node ?? 'credentials', error);
    this.credentials = new CredentialRefresher(options.credentials, failed, options.connectTimeoutMs);
    this.name = new ClientName(nameNow(options.clientName));
    this.resolvedOptions = { ...options, credentials: this.credentials.source, clientName: this.name };
    this.facts = new ShardFacts(options.topology.kind, () => this.router);
    this.renewals = new Renewals(this.bus, this.#later, this.facts);
    this.ring = options.topology.kind === 'ring' ? new RingSlotting(options.topology) : null;
    this.slotting = options.topology.kind === 'cluster' ? HASH_SLOTS : this.ring;
    this.dialects = dialectsOf(options);
    this.nodes = new NodeRegistry(this.resolvedOptions, this.#nodeEvents, this.dialects);
    this.#control = new ControlConnections(this.resolvedOptions, this.dialects);
    this.credentials.add(() => [this.#control, ...this.nodes.withLeaving()]);
    this.replicaHealth = new ReplicaHealth(this.#control, options.monitor.sampleMs, (key) => this.nodes.get(key), {
      changed: (shard) => this.#readsChanged(shard),
      contradicted: (key, reason) => this.probeFirst(key, reason),
      demoted: (key) => this.bus.emit('demoted', key),
    });
    this.#sharesSentinels = shared !== null;
    this.sentinels = shared ?? new SentinelAccess(this.resolvedOptions, failed);
    const { ring, sentinels, events } = this;
    this.#monitor = createMonitor(
      { options, control: this.#control, sentinels, ring, rules, failures: this.failures, bus: this.bus, events },
      {
        ...options.monitor,
        hasWaitingCommands: hasWaitingCalls,
        onSnapshot: (next, previous) => this.#adopt(next, previous),
        onError: (error, { name }) => this.#probeFailed(error, name),
        onProbe: (error, member) => this.#probed(error, member),
        onReplica: (key) => this.bus.emit('demoted', key),
        onNodeGone: ({ address }) => this.#control.forget(address),
      },
    );
  }

  start(): void {
    // `onError` reports what the first probe rejects with.
    this.#monitor.start().catch(() => {});
  }

  /** See `ReadyWaiters`. */
  connect(timeoutMs: number): Promise<void> {
    return this.#readyWaiters.connect(timeoutMs);
  }

  /** Asks for a probe because the topology may have changed: sooner if it is `urgent`, for commands depend on it. */
  wake(reason: string, urgent = false, place: Whereabouts = {}): void {
    this.#monitor.wake(reason, urgent || this.facts.leadsToReplica(place), place);
  }

  get snapshot(): TopologySnapshot | null {
    return this.router?.snapshot ?? null;
  }

  /** When the last probe began that found this node as the snapshot says, in ms since 1970. */
  confirmedSinceMs(node: string): number {
    return this.#monitor.confirmedSinceMs(node);
  }

  /** Whether each part of the topology was reached or has failed once. */
  get isSettled(): boolean {
    return this.#monitor.isSettled;
  }

  /** Whether commands reach the node, or none has tried. */
  isReachable(key: string): boolean {
    return (this.nodes.get(key)?.unreachableReason ?? null) === null;
  }

  /** Notes that a node does not answer, until `trust`. */
  suspect(key: string): void {
    this.#monitor.suspect(key);
  }

  trust(key: string): void {
    this.#monitor.trust(key);
  }

  /** Has the next probe, which is urgent, ask this node among others: its view is newer than the snapshot. */
  probeFirst(key: string, reason: string): void {
    const address = this.addresses.known(key);
    if (address === null) this.wake(reason, false, { node: key });
    else this.#monitor.probeFirst(address, reason, key);
  }

  /** Where a redirection leads to. Wakes the monitor; `patch`: the slot lives there from now on. */
  redirect(failure: AttemptFailure, to: Redirection, patch: boolean): RedirectTarget {
    const address = this.addresses.targetOf(failure, to);
    if (address instanceof OptionsError) return address;
    const known = address === null ? null : this.addresses.known(addressKey(address));
    const target = known ?? address;
    const from = failure.kind === 'error-reply' ? failure.node : '';
    if (target !== null && patch && to.kind !== 'REDIRECT') this.#monitor.slotMoved(to.slot, target, from);
    else if (to.kind === 'REDIRECT' || known === null) this.#monitor.wake(failure.error.message, false, { node: from });
    return target;
  }

  // --- nodes

  readonly #nodeEvents: NodeEvents = {
    up: (node) => {
      this.#monitor.trust(node.key);
      this.failures.recovered(node.key);
      this.replicaHealth.up(node);
      this.router?.invalidateAll();
      this.bus.emit('nodeUp', node.key);
      this.#readyWaiters.check();
      this.bus.emit('changed');
    },
    down: (node, error) => {
      this.events.emit('reconnecting', { node: node.key, error });
      this.#monitor.suspect(node.key);
      this.#monitor.connectionFailed(node.key);
      this.replicaHealth.down(node);
      this.router?.invalidateAll();
      if (isRefusedAccess(error)) {
        this.failures.failed(node.key, error);
        this.#readyWaiters.reject(error);
      } else this.#readyWaiters.openPrimary();
    },
    suspect: ({ key }) => this.#monitor.suspect(key),
    stalling: (node) => this.#failoverDetector.primaryStalls(node, this.facts.maySucceed(node.key)),
    lost: (node, error) => {
      this.events.emit('reconnecting', { node: node.key, error });
      this.#monitor.wake(error.message, false, { node: node.key });
      this.#monitor.connectionFailed(node.key);
      this.replicaHealth.failed(node);
    },
    overdue: (node) => this.replicaHealth.failed(node),
    backoffEnded: () => this.bus.emit('changed'),
    warm: () => this.#readyWaiters.check(),
  };

  #readsChanged(shard: number): void {
    // Only for reads that may have waited for this: thousands of writes may wait for something else.
    if (this.router?.invalidate(shard) === true) this.bus.emit('changed');
  }

  /** Prefers other nodes for a while. */
  avoid(node: Node): void {
    const now = clock.now();
    if (node.avoidUntil > now) return;
    node.avoidUntil = now + AVOID_MS;
    this.router?.invalidateAll();
    this.#later.run(AVOID_MS + 1, () => {
      this.router?.invalidateAll();
      this.bus.emit('changed');
    });
  }

  // --- topology

  #adopt(next: TopologySnapshot, previous: TopologySnapshot | null): void {
    if (this.#destroyed) return;
    this.topologyError = next.problem ?? null;
    const led = previous === null ? [] : nodesNoMoreReplicas(previous, next);
    const isPlacedAnew = this.ring?.setEjected(new Set(next.shards.flatMap(({ member }) => (member?.ejected ? member.name : []))));
    this.replicaHealth.follow(next);
    this.router = new Router(next, {
      nodeOf: (info) => this.nodes.at(info.address),
      stateOf: (info) => this.replicaHealth.stateOf(info, this.nodes.at(info.address)),
      used: (shard, policy) => this.replicaHealth.used(shard, policy),
    });
    const isReassigned = previous !== null && !samePrimaries(previous, next);
    if (isReassigned) this.offsets.changed();
    const unwritten = this.nodes.adopt(next, previous);
    if (isReassigned) this.bus.emit('reassigned', next, previous);
    this.bus.emit('callsReturned', unwritten);
    if (isPlacedAnew === true) this.bus.emit('callsReturned', this.nodes.giveBack());
    // Open connections may still lead to the replica, which would refuse the waiting calls once more.
    for (const node of this.nodes.all()) if (led.includes(node.key)) this.renewals.moved(node);
    this.#announcer.announce(next, previous);
    this.#readyWaiters.check();
    this.bus.emit('changed');
    this.bus.emit('snapshot', next);
  }

  #probed(error: unknown, member: ProbedMember): void {
    const { name, shard, confirmedAtMs } = member;
    if (error === undefined) this.failures.recovered(sourceOf(name));
    const primary = this.#answering.probed(error, member, this.router);
    primary?.reopenNow();
    if (primary !== null) this.bus.emit('nodeUp', primary.key);
    if (error !== undefined) return;
    const concerns = (node: string): boolean => name === null || (this.snapshot !== null && shardOfNode(this.snapshot, node) === shard);
    this.bus.emit('confirmed', confirmedAtMs, concerns);
  }

  #probeFailed(error: SlotwiseError, name: string | null): void {
    this.failures.failed(sourceOf(name), error);
    if (name !== null) {
      const fatal = this.snapshot === null ? null : hopelessIn(this.snapshot, this.resolvedOptions.failFast);
      if (fatal !== null) this.#readyWaiters.reject(fatal);
      return;
    }
    this.topologyError = error;
    // Once the nodes are known, the snapshot there is serves; before, only a person can correct a wrong configuration.
    if (this.router !== null || !(isMisconfigured(error) || this.resolvedOptions.failFast)) return;
    this.#readyWaiters.reject(error);
    this.bus.emit('unrecoverable', error);
  }

  /** Gives a ring other members: keys are placed on them from now on. */
  setTopology(topology: RingTopology): void {
    const change = this.ring?.setTopology(topology);
    ringMonitorOf(this.#monitor)?.setMembers(topology);
    this.bus.emit('callsReturned', this.nodes.giveBack());
    this.bus.emit('keysPlaced');
    if (change !== undefined) this.events.emit('members', change);
  }

  get ringStats(): RingStats | null {
    return ringMonitorOf(this.#monitor)?.stats ?? null;
  }

  // --- the end

  /** Has every live connection log in again, with what the option `credentials` gives now. */
  async reauthenticate(): Promise<void> {
    await Promise.all([this.credentials.renew(), this.sentinels.reauthenticate()]);
  }

  destroy(error: ClosedError): void {
    this.#destroyed = true;
    this.#monitor.stop();
    this.credentials.stop();
    this.replicaHealth.stop();
    this.#control.destroy();
    if (!this.#sharesSentinels) this.sentinels.destroy();
    this.#later.stop();
    this.#readyWaiters.reject(error);
    this.nodes.destroy(error);
    this.events.emit('close');
  }
}

/** What fails, in the failures that users are told of. */
function sourceOf(member: string | null): string {
  return member === null ? 'topology' : `member ${member}`;
}

/** Behind one fixed address a proxy may be. Members of a group, nodes of a cluster and sentinels are servers. */
function dialectsOf({ topology }: Options): Dialects | null {
  if (topology.kind === 'endpoints') return new Dialects(topology.speaks);
  return topology.kind === 'single' ? new Dialects() : null;
}
