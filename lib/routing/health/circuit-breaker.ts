/** Number of failures without a reply in between that opens the breaker, however seldom the node is asked. */
const FAILURES_IN_A_ROW = 3;
/** Number of failures within the window that opens the breaker, with not more replies than failures. */
const FAILURES_IN_WINDOW = 5;
const FAILURE_WINDOW_MS = 10_000;
/** Number of slow round trips in a row that opens the breaker. */
const SLOW_IN_A_ROW = 3;
/** Time that it is open for, in ms: doubled from failure to failure, between these two. */
const SHORTEST_OPEN_MS = 1_000;
const LONGEST_OPEN_MS = 30_000;

/**
 * The circuit breaker of a replica, as data: `nextBreaker` gives the one that follows an event.
 *
 * | state | means | left by |
 * |---|---|---|
 * | closed | reads go there | three failures in a row, five of the latest ten outcomes, three slow round trips in a row: open |
 * | open | no read goes there while another node can serve it | the time it was opened for: half-open; a connection, after there was none: closed |
 * | half-open | one PING of ours is on its way, no read | the answer: closed; none, or a slow one: open for twice as long |
 */
export interface BreakerState {
  readonly state: 'closed' | 'open' | 'half-open';
  /** The latest failures, with the number of replies that the node had given by then. */
  readonly failures: readonly { readonly at: number; readonly replies: number }[];
  /** Slow round trips in a row. */
  readonly slow: number;
  /** Time that the breaker is, or was last, opened for, in ms. */
  readonly openMs: number;
  /** Moment of the last close, on the clock in ms. */
  readonly closedAt: number;
}

/** An observation of the node, `at` a time on the clock in ms. `recovered`: it answered the probe, or has a connection again. */
export type BreakerEvent =
  | { readonly kind: 'failure'; readonly at: number; readonly replies: number }
  | { readonly kind: 'round-trip'; readonly at: number; readonly isSlow: boolean }
  | { readonly kind: 'probe-sent' | 'probe-failed' | 'recovered'; readonly at: number };

export const CLOSED: BreakerState = Object.freeze({
  state: 'closed',
  failures: [],
  slow: 0,
  openMs: 0,
  closedAt: Number.NEGATIVE_INFINITY,
});

/** The breaker after an event; the same one where nothing changes. */
export function nextBreaker(breaker: BreakerState, event: BreakerEvent): BreakerState {
  switch (breaker.state) {
    case 'closed': {
      if (event.kind === 'failure') {
        const failures = [...breaker.failures, { at: event.at, replies: event.replies }].slice(-FAILURES_IN_WINDOW);
        return areTooMany(failures, event.at) ? opened(breaker, openMsBefore(breaker, event.at)) : { ...breaker, failures };
      }
      if (event.kind !== 'round-trip') return breaker;
      const slow = event.isSlow ? breaker.slow + 1 : 0;
      if (slow >= SLOW_IN_A_ROW) return opened(breaker, openMsBefore(breaker, event.at));
      return slow === breaker.slow ? breaker : { ...breaker, slow };
    }
    case 'open':
      if (event.kind === 'recovered') return closed(breaker, event.at);
      return event.kind === 'probe-sent' ? { ...breaker, state: 'half-open' } : breaker;
    case 'half-open':
      if (event.kind === 'recovered') return closed(breaker, event.at);
      return event.kind === 'probe-failed' ? opened(breaker, breaker.openMs) : breaker;
    default:
      return breaker.state satisfies never;
  }
}

function areTooMany(failures: BreakerState['failures'], now: number): boolean {
  const last = failures.at(-1);
  const third = failures.at(-FAILURES_IN_A_ROW);
  if (last === undefined || third === undefined) return false;
  if (third.replies === last.replies) return true;
  const [first] = failures;
  if (first === undefined || failures.length < FAILURES_IN_WINDOW) return false;
  return now - first.at <= FAILURE_WINDOW_MS && last.replies - first.replies <= FAILURES_IN_WINDOW;
}

function closed({ openMs }: BreakerState, at: number): BreakerState {
  return { ...CLOSED, openMs, closedAt: at };
}

/** The last time that the breaker was opened for, in ms; 0 once it has been closed for a while. */
function openMsBefore({ openMs, closedAt }: BreakerState, now: number): number {
  return now - closedAt > LONGEST_OPEN_MS ? 0 : openMs;
}

function opened({ closedAt }: BreakerState, beforeMs: number): BreakerState {
  return { ...CLOSED, state: 'open', openMs: Math.min(LONGEST_OPEN_MS, Math.max(SHORTEST_OPEN_MS, 2 * beforeMs)), closedAt };
}
