import type { Raw } from '../protocol/command.js';

/** `OK` and nothing else; the status text is the reply. */
export type Ok = 'OK';

/** RESP2 sends what RESP3 sends as a double as text. */
export function toNumber(raw: Raw): number {
  if (typeof raw === 'number') return raw;
  const text = String(raw);
  return text === 'inf' ? Number.POSITIVE_INFINITY : text === '-inf' ? Number.NEGATIVE_INFINITY : Number(text);
}

/** RESP2 sends what RESP3 sends as a boolean as 0 or 1. */
export function toBoolean(raw: Raw): boolean {
  return raw === true || raw === 1 || raw === 1n || raw === '1';
}

/** A flat list of fields and values as an object; a field named `__proto__` is an ordinary field. */
export function toObject<T>(raw: Raw): Record<string, T> {
  const object: Record<string, T> = {};
  if (!Array.isArray(raw)) return object;
  for (let at = 0; at + 1 < raw.length; at += 2) {
    const field = String(raw[at]);
    const value = raw[at + 1] as T; // the command's own documentation is the type's source
    if (field === '__proto__') Object.defineProperty(object, field, { value, enumerable: true, configurable: true, writable: true });
    else object[field] = value;
  }
  return object;
}
