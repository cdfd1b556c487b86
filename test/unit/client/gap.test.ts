import assert from 'node:assert/strict';
import { type Gap, mergeGaps } from '../../../lib/client/gap.js';
import { gapOf } from './pubsub/fakes.js';

const cases: readonly (readonly [what: string, first: Gap, second: Gap, merged: Gap])[] = [
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
  [
    'keeps the nodes beside an overflow, which has none',
    gapOf('overflow', { dropped: 1 }),
    gapOf('connection', { from: 'a', to: 'b' }),
    gapOf('overflow', { dropped: 1, from: 'a', to: 'b' }),
  ],
  [
    'keeps the nodes before an overflow, too',
    gapOf('connection', { from: 'a', to: 'b' }),
    gapOf('overflow', { dropped: 1 }),
    gapOf('connection', { dropped: 1, from: 'a', to: 'b' }),
  ],
];

describe('mergeGaps', () => {
  for (const [what, first, second, merged] of cases) {
    it(what, () => {
      assert.deepEqual(mergeGaps(first, second), merged);
    });
  }
});
