import { Caller } from './caller.js';
import { markOf } from './calls.js';
import { keyOf, textOf } from './strings.js';
import type { Workload } from './workload.js';

const KEYS = 4;

/** Programs whose commands have several keys in one slot: while it moves some are here, and some there. */
export const sameSlotWorkloads: readonly Workload[] = [
  {
    name: 'keys of one slot',
    weight: ({ deployment }) => (deployment.kind === 'cluster' ? 4 : 1),
    async run(context) {
      const me = new Caller(context);
      const tag = `{same${context.workload.programs % 2}}`;
      while (await me.next()) {
        const all = Array.from({ length: me.random.integer(1, 4) }, () => keyOf(context, tag, KEYS));
        const keys = [...new Set(all)];
        const what = me.random.weighted({ mget: 4, mset: 4, del: 1, exists: 1, append: 2 });
        if (what === 'mget') await me.call(['MGET', ...keys], (redis) => redis.mget(keys), { keys });
        else if (what === 'del') await me.call(['DEL', ...keys], (redis) => redis.del(keys), { keys });
        else if (what === 'exists') await me.call(['EXISTS', ...keys], (redis) => redis.exists(keys), { keys });
        else if (what === 'append') {
          const key = `${tag}:log`;
          await me.call(
            (id) => ['APPEND', key, markOf(id)],
            (redis, id) => redis.append(key, markOf(id)),
          );
        } else {
          await me.call(
            (id) => ['MSET', ...keys.flatMap((key) => [key, textOf(id)])],
            (redis, id) => redis.mset(Object.fromEntries(keys.map((key) => [key, textOf(id)]))),
            { keys },
          );
        }
      }
    },
  },
];
