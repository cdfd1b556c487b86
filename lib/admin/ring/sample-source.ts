import { ReplyError } from '../../errors.js';
import type { KeyStore, StoreMember } from './key-store.js';
import type { SampledKey, SampledSource } from './move-plan.js';

/** Elements whose size is taken for that of all. */
const ELEMENTS = 50;
/** Keys that are asked about at once. */
export const PAGE = 1_000;

/** What is looked at of the keys of a source. */
export interface SampleOptions {
  /** Keys that are looked at, at most. SCAN goes by the hash of the table, which placements know nothing of: the first are as good as any. */
  readonly most: number;
  readonly stop?: AbortSignal | undefined;
}

/** Gives some keys of a source, page by page. */
export async function* pagesOf({ redis }: StoreMember, { most, stop }: SampleOptions): AsyncGenerator<readonly Buffer[]> {
  let page: Buffer[] = [];
  let given = 0;
  for await (const key of redis.scanKeys({ COUNT: PAGE, dedupe: false })) {
    if (given >= most || stop?.aborted === true) break;
    page.push(key);
    given++;
    if (page.length < PAGE) continue;
    yield page;
    page = [];
  }
  if (page.length > 0) yield page;
}

/** Looks at some keys of a source: where they are to go, and how large they are. */
export async function sampleSource(
  source: StoreMember,
  { from, to }: { readonly from: KeyStore; readonly to: KeyStore },
  options: SampleOptions,
): Promise<SampledSource> {
  const { name, redis } = source;
  const sizeOf = async (key: Buffer): Promise<number | null> => {
    try {
      return await redis.memoryUsage(key, { SAMPLES: ELEMENTS });
    } catch (error) {
      if (error instanceof ReplyError) return null;
      throw error;
    }
  };
  const sampleOf = async (key: Buffer): Promise<SampledKey> => {
    const isAtHome = from.topology.kind !== 'ring' || from.memberOf(key) === source;
    if (from.isSame(source, to, to.memberOf(key))) return { bytes: null, isAtHome, to: null };
    return { bytes: await sizeOf(key), isAtHome, to: to.placeOf(key).name };
  };
  const keys = await redis.dbsize();
  const samples: SampledKey[] = [];
  for await (const page of pagesOf(source, options)) samples.push(...(await Promise.all(page.map(sampleOf))));
  return { name, keys, samples };
}
