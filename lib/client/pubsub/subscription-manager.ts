import type { ConnectionConfig } from '../../connection/connection.js';
import type { Subscriber, TopicKind } from '../../connection/subscriber.js';
import { gapChannel, log } from '../../diagnostics.js';
import { type ListenerError, NoNodeError, ReplyError, SlotwiseError } from '../../errors.js';
import { type Address, addressKey, type Credentials, type Options } from '../../options/index.js';
import { SubscriberPool } from '../../pool/subscriber-pool.js';
import type { Failure } from '../../protocol/command-spec.js';
import type { Redirection } from '../../protocol/resp/reply-error.js';
import { slotOfKey } from '../../routing/keys/slots.js';
import { placeOf, type Wanted } from '../../routing/pubsub/channel-placement.js';
import { retry } from '../../routing/retry.js';
import { isMisconfigured } from '../../topology/probe-error.js';
import type { NodeInfo, TopologySnapshot } from '../../topology/snapshot.js';
import { backoffMs } from '../../util/backoff.js';
import { HANDED_ON_MS } from '../dispatch/handover-barrier.js';
import type { Emitter } from '../emitter.js';
import type { Gap, GapReason } from '../gap.js';
import type { ClientEvents, ServersFollower } from '../nodes/deployment.js';
import type { SubscriptionStats } from '../stats.js';
import { Topic, type TopicHost } from './channel.js';
import { type Limits, type Party, TopicGroup } from './subscription.js';

/** What is known of the servers, as far as subscriptions need it. */
export interface SubscriptionServers {
  readonly snapshot: TopologySnapshot | null;
  /** When the last probe began that found the servers as `snapshot` says, in ms since 1970. */
  readonly provenAt: number;
  /** Commands reach it, or nobody has tried. */
  isReachable(key: string): boolean;
  wake(reason: string): void;
  /** This node knows something new. */
  heardOf(key: string, reason: string): void;
  /** It does not answer, until `trust`. */
  suspect(key: string): void;
  trust(key: string): void;
  redirect(failure: Failure, to: Redirection, patch: boolean): Address;
  /** Does a node have this address, as the servers name it? */
  knows(address: Address): boolean;
  readonly events: Emitter<ClientEvents>;
}

/** What to listen to. */
export interface Wish {
  readonly kind: TopicKind;
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
export class Subscriptions implements TopicHost, ServersFollower {
  readonly tally = { messages: 0, gaps: 0, dropped: 0 };
  readonly #options: Options;
  readonly #servers: SubscriptionServers;
  readonly #pool: SubscriberPool;
  readonly #topics = new Map<string, Topic>();
  readonly #groups = new Set<TopicGroup>();
  readonly #watchers = new Set<() => void>();
  /** Refused, and said so: once until it is live again. */
  readonly #told = new WeakSet<Topic>();
  /** Nodes that were slow to give a sign of life. */
  readonly #suspects = new Set<string>();
  #closed: SlotwiseError | null = null;

  constructor(options: Options, servers: SubscriptionServers) {
    this.#options = options;
    this.#servers = servers;
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
        silent: (key) => this.#suspect(key),
        alive: (key) => this.#trust(key),
        lost: (key, error) => this.#lost(key, error),
        again: () => this.#seekAll(),
      },
    );
  }

  /** Begins to listen. `begun` resolves when the servers have confirmed all names; it rejects at the deadline, by the signal, or if one refuses. */
  listen({ kind, names, node = '' }: Wish, party: Party, limits: Limits, closed: SlotwiseError | null = this.#closed): TopicGroup {
    const topics = [...new Set(names.map((name) => this.#topicFor(kind, name, node)))];
    const group = new TopicGroup(kind, topics, party, limits, {
      left: (one) => this.#left(one),
      over: (one) => this.#groups.delete(one),
    });
    this.#groups.add(group);
    group.begin(closed);
    for (const topic of topics) if (topic.state === 'waiting') this.#seek(topic);
    return group;
  }

  #topicFor(kind: TopicKind, name: Buffer, node: string): Topic {
    const id = idOf(kind, name, node);
    let topic = this.#topics.get(id);
    if (topic === undefined) {
      const bound: Wanted['bound'] = node !== '' ? 'node' : kind === 'shard' ? 'slot' : 'anywhere';
      topic = new Topic(this, kind, name, { bound, node, slot: slotOfKey(name) });
      this.#topics.set(id, topic);
    }
    return topic;
  }

  #left(topic: Topic): Promise<void> {
    this.#topics.delete(idOf(topic.kind, topic.name, topic.wanted.node));
    const { node } = topic;
    const ended = topic.end();
    if (node !== null) this.#pool.topicLeft(node);
    return ended;
  }

  // --- finding a place

  readonly #reachable = (key: string): boolean => !this.#pool.isDown(key) && this.#servers.isReachable(key);

  #seekAll(): void {
    for (const topic of this.#topics.values()) if (topic.state === 'waiting') this.#seek(topic);
  }

  #seek(topic: Topic): void {
    clearTimeout(topic.timer);
    const { snapshot } = this.#servers;
    // The first probe may take its time: nothing speaks against the servers yet.
    if (snapshot === null || this.#closed !== null) return;
    const place = placeOf(topic.wanted, snapshot, null, this.#reachable);
    if (place === null) this.#servers.wake('a subscription has no node');
    else if (topic.wanted.bound === 'anywhere' && snapshot.slots !== null) {
      const inMs = handedOnInMs(topic, place.key);
      if (inMs > 0) {
        this.#seekLater(topic, inMs);
        return;
      }
    }
    const subscriber = place === null ? null : this.#pool.at(place.address);
    if (subscriber !== null) this.#sit(topic, subscriber);
    else if (this.#options.failFast) this.#refuse(topic, noNode(topic));
  }

  #sit(topic: Topic, subscriber: Subscriber): void {
    const onPrimary = topic.wanted.bound === 'slot' && this.#servers.snapshot?.kind === 'cluster' && topic.misplacements < PROOF.wanted;
    topic.sit(subscriber, onPrimary);
  }

  #seekLater(topic: Topic, delayMs: number): void {
    clearTimeout(topic.timer);
    topic.timer = setTimeout(() => {
      if (topic.state === 'waiting') this.#seek(topic);
    }, delayMs);
  }

  /** The topic goes on; who has not begun to listen is told why it cannot. */
  #refuse(topic: Topic, error: SlotwiseError): void {
    for (const member of topic.members) if (!member.begun) member.settled(error);
  }

  // --- TopicHost

  unseated(topic: Topic, error: SlotwiseError | null): void {
    if (topic.state !== 'waiting') return;
    if (error !== null && isMisconfigured(error)) this.#refuse(topic, error);
    // Otherwise its connection ended: the pool says when to try again, and the servers what is new.
    if (topic.state === 'waiting') this.#seek(topic);
  }

  /** By its server, which says so: its slot has left. */
  evicted(topic: Topic, node: string): void {
    this.#servers.heardOf(node, `${node} dropped ${topic.text}`);
    this.unseated(topic, null);
  }

  misplaced(topic: Topic, node: string, primary: Address): void {
    if (topic.misplacements <= PROOF.followed && this.#servers.knows(primary)) {
      // As replicas answer to all other commands.
      this.refused(topic, new ReplyError('MOVED', `MOVED ${topic.wanted.slot} ${addressKey(primary)}`, { node }));
      return;
    }
    // Servers may replicate by other addresses than those for clients, and two may name each other for a moment.
    this.#servers.heardOf(node, `${node} is a replica`);
    this.#seekLater(topic, backoffMs(topic.refusals - 1, RETRY));
  }

  refused(topic: Topic, error: ReplyError): void {
    const node = error.node ?? '';
    const failure: Failure = { kind: 'reply', error, node };
    const facts = { repeatable: true, script: false, slot: topic.wanted.slot, attempts: topic.refusals, redirects: topic.redirects };
    const decision = retry(failure, facts);
    log.pubsub('%s refuses %s %s: %s', node, topic.kind, topic.text, error.message);
    if (decision.act === 'resend' && !decision.asking) {
      topic.redirects++;
      // What the servers' side learns from it may have seated the topic already.
      const address = this.#servers.redirect(failure, decision.to, decision.patch);
      if (topic.state !== 'waiting') return;
      const subscriber = decision.afterMs === 0 ? this.#pool.at(address) : null;
      if (subscriber !== null) this.#sit(topic, subscriber);
      else this.#seekLater(topic, Math.max(RETRY.minMs, decision.afterMs));
      return;
    }
    if (decision.act === 'reject') {
      this.#refuse(topic, error);
      // Those who listened before wait for somebody to mend it.
      if (topic.members.length > 0 && !this.#told.has(topic)) {
        this.#told.add(topic);
        this.#servers.events.emit('error', error);
      }
    } else this.#servers.wake(error.message);
    if (topic.state === 'waiting') this.#seekLater(topic, backoffMs(topic.refusals - 1, RETRY));
  }

  confirmed(topic: Topic): void {
    this.#told.delete(topic);
    if (log.pubsub.enabled) log.pubsub('%s %s is live on %s', topic.kind, topic.text, topic.node);
  }

  gap(gap: Gap): void {
    this.tally.gaps++;
    this.tell(gap);
  }

  /** A full buffer dropped one more message. */
  dropped(first: boolean): void {
    this.tally.dropped++;
    if (first) this.tally.gaps++;
  }

  /** Keys of the primaries there are. */
  get primaries(): string[] {
    const { snapshot } = this.#servers;
    return snapshot === null ? [] : primariesOf(snapshot).map(({ key }) => key);
  }

  get provenAt(): number {
    return this.#servers.provenAt;
  }

  /** Calls `run` after every change of the topology. The function returned ends that. */
  onTopology(run: () => void): () => void {
    this.#watchers.add(run);
    return () => this.#watchers.delete(run);
  }

  /** What no promise reports. */
  tellError(error: unknown): void {
    if (error instanceof SlotwiseError) this.#servers.events.emit('error', error);
  }

  /** A listener of the user's failed. */
  report(error: ListenerError): void {
    this.#servers.events.emit('error', error);
  }

  /** Tells a gap to whoever listens to the client. */
  tell(gap: Gap): void {
    if (log.pubsub.enabled) log.pubsub('gap in %s %s: %s, %d ms', gap.kind, gap.name, gap.reason, gap.untilMs - gap.sinceMs);
    if (gapChannel.hasSubscribers) gapChannel.publish(gap);
    this.#servers.events.emit('gap', gap);
  }

  // --- what the servers' side tells

  /** Another snapshot: who sits in the wrong place moves, who has none looks again. */
  adopted(snapshot: TopologySnapshot): void {
    for (const topic of [...this.#topics.values()]) {
      const { node } = topic;
      if (node === null) continue;
      const place = placeOf(topic.wanted, snapshot, node, this.#reachable);
      if (place?.key === node) continue;
      // Nobody is named in its stead: the old place is better than none, while it is there.
      if (place === null && snapshot.nodes.has(node)) continue;
      topic.leave(reasonOf(topic.wanted, snapshot, node));
    }
    for (const key of this.#pool.keys()) if (!snapshot.nodes.has(key)) this.#pool.forget(key);
    for (const { key } of primariesOf(snapshot)) this.#pool.reopenNow(key);
    this.#seekAll();
    for (const key of this.#pool.keys()) this.#pool.topicLeft(key);
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
  hopeless(error: SlotwiseError): void {
    for (const topic of this.#topics.values()) this.#refuse(topic, error);
  }

  #lost(key: string, error: SlotwiseError): void {
    this.#servers.events.emit('reconnecting', { node: key, error });
    if (isMisconfigured(error)) this.#servers.events.emit('error', error);
    this.#suspect(key);
    // Once its topics have looked for another place: nobody will notice that it lives if nobody waits for it.
    queueMicrotask(() => {
      if (![...this.#topics.values()].some(({ state, node }) => state === 'waiting' || node === key)) this.#trust(key);
    });
  }

  #suspect(key: string): void {
    this.#suspects.add(key);
    this.#servers.suspect(key);
  }

  #trust(key: string): void {
    if (this.#suspects.delete(key)) this.#servers.trust(key);
  }

  reauthenticate(credentials: Credentials): Promise<void> {
    return this.#pool.reauthenticate(credentials);
  }

  // --- the end, and looking in

  get stats(): SubscriptionStats {
    const count = { channel: 0, pattern: 0, shard: 0 };
    let waiting = 0;
    for (const { kind, state } of this.#topics.values()) {
      count[kind]++;
      if (state !== 'live') waiting++;
    }
    return {
      channels: count.channel,
      patterns: count.pattern,
      shardChannels: count.shard,
      waiting,
      connections: this.#pool.size,
      ...this.tally,
    };
  }

  destroy(error: SlotwiseError): void {
    this.#closed = error;
    for (const group of [...this.#groups]) group.endWith(error);
    this.#pool.destroy();
  }
}

function idOf(kind: TopicKind, name: Buffer, node: string): string {
  return `${kind} ${node} ${name.toString('latin1')}`;
}

/** In how many ms another node has been handed, and has dropped, what the last one delivered: until then it would deliver that once more. */
function handedOnInMs({ left }: Topic, key: string): number {
  return left === null || left.node === key ? 0 : left.at + HANDED_ON_MS - performance.now();
}

function noNode({ text, trouble }: Topic): NoNodeError {
  return new NoNodeError(`subscribing to ${text}: ${trouble?.message ?? 'no node serves it at the moment'}`, {
    cause: trouble ?? undefined,
  });
}

function primariesOf({ shards }: TopologySnapshot): NodeInfo[] {
  return shards.flatMap(({ primary }) => primary ?? []);
}

/** Why a topic cannot stay at its node. */
function reasonOf({ bound }: Wanted, snapshot: TopologySnapshot, node: string): GapReason {
  const info = snapshot.nodes.get(node);
  if (info === undefined) return 'removed';
  return bound === 'slot' && snapshot.slots !== null && info.role === 'primary' && info.usable ? 'moved' : 'failover';
}
