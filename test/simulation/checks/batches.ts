import type { CallRecord } from '../workloads/calls.js';
import type { Check, Evidence, Finding } from './check.js';
import { hasMoved, isScattered } from './group.js';
import type { Ledger } from './ledger.js';
import { idsIn } from './replies.js';
import { shownCall, shownExecution, shownOutcome } from './words.js';

/** Ids of the calls that wrote a key, in the order in which primaries took them; null: it is no register, or something of it may be lost. */
function writersOf(key: string, place: string, ledger: Ledger): number[] | null {
  const writers: number[] = [];
  for (const run of ledger.withKey(place)) {
    for (const [name = '', written = '', value = ''] of run.effects) {
      if (!written.endsWith(key)) continue;
      const [id] = idsIn(value);
      if (name !== 'SET' || id === undefined || !run.isPrimary || ledger.mayBeLost(run)) return null;
      writers.push(id);
    }
  }
  return writers;
}

/** The parts of calls, by the call that they are parts of. */
function partsOf(calls: readonly CallRecord[]): Map<number, CallRecord[]> {
  const parts = new Map<number, CallRecord[]>();
  for (const call of calls) {
    const whole = call.traits.partOf;
    if (whole !== 0) parts.set(whole, [...(parts.get(whole) ?? []), call]);
  }
  return parts;
}

/** Between the read of a watched key and the transaction that commits nobody else writes it: https://redis.io/docs/latest/develop/using-commands/transactions/ */
export const watched: Check = {
  name: 'a watched key has not changed',
  rule: 'histories',
  find(evidence: Evidence, ledger: Ledger): Finding[] {
    const { calls } = evidence;
    const findings: Finding[] = [];
    const all = partsOf(calls);
    for (const whole of calls) {
      const [name, key = ''] = whole.words;
      if (name !== 'WATCHED' || whole.outcome?.ok !== true || whole.outcome.value === null) continue;
      const parts = all.get(whole.id) ?? [];
      const write = parts.filter(({ words }) => words[0] === 'SET').at(-1);
      const read = parts.filter(({ words }) => words[0] === 'GET').at(-1);
      if (write === undefined || read?.outcome?.ok !== true) continue;
      if (isScattered(ledger.placeOf(write, key), evidence, ledger)) continue;
      const writers = writersOf(key, ledger.placeOf(write, key), ledger);
      const at = writers?.indexOf(write.id) ?? -1;
      if (writers === null || at < 0) continue;
      const [seen] = idsIn(read.outcome.value);
      const before = writers[at - 1];
      if (seen === before) continue;
      const between = before === undefined ? undefined : ledger.calls.get(before);
      const what = between === undefined ? 'nothing was there' : shownCall(between);
      const text = `${shownCall(whole)} committed ${shownCall(write)} over what it had not read: ${shownOutcome(read)}; ${what}`;
      findings.push({ at: whole.settledAt ?? 0, text, calls: [whole.id, read.id, write.id] });
    }
    return findings;
  },
};

/** A read behind a write of its pipeline finds it, or something newer. */
export const piped: Check = {
  name: 'a pipeline reads its own writes',
  rule: 'histories',
  find(evidence: Evidence, ledger: Ledger): Finding[] {
    const { calls, clients } = evidence;
    const findings: Finding[] = [];
    const all = partsOf(calls);
    for (const whole of calls) {
      // Each command takes the connection with the least in flight (docs/pool.md): of two, nobody knows which is read first.
      if (whole.words[0] !== 'PIPELINE' || clients.get(whole.client)?.sharedConnections !== 1) continue;
      const parts = all.get(whole.id) ?? [];
      for (const read of parts) {
        const [key = ''] = read.keys;
        if (read.words[0] !== 'GET' || read.outcome?.ok !== true) continue;
        const writes = parts.filter(({ id, words, keys, outcome }) => id < read.id && words[0] === 'SET' && keys[0] === key && outcome?.ok);
        const write = writes.at(-1);
        // A write that waits for replicas has a connection of its own, and nobody knows when it is read.
        if (write === undefined || write.traits.waitReplicas > 0) continue;
        const writers = writersOf(key, ledger.placeOf(write, key), ledger);
        if (writers === null || hasMoved(ledger.placeOf(write, key), evidence, ledger)) continue;
        const [seen = 0] = idsIn(read.outcome.value);
        if (writers.lastIndexOf(seen) >= writers.indexOf(write.id)) continue;
        const text = `${shownCall(read)}, ${shownOutcome(read)}: its pipeline had written ${shownCall(write)}`;
        findings.push({ at: read.settledAt ?? 0, text, calls: [whole.id, read.id, write.id] });
      }
    }
    return findings;
  },
};

/** Calls that send their parts on a connection of their own, where nothing waits for replicas but who asks for it. */
const BY_HAND: ReadonlySet<string> = new Set(['LEASE', 'WATCHED']);

/** A write with `waitReplicas` resolves only when a server said that so many have it. */
export const replicated: Check = {
  name: 'what waits for replicas is there',
  rule: 'histories',
  find({ calls, books }: Evidence, ledger: Ledger): Finding[] {
    const waiting = calls.filter(({ traits, outcome }) => traits.waitReplicas > 0 && outcome?.ok === true);
    if (waiting.length === 0) return [];
    const waits = books.executions.filter(({ words, isRefused }) => words[0] === 'WAIT' && !isRefused);
    const findings: Finding[] = [];
    for (const call of waiting) {
      const { traits } = call;
      if (BY_HAND.has(ledger.calls.get(traits.partOf)?.words[0] ?? '')) continue;
      // Messages are handed on to replicas as writes are, and change no data.
      const runs = ledger.ran(call.id).filter(({ words, effects }) => effects.length > 0 && !words[0]?.endsWith('PUBLISH'));
      if (runs.length === 0) continue;
      const isThere = waits.some(({ session, at, reply }) => {
        return Number(reply) >= traits.waitReplicas && runs.some((run) => run.session === session && run.at <= at);
      });
      if (isThere) continue;
      const text = `${shownCall(call)}, ${shownOutcome(call)}: no WAIT counted ${traits.waitReplicas} replicas behind ${runs.map(shownExecution).join('; ')}`;
      findings.push({ at: call.settledAt ?? 0, text, calls: [call.id] });
    }
    return findings;
  },
};
