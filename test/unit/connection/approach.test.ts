import assert from 'node:assert/strict';
import { type Approach, approachAfter, approachTo } from '../../../lib/connection/approach.js';

describe('the approach to a server', () => {
  for (const [dialect, approach] of [
    ['hello', 'at once'],
    ['unknown', 'alone'],
    ['plain', 'plain'],
  ] as const) {
    it(`is "${approach}" where its dialect is ${dialect}`, () => assert.equal(approachTo(dialect), approach));
  }

  const cases: readonly (readonly [closed: string, approach: Approach, ping: boolean, opening: boolean, next: Approach | null])[] = [
    ['before HELLO was answered', 'alone', false, false, 'proof'],
    ['after HELLO was answered', 'alone', false, true, null],
    ['before PING was answered', 'proof', false, false, null],
    ['at HELLO, after it had answered PING', 'proof', true, false, 'plain'],
    ['after HELLO was answered at last', 'proof', true, true, null],
    ['though it answers HELLO otherwise', 'at once', false, false, null],
    ['at what proxies take', 'plain', false, false, null],
  ];
  for (const [closed, approach, ping, opening, next] of cases) {
    it(`is ${next === null ? 'given up' : `"${next}" next`} where a server closes ${closed}`, () => {
      assert.equal(approachAfter(approach, { ping, opening }), next);
    });
  }
});
