import { AuthError, DatabaseError, type ReplyError } from '../errors.js';
import type { AttemptFailure } from '../protocol/call.js';
import { classify, type Redirection, redirection } from '../protocol/resp/reply-error.js';
import { backoffMs } from '../util/backoff.js';

/** What the rules look at besides the failure itself. */
export interface AttemptFacts {
  /** The command only reads, or the caller said that it may run twice. */
  readonly repeatable: boolean;
  /** A script or function: it may answer with any text, so only what a server says before it runs counts as a server's word. */
  readonly script: boolean;
  /** -1: none. */
  readonly slot: number;
  /** Failed attempts, this one included. */
  readonly attempts: number;
  readonly redirects: number;
}

export type Decision =
  | { readonly act: 'reject' }
  /** Send it to the named node after `afterMs`. `patch`: the slot lives there from now on. */
  | { readonly act: 'resend'; readonly to: Redirection; readonly asking: boolean; readonly patch: boolean; readonly afterMs: number }
  /** Choose a node again after `afterMs`. `avoid`: not this one, while others are there. */
  | { readonly act: 'reselect'; readonly wake: boolean; readonly avoid: boolean; readonly renew: boolean; readonly afterMs: number };

export const MAX_REDIRECTS = 16;
const FREE_REDIRECTS = 2;
const BACKOFF = { minMs: 10, maxMs: 500 };
/** The server is well, and the other keys are on their way: each batch of a migration takes some ms. */
const KEYS_ARRIVE = { minMs: 10, maxMs: 100 };
const REJECT: Decision = { act: 'reject' };

/**
 * The server's words that prove that the command did not run, and what we do. A row that is missing means: to the caller.
 * Sources: https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/ (MOVED, ASK, TRYAGAIN, CLUSTERDOWN),
 * https://redis.io/docs/latest/develop/reference/protocol-spec/ and the servers' own error replies.
 */
const RESELECT = {
  tryagain: { wake: false, avoid: false, renew: false, scriptToo: true },
  clusterdown: { wake: true, avoid: true, renew: false, scriptToo: true },
  loading: { wake: true, avoid: true, renew: false, scriptToo: true },
  masterdown: { wake: true, avoid: true, renew: false, scriptToo: true },
  // A script may have written before it met a replica's refusal only if the role changed under it, which servers do not do; but its text is free.
  readonly: { wake: true, avoid: true, renew: true, scriptToo: false },
  unblocked: { wake: true, avoid: true, renew: false, scriptToo: false },
} as const;

/** Section 5 of the design as one pure function: may this failure be followed by another attempt, and where. */
export function retry(failure: AttemptFailure, facts: AttemptFacts, random: () => number = Math.random): Decision {
  switch (failure.kind) {
    case 'not-sent':
      // The same credentials, the same database will be refused again.
      if (failure.error instanceof AuthError || failure.error instanceof DatabaseError) return REJECT;
      return { act: 'reselect', wake: true, avoid: false, renew: false, afterMs: 0 };
    case 'connection-lost':
      return facts.repeatable ? { act: 'reselect', wake: true, avoid: false, renew: false, afterMs: 0 } : REJECT;
    case 'error-reply':
      return afterReply(failure.error, facts, random);
    default:
      return failure satisfies never;
  }
}

function afterReply(error: ReplyError, facts: AttemptFacts, random: () => number): Decision {
  const kind = classify(error);
  switch (kind) {
    case 'moved':
    case 'ask':
    case 'redirect': {
      const to = redirection(error);
      if (to === null || facts.redirects >= MAX_REDIRECTS) return REJECT;
      if (facts.script && !(to.kind !== 'REDIRECT' && to.slot === facts.slot)) return REJECT;
      // Host names spread by gossip, and a moment after a restart some node may lack one: the monitor may learn it from another.
      if (to.host === '?') return { act: 'reselect', wake: true, avoid: false, renew: false, afterMs: pauseMs(facts, random) };
      const afterMs = facts.redirects < FREE_REDIRECTS ? 0 : backoffMs(facts.redirects - FREE_REDIRECTS, BACKOFF, random);
      return { act: 'resend', to, asking: kind === 'ask', patch: kind === 'moved', afterMs };
    }
    case 'tryagain':
    case 'clusterdown':
    case 'loading':
    case 'masterdown':
    case 'readonly':
    case 'unblocked': {
      const { scriptToo, ...rule } = RESELECT[kind];
      if (facts.script && !scriptToo) return REJECT;
      return { act: 'reselect', ...rule, afterMs: pauseMs(facts, random, kind === 'tryagain' ? KEYS_ARRIVE : BACKOFF) };
    }
    default:
      return REJECT;
  }
}

function pauseMs({ attempts }: AttemptFacts, random: () => number, limits = BACKOFF): number {
  return Math.max(1, backoffMs(attempts - 1, limits, random));
}
