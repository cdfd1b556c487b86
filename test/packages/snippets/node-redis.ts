// Programs as people write them for node-redis. Each compiles against the types of node-redis and against those of slotwise/node-redis.
import {
  ClientClosedError,
  createClient,
  createCluster,
  createSentinel,
  defineScript,
  ErrorReply,
  type RedisClientOptions,
  type RedisClientType,
  WatchError,
} from 'redis';

export async function strings(): Promise<string | null> {
  const client = await createClient({ url: 'redis://127.0.0.1:6379' })
    .on('error', (error) => console.error(error))
    .connect();
  await client.set('a', 'b');
  const value: string | null = await client.get('a');
  await client.incrBy('n', 2);
  await client.close();
  return value;
}

export async function setOptions(client: RedisClientType): Promise<void> {
  await client.set('a', 'b', { EX: 10, NX: true });
  await client.set('a', 'b', { expiration: { type: 'EX', value: 10 }, condition: 'NX' });
  await client.setEx('a', 10, 'b');
  const old = await client.set('a', 'c', { GET: true });
  console.log(old);
}

export async function hashes(client: RedisClientType): Promise<number> {
  const added: number = await client.hSet('user:1', { name: 'Ada', born: 1815 });
  await client.hSet('user:1', 'name', 'Ada');
  const all: Record<string, string> = await client.hGetAll('user:1');
  const some: (string | null)[] = await client.hmGet('user:1', ['name', 'born']);
  const name: string | null = await client.hGet('user:1', 'name');
  return added + Object.keys(all).length + some.length + (name?.length ?? 0);
}

export async function sortedSets(client: RedisClientType): Promise<number | null> {
  await client.zAdd('scores', { score: 1, value: 'a' });
  await client.zAdd('scores', [
    { score: 2, value: 'b' },
    { score: 3, value: 'c' },
  ]);
  const members: string[] = await client.zRange('scores', 0, -1);
  const pairs: { value: string; score: number }[] = await client.zRangeWithScores('scores', 0, -1);
  await client.zRange('scores', 0, 10, { BY: 'SCORE', REV: true });
  console.log(members.length, pairs[0]?.score);
  return client.zScore('scores', 'a');
}

export async function lists(client: RedisClientType): Promise<string[]> {
  await client.rPush('list', ['a', 'b']);
  await client.lPush('list', 'c');
  const popped: string | null = await client.lPop('list');
  const blocked = await client.blPop('list', 1);
  console.log(popped, blocked?.element, blocked?.key);
  return client.lRange('list', 0, -1);
}

export async function sets(client: RedisClientType): Promise<boolean> {
  const added: number = await client.sAdd('set', ['a', 'b']);
  const members: string[] = await client.sMembers('set');
  const is: number = await client.sIsMember('set', 'a');
  return added + members.length + is > 0;
}

export async function transactions(client: RedisClientType): Promise<unknown[]> {
  const [set, value] = await client.multi().set('a', 'b').get('a').exec();
  const typed = await client.multi().incr('n').execTyped();
  const piped = await client.multi().set('a', 'b').ping().execAsPipeline();
  return [set, value, typed[0], ...piped];
}

export async function watching(client: RedisClientType): Promise<boolean> {
  try {
    await client.watch('a');
    await client.multi().set('a', 'b').exec();
    return true;
  } catch (error) {
    if (error instanceof WatchError) return false;
    throw error;
  }
}

export async function scanning(client: RedisClientType): Promise<string[]> {
  const found: string[] = [];
  for await (const keys of client.scanIterator({ MATCH: 'user:*', COUNT: 100 })) found.push(...keys);
  for await (const entries of client.hScanIterator('hash')) console.log(entries[0]?.field, entries[0]?.value);
  for await (const members of client.sScanIterator('set')) console.log(members.length);
  const { cursor, keys } = await client.scan('0', { MATCH: 'user:*', COUNT: 100 });
  return [...found, cursor, ...keys];
}

export async function subscriber(client: RedisClientType): Promise<void> {
  const listener = (message: string, channel: string): void => console.log(message, channel);
  const copy = client.duplicate();
  await copy.connect();
  await copy.subscribe('news', listener);
  await copy.pSubscribe('news:*', listener);
  await copy.subscribe('bytes', (message: Buffer) => console.log(message.length), true);
  await client.publish('news', 'hello');
  await copy.unsubscribe('news', listener);
  await copy.pUnsubscribe();
  await copy.close();
}

export async function scripts(client: RedisClientType): Promise<unknown> {
  await client.eval('return KEYS[1]', { keys: ['a'], arguments: ['1'] });
  const sha: string = await client.scriptLoad('return 1');
  return client.evalSha(sha, { keys: [], arguments: [] });
}

export async function definedScript(): Promise<number> {
  const client = createClient({
    scripts: {
      add: defineScript({
        NUMBER_OF_KEYS: 1,
        SCRIPT: 'return redis.call("GET", KEYS[1]) + ARGV[1]',
        parseCommand(parser, key: string, by: number) {
          parser.pushKey(key);
          parser.push(by.toString());
        },
        transformReply: (reply: number) => reply,
      }),
    },
  });
  await client.connect();
  return Number(await client.add('a', 1));
}

export const options: RedisClientOptions = {
  url: 'redis://user:secret@127.0.0.1:6379/1',
  name: 'app',
  database: 0,
  commandsQueueMaxLength: 1_000,
  disableOfflineQueue: true,
  pingInterval: 10_000,
  socket: {
    host: '127.0.0.1',
    port: 6379,
    connectTimeout: 5_000,
    reconnectStrategy: (retries) => (retries > 20 ? new Error('enough') : Math.min(retries * 50, 2_000)),
  },
};

export const secured = createClient({ socket: { host: '127.0.0.1', port: 6380, tls: true }, username: 'app', password: 'secret' });

export async function anyCommand(client: RedisClientType): Promise<unknown> {
  await client.sendCommand(['SET', 'a', 'b']);
  await client.sendCommand(['SET', Buffer.from('a'), Buffer.from('b')]);
  return client.sendCommand(['GET', 'a']);
}

export async function clusters(): Promise<string | null> {
  const cluster = createCluster({
    rootNodes: [{ url: 'redis://10.0.0.1:7000' }, { url: 'redis://10.0.0.2:7000' }],
    defaults: { username: 'app', password: 'secret' },
    useReplicas: true,
    nodeAddressMap: { '10.0.0.1:7000': { host: 'example.org', port: 7000 } },
  });
  cluster.on('error', (error) => console.error(error));
  await cluster.connect();
  await cluster.set('a', 'b');
  await Promise.all(
    cluster.masters.map(async (master) => {
      const node = await cluster.nodeClient(master);
      await node.dbSize();
    }),
  );
  const value: string | null = await cluster.get('a');
  await cluster.close();
  return value;
}

export async function sentinels(): Promise<string | null> {
  const sentinel = await createSentinel({
    name: 'mymaster',
    sentinelRootNodes: [{ host: '10.0.0.1', port: 26_379 }],
    nodeClientOptions: { password: 'secret' },
  })
    .on('error', (error) => console.error(error))
    .connect();
  await sentinel.set('a', 'b');
  const value: string | null = await sentinel.get('a');
  await sentinel.close();
  return value;
}

export async function errors(client: RedisClientType): Promise<string> {
  try {
    await client.lPush('string', 'a');
    return 'none';
  } catch (error) {
    if (error instanceof ClientClosedError) return 'closed';
    return error instanceof ErrorReply ? error.message : String(error);
  }
}

export async function streams(client: RedisClientType): Promise<string> {
  const id: string = await client.xAdd('stream', '*', { field: 'value' });
  await client.xGroupCreate('stream', 'group', '$', { MKSTREAM: true });
  const read = await client.xReadGroup('group', 'me', { key: 'stream', id: '>' }, { COUNT: 1, BLOCK: 100 });
  console.log(read);
  const length: number = await client.xLen('stream');
  await client.xAck('stream', 'group', id);
  return `${id} ${length}`;
}

export class Store {
  constructor(private readonly client: RedisClientType) {}

  async remember(key: string, value: object, seconds: number): Promise<void> {
    if (!this.client.isOpen) await this.client.connect();
    await this.client.set(key, JSON.stringify(value), { EX: seconds });
    await this.client.expire(key, seconds);
  }

  async forget(...keys: string[]): Promise<number> {
    return (await this.client.del(keys)) + (await this.client.unlink(keys)) + (await this.client.exists(keys));
  }

  get isUsable(): boolean {
    return this.client.isReady;
  }
}
