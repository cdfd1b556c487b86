import type { Redis } from '../../../lib/index.js';
import { type Answer, Caller } from './caller.js';
import { amountOf, type CallRecord } from './calls.js';
import { textOf } from './strings.js';
import { sleep, type WorkloadContext } from './workload.js';

/** A kind of command that has to work again when the servers are well. */
interface Fresh {
  readonly words: (id: number) => readonly string[];
  readonly keys: readonly string[];
  send(redis: Redis, id: number): Promise<unknown>;
}

/** Keys of their own: nobody else holds a lock on them, or has another type there. */
const STRING = 'fresh:string';
const COUNTER = 'fresh:counter';
const SEVERAL = ['fresh:1', 'fresh:2', 'fresh:3', 'fresh:4', 'fresh:5'];

const kinds: readonly Fresh[] = [
  { words: () => ['GET', STRING], keys: [STRING], send: (redis) => redis.get(STRING) },
  { words: (id) => ['SET', STRING, textOf(id)], keys: [STRING], send: (redis, id) => redis.set(STRING, textOf(id)) },
  { words: (id) => ['INCRBY', COUNTER, String(amountOf(id))], keys: [COUNTER], send: (redis, id) => redis.incrby(COUNTER, amountOf(id)) },
  { words: () => ['MGET', ...SEVERAL], keys: SEVERAL, send: (redis) => redis.mget(SEVERAL) },
];

/** Between two tries of a program that wants to succeed, in ms. */
const AGAIN_MS = 20;

/**
 * Issues one command of each kind on a client, all at once, each until it succeeds or the bound is over. Gives a record for each kind: from
 * its first try to the outcome of its last.
 */
export async function issueFresh(context: WorkloadContext, boundMs: number): Promise<CallRecord[]> {
  const { world } = context;
  const me = new Caller(context, { timeoutMs: boundMs, reads: 'primary', isIdempotent: true });
  const untilSuccess = async ({ words, keys, send }: Fresh): Promise<CallRecord> => {
    const first = me.begin(['FRESH', words(0)[0] ?? ''], { keys: [] });
    let answer: Answer<unknown>;
    do {
      answer = await me.call(words, send, { keys });
      if (!answer.ok) await sleep(context, AGAIN_MS);
    } while (!answer.ok && world.timeline.now < first.issuedAt + boundMs);
    me.settle(first, answer);
    return first;
  };
  return Promise.all(kinds.map(untilSuccess));
}
