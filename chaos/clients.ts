import type { Driver, DriverOptions, Explained, HostPort, Target } from './driver.js';
import { addressOf, rivals } from './rivals.js';

/** A client as data: how it is opened, and against what it can be. Each imports its library only then: a process holds one client alone. */
export interface Contestant {
  readonly open: (options: DriverOptions) => Promise<Driver>;
  readonly kinds: readonly Target['kind'][];
  /** What has to be installed in `benchmarks/`; null: nothing. */
  readonly module: string | null;
}

/** More than the longest outage at the highest rate: what is measured is not the bound of the queue. */
const QUEUE = { maxCommands: 1_000_000, maxBytes: 1024 ** 3 };

const slotwise = async ({ target, reads, timeoutMs }: DriverOptions): Promise<Driver> => {
  const { createClient, SlotwiseError } = await import('../lib/index.js');
  const topology = target.kind === 'sentinel' ? { ...target, access: {} } : target;
  const redis = createClient({ topology, reads, timeoutMs, queue: QUEUE });
  await redis.connect();
  return {
    incr: (key) => redis.incr(key),
    get: (key) => redis.get(key),
    set: (key, value) => redis.set(key, value),
    lrange: (key) => redis.lrange(key, 0, -1),
    rpush: (key, element) => redis.rpush(key, element),
    blpop: async (key) => (await redis.blpop(key, 0))?.element ?? null,
    subscribe: (kind, name, onMessage, onGap) =>
      kind === 'channel' ? redis.subscribe(name, onMessage, { onGap }) : redis.psubscribe(name, onMessage, { onGap }),
    explain: (error) =>
      error instanceof SlotwiseError
        ? { code: error.code, message: error.message, mayHaveRun: error.executed !== 'no' }
        : { code: 'BUG', message: String(error instanceof Error ? error.stack : error), mayHaveRun: true },
    close: async () => redis.destroy(),
  };
};

/** The rivals' errors do not say whether a command may have run. Those that name a refusal prove that it did not. */
function explain(error: unknown): Explained {
  const message = error instanceof Error ? error.message : String(error);
  const word = /^[A-Z]{2,}(?= )/.exec(message)?.[0];
  const code = word ?? (error instanceof Error ? error.constructor.name : 'unknown');
  return { code, message, mayHaveRun: word === undefined };
}

// The shapes that are used, no more: their packages are not installed where this is checked.
interface Emitting {
  on(event: 'error', listener: (error: unknown) => void): unknown;
  once(event: string, listener: (error?: unknown) => void): unknown;
}
interface IoRedisClient extends Emitting {
  incr(key: string): Promise<number>;
  get(key: string): Promise<string | null>;
  set(key: string, value: string): Promise<unknown>;
  lrange(key: string, start: number, stop: number): Promise<string[]>;
  rpush(key: string, element: string): Promise<number>;
  disconnect(): void;
}
interface IoRedisModule {
  readonly Redis: new (options: object) => IoRedisClient;
  readonly Cluster: new (nodes: readonly HostPort[], options: object) => IoRedisClient;
}

const ioredis = async ({ target, reads }: DriverOptions): Promise<Driver> => {
  const { Redis, Cluster } = rivals('ioredis') as IoRedisModule;
  const client =
    target.kind === 'cluster'
      ? new Cluster(target.seeds, { scaleReads: reads === 'primary' ? 'master' : 'slave' })
      : new Redis(target.kind === 'sentinel' ? { sentinels: target.seeds, name: target.name } : addressOf(target));
  await new Promise<void>((resolve, reject) => {
    client.once('ready', () => resolve());
    client.once('error', reject);
  });
  client.on('error', () => {});
  return {
    incr: (key) => client.incr(key),
    get: (key) => client.get(key),
    set: (key, value) => client.set(key, value),
    lrange: (key) => client.lrange(key, 0, -1),
    rpush: (key, element) => client.rpush(key, element),
    blpop: () => Promise.resolve(null),
    explain,
    close: async () => client.disconnect(),
  };
};

interface NodeRedisClient extends Emitting {
  connect(): Promise<unknown>;
  incr(key: string): Promise<number>;
  get(key: string): Promise<string | null>;
  set(key: string, value: string): Promise<unknown>;
  lRange(key: string, start: number, stop: number): Promise<string[]>;
  rPush(key: string, element: string): Promise<number>;
  destroy(): void | Promise<void>;
}
interface NodeRedisModule {
  createClient(options: object): NodeRedisClient;
  createCluster(options: object): NodeRedisClient;
  createSentinel(options: object): NodeRedisClient;
}

const nodeRedis = async ({ target, reads }: DriverOptions): Promise<Driver> => {
  const { createClient, createCluster, createSentinel } = rivals('redis') as NodeRedisModule;
  const url = ({ host, port }: HostPort): string => `redis://${host}:${port}`;
  const client =
    target.kind === 'cluster'
      ? createCluster({ rootNodes: target.seeds.map((seed) => ({ url: url(seed) })), useReplicas: reads !== 'primary' })
      : target.kind === 'sentinel'
        ? createSentinel({ name: target.name, sentinelRootNodes: target.seeds })
        : createClient({ url: url(addressOf(target)) });
  client.on('error', () => {});
  await client.connect();
  return {
    incr: (key) => client.incr(key),
    get: (key) => client.get(key),
    set: (key, value) => client.set(key, value),
    lrange: (key) => client.lRange(key, 0, -1),
    rpush: (key, element) => client.rPush(key, element),
    blpop: () => Promise.resolve(null),
    explain,
    close: async () => {
      await client.destroy();
    },
  };
};

interface GlideClient {
  incr(key: string): Promise<number>;
  get(key: string): Promise<string | null>;
  set(key: string, value: string): Promise<unknown>;
  lrange(key: string, start: number, stop: number): Promise<unknown[]>;
  rpush(key: string, elements: readonly string[]): Promise<number>;
  close(): void;
}
interface GlideModule {
  readonly GlideClusterClient: { createClient(options: object): Promise<GlideClient> };
}

/** By default glide refuses the 1,001st command in flight and gives up after 250 ms. */
const RAISED_GLIDE = { inflightRequestsLimit: 1_000_000, requestTimeout: 10_000 };

const glide = async ({ target, reads }: DriverOptions): Promise<Driver> => {
  const { GlideClusterClient } = rivals('@valkey/valkey-glide') as GlideModule;
  const addresses = target.kind === 'single' ? [target.address] : target.seeds;
  const readFrom = reads === 'primary' ? 'primary' : 'preferReplica';
  const client = await GlideClusterClient.createClient({ addresses, readFrom, ...RAISED_GLIDE });
  return {
    incr: (key) => client.incr(key),
    get: (key) => client.get(key),
    set: (key, value) => client.set(key, value),
    lrange: (key) => client.lrange(key, 0, -1),
    rpush: (key, element) => client.rpush(key, [element]),
    blpop: () => Promise.resolve(null),
    explain,
    close: async () => client.close(),
  };
};

/** With their own defaults, but for limits that would end the run before the fault does. */
export const contestants = {
  slotwise: { open: slotwise, kinds: ['single', 'replication', 'sentinel', 'cluster'], module: null },
  ioredis: { open: ioredis, kinds: ['single', 'sentinel', 'cluster'], module: 'ioredis' },
  'node-redis': { open: nodeRedis, kinds: ['single', 'sentinel', 'cluster'], module: 'redis' },
  glide: { open: glide, kinds: ['cluster'], module: '@valkey/valkey-glide' },
} as const satisfies Record<string, Contestant>;

export type ContestantName = keyof typeof contestants;

export const contestantNames = Object.keys(contestants) as ContestantName[];
