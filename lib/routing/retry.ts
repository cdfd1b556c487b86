import { AuthError, DatabaseError, type ReplyError } from '../errors.js';
import type { AttemptFailure } from '../protocol/call.js';
import { classify, type Redirection, redirection } from '../protocol/resp/reply-error.js';
import { backoffMs } from '../util/backoff.js';

/** The facts of a failed attempt besides the failure itself. */
export interface AttemptFacts {
  /** The command only reads, or the caller said that it may run twice. */
  readonly repeatable: boolean;
  /** The command is a script or function, which may answer with any text: only errors from before it runs are the server's own. */
  readonly script: boolean;
  /** The slot of its keys; -1: none. */
  readonly slot: number;
  /** Failed attempts, this one included. */
  readonly attempts: number;
  readonly redirects: number;
}

/** The decision about what follows a failed attempt. */
export type Decision =
  | { readonly act: 'reject' }
  /** Send to the named node after `afterMs`. `asking`: with ASKING before it. `patch`: the slot belongs to that node from now on. */
  | { readonly act: 'resend'; readonly to: Redirection; readonly asking: boolean; readonly patch: boolean; readonly afterMs: number }
  /**
   * Choose a node again after `afterMs`. `wake`: the monitor probes at once. `avoid`: not this node, while there are others. `renew`: a
   * node at a fixed address opens its connections anew, because its role has changed.
   */
  | { readonly act: 'reselect'; readonly wake: boolean; readonly avoid: boolean; readonly renew: boolean; readonly afterMs: number };

export const MAX_REDIRECTS = 16;
/** Number of redirections that are followed without a backoff. */
const FREE_REDIRECTS = 2;
const RETRY_BACKOFF = { minMs: 10, maxMs: 500 };
/** The backoff for TRYAGAIN: the server is well, and the other keys will come, for each batch of a migration takes some ms. */
const TRYAGAIN_BACKOFF = { minMs: 10, maxMs: 100 };
const REJECT: Decision = { act: 'reject' };

/**
 * The error replies that prove that the command did not run, and what follows. An error without a row goes to the caller.
 * Sources: https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/ (MOVED, ASK, TRYAGAIN, CLUSTERDOWN),
 * https://redis.io/docs/latest/develop/reference/protocol-spec/ and the servers' own error replies.
 */
const RESELECT = {
  tryagain: { wake: false, avoid: false, renew: false, scriptToo: true },
  clusterdown: { wake: true, avoid: true, renew: false, scriptToo: true },
  loading: { wake: true, avoid: true, renew: false, scriptToo: true },
  masterdown: { wake: true, avoid: true, renew: false, scriptToo: true },
  // A script may have written before it met a replica's refusal only if the role changed under it, which servers do not do; but its text is
  // free.
  readonly: { wake: true, avoid: true, renew: true, scriptToo: false },
  unblocked: { wake: true, avoid: true, renew: false, scriptToo: false },
} as const;

/** Decides what follows a failed attempt: reject, send to a named node, or choose a node again. Pure; the rules are in docs/attempts.md. */
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
      const afterMs = facts.redirects < FREE_REDIRECTS ? 0 : backoffMs(facts.redirects - FREE_REDIRECTS, RETRY_BACKOFF, random);
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
      return { act: 'reselect', ...rule, afterMs: pauseMs(facts, random, kind === 'tryagain' ? TRYAGAIN_BACKOFF : RETRY_BACKOFF) };
    }
    default:
      return REJECT;
  }
}

function pauseMs({ attempts }: AttemptFacts, random: () => number, limits = RETRY_BACKOFF): number {
  return Math.max(1, backoffMs(attempts - 1, limits, random));
}
