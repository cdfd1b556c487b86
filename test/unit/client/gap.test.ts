import assert from 'node:assert/strict';
import { type Gap, isOneGap, mergeGaps } from '../../../lib/client/gap.js';
import { gapOf } from './pubsub/fakes.js';

const merged: readonly (readonly [what: string, first: Gap, second: Gap, both: Gap])[] = [
  [
    'keeps the reason of the first, and spans both',
    gapOf('silence', { sinceMs: 1, untilMs: 2 }),
    gapOf('moved', { sinceMs: 5, untilMs: 9 }),
    gapOf('silence', { sinceMs: 1, untilMs: 9 }),
  ],
  [
    'spans both where they overlap, in whatever order',
    gapOf('overflow', { sinceMs: 4, untilMs: 9 }),
    gapOf('overflow', { sinceMs: 1, untilMs: 6 }),
    gapOf('overflow', { sinceMs: 1, untilMs: 9 }),
  ],
  ['adds what was dropped', gapOf('overflow', { dropped: 2 }), gapOf('overflow', { dropped: 3 }), gapOf('overflow', { dropped: 5 })],
  [
    'leads from the first node to the last',
    gapOf('failover', { from: 'a', to: 'b' }),
    gapOf('failover', { from: 'b', to: 'c' }),
    gapOf('failover', { from: 'a', to: 'c' }),
  ],
];

describe('mergeGaps', () => {
  for (const [what, first, second, both] of merged) {
    it(what, () => {
      assert.deepEqual(mergeGaps(first, second), both);
    });
  }
});

const pairs: readonly (readonly [what: string, first: Gap, second: Gap, isOne: boolean])[] = [
  ['overflows of a channel', gapOf('overflow', { dropped: 1 }), gapOf('overflow', { dropped: 1 }), true],
  ['overflows of two channels', gapOf('overflow', { name: 'a' }), gapOf('overflow', { name: 'b' }), false],
  ['a channel and a pattern of the same name', gapOf('overflow'), gapOf('overflow', { kind: 'pattern' }), false],
  ['a failover behind another', gapOf('failover', { from: 'a', to: 'b' }), gapOf('failover', { from: 'b', to: 'c' }), true],
  ['breaks of a connection', gapOf('connection', { from: 'a', to: 'a' }), gapOf('silence', { from: 'a', to: 'a' }), true],
  ['breaks of the connections to two nodes', gapOf('silence', { from: 'a', to: 'a' }), gapOf('silence', { from: 'b', to: 'b' }), false],
  ['a node that came twice', gapOf('failover', { to: 'c' }), gapOf('failover', { to: 'c' }), true],
  ['an overflow and a node that came', gapOf('overflow'), gapOf('failover', { to: 'c' }), false],
  ['a broken connection and an overflow', gapOf('connection', { from: 'a', to: 'b' }), gapOf('overflow'), false],
];

describe('isOneGap', () => {
  for (const [what, first, second, isOne] of pairs) {
    it(`${what}: ${isOne ? 'one' : 'two'}`, () => {
      assert.equal(isOneGap(first, second), isOne);
    });
  }
});
