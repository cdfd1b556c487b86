import type { Raw } from '../command-spec.js';

/** Fields of a map reply, which is a flat array in RESP2, and from RESP3 where objects are not asked for. What is no map has no fields. */
export function fieldsOf(raw: Raw | undefined): ReadonlyMap<string, Raw> {
  const fields = new Map<string, Raw>();
  if (Array.isArray(raw)) for (let at = 0; at + 1 < raw.length; at += 2) fields.set(String(raw[at]), raw[at + 1] ?? null);
  return fields;
}
