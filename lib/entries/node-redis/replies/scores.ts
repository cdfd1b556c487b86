import type { Raw } from '../../../index.js';
import { type Blob, type ReplyShape, shape } from '../commands/command.js';
import { RESP_TYPES, type TypeMapping } from '../type-mapping.js';
import { listOf, pairsOf } from './aggregates.js';

const NAMED: Readonly<Record<string, number>> = {
  inf: Number.POSITIVE_INFINITY,
  '+inf': Number.POSITIVE_INFINITY,
  '-inf': Number.NEGATIVE_INFINITY,
  nan: Number.NaN,
};

/** A floating-point number: RESP2 sends its text, RESP3 a double. */
export function doubleOf(reply: Raw, mapping: TypeMapping | undefined): number {
  if (mapping?.[RESP_TYPES.DOUBLE] === String) return textOf(reply) as unknown as number; // the type that the mapping names
  if (typeof reply === 'number') return reply;
  const text = String(reply);
  return NAMED[text] ?? Number(text);
}

function textOf(reply: Raw): string {
  return reply === Number.POSITIVE_INFINITY ? 'inf' : reply === Number.NEGATIVE_INFINITY ? '-inf' : String(reply);
}

export const double = shape((reply, _, mapping) => doubleOf(reply, mapping));
export const doubleOrNull = shape((reply, _, mapping) => (reply === null ? null : doubleOf(reply, mapping)));
export const doubles = shape((reply, _, mapping) => listOf(reply).map((it) => doubleOf(it, mapping)));
export const doublesWithNulls = shape((reply, _, mapping) => listOf(reply).map((it) => (it === null ? null : doubleOf(it, mapping))));

/** Member of a sorted set with its score. */
export interface SortedSetMember {
  value: Blob;
  score: number;
}

function memberOf([value, score]: readonly Raw[], mapping: TypeMapping | undefined): SortedSetMember {
  return { value: value as unknown as Blob, score: doubleOf(score ?? null, mapping) }; // a text
}

export const scored: ReplyShape<SortedSetMember[]> = shape((reply, _, mapping) => pairsOf(reply).map((pair) => memberOf(pair, mapping)));

/** The member with the lowest or highest score: none of an empty set. */
export const popped: ReplyShape<SortedSetMember | null> = shape((reply, _, mapping) => {
  const pair = listOf(reply);
  return pair.length === 0 ? null : memberOf(Array.isArray(pair[0]) ? pair[0] : pair, mapping);
});

/** What a blocking pop gives: key, member, score. */
export const poppedOfKey = shape((reply, _, mapping) => {
  if (reply === null) return null;
  const [key = null, ...pair] = listOf(reply);
  return { key: key as unknown as Blob, ...memberOf(pair, mapping) }; // a text
});

/** What a pop of several members gives: key, and members with scores. */
export const poppedMembers = shape((reply, _, mapping) => {
  if (reply === null) return null;
  const [key = null, pairs = null] = listOf(reply);
  return { key: key as unknown as Blob, members: pairsOf(pairs).map((pair) => memberOf(pair, mapping)) }; // a text
});

export const rankWithScore = shape((reply, _, mapping) => {
  if (reply === null) return null;
  const [rank, score = null] = listOf(reply);
  return { rank: rank as number, score: doubleOf(score, mapping) }; // by the server's documentation
});
