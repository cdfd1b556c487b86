import type { Raw } from '../../protocol/command-spec.js';
import { type Page, toCursor, toList, toNumber, toPairs } from '../decode.js';

/** A member of a sorted set and its score. */
export interface ScoredMember<Text extends string | Buffer> {
  member: Text;
  score: number;
}

/** As `ScoredMember`, and from which of the sorted sets it was popped. */
export interface PoppedMember<Text extends string | Buffer> extends ScoredMember<Text> {
  key: Text;
}

/** What was popped, and from which of the sorted sets. */
export interface PoppedMembers<Text extends string | Buffer> {
  key: Text;
  members: ScoredMember<Text>[];
}

export interface ScoredMemberPage<Text extends string | Buffer> extends Page {
  members: ScoredMember<Text>[];
}

/** `[member, score, …]` (RESP2) or `[[member, score], …]` (RESP3) */
export function toScoredMembers<Text extends string | Buffer>(raw: Raw | undefined): ScoredMember<Text>[] {
  return toPairs(raw ?? null, toScoredMember<Text>);
}

/** `[member, score]`, `[]` where there was none. */
export function toOneScoredMember<Text extends string | Buffer>(raw: Raw): ScoredMember<Text> | null {
  return toScoredMembers<Text>(raw)[0] ?? null;
}

/** `[key, [[member, score], …]]` in both protocols. */
export function toPoppedMembers<Text extends string | Buffer>(raw: Raw): PoppedMembers<Text> | null {
  const [key, members] = toList(raw);
  return members === undefined ? null : { key: key as Text, members: toScoredMembers<Text>(members) };
}

/** `[key, member, score]` */
export function toPoppedMember<Text extends string | Buffer>(raw: Raw): PoppedMember<Text> | null {
  const [key, member, score] = toList(raw);
  return score === undefined ? null : { key: key as Text, member: member as Text, score: toNumber(score) };
}

/** `[cursor, [member, score, …]]`, the scores as text in both protocols. */
export function toScoredMemberPage<Text extends string | Buffer>(raw: Raw): ScoredMemberPage<Text> {
  return { cursor: toCursor(raw), members: toScoredMembers<Text>(toList(raw)[1]) };
}

function toScoredMember<Text extends string | Buffer>(member: Raw, score: Raw): ScoredMember<Text> {
  return { member: member as Text, score: toNumber(score) };
}
