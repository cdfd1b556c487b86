import assert from 'node:assert/strict';
import { defineScript } from '../../../../lib/api/define-script.js';
import { ArgumentError } from '../../../../lib/errors.js';
import { Recorder } from '../recorder.js';

/** The commands as JavaScript sees them. */
type Untyped = Readonly<Record<string, (...args: readonly unknown[]) => unknown>>;

const redis = new Recorder() as unknown as Untyped;
const oneKey = defineScript({ lua: 'return 1', keys: 1 });
const callback = (): undefined => undefined;

class OldOptions {
  readonly EX = 5;
}
Object.defineProperty(OldOptions.prototype, 'toText', { value: callback, enumerable: true });

class Tagged {
  readonly a = 1;
  readonly [Symbol.toStringTag] = 'Tagged';
}

type Case = readonly [method: string, args: readonly unknown[], message: string];

/** What users of other clients are used to, and what is easily mistaken: the method, the arguments, and what the caller reads. */
const cases: Readonly<Record<string, readonly Case[]>> = {
  'options in other letters, or by other names': [
    ['set', ['k', 'v', { ex: 60 }], 'SET: unknown option ex; did you mean EX?'],
    ['set', ['k', 'v', { nx: true }], 'SET: unknown option nx; did you mean NX?'],
    ['set', ['k', 'v', { expiration: { type: 'EX', value: 60 } }], 'SET: unknown option expiration; did you mean EX?'],
    ['set', ['k', 'v', { ttl: 60 }], 'SET: unknown option ttl; did you mean EX?'],
    ['zrange', ['k', 0, -1, { rev: true }], 'ZRANGE: unknown option rev; did you mean REV?'],
    ['zrange', ['k', 0, -1, { BY: 'SCORE' }], 'ZRANGE: unknown option BY; did you mean BYSCORE?'],
    ['xread', [{ s: '$' }, { block: 100 }], 'XREAD: unknown option block; did you mean BLOCK?'],
    ['xadd', ['s', '*', { a: 1 }, { TRIM: { strategy: 'MAXLEN' } }], 'XADD: unknown option TRIM; did you mean MAXLEN?'],
    [
      'xadd',
      ['s', '*', { a: 1 }, { MAXLEN: { threshold: 9 } }],
      'XADD: unknown option threshold in argument 4, option MAXLEN; did you mean ~?',
    ],
    ['xgroupCreate', ['s', 'g', '$', { mkStream: true }], 'XGROUP CREATE: unknown option mkStream; did you mean MKSTREAM?'],
    ['scan', [0, { pattern: 'a*' }], 'SCAN: unknown option pattern; did you mean MATCH?'],
    ['clientKill', [{ id: 5 }], 'CLIENT KILL: unknown option id; did you mean ID?'],
    [
      'zrange',
      ['k', 0, 1, { BYSCORE: true, LIMIT: { offset: 0, count: 1, limit: 5 } }],
      'ZRANGE: unknown option limit in argument 4, option LIMIT; known are offset, count',
    ],
    [
      'geosearch',
      ['k', { FROMMEMBER: 'm', BYRADIUS: { radius: 1, unit: 'M', units: 'KM' } }],
      'GEOSEARCH: unknown option units in argument 2, option BYRADIUS; did you mean unit?',
    ],
    ['copy', ['a', 'b', { ['x'.repeat(1_000_000)]: 2 }], `COPY: unknown option ${'x'.repeat(40)}…; known are DB, REPLACE`],
    ['copy', ['a', 'b', { database: 2 }], 'COPY: unknown option database; known are DB, REPLACE'],
    ['zadd', ['k', [{ member: 'a', score: 1 }], { INCR: true }], 'ZADD: option INCR is for zadd(key, score, member, options)'],
  ],
  'options as words': [
    [
      'set',
      ['k', 'v', 'PX', 5000, 'NX'],
      "SET takes 2 or 3 arguments, got 5; options are one object: set(key, value, { PX: 5000, NX: true }); words in the server's order are for call('SET', …)",
    ],
    [
      'set',
      ['k', 'v', 'EX', 'a secret'],
      "SET takes 2 or 3 arguments, got 4; options are one object: set(key, value, { EX: … }); words in the server's order are for call('SET', …)",
    ],
    [
      'expire',
      ['k', 10, 'NX'],
      "EXPIRE: argument 3 must be an object with NX, XX, GT, LT, got text; options are one object: expire(key, seconds, { NX: true }); words in the server's order are for call('EXPIRE', …)",
    ],
    [
      'zrangebyscore',
      ['k', 0, 1, 'LIMIT', 0, 5],
      "ZRANGEBYSCORE takes 3 or 4 arguments, got 6; options are one object: zrangebyscore(key, min, max, { LIMIT: { offset, count } }); words in the server's order are for call('ZRANGEBYSCORE', …)",
    ],
  ],
  'options as words before what they are about, as servers have them': [
    [
      'zadd',
      ['k', 'NX', 1, 'a'],
      "ZADD: argument 2 must be a number, or an object with member, score, or a list of them, got text; options are one object: zadd(key, score, member, { NX: true }); words in the server's order are for call('ZADD', …)",
    ],
    [
      'xadd',
      ['s', 'MAXLEN', '~', 1000, '*', 'a', 1],
      "XADD takes 3 or 4 arguments, got 7; options are one object: xadd(key, id, { a: 1, b: 2 }, { MAXLEN: … }); words in the server's order are for call('XADD', …)",
    ],
    [
      'xread',
      ['BLOCK', 100, 'STREAMS', 's', '$'],
      "XREAD takes 1 or 2 arguments, got 5; options are one object: xread({ a: 1, b: 2 }, { BLOCK: 100 }); words in the server's order are for call('XREAD', …)",
    ],
  ],
  'lists and pairs that are written out': [
    ['del', ['a', 'b'], "DEL takes 1 argument, got 2; several keys go as a list: del(['a', 'b'])"],
    ['mget', ['a', 'b'], "MGET takes 1 argument, got 2; several keys go as a list: mget(['a', 'b'])"],
    ['sadd', ['k', 'a', 'b'], "SADD takes 2 arguments, got 3; several members go as a list: sadd(key, ['a', 'b'])"],
    ['blpop', ['a', 'b', 5], "BLPOP takes 2 arguments, got 3; several keys go as a list: blpop(['a', 'b'], timeoutSeconds)"],
    [
      'hset',
      ['k', 'f', 1, 'g', 2],
      'HSET takes 2 or 3 arguments, got 5; several fields go as one object, Map or list of pairs: hset(key, { a: 1, b: 2 })',
    ],
    ['mset', ['a', 1], 'MSET takes 1 argument, got 2; several pairs go as one object, Map or list of pairs: mset({ a: 1, b: 2 })'],
    ['mset', [['a', 1, 'b', 2]], 'MSET: argument 1, pair 1, must be a list of a name and a value, got text'],
    ['mset', [[['a', 1, 'b']]], 'MSET: argument 1, pair 1, must be a name and a value, got a list of 3'],
    ['zadd', ['k', 1, 'a', 2, 'b'], 'ZADD takes 2 to 4 arguments, got 5; several members go as a list: zadd(key, [{ member, score }, …])'],
    ['zadd', ['k', [{ value: 'a', score: 1 }]], 'ZADD: argument 2, item 1, lacks member, has value, score'],
    ['eval', ['return 1', 1, 'k', 'a'], 'EVAL takes 1 to 3 arguments, got 4; several keys go as a list: eval(script, [keys], [args])'],
  ],
  'surplus arguments': [
    ['get', ['a', 'b'], 'GET takes 1 argument, got 2; the form is get(key)'],
    ['get', ['a', callback], 'GET takes 1 argument, got 2; it takes no callback, it returns a promise'],
    ['set', ['a', 'b', {}, callback], 'SET takes 2 or 3 arguments, got 4; it takes no callback, it returns a promise'],
    [
      'xpending',
      ['s', 'g', '-', '+', 10],
      'XPENDING takes 2 or 3 arguments, got 5; the form is xpending(key, group, { start, end, count, … })',
    ],
    ['geosearch', ['k', 'm', { radius: 1 }], 'GEOSEARCH takes 2 arguments, got 3; the form is geosearch(key, { FROMMEMBER, … })'],
    ['dbsize', ['a'], 'DBSIZE takes 0 arguments, got 1; the form is dbsize()'],
  ],
  'values of another kind': [
    ['get', [undefined], 'GET: argument 1 must be a string, a finite number or bytes, got undefined'],
    ['set', ['k'], 'SET: argument 2 must be a string, a finite number, a bigint or bytes, got undefined'],
    ['set', ['k', 'v', { EX: true }], 'SET: argument 3, option EX, must be a finite number, got true'],
    ['set', ['k', 'v', { EX: '' }], 'SET: argument 3, option EX, must be a finite number, got an empty text'],
    ['set', ['k', 'v', { EX: null }], 'SET: argument 3, option EX, must be a finite number, got null'],
    ['set', ['k', 'v', { NX: 1 }], 'SET: argument 3, option NX, must be true or false, got a number'],
    [
      'set',
      ['k', Promise.resolve(1)],
      'SET: argument 2 must be a string, a finite number, a bigint or bytes, got a promise that was not awaited',
    ],
    ['del', [[]], 'DEL: argument 1 is an empty list'],
    ['del', [['a', undefined]], 'DEL: argument 1, item 2, must be a string, a finite number or bytes, got undefined'],
    ['mset', [null], 'MSET: argument 1 must be an object, a Map or a list of pairs, got null'],
    [
      'mset',
      [{ a: 1, b: undefined }],
      'MSET: argument 1, value of "b", must be a string, a finite number, a bigint or bytes, got undefined',
    ],
    ['mset', [{}], 'MSET: argument 1 has no pairs'],
    [
      'xread',
      [{ key: 'orders', id: '$' }],
      'XREAD: the value of "key" is no ID of an entry; streams are names with their IDs: { [key]: id }',
    ],
    [
      'xreadgroup',
      ['g', 'c', { key: 'orders', id: '>' }, { COUNT: 1 }],
      'XREADGROUP: the value of "key" is no ID of an entry; streams are names with their IDs: { [key]: id }',
    ],
    [
      'mset',
      [{ a: 1, [Symbol.iterator]: () => [null].values() }],
      'MSET: argument 1, pair 1, must be a list of a name and a value, got null',
    ],
    ['script', [undefined], 'EVALSHA: argument 1 must be a script of defineScript, got undefined'],
    ['script', [oneKey, []], 'EVALSHA: argument 2 must be a list of 1 keys for this script, got 0'],
    ['lmove', ['a', 'b', 'left', 'RIGHT'], 'LMOVE: argument 3 must be LEFT or RIGHT, got text; did you mean LEFT?'],
    ['setex', ['k', 'a secret', 60], 'SETEX: argument 2 must be a finite number, got text'],
    ['setex', ['k', Buffer.from('a secret'), 60], 'SETEX: argument 2 must be a finite number, got a Uint8Array'],
    ['incrby', ['k', Buffer.alloc(0)], 'INCRBY: argument 2 must be a finite number, a bigint or its text, got a Uint8Array'],
    ['auth', [123456], 'AUTH: argument 1 must be a string, got a number'],
    [
      'geosearch',
      ['k', { FROMMEMBER: 'm', BYRADIUS: 5 }],
      'GEOSEARCH: argument 2, option BYRADIUS, must be an object with radius, unit, got a number',
    ],
    [
      'del',
      [new Proxy({}, { get: () => assert.fail(), ownKeys: () => assert.fail() })],
      'DEL: argument 1 must be a string, a finite number or bytes, or a list of them, got a value that cannot be shown',
    ],
    ['del', [new Set(['a'])], 'DEL: argument 1 must be a string, a finite number or bytes, or a list of them, got a Set'],
    ['restore', ['k', 0, 'text'], 'RESTORE: argument 3 must be bytes, got text'],
  ],
  'what does not go together': [
    ['set', ['k', 'v', { EX: 1, PX: 1 }], 'SET: argument 3 has EX and PX, which exclude each other'],
    ['zrange', ['k', 0, -1, { LIMIT: { offset: 0, count: 1 } }], 'ZRANGE: argument 4 has LIMIT without BYSCORE or BYLEX'],
    ['xinfoStream', ['s', { COUNT: 5 }], 'XINFO STREAM: argument 2 has COUNT without FULL'],
    [
      'geosearch',
      ['k', { BYRADIUS: { radius: 1, unit: 'M' } }],
      'GEOSEARCH: argument 2 lacks FROMMEMBER, FROMLONLAT or BYPOLYGON, has BYRADIUS',
    ],
    ['bitcount', ['k', undefined, 5], 'BITCOUNT: argument 2 must be a finite number where another follows it, got undefined'],
    [
      'zrandmember',
      ['k', undefined, { WITHSCORES: true }],
      'ZRANDMEMBER: argument 2 must be a finite number where another follows it, got undefined',
    ],
  ],
};

/** What is unusual and means what it says: the method, the arguments, the words. */
const accepted: readonly (readonly [what: string, method: string, args: readonly unknown[], words: string])[] = [
  ['options that are undefined', 'set', ['k', 'v', { EX: undefined, NX: true }], 'SET k v NX'],
  ['no options as undefined', 'set', ['k', 'v', undefined], 'SET k v'],
  ['surplus that is undefined', 'get', ['k', undefined], 'GET k'],
  ['a flag that is false', 'zrange', ['k', 0, -1, { REV: false, WITHSCORES: true }], 'ZRANGE k 0 -1 WITHSCORES'],
  ['exclusive flags of which one is false', 'set', ['k', 'v', { NX: false, XX: true }], 'SET k v XX'],
  ['a number as text, from the environment', 'set', ['k', 'v', { EX: '60' }], 'SET k v EX 60'],
  ['a number as bytes, from a view with buffers', 'set', ['k', 'v', { EX: Buffer.from('60') }], 'SET k v EX 60'],
  ['an integer as bytes', 'incrby', ['k', new Uint8Array([54, 48])], 'INCRBY k 54,48'],
  ['inherited options', 'set', ['k', 'v', Object.create({ EX: 60 })], 'SET k v EX 60'],
  ['options without a prototype', 'set', ['k', 'v', Object.assign(Object.create(null), { NX: true })], 'SET k v NX'],
  [
    'options of a class',
    'set',
    [
      'k',
      'v',
      new (class {
        EX = 5;
      })(),
    ],
    'SET k v EX 5',
  ],
  ['options of an old class, whose methods are enumerable', 'set', ['k', 'v', new OldOptions()], 'SET k v EX 5'],
  ['pairs of a class that has a name for itself', 'hset', ['k', new Tagged()], 'HSET k a 1'],
  ['an iterable that has other names', 'mset', [{ b: 2, [Symbol.iterator]: () => [['a', 1]].values() }], 'MSET a 1'],
  ['an infinite score as the text of a number', 'zadd', ['k', '-Infinity', 'a'], 'ZADD k -Infinity a'],
  ['streams called key and id', 'xread', [{ key: '0-0', id: '$' }], 'XREAD STREAMS key id 0-0 $'],
  ['a stream called key', 'xread', [{ key: '$' }], 'XREAD STREAMS key $'],
  ['records with more in them', 'zadd', ['k', [{ member: 'a', score: 1, name: 'Ada' }]], 'ZADD k 1 a'],
  ['an infinite score', 'zadd', ['k', Number.POSITIVE_INFINITY, 'a'], 'ZADD k +inf a'],
  ['pairs that can be read once', 'mset', [new Map([['a', 1]]).entries()], 'MSET a 1'],
  ['a field named __proto__', 'hset', ['k', JSON.parse('{"__proto__": 1}')], 'HSET k __proto__ 1'],
  ['an empty list where there is a default', 'info', [[]], 'INFO'],
  ['arguments of a script without keys', 'eval', ['return 1', undefined, ['a']], 'EVAL return 1 0 a'],
];

describe('the arguments of a command method', () => {
  for (const [kind, list] of Object.entries(cases)) {
    describe(`are refused: ${kind}`, () => {
      for (const [method, args, message] of list) {
        it(message, () => {
          assert.throws(
            () => redis[method]?.(...args),
            (error) => {
              assert.ok(error instanceof ArgumentError);
              assert.equal(error.message, message);
              assert.equal(error.executed, 'no');
              return true;
            },
          );
        });
      }
    });
  }

  for (const [what, method, args, words] of accepted) {
    it(`may be ${what}`, () => {
      const recorded = redis[method]?.(...args) as { readonly words: readonly unknown[] };
      assert.equal(recorded.words.map(String).join(' '), words);
    });
  }

  it('are not refused for what a program has added to all objects', () => {
    Object.defineProperty(Object.prototype, 'added', { value: 1, enumerable: true, configurable: true });
    try {
      const recorded = redis.set?.('k', 'v', { NX: true }) as { readonly words: readonly unknown[] };
      assert.deepEqual(recorded.words, ['SET', 'k', 'v', 'NX']);
    } finally {
      Reflect.deleteProperty(Object.prototype, 'added');
    }
  });
});
