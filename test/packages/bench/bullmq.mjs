/**
 * BullMQ's jobs a second over `slotwise/bullmq` and over ioredis, in turns, against one server: a process for each, which do the same.
 *   node test/packages/bench/bullmq.mjs                 all rows (needs `npm run build` and the packages of this folder)
 *   --rows add,both-10    only these     --rounds n     --ms n     length of a round
 *   --clients a,b         only these: slotwise, ioredis, and ioredis with a connection for each queue and worker, as BullMQ makes them of options
 */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { startServer } from './server.mjs';

const { values: given } = parseArgs({
  options: {
    rows: { type: 'string', default: 'add,addBulk,process-1,process-10,both-1,both-10' },
    clients: { type: 'string', default: 'slotwise,ioredis,ioredis-each' },
    rounds: { type: 'string', default: '5' },
    ms: { type: 'string', default: '1000' },
  },
});
const rows = given.rows.split(',');
const names = given.clients.split(',');

const fixed = (number) => (number < 10 ? number.toFixed(1) : Math.round(number));
const median = (list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)];

/** Has a process do something and gives its answer. */
function ask(child, message) {
  return new Promise((resolve, reject) => {
    child.once('message', resolve);
    child.once('exit', (code) => reject(new Error(`a process ended with ${code}`)));
    child.send(message);
  });
}

const server = await startServer();
const worker = fileURLToPath(new URL('./bullmq-worker.mjs', import.meta.url));
const children = new Map(names.map((name) => [name, fork(worker, [name, String(server.port)])]));
try {
  const figures = new Map();
  for (const row of rows) {
    for (const child of children.values()) await ask(child, { row, ms: Number(given.ms) / 2 }); // to warm up
    for (let round = 0; round < Number(given.rounds); round++) {
      // Nobody is always first.
      const order = round % 2 === 0 ? [...children] : [...children].reverse();
      for (const [name, child] of order) {
        const figure = await ask(child, { row, ms: Number(given.ms) });
        const key = `${row} ${name}`;
        figures.set(key, [...(figures.get(key) ?? []), figure]);
      }
    }
    const medianOf = (name, what) => median(figures.get(`${row} ${name}`).map((figure) => figure[what]));
    const cells = names.map((name) => {
      const list = figures.get(`${row} ${name}`).map(({ perSecond }) => perSecond);
      const range = `${Math.round(Math.min(...list))}-${Math.round(Math.max(...list))}`;
      return `${name} ${Math.round(median(list))}/s (${range}), CPU a job ${fixed(medianOf(name, 'cpuMicros'))} us + ${fixed(medianOf(name, 'serverMicros'))} us of the server`;
    });
    const first = medianOf(names[0], 'perSecond');
    const ratios = names.slice(1).map((name) => `${(first / medianOf(name, 'perSecond')).toFixed(2)} x ${name}`);
    console.log([row.padEnd(12), ...cells, ...ratios].join('  '));
  }
} finally {
  for (const child of children.values()) child.kill();
  server.stop();
}
