import assert from 'node:assert/strict';
import {
  type Arg,
  ArgumentError,
  createClient,
  IntegerRangeError,
  PartialFailureError,
  type Redis,
  ReplyError,
  single,
} from '../../lib/index.js';
import { FakeServer, pieces, status } from '../support/fake-server.js';
import { forEachTopology } from '../support/topologies.js';

const MEBIBYTE = 1024 * 1024;
const everyByte = Buffer.from(Array.from({ length: 256 }, (_, i) => i));
const BEYOND = 2n ** 53n + 1n;

/** Views over the same eleven bytes, which begin and end inside of their memory. */
const memory = Uint8Array.from({ length: 64 }, (_, i) => (i * 37 + 11) & 0xff);
const views: readonly ArrayBufferView[] = [
  Buffer.from(memory.buffer, 8, 24),
  new Uint8Array(memory.buffer, 8, 24),
  new Int8Array(memory.buffer, 8, 24),
  new Uint8ClampedArray(memory.buffer, 8, 24),
  new Int16Array(memory.buffer, 8, 12),
  new Uint16Array(memory.buffer, 8, 12),
  new Int32Array(memory.buffer, 8, 6),
  new Uint32Array(memory.buffer, 8, 6),
  new Float32Array(memory.buffer, 8, 6),
  new Float64Array(memory.buffer, 8, 3),
  new BigInt64Array(memory.buffer, 8, 3),
  new BigUint64Array(memory.buffer, 8, 3),
  new DataView(memory.buffer, 8, 24),
];
const viewed = Buffer.from(memory.buffer, 8, 24);

const texts: readonly (readonly [name: string, text: string])[] = [
  ['nothing', ''],
  ['line ends and NUL', '\r\n$5\r\n\0*1\r\n'],
  ['two-byte characters', 'größer, Ω, ж'],
  ['three-byte characters', '漢字かな交じり文'],
  ['four-byte characters', '👩‍🚀𝒳🏴‍☠️'],
  ['long text outside ASCII', 'ж漢👩'.repeat(5_000)],
  ['a mebibyte of ASCII', 'x'.repeat(MEBIBYTE)],
];

describe('what goes in comes out', () => {
  forEachTopology((t) => {
    let redis: Redis;

    beforeEach(() => {
      redis = createClient({ topology: t.createOptions() });
    });

    afterEach(() => redis.close());

    for (const [name, text] of texts) {
      it(`as text: ${name}`, async () => {
        assert.equal(await redis.set('k', text), 'OK');
        assert.equal(await redis.get('k'), text);
        assert.deepEqual(await redis.with({ buffers: true }).get('k'), Buffer.from(text));
        assert.equal(await redis.strlen('k'), Buffer.byteLength(text));
      });

      it(`as a key and a field: ${name}`, async () => {
        assert.equal(await redis.set(text, 'v'), 'OK');
        assert.equal(await redis.get(text), 'v');
        assert.equal(await redis.get(Buffer.from(text)), 'v', 'the same key, whatever it was given as');
        await redis.hset('h', { [text]: text });
        assert.deepEqual(await redis.hkeys('h'), [text]);
      });
    }

    it('as bytes, keys and values, all 256 of them', async () => {
      const buffers = redis.with({ buffers: true });
      await redis.set(everyByte, everyByte);
      const value: Buffer | null = await buffers.get(everyByte);
      assert.deepEqual(value, everyByte);
      assert.deepEqual(await buffers.getrange(everyByte, 0, -1), everyByte);
      await redis.rpush(Buffer.from([0xff, 0]), [everyByte, Buffer.alloc(0)]);
      assert.deepEqual(await buffers.lrange(Buffer.from([0xff, 0]), 0, -1), [everyByte, Buffer.alloc(0)]);
    });

    it('as every kind of typed array and DataView', async () => {
      const buffers = redis.with({ buffers: true });
      for (const view of views) {
        await redis.set('k', view);
        assert.deepEqual(await buffers.get('k'), viewed, view.constructor.name);
        await redis.set(view, view.constructor.name);
        assert.equal(await redis.get(viewed), view.constructor.name);
        assert.equal(await redis.del([view, '{k}other']), 1);
      }
    });

    it('as numbers and bigints in decimal', async () => {
      const cases: readonly (readonly [Arg, string])[] = [
        [0, '0'],
        [-0, '0'],
        [-1.5, '-1.5'],
        [1e21, '1e+21'],
        [Number.MAX_SAFE_INTEGER, '9007199254740991'],
        [5e-324, '5e-324'],
        [2n ** 63n - 1n, '9223372036854775807'],
        [-(2n ** 63n), '-9223372036854775808'],
      ];
      for (const [given, text] of cases) {
        await redis.set('k', given);
        assert.equal(await redis.get('k'), text);
      }
    });

    it('with lone surrogates as U+FFFD, alike in short and in long texts, for keys and for their slots', async () => {
      for (const text of ['\ud800', 'a\udc00b', `${'x'.repeat(100)}\ud83d`, `${'ж'.repeat(3_000)}\udfff`]) {
        const well = text.replaceAll(/\p{Surrogate}/gu, '\ufffd');
        await redis.set(text, text);
        assert.equal(await redis.get(well), well);
        assert.equal(await redis.get(text), well);
      }
    });

    it('through a hash, with __proto__ and constructor as fields', async () => {
      const fields = JSON.parse('{"__proto__":"p","constructor":"c","toString":"t","":"empty"}') as Record<string, string>;
      await redis.hset('h', fields);
      for (const reply of [await redis.hgetall('h'), await redis.call('HGETALL', 'h')]) {
        assert.deepEqual(Object.entries(reply as object).sort(), Object.entries(fields).sort());
        assert.equal(Object.getPrototypeOf(reply), Object.prototype);
      }
      assert.equal(({} as { p?: string }).p, undefined);
      const bytes = await redis.with({ buffers: true }).hgetall('h');
      const pairs: [string, string][] = bytes.map(([name, value]) => [String(name), String(value)]);
      assert.deepEqual(pairs.sort(), Object.entries(fields).sort());
    });

    it('through names that are no text, or come twice, with buffers', async () => {
      const buffers = redis.with({ buffers: true });
      const pairs: [Buffer, Buffer][] = [
        [Buffer.from([0xff]), Buffer.from('1')],
        [Buffer.from('a'), Buffer.from('2')],
        [Buffer.from([0xfe]), Buffer.from('3')],
      ];
      await redis.hset('h', pairs);
      const byName = ([a]: readonly [Buffer, Buffer], [b]: readonly [Buffer, Buffer]) => a.compare(b);
      assert.deepEqual((await buffers.hgetall('h')).sort(byName), [...pairs].sort(byName));
      assert.equal(((await buffers.call('HGETALL', 'h')) as unknown[]).length, 6, 'a flat list');
      assert.deepEqual(await buffers.hgetall('nobody'), []);
      const twice = [...pairs, ...pairs];
      await redis.xadd('s', '1-0', twice);
      const [entry] = await buffers.xrange('s', '-', '+');
      assert.deepEqual(entry, { id: Buffer.from('1-0'), fields: twice });
      const [, , all] = await buffers.multi().ping().ping().hgetall('h').exec();
      assert.equal(all.length, 3);
    });

    it('beyond 2^53 exactly, or as an error that has it exactly', async () => {
      await redis.set('n', BEYOND - 1n);
      await assert.rejects(
        redis.incr('n'),
        (error) => error instanceof IntegerRangeError && error.value === BEYOND && error.executed === 'yes',
      );
      assert.equal(await redis.get('n'), String(BEYOND));
      const [asBigint, asText] = [redis.with({ integers: 'bigint' }), redis.with({ integers: 'string' })];
      const big: bigint = await asBigint.incrby('n', 0);
      const text: string = await asText.incrby('n', 0);
      assert.equal(big, BEYOND);
      assert.equal(text, String(BEYOND));
      await redis.set('n', 2 ** 53 - 1);
      assert.equal(await redis.incrby('n', 0), 2 ** 53 - 1);
      assert.equal(await asBigint.incrby('n', 0), 2n ** 53n - 1n);
    });

    it('beyond 2^53 inside of a transaction', async () => {
      await redis.set('n', BEYOND);
      await assert.rejects(
        redis.multi().incrby('n', 0).get('n').exec(),
        (error) => error instanceof IntegerRangeError && error.value === BEYOND && error.executed === 'yes',
      );
      const values: [bigint, string | null] = await redis.with({ integers: 'bigint' }).multi().incrby('n', 0).get('n').exec();
      assert.deepEqual(values, [BEYOND, String(BEYOND)]);
      const texts: [string, string | null] = await redis.with({ integers: 'string' }).multi().incrby('n', 0).get('n').exec();
      assert.deepEqual(texts, [String(BEYOND), String(BEYOND)]);
      assert.equal(await redis.get('n'), String(BEYOND), 'nothing else on the connection was disturbed');
    });

    it('beyond 2^53 inside of a reply that took something: nothing of it is lost', async () => {
      await redis.set('{t}n', BEYOND);
      await redis.rpush('{t}l', 'popped');
      const [popped, sum] = await redis.multi().lpop('{t}l').incrby('{t}n', 0).exec({ errors: 'inline' });
      assert.equal(popped, 'popped');
      assert.ok((sum as unknown) instanceof IntegerRangeError);
      await redis.rpush('{t}l', 'popped');
      const lua = 'return {redis.call("LPOP", KEYS[1]), redis.call("INCRBY", KEYS[2], 0)}';
      await assert.rejects(redis.eval(lua, ['{t}l', '{t}n']), (error) => {
        assert.ok(error instanceof IntegerRangeError);
        assert.deepEqual(error.reply, ['popped', BEYOND - 1n], 'Lua has doubles');
        return true;
      });
    });

    it('as infinity where a server marks an entry of a stream with 2^63 - 1', async () => {
      const mark = 2n ** 63n - 1n;
      await redis.xgroupCreate('s', 'g', '0', { MKSTREAM: true });
      await redis.xadd('s', '1-0', { f: 'v' });
      await redis.xreadgroup('g', 'c', { s: '>' });
      assert.equal((await redis.xclaim('s', 'g', 'c', 0, '1-0', { RETRYCOUNT: mark })).length, 1);
      const range = { start: '-', end: '+', count: 9 };
      for (const [integers, deliveries] of [
        ['number', Number.POSITIVE_INFINITY],
        ['bigint', mark],
        ['string', String(mark)],
      ] as const) {
        const view = redis.with({ integers });
        const [entry] = await view.xpending('s', 'g', range);
        assert.equal(entry?.deliveries, deliveries);
        const [[inTransaction]] = await view.multi().xpending('s', 'g', range).exec();
        assert.equal(inTransaction?.deliveries, deliveries);
        const { groups } = await view.xinfoStream('s', { FULL: true });
        assert.equal(groups[0]?.pending[0]?.deliveries, deliveries);
        assert.equal(groups[0]?.consumers[0]?.pending[0]?.deliveries, deliveries);
      }
    });

    it('not at all where it cannot be sent: nothing is issued, on a lease neither', async () => {
      const bad = [Number.NaN, Number.POSITIVE_INFINITY, -Number.POSITIVE_INFINITY, undefined, null, {}, true] as unknown as Arg[];
      await redis.connect();
      const before = redis.stats().nodes.reduce((sum, { sent }) => sum + sent, 0);
      for (const value of bad) {
        await assert.rejects(redis.set('k', value), ArgumentError);
        await assert.rejects(redis.call('SET', 'k', value), ArgumentError);
        await assert.rejects(redis.multi().set('k', value).exec(), ArgumentError);
      }
      const { commands, bytes, nodes } = redis.stats();
      assert.deepEqual([commands, bytes], [0, 0]);
      assert.equal(
        nodes.reduce((sum, { sent }) => sum + sent, 0),
        before,
      );
      await redis.lease(
        async (one) => {
          for (const value of bad) await assert.rejects(one.set('k', value), ArgumentError);
          assert.equal(await one.get('k'), null);
        },
        { key: 'k' },
      );
    });

    it('as it is when it leaves: a Buffer is free again once its command was answered, and not before', async () => {
      const buffers = redis.with({ buffers: true });
      for (const size of [6, MEBIBYTE]) {
        const bytes = Buffer.alloc(size, 'a');
        const first = redis.set('k', bytes);
        bytes.fill('b');
        await first;
        assert.deepEqual(await buffers.get('k'), Buffer.alloc(size, 'b'), 'nothing is copied at the call');
        bytes.fill('c');
        assert.deepEqual(await buffers.get('k'), Buffer.alloc(size, 'b'));
      }
    });

    it('as Buffers that belong to the caller: no later reply changes them', async () => {
      const buffers = redis.with({ buffers: true });
      const values = Array.from({ length: 200 }, (_, i) => Buffer.alloc(i * 37, `${i}.`));
      await Promise.all(values.map((value, i) => redis.set(`{b}${i}`, value)));
      const replies = await Promise.all(values.map((_, i) => buffers.get(`{b}${i}`)));
      await Promise.all(values.map(() => redis.set('other', 'y'.repeat(5_000)).then(() => redis.get('other'))));
      assert.deepEqual(replies, values);
    });
  });

  it('beyond 2^53 at any depth of a reply, and only that reply is rejected', async () => {
    const reply = Buffer.from(`*2\r\n:1\r\n%1\r\n+field\r\n*2\r\n:${BEYOND}\r\n:-${BEYOND + 1n}\r\n`);
    await using server = await FakeServer.start(([name, key]) =>
      name === 'LRANGE' ? reply : name === 'GET' ? status(`value of ${key}`) : undefined,
    );
    await using redis = createClient({ topology: single(server.address) });
    const [rejected, next] = await Promise.allSettled([redis.call('LRANGE', 'k', 0, -1), redis.get('a')]);
    assert.ok(rejected.status === 'rejected' && rejected.reason instanceof IntegerRangeError && rejected.reason.value === BEYOND);
    assert.deepEqual(next, { status: 'fulfilled', value: 'value of a' });
    assert.deepEqual(await redis.with({ integers: 'bigint' }).call('LRANGE', 'k', 0, -1), [1n, { field: [BEYOND, -BEYOND - 1n] }]);
    assert.deepEqual(await redis.with({ integers: 'string' }).call('LRANGE', 'k', 0, -1), [
      '1',
      { field: [`${BEYOND}`, `-${BEYOND + 1n}`] },
    ]);
  });

  it('with an error in the place of a value, as a proxy gives it, rejects that command alone', async () => {
    const reply = Buffer.from('*3\r\n$1\r\nv\r\n-ERR no backend\r\n$1\r\nw\r\n');
    await using server = await FakeServer.start(([name, key]) =>
      name === 'MGET' || name === 'EVAL' ? reply : name === 'GET' ? status(`value of ${key}`) : undefined,
    );
    await using redis = createClient({ topology: single(server.address) });
    const [values, next, called] = await Promise.allSettled([
      redis.mget(['a', 'b', 'c']),
      redis.get('a'),
      redis.call('MGET', 'a', 'b', 'c'),
    ]);
    for (const outcome of [values, called]) {
      assert.ok(outcome.status === 'rejected' && outcome.reason instanceof PartialFailureError);
      const failures = outcome.reason.failures.map(({ keys, error }) => [keys, (error as ReplyError).message]);
      assert.deepEqual(failures, [[['b'], 'ERR no backend']]);
    }
    assert.deepEqual(next, { status: 'fulfilled', value: 'value of a' });
    assert.ok(((await redis.eval('return x')) as unknown[])[1] instanceof ReplyError, 'a script may return errors');
  });

  it('in whatever chunks the bytes come, cut inside of characters and numbers', async () => {
    const text = 'größer, ж, 漢字, 👩‍🚀, \r\n';
    const reply = Buffer.from(`*4\r\n$${Buffer.byteLength(text)}\r\n${text}\r\n:-1234567890\r\n+ж\r\n,1.25\r\n`);
    for (const size of [1, 2, 3, 5, 7]) {
      await using server = await FakeServer.start(([name]) => (name === 'LRANGE' ? pieces(reply, size, 0) : undefined));
      await using redis = createClient({ topology: single(server.address) });
      assert.deepEqual(await redis.call('LRANGE', 'k', 0, -1), [text, -1234567890, 'ж', 1.25], `in pieces of ${size}`);
      assert.deepEqual(await redis.with({ buffers: true }).call('LRANGE', 'k', 0, -1), [Buffer.from(text), -1234567890, 'ж', 1.25]);
    }
  });
});
