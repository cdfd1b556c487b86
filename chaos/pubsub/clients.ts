import type { HostPort, Target } from '../driver.js';
import { addressOf, rivals } from '../rivals.js';

export type SubscribedKind = 'channel' | 'shard';

/** What a subscriber is told, on the clock of `Date.now()`. */
export interface Gap {
  readonly sinceMs: number;
  readonly untilMs: number;
}

export interface PubsubDriver {
  /** Resolves when the servers have confirmed. `onGap`: messages of that channel may be missing. */
  subscribe(
    kind: SubscribedKind,
    channels: readonly string[],
    onMessage: (channel: string, message: string) => void,
    onGap: (channel: string, gap: Gap) => void,
  ): Promise<void>;
  publish(kind: SubscribedKind, channel: string, message: string): Promise<unknown>;
  close(): Promise<void>;
}

export interface PubsubContestant {
  readonly open: (target: Target) => Promise<PubsubDriver>;
  readonly kinds: readonly Target['kind'][];
  readonly sharded: boolean;
  /** What has to be installed in `benchmarks/`; null: nothing. */
  readonly module: string | null;
}

const slotwise = async (target: Target): Promise<PubsubDriver> => {
  const { createClient } = await import('../../lib/index.js');
  const redis = createClient({ topology: target.kind === 'sentinel' ? { ...target, access: {} } : target, timeoutMs: 30_000 });
  await redis.connect();
  return {
    subscribe: async (kind, channels, onMessage, onGap) => {
      const listener = (message: string, channel: string): void => onMessage(channel, message);
      const options = { onGap: (gap: Gap & { readonly name: string }) => onGap(gap.name, gap) };
      if (kind === 'channel') await redis.subscribe(channels, listener, options);
      else await redis.ssubscribe(channels, listener, options);
    },
    publish: (kind, channel, message) => (kind === 'channel' ? redis.publish(channel, message) : redis.spublish(channel, message)),
    close: async () => redis.destroy(),
  };
};

// The shapes that are used, no more: their packages are not installed where this is checked.
type OnMessage = (channel: string, message: string) => void;
interface IoRedisClient {
  subscribe(...channels: string[]): Promise<unknown>;
  ssubscribe(...channels: string[]): Promise<unknown>;
  on(event: 'message' | 'smessage', listener: OnMessage): unknown;
  on(event: 'error', listener: () => void): unknown;
  once(event: string, listener: (error?: unknown) => void): unknown;
  disconnect(): void;
}
interface IoRedisModule {
  readonly Redis: new (options: object) => IoRedisClient;
  readonly Cluster: new (nodes: readonly HostPort[], options: object) => IoRedisClient;
}

const unused = (): Promise<never> => Promise.reject(new Error('the publisher is always ours'));

const ioredis = async (target: Target): Promise<PubsubDriver> => {
  const { Redis, Cluster } = rivals('ioredis') as IoRedisModule;
  const client =
    target.kind === 'cluster'
      ? new Cluster(target.seeds, { shardedSubscribers: true })
      : new Redis(target.kind === 'sentinel' ? { sentinels: target.seeds, name: target.name } : addressOf(target));
  await new Promise<void>((resolve, reject) => {
    client.once('ready', () => resolve());
    client.once('error', reject);
  });
  client.on('error', () => {});
  return {
    subscribe: async (kind, channels, onMessage) => {
      client.on(kind === 'channel' ? 'message' : 'smessage', onMessage);
      // Sharded channels of several slots are refused in one call.
      if (kind === 'channel') await client.subscribe(...channels);
      else for (const channel of channels) await client.ssubscribe(channel);
    },
    publish: unused,
    close: async () => client.disconnect(),
  };
};

interface NodeRedisClient {
  connect(): Promise<unknown>;
  on(event: 'error', listener: () => void): unknown;
  subscribe(channel: string, listener: (message: string, channel: string) => void): Promise<unknown>;
  sSubscribe(channel: string, listener: (message: string, channel: string) => void): Promise<unknown>;
  destroy(): void | Promise<void>;
}
interface NodeRedisModule {
  createClient(options: object): NodeRedisClient;
  createCluster(options: object): NodeRedisClient;
  createSentinel(options: object): NodeRedisClient;
}

const nodeRedis = async (target: Target): Promise<PubsubDriver> => {
  const { createClient, createCluster, createSentinel } = rivals('redis') as NodeRedisModule;
  const url = ({ host, port }: HostPort): string => `redis://${host}:${port}`;
  const client =
    target.kind === 'cluster'
      ? createCluster({ rootNodes: target.seeds.map((seed) => ({ url: url(seed) })) })
      : target.kind === 'sentinel'
        ? createSentinel({ name: target.name, sentinelRootNodes: target.seeds })
        : createClient({ url: url(addressOf(target)) });
  client.on('error', () => {});
  await client.connect();
  return {
    subscribe: async (kind, channels, onMessage) => {
      for (const channel of channels) {
        const listener = (message: string): void => onMessage(channel, message);
        await (kind === 'channel' ? client.subscribe(channel, listener) : client.sSubscribe(channel, listener));
      }
    },
    publish: unused,
    close: async () => {
      await client.destroy();
    },
  };
};

interface GlideMessage {
  readonly message: string;
  readonly channel: string;
}
interface GlideModule {
  readonly GlideClusterClient: { createClient(options: object): Promise<{ close(): void }> };
  readonly GlideClusterClientConfiguration: { readonly PubSubChannelModes: { readonly Exact: number; readonly Sharded: number } };
}

/** Its subscriptions are named when the client is made. */
const glide = async (target: Target): Promise<PubsubDriver> => {
  const { GlideClusterClient, GlideClusterClientConfiguration } = rivals('@valkey/valkey-glide') as GlideModule;
  const { Exact, Sharded } = GlideClusterClientConfiguration.PubSubChannelModes;
  const addresses = target.kind === 'single' ? [target.address] : target.seeds;
  const clients: { close(): void }[] = [];
  return {
    subscribe: async (kind, channels, onMessage) => {
      const mode = kind === 'channel' ? Exact : Sharded;
      const callback = ({ channel, message }: GlideMessage): void => onMessage(String(channel), String(message));
      const pubsubSubscriptions = { channelsAndPatterns: { [mode]: new Set(channels) }, callback };
      clients.push(await GlideClusterClient.createClient({ addresses, pubsubSubscriptions }));
    },
    publish: unused,
    close: async () => {
      for (const client of clients) client.close();
    },
  };
};

export const pubsubContestants = {
  slotwise: { open: slotwise, kinds: ['single', 'replication', 'sentinel', 'cluster'], sharded: true, module: null },
  ioredis: { open: ioredis, kinds: ['single', 'sentinel', 'cluster'], sharded: true, module: 'ioredis' },
  'node-redis': { open: nodeRedis, kinds: ['single', 'sentinel', 'cluster'], sharded: true, module: 'redis' },
  glide: { open: glide, kinds: ['cluster'], sharded: true, module: '@valkey/valkey-glide' },
} as const satisfies Record<string, PubsubContestant>;

export type PubsubContestantName = keyof typeof pubsubContestants;
