import { type Arg, DECODE_BUFFERS, type Raw } from '../protocol/command-spec.js';
import { setField } from '../protocol/resp/map-reply.js';

/** `OK` and nothing else; the status text is the reply. */
export type Ok = 'OK';

/** A double as a number: RESP2 sends it as text. */
export function toNumber(raw: Raw): number {
  if (typeof raw === 'number') return raw;
  const text = String(raw);
  return text === 'inf' ? Number.POSITIVE_INFINITY : text === '-inf' ? Number.NEGATIVE_INFINITY : Number(text);
}

/** A flat list of fields and values as an object; a field named `__proto__` is an ordinary field. */
export function toObject<T>(raw: Raw): Record<string, T> {
  const object: Record<string, T> = {};
  if (!Array.isArray(raw)) return object;
  for (let at = 0; at + 1 < raw.length; at += 2) {
    setField(object, String(raw[at]), raw[at + 1] as T); // the type is by the command's documentation
  }
  return object;
}

/**
 * Values by names that users chose (fields, channels): an object. Of Buffers a list of pairs in the server's order, because as keys of an
 * object two names may become one: bytes that are no text, or a name that comes twice.
 */
export type ByName<Text extends string | Buffer, T> = Text extends string ? Record<string, T> : [name: Text, value: T][];

/** A flat list of names and values; `mode` says what the names are. */
export function toByName<Text extends string | Buffer, T>(raw: Raw, _: readonly Arg[], mode: number): ByName<Text, T> {
  const named = (mode & DECODE_BUFFERS) === 0 ? toObject<T>(raw) : toPairs(raw, (name, value) => [name, value]);
  return named as ByName<Text, T>; // by the mode
}

/** As `toNumber`; null where the server sent nil. */
export function toNumberOrNull(raw: Raw): number | null {
  return raw === null ? null : toNumber(raw);
}

export function toNumbersOrNull(raw: Raw): (number | null)[] {
  return toList(raw).map(toNumberOrNull);
}

/** An array reply; empty where the server sent none. */
export function toList(raw: Raw | undefined): readonly Raw[] {
  return Array.isArray(raw) ? raw : [];
}

/** `[a, b, a, b]` as RESP2 sends scores and values, and `[[a, b], [a, b]]` as RESP3 does. */
export function toPairs<T>(raw: Raw | undefined, make: (first: Raw, second: Raw) => T): T[] {
  const list = toList(raw);
  const pairs: T[] = [];
  if (Array.isArray(list[0])) {
    for (const pair of list) pairs.push(make(toList(pair)[0] ?? null, toList(pair)[1] ?? null));
  } else {
    for (let at = 0; at + 1 < list.length; at += 2) pairs.push(make(list[at] ?? null, list[at + 1] ?? null));
  }
  return pairs;
}

/** A page of a scan. The scan is over when the cursor is `'0'`. */
export interface Page {
  /** What the next call continues from: text, because it may be larger than a number is exact. */
  cursor: string;
}

export function toCursor(raw: Raw): string {
  return String(toList(raw)[0] ?? '0');
}
