import type { Execution } from '../books.js';
import type { CallRecord } from '../workloads/calls.js';
import type { Check, Evidence, Finding } from './check.js';
import { namesItself } from './executions.js';
import { hasMoved } from './group.js';
import type { Ledger } from './ledger.js';
import { idsIn } from './replies.js';
import { stepOf } from './string-model.js';
import { ms, shownCall, shownExecution, shownOutcome } from './words.js';

/** A key's values, in the order in which primaries took them: registers only, whose values name the call that wrote them. */
interface Register {
  /** See `Ledger.placeOf`. */
  readonly place: string;
  readonly writes: readonly Execution[];
  /** Place in `writes` by the id of the call. */
  readonly placeOf: ReadonlyMap<number, number>;
}

/**
 * null: what a read gave does not say how old it is. The key is more than a register, was removed or written in several ways, or something of
 * it may have been lost by the servers.
 */
function registerOf(key: string, ledger: Ledger): Register | null {
  const writes: Execution[] = [];
  const placeOf = new Map<number, number>();
  for (const run of ledger.withKey(key)) {
    if (run.rule?.kind !== 'write') continue;
    const step = run.isPrimary && run.effects.length > 0 && !ledger.mayBeLost(run) ? stepOf(run.words, key, undefined) : null;
    if (step === null || step.does !== 'write') return null;
    for (const id of idsIn(step.word)) placeOf.set(id, writes.length);
    writes.push(run);
  }
  return { place: key, writes, placeOf };
}

/** Single reads of registers, with the place of what they gave among the writes: -1 is before the first. */
function* readsOf(
  calls: readonly CallRecord[],
  ledger: Ledger,
): Generator<{ readonly read: CallRecord; readonly register: Register; readonly place: number }> {
  const registers = new Map<string, Register | null>();
  for (const read of calls) {
    const { outcome, words, keys } = read;
    if (words[0] !== 'GET' || outcome?.ok !== true) continue;
    const key = ledger.placeOf(read, keys[0] ?? '');
    let register = registers.get(key);
    if (register === undefined) {
      register = registerOf(key, ledger);
      registers.set(key, register);
    }
    if (register === null) continue;
    const [id] = idsIn(outcome.value);
    const place = outcome.value === null ? -1 : register.placeOf.get(id ?? 0);
    if (place !== undefined) yield { read, register, place };
  }
}

/** A read of a session sees what the session wrote before, or something newer. https://redis.io/docs/latest/commands/wait/ says what servers may lose. */
export const sessions: Check = {
  name: 'a session reads its own writes',
  rule: 'histories',
  find(evidence: Evidence, ledger: Ledger): Finding[] {
    const { calls } = evidence;
    const findings: Finding[] = [];
    const own = new Map<string, CallRecord[]>();
    for (const call of calls) {
      if (call.traits.session === '' || call.outcome?.ok !== true || !namesItself(call)) continue;
      const name = sessionKey(call);
      own.set(name, [...(own.get(name) ?? []), call]);
    }
    if (own.size === 0) return [];
    for (const { read, register, place } of readsOf(calls, ledger)) {
      for (const write of own.get(sessionKey(read)) ?? []) {
        const { settledAt } = write;
        const written = register.placeOf.get(write.id);
        if (written === undefined || written <= place || settledAt === null || settledAt > read.issuedAt) continue;
        if (hasMoved(register.place, evidence, ledger)) continue;
        findings.push({
          ...findingOf(read, register, written, `its session had written ${shownCall(write)}, ${shownOutcome(write)}`),
          calls: [read.id, write.id],
        });
        break;
      }
    }
    return findings;
  },
};

function sessionKey({ client, traits, keys }: CallRecord): string {
  return `${client} ${traits.session} ${traits.keyPrefix}${keys[0]}`;
}

/** How far ago something that a replica was believed by may be: samples of before a failover say nothing of after it. In ms. */
const FAILOVER_MS = 10_000;

/** A read with `maxLagMs` gives nothing that was overwritten longer ago. */
export const staleness: Check = {
  name: 'bounded staleness',
  rule: 'histories',
  find(evidence: Evidence, ledger: Ledger): Finding[] {
    const { calls, books } = evidence;
    const findings: Finding[] = [];
    if (!calls.some(({ traits }) => traits.maxLagMs > 0)) return findings;
    for (const { read, register, place } of readsOf(calls, ledger)) {
      const { maxLagMs } = read.traits;
      const next = register.writes[place + 1];
      if (maxLagMs === 0 || next === undefined || next.at >= read.issuedAt - maxLagMs) continue;
      const isDuringFailover = books.roleTurns.some(({ at }) => at > next.at - FAILOVER_MS && at > 0 && at <= (read.settledAt ?? at));
      if (isDuringFailover || hasMoved(register.place, evidence, ledger)) continue;
      const lateMs = read.issuedAt - next.at;
      findings.push(findingOf(read, register, place + 1, `which is ${ms(lateMs)} older than the call, that allowed ${maxLagMs} ms`));
    }
    return findings;
  },
};

function findingOf(read: CallRecord, { writes }: Register, place: number, why: string): Finding {
  const missed = writes[place];
  const seen = missed === undefined ? '' : `It missed ${shownExecution(missed)}, `;
  return { at: read.settledAt ?? read.issuedAt, text: `${shownCall(read)}, ${shownOutcome(read)}. ${seen}${why}`, calls: [read.id] };
}
