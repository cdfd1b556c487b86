import type { Raw } from '../command-spec.js';

/** Sets a field of an object, whatever its name: an assignment to `__proto__` would set the prototype and lose the field. */
export function setField<T>(object: { [field: string]: T }, field: string, value: T): void {
  if (field === '__proto__') Object.defineProperty(object, field, { value, enumerable: true, configurable: true, writable: true });
  else object[field] = value;
}

/** Fields of a map reply, which is a flat array in RESP2, and from RESP3 where objects are not asked for. What is no map has no fields. */
export function fieldsOf(raw: Raw | undefined): ReadonlyMap<string, Raw> {
  const fields = new Map<string, Raw>();
  if (Array.isArray(raw)) for (let at = 0; at + 1 < raw.length; at += 2) fields.set(String(raw[at]), raw[at + 1] ?? null);
  return fields;
}
