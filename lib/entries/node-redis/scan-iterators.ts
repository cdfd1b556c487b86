import type { RedisArgument } from './command-parser.js';
import type { ScanOptions } from './commands/keys.js';

interface Page {
  readonly cursor: RedisArgument;
}

/** Pages of a scan, one after another, until the cursor is 0 again. */
export async function* pagesOf<P extends Page, Items>(
  scan: (cursor: RedisArgument) => Promise<P>,
  itemsOf: (page: P) => Items,
  start: RedisArgument = '0',
): AsyncGenerator<Items, void, unknown> {
  let cursor = start;
  do {
    const page = await scan(cursor);
    cursor = page.cursor;
    yield itemsOf(page);
  } while (cursor.toString() !== '0');
}

/** Options of the iterators: those of the scan, and where to begin. */
export interface ScanIteratorOptions extends ScanOptions {
  cursor?: RedisArgument;
}
