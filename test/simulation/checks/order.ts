import { DEFAULTS } from '../../../lib/options/defaults.js';
import { type Execution, wayOf } from '../books.js';
import { Failure } from '../servers/resp.js';
import type { CallRecord } from '../workloads/calls.js';
import type { Check, ClientFacts, Evidence, Finding } from './check.js';
import type { Ledger } from './ledger.js';
import { shownCall, shownExecution } from './words.js';

/**
 * Writes that a client issues for a key run in the order in which it issued them (docs/attempts.md, "Order"). Nothing is said of
 *
 * | what | why |
 * |---|---|
 * | a write that was redirected, or refused when what overtakes it was on its way | barriers keep in order what leaves later |
 * | a write of which the caller was told that it failed | it may lie in a connection that was given up, and run late |
 * | a write that its node still owed when writes of its client for the key went to another node | the barrier of a handover opens after 100 ms, and the node may come back meanwhile |
 * | a write that others overtake 3 s later | its connection was silent, and so they got another one: docs/pool.md |
 * | writes with connections of their own: those that block, leases, `watch`, `waitReplicas` | |
 * | transactions | a refusal of EXEC does not name them |
 * | what has several keys, in a ring whose keys change their places | it is split anew where its keys are no more together |
 * | what went by another proxy than what overtakes it | clients go on with another one while one hangs: docs/behind-a-proxy.md |
 * | what a proxy answered by an error of its own | sent again, it keeps no order: docs/behind-a-proxy.md |
 * | idempotent ones | they may run again |
 * | parts of a pipeline, where the queue of its client is small | those beyond its room are sent as replies come, and other callers find room beside it |
 * | clients with several shared connections a node, dedicated connections beside others | each has an order of its own |
 */
export const order: Check = {
  name: 'writes of a client to a key run in order',
  rule: 'histories',
  find({ calls, clients, proxies, ring }: Evidence, ledger: Ledger): Finding[] {
    const ordered = new Map<number, CallRecord>();
    const isSplitAnew = (call: CallRecord): boolean => ring?.placesMove === true && call.keys.length > 1;
    for (const call of calls)
      if (!isSplitAnew(call) && clients.get(call.client)?.sharedConnections === 1 && isOrdered(call, ledger)) ordered.set(call.id, call);
    const findings: Finding[] = [];
    /** By node, key and client: the write with the highest id that ran. */
    const latest = new Map<string, { readonly run: Execution; readonly call: CallRecord }>();
    for (const [run, ids] of ledger.named) {
      if (run.isRefused || !run.isPrimary || run.effects.length === 0 || run.words[0] === 'EXEC') continue;
      for (const id of ids) {
        const call = ordered.get(id);
        if (call === undefined) continue;
        for (const key of run.rule?.keys?.(run.words) ?? []) {
          const way = proxies === 0 ? '' : wayOf(run.session);
          const place = `${run.history} ${run.server.name} ${run.db} ${call.client} ${lineOf(call, ledger)} ${key} ${way}`;
          const before = latest.get(place);
          if (before === undefined || before.call.id <= id) latest.set(place, { run, call });
          else if (ledger.isProxied(id) || ledger.isProxied(before.call.id)) continue;
          else if (isFed(call, before.call, ledger, clients.get(call.client))) continue;
          else if (wasLeft(run, before, key, ledger)) continue;
          else if (isSure(call, run, before, ledger)) findings.push(findingOf(call, run, before));
        }
      }
    }
    return findings;
  },
};

function findingOf(call: CallRecord, run: Execution, before: { readonly run: Execution; readonly call: CallRecord }): Finding {
  const text = `${shownCall(call)} ran behind ${shownCall(before.call)}: ${shownExecution(before.run)}; ${shownExecution(run)}`;
  return { at: run.at, text, calls: [call.id, before.call.id] };
}

/** It may have been sent bit by bit, beside what overtook it: docs/pipelines.md. */
function isFed({ traits }: CallRecord, overtaker: CallRecord, ledger: Ledger, client: ClientFacts | undefined): boolean {
  if (ledger.calls.get(traits.partOf)?.words[0] !== 'PIPELINE' || overtaker.traits.partOf === traits.partOf) return false;
  const { maxCommands, maxBytes } = client?.queue ?? DEFAULTS.queue;
  return maxCommands < DEFAULTS.queue.maxCommands || maxBytes < DEFAULTS.queue.maxBytes;
}

/** Its turn has to come before that of what is issued later. */
function isSure(
  { id, outcome }: CallRecord,
  run: Execution,
  overtaker: { readonly run: Execution; readonly call: CallRecord },
  ledger: Ledger,
): boolean {
  if (outcome?.ok !== true || overtaker.run.sentAt - run.sentAt >= SILENT_MS) return false;
  // What was on its way once stays in front, however often both are refused.
  const attempts = [...ledger.refused(overtaker.call.id), overtaker.run];
  return ledger.refused(id).every(({ server, at: refusedAt, readAt, reply }) => {
    const isBarred = reply instanceof Failure && BARRED.test(reply.text) && server === overtaker.run.server;
    return isBarred && !attempts.some(({ at, sentAt }) => at >= refusedAt && sentAt <= readAt + KNOWN_MS);
  });
}

/** What overtook it found its client at that node again, which had followed another one for this key meanwhile. */
function wasLeft(run: Execution, overtaker: { readonly run: Execution; readonly call: CallRecord }, key: string, ledger: Ledger): boolean {
  for (const [other, ids] of ledger.named) {
    if (other.server === run.server || other.sentAt < run.sentAt + BARRIER_MS || other.sentAt > overtaker.run.sentAt) continue;
    const isOwn = [...ids].some((id) => ledger.calls.get(id)?.client === overtaker.call.client);
    if (isOwn && other.rule?.keys?.(other.words).includes(key)) return true;
  }
  return false;
}

/** How long the barrier of a handover stands, in ms: docs/attempts.md. */
const BARRIER_MS = 100;
/** What a connection leaves unanswered for so long may be half-open, in ms. */
const SILENT_MS = 3_000;
/** Refusals of everything, or of all writes, by a node: behind them a barrier stands. */
const BARRED = /^(LOADING|CLUSTERDOWN|MASTERDOWN|NOREPLICAS) /;
/** What leaves so long after a refusal was read, in ms, was not on its way then. */
const KNOWN_MS = 5;

/** The dedicated connection that the call was issued on, which has an order of its own; 0: none. */
function lineOf({ traits: { partOf } }: CallRecord, { calls }: Ledger): number {
  return calls.get(partOf)?.words[0] === 'DEDICATED' ? partOf : 0;
}

function isOrdered({ traits }: CallRecord, ledger: Ledger): boolean {
  if (traits.blocks || traits.isIdempotent || traits.waitReplicas > 0) return false;
  const whole = ledger.calls.get(traits.partOf)?.words[0] ?? '';
  return traits.partOf === 0 || whole === 'PIPELINE' || whole === 'STREAM' || whole === 'DEDICATED';
}
