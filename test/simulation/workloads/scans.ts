import { Caller } from './caller.js';
import { markOf } from './calls.js';
import { sleep, type Workload } from './workload.js';

/** Elements that are there before the first scan, and stay. */
const STAYING = 40;

/** A scan is as many commands to the servers as so many others, or more. */
const SCAN_COUNTS = 5;

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

/**
 * Programs that iterate over all keys, or all elements of one. What is scanned was written before by the same program, and what it was
 * acknowledged stays: names say `stays`, of the others `goes`.
 */
export const scanWorkloads: readonly Workload[] = [
  {
    name: 'scans of keys',
    weight: () => 1,
    most: 2,
    async run(context) {
      const me = new Caller(context);
      const name = `scan:${context.client.plan.name}:${context.program}`;
      for (let at = 0; at < STAYING && !context.isOver(); at++) {
        await me.call(
          (id) => ['SET', `${name}:stays:${at}`, `v${markOf(id)}`],
          (redis, id) => redis.set(`${name}:stays:${at}`, `v${markOf(id)}`),
        );
      }
      while (await me.next()) {
        const going = `${name}:goes:${me.count}`;
        await me.call(
          (id) => ['SET', going, `v${markOf(id)}`],
          (redis, id) => redis.set(going, `v${markOf(id)}`),
        );
        const count = me.random.pick([5, 10, 50]);
        const how = { timeoutMs: 0, keys: [] };
        await me.call(['SCANKEYS', `${name}:*`], (redis) => all(redis.scanKeys({ match: `${name}:*`, count })), how);
        await me.call(['DEL', going], (redis) => redis.del(going));
        me.count += SCAN_COUNTS;
        await sleep(context, context.workload.pauseMs);
      }
    },
  },
  {
    name: 'scans of elements',
    weight: () => 1,
    most: 2,
    async run(context) {
      const me = new Caller(context);
      const key = `scanned:${context.client.plan.name}:${context.program}`;
      const kind = me.random.pick(['hash', 'set', 'sorted set'] as const);
      const add = (name: string): Promise<unknown> => {
        if (kind === 'hash')
          return me.call(
            (id) => ['HSET', key, name, `v${markOf(id)}`],
            (redis, id) => redis.hset(key, name, `v${markOf(id)}`),
          );
        if (kind === 'set')
          return me.call(
            (id) => ['SADD', key, `${name}${markOf(id)}`],
            (redis, id) => redis.sadd(key, `${name}${markOf(id)}`),
          );
        return me.call(
          (id) => ['ZADD', key, String(id), `${name}${markOf(id)}`],
          (redis, id) => redis.zadd(key, id, `${name}${markOf(id)}`),
        );
      };
      for (let at = 0; at < STAYING && !context.isOver(); at++) await add(`stays:${at}`);
      while (await me.next()) {
        await add(`stays:${STAYING + me.count}`);
        const how = { timeoutMs: 0 };
        const count = me.random.pick([5, 10, 25]);
        me.count += SCAN_COUNTS;
        if (kind === 'hash') await me.call(['SCANHASH', key], (redis) => all(redis.scanHash(key, { count })), how);
        else if (kind === 'set') await me.call(['SCANSET', key], (redis) => all(redis.scanSet(key, { count })), how);
        else await me.call(['SCANSORTEDSET', key], (redis) => all(redis.scanSortedSet(key, { count })), how);
      }
    },
  },
];
