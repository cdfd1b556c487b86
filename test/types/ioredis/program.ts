// Programs as they are written for ioredis: what they say of types has to hold for the entry.
import Redis, {
  type Callback,
  type ChainableCommander,
  Cluster,
  type ClusterNode,
  type ClusterOptions,
  Command,
  Redis as NamedRedis,
  type RedisKey,
  type RedisOptions,
  type RedisValue,
  ReplyError,
  type Result,
} from '../../../lib/entries/ioredis/index.js';
import { reply } from '../expect.js';

declare const redis: Redis;
declare const cluster: Cluster;
declare const key: RedisKey;
declare const value: RedisValue;

// 1. Objects by every form of the constructor.
export const objects: Redis[] = [
  new Redis(),
  new Redis(6380),
  new Redis(6379, '192.168.1.1'),
  new Redis('/tmp/redis.sock'),
  new Redis('redis://username:authpassword@127.0.0.1:6380/4'),
  new Redis({ port: 6379, host: '127.0.0.1', username: 'default', password: 'my-top-secret', db: 0 }),
  new Redis(6379, { lazyConnect: true }),
  new NamedRedis({ sentinels: [{ host: 'localhost', port: 26379 }], name: 'mymaster', role: 'slave' }),
];

// 2. Options by their type.
export const options: RedisOptions = {
  retryStrategy(times) {
    return times > 10 ? null : Math.min(times * 50, 2000);
  },
  reconnectOnError: (error) => error.message.includes('READONLY'),
  maxRetriesPerRequest: null,
  enableReadyCheck: false,
  tls: {},
  keyPrefix: 'app:',
  natMap: { '10.0.1.230:30001': { host: '203.0.113.73', port: 30001 } },
};

// 3. Clusters.
export const nodes: ClusterNode[] = [{ host: '127.0.0.1', port: 7000 }];
export const clusterOptions: ClusterOptions = { scaleReads: 'slave', redisOptions: options, slotsRefreshTimeout: 2000 };
export const clusters: Cluster[] = [new Cluster(nodes, clusterOptions), new Redis.Cluster([7000])];

// 4. Strings and conditions.
export async function strings(): Promise<void> {
  reply(redis.get(key)).is<string | null>();
  reply(redis.set(key, value)).is<'OK'>();
  const ok: 'OK' = await redis.set(key, value);
  const locked: 'OK' | null = await redis.set('lock', 'me', 'PX', 30_000, 'NX');
  const old: string | null = await redis.set('k', 'v', 'GET');
  const count: number = await redis.incr('n');
  const values: (string | null)[] = await redis.mget('a', 'b');
  const same: (string | null)[] = await redis.mget(['a', 'b']);
  const bytes: Buffer | null = await redis.getBuffer('k');
  const left: number = await redis.ttl('k');
  await redis.mset({ a: 1, b: '2' });
  await redis.mset(new Map([['a', 1]]));
  await redis.setex('k', 60, JSON.stringify({}));
  await redis.expire('k', 60, 'NX');
  await redis.del('a', 'b');
  await redis.del(...['a', 'b']);
  await redis.unlink(['a', 'b']);
  void [ok, locked, old, count, values, same, bytes, left];
}

// 5. Hashes.
export async function hashes(): Promise<void> {
  const added: number = await redis.hset('h', { name: 'Ada', age: 36 });
  await redis.hset('h', 'field', 'value', 'other', 2);
  await redis.hset('h', new Map([['a', '1']]));
  const all: Record<string, string> = await redis.hgetall('h');
  const field: string | null = await redis.hget('h', 'name');
  const fields: (string | null)[] = await redis.hmget('h', 'a', 'b');
  const buffers: Record<string, Buffer> = await redis.hgetallBuffer('h');
  const left: number = await redis.hincrby('h', 'n', 1);
  void [added, all, field, fields, buffers, left];
}

// 6. Lists, and those that block.
export async function lists(): Promise<void> {
  await redis.rpush('l', 'a', 'b', 1);
  const range: string[] = await redis.lrange('l', 0, -1);
  const popped: string | null = await redis.lpop('l');
  const several: string[] | null = await redis.lpop('l', 2);
  const blocked: [string, string] | null = await redis.blpop('l', 'm', 0);
  const moved: string | null = await redis.brpoplpush('l', 'm', 1);
  void [range, popped, several, blocked, moved];
}

// 7. Sets and sorted sets.
export async function sets(): Promise<void> {
  await redis.sadd('s', 'a', 'b');
  const members: string[] = await redis.smembers('s');
  const is: number = await redis.sismember('s', 'a');
  await redis.zadd('z', 1, 'a', 2, 'b');
  await redis.zadd('z', 'NX', 1, 'a');
  const score: string | null = await redis.zscore('z', 'a');
  const top: string[] = await redis.zrevrange('z', 0, 9, 'WITHSCORES');
  const due: string[] = await redis.zrangebyscore('z', '-inf', Date.now(), 'LIMIT', 0, 10);
  const rank: number | null = await redis.zrank('z', 'a');
  const min: string[] = await redis.zpopmin('z');
  void [members, is, score, top, due, rank, min];
}

// 8. Streams.
export async function streams(): Promise<void> {
  const id: string | null = await redis.xadd('st', '*', 'field', 'value');
  const results = await redis.xread('BLOCK', 1000, 'STREAMS', 'st', '$');
  if (results === null) return;
  for (const [name, messages] of results) for (const [messageId, fields] of messages) void [name, messageId, fields.length, id];
  const entries: [id: string, fields: string[]][] = await redis.xrange('st', '-', '+', 'COUNT', 10);
  await redis.xgroup('CREATE', 'st', 'group', '$', 'MKSTREAM');
  await redis.xack('st', 'group', '1-1');
  void entries;
}

// 9. Callbacks.
export function callbacks(): void {
  redis.get('k', (error, result) => {
    if (error) throw error;
    const text: string | null | undefined = result;
    void text;
  });
  redis.set('k', 'v', (error) => void error);
  redis.hgetall('h', (_error, hash) => void hash?.field);
  const done: Callback<number> = (error, count) => void [error?.message, count];
  redis.incr('n', done);
  redis.sadd('s', 'a', 'b', done);
}

// 10. Pipelines.
export async function pipelines(): Promise<void> {
  const pipeline: ChainableCommander = redis.pipeline();
  pipeline.set('a', 1).get('a').hgetall('h');
  if (pipeline.length > 0) pipeline.del('a');
  const results: [error: Error | null, result: unknown][] | null = await pipeline.exec();
  for (const [error, result] of results ?? []) void [error, result as string];
  await redis
    .pipeline([
      ['set', 'a', '1'],
      ['get', 'a'],
    ])
    .exec((error, replies) => void [error, replies?.length]);
  redis
    .pipeline()
    .set('a', 1, (error, result) => void [error, result])
    .exec();
}

// 11. Transactions.
export async function transactions(): Promise<void> {
  await redis.watch('a');
  const [first] = (await redis.multi().set('a', 1).get('a').exec()) ?? [];
  if (first?.[0]) throw first[0];
  const begun: 'OK' = await redis.multi({ pipeline: false });
  await redis.exec();
  redis.multi([['set', 'a', 'b']]).exec((error, results) => void [error, results]);
  void begun;
}

// 12. Scripts, declared and called.
declare module '../../../lib/entries/ioredis/index.js' {
  interface RedisCommander<Context> {
    takeToken(bucket: string, amount: number | string): Result<number, Context>;
  }
}
export async function scripts(): Promise<void> {
  redis.defineCommand('takeToken', { numberOfKeys: 1, lua: 'return 1' });
  const left: number = await redis.takeToken('bucket', 1);
  await redis.pipeline().takeToken('bucket', 1).get('a').exec();
  const evaluated: unknown = await redis.eval('return 1', 1, 'k', 'v');
  await redis.evalsha('sha', 0);
  void [left, evaluated];
}

// 13. Messages.
export function messages(): void {
  redis.subscribe('news', 'music', (error, count) => void [error?.message, count]);
  redis.on('message', (channel: string, message: string) => void [channel, message]);
  redis.on('messageBuffer', (channel: Buffer, message: Buffer) => void [channel, message]);
  redis.psubscribe('n*').then((count) => void count);
  redis.publish('news', 'hello').then((receivers: number) => void receivers);
}

// 14. Scans.
export async function scans(): Promise<void> {
  redis.scanStream({ match: 'user:*', count: 100 }).on('data', (keys: string[]) => void keys.length);
  for await (const fields of redis.hscanStream('h', { match: 'f*' })) void fields;
  let cursor = '0';
  do {
    const [next, keys] = await redis.scan(cursor, 'MATCH', 'user:*', 'COUNT', 100);
    cursor = next;
    void keys;
  } while (cursor !== '0');
  const stream = redis.sscanStream('s');
  stream.pause();
  stream.close();
}

// 15. Commands by name, and objects of commands.
export async function anyCommand(): Promise<void> {
  const doc: unknown = await redis.call('JSON.GET', 'doc', '$');
  await redis.call('set', ['a', 'b']);
  await redis.callBuffer('get', 'a');
  redis.sendCommand(new Command('get', ['a'], { replyEncoding: 'utf8' }, (error, result) => void [error, result]));
  Command.setReplyTransformer('hgetall', (result) => {
    const pairs: [string, string][] = [];
    for (let i = 0; i < result.length; i += 2) pairs.push([String(result[i]), String(result[i + 1])]);
    return pairs;
  });
  Redis.Command.setReplyTransformer('mget', (result: string[]) => result.map((text) => text.length));
  Redis.Command.setArgumentTransformer('sadd', (args) => [args[0], ...args.slice(1).map(String)]);
  const done: Callback = (error, result) => void [error, result.length];
  redis.call('get', 'k', done);
  void doc;
}

// 16. Lives.
export async function lives(): Promise<void> {
  await redis.connect();
  const second: Redis = redis.duplicate();
  const third = redis.duplicate({ db: 1 });
  const ok: 'OK' = await redis.quit();
  third.disconnect();
  if (redis.status === 'ready') second.disconnect(true);
  redis.once('ready', () => {}).on('error', (error: Error) => void error);
  void ok;
}

// 17. Nodes of a cluster.
export async function clusterNodes(): Promise<void> {
  await Promise.all(cluster.nodes('master').map((node: Redis) => node.flushall()));
  const value2: string | null = await cluster.get('k');
  cluster.on('+node', (node: Redis) => void node.options.host);
  void value2;
}

// 18. Either of both.
export async function either(client: Redis | Cluster): Promise<number> {
  await client.get('k');
  if (client instanceof Cluster) return client.nodes().length;
  return client.isCluster ? 1 : client.incr('n');
}

// 19. Classes of a program's own.
export class Cache extends Redis {
  async remember(name: string, make: () => Promise<string>): Promise<string> {
    const kept = await this.get(name);
    if (kept !== null) return kept;
    const made = await make();
    await this.set(name, made, 'EX', 60);
    return made;
  }
}
export class Store {
  constructor(private readonly client: Pick<Redis, 'get' | 'set'>) {}
  read(name: string): Promise<string | null> {
    return this.client.get(name);
  }
}

// 20. Functions with the types of commands.
export type Reply = Result<string, { type: 'default' }>;
export const isReplyError = (error: unknown): boolean => error instanceof ReplyError;
export function put(chain: ChainableCommander, name: RedisKey, given: RedisValue): ChainableCommander {
  return chain.set(name, given).expire(name, 60);
}
