import type { Execution } from '../books.js';
import type { CallRecord } from '../workloads/calls.js';

/** Longest text of a command or value in a finding, in characters. */
const LONGEST = 80;

export function ms(at: number): string {
  return at === Number.POSITIVE_INFINITY ? 'never' : `${at.toFixed(2)} ms`;
}

export function short(text: string): string {
  return text.length > LONGEST ? `${text.slice(0, LONGEST - 20)} … ${text.slice(-18)}` : text;
}

export function shownValue(value: unknown): string {
  return short(typeof value === 'string' ? `'${value}'` : (JSON.stringify(value) ?? String(value)));
}

/** `#12 SET a v#12 of client a (writers/2), issued at 3.20 ms`. */
export function shownCall({ id, words, client, program, issuedAt }: CallRecord): string {
  return `#${id} ${short(words.join(' '))} of client ${client} (${program}), issued at ${ms(issuedAt)}`;
}

/** What its caller was told. */
export function shownOutcome({ settledAt, outcome }: CallRecord): string {
  if (settledAt === null || outcome === null) return 'not settled';
  if (outcome.ok) return `resolved with ${shownValue(outcome.value)} at ${ms(settledAt)}`;
  const { name, executed, message } = outcome.error;
  return `rejected with ${name}, executed '${executed}', at ${ms(settledAt)}: ${short(message)}`;
}

export function shownExecution({ server, at, sentAt, words, isPrimary }: Execution): string {
  const role = isPrimary ? '' : ', a replica,';
  return `${short(words.join(' '))} on ${server.name}${role} at ${ms(at)} (left the client at ${ms(sentAt)})`;
}
