import type { CallRecord, SubscriberRecord } from '../workloads/calls.js';
import { ENDS_LIFE, LIVES } from '../workloads/own-life.js';
import type { Check, Evidence, Finding } from './check.js';
import type { Ledger } from './ledger.js';
import { ms, shownCall, shownOutcome } from './words.js';

/**
 * What ends, ends alone: a call meets a `ClosedError` only when its client, its duplicate or its connection was ended. What ended takes
 * nothing more, and gives nothing more.
 */
export const ends: Check = {
  name: 'a life ends alone, and for good',
  rule: 'settles',
  find(evidence: Evidence, ledger: Ledger): Finding[] {
    const endings = new Endings(evidence, ledger);
    return [
      ...evidence.calls.flatMap((call) => endings.findingOf(call) ?? []),
      ...evidence.subscribers.flatMap((subscriber) => endings.afterEndOf(subscriber) ?? []),
    ];
  },
};

/** The ends of lives, by the calls that ended them. */
class Endings {
  /** By client, and by the life. */
  readonly #clients = new Map<string, CallRecord>();
  readonly #lives = new Map<number, CallRecord>();

  constructor(
    { calls }: Pick<Evidence, 'calls'>,
    private readonly ledger: Ledger,
  ) {
    for (const call of calls) {
      const [name = ''] = call.words;
      if (name === ENDS_LIFE && !this.#lives.has(call.traits.partOf)) this.#lives.set(call.traits.partOf, call);
      if ((name === 'CLOSE' || name === 'DESTROY') && !this.#clients.has(call.client)) this.#clients.set(call.client, call);
    }
  }

  findingOf(call: CallRecord): Finding | null {
    const { outcome, settledAt, words } = call;
    const [name = ''] = words;
    if (settledAt === null || LIVES.has(name) || name === ENDS_LIFE) return null;
    const own = this.#endsOf(call);
    const before = own.find(({ id }) => id < call.id);
    if (before !== undefined && outcome?.ok === true) return fault(call, `was taken after ${shownCall(before)}`, before);
    if (outcome?.ok !== false || outcome.error.name !== 'ClosedError') return null;
    const ofClient = this.#clients.get(call.client);
    const isOver = [...own, ...(ofClient === undefined ? [] : [ofClient])].some(({ issuedAt }) => issuedAt <= settledAt);
    return isOver ? null : fault(call, 'nothing of it was ended by then', null);
  }

  /** A subscription hears nothing when its duplicate is closed. */
  afterEndOf({ id, deliveries }: SubscriberRecord): Finding | null {
    const call = this.ledger.calls.get(id);
    const end = call === undefined ? undefined : this.#endsOf(call)[0];
    const late = deliveries.find(({ at }) => at > (end?.settledAt ?? Number.POSITIVE_INFINITY));
    if (call === undefined || late === undefined || end === undefined) return null;
    return {
      at: late.at,
      text: `${shownCall(call)} was given a ${late.type} at ${ms(late.at)}, after ${shownCall(end)}`,
      calls: [id, end.id],
    };
  }

  /** The ends of all that a call is a part of, the innermost first. */
  #endsOf(call: CallRecord): CallRecord[] {
    const found: CallRecord[] = [];
    for (let whole = call.traits.partOf; whole !== 0; whole = this.ledger.calls.get(whole)?.traits.partOf ?? 0) {
      const end = this.#lives.get(whole);
      if (end !== undefined) found.push(end);
    }
    return found;
  }
}

function fault(call: CallRecord, what: string, end: CallRecord | null): Finding {
  const calls = end === null ? [call.id] : [call.id, end.id];
  return { at: call.settledAt ?? call.issuedAt, text: `${shownCall(call)}, ${shownOutcome(call)}: ${what}`, calls };
}

/** A connection has the name that it was given, also when another one has taken its place. */
export const names: Check = {
  name: 'a connection keeps its name',
  rule: 'replies',
  find: ({ calls }: Evidence): Finding[] =>
    calls.flatMap((call): Finding[] => {
      const { words, outcome, settledAt } = call;
      if (words[0] !== 'NAME' || outcome?.ok !== true || outcome.value === words[1]) return [];
      return [{ at: settledAt ?? 0, text: `${shownCall(call)}, ${shownOutcome(call)}`, calls: [call.id] }];
    }),
};
