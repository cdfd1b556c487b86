import type { CallRecord } from '../workloads/calls.js';
import type { Check, Evidence, Finding } from './check.js';
import type { Ledger } from './ledger.js';
import { shownCall, shownOutcome } from './words.js';

/** Iterators over keys and elements, with the commands that write what they find. */
const WRITES: Readonly<Record<string, readonly string[]>> = {
  SCANKEYS: ['SET'],
  SCANHASH: ['HSET'],
  SCANSET: ['SADD'],
  SCANSORTEDSET: ['ZADD'],
};

/** A scan gives each item once, and all that was there from its beginning to its end (docs/scanning.md). */
export const scans: Check = {
  name: 'a scan gives all that stays, once',
  rule: 'replies',
  find(evidence: Evidence, ledger: Ledger): Finding[] {
    const findings: Finding[] = [];
    // Members that came back, or will, have what was written elsewhere meanwhile.
    if (evidence.ring?.placesMove === true) return findings;
    for (const scan of evidence.calls) {
      const { words, outcome, settledAt } = scan;
      const writes = WRITES[words[0] ?? ''];
      if (writes === undefined || outcome?.ok !== true || !Array.isArray(outcome.value)) continue;
      const at = settledAt ?? 0;
      const names = outcome.value.map(nameOf);
      const twice = names.find((name, place) => names.indexOf(name) !== place);
      if (twice !== undefined) findings.push({ at, text: `${shownCall(scan)} gave '${twice}' twice`, calls: [scan.id] });
      const given = new Set(names.map(stayingOf));
      for (const write of evidence.calls) {
        if (write.issuedAt > scan.issuedAt) break;
        if (write.program !== scan.program || write.client !== scan.client || !writes.includes(write.words[0] ?? '')) continue;
        const name = stayingOf(write.words.slice(1).join(' '));
        if (name === null || given.has(name) || !wasThere(write, scan, evidence, ledger)) continue;
        const text = `${shownCall(scan)} did not give '${name}', which was there: ${shownCall(write)}, ${shownOutcome(write)}`;
        findings.push({ at, text, calls: [scan.id, write.id] });
      }
    }
    return findings;
  },
};

/** Pairs and members with scores are known by their first. */
function nameOf(item: unknown): string {
  if (Array.isArray(item)) return String(item[0]);
  return typeof item === 'object' && item !== null && 'member' in item ? String(item.member) : String(item);
}

/** What a workload lets stay says so. */
function stayingOf(name: string): string | null {
  return /stays:\d+/.exec(name)?.[0] ?? null;
}

/** It was acknowledged before, where no server lost anything, and replicas need not have it yet. */
function wasThere(write: CallRecord, scan: CallRecord, { books }: Evidence, ledger: Ledger): boolean {
  if (write.outcome?.ok !== true || (write.settledAt ?? Number.POSITIVE_INFINITY) > scan.issuedAt) return false;
  return books.discards.length === 0 && scan.traits.reads === 'primary' && ledger.ran(write.id).length > 0;
}
