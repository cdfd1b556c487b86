import assert from 'node:assert/strict';
import { BullConnection } from '../../../../lib/entries/bullmq/connection.js';
import { Engine } from '../../../../lib/entries/bullmq/engine.js';
import { ConnectionLostError, type Raw } from '../../../../lib/index.js';
import { RecordingRedis } from '../../../support/recording-redis.js';

function connected(reply: Raw = null): { recorder: RecordingRedis; connection: BullConnection } {
  const recorder = new RecordingRedis();
  recorder.reply = reply;
  const engine = Engine.ofClient(recorder.redis);
  return { recorder, connection: new BullConnection({ engine, timeoutMs: 0, resends: false }) };
}

type Case = readonly [
  name: string,
  issue: (connection: BullConnection) => Promise<unknown>,
  words: readonly unknown[],
  reply: Raw,
  result: unknown,
];

/** What may run twice is sent through the view for that, whose mark is `again`. */
const cases: readonly Case[] = [
  ['hgetall', (c) => c.hgetall('k'), ['again ', 'HGETALL', 'k'], ['a', '1'], { a: '1' }],
  ['hget', (c) => c.hget('k', 'f'), ['again ', 'HGET', 'k', 'f'], null, null],
  ['hmget', (c) => c.hmget('k', 'f', 'g'), ['again ', 'HMGET', 'k', 'f', 'g'], ['1', null], ['1', null]],
  ['hset', (c) => c.hset('k', { f: 'v', g: 2 }), ['again ', 'HSET', 'k', 'f', 'v', 'g', 2], 2, 2],
  ['hdel', (c) => c.hdel('k', 'f', 'g'), ['again ', 'HDEL', 'k', 'f', 'g'], 1, 1],
  ['hexists', (c) => c.hexists('k', 'f'), ['again ', 'HEXISTS', 'k', 'f'], 1, 1],
  ['get', (c) => c.get('k'), ['again ', 'GET', 'k'], 'v', 'v'],
  ['set', (c) => c.set('k', 1), ['again ', 'SET', 'k', 1], 'OK', 'OK'],
  ['set with PX', (c) => c.set('k', 'v', { PX: 5 }), ['again ', 'SET', 'k', 'v', 'PX', 5], 'OK', 'OK'],
  ['set with EX', (c) => c.set('k', 'v', { EX: 5 }), ['again ', 'SET', 'k', 'v', 'EX', 5], 'OK', 'OK'],
  ['del', (c) => c.del('k', 'l'), ['again ', 'DEL', 'k', 'l'], 2, 2],
  ['zrange', (c) => c.zrange('k', 0, -1), ['again ', 'ZRANGE', 'k', 0, -1], ['a'], ['a']],
  [
    'zrange with scores',
    (c) => c.zrange('k', 0, -1, { WITHSCORES: true }),
    ['again ', 'ZRANGE', 'k', 0, -1, 'WITHSCORES'],
    [['a', 1]],
    ['a', '1'],
  ],
  [
    'zrevrange',
    (c) => c.zrevrange('k', 0, 1, { WITHSCORES: true }),
    ['again ', 'ZREVRANGE', 'k', 0, 1, 'WITHSCORES'],
    ['a', '1'],
    ['a', '1'],
  ],
  ['zcard', (c) => c.zcard('k'), ['again ', 'ZCARD', 'k'], 3, 3],
  ['zscore', (c) => c.zscore('k', 'm'), ['again ', 'ZSCORE', 'k', 'm'], 1.5, '1.5'],
  ['lrange', (c) => c.lrange('k', 0, 1), ['again ', 'LRANGE', 'k', 0, 1], ['a'], ['a']],
  ['llen', (c) => c.llen('k'), ['again ', 'LLEN', 'k'], 1, 1],
  ['ltrim', (c) => c.ltrim('k', -5, -1), ['again ', 'LTRIM', 'k', -5, -1], 'OK', 'OK'],
  ['lpos', (c) => c.lpos('k', 'v'), ['again ', 'LPOS', 'k', 'v'], null, null],
  ['smembers', (c) => c.smembers('k'), ['again ', 'SMEMBERS', 'k'], ['a'], ['a']],
  ['xadd, which must not run twice', (c) => c.xadd('k', '*', { f: 1 }), ['', 'XADD', 'k', '*', 'f', 1], '1-0', '1-0'],
  [
    'xadd that trims nearly',
    (c) => c.xadd('k', '*', { f: 1 }, { MAXLEN: 9, approximate: true }),
    ['', 'XADD', 'k', 'MAXLEN', '~', 9, '*', 'f', 1],
    '1-0',
    '1-0',
  ],
  [
    'xadd that trims exactly',
    (c) => c.xadd('k', '*', { f: 1 }, { MAXLEN: 9, approximate: false }),
    ['', 'XADD', 'k', 'MAXLEN', 9, '*', 'f', 1],
    '1-0',
    '1-0',
  ],
  ['xtrim', (c) => c.xtrim('k', 'MAXLEN', 5), ['again ', 'XTRIM', 'k', 'MAXLEN', 5], 1, 1],
  ['xtrim that trims nearly', (c) => c.xtrim('k', 'MAXLEN', 5, { approximate: true }), ['again ', 'XTRIM', 'k', 'MAXLEN', '~', 5], 1, 1],
];

describe('commands of BullMQ', () => {
  for (const [name, issue, words, reply, result] of cases) {
    it(`are sent as the server expects them: ${name}`, async () => {
      const { recorder, connection } = connected(reply);
      assert.deepEqual(await issue(connection), result);
      assert.deepEqual(recorder.calls, [words]);
    });
  }

  it('are not sent for nothing: del() is 0', async () => {
    const { recorder, connection } = connected();
    assert.equal(await connection.del(), 0);
    assert.deepEqual(recorder.calls, []);
  });

  it('reject as those of ioredis when the connection fails', async () => {
    const { connection } = connected(new ConnectionLostError('gone', { executed: 'unknown' }));
    await assert.rejects(connection.get('k'), { message: 'Connection is closed.', executed: 'unknown' });
  });

  it('run scripts by name, which are properties of it and of its duplicates', async () => {
    const { recorder, connection } = connected(5);
    connection.defineCommand('getState:6.7.0', { numberOfKeys: 1, lua: 'return 5' });
    connection.defineCommand('addLog:6.7.0', { numberOfKeys: 1, lua: 'return 6' });
    assert.equal(await connection.runCommand('getState:6.7.0', ['k', null]), 5);
    const duplicate = connection.duplicate();
    const property: unknown = Reflect.get(duplicate, 'addLog:6.7.0');
    assert.ok(typeof property === 'function');
    assert.equal(await property(['k', 'row']), 5);
    assert.deepEqual(recorder.calls, [
      ['again script', 'return 5', 'k', ''],
      ['script', 'return 6', 'k', 'row'],
    ]);
    await assert.rejects(connection.runCommand('other', []), { name: 'ArgumentError' });
  });
});
