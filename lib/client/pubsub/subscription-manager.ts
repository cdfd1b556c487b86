import type { ChannelKind } from '../../connection/channel-subscription.js';
import type { ConnectionConfig } from '../../connection/connection.js';
import type { SlotwiseError } from '../../errors.js';
import type { Options } from '../../options/defaults.js';
import { SubscriberPool } from '../../pool/subscriber-pool.js';
import type { Slotting } from '../../routing/keys/slotting.js';
import type { Placement } from '../../routing/pubsub/channel-placement.js';
import { queueMicrotask } from '../../runtime/runtime.js';
import { isMisconfigured } from '../../topology/probe-error.js';
import type { TopologySnapshot } from '../../topology/snapshot.js';
import type { Deployment } from '../nodes/deployment.js';
import type { SubscriptionStats } from '../stats.js';
import { ChannelState } from './channel.js';
import { ChannelPlacer } from './channel-placer.js';
import { GapReporter } from './gap-reporter.js';
import { PrimaryTracker } from './primary-tracker.js';
import type { SubscribeLimits, SubscribeRequest } from './subscribe-request.js';
import { type GroupHost, SubscriptionGroup } from './subscription.js';
import type { SubscriptionDeployment } from './subscription-deployment.js';
import type { SubscriptionHandler } from './subscription-handler.js';

/** Registry of the subscriptions of a client: its groups, its channels, and the connections they share. See docs/pubsub.md. */
export class SubscriptionManager {
  readonly reporter: GapReporter;
  readonly primaries: PrimaryTracker;
  readonly #deployment: SubscriptionDeployment;
  readonly #slotting: Slotting | null;
  readonly #pool: SubscriberPool;
  readonly #placer: ChannelPlacer;
  readonly #channels = new Map<string, ChannelState>();
  readonly #ids = new WeakMap<ChannelState, string>();
  /** Channels in the slot of their name, which in a ring is another one when the members are others. */
  readonly #byName = new Set<ChannelState>();
  readonly #groups = new Set<SubscriptionGroup>();
  /** Nodes whose subscribers were slow to answer a PING, or lost. */
  readonly #suspects = new Set<string>();
  readonly #groupHost: GroupHost = {
    abandoned: (channel) => this.#remove(channel),
    ended: (group) => this.#groups.delete(group),
  };

  constructor(
    options: Options,
    deployment: SubscriptionDeployment & Pick<Deployment, 'bus' | 'credentials' | 'slotting'> & Partial<Pick<Deployment, 'dialects'>>,
  ) {
    this.#deployment = deployment;
    this.#slotting = deployment.slotting;
    this.reporter = new GapReporter(deployment.events);
    this.primaries = new PrimaryTracker(deployment);
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
      dialects: deployment.dialects ?? null,
    };
    this.#pool = new SubscriberPool(
      { connection, reconnect, idleMs: pool.idleMs },
      {
        stalled: (key) => this.#suspect(key),
        recovered: (key) => {
          this.#deployment.failures.recovered(key);
          this.#trust(key);
        },
        lost: (key, error) => this.#lost(key, error),
        backoffEnded: () => this.#placeAll(),
      },
    );
    this.#placer = new ChannelPlacer(deployment, this.#pool, this.reporter, options.failFast);
    deployment.bus
      .on('snapshot', (snapshot) => this.#adopt(snapshot))
      .on('keysPlaced', () => {
        if (deployment.snapshot !== null) this.#adopt(deployment.snapshot);
      })
      .on('nodeUp', (key) => this.#pool.reopenNow(key))
      .on('renewed', (key, error) => this.#pool.renew(key, error))
      .on('unrecoverable', (error) => {
        for (const channel of this.#channels.values()) channel.refuse(error);
      });
    deployment.credentials.add(() => [this.#pool]);
  }

  /**
   * Begins to listen. `confirmed` of the group resolves when the servers have confirmed all names; it rejects at the deadline, by the
   * signal, or if a server refuses. `closed`: the client has ended.
   */
  listen(
    { kind, names, node = '', slot }: SubscribeRequest,
    handler: SubscriptionHandler,
    limits: SubscribeLimits,
    closed: SlotwiseError | null,
  ): SubscriptionGroup {
    const channels = [...new Set(names.map((name) => this.#channelFor(kind, name, { node, slot })))];
    const group = new SubscriptionGroup(kind, channels, handler, limits, this.#groupHost);
    this.#groups.add(group);
    group.start(closed);
    for (const channel of channels) if (channel.state === 'waiting') this.#placer.place(channel);
    return group;
  }

  #channelFor(kind: ChannelKind, name: Buffer, { node = '', slot }: Pick<SubscribeRequest, 'node' | 'slot'>): ChannelState {
    const id = `${kind} ${node} ${slot ?? ''} ${name.toString('latin1')}`;
    let channel = this.#channels.get(id);
    if (channel === undefined) {
      const bound: Placement['bound'] =
        node !== '' ? 'node' : kind === 'shard' || this.#slotting?.slotsBind === false ? 'slot' : 'anywhere';
      const own = slot ?? this.#slotting?.slotOf(name) ?? -1;
      channel = new ChannelState(kind, name, { bound, node, slot: own }, this.#placer, this.reporter);
      this.#channels.set(id, channel);
      this.#ids.set(channel, id);
      if (bound === 'slot' && slot === undefined) this.#byName.add(channel);
    }
    return channel;
  }

  #remove(channel: ChannelState): Promise<void> {
    this.#channels.delete(this.#ids.get(channel) ?? '');
    this.#byName.delete(channel);
    const { node } = channel;
    const ended = channel.end();
    if (node !== null) this.#pool.channelLeft(node);
    return ended;
  }

  #placeAll(): void {
    for (const channel of this.#channels.values()) if (channel.state === 'waiting') this.#placer.place(channel);
  }

  /** Another snapshot: channels at a wrong node move, and those without a node are tried again. */
  #adopt(snapshot: TopologySnapshot): void {
    if (this.#slotting?.slotsBind === false) for (const channel of this.#byName) channel.rebind(this.#slotting);
    for (const channel of [...this.#channels.values()]) this.#placer.leaveWrongNode(channel, snapshot);
    for (const key of this.#pool.keys()) if (!snapshot.nodes.has(key)) this.#pool.forget(key);
    for (const key of this.primaries.keys) this.#pool.reopenNow(key);
    this.#placeAll();
    for (const key of this.#pool.keys()) this.#pool.channelLeft(key);
    this.primaries.topologyChanged();
  }

  // --- events of the connections

  #lost(key: string, error: SlotwiseError): void {
    this.#deployment.events.emit('reconnecting', { node: key, error });
    if (isMisconfigured(error)) this.#deployment.failures.failed(key, error);
    this.#suspect(key);
    // Once its channels have looked for another node: without a channel that waits for this one, nothing would notice that it lives again.
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

  // ---

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
      ...this.reporter.counters,
    };
  }

  destroy(error: SlotwiseError): void {
    for (const group of [...this.#groups]) group.close(error);
    this.#pool.destroy();
  }
}
