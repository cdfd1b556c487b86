import { NotReplicatedError } from '../../../lib/index.js';
import type { Execution } from '../books.js';
import { plain } from '../workloads/caller.js';
import { type CallRecord, idOf } from '../workloads/calls.js';
import type { Check, Evidence, Finding } from './check.js';
import { namesItself } from './executions.js';
import type { Ledger } from './ledger.js';
import { textOf } from './string-model.js';
import { shownCall, shownExecution, shownOutcome, shownValue } from './words.js';

/** What a read gave was written to one of its keys, by a write that had been issued: values name the call that wrote them. */
export const readValues: Check = {
  name: 'a read gives what its key had',
  rule: 'replies',
  find: ({ calls }: Evidence, ledger: Ledger): Finding[] => {
    const findings: Finding[] = [];
    const places = new Places(calls, ledger);
    for (const call of calls) {
      const { settledAt } = call;
      if (settledAt === null || call.keys.length === 0) continue;
      for (const id of idsIn(givenReply(call))) {
        const writer = ledger.calls.get(id);
        if (id === call.id || (writer !== undefined && writer.issuedAt <= settledAt && places.share(call, writer))) continue;
        const source = writer === undefined ? `#${id}, which is no call` : shownCall(writer);
        const text = `${shownCall(call)}, ${shownOutcome(call)}: a value of ${source}`;
        findings.push({ at: settledAt, text, calls: writer === undefined ? [call.id] : [call.id, id] });
      }
    }
    return findings;
  },
};

/** What a write gave is what the server said when it ran that very call. */
export const writeReplies: Check = {
  name: 'a write gives what its own run gave',
  rule: 'replies',
  find: ({ calls }: Evidence, ledger: Ledger): Finding[] => {
    const findings: Finding[] = [];
    for (const call of calls) {
      const given = givenReply(call);
      if (given === undefined || !namesItself(call)) continue;
      const runs = ledger.ran(call.id).filter(({ words }) => words[0] === call.words[0] || call.words[0] === 'SCRIPT');
      const told = textOf(given);
      const said = runs.map(({ reply }) => textOf(reply));
      // Parts of a command that was split are put together, and what is no plain value is formed by the client.
      if (told === undefined || runs.length === 0 || said.includes(undefined) || said.includes(told) || isSplit(runs)) continue;
      const seen = runs.map((run) => `${shownExecution(run)} gave ${shownValue(textOf(run.reply))}`);
      findings.push({ at: call.settledAt ?? 0, text: `${shownCall(call)}, ${shownOutcome(call)}: ${seen.join('; ')}`, calls: [call.id] });
    }
    return findings;
  },
};

/**
 * What the caller was given: the reply, also by the error that says that too few replicas have the write. The parts of a pipeline and of a
 * transaction have one such error for all, which has the reply of one of them. undefined: nothing.
 */
export function givenReply({ outcome, traits, words }: CallRecord): unknown {
  if (outcome?.ok === true) return outcome.value;
  const error = outcome?.error.error;
  const isOwn = error instanceof NotReplicatedError && traits.partOf === 0 && error.command === words[0];
  return isOwn ? plain(error.reply) : undefined;
}

function isSplit(runs: readonly Execution[]): boolean {
  return runs.length > 1 && runs.some(({ words }) => words.length !== runs[0]?.words.length || words[1] !== runs[0]?.words[1]);
}

/** The ids that strings of a value end in, at any depth. A log of appended marks has many. */
export function idsIn(value: unknown, found = new Set<number>()): Set<number> {
  if (typeof value === 'string') {
    for (let at = value.indexOf('#'); at >= 0; at = value.indexOf('#', at + 1)) {
      const next = value.indexOf('#', at + 1);
      const id = idOf(value.slice(at, next < 0 ? undefined : next));
      if (id !== 0) found.add(id);
    }
  } else if (Buffer.isBuffer(value)) idsIn(value.toString('latin1'), found);
  else if (Array.isArray(value)) for (const item of value) idsIn(item, found);
  else if (value instanceof Map) for (const [key, item] of value) idsIn(item, idsIn(key, found));
  else if (typeof value === 'object' && value !== null && !(value instanceof Error)) {
    for (const key of Object.keys(value)) idsIn((value as Record<string, unknown>)[key], idsIn(key, found));
  }
  return found;
}

const MOVING: ReadonlySet<string> = new Set(['LMOVE', 'BLMOVE', 'RPOPLPUSH', 'BRPOPLPUSH', 'RENAME', 'COPY', 'SMOVE']);

/** Which keys a value may have come from: elements move from list to list. */
class Places {
  readonly #parents = new Map<string, string>();

  constructor(
    calls: readonly CallRecord[],
    private readonly ledger: Ledger,
  ) {
    for (const call of calls) {
      const [source = '', destination] = call.keys;
      if (MOVING.has(call.words[0] ?? '') && destination !== undefined) {
        this.#parents.set(this.#rootOf(call, source), this.#rootOf(call, destination));
      }
    }
  }

  share(reader: CallRecord, writer: CallRecord): boolean {
    const isPlain = this.#parents.size === 0 && reader.client === writer.client && reader.traits.keyPrefix === writer.traits.keyPrefix;
    if (isPlain) return reader.keys.some((key) => writer.keys.includes(key));
    const roots = new Set(writer.keys.map((key) => this.#rootOf(writer, key)));
    return reader.keys.some((key) => roots.has(this.#rootOf(reader, key)));
  }

  #rootOf(call: CallRecord, key: string): string {
    let root = this.ledger.placeOf(call, key);
    for (let parent = this.#parents.get(root); parent !== undefined && parent !== root; parent = this.#parents.get(root)) root = parent;
    return root;
  }
}
