import { type ClosedError, OptionsError, type SlotwiseError } from '../../errors.js';
import { addressKey } from '../../options/address.js';
import type { Options } from '../../options/defaults.js';
import type { Node, NodeEvents } from '../../pool/node.js';
import type { AttemptFailure } from '../../protocol/call.js';
import type { Redirection } from '../../protocol/resp/reply-error.js';
import { HASH_SLOTS } from '../../routing/keys/slots.js';
import type { Slotting } from '../../routing/keys/slotting.js';
import { Router } from '../../routing/router.js';
import { clearTimeout, setTimeout } from '../../runtime/runtime.js';
import { ControlConnections } from '../../topology/control/control-connections.js';
import { Monitor } from '../../topology/monitor.js';
import { NodeRules } from '../../topology/node-rules.js';
import { isMisconfigured, isRefusedAccess } from '../../topology/probe-error.js';
import { OffsetTracker } from '../../topology/replication/offset-tracker.js';
import { createResolver } from '../../topology/resolver.js';
import { type Role, samePrimaries, type TopologySnapshot } from '../../topology/snapshot.js';
import { clock } from '../../util/clock.js';
import { Emitter } from '../emitter.js';
import type { ClientEvents } from '../events.js';
import { AddressBook, type RedirectTarget } from './address-book.js';
import { CredentialRefresher } from './credential-refresher.js';
import { DeploymentBus } from './deployment-bus.js';
import { FailoverDetector } from './failover-detector.js';
import { FailureReports } from './failure-reports.js';
import { NodeRegistry } from './node-registry.js';
import { ReadyWaiters } from './ready-waiters.js';
import { Renewals } from './renewals.js';
import { ReplicaHealth } from './replica-health.js';
import { SentinelAccess } from './sentinel-access.js';
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
  readonly nodes: NodeRegistry;
  readonly sentinels: SentinelAccess;
  readonly replicaHealth: ReplicaHealth;
  readonly offsets = new OffsetTracker();
  readonly credentials: CredentialRefresher;
  readonly addresses: AddressBook;
  /** Failures of which users are told, by the node that failed, or by what else did. */
  readonly failures = new FailureReports((error) => this.events.emit('error', error));
  /** Router of the current snapshot; null before the first. */
  router: Router | null = null;
  /** Why nothing, or no primary, is known. */
  topologyError: SlotwiseError | null = null;
  /** The client's options, with credentials that are refreshed. */
  readonly resolvedOptions: Options;

  readonly #control: ControlConnections;
  readonly #sharesSentinels: boolean;
  readonly #monitor: Monitor;
  readonly #failoverDetector = new FailoverDetector(
    async ({ address }) => (await this.#control.send(address, [['ROLE']], { timeoutMs: 100 }))[0],
    ({ key, address }) => this.#monitor.probeFirst(address, `${key} has become a primary`),
  );
  readonly #readyWaiters = new ReadyWaiters(this, () => this.events.emit('ready'));
  readonly #announcer = new TopologyAnnouncer(this.events);
  readonly #timers = new Set<NodeJS.Timeout>();
  readonly renewals = new Renewals(
    this.bus,
    (ms, action) => this.#later(ms, action),
    () => this.leadsToReplica,
  );
  #destroyed = false;
  /** The last probe of a single shard ended with the answer of its primary. */
  #primaryAnswers = false;

  /** `hasWaitingCalls`: whether calls wait for a node. `shared`: the sentinels of another client; else it has its own. */
  constructor(options: Options, hasWaitingCalls: () => boolean, shared: SentinelAccess | null) {
    const rules = new NodeRules(options, (error) => this.failures.failed(error.node ?? error.message, error));
    this.addresses = new AddressBook(rules, () => this.snapshot);
    const failed = (error: SlotwiseError): void => this.failures.failed(error.node ?? 'credentials', error);
    this.credentials = new CredentialRefresher(options.credentials, failed, options.connectTimeoutMs);
    this.resolvedOptions = { ...options, credentials: this.credentials.source };
    this.slotting = options.topology.kind === 'cluster' ? HASH_SLOTS : null;
    this.nodes = new NodeRegistry(this.resolvedOptions, this.#nodeEvents);
    this.#control = new ControlConnections(this.resolvedOptions);
    this.credentials.add(() => [this.#control, ...this.nodes.all()]);
    this.replicaHealth = new ReplicaHealth(this.#control, options.monitor.sampleMs, (key) => this.nodes.get(key), {
      changed: (shard) => this.#readsChanged(shard),
      contradicted: (key, reason) => this.probeFirst(key, reason),
      demoted: (key) => this.bus.emit('demoted', key),
    });
    this.#sharesSentinels = shared !== null;
    this.sentinels = shared ?? new SentinelAccess(options, failed);
    this.#monitor = new Monitor(
      createResolver(options, this.#control, this.sentinels.connections, { rules, report: this.failures.failed }),
      {
        ...options.monitor,
        hasWaitingCommands: hasWaitingCalls,
        onSnapshot: (next, previous) => this.#adopt(next, previous),
        onError: (error) => this.#probeFailed(error),
        onProbe: (error) => this.#probed(error),
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
  wake(reason: string, urgent = false): void {
    this.#monitor.wake(reason, urgent || this.leadsToReplica);
  }

  /** The fixed address leads to a replica: what only a primary may do waits until it leads elsewhere, which only probes can find. */
  get leadsToReplica(): boolean {
    return this.router !== null && leadsToReplica(this.router.snapshot);
  }

  get snapshot(): TopologySnapshot | null {
    return this.router?.snapshot ?? null;
  }

  /** When the last probe began that found the servers as the snapshot says, in ms since 1970. */
  get confirmedAtMs(): number {
    return this.#monitor.confirmedAtMs;
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

  roleOf(key: string): Role | null {
    return this.router?.snapshot.nodes.get(key)?.role ?? null;
  }

  /** The primary of the shard that has the slot; for -1 that of the only shard, null in a cluster. */
  primaryOf(slot: number): Node | null {
    const { router } = this;
    return router === null || (router.sharded && slot < 0) ? null : router.primaryOf(router.shardFor(slot));
  }

  /** Has the next probe, which is urgent, ask this node among others: its view is newer than the snapshot. */
  probeFirst(key: string, reason: string): void {
    const address = this.addresses.known(key);
    if (address === null) this.wake(reason);
    else this.#monitor.probeFirst(address, reason);
  }

  /** Where a redirection leads to. Wakes the monitor; `patch`: the slot lives there from now on. */
  redirect(failure: AttemptFailure, to: Redirection, patch: boolean): RedirectTarget {
    const address = this.addresses.targetOf(failure, to);
    if (address instanceof OptionsError) return address;
    const known = address === null ? null : this.addresses.known(addressKey(address));
    const target = known ?? address;
    const from = failure.kind === 'error-reply' ? failure.node : '';
    if (target !== null && patch && to.kind !== 'REDIRECT') this.#monitor.slotMoved(to.slot, target, from);
    else if (to.kind === 'REDIRECT' || known === null) this.#monitor.wake(failure.error.message);
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
      this.replicaHealth.down(node);
      this.router?.invalidateAll();
      if (isRefusedAccess(error)) {
        this.failures.failed(node.key, error);
        this.#readyWaiters.reject(error);
      } else this.#readyWaiters.openPrimary();
    },
    suspect: ({ key }) => this.#monitor.suspect(key),
    stalling: (node) => {
      const { router } = this;
      // Sentinels report a promotion themselves, and the old primary of a group does not hold its writers.
      if (router === null || (router.snapshot.kind !== 'cluster' && router.snapshot.kind !== 'replication')) return;
      const shard = router.snapshot.shards.find(({ primary }) => primary?.key === node.key);
      if (shard !== undefined && shard.replicas.length > 0) this.#failoverDetector.primaryStalls(node, shard.replicas);
    },
    lost: (node, error) => {
      this.events.emit('reconnecting', { node: node.key, error });
      this.#monitor.wake(error.message);
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
    this.#later(AVOID_MS + 1, () => {
      this.router?.invalidateAll();
      this.bus.emit('changed');
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
    if (this.#destroyed) return;
    this.topologyError = next.problem ?? null;
    const leadsElsewhere = previous !== null && leadsToReplica(previous) && !leadsToReplica(next);
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
    // Open connections may still lead to the replica, which would refuse the waiting calls once more.
    if (leadsElsewhere) for (const node of this.nodes.all()) this.renewals.moved(node);
    this.#announcer.announce(next, previous);
    this.#readyWaiters.check();
    this.bus.emit('changed');
    this.bus.emit('snapshot', next);
  }

  /** The first probe that the primary of a single shard answers: connections need not wait for it. Not each: it may hang up on all. */
  #probed(error: unknown): void {
    const { router } = this;
    if (error === undefined) this.failures.recovered('topology');
    const answers = error === undefined && router !== null && !router.sharded && router.snapshot.problem === undefined;
    const primary = answers && !this.#primaryAnswers ? router.primaryOf(0) : null;
    primary?.reopenNow();
    if (primary !== null) this.bus.emit('nodeUp', primary.key);
    this.#primaryAnswers = answers;
    if (error === undefined) this.bus.emit('confirmed', this.confirmedAtMs);
  }

  #probeFailed(error: SlotwiseError): void {
    this.topologyError = error;
    this.failures.failed('topology', error);
    // Once the nodes are known, the snapshot there is serves; before, only a person can correct a wrong configuration.
    if (this.router !== null || !(isMisconfigured(error) || this.resolvedOptions.failFast)) return;
    this.#readyWaiters.reject(error);
    this.bus.emit('unrecoverable', error);
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
    for (const timer of this.#timers) clearTimeout(timer);
    this.#readyWaiters.reject(error);
    this.nodes.destroy(error);
    this.events.emit('close');
  }
}

function leadsToReplica({ kind, shards }: TopologySnapshot): boolean {
  return kind === 'single' && shards[0]?.primary?.role === 'replica';
}
