/** A sorted set: scores by member. It is put in order when it is read. */
export class SortedSet {
  readonly scores = new Map<string, number>();

  /** By score, then by bytes of the member. */
  get inOrder(): [string, number][] {
    return [...this.scores].sort(([a, scoreA], [b, scoreB]) => scoreA - scoreB || (a < b ? -1 : a > b ? 1 : 0));
  }
}

/** Id of an entry: milliseconds and a number. */
export interface StreamId {
  readonly ms: number;
  readonly number: number;
}

export interface StreamEntry {
  readonly id: StreamId;
  /** Field, value, field, value. */
  readonly fields: readonly string[];
}

export class Stream {
  readonly entries: StreamEntry[] = [];
  lastId: StreamId = { ms: 0, number: 0 };
}

/** What a key holds: a string, a list, a hash, a set, a sorted set or a stream. Each character is a byte. */
export type Value = string | string[] | Map<string, string> | Set<string> | SortedSet | Stream;

export type TypeName = 'string' | 'list' | 'hash' | 'set' | 'zset' | 'stream';

export function typeOf(value: Value): TypeName {
  if (typeof value === 'string') return 'string';
  if (Array.isArray(value)) return 'list';
  if (value instanceof Map) return 'hash';
  if (value instanceof Set) return 'set';
  return value instanceof SortedSet ? 'zset' : 'stream';
}

/** A value of its own: changes of the one do not show in the other. */
export function copyOf(value: Value): Value {
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return [...value];
  if (value instanceof Map) return new Map(value);
  if (value instanceof Set) return new Set(value);
  if (value instanceof SortedSet) {
    const copy = new SortedSet();
    for (const [member, score] of value.scores) copy.scores.set(member, score);
    return copy;
  }
  const copy = new Stream();
  copy.entries.push(...value.entries);
  copy.lastId = value.lastId;
  return copy;
}
