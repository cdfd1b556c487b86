import type { Redis } from '../../../lib/index.js';
import type { Deployment } from '../topologies/deployment.js';
import { type Answer, Caller } from './caller.js';
import { amountOf, type CallRecord, markOf } from './calls.js';
import { textOf } from './strings.js';
import { clientOf, sleep, type WorkloadContext } from './workload.js';

/** A kind of command that has to work again when the servers are well. */
interface Fresh {
  readonly words: (id: number) => readonly string[];
  readonly keys: readonly string[];
  /** Proxies that spread keys do not have it. */
  readonly isBeyondProxies?: boolean;
  /** `context`: for what takes more than one command. */
  send(redis: Redis, id: number, context: WorkloadContext): Promise<unknown>;
}

/** Keys of their own: nobody else holds a lock on them, or has another type there. */
const STRING = 'fresh:string';
const COUNTER = 'fresh:counter';
const SEVERAL = ['fresh:1', 'fresh:2', 'fresh:3', 'fresh:4', 'fresh:5'];
const LIST = 'fresh:list';

function several(keys: readonly string[]): Fresh {
  return { words: () => ['MGET', ...keys], keys, send: (redis) => redis.mget(keys) };
}

/** Of so many keys each member of a ring has some. So many at once meet each of its shared connections, of which some may be dead unseen. */
const EVERYWHERE = { keys: 60, times: 4 };

function everywhere(): Fresh[] {
  // fnv1a places what differs at the end alike.
  const keys = Array.from({ length: EVERYWHERE.keys }, (_, at) => `${at}:fresh`);
  const pairs = (id: number): readonly [string, string][] => keys.map((key) => [key, textOf(id)]);
  const write: Fresh = {
    words: (id) => ['MSET', ...pairs(id).flat()],
    keys,
    send: (redis, id) => redis.mset(Object.fromEntries(pairs(id))),
  };
  return Array.from({ length: EVERYWHERE.times }, (_, at) => (at % 2 === 0 ? several(keys) : write));
}

const kinds: readonly Fresh[] = [
  { words: () => ['GET', STRING], keys: [STRING], send: (redis) => redis.get(STRING) },
  { words: (id) => ['SET', STRING, textOf(id)], keys: [STRING], send: (redis, id) => redis.set(STRING, textOf(id)) },
  { words: (id) => ['INCRBY', COUNTER, String(amountOf(id))], keys: [COUNTER], send: (redis, id) => redis.incrby(COUNTER, amountOf(id)) },
  several(SEVERAL),
  // One that blocks needs a connection of its own.
  { words: () => ['BLPOP', LIST, '0.01'], keys: [LIST], send: (redis) => redis.blpop(LIST, 0.01), isBeyondProxies: true },
  { words: () => ['EXEC'], keys: [STRING], send: (redis) => redis.multi().get(STRING).exec(), isBeyondProxies: true },
  { words: () => ['LEASE'], keys: [STRING], send: (redis) => redis.lease((one) => one.get(STRING), { key: STRING }) },
  { words: () => ['SCANHASH', 'fresh:hash'], keys: ['fresh:hash'], send: (redis) => first(redis.scanHash('fresh:hash')) },
  { words: (id) => ['HEAR', markOf(id)], keys: [], send: hear, isBeyondProxies: true },
];

async function first<T>(items: AsyncIterable<T>): Promise<T | null> {
  for await (const item of items) return item;
  return null;
}

/** How long a message may take, in ms. What is published while a subscription moves may be missed, as a gap says then. */
const HEARD_MS = 300;

/** Subscribes, publishes, and rejects if the message does not come. */
async function hear(redis: Redis, id: number, context: WorkloadContext): Promise<void> {
  const channel = `fresh:${id}`;
  let isHeard = false;
  const subscription = await redis.subscribe(channel, () => {
    isHeard = true;
  });
  try {
    await redis.publish(channel, markOf(id));
    for (let waited = 0; !isHeard && waited < HEARD_MS; waited += STEP_MS) await sleep(context, STEP_MS);
    if (!isHeard) throw new Error('the message did not come');
  } finally {
    await subscription.unsubscribe();
  }
}

const STEP_MS = 10;
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
    const whole = me.begin(['FRESH', words(0)[0] ?? ''], { keys: [] });
    let answer: Answer<unknown>;
    do {
      answer = await me.call(words, (redis, id) => send(redis, id, context), { keys });
      if (!answer.ok) await sleep(context, AGAIN_MS);
    } while (!answer.ok && world.timeline.now < whole.issuedAt + boundMs);
    me.settle(whole, answer);
    return whole;
  };
  return Promise.all(kindsFor(world.deployment).map(untilSuccess));
}

function kindsFor({ kind, topology }: Deployment): readonly Fresh[] {
  if (kind === 'ring') return [...kinds, ...everywhere()];
  const refuses = topology.kind === 'endpoints' && topology.refuses.length > 0;
  return refuses ? kinds.filter(({ isBeyondProxies }) => isBeyondProxies !== true) : kinds;
}

/** More than the smallest queue that clients have. */
export const LAST_COMMANDS = 35;

/** Issues commands that `close()` finds under way, all in one turn of the loop. */
export async function issueLast(context: WorkloadContext): Promise<void> {
  const me = new Caller(context, { timeoutMs: 5_000 });
  const send = (at: number) =>
    me.call(
      (id) => ['SET', `last:${at}`, textOf(id)],
      (redis, id) => redis.set(`last:${at}`, textOf(id)),
    );
  await Promise.all(Array.from({ length: LAST_COMMANDS }, (_, at) => send(at)));
}

/** Makes a client, issues one command and closes it, all in one turn: nothing is connected by then. */
export async function issueFirstAndLast(context: WorkloadContext): Promise<void> {
  const { client, world } = context;
  const redis = clientOf(client.plan, world.deployment);
  const me = new Caller({ ...context, client: { plan: client.plan, redis, isEnded: false } }, { timeoutMs: 5_000 });
  const answered = me.call(
    (id) => ['SET', 'last:first', textOf(id)],
    (one, id) => one.set('last:first', textOf(id)),
  );
  await Promise.all([answered, redis.close()]);
}
