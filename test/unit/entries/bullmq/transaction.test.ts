import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { Scripts } from '../../../../lib/entries/bullmq/scripts.js';
import { Batch } from '../../../../lib/entries/bullmq/transaction.js';
import { ConnectionLostError, ReplyError } from '../../../../lib/index.js';
import { RecordingRedis } from '../../../support/recording-redis.js';

const ADD = "return redis.call('RPUSH', KEYS[1], ARGV[1])";
const sha1 = createHash('sha1').update(ADD).digest('hex');

function batchOf(kind: 'multi' | 'pipeline', replies: unknown[] = []): { recorder: RecordingRedis; batch: Batch } {
  const recorder = new RecordingRedis();
  recorder.replies = replies;
  const scripts = new Scripts();
  scripts.define('addLog:6', { numberOfKeys: 1, lua: ADD });
  scripts.define('getState:6', { numberOfKeys: 1, lua: 'return 1' });
  const view = recorder.redis;
  return { recorder, batch: new Batch(kind, scripts, (repeatable) => view.with({ idempotent: repeatable })) };
}

describe('a batch of BullMQ', () => {
  it('sends its commands together, and gives outcomes in pairs', async () => {
    const error = new ReplyError('WRONGTYPE', 'WRONGTYPE no list');
    const { recorder, batch } = batchOf('pipeline', [['a', '1'], 1, ['0', []], ['m'], ['0', []], [['z', 2]], ['l'], error, 1]);
    batch.hgetall('h').hset('h', { f: 1 }).hscan('h', 0, { COUNT: 5 }).smembers('s').sscan('s', 0);
    batch.zrange('z', 0, -1).lrange('l', 0, -1).llen('l').del('a', 'b');
    assert.equal(batch.length, 9);
    assert.deepEqual(await batch.exec(), [
      [null, { a: '1' }],
      [null, 1],
      [null, ['0', []]],
      [null, ['m']],
      [null, ['0', []]],
      [null, ['z', '2']],
      [null, ['l']],
      [error, undefined],
      [null, 1],
    ]);
    const words = ['HGETALL h', 'HSET h f 1', 'HSCAN h 0 COUNT 5', 'SMEMBERS s', 'SSCAN s 0', 'ZRANGE z 0 -1', 'LRANGE l 0 -1'];
    assert.deepEqual(recorder.calls, [
      [
        'again pipeline',
        ...[...words, 'LLEN l', 'DEL a b'].map((line) => line.split(' ').map((word) => (/^-?\d+$/.test(word) ? Number(word) : word))),
      ],
    ]);
  });

  it('gives an empty list for none', async () => {
    const { batch } = batchOf('multi');
    batch.del();
    assert.deepEqual(await batch.exec(), []);
  });

  it('may run twice only if all of it may', async () => {
    for (const [names, mark] of [
      [['getState:6', 'getState:6'], 'again pipeline'],
      [['getState:6', 'addLog:6'], 'pipeline'],
    ] as const) {
      const { recorder, batch } = batchOf(
        'pipeline',
        names.map(() => 1),
      );
      for (const name of names) batch.runCommand(name, ['k', 'v']);
      await batch.exec();
      assert.equal(recorder.calls[0]?.[0], mark);
    }
  });

  it('carries the text of a script once in a transaction', async () => {
    const { recorder, batch } = batchOf('multi', [1, 2, 3]);
    batch.runCommand('addLog:6', ['k', 'a']).runCommand('addLog:6', ['k', 'b']).runCommand('getState:6', ['k']);
    await batch.exec();
    const [, first, second, third] = recorder.calls[0] ?? [];
    assert.deepEqual(first, ['script', ADD, 'k', 'a']);
    assert.deepEqual(second, ['EVALSHA', sha1, 1, 'k', 'b']);

    assert.deepEqual(third, ['script', 'return 1', 'k']);
  });

  it('has errors of connections as BullMQ knows them', async () => {
    const { batch } = batchOf('pipeline', [new ConnectionLostError('gone')]);
    const [[error] = []] = await batch.llen('l').exec();
    assert.equal(error?.message, 'Connection is closed.');
  });
});
