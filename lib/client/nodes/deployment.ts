import { failoverChannel, log, topologyChannel } from '../../diagnostics.js';
import { AuthError, type ClosedError, ConnectionLostError, DatabaseError, NoNodeError, type SlotwiseError } from '../../errors.js';
import type { Credentials } from '../../options/access.js';
import { type Address, addressKey } from '../../options/address.js';
import type { Options } from '../../options/defaults.js';
import type { Node, NodeEvents } from '../../pool/node.js';
import type { AttemptFailure, Call } from '../../protocol/call.js';
import type { Redirection } from '../../protocol/resp/reply-error.js';
import { Router } from '../../routing/router.js';
import { ControlByAccess } from '../../topology/control/control-by-access.js';
import { ControlConnections } from '../../topology/control/control-connections.js';
import { Monitor } from '../../topology/monitor.js';
import { NodeRules } from '../../topology/node-rules.js';
import { isMisconfigured } from '../../topology/probe-error.js';
import { OffsetTracker } from '../../topology/replication/offset-tracker.js';
import { createResolver } from '../../topology/resolver.js';
import { findNode, type Role, samePrimaries, type TopologySnapshot } from '../../topology/snapshot.js';
import { clock } from '../../util/clock.js';
import { Emitter } from '../emitter.js';
import type { ClientEvents } from '../events.js';
import { CredentialRefresher } from './credential-refresher.js';
import { FailoverDetector } from './failover-detector.js';
import { FailoverEvents } from './failover-events.js';
import { NodeRegistry } from './node-registry.js';
import { ReadyWaiters } from './ready-waiters.js';
import { ReplicaHealth } from './replica-health.js';
import { SentinelAccess } from './sentinel-access.js';

/** How long other nodes are preferred to one that said LOADING, READONLY or the like. */
const AVOID_MS = 1_000;

/** A fixed address that leads to a replica is connected to anew this often, in ms, until it leads to a primary. */
const RENEW_SPACING_MS = 50;

/** What the servers' side tells the calls' side. */
export interface DeploymentListener {
  /** Another snapshot, or a node that came up: who waits for news may try again. */
  topologyChanged(): void;
  /** Slots of calls that nodes have and have not answered may belong to others. */
  reassigned(next: TopologySnapshot, previous: TopologySnapshot): void;
  /** These were not written to a node that is no longer theirs. */
  callsReturned(calls: readonly Call[]): void;
  /** Do calls wait for news? */
  isAwaited(): boolean;
  /** Nothing is known, and waiting will not mend it. */
  unrecoverable(error: SlotwiseError): void;
}

/** Who has connections of its own, and follows the servers with them: the subscriptions. */
export interface SubscriptionListener {
  adopted(snapshot: TopologySnapshot): void;
  /** This node was reached, after it could not be. */
  reached(key: string): void;
  /** The address may lead to another server by now. */
  renew(key: string, error: SlotwiseError): void;
  unrecoverable(error: SlotwiseError): void;
  reauthenticate(credentials: Credentials): Promise<void>;
}

/** What is known of the servers, and what is held open to them: topology, nodes with their connections, logins. */
export class Deployment {
  readonly events = new Emitter<ClientEvents>();
  readonly nodes: NodeRegistry;
  readonly sentinels: SentinelAccess;
  /** How the nodes are that serve reads. */
  readonly replicaHealth: ReplicaHealth;
  readonly offsets = new OffsetTracker();
  /** Null before the first snapshot. */
  router: Router | null = null;
  /** Why nothing, or no primary, is known. */
  topologyError: SlotwiseError | null = null;

  /** The client's options, with credentials that are renewed. */
  readonly resolvedOptions: Options;
  /** Told of everything that `ServersFollower` names. */
  subscriptionListener: SubscriptionListener | null = null;

  readonly #options: Options;
  readonly #listener: DeploymentListener;
  readonly #rules: NodeRules;
  readonly #credentials: CredentialRefresher;
  readonly #control: ControlConnections;
  readonly #sharesSentinels: boolean;
  readonly #monitor: Monitor;
  readonly #failoverDetector = new FailoverDetector(
    async ({ address }) => (await this.#control.send(address, [['ROLE']], { timeoutMs: 100 }))[0],
    ({ key, address }) => this.#monitor.probeFirst(address, `${key} has become a primary`),
  );
  readonly #readyWaiters = new ReadyWaiters();
  readonly #failoverEvents = new FailoverEvents();
  readonly #timers = new Set<NodeJS.Timeout>();
  #destroyed = false;
  /** The last probe heard from the primary. */
  #reached = false;
  #wasReady = false;
  #turn = 0;

  /** `shared`: the sentinels of another client; else it has its own. */
  constructor(options: Options, listener: DeploymentListener, shared: SentinelAccess | null) {
    this.#options = options;
    this.#listener = listener;
    this.#rules = new NodeRules(options);
    this.#credentials = this.#ownLogin();
    this.resolvedOptions = { ...options, credentials: this.#credentials.source };
    this.nodes = new NodeRegistry(this.resolvedOptions, this.#nodeEvents);
    this.#control = new ControlConnections(this.resolvedOptions);
    this.replicaHealth = new ReplicaHealth(this.#control, options.monitor.sampleMs, (key) => this.nodes.get(key), {
      changed: (shard) => this.#readsChanged(shard),
      wake: (reason) => this.#monitor.wake(reason),
    });
    this.#sharesSentinels = shared !== null;
    this.sentinels = shared ?? new SentinelAccess(options, (error) => this.events.emit('error', error));
    this.#monitor = new Monitor(createResolver(options), new ControlByAccess(this.#control, this.sentinels.connections), {
      ...options.monitor,
      onSnapshot: (next, previous) => this.#adopt(next, previous),
      onError: (error) => this.#probeFailed(error),
      isAwaited: () => listener.isAwaited(),
      onProbe: (error) => this.#probed(error),
    });
  }

  start(): void {
    // What the first probe rejects with is also told by the callback.
    this.#monitor.start().catch(() => {});
  }

  /** Something may have changed: looks soon. */
  wake(reason: string): void {
    this.#monitor.wake(reason, this.leadsToReplica);
  }

  /** The fixed address leads to a replica: what only a primary may do waits until it leads elsewhere, which nobody tells us. */
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

  /** Commands reach it, or none has tried. */
  isReachable(key: string): boolean {
    return (this.nodes.get(key)?.unreachableReason ?? null) === null;
  }

  /** It does not answer, until `trust`. */
  suspect(key: string): void {
    this.#monitor.suspect(key);
  }

  trust(key: string): void {
    this.#monitor.trust(key);
  }

  roleOf(key: string): Role | null {
    return this.router?.snapshot.nodes.get(key)?.role ?? null;
  }

  /** Of the shard that has the slot; -1: of the only shard, null in a cluster. */
  primaryOf(slot: number): Node | null {
    const { router } = this;
    return router === null || (router.sharded && slot < 0) ? null : router.primaryOf(router.shardFor(slot));
  }

  /** This node knows something new: it is among those that are asked now. */
  probeFirst(key: string, reason: string): void {
    const address = this.#known(key);
    if (address === null) this.wake(reason);
    else this.#monitor.probeFirst(address, reason);
  }

  /** Where a redirection leads, after `addressMap`. `patch`: the slot lives there from now on. */
  redirect(failure: AttemptFailure, to: Redirection, patch: boolean): Address {
    const answered = failure.kind === 'error-reply' ? this.#known(failure.node) : null;
    // An empty host is the host that answered: https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/#moved-redirection
    const host = to.host === '' && answered !== null && 'host' in answered ? answered.host : to.host;
    const address = this.#rules.address({ host, port: to.port });
    if (patch && to.kind !== 'REDIRECT') this.#monitor.slotMoved(to.slot, address);
    else if (to.kind === 'REDIRECT') this.#monitor.wake('REDIRECT');
    return this.#known(addressKey(address)) ?? address;
  }

  knows(announced: Address): boolean {
    return this.#known(addressKey(this.#rules.address(announced))) !== null;
  }

  /** Where we connect to for a node of this name: a server may name it by another one than the views that we have. */
  #known(key: string): Address | null {
    const { router } = this;
    return router === null ? null : (findNode(router.snapshot, key)?.address ?? null);
  }

  // --- nodes

  readonly #nodeEvents: NodeEvents = {
    up: (node) => {
      this.#monitor.trust(node.key);
      this.replicaHealth.up(node);
      this.router?.invalidateAll();
      this.subscriptionListener?.reached(node.key);
      this.#checkConnected();
      this.#listener.topologyChanged();
    },
    down: (node, error) => {
      this.events.emit('reconnecting', { node: node.key, error });
      this.#monitor.suspect(node.key);
      this.replicaHealth.down(node);
      this.router?.invalidateAll();
      if (error instanceof AuthError || error instanceof DatabaseError) {
        this.events.emit('error', error);
        this.#readyWaiters.reject(error);
      } else this.#openOnePrimary();
    },
    suspect: (node) => {
      this.#monitor.suspect(node.key);
    },
    stalling: (node) => {
      const { router } = this;
      // Sentinels say themselves whom they promote, and the old primary of theirs does not wait.
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
    again: () => this.#listener.topologyChanged(),
  };

  #routerFor(snapshot: TopologySnapshot): Router {
    return new Router(snapshot, {
      nodeOf: (info) => this.nodes.at(info.address),
      stateOf: (info) => this.replicaHealth.stateOf(info, this.nodes.at(info.address)),
      used: (shard, policy) => this.replicaHealth.used(shard, policy),
    });
  }

  #readsChanged(shard: number): void {
    // Only for reads that may have waited for this: thousands of writes may wait for something else.
    if (this.router?.invalidate(shard) === true) this.#listener.topologyChanged();
  }

  /** Prefers others for a while. */
  avoid(node: Node): void {
    const now = clock.now();
    if (node.avoidUntil > now) return;
    node.avoidUntil = now + AVOID_MS;
    this.router?.invalidateAll();
    this.#later(AVOID_MS + 1, () => {
      this.router?.invalidateAll();
      this.#listener.topologyChanged();
    });
  }

  /** New connections, for the address may lead to another server; not for each of many refusals. */
  renew(node: Node): void {
    const now = clock.now();
    if (now < node.renewedAt + RENEW_SPACING_MS) return;
    node.renewedAt = now;
    this.#listener.callsReturned(node.renew());
    this.subscriptionListener?.renew(node.key, new ConnectionLostError(`${node.key} may lead to another server`, { node: node.key }));
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
    this.router = this.#routerFor(next);
    const handedOver = previous !== null && !samePrimaries(previous, next);
    if (handedOver) this.offsets.changed();
    const unwritten = this.nodes.adopt(next, previous);
    if (handedOver) this.#listener.reassigned(next, previous);
    this.#listener.callsReturned(unwritten);
    // The connections that are open may still lead to the replica: what waits would be refused there once more.
    if (leadsElsewhere) for (const node of this.nodes.all()) this.#listener.callsReturned(node.renew());
    this.#announce(next, previous);
    this.#checkConnected();
    this.#listener.topologyChanged();
    this.subscriptionListener?.adopted(next);
  }

  /**
   * A probe of a single shard ends with its primary's own word. The first one that does so again is news: who waits to connect to that one need
   * not wait any longer. Only the first, so that a server that hangs up is not hammered.
   */
  #probed(error: unknown): void {
    const { router } = this;
    const reached = error === undefined && router !== null && !router.sharded && router.snapshot.problem === undefined;
    const primary = reached && !this.#reached ? router.primaryOf(0) : null;
    primary?.reopenNow();
    if (primary !== null) this.subscriptionListener?.reached(primary.key);
    this.#reached = reached;
  }

  #announce(next: TopologySnapshot, previous: TopologySnapshot | null): void {
    const primaries = next.shards.flatMap((shard) => (shard.primary === null ? [] : [shard.primary.key]));
    log.topology('%s: primaries %o', next.kind, primaries);
    if (topologyChannel.hasSubscribers) {
      const replicas = next.shards.flatMap((shard) => shard.replicas.map((node) => node.key));
      topologyChannel.publish({ kind: next.kind, primaries, replicas });
    }
    this.events.emit('topology', next);
    for (const change of this.#failoverEvents.between(previous, next)) {
      if (failoverChannel.hasSubscribers) failoverChannel.publish(change);
      this.events.emit('failover', change);
    }
  }

  #probeFailed(error: SlotwiseError): void {
    this.topologyError = error;
    this.events.emit('error', error);
    // Once the nodes are known, what is known serves; before, only a person can mend a wrong configuration.
    if (this.router !== null || !(isMisconfigured(error) || this.#options.failFast)) return;
    this.#readyWaiters.reject(error);
    this.#listener.unrecoverable(error);
    this.subscriptionListener?.unrecoverable(error);
  }

  // --- connect() and the end

  /** Resolves when the topology is known and a primary has shaken hands. */
  connect(timeoutMs: number): Promise<void> {
    const connected = this.#readyWaiters.wait(timeoutMs, () => this.#whyNotConnected(timeoutMs));
    this.#checkConnected();
    return connected;
  }

  #checkConnected(): void {
    const router = this.router;
    if (router === null || (this.#wasReady && !this.#readyWaiters.waiting)) return;
    if (!router.snapshot.shards.some((_, shard) => router.primaryOf(shard)?.ready === true)) {
      this.#openOnePrimary();
      return;
    }
    if (!this.#wasReady) {
      this.#wasReady = true;
      this.events.emit('ready');
    }
    this.#readyWaiters.resolve();
  }

  /** One is enough to know that commands can be served; the others open with their first command. */
  #openOnePrimary(): void {
    const router = this.router;
    if (router === null || !this.#readyWaiters.waiting) return;
    const primaries = router.snapshot.shards
      .flatMap((_, shard) => router.primaryOf(shard) ?? [])
      .filter((node) => node.unreachableReason === null);
    this.#turn++;
    primaries[this.#turn % primaries.length]?.open();
  }

  #whyNotConnected(timeoutMs: number): SlotwiseError {
    const trouble = this.nodes.all().find((node) => node.unreachableReason !== null)?.unreachableReason;
    return this.topologyError ?? trouble ?? new NoNodeError(`no primary could be reached in ${timeoutMs} ms`);
  }

  #ownLogin(): CredentialRefresher {
    return new CredentialRefresher(this.#options.credentials, {
      apply: (credentials) => this.#logIn(credentials),
      failed: (error) => {
        // A refusal is told where it happens.
        if (!(error instanceof AuthError)) this.events.emit('error', error);
      },
    });
  }

  async #logIn(credentials: Credentials): Promise<void> {
    const logins = [this.#control.reauthenticate(credentials), ...this.nodes.all().map((node) => node.reauthenticate(credentials))];
    if (this.subscriptionListener !== null) logins.push(this.subscriptionListener.reauthenticate(credentials));
    const results = await Promise.allSettled(logins);
    const refused = results.flatMap((result) => (result.status === 'rejected' ? (result.reason as AuthError) : [])); // nothing else rejects
    for (const error of refused) this.events.emit('error', error);
    if (refused[0] !== undefined) throw refused[0];
  }

  /** Has every live connection log in again, with what `credentials` gives now. */
  async reauthenticate(): Promise<void> {
    await Promise.all([this.#credentials.renew(), this.sentinels.reauthenticate()]);
  }

  destroy(error: ClosedError): void {
    this.#destroyed = true;
    this.#monitor.stop();
    this.#credentials.stop();
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
