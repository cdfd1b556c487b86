import assert from 'node:assert/strict';
import { asResp2 } from '../../../../../lib/entries/ioredis/over/resp2-replies.js';

const b = (text: string): Buffer => Buffer.from(text);
const [a, z] = [b('a'), b('z')];
const { NEGATIVE_INFINITY, NaN: NAN, POSITIVE_INFINITY } = Number;

/** A command, its reply in RESP3 and that in RESP2. */
const cases: readonly (readonly [words: string, resp3: unknown, resp2: unknown])[] = [
  ['get k', a, a],
  ['set k v', 'OK', 'OK'],
  ['get k', null, null],
  ['incr k', 2, 2],
  ['zscore k a', 2, b('2')],
  ['zscore k a', -0, b('-0')],
  ['zmscore k a b c', [1.5, null, POSITIVE_INFINITY], [b('1.5'), null, b('inf')]],
  ['zincrby k 1 a', NEGATIVE_INFINITY, b('-inf')],
  ['zrange k 0 -1', [a, z], [a, z]],
  [
    'zrange k 0 -1 withscores',
    [
      [a, 1],
      [z, 2.5],
    ],
    [a, b('1'), z, b('2.5')],
  ],
  ['zpopmin k', [a, 1], [a, b('1')]],
  [
    'zpopmin k 2',
    [
      [a, 1],
      [z, 2],
    ],
    [a, b('1'), z, b('2')],
  ],
  ['zpopmin k', [], []],
  ['bzpopmin k 0', [b('k'), a, 1], [b('k'), a, b('1')]],
  ['zmpop 1 k min', [b('k'), [[a, 1]]], [b('k'), [[a, b('1')]]]],
  ['zrank k a', 3, 3],
  ['zrank k a withscore', [3, 4], [3, b('4')]],
  ['zadd k 1 a', 1, 1],
  ['zadd k 1 incr', 1, 1],
  ['zadd k XX INCR 1 a', 1, b('1')],
  ['zadd k nx incr 1 a', null, null],
  ['geopos k a b', [[13, 38.5], null], [[b('13'), b('38.5')], null]],
  ['geosearch k', [a, z], [a, z]],
  ['geosearch k withdist withhash withcoord', [[a, b('0.5'), 7, [13, 38]]], [[a, b('0.5'), 7, [b('13'), b('38')]]]],
  ['hrandfield k 2', [a, z], [a, z]],
  ['hrandfield k 2 withvalues', [[a, z]], [a, z]],
  ['hgetall k', [a, z], [a, z]],
  ['xread streams k 0', [b('k'), [[b('1-1'), [a, z]]]], [[b('k'), [[b('1-1'), [a, z]]]]]],
  ['xreadgroup group g c streams k >', null, null],
  ['eval s 0', [true, false, 1, [1.5, NAN]], [1, 0, 1, [b('1.5'), b('nan')]]],
  ['constructor', [1], [1]],
];

/** Replies in RESP2 already. */
const untouched: readonly (readonly [words: string, reply: unknown])[] = [
  ['zrange k 0 -1 withscores', [a, b('1')]],
  ['zadd k incr 1 a', b('1')],
  ['hrandfield k 2 withvalues', [a, z]],
  ['xread streams k 0', [[b('k'), [[b('1-1'), [a, z]]]]]],
  ['geosearch k withcoord', [[a, [b('1'), b('2')]]]],
  ['zmpop 1 k min', [b('k'), [[a, b('1')]]]],
];

describe('a reply of RESP3 as RESP2 has it', () => {
  for (const [words, resp3, resp2] of cases) {
    it(`of ${words}: ${JSON.stringify(resp3)}`, () => {
      const [name = '', ...args] = words.split(' ');
      assert.deepEqual(asResp2(name, args, resp3), resp2);
    });
  }

  for (const [words, reply] of untouched) {
    it(`stays as it is where it came so: ${words}`, () => {
      const [name = '', ...args] = words.split(' ');
      assert.deepEqual(asResp2(name, args, reply), reply);
    });
  }
});
