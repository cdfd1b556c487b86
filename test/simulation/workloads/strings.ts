import { Caller } from './caller.js';
import { amountOf, markOf } from './calls.js';
import type { Workload, WorkloadContext } from './workload.js';

/** Keys of one kind. Few, so that programs meet. */
const KEYS = 24;

/** Cluster slots follow what is in braces. */
export function keyOf({ random }: Pick<WorkloadContext, 'random'>, kind: string, keys = KEYS): string {
  return `${kind}:${random.integer(0, keys - 1)}`;
}

export function textOf(id: number): string {
  return `v${markOf(id)}`;
}

async function read(me: Caller, key: string): Promise<void> {
  await me.call(['GET', key], (redis) => redis.get(key));
}

async function write(me: Caller, key: string): Promise<void> {
  await me.call(
    (id) => ['SET', key, textOf(id)],
    (redis, id) => redis.set(key, textOf(id)),
  );
}

/** Programs that ask for strings, one after the other. */
export const stringWorkloads: readonly Workload[] = [
  {
    name: 'readers',
    weight: () => 3,
    async run(context) {
      const me = new Caller(context);
      while (await me.next()) await read(me, keyOf(context, 'register'));
    },
  },
  {
    name: 'writers',
    weight: () => 4,
    async run(context) {
      const me = new Caller(context);
      while (await me.next()) await write(me, keyOf(context, 'register'));
    },
  },
  {
    name: 'registers',
    weight: () => 4,
    async run(context) {
      const me = new Caller(context);
      while (await me.next()) {
        const key = keyOf(context, 'register');
        const what = me.random.weighted({ get: 10, set: 8, getset: 2, setnx: 1, del: 1 });
        if (what === 'get') await read(me, key);
        else if (what === 'set') await write(me, key);
        else if (what === 'del') await me.call(['DEL', key], (redis) => redis.del(key));
        else if (what === 'setnx') {
          await me.call(
            (id) => ['SET', key, textOf(id), 'NX'],
            (redis, id) => redis.set(key, textOf(id), { NX: true }),
          );
        } else {
          await me.call(
            (id) => ['SET', key, textOf(id), 'GET'],
            (redis, id) => redis.set(key, textOf(id), { GET: true }),
          );
        }
      }
    },
  },
  {
    name: 'one writer a key',
    weight: () => 2,
    async run(context) {
      const me = new Caller(context);
      const key = `own:${context.client.plan.name}:${context.program}`;
      while (await me.next()) {
        await write(me, key);
        await read(me, key);
      }
    },
  },
  {
    name: 'appends',
    weight: () => 3,
    async run(context) {
      const me = new Caller(context);
      while (await me.next()) {
        const key = keyOf(context, 'log', 6);
        if (me.random.chance(0.2)) await read(me, key);
        else {
          await me.call(
            (id) => ['APPEND', key, markOf(id)],
            (redis, id) => redis.append(key, markOf(id)),
          );
        }
      }
    },
  },
  {
    name: 'counters',
    weight: () => 3,
    async run(context) {
      const me = new Caller(context);
      while (await me.next()) {
        const key = keyOf(context, 'counter', 8);
        if (me.random.chance(0.3)) await read(me, key);
        else {
          await me.call(
            (id) => ['INCRBY', key, String(amountOf(id))],
            (redis, id) => redis.incrby(key, amountOf(id)),
          );
        }
      }
    },
  },
  {
    name: 'several keys',
    weight: () => 3,
    async run(context) {
      const me = new Caller(context);
      while (await me.next()) {
        const all = Array.from({ length: me.random.integer(2, 6) }, () => keyOf(context, 'many'));
        const keys = [...new Set(all)];
        const what = me.random.weighted({ mget: 4, mset: 4, del: 1, exists: 1 });
        if (what === 'mget') await me.call(['MGET', ...keys], (redis) => redis.mget(keys), { keys });
        else if (what === 'del') await me.call(['DEL', ...keys], (redis) => redis.del(keys), { keys });
        else if (what === 'exists') await me.call(['EXISTS', ...keys], (redis) => redis.exists(keys), { keys });
        else {
          await me.call(
            (id) => ['MSET', ...keys.flatMap((key) => [key, textOf(id)])],
            (redis, id) => redis.mset(Object.fromEntries(keys.map((key) => [key, textOf(id)]))),
            { keys },
          );
        }
      }
    },
  },
  {
    name: 'bursts',
    weight: () => 3,
    async run(context) {
      const me = new Caller(context);
      // All that one turn of the program issues leaves in one write.
      while (await me.next()) {
        const left = context.workload.commands - me.count;
        const burst = Array.from({ length: Math.min(left, me.random.integer(5, 40)) }, () => {
          const key = keyOf(context, 'register');
          return me.random.chance(0.5) ? read(me, key) : write(me, key);
        });
        await Promise.all(burst);
      }
    },
  },
  {
    name: 'large values',
    weight: () => 1,
    most: 2,
    async run(context) {
      const me = new Caller(context);
      while (await me.next()) {
        const key = keyOf(context, 'large', 3);
        const filling = 'x'.repeat(me.random.integer(1_000, 200_000));
        if (me.random.chance(0.4)) await read(me, key);
        else {
          await me.call(
            (id) => ['SET', key, `${filling}${markOf(id)}`],
            (redis, id) => redis.set(key, `${filling}${markOf(id)}`),
          );
        }
        me.count += 4; // they take their time
      }
    },
  },
  {
    name: 'any command',
    weight: () => 1,
    async run(context) {
      const me = new Caller(context);
      while (await me.next()) {
        const key = keyOf(context, 'register');
        if (me.random.chance(0.5)) await me.call(['GET', key], (redis) => redis.call('GET', key));
        else {
          await me.call(
            (id) => ['SET', key, textOf(id)],
            (redis, id) => redis.call('SET', key, textOf(id)),
          );
        }
      }
    },
  },
];
