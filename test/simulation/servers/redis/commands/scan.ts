import { hashOf } from '../../../time/random.js';
import { Failure } from '../../resp.js';
import { globMatches } from '../glob.js';
import { integer, SYNTAX } from './arguments.js';

interface ScanOptions {
  readonly count: number;
  readonly pattern: string | null;
  readonly type: string | null;
}

const INVALID_CURSOR = new Failure('ERR invalid cursor');

/**
 * One page of a scan. As on a server, what is there the whole time is told at least once, and the cursor says how far it went in an order that
 * inserts and deletes do not change: by hash. The cursor is the hash of the last item of the page plus one. A server may tell an item twice when
 * its table grows; the model does not.
 */
export function scanPage(
  words: readonly string[],
  cursorAt: number,
  itemsOf: (options: ScanOptions) => readonly string[],
): { readonly cursor: string; readonly items: string[] } {
  const cursorWord = words[cursorAt] ?? '';
  if (!/^\d{1,20}$/.test(cursorWord)) throw INVALID_CURSOR;
  const cursor = Number(cursorWord);
  const options = scanOptions(words, cursorAt + 1);
  const ordered = itemsOf(options)
    .map((item) => ({ item, hash: hashOf(item) }))
    .filter(({ hash }) => hash >= cursor)
    .sort((a, b) => a.hash - b.hash);
  let end = Math.min(ordered.length, options.count);
  // Items of one hash come together: a cursor cannot stand between them.
  while (end < ordered.length && ordered[end]?.hash === ordered[end - 1]?.hash) end++;
  const page = ordered.slice(0, end).map(({ item }) => item);
  const { pattern } = options;
  return {
    cursor: end >= ordered.length ? '0' : String((ordered[end - 1]?.hash ?? 0) + 1),
    items: pattern === null ? page : page.filter((item) => globMatches(pattern, item)),
  };
}

function scanOptions(words: readonly string[], from: number): ScanOptions {
  let count = 10;
  let pattern: string | null = null;
  let type: string | null = null;
  for (let at = from; at < words.length; at += 2) {
    const option = words[at]?.toUpperCase();
    const value = words[at + 1];
    if (value === undefined) throw SYNTAX;
    if (option === 'COUNT') {
      count = integer(value);
      if (count < 1) throw SYNTAX;
    } else if (option === 'MATCH') pattern = value;
    else if (option === 'TYPE' && from === 2) type = value.toLowerCase();
    else throw SYNTAX;
  }
  return { count, pattern, type };
}
