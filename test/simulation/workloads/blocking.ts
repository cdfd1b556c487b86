import type { Redis } from '../../../lib/index.js';
import { Caller, type How } from './caller.js';
import { markOf } from './calls.js';
import { keyOf } from './strings.js';
import type { Workload } from './workload.js';

/** Queues share a slot, so that one call may wait for several of them, and move from one to another. */
const QUEUES = 2;

/** How long a caller lets the server wait, in ms; 0: without a limit. */
function patience({ random }: Caller): number {
  return random.weighted({ short: 4, long: 3, endless: 1 }) === 'short' ? random.integer(30, 300) : random.pick([1_000, 2_000, 0]);
}

function how({ timeoutMs }: Caller, blocksMs: number, keys: readonly string[]): How {
  const traits = { blocks: true };
  return blocksMs === 0 ? { keys, traits, timeoutMs: 0 } : { keys, traits, timeoutMs, blocksMs };
}

async function push(me: Caller, key: string): Promise<void> {
  await me.call(
    (id) => ['RPUSH', key, `e${markOf(id)}`],
    (redis, id) => redis.rpush(key, `e${markOf(id)}`),
  );
}

/** Programs that wait for something to come, and those that bring it. */
export const blockingWorkloads: readonly Workload[] = [
  {
    name: 'poppers and pushers',
    weight: () => 4,
    async run(context) {
      const me = new Caller(context);
      // Every other program pushes; what is left in the end was not lost.
      const isPusher = context.program % 2 === 1;
      while (await me.next()) {
        if (isPusher) await push(me, keyOf(context, '{queue}', QUEUES));
        else {
          const keys = me.random.chance(0.3) ? ['{queue}:0', '{queue}:1'] : [keyOf(context, '{queue}', QUEUES)];
          const blocksMs = patience(me);
          const name = me.random.chance(0.7) ? 'BLPOP' : 'BRPOP';
          const send = (redis: Redis) => (name === 'BLPOP' ? redis.blpop(keys, blocksMs / 1_000) : redis.brpop(keys, blocksMs / 1_000));
          await me.call([name, ...keys, String(blocksMs / 1_000)], send, how(me, blocksMs, keys));
        }
      }
    },
  },
  {
    name: 'movers',
    weight: () => 2,
    async run(context) {
      const me = new Caller(context);
      const isPusher = context.program % 2 === 1;
      while (await me.next()) {
        if (isPusher) await push(me, '{queue}:from');
        else {
          const blocksMs = patience(me);
          const keys = ['{queue}:from', '{queue}:to'];
          await me.call(
            ['BLMOVE', '{queue}:from', '{queue}:to', 'LEFT', 'RIGHT', String(blocksMs / 1_000)],
            (redis) => redis.blmove('{queue}:from', '{queue}:to', 'LEFT', 'RIGHT', blocksMs / 1_000),
            how(me, blocksMs, keys),
          );
        }
      }
    },
  },
  {
    name: 'stream readers',
    weight: () => 2,
    async run(context) {
      const me = new Caller(context);
      const key = 'stream:0';
      const isWriter = context.program % 2 === 0;
      let last = '0';
      while (await me.next()) {
        if (isWriter) {
          await me.call(
            (id) => ['XADD', key, '*', 'f', `e${markOf(id)}`],
            (redis, id) => redis.xadd(key, '*', { f: `e${markOf(id)}` }),
          );
          continue;
        }
        const blocksMs = patience(me);
        const from = last;
        const answer = await me.call(
          ['XREAD', 'BLOCK', String(blocksMs), 'COUNT', '10', 'STREAMS', key, from],
          (redis) => redis.xread({ [key]: from }, { BLOCK: blocksMs, COUNT: 10 }),
          how(me, blocksMs, [key]),
        );
        const id = answer.ok ? answer.value?.[0]?.entries.at(-1)?.id : undefined;
        if (id !== undefined) last = id.toString();
      }
    },
  },
];
