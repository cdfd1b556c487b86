import assert from 'node:assert/strict';
import { ExpiryCommands } from '../../lib/commands/keys/expiry.js';
import { KeyCommands } from '../../lib/commands/keys/key.js';
import { SortCommands } from '../../lib/commands/keys/sort.js';
import { createClient, single } from '../../lib/index.js';
import { Server } from '../support/server.js';
import { describeLive, refusal } from './live-commands.js';

const inAnHour = Math.floor(Date.now() / 1000) + 3600;
const upTo = (limit: number) => (time: number) => assert.ok(time > 0 && time <= limit, `${time}`);

describeLive(
  [KeyCommands, ExpiryCommands, SortCommands],
  [
    [(redis) => redis.randomkey(), null],
    [(redis) => redis.mset({ a: '1', b: '2', c: '3' }), 'OK'],
    [(redis) => redis.exists(['a', 'a', 'none']), 2],
    [(redis) => redis.touch(['a', 'none']), 1],
    [(redis) => redis.type('a'), 'string'],
    [(redis) => redis.type('none'), 'none'],
    [(redis) => redis.rename('a', 'd'), 'OK'],
    [(redis) => redis.renamenx('b', 'd'), 0],
    [(redis) => redis.copy('d', 'a'), 1],
    [(redis) => redis.copy('d', 'a', { DB: 1, REPLACE: true }), 1],
    [(redis) => redis.move('a', 1), 0],
    [(redis) => redis.keys('[ab]'), (keys: string[]) => assert.deepEqual(keys.sort(), ['a', 'b'])],
    [(redis) => redis.randomkey(), (key: string) => assert.match(key, /^[abcd]$/)],
    [
      (redis) => redis.scan(0, { MATCH: '[cd]', COUNT: 100, TYPE: 'string' }),
      ({ cursor, keys }: { cursor: string; keys: string[] }) => {
        assert.equal(cursor, '0');
        assert.deepEqual(keys.sort(), ['c', 'd']);
      },
    ],
    [(redis) => redis.dump('none'), null],
    [(redis) => refusal(redis.restore('r', 0, Buffer.from('x'))), 'ERR DUMP payload version or checksum are wrong'],
    [
      (redis) => refusal(redis.restoreAsking('r', 0, Buffer.from('x'), { REPLACE: true })),
      'ERR DUMP payload version or checksum are wrong',
    ],
    [(redis) => redis.migrate('127.0.0.1', 1, 'none', 0, 100), 'NOKEY'],
    [
      (redis) => refusal(redis.migrate('127.0.0.1', 1, ['c', 'd'], 0, 100, { COPY: true, REPLACE: true, AUTH: 'x' })),
      (text: string) => assert.match(text, /^IOERR /),
    ],
    [(redis) => redis.objectEncoding('a'), 'int'],
    [(redis) => redis.objectEncoding('none'), null],
    // Whole seconds since the case before last read it: as many as the machine stood still meanwhile.
    [(redis) => redis.objectIdletime('a'), (seconds: number) => assert.match(String(seconds), /^\d$/)],
    [(redis) => refusal(redis.objectFreq('a')), (text: string) => assert.match(text, /^ERR An LFU maxmemory policy is not selected/)],
    [(redis) => redis.objectRefcount('a'), (count: number) => assert.ok(count > 0)],
    [(redis) => redis.objectHelp(), ([first]: string[]) => assert.match(String(first), /^OBJECT/)],

    [(redis) => redis.expire('a', 100), 1],
    [(redis) => redis.expire('a', 100, { NX: true }), 0],
    [(redis) => redis.expire('a', 200, { XX: true, GT: true }), 1],
    [(redis) => redis.ttl('a'), upTo(200)],
    [(redis) => redis.pexpire('a', 50_000, { LT: true }), 1],
    [(redis) => redis.pttl('a'), upTo(50_000)],
    [(redis) => redis.expireat('a', inAnHour, { XX: true }), 1],
    [(redis) => redis.expiretime('a'), inAnHour],
    [(redis) => redis.pexpireat('a', inAnHour * 1000 + 5), 1],
    [(redis) => redis.pexpiretime('a'), inAnHour * 1000 + 5],
    [(redis) => redis.persist('a'), 1],
    [(redis) => redis.ttl('a'), -1],
    [(redis) => redis.ttl('none'), -2],

    [(redis) => redis.rpush('l', ['3', '10', '2']), 3],
    [(redis) => redis.mset({ w_3: 1, w_10: 2, w_2: 3, n_2: 'two' }), 'OK'],
    [(redis) => redis.sort('l'), ['2', '3', '10']],
    [(redis) => redis.sort('l', { ALPHA: true, DESC: true, LIMIT: { offset: 0, count: 2 } }), ['3', '2']],
    [(redis) => redis.sort('l', { BY: 'w_*', GET: ['#', 'n_*'] }), ['3', null, '10', null, '2', 'two']],
    [(redis) => redis.sort('l', { STORE: 's', ASC: true }), 3],
    [(redis) => redis.sort_ro('s', { BY: 'nosort', GET: '#', LIMIT: { offset: 1, count: 1 } }), ['3']],

    [(redis) => redis.del(['a', 'none']), 1],
    [(redis) => redis.unlink(['b', 'c', 'none']), 2],
  ],
);

describe('DUMP and RESTORE', () => {
  it('carry a value byte by byte, whatever the view calls text', async () => {
    await using server = await Server.start();
    await using redis = createClient({ topology: single({ host: server.host, port: server.port }) });
    const value = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
    await redis.set('a', value);
    for (const view of [redis, redis.with({ buffers: true })]) {
      const serialized = await view.dump('a');
      assert.ok(serialized !== null);
      assert.equal(await view.restore('b', 60_000, serialized, { REPLACE: true, IDLETIME: 5 }), 'OK');
      assert.deepEqual(await redis.with({ buffers: true }).get('b'), value);
    }
    const [serialized] = await redis.pipeline().dump('a').exec();
    assert.ok(serialized !== null);
    assert.equal(await redis.restoreAsking('c', Date.now() + 60_000, serialized, { ABSTTL: true }), 'OK');
  });
});
