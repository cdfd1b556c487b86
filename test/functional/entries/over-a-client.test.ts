import assert from 'node:assert/strict';
import { Cluster, Redis } from '../../../lib/entries/ioredis/index.js';
import {
  createCluster,
  createClient as createNodeRedis,
  NotSupportedError,
  type RedisClientType,
} from '../../../lib/entries/node-redis/index.js';
import { type ClientOptions, createClient, type Redis as Native } from '../../../lib/index.js';
import { forEachTopology } from '../../support/topologies.js';
import { until } from '../../support/wait.js';

const KEYS = Array.from({ length: 40 }, (_, n) => `key:${n}`);

forEachTopology(
  (t) => {
    let client: Native;
    const open = (options: Omit<ClientOptions, 'topology'> = {}): Native => {
      client = createClient({ topology: t.createOptions(), ...options });
      return client;
    };
    afterEach(() => client.close());
    /** What has ended by itself is as if nobody had touched the client. */
    const goesOn = async (): Promise<void> => assert.equal(await client.set('alive', '1'), 'OK');

    for (const protocol of [2, 3] as const) {
      it(`is an ioredis object with replies of RESP2, over protocol ${protocol}`, async () => {
        const redis = new Redis(open({ protocol }));
        assert.equal(await redis.set('a', '1', 'EX', 60), 'OK');
        await redis.zadd('z', 1, 'one', 2.5, 'more');
        await redis.hset('h', { f: 'v' });
        await redis.xadd('s', '1-1', 'f', 'v');
        assert.deepEqual(await redis.zrange('z', 0, -1, 'WITHSCORES'), ['one', '1', 'more', '2.5']);
        assert.deepEqual(await redis.xread('STREAMS', 's', '0'), [['s', [['1-1', ['f', 'v']]]]]);
        const batch = await redis.pipeline().zscore('z', 'one').hgetall('h').get('a').exec();
        assert.deepEqual(batch, [
          [null, '1'],
          [null, { f: 'v' }],
          [null, '1'],
        ]);
        assert.deepEqual(await redis.multi().zscore('z', 'one').zincrby('z', 1, 'one').exec(), [
          [null, '1'],
          [null, '2'],
        ]);
        const [primary] = await t.primaries();
        if (t.kind !== 'cluster') assert.deepEqual([redis.options.host, redis.options.port], ['127.0.0.1', primary?.port]);
        assert.equal(await redis.native?.get('a'), '1');
        redis.disconnect();
        await until(() => redis.status === 'end');
        assert.equal(redis.native, null);
        await goesOn();
      });

      it(`is a client of node-redis, over protocol ${protocol}`, async () => {
        const redis = await createNodeRedis(open({ protocol })).connect();
        await redis.zAdd('z', { value: 'one', score: 1 });
        assert.deepEqual(await redis.zRangeWithScores('z', 0, -1), [{ value: 'one', score: 1 }]);
        await redis.hSet('h', { f: 'v' });
        assert.deepEqual(await redis.multi().hGetAll('h').exec(), [{ f: 'v' }]);
        assert.equal(await redis.native?.hget('h', 'f'), 'v');
        await redis.close();
        assert.deepEqual([redis.isOpen, redis.native], [false, null]);
        await goesOn();
      });
    }

    it('has connections of its own for what concerns them, with replies of RESP2', async () => {
      const redis = new Redis(open());
      await redis.zadd('z', 1, 'one');
      await redis.watch('z');
      assert.deepEqual(await redis.multi().zscore('z', 'one').exec(), [[null, '1']]);
      await redis.watch('z');
      await client.zadd('z', { member: 'one', score: 2 });
      assert.equal(await redis.multi().zscore('z', 'one').exec(), null);
      const other = redis.duplicate();
      // Of a cluster it names the connections to all nodes, each of which commands share.
      assert.equal(await other.client('SETNAME', 'other'), 'OK');
      if (t.kind !== 'cluster') assert.equal(await other.client('GETNAME'), 'other');
      assert.deepEqual(await other.zrange('z', 0, -1, 'WITHSCORES'), ['one', '2']);
    });

    it('hears what is published, and is told apart from others', async () => {
      const [one, two] = [new Redis(open()), new Redis(client)];
      const heard: string[] = [];
      one.on('message', (_, message) => heard.push(`one ${message}`));
      two.on('message', (_, message) => heard.push(`two ${message}`));
      await Promise.all([one.subscribe('news'), two.subscribe('news')]);
      await client.publish('news', 'hello');
      await until(() => heard.length === 2);
      assert.equal(await one.quit(), 'OK');
      await until(() => one.status === 'end');
      await client.publish('news', 'again');
      await until(() => heard.length === 3);
      assert.deepEqual(heard.sort(), ['one hello', 'two again', 'two hello']);
    });

    it('ends when the client closes, with what blocks', async () => {
      const redis = new Redis(open());
      const cluster = new Cluster(client);
      const nodeRedis = await createNodeRedis(client).connect();
      const ended: string[] = [];
      redis.once('end', () => ended.push('redis'));
      cluster.once('end', () => ended.push('cluster'));
      nodeRedis.once('end', () => ended.push('node-redis'));
      await Promise.all([redis.ping(), cluster.ping()]);
      const blocked = redis.blpop('nothing', 0).catch((error: Error) => error.message);
      await client.close();
      assert.equal(await blocked, 'Connection is closed.');
      await until(() => ended.length === 3);
      assert.deepEqual([redis.status, cluster.status, nodeRedis.isOpen], ['end', 'end', false]);
      await assert.rejects(redis.get('a'), { message: 'Connection is closed.' });
      await assert.rejects(redis.connect(), { message: 'Connection is closed.' });
      await until(() => redis.status === 'end');
      await assert.rejects(nodeRedis.get('a'));
    });

    it('adds no prefix to that of the client', async () => {
      const redis = new Redis(open({ keyPrefix: 'app:' }));
      assert.equal(redis.options.keyPrefix, 'app:');
      await redis.set('a', '1');
      redis.defineCommand('keyOf', { numberOfKeys: 1, lua: 'return KEYS[1]' });
      assert.equal(await Reflect.get(redis, 'keyOf').call(redis, 'a'), 'app:a');
      await redis.watch('a');
      assert.equal(await redis.get('a'), '1');
      const plain = createClient({ topology: t.createOptions() });
      assert.equal(await plain.get('app:a'), '1');
      await plain.close();
    });

    it('finds all keys, by way of the shards of a cluster', async () => {
      const redis = new Redis(open());
      const [, nodeRedis, nodes] = await Promise.all([
        redis.mset(Object.fromEntries(KEYS.map((key) => [key, '1']))),
        createNodeRedis(client).connect(),
        createCluster(client).connect(),
      ]);
      const found: string[] = [];
      for await (const page of nodeRedis.scanIterator({ MATCH: 'key:*' })) found.push(...page);
      assert.deepEqual(found.sort(), [...KEYS].sort());
      const cluster = new Cluster(client);
      await cluster.ping();
      const masters = cluster.nodes('master');
      assert.equal(masters.length, t.kind === 'cluster' ? (await t.primaries()).length : 1);
      const pages = await Promise.all(masters.map((node) => node.keys('key:*')));
      assert.deepEqual(pages.flat().sort(), [...KEYS].sort());
      assert.equal(redis.isCluster, t.kind === 'cluster');
      if (t.kind !== 'cluster') return;
      assert.equal((Reflect.get(redis, 'nodes') as Cluster['nodes']).call(redis, 'master').length, masters.length);
      await assert.rejects(nodeRedis.scan('0'), NotSupportedError);
      assert.throws(() => redis.scanStream(), /nodes\('master'\)/);
      assert.equal(nodes.masters.length, masters.length);
      const clients = nodes.masters.map((node) => node.client);
      const kept = await Promise.all(clients.map((one) => (one as RedisClientType).keys('key:*')));
      assert.deepEqual(kept.flat().sort(), [...KEYS].sort());
      await nodes.close();
      await goesOn();
    });
  },
  ['single', 'sentinel', 'cluster'],
);
