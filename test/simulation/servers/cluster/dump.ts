import { SortedSet, Stream, typeOf, type Value } from '../redis/values.js';

/** What DUMP gives, in a form of the model: text that RESTORE reads. */
export function dumpOf(value: Value): string {
  return `${typeOf(value)} ${JSON.stringify(contentOf(value))}`;
}

function contentOf(value: Value): unknown {
  if (value instanceof Map || value instanceof Set) return [...value];
  if (value instanceof SortedSet) return [...value.scores];
  if (value instanceof Stream) return { entries: value.entries, lastId: value.lastId };
  return value;
}

/** null: it is none. */
export function valueOfDump(text: string): Value | null {
  const space = text.indexOf(' ');
  try {
    return built(text.slice(0, space), JSON.parse(text.slice(space + 1)));
  } catch {
    return null;
  }
}

function built(type: string, content: unknown): Value | null {
  if (type === 'string') return content as string;
  if (type === 'list') return content as string[];
  if (type === 'hash') return new Map(content as [string, string][]);
  if (type === 'set') return new Set(content as string[]);
  if (type === 'zset') {
    const set = new SortedSet();
    for (const [member, score] of content as [string, number][]) set.scores.set(member, score);
    return set;
  }
  if (type !== 'stream') return null;
  const stream = new Stream();
  const { entries, lastId } = content as Pick<Stream, 'entries' | 'lastId'>;
  stream.entries.push(...entries);
  stream.lastId = lastId;
  return stream;
}
