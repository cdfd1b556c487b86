import { ConnectionLostError, type Raw, type Redis } from '../../index.js';
import { keysByShard } from '../shared/shard-keys.js';

/** A key in each shard of a topology, if it has slots, in the order in which they are found. */
export function keysOfShards(redis: Pick<Redis, 'topology' | 'explain'>): string[] {
  return [...keysByShard(redis).values()];
}

/** How often a question is asked whose connection is lost at it. */
const MAX_ATTEMPTS = 3;

/** What the primary that has the key answers to a question, which may be asked again. */
export async function askAt(redis: Pick<Redis, 'lease'>, key: string, words: readonly [command: string, ...args: string[]]): Promise<Raw> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await redis.lease((one) => one.call(...words), { key });
    } catch (error) {
      if (!(error instanceof ConnectionLostError) || attempt === MAX_ATTEMPTS) throw error;
    }
  }
}

/** CLIENT LIST of the primary that has the key. */
export async function clientListAt(redis: Pick<Redis, 'lease'>, key: string): Promise<string> {
  return String(await askAt(redis, key, ['CLIENT', 'LIST']));
}
