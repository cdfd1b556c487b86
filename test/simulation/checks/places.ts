import type { Execution } from '../books.js';
import type { MemberList } from '../topologies/deployment.js';
import type { Check, Evidence, Finding } from './check.js';
import { memberAt } from './group.js';
import { keysOf, type Ledger } from './ledger.js';
import { FIRST_AND_LAST } from './settling.js';
import { ms, shownExecution } from './words.js';

/**
 * A key of a ring is asked for at the member that has it by the placement: of the members that its client had at some time between the call and
 * the moment at which it left. Of what names no call that is known only where members never change. A lease stays where it is.
 */
export const places: Check = {
  name: 'a key of a ring is where it is placed',
  rule: 'histories',
  find({ ring, books }: Evidence, ledger: Ledger): Finding[] {
    if (ring === null || ring.ejects) return [];
    const findings: Finding[] = [];
    for (const run of books.executions) {
      const lists = listsOf(run, ring.lists, ledger);
      const member = memberAt(run.server.name);
      const strange = lists.length === 0 ? undefined : keysOf(run).find((key) => !lists.some((list) => list.placeOf(key) === member));
      if (strange === undefined) continue;
      const text = `${shownExecution(run)}: ${strange} is on ${lists.map((list) => `10.${list.placeOf(strange)}, by the members since ${ms(list.at)}`).join('; ')}`;
      findings.push({ at: run.at, text });
    }
    return findings;
  },
};

/** Those that count for what ran; none: nobody knows. */
function listsOf(run: Execution, lists: readonly MemberList[], ledger: Ledger): readonly MemberList[] {
  if (lists.length === 1) return lists;
  const [id = 0] = ledger.idsIn(run);
  const call = ledger.calls.get(id);
  if (call === undefined || HOLDING.has(ledger.calls.get(call.traits.partOf)?.words[0] ?? '')) return [];
  // A client of its own, which nobody gives others.
  if (call.workload === FIRST_AND_LAST) return lists.slice(0, 1);
  const own = lists.filter(({ client }) => client === null || client === call.client);
  return own.filter((list, at) => list.at <= run.sentAt && (own[at + 1]?.at ?? Number.POSITIVE_INFINITY) >= call.issuedAt);
}

const HOLDING: ReadonlySet<string> = new Set(['LEASE', 'WATCHED']);
