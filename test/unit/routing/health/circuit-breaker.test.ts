import assert from 'node:assert/strict';
import { type BreakerEvent, type BreakerState, CLOSED, nextBreaker } from '../../../../lib/routing/health/circuit-breaker.js';

const failed = (at: number, replies: number): BreakerEvent => ({ kind: 'failed', at, replies });
const slow = (at: number): BreakerEvent => ({ kind: 'round trip', at, isSlow: true });
const swift = (at: number): BreakerEvent => ({ kind: 'round trip', at, isSlow: false });
const tried = (at: number): BreakerEvent => ({ kind: 'tried', at });
const answered = (at: number): BreakerEvent => ({ kind: 'answered', at });
const unanswered = (at: number): BreakerEvent => ({ kind: 'unanswered', at });
const trip = (at: number): BreakerEvent[] => [failed(at, 0), failed(at, 0), failed(at, 0)];

const outcomeOf = (events: readonly BreakerEvent[]): BreakerState => events.reduce(nextBreaker, CLOSED);

const CASES: readonly (readonly [what: string, events: readonly BreakerEvent[], state: BreakerState['state'], openMs?: number])[] = [
  ['two failures', [failed(0, 0), failed(1, 0)], 'closed'],
  ['three failures in a row', trip(0), 'open', 1_000],
  ['three in a row on a service that asks once a minute', [failed(0, 7), failed(60_000, 7), failed(120_000, 7)], 'open'],
  ['three with a reply between', [failed(0, 0), failed(1, 0), failed(2, 1)], 'closed'],
  ['every second one', [0, 1, 2, 3, 4].map((i) => failed(i, i)), 'open'],
  ['every third one', [0, 1, 2, 3, 4].map((i) => failed(i, 2 * i)), 'closed'],
  ['every second one, over a minute', [0, 1, 2, 3, 4].map((i) => failed(i * 15_000, i)), 'closed'],
  ['one in a thousand', [0, 1, 2, 3, 4, 5, 6].map((i) => failed(i, 1_000 * i)), 'closed'],
  ['three slow round trips', [slow(0), slow(1), slow(2)], 'open'],
  ['slow ones with a swift one between', [slow(0), slow(1), swift(2), slow(3), slow(4)], 'closed'],
  ['failures while it is open', [...trip(0), failed(1, 0), slow(1)], 'open', 1_000],
  ['the question after its time', [...trip(0), tried(1_000)], 'half-open'],
  ['an answer', [...trip(0), tried(1_000), answered(1_010)], 'closed'],
  ['failures of others meanwhile', [...trip(0), tried(1_000), failed(1_001, 0)], 'half-open'],
  ['no answer', [...trip(0), tried(1_000), unanswered(1_500)], 'open', 2_000],
  ['no answer, twice', [...trip(0), tried(1_000), unanswered(1_500), tried(4_000), unanswered(4_500)], 'open', 4_000],
  ['failures soon after it was closed', [...trip(0), tried(1_000), answered(1_010), ...trip(2_000)], 'open', 2_000],
  ['failures long after it was closed', [...trip(0), tried(1_000), answered(1_010), ...trip(60_000)], 'open', 1_000],
  ['a connection after there was none', [...trip(0), answered(10)], 'closed'],
];

describe('routing/breaker', () => {
  for (const [what, events, state, openMs] of CASES) {
    it(`is ${state}${openMs === undefined ? '' : ` for ${openMs} ms`} after ${what}`, () => {
      const breaker = outcomeOf(events);
      assert.equal(breaker.state, state);
      if (openMs !== undefined) assert.equal(breaker.openMs, openMs);
    });
  }

  it('is never open for more than half a minute', () => {
    let breaker = outcomeOf(trip(0));
    for (let i = 0; i < 20; i++) breaker = nextBreaker(nextBreaker(breaker, tried(i)), unanswered(i));
    assert.equal(breaker.openMs, 30_000);
  });

  it('forgets the failures of the time before it was opened', () => {
    const closed = outcomeOf([...trip(0), tried(1_000), answered(1_010), failed(1_020, 0), failed(1_030, 0)]);
    assert.equal(closed.state, 'closed');
  });
});
