import { AuthError, DatabaseError, type ReplyError, TlsError } from '../errors.js';
import type { AttemptFailure } from '../protocol/call.js';
import { isServersWord, provesNothingRan, type ScriptKind } from '../protocol/refusals.js';
import { classify, type ErrorKind, type Redirection, redirection } from '../protocol/resp/reply-error.js';
import { random as runtimeRandom } from '../runtime/runtime.js';
import { backoffMs } from '../util/backoff.js';
import type { ProxyError } from './proxies/profiles.js';

/** The facts of a failed attempt besides the failure itself. */
export interface AttemptFacts {
  /** The command only reads, or the caller said that it may run twice. */
  readonly repeatable: boolean;
  /** Kind of the script that was called: it may answer with any text, so that only some words are certain to be the server's own. */
  readonly script: ScriptKind;
  /** Something of it ran, whatever the last reply says: the write before a WAIT that failed. */
  readonly ran: boolean;
  /** Whether a proxy that answered for itself is asked again: always, with what is repeatable, never. Null, the default: a server answered. */
  readonly proxy?: ProxyError['repeat'] | null;
  /** The slot of its keys; -1: none. */
  readonly slot: number;
  /** Failed attempts, this one included. */
  readonly attempts: number;
  readonly redirects: number;
  /** Connections that were lost at the command in a row, this one included. */
  readonly losses: number;
  /** The command had its connection for itself. */
  readonly alone: boolean;
}

/** What a failed attempt says about the node, whatever becomes of the command. */
export interface Lesson {
  /** The monitor probes soon. */
  readonly wake: boolean;
  /** The node is a replica. If it was believed to be a primary, commands depend on the next probe. */
  readonly demoted: boolean;
  /** Other nodes are preferred for a while. */
  readonly avoid: boolean;
  /** A node at a fixed address opens its connections anew, because its role has changed. */
  readonly renew: boolean;
}

/** The decision about what follows a failed attempt. */
export type Decision =
  | { readonly act: 'reject' }
  /** Send to the named node after `afterMs`. `asking`: with ASKING before it. `patch`: the slot belongs to that node from now on. */
  | { readonly act: 'resend'; readonly to: Redirection; readonly asking: boolean; readonly patch: boolean; readonly afterMs: number }
  /** Choose a node again after `afterMs`. `waiting`: which commands of its slot keep their place behind it. */
  | { readonly act: 'reselect'; readonly afterMs: number; readonly waiting: 'none' | 'writes' | 'all' }
  /**
   * Choose a node again after `afterMs`, and send on a connection for it alone. `ask`: the node is asked meanwhile whether it answers others;
   * if it does, the command itself is at fault: reject.
   */
  | { readonly act: 'isolate'; readonly afterMs: number; readonly ask: boolean };

export const MAX_REDIRECTS = 16;
/** Number of redirections that are followed without a backoff. */
const FREE_REDIRECTS = 2;
const RETRY_BACKOFF = { minMs: 10, maxMs: 500 };
/** The backoff for TRYAGAIN: the server is well, and the other keys will come, for each batch of a migration takes some ms. */
const TRYAGAIN_BACKOFF = { minMs: 10, maxMs: 100 };
/** The backoff before a command is sent alone, and the time that a node has to say that it answers others. */
const ISOLATION_BACKOFF = { minMs: 20, maxMs: 200 };
/** A command goes alone once so many connections were lost at it. The first may be any accident; two in a row are a suspicion. */
export const ISOLATED_AT = 2;
const REJECT: Decision = { act: 'reject' };
const AGAIN: Decision = { act: 'reselect', afterMs: 0, waiting: 'none' };

/**
 * The error replies after which a command that did not run is sent again, and what they say about the node. Those without a row go to the
 * caller.
 * Sources: https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/ (MOVED, ASK, TRYAGAIN, CLUSTERDOWN),
 * https://redis.io/docs/latest/develop/reference/protocol-spec/ and the servers' own error replies.
 */
const RESELECT = {
  tryagain: { wake: false, demoted: false, avoid: false, renew: false, waiting: 'none' },
  clusterdown: { wake: true, demoted: false, avoid: true, renew: false, waiting: 'all' },
  loading: { wake: true, demoted: false, avoid: true, renew: false, waiting: 'all' },
  masterdown: { wake: true, demoted: false, avoid: true, renew: false, waiting: 'all' },
  readonly: { wake: true, demoted: true, avoid: true, renew: true, waiting: 'all' },
  // Reads are served as before. The replicas come back, or the role goes to one of them:
  // https://redis.io/docs/latest/operate/oss_and_stack/management/replication/#allow-writes-only-with-n-attached-replicas
  noreplicas: { wake: true, demoted: false, avoid: false, renew: false, waiting: 'writes' },
  unblocked: { wake: true, demoted: true, avoid: true, renew: false, waiting: 'none' },
} as const;

const NOTHING: Lesson = { wake: false, demoted: false, avoid: false, renew: false };
const REDIRECTED: Lesson = { wake: true, demoted: true, avoid: false, renew: false };
const LOOK: Lesson = { wake: true, demoted: false, avoid: false, renew: false };
/** What a failed attempt says about its node. Pure. */
export function lessonOf(failure: AttemptFailure, script: ScriptKind): Lesson {
  if (failure.kind !== 'error-reply') return isFinal(failure) ? NOTHING : LOOK;
  const { error } = failure;
  const kind = classify(error);
  switch (kind) {
    case 'moved':
    case 'ask':
      // The redirection itself is followed, or is none: but for a host that is not known yet.
      return redirection(error)?.host === '?' ? LOOK : NOTHING;
    case 'redirect':
      return redirection(error) === null || !isServers(error, script) ? NOTHING : REDIRECTED;
    default:
      return isReselected(kind) && isServers(error, script) ? lessonOfKind(kind) : NOTHING;
  }
}

/** A script may answer with any text: of one, the words have to be those of a server. */
function isServers(error: ReplyError, script: ScriptKind): boolean {
  return script === 'none' || isServersWord(error);
}

function isReselected(kind: ErrorKind): kind is keyof typeof RESELECT {
  return Object.hasOwn(RESELECT, kind);
}

function lessonOfKind(kind: keyof typeof RESELECT): Lesson {
  const { wake, demoted, avoid, renew } = RESELECT[kind];
  return { wake, demoted, avoid, renew };
}

/** Decides what follows a failed attempt: reject, send to a named node, or choose a node again. Pure; the rules are in docs/attempts.md. */
export function retry(failure: AttemptFailure, facts: AttemptFacts, random: () => number = runtimeRandom): Decision {
  switch (failure.kind) {
    case 'not-sent':
      return isFinal(failure) ? REJECT : AGAIN;
    case 'connection-lost':
      return facts.repeatable ? afterLoss(facts, random) : REJECT;
    case 'error-reply':
      return afterReply(failure.error, facts, random);
    default:
      return failure satisfies never;
  }
}

/** The same credentials, the same database, the same certificate will be refused again. */
function isFinal({ kind, error }: AttemptFailure): boolean {
  return kind === 'not-sent' && (error instanceof AuthError || error instanceof DatabaseError || error instanceof TlsError);
}

/**
 * A server, or a proxy, may close the connection because of what is asked: a reply beyond `client-output-buffer-limit` does. Sent again at
 * once, and again, such a command would take all that is beside it with it for ever.
 */
function afterLoss({ losses, alone }: AttemptFacts, random: () => number): Decision {
  if (losses < ISOLATED_AT) return AGAIN;
  const afterMs = Math.max(1, backoffMs(losses - ISOLATED_AT, ISOLATION_BACKOFF, random));
  return { act: 'isolate', afterMs, ask: alone && losses > ISOLATED_AT };
}

function afterReply(error: ReplyError, facts: AttemptFacts, random: () => number): Decision {
  const { repeatable, script, proxy = null } = facts;
  if (proxy !== null) {
    // Others are not held back: only the servers of some keys are down.
    const isRepeated = proxy === 'always' || (proxy === 'reads' && repeatable);
    return isRepeated ? { act: 'reselect', afterMs: pauseMs(facts, random), waiting: 'none' } : REJECT;
  }
  if (facts.ran || !(provesNothingRan(error, script) || (repeatable && isServers(error, script)))) return REJECT;
  const kind = classify(error);
  switch (kind) {
    case 'moved':
    case 'ask':
    case 'redirect': {
      const to = redirection(error);
      if (to === null || facts.redirects >= MAX_REDIRECTS) return REJECT;
      if (facts.script !== 'none' && to.kind !== 'REDIRECT' && to.slot !== facts.slot) return REJECT;
      // Host names spread by gossip, and a moment after a restart some node may lack one: the monitor may learn it from another.
      if (to.host === '?') return { act: 'reselect', afterMs: pauseMs(facts, random), waiting: 'none' };
      const afterMs = facts.redirects < FREE_REDIRECTS ? 0 : backoffMs(facts.redirects - FREE_REDIRECTS, RETRY_BACKOFF, random);
      return { act: 'resend', to, asking: kind === 'ask', patch: kind === 'moved', afterMs };
    }
    default: {
      if (!isReselected(kind)) return REJECT;
      const afterMs = pauseMs(facts, random, kind === 'tryagain' ? TRYAGAIN_BACKOFF : RETRY_BACKOFF);
      return { act: 'reselect', afterMs, waiting: RESELECT[kind].waiting };
    }
  }
}

function pauseMs({ attempts }: AttemptFacts, random: () => number, limits = RETRY_BACKOFF): number {
  return Math.max(1, backoffMs(attempts - 1, limits, random));
}
