import Denque from 'denque';
import type { SlotwiseError } from '../errors.js';
import { type AttemptFailure, type Call, type QueueUsage, SETTLED } from '../protocol/call.js';
import { DISCARDED_REPLY, NewsPlaceholders } from './internal-calls.js';

/** Visits the calls in order. */
export function visitCalls(calls: Denque<Call>, visit: (call: Call, index: number) => void): void {
  for (let index = 0; index < calls.length; index++) {
    const call = calls.peekAt(index);
    if (call !== undefined) visit(call, index);
  }
}

/** The calls of which this is true, and a queue of the others, both in order. Without it all are taken. */
export function parted(calls: Denque<Call>, isTaken?: (call: Call) => boolean): { readonly taken: Call[]; readonly left: Denque<Call> } {
  const all = calls.toArray();
  if (isTaken === undefined) return { taken: all, left: new Denque() };
  const taken: Call[] = [];
  const left = new Denque<Call>();
  for (const call of all) {
    if (isTaken(call)) taken.push(call);
    else left.push(call);
  }
  return { taken, left };
}

/** Whether nobody waits for these calls: settled ones only keep their places until their replies come. */
export function areSettled(...queues: readonly Denque<Call>[]): boolean {
  for (const calls of queues) {
    for (let index = 0; index < calls.length; index++) if (calls.peekAt(index)?.state !== SETTLED) return false;
  }
  return true;
}

/** How many settled calls of a connection count in this usage. */
export function countAbandoned(connection: { forEachHeld(visit: (call: Call) => void): void }, usage: QueueUsage): number {
  let abandoned = 0;
  let previous: Call | null = null;
  connection.forEachHeld((call) => {
    // An atomic batch is in flight once per reply it waits for, and counts once.
    if (call.state === SETTLED && call !== previous && call.owner.usage === usage) abandoned++;
    previous = call;
  });
  return abandoned;
}

/**
 * Takes the calls that may run again elsewhere, each once in its life. Their replies, if they ever come, are dropped, but for a MOVED.
 */
export function takeRepeatable(inFlight: Denque<Call>): Call[] {
  const taken: Call[] = [];
  const placeholders = new NewsPlaceholders();
  for (let left = inFlight.length; left > 0; left--) {
    const call = inFlight.shift();
    if (call === undefined) break;
    // An atomic batch is in flight once per reply it waits for.
    const isTaken = call === taken.at(-1);
    const stays = !isTaken && (call.state === SETTLED || !call.repeatable || call.moved);
    inFlight.push(stays ? call : call.batch === null ? placeholders.for(call) : DISCARDED_REPLY);
    if (stays || isTaken) continue;
    call.markMoved();
    taken.push(call);
  }
  return taken;
}

/** Gives the calls of a connection that has closed back to their owners. */
export function handBack(lost: readonly Call[], unwritten: readonly Call[], error: SlotwiseError): void {
  const mayHaveRun: AttemptFailure = { kind: 'connection-lost', error };
  let previous: Call | null = null;
  for (const call of lost) {
    // An atomic batch is in flight once per reply it waits for.
    if (call !== previous && call !== DISCARDED_REPLY) call.owner.failed(call, mayHaveRun);
    previous = call;
  }
  const didNotRun: AttemptFailure = { kind: 'not-sent', error };
  for (const call of unwritten) call.owner.failed(call, didNotRun);
}
