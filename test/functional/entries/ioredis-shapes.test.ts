import assert from 'node:assert/strict';
import { Cluster, Command, Redis, type RedisOptions } from '../../../lib/entries/ioredis/index.js';
import { methodOf } from '../../spec/entries/ioredis-scripts.js';
import { Server } from '../../support/server.js';
import { forEachTopology } from '../../support/topologies.js';

// Values are those of ioredis 6.0.0 with the same options on the same server.
describe('the options of ioredis that shape commands and replies', () => {
  let server: Server;
  const opened: Redis[] = [];

  const open = async (options: RedisOptions): Promise<Redis> => {
    const redis = new Redis(server.port, options);
    opened.push(redis);
    await redis.flushall();
    return redis;
  };

  before(async () => {
    server = await Server.start();
  });
  afterEach(() => {
    for (const redis of opened.splice(0)) redis.disconnect();
  });
  after(() => server.stop());

  it('keyPrefix: before the keys of commands, scripts and batches, and nowhere else', async () => {
    const redis = await open({ keyPrefix: 'p:' });
    redis.defineCommand('firstKey', { numberOfKeys: 1, lua: 'return KEYS[1]' });
    redis.defineCommand('theKeys', { lua: 'return KEYS' });
    await redis.mset({ a: 1, b: 2 });
    assert.deepEqual((await redis.keys('*')).sort(), ['p:a', 'p:b']);
    assert.deepEqual(await redis.mget('a', 'b'), ['1', '2']);
    assert.equal(await methodOf(redis, 'firstKey')('k'), 'p:k');
    assert.deepEqual(await methodOf(redis, 'theKeys')(2, 'x', 'y'), ['p:x', 'p:y']);
    assert.deepEqual(await redis.pipeline().get('a').exec(), [[null, '1']]);
    assert.deepEqual(await redis.multi().get('b').exec(), [[null, '2']]);
    assert.equal(await redis.eval('return KEYS[1]', 1, 'k'), 'p:k');
    await redis.rpush('list', 'x');
    assert.deepEqual(await redis.blpop('list', 1), ['p:list', 'x']);
    await redis.xadd('stream', '1-1', 'f', 'v');
    assert.deepEqual(await redis.xread('STREAMS', 'stream', '0'), [['p:stream', [['1-1', ['f', 'v']]]]]);
  });

  it('keyPrefix as bytes', async () => {
    const redis = await open({ keyPrefix: Buffer.from('p:') as unknown as string });
    await redis.set('a', '1');
    assert.deepEqual(await redis.keys('*'), ['p:a']);
    assert.equal(await redis.get('a'), '1');
  });

  it('stringNumbers: integers as text, exactly', async () => {
    const redis = await open({ stringNumbers: true });
    await redis.set('n', '9007199254740993');
    assert.deepEqual(
      [await redis.incr('n'), await redis.incrBuffer('n'), await redis.eval('return {1,{2}}', 0)],
      ['9007199254740994', '9007199254740995', ['1', ['2']]],
    );
    assert.deepEqual(await redis.pipeline().incr('n').exec(), [[null, '9007199254740996']]);
    assert.deepEqual(await redis.multi().incr('n').exec(), [[null, '9007199254740997']]);
  });

  it('replyMapping resp3: maps as objects, scores as numbers', async () => {
    const redis = await open({ protocol: 3, replyMapping: 'resp3' });
    await redis.hset('h', 'f', '1');
    await redis.zadd('z', 1.5, 'a');
    await redis.xadd('st', '1-1', 'f', 'v');
    assert.deepEqual(
      [
        await redis.hgetall('h'),
        await redis.hgetallBuffer('h'),
        await redis.zscore('z', 'a'),
        await redis.zrange('z', 0, -1, 'WITHSCORES'),
      ],
      [{ f: '1' }, { f: Buffer.from('1') }, 1.5, [['a', 1.5]]],
    );
    assert.deepEqual(await redis.xread('STREAMS', 'st', '0'), { st: [['1-1', ['f', 'v']]] });
    assert.deepEqual(await redis.config('GET', 'maxmemory'), { maxmemory: '0' });
    const expected = [
      [null, { f: '1' }],
      [null, 1.5],
    ];
    assert.deepEqual(await redis.pipeline().hgetall('h').zscore('z', 'a').exec(), expected);
    assert.deepEqual(await redis.multi().hgetall('h').zscore('z', 'a').exec(), expected);
  });

  it('showFriendlyErrorStack: errors with the stack of their caller', async () => {
    const redis = await open({ showFriendlyErrorStack: true });
    await redis.set('a', '1');
    const theCaller = async (): Promise<unknown> => redis.lpush('a', '1').catch((error) => error.stack);
    assert.match(String(await theCaller()), /^ReplyError: WRONGTYPE .*\n +at (async )?theCaller/);
  });

  it('scripts: commands from the beginning, also of duplicates', async () => {
    const redis = await open({ scripts: { seven: { lua: 'return 7', numberOfKeys: 0 } } });
    const duplicate = redis.duplicate();
    opened.push(duplicate);
    assert.deepEqual([await methodOf(redis, 'seven')(), await methodOf(duplicate, 'seven')()], [7, 7]);
  });

  it('transformers of the class, in all objects', async () => {
    Command.setArgumentTransformer('setnx', ([key, value]) => [key, `set ${value}`]);
    Command.setReplyTransformer('strlen', (length) => `${length} long`);
    try {
      const redis = await open({});
      await redis.setnx('a', 'x');
      assert.deepEqual([await redis.get('a'), await redis.call('strlen', 'a'), await redis.call('STRLEN', 'a')], ['set x', '5 long', 5]);
      assert.deepEqual(await redis.pipeline().strlen('a').exec(), [[null, '5 long']]);
      assert.deepEqual(await redis.multi().strlen('a').exec(), [[null, '5 long']]);
    } finally {
      Command.setArgumentTransformer('setnx', (args) => args);
      Command.setReplyTransformer('strlen', (reply) => reply);
    }
  });

  forEachTopology(
    (t) => {
      it('scripts, transactions and scans in a cluster', async () => {
        const cluster = new Cluster(t.running.nodes.map(({ port }) => ({ host: '127.0.0.1', port })));
        try {
          cluster.defineCommand('ownKey', { numberOfKeys: 1, lua: 'return KEYS[1]' });
          const ownKey = methodOf(cluster, 'ownKey');
          assert.deepEqual([await ownKey('a'), await ownKey('b'), await ownKey('c')], ['a', 'b', 'c']);
          assert.deepEqual(await cluster.multi().set('{t}a', 1).incr('{t}b').exec(), [
            [null, 'OK'],
            [null, 1],
          ]);
          await assert.rejects(cluster.multi().set('a', 1).set('b', 1).exec(), /^ReplyError: CROSSSLOT /);
          const names = Array.from({ length: 30 }, (_, at) => `key:${at}`);
          await cluster.mset(Object.fromEntries(names.map((name) => [name, 'x'])));
          const found: string[] = [];
          for (const node of cluster.nodes('master')) for await (const page of node.scanStream({ match: 'key:*' })) found.push(...page);
          assert.deepEqual(found.sort(), names.sort());
          assert.equal('scanStream' in cluster, false);
        } finally {
          cluster.disconnect();
        }
      });
    },
    ['cluster'],
  );
});
