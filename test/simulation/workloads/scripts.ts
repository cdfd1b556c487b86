import { defineScript } from '../../../lib/index.js';

import { Caller } from './caller.js';
import { amountOf, markOf } from './calls.js';
import { keyOf, textOf } from './strings.js';
import type { Workload } from './workload.js';

const append = defineScript({ lua: "-- append\nreturn redis.call('APPEND', KEYS[1], ARGV[1])", keys: 1 });
const add = defineScript({ lua: "-- add\nreturn redis.call('INCRBY', KEYS[1], ARGV[1])", keys: 1 });
const read = defineScript({ lua: "-- read\nreturn redis.call('GET', KEYS[1])", keys: 1, readonly: true });
const SWAP = "-- swap\nlocal before = redis.call('GET', KEYS[1])\nredis.call('SET', KEYS[1], ARGV[1])\nreturn before";

/** Programs that run scripts. Their words have `SCRIPT` and the script's name for the command. */
export const scriptWorkloads: readonly Workload[] = [
  {
    name: 'scripts',
    weight: () => 2,
    async run(context) {
      const me = new Caller(context);
      // EVAL_RO came with 7.0: https://redis.io/docs/latest/commands/eval_ro/
      const isOld = context.world.deployment.servers[0]?.options.version.startsWith('6.') ?? false;
      while (await me.next()) {
        const what = me.random.weighted({ append: 3, add: 3, read: isOld ? 0 : 3, swap: 2 });
        const key = keyOf(context, what === 'add' ? 'scripted counter' : what === 'append' ? 'scripted log' : 'scripted', 3);
        const keys = { keys: [key] };
        if (what === 'read') await me.call(['SCRIPT', 'read', key], (redis) => redis.script(read, [key]), keys);
        else if (what === 'append') {
          await me.call(
            (id) => ['SCRIPT', 'append', key, markOf(id)],
            (redis, id) => redis.script(append, [key], [markOf(id)]),
            keys,
          );
        } else if (what === 'add') {
          await me.call(
            (id) => ['SCRIPT', 'add', key, String(amountOf(id))],
            (redis, id) => redis.script(add, [key], [amountOf(id)]),
            keys,
          );
        } else {
          await me.call(
            (id) => ['SCRIPT', 'swap', key, textOf(id)],
            (redis, id) => redis.eval(SWAP, [key], [textOf(id)]),
            keys,
          );
        }
      }
    },
  },
];
