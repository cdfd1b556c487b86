import type { Execution } from '../books.js';
import type { CallError, CallRecord } from '../workloads/calls.js';
import type { Check, Evidence, Finding } from './check.js';
import type { Ledger } from './ledger.js';
import { givenReply, idsIn } from './replies.js';
import { shownCall, shownExecution, shownOutcome } from './words.js';

/** What takes elements out of lists and sorted sets, and gives them to its caller. */
const POPS: ReadonlySet<string> = new Set([
  ...['BLPOP', 'BRPOP', 'LPOP', 'RPOP', 'BLMOVE', 'LMOVE', 'BRPOPLPUSH', 'RPOPLPUSH', 'BLMPOP', 'LMPOP'],
  ...['SPOP', 'ZPOPMIN', 'ZPOPMAX', 'BZPOPMIN', 'BZPOPMAX', 'GETDEL'],
]);

interface GivenAway {
  readonly element: number;
  readonly run: Execution;
}

/** Each element that a server gave away came to one caller, unless a caller was told that it may have been lost. */
export const pops: Check = {
  name: 'no popped element is lost, none comes twice',
  rule: 'messages',
  find({ calls, books }: Evidence, ledger: Ledger): Finding[] {
    const popping = calls.filter(({ words }) => POPS.has(words[0] ?? ''));
    if (popping.length === 0) return [];
    const given = givenTo(popping);
    const findings: Finding[] = [];
    const runs = books.executions.filter((run) => !run.isRefused && POPS.has(run.words[0] ?? ''));
    const away = runs.flatMap((run) => [...idsIn(run.reply)].map((element): GivenAway => ({ element, run })));
    // An old primary and a new one may both give away an element: the caller of the one does not explain the run of the other.
    const others = away.filter(({ element, run }) => !take(given.get(element), (call) => mayBe(call, run)));
    const lost = others.filter(({ element }) => !take(given.get(element), () => true));
    for (const [element, takers] of given) {
      for (const call of takers) {
        const text = `${shownCall(call)}, ${shownOutcome(call)}: no server gave away the element of #${element} so often`;
        findings.push({ at: call.settledAt ?? 0, text, calls: [call.id, element] });
      }
    }
    return [...findings, ...unexcused(lost, popping, ledger, new Set(books.proxyErrors.map(({ text }) => text)))];
  },
};

/** Which calls were given an element, by the call that pushed it. */
function givenTo(popping: readonly CallRecord[]): Map<number, CallRecord[]> {
  const given = new Map<number, CallRecord[]>();
  for (const call of popping) {
    for (const id of idsIn(givenReply(call))) given.set(id, [...(given.get(id) ?? []), call]);
  }
  return given;
}

/** Takes one of these calls out. Returns whether there was one. */
function take(calls: CallRecord[] | undefined, isIt: (call: CallRecord) => boolean): boolean {
  const at = calls?.findIndex(isIt) ?? -1;
  if (at >= 0) calls?.splice(at, 1);
  return at >= 0;
}

/**
 * Calls that do not know what became of them explain one lost element each, those that may run again any number. What a proxy of no known name
 * says is taken for a server's word (docs/behind-a-proxy.md), and does not know either.
 */
function unexcused(lost: readonly GivenAway[], popping: readonly CallRecord[], ledger: Ledger, ofProxies: ReadonlySet<string>): Finding[] {
  if (lost.length === 0) return [];
  const isUnsure = ({ executed, message }: CallError): boolean => executed === 'unknown' || ofProxies.has(message);
  const unsure = popping
    .filter(({ outcome, traits }) => outcome === null || traits.isIdempotent || (!outcome.ok && isUnsure(outcome.error)))
    .sort((a, b) => (a.settledAt ?? Number.POSITIVE_INFINITY) - (b.settledAt ?? Number.POSITIVE_INFINITY));
  const findings: Finding[] = [];
  for (const { element, run } of [...lost].sort((a, b) => a.run.sentAt - b.run.sentAt)) {
    const at = unsure.findIndex((call) => mayBe(call, run));
    if (at >= 0) {
      if (unsure[at]?.traits.isIdempotent === false) unsure.splice(at, 1);
      continue;
    }
    const refused = popping.filter((call) => mayBe(call, run) && call.outcome?.ok === false);
    const pusher = ledger.calls.get(element);
    const text = [
      `The element of ${pusher === undefined ? `#${element}` : shownCall(pusher)} came to nobody: ${shownExecution(run)}.`,
      `Callers that gave up then: ${refused.map((call) => `${shownCall(call)}, ${shownOutcome(call)}`).join('; ') || 'none'}`,
    ].join(' ');
    findings.push({ at: run.at, text, calls: [element, ...refused.map(({ id }) => id)] });
  }
  return findings;
}

/** The run may be one of this call. */
function mayBe({ words, keys, issuedAt, settledAt, traits }: CallRecord, run: Execution): boolean {
  if (words[0] !== run.words[0] || issuedAt > run.sentAt || (settledAt ?? Number.POSITIVE_INFINITY) < run.sentAt) return false;
  return keys.some((key) => run.words.includes(traits.keyPrefix + key));
}
