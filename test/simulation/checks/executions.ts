import type { Execution } from '../books.js';
import type { CallRecord } from '../workloads/calls.js';
import type { Check, Evidence, Finding } from './check.js';
import { idsOf, keysOf, type Ledger } from './ledger.js';
import { shownCall, shownExecution, shownOutcome } from './words.js';

/**
 * How often the servers ran what a call wrote, against what its caller was told. Every write carries the id of its call, so the servers' records
 * are enough.
 */
export const executions: Check = {
  name: 'at most once',
  rule: 'replies',
  find: ({ calls }: Evidence, ledger: Ledger): Finding[] => {
    const findings: Finding[] = [];
    for (const call of calls) {
      const fault = faultOf(call, ledger);
      if (fault !== null) findings.push({ at: fault.at, text: fault.text, calls: [call.id] });
    }
    return findings;
  },
};

function faultOf(call: CallRecord, ledger: Ledger): { readonly at: number; readonly text: string } | null {
  const ran = ledger.ran(call.id);
  const { outcome } = call;
  const twice = call.traits.isIdempotent ? null : repetition(ran);
  if (twice !== null) return fault(call, twice.at, 'ran twice, and was not declared idempotent', ran);
  const stray = ran.find(({ db }) => db !== ledger.databaseOf(call));
  if (stray !== undefined) return fault(call, stray.at, `ran in database ${stray.db}, and not in ${ledger.databaseOf(call)}`, ran);
  const [first] = ran;
  if (first !== undefined && outcome?.ok === false && outcome.error.executed === 'no') {
    return fault(call, first.at, "ran, and its caller was told executed 'no'", ran);
  }
  const saysThatItRan = outcome?.ok === true && outcome.value !== 'QUEUED';
  // What proxies of no known name say is taken for a server's word: docs/behind-a-proxy.md.
  const isRefused = ledger.refused(call.id).length > 0 || ledger.isProxied(call.id);
  const saysThatItFailed = outcome?.ok === false && outcome.error.executed === 'yes' && !isRefused;
  if (first === undefined && (saysThatItRan || saysThatItFailed) && namesItself(call)) {
    return fault(call, call.settledAt ?? 0, 'never ran, and its caller was told that it did', ledger.refused(call.id));
  }
  return null;
}

/** Its bytes say which call it is of. A pipeline and its like have none: their parts do. */
export function namesItself({ id, words }: CallRecord): boolean {
  for (const one of idsOf(words)) if (one === id) return true;
  return false;
}

/** The second run of the same: parts of a command that was split over nodes have other keys. */
function repetition(ran: readonly Execution[]): Execution | null {
  for (let at = 1; at < ran.length; at++) {
    const later = ran[at] as Execution; // at < length
    for (let before = 0; before < at; before++) if (overlap(ran[before] as Execution, later)) return later;
  }
  return null;
}

function overlap(a: Execution, b: Execution): boolean {
  const keys = keysOf(a);
  return keys.length === 0 || keysOf(b).some((key) => keys.includes(key));
}

function fault(call: CallRecord, at: number, what: string, records: readonly Execution[]): { at: number; text: string } {
  const seen = records.length === 0 ? 'no server has a record of it' : records.map(shownExecution).join('; ');
  return { at, text: `${shownCall(call)}, ${shownOutcome(call)}: it ${what}: ${seen}` };
}
