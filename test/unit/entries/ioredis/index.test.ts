import assert from 'node:assert/strict';
import IORedis, * as entry from '../../../../lib/entries/ioredis/index.js';

const lazy = { lazyConnect: true };
/** Names that ioredis exports, which are on its class as well. */
const NAMES = [
  ...['AbstractConnector', 'Cluster', 'Command', 'Pipeline', 'Redis', 'ReplyError'],
  ...['ScanStream', 'SentinelConnector', 'SentinelIterator', 'print'],
] as const;
/** What packages take for a sign of another client. */
const OTHERS = ['scanIterator', 'pSubscribe', 'sSubscribe', 'masters', 'isOpen', 'isReady', 'send', 'connected'];

describe('the entry for ioredis', () => {
  it('has all names, also on its class', () => {
    for (const name of NAMES) {
      assert.equal(typeof entry[name], 'function', name);
      assert.equal(IORedis[name], entry[name], name);
      assert.equal(entry[name].name, name);
    }
    assert.equal(IORedis.default, IORedis);
  });

  it('makes objects of its classes, which no package takes for another client', () => {
    const redis = new IORedis(lazy);
    const cluster = new IORedis.Cluster([7000], lazy);
    assert.ok(redis instanceof IORedis && IORedis.createClient(lazy) instanceof IORedis && redis.duplicate() instanceof IORedis);
    assert.ok(cluster instanceof IORedis.Cluster && cluster.duplicate() instanceof IORedis.Cluster);
    assert.deepEqual([redis.constructor.name, cluster.constructor.name], ['Redis', 'Cluster']);
    assert.deepEqual([redis.isCluster, cluster.isCluster, redis.status, cluster.status], [false, true, 'wait', 'wait']);
    for (const name of OTHERS) assert.ok(!(name in redis) && !(name in cluster), name);
    for (const name of ['defineCommand', 'call', 'send_command', 'getBuffer', 'hgetall']) assert.ok(name in redis && name in cluster, name);
  });

  it('makes objects with the defaults of ioredis 5 on its stand-in for that', () => {
    const Five = entry.standIn(5);
    const five = new Five(lazy);
    assert.ok(
      five instanceof Five && five instanceof IORedis && five.duplicate() instanceof Five && Five.createClient(lazy) instanceof Five,
    );
    assert.ok(!(new IORedis(lazy) instanceof Five));
    assert.equal(Five.name, 'Redis');
    assert.deepEqual([five.options.protocol, five.options.keepAlive], [2, 0]);
    assert.equal(new Five({ behaves: 6, ...lazy }).options.protocol, 3);
    assert.equal(new Five.Cluster([7000], lazy).options.behaves, 5);
  });

  it('lets a program write the status, as BullMQ does', async () => {
    const redis = new IORedis(lazy);
    redis.status = 'end';
    await assert.rejects(redis.get('a'), { message: 'Connection is closed.' });
  });
});
