import type { Raw } from '../protocol/command-spec.js';

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
    const field = String(raw[at]);
    const value = raw[at + 1] as T; // the type is by the command's documentation
    if (field === '__proto__') Object.defineProperty(object, field, { value, enumerable: true, configurable: true, writable: true });
    else object[field] = value;
  }
  return object;
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
