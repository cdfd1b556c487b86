import type { ConnectionConfig } from '../../connection/connection.js';
import type { ChannelKind, Subscriber } from '../../connection/subscriber.js';
import { gapChannel, log } from '../../diagnostics.js';
import { type ListenerError, NoNodeError, ReplyError, SlotwiseError } from '../../errors.js';
import { type Address, addressKey } from '../../options/address.js';
import type { Options } from '../../options/defaults.js';
import type { Credentials } from '../../options/topology.js';
import { SubscriberPool } from '../../pool/subscriber-pool.js';
import type { AttemptFailure } from '../../protocol/call.js';
import type { Redirection } from '../../protocol/resp/reply-error.js';
import { slotOfKey } from '../../routing/keys/slots.js';
import { nodeForChannel, type Placement } from '../../routing/pubsub/channel-placement.js';
import { PROPAGATION_MS } from '../../routing/pubsub/propagation-delay.js';
import { retry } from '../../routing/retry.js';
import { isMisconfigured } from '../../topology/probe-error.js';
import type { NodeInfo, TopologySnapshot } from '../../topology/snapshot.js';
import { backoffMs } from '../../util/backoff.js';
import type { Emitter } from '../emitter.js';
import type { ClientEvents } from '../events.js';
import type { Gap, GapReason } from '../gap.js';
import type { SubscriptionListener } from '../nodes/deployment.js';
import type { SubscriptionStats } from '../stats.js';
import { type ChannelHost, ChannelState } from './channel.js';
import { type SubscribeLimits, SubscriptionGroup, type SubscriptionHandler } from './subscription.js';

/** What is known of the servers, as far as subscriptions need it. */
export interface SubscriptionDeployment {
  readonly snapshot: TopologySnapshot | null;
  /** When the last probe began that found the servers as `snapshot` says, in ms since 1970. */
  readonly confirmedAtMs: number;
  /** Commands reach it, or nobody has tried. */
  isReachable(key: string): boolean;
  wake(reason: string): void;
  /** This node knows something new. */
  probeFirst(key: string, reason: string): void;
  /** It does not answer, until `trust`. */
  suspect(key: string): void;
  trust(key: string): void;
  redirect(failure: AttemptFailure, to: Redirection, patch: boolean): Address;
  /** Does a node have this address, as the servers name it? */
  knows(address: Address): boolean;
  readonly events: Emitter<ClientEvents>;
}

/** What to listen to. */
export interface SubscribeRequest {
  readonly kind: ChannelKind;
  readonly names: readonly Buffer[];
  /** Key of the one node it is for; default none. */
  readonly node?: string;
}

const RETRY = { minMs: 10, maxMs: 2_000 };
/**
 * So often in a row a topic follows a replica to the primary that it names, before it waits for the monitor. And after so many replicas, which take some
 * seconds, the slot map is believed: the primaries of a cluster may be replicas of another cluster's.
 */
const PROOF = { followed: 2, wanted: 12 };

/** All subscriptions of a client: finds each topic its place, and another one when the servers change. See docs/pubsub.md. */
export class SubscriptionManager implements ChannelHost, SubscriptionListener {
  readonly counters = { messages: 0, gaps: 0, dropped: 0 };
  readonly #options: Options;
  readonly #deployment: SubscriptionDeployment;
  readonly #pool: SubscriberPool;
  readonly #channels = new Map<string, ChannelState>();
  readonly #groups = new Set<SubscriptionGroup>();
  readonly #watchers = new Set<() => void>();
  /** Refused, and said so: once until it is live again. */
  readonly #reportedErrors = new WeakSet<ChannelState>();
  /** Nodes that were slow to give a sign of life. */
  readonly #suspects = new Set<string>();
  #closed: SlotwiseError | null = null;

  constructor(options: Options, servers: SubscriptionDeployment) {
    this.#options = options;
    this.#deployment = servers;
    const { tls, connectTimeoutMs, keepAliveMs, protocol, credentials, clientName, reconnect, pool } = options;
    // Channels belong to no database.
    const connection: Omit<ConnectionConfig, 'address'> = {
      tls,
      connectTimeoutMs,
      keepAliveMs,
      protocol,
      credentials,
      clientName,
      database: 0,
      readonly: false,
    };
    this.#pool = new SubscriberPool(
      { connection, reconnect, idleMs: pool.idleMs },
      {
        stalled: (key) => this.#suspect(key),
        recovered: (key) => this.#trust(key),
        lost: (key, error) => this.#lost(key, error),
        again: () => this.#placeAll(),
      },
    );
  }

  /** Begins to listen. `begun` resolves when the servers have confirmed all names; it rejects at the deadline, by the signal, or if one refuses. */
  listen(
    { kind, names, node = '' }: SubscribeRequest,
    handler: SubscriptionHandler,
    limits: SubscribeLimits,
    closed: SlotwiseError | null = this.#closed,
  ): SubscriptionGroup {
    const channels = [...new Set(names.map((name) => this.#channelFor(kind, name, node)))];
    const group = new SubscriptionGroup(kind, channels, handler, limits, {
      left: (one) => this.#left(one),
      over: (one) => this.#groups.delete(one),
    });
    this.#groups.add(group);
    group.begin(closed);
    for (const channel of channels) if (channel.state === 'waiting') this.#place(channel);
    return group;
  }

  #channelFor(kind: ChannelKind, name: Buffer, node: string): ChannelState {
    const id = idOf(kind, name, node);
    let channel = this.#channels.get(id);
    if (channel === undefined) {
      const bound: Placement['bound'] = node !== '' ? 'node' : kind === 'shard' ? 'slot' : 'anywhere';
      channel = new ChannelState(this, kind, name, { bound, node, slot: slotOfKey(name) });
      this.#channels.set(id, channel);
    }
    return channel;
  }

  #left(channel: ChannelState): Promise<void> {
    this.#channels.delete(idOf(channel.kind, channel.name, channel.placement.node));
    const { node } = channel;
    const ended = channel.end();
    if (node !== null) this.#pool.channelLeft(node);
    return ended;
  }

  // --- finding a place

  readonly #reachable = (key: string): boolean => !this.#pool.isDown(key) && this.#deployment.isReachable(key);

  #placeAll(): void {
    for (const channel of this.#channels.values()) if (channel.state === 'waiting') this.#place(channel);
  }

  #place(channel: ChannelState): void {
    clearTimeout(channel.timer);
    const { snapshot } = this.#deployment;
    // The first probe may take its time: nothing speaks against the servers yet.
    if (snapshot === null || this.#closed !== null) return;
    const place = nodeForChannel(channel.placement, snapshot, null, this.#reachable);
    if (place === null) this.#deployment.wake('a subscription has no node');
    else if (channel.placement.bound === 'anywhere' && snapshot.slots !== null) {
      const inMs = handedOnInMs(channel, place.key);
      if (inMs > 0) {
        this.#placeLater(channel, inMs);
        return;
      }
    }
    const subscriber = place === null ? null : this.#pool.at(place.address);
    if (subscriber !== null) this.#subscribeAt(channel, subscriber);
    else if (this.#options.failFast) this.#refuse(channel, noNode(channel));
  }

  #subscribeAt(channel: ChannelState, subscriber: Subscriber): void {
    const onPrimary =
      channel.placement.bound === 'slot' && this.#deployment.snapshot?.kind === 'cluster' && channel.replicaAnswers < PROOF.wanted;
    channel.subscribeAt(subscriber, onPrimary);
  }

  #placeLater(channel: ChannelState, delayMs: number): void {
    clearTimeout(channel.timer);
    channel.timer = setTimeout(() => {
      if (channel.state === 'waiting') this.#place(channel);
    }, delayMs);
  }

  /** The topic goes on; who has not begun to listen is told why it cannot. */
  #refuse(channel: ChannelState, error: SlotwiseError): void {
    for (const member of channel.members) if (!member.begun) member.settled(error);
  }

  // --- TopicHost

  unplaced(channel: ChannelState, error: SlotwiseError | null): void {
    if (channel.state !== 'waiting') return;
    if (error !== null && isMisconfigured(error)) this.#refuse(channel, error);
    // Otherwise its connection ended: the pool says when to try again, and the servers what is new.
    if (channel.state === 'waiting') this.#place(channel);
  }

  /** By its server, which says so: its slot has left. */
  serverUnsubscribed(channel: ChannelState, node: string): void {
    this.#deployment.probeFirst(node, `${node} dropped ${channel.text}`);
    this.unplaced(channel, null);
  }

  notPrimary(channel: ChannelState, node: string, primary: Address): void {
    if (channel.replicaAnswers <= PROOF.followed && this.#deployment.knows(primary)) {
      // As replicas answer to all other commands.
      this.refused(channel, new ReplyError('MOVED', `MOVED ${channel.placement.slot} ${addressKey(primary)}`, { node }));
      return;
    }
    // Servers may replicate by other addresses than those for clients, and two may name each other for a moment.
    this.#deployment.probeFirst(node, `${node} is a replica`);
    this.#placeLater(channel, backoffMs(channel.refusals - 1, RETRY));
  }

  refused(channel: ChannelState, error: ReplyError): void {
    const node = error.node ?? '';
    const failure: AttemptFailure = { kind: 'error-reply', error, node };
    const facts = {
      repeatable: true,
      script: false,
      slot: channel.placement.slot,
      attempts: channel.refusals,
      redirects: channel.redirects,
    };
    const decision = retry(failure, facts);
    log.pubsub('%s refuses %s %s: %s', node, channel.kind, channel.text, error.message);
    if (decision.act === 'resend' && !decision.asking) {
      channel.redirects++;
      // What the servers' side learns from it may have seated the topic already.
      const address = this.#deployment.redirect(failure, decision.to, decision.patch);
      if (channel.state !== 'waiting') return;
      const subscriber = decision.afterMs === 0 ? this.#pool.at(address) : null;
      if (subscriber !== null) this.#subscribeAt(channel, subscriber);
      else this.#placeLater(channel, Math.max(RETRY.minMs, decision.afterMs));
      return;
    }
    if (decision.act === 'reject') {
      this.#refuse(channel, error);
      // Those who listened before wait for somebody to mend it.
      if (channel.members.length > 0 && !this.#reportedErrors.has(channel)) {
        this.#reportedErrors.add(channel);
        this.#deployment.events.emit('error', error);
      }
    } else this.#deployment.wake(error.message);
    if (channel.state === 'waiting') this.#placeLater(channel, backoffMs(channel.refusals - 1, RETRY));
  }

  confirmed(channel: ChannelState): void {
    this.#reportedErrors.delete(channel);
    if (log.pubsub.enabled) log.pubsub('%s %s is live on %s', channel.kind, channel.text, channel.node);
  }

  gap(gap: Gap): void {
    this.counters.gaps++;
    this.publishGap(gap);
  }

  /** A full buffer dropped one more message. */
  dropped(first: boolean): void {
    this.counters.dropped++;
    if (first) this.counters.gaps++;
  }

  /** Keys of the primaries there are. */
  get primaries(): string[] {
    const { snapshot } = this.#deployment;
    return snapshot === null ? [] : primariesOf(snapshot).map(({ key }) => key);
  }

  get confirmedAtMs(): number {
    return this.#deployment.confirmedAtMs;
  }

  /** Calls `run` after every change of the topology. The function returned ends that. */
  onTopology(run: () => void): () => void {
    this.#watchers.add(run);
    return () => this.#watchers.delete(run);
  }

  /** What no promise reports. */
  tellError(error: unknown): void {
    if (error instanceof SlotwiseError) this.#deployment.events.emit('error', error);
  }

  /** A listener of the user's failed. */
  report(error: ListenerError): void {
    this.#deployment.events.emit('error', error);
  }

  /** Tells a gap to whoever listens to the client. */
  publishGap(gap: Gap): void {
    if (log.pubsub.enabled) log.pubsub('gap in %s %s: %s, %d ms', gap.kind, gap.name, gap.reason, gap.untilMs - gap.sinceMs);
    if (gapChannel.hasSubscribers) gapChannel.publish(gap);
    this.#deployment.events.emit('gap', gap);
  }

  // --- what the servers' side tells

  /** Another snapshot: who sits in the wrong place moves, who has none looks again. */
  adopted(snapshot: TopologySnapshot): void {
    for (const channel of [...this.#channels.values()]) {
      const { node } = channel;
      if (node === null) continue;
      const place = nodeForChannel(channel.placement, snapshot, node, this.#reachable);
      if (place?.key === node) continue;
      // Nobody is named in its stead: the old place is better than none, while it is there.
      if (place === null && snapshot.nodes.has(node)) continue;
      channel.leave(reasonOf(channel.placement, snapshot, node));
    }
    for (const key of this.#pool.keys()) if (!snapshot.nodes.has(key)) this.#pool.forget(key);
    for (const { key } of primariesOf(snapshot)) this.#pool.reopenNow(key);
    this.#placeAll();
    for (const key of this.#pool.keys()) this.#pool.channelLeft(key);
    for (const run of [...this.#watchers]) run();
  }

  /** This node was reached by other means. */
  reached(key: string): void {
    this.#pool.reopenNow(key);
  }

  /** The address may lead to another server by now. */
  renew(key: string, error: SlotwiseError): void {
    this.#pool.renew(key, error);
  }

  /** Nothing is known, and waiting will not mend it. */
  unrecoverable(error: SlotwiseError): void {
    for (const channel of this.#channels.values()) this.#refuse(channel, error);
  }

  #lost(key: string, error: SlotwiseError): void {
    this.#deployment.events.emit('reconnecting', { node: key, error });
    if (isMisconfigured(error)) this.#deployment.events.emit('error', error);
    this.#suspect(key);
    // Once its topics have looked for another place: nobody will notice that it lives if nobody waits for it.
    queueMicrotask(() => {
      if (![...this.#channels.values()].some(({ state, node }) => state === 'waiting' || node === key)) this.#trust(key);
    });
  }

  #suspect(key: string): void {
    this.#suspects.add(key);
    this.#deployment.suspect(key);
  }

  #trust(key: string): void {
    if (this.#suspects.delete(key)) this.#deployment.trust(key);
  }

  reauthenticate(credentials: Credentials): Promise<void> {
    return this.#pool.reauthenticate(credentials);
  }

  // --- the end, and looking in

  get stats(): SubscriptionStats {
    const count = { channel: 0, pattern: 0, shard: 0 };
    let waiting = 0;
    for (const { kind, state } of this.#channels.values()) {
      count[kind]++;
      if (state !== 'live') waiting++;
    }
    return {
      channels: count.channel,
      patterns: count.pattern,
      shardChannels: count.shard,
      waiting,
      connections: this.#pool.size,
      ...this.counters,
    };
  }

  destroy(error: SlotwiseError): void {
    this.#closed = error;
    for (const group of [...this.#groups]) group.endWith(error);
    this.#pool.destroy();
  }
}

function idOf(kind: ChannelKind, name: Buffer, node: string): string {
  return `${kind} ${node} ${name.toString('latin1')}`;
}

/** In how many ms another node has been handed, and has dropped, what the last one delivered: until then it would deliver that once more. */
function handedOnInMs({ left }: ChannelState, key: string): number {
  return left === null || left.node === key ? 0 : left.at + PROPAGATION_MS - performance.now();
}

function noNode({ text, lastError }: ChannelState): NoNodeError {
  return new NoNodeError(`subscribing to ${text}: ${lastError?.message ?? 'no node serves it at the moment'}`, {
    cause: lastError ?? undefined,
  });
}

function primariesOf({ shards }: TopologySnapshot): NodeInfo[] {
  return shards.flatMap(({ primary }) => primary ?? []);
}

/** Why a topic cannot stay at its node. */
function reasonOf({ bound }: Placement, snapshot: TopologySnapshot, node: string): GapReason {
  const info = snapshot.nodes.get(node);
  if (info === undefined) return 'removed';
  return bound === 'slot' && snapshot.slots !== null && info.role === 'primary' && info.usable ? 'moved' : 'failover';
}
