import type { AttemptFailure } from '../../protocol/call.js';
import { classify, type ErrorKind } from '../../protocol/resp/reply-error.js';
import type { Decision } from '../../routing/retry.js';

/**
 * What follows a failed attempt of a command on a dedicated connection.
 *
 * | step | what is done |
 * |---|---|
 * | again | it goes on the next connection, in its order |
 * | wait | it goes again on the same connection after a moment |
 * | move | the connection is left for one to the primary of now, where the command goes again |
 * | leave | the same, and the caller gets the error |
 * | reject | the caller gets the error |
 */
export type NextStep = 'again' | 'wait' | 'move' | 'leave' | 'reject';

/** The facts of a failed attempt besides the failure. */
export interface FailureFacts {
  /** It only reads, or the caller said that it may run twice. */
  readonly repeatable: boolean;
  /** It changes the state of its connection, and nothing else. */
  readonly tellsState: boolean;
  /** The transaction it belongs to; `lost`: what a server had of it is lost. */
  readonly transaction: 'none' | 'open' | 'lost';
  /** Connections that were lost at it in a row, this one included. */
  readonly losses: number;
  /** Slot of the connection; -1: none. */
  readonly slot: number;
  /** What the attempt loop would do: it knows which error replies prove that nothing ran. */
  readonly decision: Decision;
}

/** Commands that count the writes of the connection on which they are sent: of another one they would say what is not so. */
export const COUNTS_WRITES: ReadonlySet<string> = new Set(['WAIT', 'WAITAOF']);

/** A command is not sent again at which so many connections broke in a row. */
const MAX_LOSSES = 3;

/** The error replies after which the node is left. The others that are worth another attempt pass by themselves. */
const LEFT_AFTER: ReadonlySet<ErrorKind> = new Set(['readonly', 'unblocked', 'loading', 'masterdown', 'clusterdown']);

export function afterFailure(failure: AttemptFailure, facts: FailureFacts): NextStep {
  const { repeatable, tellsState, transaction, losses } = facts;
  switch (failure.kind) {
    case 'not-sent':
      return transaction === 'lost' ? 'reject' : 'again';
    case 'connection-lost':
      return transaction === 'none' && (repeatable || tellsState) && losses < MAX_LOSSES ? 'again' : 'reject';
    case 'error-reply': {
      const step = afterReply(classify(failure.error), facts);
      if (transaction === 'none') return step;
      return step === 'move' || step === 'leave' ? 'leave' : 'reject';
    }
    default:
      return failure satisfies never;
  }
}

function afterReply(kind: ErrorKind, { decision, slot }: FailureFacts): NextStep {
  switch (decision.act) {
    case 'resend': {
      // A key of another slot is on another node: the caller has to know. One that is on its way (ASK) is asked for with its slot, soon.
      const { to } = decision;
      const isOurs = to.kind === 'REDIRECT' || (to.kind === 'MOVED' && slot !== -1 && to.slot === slot);
      return isOurs ? 'move' : 'reject';
    }
    case 'reselect':
      return LEFT_AFTER.has(kind) ? 'move' : 'wait';
    // Refused for what it is, or it may have run. The node may be wrong for the others nevertheless.
    default:
      return kind === 'readonly' ? 'leave' : 'reject';
  }
}
