import type { Execution } from '../books.js';
import type { CallRecord } from '../workloads/calls.js';
import type { Check, Evidence, Finding } from './check.js';
import { namesItself } from './executions.js';
import { isScattered } from './group.js';
import { keysOf, type Ledger } from './ledger.js';
import { isLinearizable, type Operation } from './linearizability.js';
import { type StringStep, stepOf, stringModel } from './string-model.js';
import { ms, shownCall, shownExecution, shownOutcome } from './words.js';

/** Callers see each string, read from primaries, as if there were one server that did one thing after the other. */
export const histories: Check = {
  name: 'linearizable',
  rule: 'histories',
  find: (evidence, ledger) => [...judgeKeys(evidence, ledger).findings],
};

export interface Judgement {
  readonly findings: readonly Finding[];
  readonly judged: number;
  /** Keys of which the servers themselves lost something, or that have more than strings. */
  readonly skipped: number;
  /** Keys with more orders than could be tried. */
  readonly gaveUp: number;
}

/** What callers did with a key. */
interface History {
  /** See `Ledger.placeOf`. */
  readonly place: string;
  readonly operations: readonly (Operation<StringStep> & { readonly call: CallRecord })[];
}

export function judgeKeys(evidence: Evidence, ledger: Ledger): Judgement {
  const findings: Finding[] = [];
  const count = { judged: 0, skipped: 0, gaveUp: 0 };
  for (const [place, uses] of usesByPlace(evidence.calls, ledger)) {
    const history = historyOf(place, uses, evidence, ledger);
    if (history === null) {
      count.skipped++;
      continue;
    }
    const verdict = isLinearizable(history.operations, stringModel);
    count.judged++;
    if (verdict.is === 'gave up') count.gaveUp++;
    if (verdict.is === 'not linearizable') findings.push(findingOf(history, verdict.at, ledger));
  }
  return { findings, ...count };
}

/** The calls of a place, with the name that each has for the key. */
interface Uses {
  /** As the servers have it. */
  readonly key: string;
  readonly calls: CallRecord[];
}

function usesByPlace(calls: readonly CallRecord[], ledger: Ledger): Map<string, Uses> {
  const byPlace = new Map<string, Uses>();
  for (const call of calls) {
    for (const key of new Set(call.keys)) {
      const place = ledger.placeOf(call, key);
      const uses = byPlace.get(place);
      if (uses === undefined) byPlace.set(place, { key: call.traits.keyPrefix + key, calls: [call] });
      else uses.calls.push(call);
    }
  }
  return byPlace;
}

/** null: nothing can be said of this key. */
function historyOf(place: string, { key, calls }: Uses, evidence: Evidence, ledger: Ledger): History | null {
  const runs = ledger.withKey(place);
  if (isScattered(place, evidence, ledger)) return null;
  if (runs.some((run) => ledger.mayBeLost(run)) || !isServersWordSound(key, runs) || hasRepeated(calls, runs, ledger)) return null;
  const canHoldReads = !runs.some((run) => !run.isPrimary && wasPrimary(run, evidence)) && !isMixed(calls, runs);
  const operations: (Operation<StringStep> & { readonly call: CallRecord })[] = [];
  for (const call of calls) {
    const operation = operationOf(call, key, ledger);
    if (operation === 'unknown') return null;
    if (operation === null || (operation.step.does === 'read' && (!canHoldReads || isUnseen(call, evidence, ledger)))) continue;
    operations.push({ ...operation, call });
  }
  return { place, operations };
}

/** The servers' books have no record of where a transaction read: in a ring whose keys move that may have been at another member. */
function isUnseen({ traits }: CallRecord, { ring }: Evidence, { calls }: Ledger): boolean {
  return ring?.placesMove === true && calls.get(traits.partOf)?.words[0] === 'EXEC';
}

/** What the primaries themselves did with the key is one history: they lost nothing, and never were two. */
function isServersWordSound(key: string, runs: readonly Execution[]): boolean {
  let state = stringModel.initial;
  for (const run of runs) {
    if (!run.isPrimary) continue;
    const isBatch = run.words[0] === 'EXEC' || run.words[0]?.startsWith('EVAL') === true || run.words[0] === 'FCALL';
    for (const words of isBatch ? run.effects : [run.words]) {
      const step = stepOf(words, key, isBatch ? undefined : run.reply);
      const next = step === null ? null : stringModel.apply(state, step);
      if (next === null) return false;
      ({ state } = next);
    }
  }
  return true;
}

/** Something that was declared idempotent ran more than once, which is not one operation. */
function hasRepeated(calls: readonly CallRecord[], runs: readonly Execution[], ledger: Ledger): boolean {
  const idempotent = calls.filter(({ traits }) => traits.isIdempotent);
  if (idempotent.length === 0) return false;
  const removals = runs.filter(({ isPrimary, words: [name = ''] }) => isPrimary && REMOVING.has(name)).length;
  return (
    idempotent.some(({ id }) => ledger.ran(id).length > 1) || removals > calls.filter(({ words: [name = ''] }) => REMOVING.has(name)).length
  );
}

const REMOVING: ReadonlySet<string> = new Set(['DEL', 'UNLINK']);

/** A replica answered reads that only it may have answered, beside reads that only primaries may answer. */
function isMixed(calls: readonly CallRecord[], runs: readonly Execution[]): boolean {
  return runs.some(({ isPrimary }) => !isPrimary) && calls.some(({ traits }) => traits.reads !== 'primary');
}

/** The server had been a primary before: a client that reads from it cannot know in time that it is none any more. */
function wasPrimary({ server, at }: Execution, { books }: Evidence): boolean {
  return books.roleTurns.some((turn) => turn.server === server.name && turn.isPrimary && turn.at <= at);
}

/** null: it has no effect, or says nothing. `unknown`: it did something that the model does not know. */
function operationOf(call: CallRecord, key: string, ledger: Ledger): Operation<StringStep> | null | 'unknown' {
  const { outcome, issuedAt, settledAt, traits, words } = call;
  const here = key.slice(traits.keyPrefix.length);
  const step = stepOf(words, here, outcome?.ok === true && outcome.value !== 'QUEUED' ? outcome.value : undefined);
  if (step === null) return PARTS.has(words[0] ?? '') ? null : 'unknown';
  if (step.does === 'read' || step.does === 'exists') {
    if (outcome?.ok !== true || traits.reads !== 'primary') return null;
  }
  const isQueued = outcome?.ok === true && outcome.value === 'QUEUED';
  if (outcome?.ok === true && settledAt !== null && !isQueued) return { from: issuedAt, until: settledAt, step };
  if (outcome?.ok === false && outcome.error.executed === 'no') return null;
  const isFailed = outcome?.ok === false && outcome.error.executed === 'yes';
  if (isFailed && outcome.error.name !== 'NotReplicatedError') return 'unknown';
  // The servers' records know what the caller does not: whether it ran, and when at the latest.
  if (!namesItself(call)) return { from: issuedAt, until: Number.POSITIVE_INFINITY, step };
  const run = ledger.ran(call.id).find((each) => each.isPrimary && keysOf(each).includes(key));
  return run === undefined ? null : { from: issuedAt, until: run.at, step };
}

/** What these do, their parts have records of. */
const PARTS: ReadonlySet<string> = new Set(['PIPELINE', 'EXEC', 'WATCHED', 'LEASE', 'STREAM']);

function findingOf({ place, operations }: History, at: number, ledger: Ledger): Finding {
  const culprit = operations[at];
  if (culprit === undefined) throw new Error('a verdict names an operation');
  const { call } = culprit;
  const near = operations
    .filter((one) => one !== culprit && one.step.does !== 'read' && one.from <= culprit.until)
    .sort((a, b) => a.until - b.until)
    .slice(-4);
  const until = call.settledAt ?? culprit.until;
  const seen = ledger
    .withKey(place)
    .filter((run) => run.at <= until)
    .slice(-5);
  return {
    at: until,
    text: [
      `${shownCall(call)}, ${shownOutcome(call)}: no order of the calls with ${place} explains it.`,
      `Before, and beside it: ${near.map((one) => `${shownCall(one.call)}, ${shownOutcome(one.call)}`).join('; ') || 'nothing'}.`,
      `Servers, up to ${ms(until)}: ${seen.map(shownExecution).join('; ') || 'nothing'}`,
    ].join(' '),
    calls: [call.id, ...near.map((one) => one.call.id)],
  };
}
