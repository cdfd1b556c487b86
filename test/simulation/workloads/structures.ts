import { Caller } from './caller.js';
import { amountOf, markOf } from './calls.js';
import { keyOf } from './strings.js';
import type { Workload } from './workload.js';

const FIELDS = 6;

/** Programs that work with hashes, sets, lists and sorted sets. */
export const structureWorkloads: readonly Workload[] = [
  {
    name: 'hashes',
    weight: () => 2,
    async run(context) {
      const me = new Caller(context);
      while (await me.next()) {
        const key = keyOf(context, 'hash', 4);
        const field = `f${me.random.integer(1, FIELDS)}`;
        const what = me.random.weighted({ hset: 6, hget: 6, hgetall: 2, hincrby: 2, hdel: 1 });
        if (what === 'hget') await me.call(['HGET', key, field], (redis) => redis.hget(key, field));
        else if (what === 'hgetall') await me.call(['HGETALL', key], (redis) => redis.hgetall(key));
        else if (what === 'hdel') await me.call(['HDEL', key, field], (redis) => redis.hdel(key, field));
        else if (what === 'hincrby') {
          await me.call(
            (id) => ['HINCRBY', key, 'sum', String(amountOf(id))],
            (redis, id) => redis.hincrby(key, 'sum', amountOf(id)),
          );
        } else {
          await me.call(
            (id) => ['HSET', key, field, `v${markOf(id)}`],
            (redis, id) => redis.hset(key, field, `v${markOf(id)}`),
          );
        }
      }
    },
  },
  {
    name: 'sets',
    weight: () => 1,
    async run(context) {
      const me = new Caller(context);
      while (await me.next()) {
        const key = keyOf(context, 'set', 3);
        if (me.random.chance(0.3)) await me.call(['SMEMBERS', key], (redis) => redis.smembers(key));
        else {
          await me.call(
            (id) => ['SADD', key, `m${markOf(id)}`],
            (redis, id) => redis.sadd(key, `m${markOf(id)}`),
          );
        }
      }
    },
  },
  {
    name: 'lists',
    weight: () => 2,
    async run(context) {
      const me = new Caller(context);
      while (await me.next()) {
        const key = keyOf(context, 'list', 3);
        const what = me.random.weighted({ rpush: 6, lpop: 3, lrange: 2 });
        if (what === 'lpop') await me.call(['LPOP', key], (redis) => redis.lpop(key));
        else if (what === 'lrange') await me.call(['LRANGE', key, '0', '-1'], (redis) => redis.lrange(key, 0, -1));
        else {
          await me.call(
            (id) => ['RPUSH', key, `e${markOf(id)}`],
            (redis, id) => redis.rpush(key, `e${markOf(id)}`),
          );
        }
      }
    },
  },
  {
    name: 'sorted sets',
    weight: () => 1,
    async run(context) {
      const me = new Caller(context);
      while (await me.next()) {
        const key = keyOf(context, 'ranking', 3);
        if (me.random.chance(0.3)) await me.call(['ZRANGE', key, '0', '-1'], (redis) => redis.zrange(key, 0, -1));
        else {
          await me.call(
            (id) => ['ZADD', key, String(id), `m${markOf(id)}`],
            (redis, id) => redis.zadd(key, id, `m${markOf(id)}`),
          );
        }
      }
    },
  },
];
