import assert from 'node:assert/strict';
import { type AfterClose, afterClose, type Closed } from '../../../../../lib/entries/ioredis/status/statuses.js';

const usual: Closed = { isWanted: false, delay: 5, attempts: 1, maxRetriesPerRequest: 2 };
const again = (flush: boolean, delayMs = 5): AfterClose => ({ next: 'reconnecting', delayMs, flush });

/** Closes, and what follows. */
const cases: readonly (readonly [closed: Partial<Closed>, next: AfterClose])[] = [
  [{}, again(false)],
  [{ isWanted: true }, { next: 'end' }],
  [{ delay: null }, { next: 'end' }],
  [{ delay: undefined }, { next: 'end' }],
  [{ delay: '5' }, { next: 'end' }],
  [{ delay: -1 }, again(false, 0)],
  [{ attempts: 2 }, again(false)],
  [{ attempts: 3 }, again(true)],
  [{ attempts: 4 }, again(false)],
  [{ attempts: 6 }, again(true)],
  [{ maxRetriesPerRequest: 0 }, again(true)],
  [{ maxRetriesPerRequest: null, attempts: 3 }, again(false)],
  [{ maxRetriesPerRequest: -1, attempts: 3 }, again(false)],
];

describe('what follows a close', () => {
  for (const [closed, next] of cases) {
    it(`of ${JSON.stringify(closed)} is ${JSON.stringify(next)}`, () => assert.deepEqual(afterClose({ ...usual, ...closed }), next));
  }
});
