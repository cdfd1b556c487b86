import { NotSupportedError } from './errors.js';

/** Why SCAN is refused where its cursor would be of one shard of several. */
export function scanOfOneShard(): NotSupportedError {
  return new NotSupportedError('SCAN of a cluster goes to one of its nodes: use scanIterator(), or createCluster(client) and its masters');
}

/** Items of an iteration by pages. */
export async function* inPages<Item>(items: AsyncIterable<Item>, size: number): AsyncGenerator<Item[], void, unknown> {
  let page: Item[] = [];
  for await (const item of items) {
    if (page.push(item) < size) continue;
    yield page;
    page = [];
  }
  if (page.length > 0) yield page;
}
