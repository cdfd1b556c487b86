import type { AttemptFailure, Call } from '../../protocol/call.js';
import { provesNothingRan, type ScriptKind, scriptKindOf } from '../../protocol/refusals.js';
import { type Decision, retry } from '../../routing/retry.js';
import { effectiveFailure } from './transaction-failure.js';

/** A failed attempt, and what its error reply says about execution. */
export interface JudgedFailure {
  readonly failure: AttemptFailure;
  readonly script: ScriptKind;
  /** Something ran, whatever the last reply says. */
  readonly ran: boolean;
}

/** Finds the failure that counts among several replies, and fills in whether the command was executed. */
export function judge(call: Call, failure: AttemptFailure): JudgedFailure {
  if (failure.kind !== 'error-reply') return { failure, script: 'none', ran: false };
  const { batch } = call;
  const found = batch === null ? { failure, script: scriptKindOf(call.spec, call.args), executed: null } : effectiveFailure(failure, batch);
  const { error } = found.failure;
  const executed = found.executed ?? (provesNothingRan(error, found.script) ? 'no' : 'yes');
  error.executed = executed === 'no' && call.mayHaveRun ? 'unknown' : executed;
  return { failure: found.failure, script: found.script, ran: found.executed === 'yes' };
}

/** Decides what follows the failed attempt of a call with keys of this slot. */
export function decide(call: Call, { failure, script, ran }: JudgedFailure, slot: number): Decision {
  const { repeatable, attempts, redirects, losses, extras } = call;
  const alone = extras !== null && extras.exclusive !== null;
  return retry(failure, { repeatable, script, ran, slot, attempts, redirects, losses, alone });
}
