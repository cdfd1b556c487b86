import type { Check, Evidence, Finding } from './check.js';
import { groupOf } from './group.js';
import { keysOf, type Ledger } from './ledger.js';
import { shownExecution } from './words.js';

/** As long as a ring has its members each of which takes part, a key is asked for at one of them, whoever asks. */
export const places: Check = {
  name: 'a key of a ring has one place',
  rule: 'histories',
  find(evidence: Evidence, _ledger: Ledger): Finding[] {
    const { ring, books } = evidence;
    if (ring === null || ring.placesMove) return [];
    const findings: Finding[] = [];
    const first = new Map<string, (typeof books.executions)[number]>();
    for (const run of books.executions) {
      for (const key of keysOf(run)) {
        const before = first.get(key);
        if (before === undefined) first.set(key, run);
        else if (groupOf(evidence, before.server.name).number !== groupOf(evidence, run.server.name).number) {
          findings.push({ at: run.at, text: `${key} has two places: ${shownExecution(before)}; ${shownExecution(run)}` });
        }
      }
    }
    return findings;
  },
};
