import { Failure, Status } from '../servers/resp.js';
import type { Model } from './linearizability.js';

/** What was done to a string, and what it gave: undefined where that is not known, or says nothing about this key alone. */
export interface StringStep {
  readonly does: 'read' | 'write' | 'write new' | 'write old' | 'append' | 'add' | 'remove' | 'exists';
  /** What is written, appended or added. */
  readonly word: string;
  /** What was there before; the length or the sum after it; whether it was there. */
  readonly gave: string | null | undefined;
}

/** A string, as Redis has one: a register, a counter, a log. null: the key does not exist. */
export const stringModel: Model<string | null, StringStep> = {
  initial: null,
  keyOf: (state) => state ?? '\0',
  apply(state, { does, word, gave }) {
    switch (does) {
      case 'read':
        return giving(gave, small(state), state);
      case 'write':
        return giving(gave, small(state), word);
      case 'write new': // SET with NX: OK or null
        return giving(gave, state === null ? 'OK' : null, state === null ? word : state);
      case 'write old': // SET with XX
        return giving(gave, state === null ? null : 'OK', state === null ? null : word);
      case 'append':
        return giving(gave, String(lengthOf(state) + word.length), (state ?? '') + word);
      case 'add': {
        const sum = String(Number(state ?? '0') + Number(word));
        return giving(gave, sum, sum);
      }
      case 'remove':
        return giving(gave, state === null ? '0' : '1', null);
      case 'exists':
        return giving(gave, state === null ? '0' : '1', state);
    }
  },
};

function giving(gave: string | null | undefined, expected: string | null, state: string | null): { state: string | null } | null {
  return gave === undefined || gave === expected ? { state } : null;
}

/** A value of many bytes is stood in for by its length and its end, where its id is. */
const MOST_BYTES = 4_096;

function lengthOf(state: string | null): number {
  return state?.length ?? 0;
}

function small<Value extends string | null>(value: Value): Value | string {
  return value === null || value.length <= MOST_BYTES ? value : `${value.length} bytes …${value.slice(-16)}`;
}

/** What a reply says, of the server's or of the caller's; undefined: nothing that is understood. */
export function textOf(reply: unknown): string | null | undefined {
  if (reply === null) return null;
  if (typeof reply === 'string') return small(reply);
  if (typeof reply === 'number' || typeof reply === 'bigint') return String(reply);
  if (typeof reply === 'boolean') return reply ? '1' : '0';
  return reply instanceof Status ? reply.text : undefined;
}

/**
 * What a command did to one of its keys; null: nothing that the model knows. `reply`: of the server, or what the caller was told; undefined:
 * unknown. `words`: as on the server, or as the program gave them.
 */
export function stepOf(words: readonly string[], key: string, reply: unknown): StringStep | null {
  if (reply instanceof Failure) return null;
  const name = words[0] ?? '';
  const second = words[2] ?? '';
  const gave = textOf(reply);
  if (name === 'SCRIPT') return scriptStep(words[1] ?? '', words[3] ?? '', gave);
  switch (name) {
    case 'GET':
      return step('read', '', gave);
    case 'MGET':
      return step('read', '', Array.isArray(reply) ? textOf(reply[words.indexOf(key, 1) - 1]) : undefined);
    case 'SET':
      return setStep(words, gave);
    case 'SETNX':
      return step('write new', second, gave === undefined ? undefined : gave === '1' ? 'OK' : null);
    case 'GETSET':
      return step('write', small(second), gave);
    case 'MSET':
      return step('write', small(words[lastKeyAt(words, key) + 1] ?? ''), undefined);
    case 'APPEND':
      return step('append', second, gave);
    case 'INCR':
      return step('add', '1', gave);
    case 'DECR':
      return step('add', '-1', gave);
    case 'INCRBY':
      return step('add', second, gave);
    case 'DECRBY':
      return step('add', String(-Number(second)), gave);
    case 'DEL':
    case 'UNLINK':
      return step('remove', '', words.length === 2 ? gave : undefined);
    case 'EXISTS':
      return step('exists', '', words.length === 2 ? gave : undefined);
    default:
      return null;
  }
}

function setStep([, , value = '', option, another]: readonly string[], gave: StringStep['gave']): StringStep | null {
  if (option === undefined) return step('write', small(value), undefined);
  if (another !== undefined) return null;
  if (option === 'GET') return step('write', small(value), gave);
  if (option === 'NX') return step('write new', small(value), gave);
  return option === 'XX' ? step('write old', small(value), gave) : null;
}

/** Of the scripts that programs run: see `workloads/scripts.ts`. */
function scriptStep(script: string, word: string, gave: StringStep['gave']): StringStep | null {
  if (script === 'read') return step('read', '', gave);
  if (script === 'append') return step('append', word, gave);
  if (script === 'add') return step('add', word, gave);
  return script === 'swap' ? step('write', word, gave) : null;
}

/** Of a key that is named twice in MSET the last value holds. */
function lastKeyAt(words: readonly string[], key: string): number {
  for (let at = words.length - 2; at >= 1; at -= 2) if (words[at] === key) return at;
  return 0;
}

function step(does: StringStep['does'], word: string, gave: StringStep['gave']): StringStep {
  return { does, word, gave };
}
