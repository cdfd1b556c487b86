import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { setTimeout as sleep } from 'node:timers/promises';
import { sharedTopology } from '../support/topologies.js';
import { until } from '../support/wait.js';

// What `require` gives has the types of whoever made it; these are packages that no program of ours is compiled with.
type Loaded = ReturnType<NodeJS.Require>;
const load = createRequire(import.meta.url);

/** Packages that make their ioredis themselves, or are given one, on the stand-in that is under its name. */
describe('packages on the stand-in for ioredis', function () {
  this.timeout(30_000);
  let port = 0;
  const name = (): string => `q${process.hrtime.bigint()}`;

  before(async () => {
    const [server] = (await sharedTopology('single')).nodes;
    port = server?.port ?? 0;
  });

  it('find the class by require, and all names by import', async () => {
    const Redis: Loaded = load('ioredis');
    const { default: imported, ...names }: Loaded = await import('ioredis' as string);
    assert.equal(Redis, imported);
    for (const same of ['default', 'Redis']) assert.equal(Redis[same], Redis);
    const wanted = 'AbstractConnector Cluster Command Pipeline Redis ReplyError ScanStream SentinelConnector SentinelIterator print';
    for (const one of wanted.split(' ')) assert.ok(typeof names[one] === 'function' && names[one] === Redis[one], one);
    assert.match(load('ioredis/package.json').version, /^6\./);
    assert.equal(load('ioredis/built/utils').CONNECTION_CLOSED_ERROR_MSG, 'Connection is closed.');
    const redis = new Redis(port);
    assert.ok(redis instanceof Redis && redis.duplicate({ lazyConnect: true }) instanceof Redis);
    assert.equal(redis.constructor.name, 'Redis');
    for (const other of ['scanIterator', 'pSubscribe', 'sSubscribe', 'masters', 'isOpen', 'send', 'connected'])
      assert.ok(!(other in redis), other);
    await redis.quit();
  });

  it('trace commands by its sendCommand, as OpenTelemetry does', async () => {
    const { Cluster, default: Redis }: Loaded = load('ioredis');
    const { sendCommand } = Redis.prototype;
    const spans: string[] = [];
    Redis.prototype.sendCommand = function traced(this: object, command: Loaded, ...more: unknown[]): unknown {
      const result = sendCommand.call(this, command, ...more);
      const { resolve, reject } = command;
      command.resolve = (reply: unknown) => {
        spans.push(`${command.name} ok`);
        resolve(reply);
      };
      command.reject = (error: unknown) => {
        spans.push(`${command.name} failed`);
        reject(error);
      };
      return result;
    };
    try {
      const redis = new Redis(port);
      await redis.set('traced', '1');
      await assert.rejects(redis.lpush('traced', '1'));
      assert.deepEqual(await redis.pipeline().get('traced').exec(), [[null, '1']]);
      redis.disconnect();
      assert.deepEqual(spans, ['set ok', 'lpush failed', 'get ok']);
      const cluster = new Cluster([port], { lazyConnect: true });
      cluster.disconnect();
      await assert.rejects(cluster.get('a'));
      await assert.rejects(redis.get('a'));
    } finally {
      Redis.prototype.sendCommand = sendCommand;
    }
  });

  it('work: Bull', async () => {
    const Bull: Loaded = load('bull');
    const queue = new Bull(name(), { redis: { port } });
    const done: number[] = [];
    queue.on('completed', (_: unknown, result: number) => done.push(result));
    queue.process(2, async (job: Loaded) => job.data.n * 2);
    for (let n = 0; n < 20; n++) await queue.add({ n });
    const late = await queue.add({ n: 100 }, { delay: 50 });
    assert.equal(await late.finished(), 200);
    await until(() => done.length === 21);
    assert.equal(new Set(done).size, 21);
    await queue.close();
  });

  it('work: Bull on a cluster, with a prefix that has a hash tag', async () => {
    const Bull: Loaded = load('bull');
    const { Cluster }: Loaded = load('ioredis');
    const { nodes } = await sharedTopology('cluster');
    const clients: Loaded[] = [];
    const createClient = (_: string, { keyPrefix: _none, ...redisOptions }: Loaded = {}): Loaded => {
      clients.push(new Cluster([nodes[0]?.port], { redisOptions }));
      return clients.at(-1);
    };
    const queue = new Bull(name(), { prefix: '{bull}', createClient });
    const done: number[] = [];
    queue.on('completed', (_: unknown, result: number) => done.push(result));
    queue.process(2, async (job: Loaded) => job.data.n * 2);
    for (let n = 0; n < 20; n++) await queue.add({ n });
    const late = await queue.add({ n: 100 }, { delay: 50 });
    assert.equal(await late.finished(), 200);
    await until(() => done.length === 21);
    assert.equal(new Set(done).size, 21);
    const lists = await Promise.all(nodes.map(async (node) => String(await node.ask('CLIENT', 'LIST'))));
    assert.ok(lists.some((list) => list.includes(` name=${queue.clientName()} `)));
    await queue.close();
    // Bull leaves open what its program made.
    for (const client of clients) client.disconnect();
  });

  it('work: the adapter of socket.io', async () => {
    const { createAdapter }: Loaded = load('@socket.io/redis-adapter');
    const { Server }: Loaded = load('socket.io');
    const Redis: Loaded = load('ioredis');
    const nodes = [1, 2].map(() => {
      const pub = new Redis(port);
      const sub = pub.duplicate();
      const io = new Server({ adapter: createAdapter(pub, sub, { key: 'adapter' }) });
      io.attach(createServer());
      return { io, pub, sub };
    });
    const [first, second] = nodes as [Loaded, Loaded];
    second.io.on('hello', (_: string, answer: (text: string) => void) => answer('world'));
    await until(async () => (await first.pub.pubsub('NUMSUB', 'adapter-request#/#'))[1] === 2);
    assert.deepEqual(await first.io.serverSideEmitWithAck('hello', 'x'), ['world']);
    for (const { io, pub, sub } of nodes) {
      await io.close();
      // What the adapter does not wait for would reject by disconnect(), with ioredis as well.
      for (const one of [pub, sub]) assert.equal(await one.quit(), 'OK');
    }
  });

  it('work: @fastify/redis, with a client of its own and one that it is given', async () => {
    const Redis: Loaded = load('ioredis');
    const client = new Redis({ port });
    for (const options of [
      { host: '127.0.0.1', port },
      { client, closeClient: true },
    ]) {
      const app = load('fastify')();
      await app.register(load('@fastify/redis'), options);
      await app.ready();
      await app.redis.set('fastify', '1');
      assert.equal(await app.redis.get('fastify'), '1');
      await app.close();
    }
    await until(() => client.status === 'end');
  });

  it('work: the transport of Nest', async () => {
    load('reflect-metadata');
    const { ClientRedis, ServerRedis }: Loaded = load('@nestjs/microservices');
    const { firstValueFrom }: Loaded = load('rxjs');
    load('@nestjs/common').Logger.overrideLogger(false);
    const server = new ServerRedis({ host: '127.0.0.1', port });
    server.addHandler('sum', async (numbers: number[]) => numbers.reduce((a, b) => a + b), false);
    await new Promise<void>((resolve, reject) => server.listen((error: unknown) => (error ? reject(error) : resolve())));
    const client = new ClientRedis({ host: '127.0.0.1', port });
    await client.connect();
    assert.equal(await firstValueFrom(client.send('sum', [1, 2, 3])), 6);
    await client.close();
    await server.close();
    await sleep(20);
  });
});
