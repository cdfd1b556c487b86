import type { NodeFacts } from './node-facts.js';

/** The two products, whose version numbers say nothing of each other. */
export type Product = 'Valkey' | 'Redis';

/** The version of a server, as it names itself: `Valkey 9.1.2`, `Redis 7.0.15`; null: it does not say. */
export function versionOf({ info }: Pick<NodeFacts, 'info'>): string | null {
  const found = productAndNumbers(info);
  return found === null ? null : `${found.product} ${found.numbers}`;
}

export function productOf({ info }: Pick<NodeFacts, 'info'>): Product | null {
  return productAndNumbers(info)?.product ?? null;
}

/** Whether a server is of this product, and of this version or a newer one. */
export function isSince(
  { info }: Pick<NodeFacts, 'info'>,
  product: Product,
  [major, minor]: readonly [major: number, minor: number],
): boolean {
  const found = productAndNumbers(info);
  if (found?.product !== product) return false;
  const [ownMajor = 0, ownMinor = 0] = found.numbers.split('.').map(Number);
  return ownMajor > major || (ownMajor === major && ownMinor >= minor);
}

/** Valkey tells a `redis_version`, too: that of the Redis it is compatible with. */
function productAndNumbers(info: NodeFacts['info']): { readonly product: Product; readonly numbers: string } | null {
  const [valkey, redis] = [info.get('valkey_version'), info.get('redis_version')];
  if (valkey !== undefined) return { product: 'Valkey', numbers: valkey };
  return redis === undefined ? null : { product: 'Redis', numbers: redis };
}
