import type { SlotwiseError } from '../../errors.js';
import { type AttemptFailure, type Call, UNWRITTEN, WRITTEN } from '../../protocol/call.js';
import type { Client } from '../client.js';
import { errorFor } from '../dispatch/call-errors.js';
import { decide } from '../dispatch/judge.js';
import { afterFailure, COUNTS_WRITES, type NextStep } from './after-failure.js';
import { transactionLost } from './errors.js';
import type { TransactionPlace } from './transactions.js';

/** What becomes of a call after a failed attempt. */
interface FailedAttempt {
  readonly step: NextStep;
  /** What its caller gets, where it is not sent again. */
  readonly error: SlotwiseError;
  /** Pause before another attempt, in ms. */
  readonly afterMs: number;
}

/** Ends the attempt of a call in a failure: notes what that says about the call and the node, and decides what follows. */
export function failedAttempt(
  { lessons }: Pick<Client, 'lessons'>,
  call: Call,
  { transaction }: TransactionPlace,
  failure: AttemptFailure,
  slot: number,
): FailedAttempt {
  const isLoss = failure.kind === 'connection-lost';
  // EXEC comes back after the commands that it would have executed.
  const mayHaveExecuted = transaction === null || transaction.exec?.state === WRITTEN;
  call.state = UNWRITTEN;
  call.countAttempt();
  if (isLoss) call.losses++;
  if (isLoss && transaction !== null) transaction.isLost = true;
  if (isLoss && mayHaveExecuted) call.markMayHaveRun();
  const judged = lessons.judge(call, failure);
  const decision = decide(call, judged, slot);
  if (failure.kind !== 'not-sent') lessons.followOnce(call, judged);
  const step = afterFailure(judged.failure, {
    repeatable: call.repeatable,
    tellsState: call.spec.state !== 'none' && !COUNTS_WRITES.has(call.spec.name),
    transaction: transaction === null ? 'none' : transaction.isLost ? 'lost' : 'open',
    losses: call.losses,
    slot,
    decision,
  });
  const error =
    failure.kind !== 'error-reply' && !mayHaveExecuted
      ? transactionLost(call.spec.name, failure.error.node ?? null)
      : errorFor(call, judged.failure);
  return { step, error, afterMs: 'afterMs' in decision ? decision.afterMs : 0 };
}
