// Programs as people write them for ioredis. Each compiles against the types of ioredis and against those of slotwise/ioredis.
import { readFileSync } from 'node:fs';
import Redis, {
  type Callback,
  type ChainableCommander,
  Cluster,
  type ClusterNode,
  type ClusterOptions,
  Command,
  type RedisKey,
  type RedisOptions,
  type RedisValue,
  ReplyError,
  type Result,
} from 'ioredis';

export async function strings(): Promise<string> {
  const redis = new Redis();
  const ok: 'OK' = await redis.set('a', 'b');
  const kept: 'OK' | null = await redis.set('a', 'b', 'EX', 10, 'NX');
  const value: string | null = await redis.get('a');
  const sum: number = await redis.incrby('n', 2);
  return `${ok}${kept}${value?.toUpperCase()}${sum.toFixed(0)}`;
}

export const clients: readonly Redis[] = [
  new Redis(6380),
  new Redis(6380, '127.0.0.1'),
  new Redis('/tmp/redis.sock'),
  new Redis('redis://user:secret@127.0.0.1:6380/4'),
  new Redis({ port: 6380, host: '127.0.0.1', username: 'default', password: 'secret', db: 0 }),
  new Redis(6380, '127.0.0.1', { lazyConnect: true }),
  new Redis('redis://127.0.0.1', { family: 6 }),
];

export function callbacks(redis: Redis): void {
  redis.get('a', (error, value) => {
    if (error === null || error === undefined) console.log(value?.length);
  });
  const whenSet: Callback<'OK'> = (error, reply) => console.log(error?.message, reply);
  redis.set('a', 'b', whenSet);
  redis.mget('a', 'b', (_, values) => console.log(values?.map((value) => value ?? '')));
}

export async function hashes(redis: Redis): Promise<number> {
  const added: number = await redis.hset('user:1', { name: 'Ada', born: 1815 });
  await redis.hset('user:1', 'name', 'Ada', 'born', '1815');
  await redis.hset('user:1', new Map<string, string | number>([['name', 'Ada']]));
  const all: Record<string, string> = await redis.hgetall('user:1');
  const some: (string | null)[] = await redis.hmget('user:1', 'name', 'born');
  const name: string | null = await redis.hget('user:1', 'name');
  return added + Object.keys(all).length + some.length + (name?.length ?? 0);
}

export async function sortedSets(redis: Redis): Promise<string[]> {
  await redis.zadd('scores', 1, 'a', 2, 'b');
  await redis.zadd('scores', 'NX', 'GT', 1.5, 'c').catch(() => 0);
  const top: string[] = await redis.zrevrange('scores', 0, 9, 'WITHSCORES');
  const score: string | null = await redis.zscore('scores', 'a');
  const between = await redis.zrangebyscore('scores', '-inf', '+inf', 'LIMIT', 0, 10);
  const rank: number | null = await redis.zrank('scores', 'a');
  return [...top, ...between, score ?? '', String(rank)];
}

export async function listsAndSets(redis: Redis): Promise<void> {
  const length: number = await redis.rpush('list', 'a', 'b', Buffer.from('c'));
  const items: string[] = await redis.lrange('list', 0, -1);
  const popped: string | null = await redis.lpop('list');
  const member: number = await redis.sismember('set', 'a');
  const members: string[] = await redis.smembers('set');
  console.log(length, items.length, popped?.length, member, members.join());
}

export async function blocking(redis: Redis): Promise<string | undefined> {
  const popped: [string, string] | null = await redis.blpop('queue', 'other', 5);
  const moved: string | null = await redis.brpoplpush('a', 'b', 0);
  const lowest = await redis.bzpopmin('scores', 1);
  return popped?.[1] ?? moved ?? lowest?.[2];
}

export async function pipelines(redis: Redis): Promise<unknown[]> {
  const results = await redis.pipeline().set('a', '1').incr('a').get('a').exec();
  if (results === null) throw new Error('no results');
  return results.map(([error, value]) => error ?? value);
}

export async function pipelineOfArrays(redis: Redis): Promise<number> {
  const pipeline: ChainableCommander = redis.pipeline([
    ['set', 'a', 'b'],
    ['get', 'a'],
  ]);
  pipeline.del('a');
  const results = await pipeline.exec((error, replies) => console.log(error, replies?.length));
  return (results?.length ?? 0) + pipeline.length;
}

export async function transactions(redis: Redis): Promise<string | null> {
  await redis.watch('a', 'b');
  const results: [error: Error | null, result: unknown][] | null = await redis.multi().set('a', '1').expire('a', 60).exec();
  await redis.unwatch();
  await redis.multi({ pipeline: false });
  await redis.exec();
  return results === null ? null : String(results[0]?.[1]);
}

export async function buffers(redis: Redis): Promise<number> {
  const key: RedisKey = Buffer.from('a');
  const value: RedisValue = 1;
  await redis.set(key, value);
  const bytes: Buffer | null = await redis.getBuffer(key);
  const items: Buffer[] = await redis.lrangeBuffer('list', 0, -1);
  return (bytes?.length ?? 0) + items.length;
}

export async function subscriber(): Promise<void> {
  const redis = new Redis();
  redis.on('message', (channel: string, message: string) => console.log(channel, message));
  redis.on('pmessage', (pattern: string, channel: string, message: string) => console.log(pattern, channel, message));
  redis.on('messageBuffer', (channel: Buffer, message: Buffer) => console.log(channel.length, message.length));
  const count = await redis.subscribe('news', 'sport');
  redis.subscribe('more', (error, all) => console.log(error, all));
  await redis.psubscribe('news:*');
  await redis.unsubscribe();
  const heard: number = await redis.publish('news', 'hello');
  console.log(count, heard);
}

export function events(redis: Redis): void {
  redis.on('connect', () => console.log('connect'));
  redis.on('ready', () => console.log(redis.status));
  redis.on('error', (error: Error) => console.error(error.message));
  redis.on('close', () => console.log('close'));
  redis.on('reconnecting', (delay: number) => console.log(delay));
  redis.once('end', () => redis.removeAllListeners());
}

export async function scanning(redis: Redis): Promise<string[]> {
  const [cursor, keys] = await redis.scan(0, 'MATCH', 'user:*', 'COUNT', 100);
  const stream = redis.scanStream({ match: 'user:*', count: 100 });
  stream.on('data', (page: string[]) => console.log(page.length));
  stream.on('end', () => console.log(cursor));
  const hash = redis.hscanStream('hash', { match: '*' });
  for await (const page of hash) console.log((page as string[]).length);
  return keys;
}

export async function scripts(redis: Redis): Promise<unknown> {
  await redis.eval('return KEYS[1]', 1, 'a', 'b');
  const sha = await redis.script('LOAD', 'return 1');
  await redis.evalsha(String(sha), 0);
  redis.defineCommand('echoTwice', { numberOfKeys: 1, lua: 'return { KEYS[1], ARGV[1] }' });
  return redis.eval(readFileSync('script.lua', 'utf8'), ['a', 'b'].length, 'a', 'b');
}

declare module 'ioredis' {
  interface RedisCommander<Context> {
    takeOne(key: string, limit: number): Result<string, Context>;
  }
}

export async function definedCommand(redis: Redis): Promise<string> {
  redis.defineCommand('takeOne', { numberOfKeys: 1, lua: 'return ARGV[1]' });
  await redis.pipeline().takeOne('a', 1).exec();
  return redis.takeOne('a', 1);
}

export const options: RedisOptions = {
  host: '127.0.0.1',
  port: 6379,
  keyPrefix: 'app:',
  connectionName: 'app',
  connectTimeout: 10_000,
  commandTimeout: 5_000,
  maxRetriesPerRequest: null,
  enableReadyCheck: true,
  enableOfflineQueue: false,
  lazyConnect: true,
  keepAlive: 30_000,
  retryStrategy: (times) => (times > 10 ? null : Math.min(times * 50, 2_000)),
  reconnectOnError: (error) => error.message.includes('READONLY'),
  tls: { rejectUnauthorized: true },
};

export const sentinels = new Redis({
  sentinels: [
    { host: '10.0.0.1', port: 26_379 },
    { host: '10.0.0.2', port: 26_379 },
  ],
  name: 'mymaster',
  role: 'slave',
  sentinelPassword: 'secret',
  preferredSlaves: [{ ip: '10.0.0.3', port: '6379', prio: 1 }],
});

export async function clusters(): Promise<number> {
  const nodes: ClusterNode[] = [{ host: '10.0.0.1', port: 7000 }, 7001, 'redis://10.0.0.2:7000'];
  const settings: ClusterOptions = {
    scaleReads: 'slave',
    redisOptions: { password: 'secret' },
    natMap: { '10.0.0.1:7000': { host: 'example.org', port: 7000 } },
    clusterRetryStrategy: (times) => Math.min(100 + times * 2, 2_000),
    enableReadyCheck: true,
  };
  const cluster = new Cluster(nodes, settings);
  const other = new Redis.Cluster(nodes);
  const replies = await Promise.all(cluster.nodes('master').map((node: Redis) => node.dbsize()));
  cluster.on('+node', (node) => console.log(node));
  await other.quit();
  const value: string | null = await cluster.get('a');
  return replies.reduce((sum, keys) => sum + keys, value?.length ?? 0);
}

export async function errors(redis: Redis): Promise<string> {
  try {
    await redis.lpush('string', 'a');
    return 'none';
  } catch (error) {
    return error instanceof ReplyError ? (error as Error).message : String(error);
  }
}

export async function anyCommand(redis: Redis): Promise<unknown> {
  const info: string = await redis.info('memory');
  const time: number[] = await redis.time();
  await redis.call('SET', 'a', 'b');
  const bytes = await redis.callBuffer('GET', 'a');
  return [info.length, time[0], bytes];
}

export function transformers(): void {
  Command.setArgumentTransformer('hset', (args) => args);
  Command.setReplyTransformer('hgetall', (result: unknown) => result);
}

export async function streams(redis: Redis): Promise<string | null> {
  const id: string | null = await redis.xadd('stream', 'MAXLEN', '~', 1000, '*', 'field', 'value');
  const read = await redis.xread('COUNT', 10, 'BLOCK', 1000, 'STREAMS', 'stream', '$');
  for (const [stream, entries] of read ?? []) for (const [entry, fields] of entries) console.log(stream, entry, fields.length);
  await redis.xgroup('CREATE', 'stream', 'group', '$', 'MKSTREAM');
  await redis.xreadgroup('GROUP', 'group', 'me', 'COUNT', 1, 'STREAMS', 'stream', '>');
  await redis.xack('stream', 'group', id ?? '0-0');
  return id;
}

export async function lives(redis: Redis): Promise<string> {
  const copy = redis.duplicate({ connectionName: 'copy' });
  await copy.connect();
  copy.disconnect();
  await redis.select(1);
  await redis.client('SETNAME', 'app');
  const monitor = await redis.monitor();
  monitor.on('monitor', (time: string, args: string[]) => console.log(time, args.length));
  monitor.disconnect();
  const gone: 'OK' = await redis.quit();
  return gone;
}

export class Store {
  constructor(private readonly redis: Redis | Cluster) {}

  async remember(key: string, value: object, seconds: number): Promise<void> {
    await this.redis.set(key, JSON.stringify(value), 'EX', seconds);
    await this.redis.setex(key, seconds, JSON.stringify(value));
  }

  async recall<T>(key: string): Promise<T | null> {
    const text = await this.redis.get(key);
    return text === null ? null : (JSON.parse(text) as T);
  }

  async forget(...keys: string[]): Promise<number> {
    return (
      (await this.redis.del(...keys)) + (await this.redis.del(keys)) + (await this.redis.unlink(keys)) + (await this.redis.exists(...keys))
    );
  }
}
