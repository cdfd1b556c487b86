import type { Redis } from '../../../lib/index.js';
import { type Answer, Caller } from './caller.js';
import { amountOf, type CallRecord, markOf } from './calls.js';
import { textOf } from './strings.js';
import { sleep, type WorkloadContext } from './workload.js';

/** A kind of command that has to work again when the servers are well. */
interface Fresh {
  readonly name: string;
  send(redis: Redis, id: number): Promise<unknown>;
}

/** Keys of their own: nobody else holds a lock on them, or has another type there. */
const kinds: readonly Fresh[] = [
  { name: 'GET', send: (redis) => redis.get('fresh:string') },
  { name: 'SET', send: (redis, id) => redis.set('fresh:string', textOf(id)) },
  { name: 'INCRBY', send: (redis, id) => redis.incrby('fresh:counter', amountOf(id)) },
  { name: 'MGET', send: (redis) => redis.mget(['fresh:1', 'fresh:2', 'fresh:3', 'fresh:4', 'fresh:5']) },
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
  const untilSuccess = async ({ name, send }: Fresh): Promise<CallRecord> => {
    const first = me.begin((id) => ['FRESH', name, markOf(id)], { keys: [] });
    let answer: Answer<unknown>;
    do {
      answer = await me.call((id) => [name, markOf(id)], send, { keys: [] });
      if (!answer.ok) await sleep(context, AGAIN_MS);
    } while (!answer.ok && world.timeline.now < first.issuedAt + boundMs);
    me.settle(first, answer);
    return first;
  };
  return Promise.all(kinds.map(untilSuccess));
}
