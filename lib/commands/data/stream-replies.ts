import { DECODE_BUFFERS, type Raw } from '../../protocol/command-spec.js';
import { type ByName, toByName, toList, toObject, toPairs } from '../decode.js';

type Text = string | Buffer;
type Int = number | bigint | string;

export interface StreamEntry<T extends Text> {
  id: T;
  /** Of a field that comes twice the last value; with `buffers: true` a list of all pairs. */
  fields: ByName<T, T>;
}

/** An entry that a consumer has not acknowledged and that was deleted from the stream meanwhile. */
export interface DeletedEntry<T extends Text> {
  id: T;
  fields: null;
}

/** What was read from one of the streams. */
export interface StreamEntries<T extends Text, Entry = StreamEntry<T>> {
  key: T;
  entries: Entry[];
}

/** Reply of `XINFO STREAM`; newer servers add fields. */
export interface StreamInfo<T extends Text, I extends Int> {
  length: I;
  'radix-tree-keys': I;
  'radix-tree-nodes': I;
  'last-generated-id': T;
  'max-deleted-entry-id': T;
  'entries-added': I;
  'recorded-first-entry-id': T;
  groups: I;
  'first-entry': StreamEntry<T> | null;
  'last-entry': StreamEntry<T> | null;
}

/** Reply of `XINFO STREAM` with `FULL`. */
export interface FullStreamInfo<T extends Text, I extends Int> extends Omit<StreamInfo<T, I>, 'groups' | 'first-entry' | 'last-entry'> {
  entries: StreamEntry<T>[];
  groups: FullGroupInfo<T, I>[];
}

export interface FullGroupInfo<T extends Text, I extends Int> {
  name: T;
  'last-delivered-id': T;
  'entries-read': I | null;
  lag: I | null;
  'pel-count': I;
  pending: (Delivery<T, I> & { consumer: T })[];
  consumers: FullConsumerInfo<T, I>[];
}

export interface FullConsumerInfo<T extends Text, I extends Int> {
  name: T;
  /** When it last tried something, Unix time in ms. */
  'seen-time': I;
  /** When it last got something, Unix time in ms; -1: never (7.2.0). */
  'active-time'?: I;
  'pel-count': I;
  pending: Delivery<T, I>[];
}

/** An entry that waits to be acknowledged. */
export interface Delivery<T extends Text, I extends Int> {
  id: T;
  deliveredAtMs: I;
  /** How often it was delivered. */
  deliveries: I;
}

/** Reply of `XINFO GROUPS`; `null` where the server cannot tell. */
export interface GroupInfo<T extends Text, I extends Int> {
  name: T;
  consumers: I;
  pending: I;
  'last-delivered-id': T;
  'entries-read': I | null;
  lag: I | null;
}

/** Reply of `XINFO CONSUMERS`; times in ms. */
export interface ConsumerInfo<T extends Text, I extends Int> {
  name: T;
  pending: I;
  /** Since it last tried something. */
  idle: I;
  /** Since it last got something; -1: never (7.2.0). */
  inactive?: I;
}

/** Reply of `XPENDING` without a range. */
export interface PendingSummary<T extends Text, I extends Int> {
  pending: I;
  /** Lowest and highest id that waits. */
  first: T | null;
  last: T | null;
  consumers: { name: T; pending: I }[];
}

/** An element of the reply of `XPENDING` with a range. */
export interface PendingEntry<T extends Text, I extends Int> {
  id: T;
  consumer: T;
  idleMs: I;
  /** How often it was delivered. */
  deliveries: I;
}

export interface Claimed<T extends Text> {
  /** Where the next call starts; `0-0`: all were looked at. */
  next: T;
  entries: StreamEntry<T>[];
  /** Ids that waited although their entries are deleted; they no longer wait (7.0.0). */
  deleted: T[];
}

export interface ClaimedIds<T extends Text> extends Omit<Claimed<T>, 'entries'> {
  ids: T[];
}

/** `[[id, [field, value, …]], …]`; before 7.0 `XCLAIM` gave nil for an entry that was deleted meanwhile. */
export function toEntries<T extends Text>(raw: Raw | undefined): StreamEntry<T>[] {
  const entries: StreamEntry<T>[] = [];
  for (const item of toList(raw)) {
    const entry = toEntry<T>(item);
    if (entry !== null && entry.fields !== null) entries.push(entry as StreamEntry<T>); // it has fields
  }
  return entries;
}

/** `[[key, entries], …]` (RESP2) or a map (RESP3), nil where nothing was read. */
export function toStreams<T extends Text>(raw: Raw): StreamEntries<T>[] | null {
  return raw === null ? null : toPairs(raw, toNewEntries<T>);
}

/** As `toStreams`, where the entries may be deleted already: `[id, nil]`. */
export function toPendingStreams<T extends Text>(raw: Raw): StreamEntries<T, StreamEntry<T> | DeletedEntry<T>>[] | null {
  return raw === null ? null : toPairs(raw, toHistory<T>);
}

export function toStreamInfo<T extends Text, I extends Int>(raw: Raw): StreamInfo<T, I> {
  const info = toObject<unknown>(raw);
  info['first-entry'] = toEntry<T>(info['first-entry'] as Raw);
  info['last-entry'] = toEntry<T>(info['last-entry'] as Raw);
  return info as unknown as StreamInfo<T, I>; // the server's own names
}

export function toFullStreamInfo<T extends Text, I extends Int>(raw: Raw): FullStreamInfo<T, I> {
  const info = toObject<unknown>(raw);
  info.entries = toEntries<T>(info.entries as Raw);
  info.groups = toList(info.groups as Raw).map(toFullGroupInfo<T, I>);
  return info as unknown as FullStreamInfo<T, I>; // the server's own names
}

export function toGroupInfos<T extends Text, I extends Int>(raw: Raw): GroupInfo<T, I>[] {
  return toList(raw).map((group) => toObject(group) as unknown as GroupInfo<T, I>); // the server's own names
}

export function toConsumerInfos<T extends Text, I extends Int>(raw: Raw): ConsumerInfo<T, I>[] {
  return toList(raw).map((consumer) => toObject(consumer) as unknown as ConsumerInfo<T, I>); // the server's own names
}

/** `[pending, first, last, [[consumer, pending as text], …]]` */
export function toPendingSummary<T extends Text, I extends Int>(raw: Raw): PendingSummary<T, I> {
  const [pending = 0, first = null, last = null, consumers] = toList(raw);
  return {
    pending: pending as I,
    first: first as T | null,
    last: last as T | null,
    consumers: toList(consumers).map((item) => ({ name: toList(item)[0] as T, pending: like(pending, toList(item)[1]) as I })),
  };
}

/** `[[id, consumer, idle ms, deliveries], …]` */
export function toPendingEntries<T extends Text, I extends Int>(raw: Raw): PendingEntry<T, I>[] {
  return toList(raw).map((item) => {
    const [id, consumer, idleMs, deliveries] = toList(item);
    return { id: id as T, consumer: consumer as T, idleMs: idleMs as I, deliveries: deliveries as I };
  });
}

/** `[next, entries, [deleted id, …]]` */
export function toClaimed<T extends Text>(raw: Raw): Claimed<T> {
  const [next, entries, deleted] = toList(raw);
  return { next: next as T, entries: toEntries<T>(entries), deleted: [...toList(deleted)] as T[] };
}

/** `[next, [id, …], [deleted id, …]]` */
export function toClaimedIds<T extends Text>(raw: Raw): ClaimedIds<T> {
  const [next, ids, deleted] = toList(raw);
  return { next: next as T, ids: [...toList(ids)] as T[], deleted: [...toList(deleted)] as T[] };
}

function toEntry<T extends Text>(raw: Raw | undefined): StreamEntry<T> | DeletedEntry<T> | null {
  const item = toList(raw);
  const [id, fields] = item;
  if (id === undefined) return null;
  if (fields === null) return { id: id as T, fields };
  // An id is text where the mode wants text.
  const mode = Buffer.isBuffer(id) ? DECODE_BUFFERS : 0;
  return { id: id as T, fields: toByName<T, T>(fields ?? null, [], mode) };
}

function toNewEntries<T extends Text>(key: Raw, entries: Raw): StreamEntries<T> {
  return { key: key as T, entries: toEntries<T>(entries) };
}

function toHistory<T extends Text>(key: Raw, entries: Raw): StreamEntries<T, StreamEntry<T> | DeletedEntry<T>> {
  return { key: key as T, entries: toList(entries).flatMap((item) => toEntry<T>(item) ?? []) };
}

function toFullGroupInfo<T extends Text, I extends Int>(raw: Raw): FullGroupInfo<T, I> {
  const info = toObject<unknown>(raw);
  info.pending = toList(info.pending as Raw).map((item) => {
    const [id, consumer, deliveredAtMs, deliveries] = toList(item);
    return { id, consumer, deliveredAtMs, deliveries };
  });
  info.consumers = toList(info.consumers as Raw).map(toFullConsumerInfo<T, I>);
  return info as unknown as FullGroupInfo<T, I>; // the server's own names
}

function toFullConsumerInfo<T extends Text, I extends Int>(raw: Raw): FullConsumerInfo<T, I> {
  const info = toObject<unknown>(raw);
  info.pending = toList(info.pending as Raw).map((item) => {
    const [id, deliveredAtMs, deliveries] = toList(item);
    return { id, deliveredAtMs, deliveries };
  });
  return info as unknown as FullConsumerInfo<T, I>; // the server's own names
}

/** A count that arrives as text, in the type in which the mode gives integers: that of `sample`. */
function like(sample: Raw, text: Raw | undefined): number | bigint | string {
  if (typeof sample === 'bigint') return BigInt(String(text));
  return typeof sample === 'string' ? String(text) : Number(String(text));
}
