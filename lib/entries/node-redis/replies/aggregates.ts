import type { Raw } from '../../../index.js';
import { type Blob, type ReplyShape, shape } from '../commands/command.js';
import { RESP_TYPES, type TypeMapping } from '../type-mapping.js';

/** Sets a field of an object, whatever its name: an assignment to `__proto__` would set the prototype and lose the field. */
export function setField<T>(object: Record<string, T>, field: string, value: T): void {
  if (field === '__proto__') Object.defineProperty(object, field, { value, enumerable: true, configurable: true, writable: true });
  else object[field] = value;
}

/** Elements of a list reply; none of what is no list. */
export function listOf(reply: Raw | undefined): readonly Raw[] {
  return Array.isArray(reply) ? reply : [];
}

/** Entries of a map reply: flat in RESP2, in transactions and where replies are bytes, else an object. */
export function entriesOf(reply: Raw): [field: Raw, value: Raw][] {
  if (!Array.isArray(reply)) return typeof reply === 'object' && reply !== null && !Buffer.isBuffer(reply) ? Object.entries(reply) : [];
  const entries: [Raw, Raw][] = [];
  for (let at = 0; at + 1 < reply.length; at += 2) entries.push([reply[at] ?? null, reply[at + 1] ?? null]);
  return entries;
}

/** A map as the mapping has it: an object, a `Map`, or flat. `value` makes the values, by the names of their fields. */
export function mapOf(reply: Raw, mapping: TypeMapping | undefined, value: (value: Raw, field: string) => unknown = (it) => it): unknown {
  const entries = entriesOf(reply);
  switch (mapping?.[RESP_TYPES.MAP]) {
    case Array:
      return entries.flatMap(([field, it]) => [field, value(it, String(field))]);
    case Map:
      return new Map(entries.map(([field, it]) => [String(field), value(it, String(field))]));
    default: {
      const object: Record<string, unknown> = {};
      for (const [field, it] of entries) setField(object, String(field), value(it, String(field)));
      return object;
    }
  }
}

/** A map whose values stay as they are. */
export const map = <Value>(): ReplyShape<Record<string, Value>> =>
  shape(
    (reply, _, mapping) => (reply !== null && (Array.isArray(reply) || mapping) ? mapOf(reply, mapping) : reply) as Record<string, Value>,
  ); // the server's values

/** A map, some fields of which are something else again, by their names. */
export function record<Reply = Record<string, unknown>>(nested: Readonly<Record<string, Nested>> = {}): ReplyShape<Reply> {
  return shape((reply, preserve, mapping) =>
    reply === null
      ? (null as Reply) // no such thing
      : (mapOf(reply, mapping, (value, field) =>
          Object.hasOwn(nested, field) ? nested[field]?.of?.(value, preserve, mapping) : value,
        ) as Reply),
  );
}

type Nested = ReplyShape<unknown>;

/** A list of things of one shape; null stays null, also in places of the list. */
export function list<Item>(item: ReplyShape<Item>): ReplyShape<Item[]> {
  return shape(
    (reply, preserve, mapping) =>
      Array.isArray(reply)
        ? reply.map((it) => (item.of === undefined ? (it as Item) : item.of(it, preserve, mapping))) // as the server sent it
        : (reply as unknown as Item[]), // null, where the server has none
  );
}

/** Members of a set, as the mapping has it. */
export const members = shape(
  (reply, _, mapping) => (mapping?.[RESP_TYPES.SET] === Set ? new Set(listOf(reply)) : reply) as unknown as Blob[], // the server's order
);

/** Fields with their values: `[f, v, f, v]`, or pairs. */
export const fieldsWithValues = shape((reply) =>
  pairsOf(reply).map(([field, value]) => ({ field: field as unknown as Blob, value: value as unknown as Blob })),
); // texts

/** Pairs of a list: RESP2 sends them flat, RESP3 some of them as lists of two. */
export function pairsOf(reply: Raw): readonly (readonly Raw[])[] {
  const items = listOf(reply);
  return Array.isArray(items[0]) ? items.map(listOf) : entriesOf(reply);
}
