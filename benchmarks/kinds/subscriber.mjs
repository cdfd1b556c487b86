import { encode, openBare } from '../bare.mjs';
import { messageOf } from '../inbox.mjs';
import { median } from '../ratios.mjs';
import { openAll, turned } from './load.mjs';

export const subscriberFigures = [
  ['perSecond', 'messages a second'],
  ['cpuMicros', 'CPU µs each'],
];

const BATCH = 1_000;
/** A round is so many messages for each ms of a load's round: about as long, at the rate of the fastest. */
const MESSAGES_PER_MS = 500;

/** Interleaved rounds: a bare socket publishes as fast as the server takes it, to one client at a time. Round 0 checks and warms up. */
export async function measureSubscriber(_id, row, { names, servers, rounds, durationMs }) {
  const results = {};
  const publisher = await openBare(servers.topology.ports[0]);
  // A subscriber that is slower than the publisher is to be measured, not to be cut off.
  await publisher.replies(encode(['CONFIG', 'SET', 'client-output-buffer-limit', 'pubsub 0 0 0']));
  const able = names.filter((name) => name !== 'bare');
  const open = await openAll(able, servers.topology, results);
  const taken = new Map();
  const count = Math.ceil((durationMs * MESSAGES_PER_MS) / BATCH) * BATCH;
  const attempt = async (name, work) => {
    if (results[name]?.error) return;
    try {
      await work(open.get(name));
    } catch (error) {
      results[name] = { error: error.message };
    }
  };
  try {
    for (const name of open.keys()) {
      await attempt(name, async (client) => {
        if (await client.ask('listen', { verb: row.verb, channel: channelOf(name) })) taken.set(name, []);
      });
    }
    for (let round = 0, first = 0; round <= rounds; round += 1, first += count) {
      for (const name of turned([...taken.keys()], round)) {
        await attempt(name, async (client) => {
          await client.ask('arm', { first });
          const [result] = await Promise.all([client.ask('received', { count }), publish(publisher, channelOf(name), first, count)]);
          if (round > 0) taken.get(name).push(result);
        });
      }
    }
  } finally {
    for (const client of open.values()) client.stop();
    publisher.close();
  }
  for (const [name, list] of taken) {
    const middle = (field) => median(list.map((result) => result[field]));
    results[name] ??= { perSecond: middle('perSecond'), cpuMicros: middle('cpuMicros'), rounds: list };
  }
  return { results, figures: subscriberFigures };
}

const channelOf = (name) => `subscriber:${name}`;

async function publish(publisher, channel, first, count) {
  const head = `*3\r\n$7\r\nPUBLISH\r\n$${channel.length}\r\n${channel}\r\n$100\r\n`;
  const batchFrom = (at) => Buffer.from(Array.from({ length: BATCH }, (_, i) => `${head}${messageOf(at + i)}\r\n`).join(''), 'latin1');
  let batch = batchFrom(first);
  for (let at = first; at < first + count; at += BATCH) {
    // One subscriber each: `:1`.
    const answered = publisher.exchange(batch, BATCH * ':1\r\n'.length);
    batch = batchFrom(at + BATCH);
    await answered;
  }
}
