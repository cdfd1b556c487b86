import { DEFAULTS } from '../../../lib/options/defaults.js';
import { type CallRecord, HEARS_AGAIN } from '../workloads/calls.js';
import type { Check, Evidence, Finding, Span } from './check.js';
import type { Ledger } from './ledger.js';
import { ms, shownCall, shownOutcome } from './words.js';

/** Deadlines have a resolution of 10 ms (docs/attempts.md), and what they end is told in the turn of the loop after it. */
const TICK_MS = 12;
/**
 * A call that blocks, or waits for replicas, lets its server let go first, and waits a second for that (docs/blocking-and-leases.md). The connection by which it asks
 * may have to be opened.
 */
const LET_GO_MS = 1_000 + 2 * TICK_MS;

/** Not a call, but several of them: until one succeeds. */
const TRIES = 'FRESH';

/** Every promise settles, by its deadline and a tick, or a tick after its signal has fired; at the latest when all clients are closed. */
export const settling: Check = {
  name: 'every promise settles in time',
  rule: 'settles',
  find({ calls, stalls, endedAt }: Evidence): Finding[] {
    const findings: Finding[] = [];
    for (const call of calls) {
      if (call.words[0] === TRIES) continue;
      const dueByLimit = dueAt(call, stalls);
      if (call.settledAt !== null && call.settledAt <= dueByLimit) continue;
      const due = Math.min(dueByLimit, endedAt);
      const text = `${shownCall(call)}, ${shownOutcome(call)}, was due at ${ms(due)}`;
      findings.push({ at: due, text, calls: [call.id] });
    }
    return findings;
  },
};

/** When a call has to have settled. What its process stood still for counts aside: nothing runs then. */
function dueAt({ deadlineAt, abortedAt, traits, issuedAt }: CallRecord, stalls: readonly Span[]): number {
  const graceMs = traits.blocks || traits.waitReplicas > 0 ? TICK_MS + LET_GO_MS : TICK_MS;
  let due = Math.min(deadlineAt, abortedAt) + graceMs;
  if (due === Number.POSITIVE_INFINITY) return due;
  for (const { from, until } of stalls) if (until > issuedAt && from <= due) due = Math.max(due, until + graceMs);
  return due;
}

/** When all clients are closed nothing is left of them, and nothing was thrown that nobody caught. */
export const leftovers: Check = {
  name: 'nothing is left',
  rule: 'settles',
  find: ({ left, uncaught, endedAt }: Evidence): Finding[] => [
    ...left.map((what) => ({ at: endedAt, text: `after close() there is still ${what}` })),
    ...uncaught.map((error) => ({
      at: endedAt,
      text: `nobody caught ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
    })),
  ],
};

/** Once the servers are well again, subscriptions hear, and fresh commands succeed within a bound. */
export const recovery: Check = {
  name: 'fresh commands succeed',
  rule: 'settles',
  find: ({ fresh, calls, endedAt }: Evidence): Finding[] =>
    [...fresh, ...calls.filter(({ words }) => words[0] === HEARS_AGAIN)]
      .filter(({ outcome }) => outcome?.ok !== true)
      .map((call) => ({ at: call.settledAt ?? endedAt, text: `${shownCall(call)}, ${shownOutcome(call)}`, calls: [call.id] })),
};

/** The program that issues commands right before `close()`, when all is well. */
export const LAST = 'last';
/** The one that does so on a client of its own. */
export const FIRST_AND_LAST = 'first and last';

/**
 * What was accepted before `close()` is answered, and no more is accepted than the queue may hold. A connection that died unseen, of the client
 * or of a proxy, takes with it what is the first to be sent by it: that never ran, and its caller is told that it may have.
 */
export const closing: Check = {
  name: 'close() waits for what was accepted',
  rule: 'settles',
  find({ calls, clients, hasUnseenLosses }: Evidence, ledger: Ledger): Finding[] {
    const findings: Finding[] = [];
    const accepted = new Map<string, number>();
    for (const call of calls) {
      if (call.workload !== LAST && call.workload !== FIRST_AND_LAST) continue;
      const { outcome } = call;
      const most = clients.get(call.client)?.queue.maxCommands ?? DEFAULTS.queue.maxCommands;
      const isRefused = outcome?.ok === false && outcome.error.code === 'ERR_QUEUE_FULL';
      const queue = `${call.client} ${call.workload}`;
      const count = (accepted.get(queue) ?? 0) + (isRefused ? 0 : 1);
      accepted.set(queue, count);
      if (outcome?.ok === true && count <= most) continue;
      if (isRefused && most < DEFAULTS.queue.maxCommands) continue;
      if (hasUnseenLosses && count <= most && wasLostUnseen(call, ledger)) continue;
      const text = count > most ? `it was accepted as the ${count}th, the queue may hold ${most}` : shownOutcome(call);
      findings.push({ at: call.settledAt ?? call.issuedAt, text: `${shownCall(call)}: ${text}`, calls: [call.id] });
    }
    return findings;
  },
};

function wasLostUnseen({ id, outcome }: CallRecord, ledger: Ledger): boolean {
  if (outcome === null || outcome.ok) return false;
  return ledger.isProxied(id) || (outcome.error.name === 'ConnectionLostError' && ledger.ran(id).length === 0);
}
