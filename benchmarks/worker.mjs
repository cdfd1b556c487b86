/** A process with one client alone: opens it, checks its answers, then does what the parent asks over IPC. */
import assert from 'node:assert/strict';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { encode, openBare } from './bare.mjs';
import { clients } from './clients.mjs';
import { inboxFrom } from './inbox.mjs';
import { closedLoop, latencyCounts } from './load.mjs';
import { fixtures, rows } from './rows.mjs';

const definition = clients[process.argv[2]];
let client;
let pending = [];
let inbox = inboxFrom(0);

/** A wrong answer is worth no time: what a row relies on is looked at before it is timed. */
async function check({ cluster, replicas }) {
  if (replicas > 0) {
    // What is written now may not be there yet.
    for (const end = Date.now() + 2_000; (await client.get('key:1')) !== fixtures.value; await sleep(10)) assert.ok(Date.now() < end);
    return;
  }
  const key = `check:${process.pid}`;
  for (const text of ['plain', '', 'größer, 漢字, 👩‍🚀', 'line\r\nend']) {
    await client.set(key, text);
    assert.equal(await client.get(key), text);
  }
  const bytes = Buffer.from(Array.from({ length: 256 }, (_, i) => i));
  await client.set(key, bytes);
  assert.deepEqual(await client.getBuffer(key), bytes);
  if (cluster) return;
  const hash = await client.hgetall('hash');
  assert.deepEqual({ ...(client.hashObject ?? ((reply) => reply))(hash) }, fixtures.hash);
  assert.deepEqual(await client.lrange('list'), fixtures.list);
  const missing = [...fixtures.tens, 'no such key'];
  assert.deepEqual(await client.mget(missing), [...fixtures.tens.map(() => fixtures.value), null]);
  const replies = await client.pipeline(missing);
  assert.deepEqual((client.pipelineValues ?? ((values) => values))(replies), [...fixtures.tens.map(() => fixtures.value), null]);
}

/** The callers of the bare socket are one batch, encoded beforehand; a pipeline is a batch of its own. */
async function bareWork(row) {
  const batch = Buffer.concat(Array.from({ length: row.callers * row.commands }, (_, i) => encode(row.args(i))));
  const { length, 0: first } = await client.replies(batch);
  assert.notEqual(first, 0x2d, 'the server refused the command');
  return { op: () => client.exchange(batch, length), callers: 1, commands: row.callers * row.commands };
}

const workOf = (row) => (definition.floor ? bareWork(row) : { op: (i) => row.op(client, i), callers: row.callers, commands: row.commands });

const bytesHeld = () => {
  globalThis.gc();
  const { heapUsed, external, rss } = process.memoryUsage();
  return { heap: heapUsed + external, rss };
};

const actions = {
  open: async ({ topology }) => {
    client = definition.floor ? await openBare(topology.ports[0]) : await definition.open(topology);
    if (!definition.floor) await check(topology);
  },

  load: async ({ row, durationMs, besidePid }) => closedLoop({ ...(await workOf(rows[row])), durationMs, besidePid }),

  latency: async ({ row, durationMs }) => {
    const counts = latencyCounts();
    const loop = monitorEventLoopDelay({ resolution: 1 });
    loop.enable();
    const result = await closedLoop({ ...(await workOf(rows[row])), durationMs, observe: counts.record });
    loop.disable();
    const [p50, p99, p999] = [50, 99, 99.9].map(counts.percentileMs);
    const [loopP99, loopP999] = [99, 99.9].map((percent) => loop.percentile(percent) / 1e6);
    return { ...result, p50, p99, p999, loopP99, loopP999 };
  },

  /** The server is paused now: whatever a pending command holds stays held. */
  fill: async ({ row }) => {
    const { callers, op } = rows[row];
    const before = bytesHeld();
    pending = Array.from({ length: callers }, (_, i) => op(client, i));
    await sleep(500);
    const after = bytesHeld();
    return { heapBytes: (after.heap - before.heap) / callers, rssBytes: (after.rss - before.rss) / callers };
  },

  /** Resolves with false where the client has no such way to listen. */
  listen: async ({ verb, channel }) => {
    await client[verb]?.(channel, (message) => inbox.take(message));
    return verb in client;
  },

  /** What comes from now on is counted. */
  arm: async ({ first }) => {
    globalThis.gc();
    inbox = inboxFrom(first);
  },

  received: ({ count }) => inbox.until(count),

  drain: async () => {
    const settled = await Promise.allSettled(pending);
    return { refused: settled.filter(({ status }) => status === 'rejected').length };
  },
};

process.on('message', async ({ action, ...request }) => {
  try {
    process.send({ result: await actions[action](request) });
  } catch (error) {
    process.send({ error: `${error?.name}: ${error?.message}`.replace(/\s+/g, ' ').slice(0, 160) });
  }
});
process.on('disconnect', () => process.exit());
