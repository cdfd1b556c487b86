import type { AttemptFailure, Call } from '../../protocol/call.js';
import { provesNothingRan, type ScriptKind, scriptKindOf } from '../../protocol/refusals.js';
import type { ProxyError } from '../../routing/proxies/profiles.js';
import type { ProxyErrors } from '../../routing/proxies/proxy-errors.js';
import { type Decision, retry } from '../../routing/retry.js';
import { effectiveFailure } from './transaction-failure.js';

/** A failed attempt, and what its error reply says about execution. */
export interface JudgedFailure {
  readonly failure: AttemptFailure;
  readonly script: ScriptKind;
  /** Something ran, whatever the last reply says. */
  readonly ran: boolean;
  /** Whether a proxy that could not pass the command on, or had no answer, is asked again; null: a server has answered. */
  readonly proxy: ProxyError['repeat'] | null;
}

/** Finds the failure that counts among several replies, and fills in whether the command was executed. */
export function judge(call: Call, failure: AttemptFailure, proxyErrors: ProxyErrors | null = null): JudgedFailure {
  if (failure.kind !== 'error-reply') return { failure, script: 'none', ran: false, proxy: null };
  const { batch } = call;
  const found = batch === null ? { failure, script: scriptKindOf(call.spec, call.args), executed: null } : effectiveFailure(failure, batch);
  const { error } = found.failure;
  const proxy = found.executed === null ? (proxyErrors?.find(error, call.spec, call.args) ?? null) : null;
  // A script may say the same, and of a transaction an earlier part may have run.
  const isCertain = found.script === 'none' && batch === null;
  const byWords = proxy === null ? (provesNothingRan(error, found.script) ? 'no' : 'yes') : isCertain ? proxy.executed : 'unknown';
  const executed = found.executed ?? byWords;
  error.executed = executed === 'no' && call.mayHaveRun ? 'unknown' : executed;
  const repeat = proxy === null ? null : isCertain ? proxy.repeat : 'never';
  return { failure: found.failure, script: found.script, ran: found.executed === 'yes', proxy: repeat };
}

/** Decides what follows the failed attempt of a call with keys of this slot. */
export function decide(call: Call, { failure, script, ran, proxy }: JudgedFailure, slot: number): Decision {
  const { repeatable, attempts, redirects, losses, extras } = call;
  const alone = extras !== null && extras.exclusive !== null;
  return retry(failure, { repeatable, script, ran, proxy, slot, attempts, redirects, losses, alone });
}
