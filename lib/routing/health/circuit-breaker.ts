/** So many failures without a reply in between are enough, however seldom the node is asked. */
const IN_A_ROW = 3;
/** Of the latest outcomes within this time, so many failures and not more replies than that. */
const FAILURES = 5;
const WITHIN_MS = 10_000;
/** So many round trips in a row were much longer than those of the others. */
const SLOW_IN_A_ROW = 3;
/** For so long nothing is sent to it, then one question; doubled from failure to failure. */
const SHORTEST_MS = 1_000;
const LONGEST_MS = 30_000;

/**
 * The circuit breaker of a replica.
 *
 * | state | means | left by |
 * |---|---|---|
 * | closed | reads go there | three failures in a row, five of the latest ten outcomes, three slow round trips in a row: open |
 * | open | no read goes there while another node can serve it | the time it was opened for: half-open; a connection, after there was none: closed |
 * | half-open | one PING of ours is on its way, no read | the answer: closed; none, or a slow one: open for twice as long |
 */
export interface BreakerState {
  readonly state: 'closed' | 'open' | 'half-open';
  /** The latest failures, with how many replies the node had given by then. */
  readonly failures: readonly { readonly at: number; readonly replies: number }[];
  readonly slow: number;
  /** How long it is, or was last, opened for. */
  readonly openMs: number;
  /** When it was closed last. */
  readonly closedAt: number;
}

export type BreakerEvent =
  | { readonly kind: 'failed'; readonly at: number; readonly replies: number }
  | { readonly kind: 'round trip'; readonly at: number; readonly isSlow: boolean }
  | { readonly kind: 'tried'; readonly at: number }
  | { readonly kind: 'answered' | 'unanswered'; readonly at: number };

export const CLOSED: BreakerState = Object.freeze({
  state: 'closed',
  failures: [],
  slow: 0,
  openMs: 0,
  closedAt: Number.NEGATIVE_INFINITY,
});

export function nextBreaker(breaker: BreakerState, event: BreakerEvent): BreakerState {
  switch (breaker.state) {
    case 'closed': {
      if (event.kind === 'failed') {
        const failures = [...breaker.failures, { at: event.at, replies: event.replies }].slice(-FAILURES);
        return isBroken(failures, event.at) ? opened(breaker, openMsBefore(breaker, event.at)) : { ...breaker, failures };
      }
      if (event.kind !== 'round trip') return breaker;
      const slow = event.isSlow ? breaker.slow + 1 : 0;
      if (slow >= SLOW_IN_A_ROW) return opened(breaker, openMsBefore(breaker, event.at));
      return slow === breaker.slow ? breaker : { ...breaker, slow };
    }
    case 'open':
      if (event.kind === 'answered') return closed(breaker, event.at);
      return event.kind === 'tried' ? { ...breaker, state: 'half-open' } : breaker;
    case 'half-open':
      if (event.kind === 'answered') return closed(breaker, event.at);
      return event.kind === 'unanswered' ? opened(breaker, breaker.openMs) : breaker;
    default:
      return breaker.state satisfies never;
  }
}

function isBroken(failures: BreakerState['failures'], now: number): boolean {
  const last = failures.at(-1);
  const third = failures.at(-IN_A_ROW);
  if (last === undefined || third === undefined) return false;
  if (third.replies === last.replies) return true;
  const [first] = failures;
  return failures.length === FAILURES && first !== undefined && now - first.at <= WITHIN_MS && last.replies - first.replies <= FAILURES;
}

function closed({ openMs }: BreakerState, at: number): BreakerState {
  return { ...CLOSED, openMs, closedAt: at };
}

/** One that has been well for a while is not held responsible for what was before. */
function openMsBefore({ openMs, closedAt }: BreakerState, now: number): number {
  return now - closedAt > LONGEST_MS ? 0 : openMs;
}

function opened({ closedAt }: BreakerState, beforeMs: number): BreakerState {
  return { ...CLOSED, state: 'open', openMs: Math.min(LONGEST_MS, Math.max(SHORTEST_MS, 2 * beforeMs)), closedAt };
}
