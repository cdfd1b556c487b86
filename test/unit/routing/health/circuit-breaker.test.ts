import assert from 'node:assert/strict';
import { type BreakerEvent, type BreakerState, CLOSED, nextBreaker } from '../../../../lib/routing/health/circuit-breaker.js';

const failure = (at: number, replies: number): BreakerEvent => ({ kind: 'failure', at, replies });
const slow = (at: number): BreakerEvent => ({ kind: 'round-trip', at, isSlow: true });
const swift = (at: number): BreakerEvent => ({ kind: 'round-trip', at, isSlow: false });
const probeSent = (at: number): BreakerEvent => ({ kind: 'probe-sent', at });
const recovered = (at: number): BreakerEvent => ({ kind: 'recovered', at });
const probeFailed = (at: number): BreakerEvent => ({ kind: 'probe-failed', at });
const threeFailures = (at: number): BreakerEvent[] => [failure(at, 0), failure(at, 0), failure(at, 0)];

const breakerAfter = (events: readonly BreakerEvent[]): BreakerState => events.reduce(nextBreaker, CLOSED);

const CASES: readonly (readonly [what: string, events: readonly BreakerEvent[], state: BreakerState['state'], openMs?: number])[] = [
  ['two failures', [failure(0, 0), failure(1, 0)], 'closed'],
  ['three failures in a row', threeFailures(0), 'open', 1_000],
  ['three in a row on a service that asks once a minute', [failure(0, 7), failure(60_000, 7), failure(120_000, 7)], 'open'],
  ['three with a reply between', [failure(0, 0), failure(1, 0), failure(2, 1)], 'closed'],
  ['every second one', [0, 1, 2, 3, 4].map((i) => failure(i, i)), 'open'],
  ['every third one', [0, 1, 2, 3, 4].map((i) => failure(i, 2 * i)), 'closed'],
  ['every second one, over a minute', [0, 1, 2, 3, 4].map((i) => failure(i * 15_000, i)), 'closed'],
  ['one in a thousand', [0, 1, 2, 3, 4, 5, 6].map((i) => failure(i, 1_000 * i)), 'closed'],
  ['three slow round trips', [slow(0), slow(1), slow(2)], 'open'],
  ['slow ones with a swift one between', [slow(0), slow(1), swift(2), slow(3), slow(4)], 'closed'],
  ['failures while it is open', [...threeFailures(0), failure(1, 0), slow(1)], 'open', 1_000],
  ['the question after its time', [...threeFailures(0), probeSent(1_000)], 'half-open'],
  ['an answer', [...threeFailures(0), probeSent(1_000), recovered(1_010)], 'closed'],
  ['failures of others meanwhile', [...threeFailures(0), probeSent(1_000), failure(1_001, 0)], 'half-open'],
  ['no answer', [...threeFailures(0), probeSent(1_000), probeFailed(1_500)], 'open', 2_000],
  ['no answer, twice', [...threeFailures(0), probeSent(1_000), probeFailed(1_500), probeSent(4_000), probeFailed(4_500)], 'open', 4_000],
  ['failures soon after it was closed', [...threeFailures(0), probeSent(1_000), recovered(1_010), ...threeFailures(2_000)], 'open', 2_000],
  ['failures long after it was closed', [...threeFailures(0), probeSent(1_000), recovered(1_010), ...threeFailures(60_000)], 'open', 1_000],
  ['a connection after there was none', [...threeFailures(0), recovered(10)], 'closed'],
];

describe('a circuit breaker', () => {
  for (const [what, events, state, openMs] of CASES) {
    it(`is ${state}${openMs === undefined ? '' : ` for ${openMs} ms`} after ${what}`, () => {
      const breaker = breakerAfter(events);
      assert.equal(breaker.state, state);
      if (openMs !== undefined) assert.equal(breaker.openMs, openMs);
    });
  }

  it('is never open for more than half a minute', () => {
    let breaker = breakerAfter(threeFailures(0));
    for (let i = 0; i < 20; i++) breaker = nextBreaker(nextBreaker(breaker, probeSent(i)), probeFailed(i));
    assert.equal(breaker.openMs, 30_000);
  });

  it('forgets the failures of the time before it was opened', () => {
    const closed = breakerAfter([...threeFailures(0), probeSent(1_000), recovered(1_010), failure(1_020, 0), failure(1_030, 0)]);
    assert.equal(closed.state, 'closed');
  });
});
