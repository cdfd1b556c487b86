/** One of the clients that `bullmq.mjs` compares: does a row when it is told, and says how many jobs a second it did. */
import { Queue, Worker } from 'bullmq';

const [, , name, port] = process.argv;

/** Makes a connection, or the one that all share. */
async function connections() {
  if (name.startsWith('slotwise')) {
    const { createBullConnection } = await import('slotwise/bullmq');
    const shared = createBullConnection(`redis://127.0.0.1:${port}`);
    return () => shared;
  }
  const { default: Redis } = await import('ioredis-original');
  const make = () => new Redis({ port: Number(port), maxRetriesPerRequest: null });
  if (name === 'ioredis-each') return make;
  const shared = make();
  return () => shared;
}

const connect = await connections();
const observer = connect();
let rounds = 0;

const job = { name: 'job', data: { user: 4711, text: 'some words that a job may have with it' }, opts: { removeOnComplete: true } };

/** Repeats something for a while, so many callers at a time. */
async function during(ms, callers, act) {
  const end = performance.now() + ms;
  let count = 0;
  const call = async () => {
    while (performance.now() < end) {
      const done = await act();
      count += done; // not `count += await …`, which adds to what it was before
    }
  };
  await Promise.all(Array.from({ length: callers }, call));
  return count;
}

async function addOne(queue) {
  await queue.add(job.name, job.data, job.opts);
  return 1;
}

async function addMany(queue) {
  const added = await queue.addBulk(Array.from({ length: 100 }, () => job));
  return added.length;
}

/** Rows that only add: so many callers, and what they do. */
const adds = { add: [50, addOne], addBulk: [2, addMany] };

/** Time of CPU that the server has taken, in microseconds. */
async function serverMicros() {
  const info = await observer.info();
  return ['user', 'sys'].reduce((sum, kind) => sum + 1e6 * Number(info.match(new RegExp(`used_cpu_${kind}:([0-9.]+)`))[1]), 0);
}

async function measure(row, ms) {
  const queueName = `bench-${name}-${rounds++}`;
  const queue = new Queue(queueName, { connection: connect() });
  await queue.waitUntilReady();
  const workers = [];
  let count = 0;
  let before;
  const start = async () => {
    before = { server: await serverMicros(), count, cpu: process.cpuUsage(), at: performance.now() };
  };
  try {
    if (row in adds) {
      const [callers, act] = adds[row];
      await start();
      count = await during(ms, callers, () => act(queue));
    } else {
      const [kind, many] = row.split('-');
      if (kind === 'process') for (let at = 0; at < 200; at++) await queue.addBulk(Array.from({ length: 100 }, () => job));
      for (let at = 0; at < Number(many); at++) {
        workers.push(new Worker(queueName, async () => void count++, { connection: connect(), autorun: false }));
      }
      await Promise.all(workers.map((worker) => worker.waitUntilReady()));
      for (const worker of workers) void worker.run();
      await start();
      if (kind === 'both') await during(ms, 10, () => addOne(queue));
      else await new Promise((resolve) => setTimeout(resolve, ms));
    }
    const tookMs = performance.now() - before.at;
    const { user, system } = process.cpuUsage(before.cpu);
    const jobs = count - before.count;
    const server = (await serverMicros()) - before.server;
    return { perSecond: (jobs * 1000) / tookMs, cpuMicros: (user + system) / jobs, serverMicros: server / jobs };
  } finally {
    await Promise.all(workers.map((worker) => worker.close()));
    await queue.obliterate({ force: true });
    await queue.close();
  }
}

process.on('message', async ({ row, ms }) => process.send(await measure(row, ms)));
