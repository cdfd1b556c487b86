import assert from 'node:assert/strict';
import { constants } from 'node:buffer';
import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createClient, QueueFullError, ReplyTooLargeError, single, TimeoutError } from '../../lib/index.js';
import { type Answer, FakeServer, pieces, silence, status } from '../support/fake-server.js';
import { Relay } from '../support/relay.js';
import { Server } from '../support/server.js';
import { until } from '../support/wait.js';

const MEBIBYTE = 1024 * 1024;
const LIMIT = 512 * MEBIBYTE;

const outcomeOf = (error: unknown): unknown => error;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** What Buffers hold; garbage is not counted. */
async function bytesHeld(): Promise<number> {
  // Memory outside of the heap is freed after the collection that finds it.
  for (let i = 0; i < 3; i++) {
    collectGarbage();
    await sleep(5);
  }
  return process.memoryUsage().arrayBuffers;
}

function busyFor(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}

describe('a peer that stops reading', () => {
  const values = 64 * 1024;
  const queue = { maxCommands: 100_000, maxBytes: 64 * MEBIBYTE };
  let server: Server;
  let relay: Relay;

  before(async () => {
    server = await Server.start();
    relay = await Relay.start({ host: server.host, port: server.port });
  });

  after(async () => {
    await relay.stop();
    await server.stop();
  });

  const ways = [
    { name: 'because its process is stopped', at: () => server.address, stop: () => server.pause(), goOn: () => server.resume() },
    { name: 'because the network swallows everything', at: () => relay.address, stop: () => relay.pause(), goOn: () => relay.resume() },
  ];
  for (const { name, at, stop, goOn } of ways) {
    it(`${name}: memory stays inside of the bound, the rest is refused at once, and all that was accepted is answered`, async () => {
      await using redis = createClient({ topology: single(at()), queue, timeoutMs: 20_000 });
      await redis.set('a', '1');
      const [before, { rss }] = [await bytesHeld(), process.memoryUsage()];
      stop();
      const attempts: Promise<unknown>[] = [];
      try {
        // A gigabyte, where 64 MiB have room.
        for (let tick = 0; tick < 128; tick++) {
          for (let i = 0; i < 128; i++) attempts.push(redis.set(`k${tick}`, Buffer.alloc(values, i)).then(() => null, outcomeOf));
          await sleep(1);
        }
        assert.ok(redis.stats().bytes <= queue.maxBytes);
        const held = (await bytesHeld()) - before;
        assert.ok(held < 1.25 * queue.maxBytes, `${Math.round(held / MEBIBYTE)} MiB held`);
        const grown = process.memoryUsage().rss - rss;
        assert.ok(grown < 6 * queue.maxBytes, `resident set grown by ${Math.round(grown / MEBIBYTE)} MiB`);
      } finally {
        goOn();
      }
      const failures = (await Promise.all(attempts)).filter((error) => error !== null);
      assert.ok(
        failures.every((error) => error instanceof QueueFullError && error.executed === 'no'),
        String(failures.at(-1)),
      );
      assert.ok(failures.length > 10_000 && failures.length < attempts.length, `${failures.length} refused`);
      await until(() => redis.stats().commands === 0);
      assert.equal(redis.stats().bytes, 0);
      assert.equal(await redis.get('a'), '1');
    });
  }

  it('is bounded in commands as well', async () => {
    await using redis = createClient({ topology: single(server.address), queue: { maxCommands: 1_000 } });
    await redis.connect();
    server.pause();
    const results = Promise.allSettled(Array.from({ length: 5_000 }, (_, i) => redis.incr(`n${i % 10}`)));
    assert.equal(redis.stats().commands, 1_000);
    await sleep(20);
    server.resume();
    const settled = await results;
    assert.equal(settled.filter(({ status }) => status === 'fulfilled').length, 1_000);
    assert.ok(settled.every((result) => result.status === 'fulfilled' || result.reason instanceof QueueFullError));
    const counted = await Promise.all(Array.from({ length: 10 }, (_, i) => redis.get(`n${i}`)));
    assert.deepEqual(counted, new Array(10).fill('100'), 'what was refused did not run');
  });
});

describe('a huge reply', () => {
  it('that comes slowly, costs its own caller the deadline and nobody else anything', async () => {
    const huge = Buffer.from(`$${16 * MEBIBYTE}\r\n${'x'.repeat(16 * MEBIBYTE)}\r\n`);
    await using server = await FakeServer.start(([name, key]): Answer => {
      if (name !== 'GET') return undefined;
      return key === 'huge' ? pieces(huge, 128 * 1024, 2) : status(`value of ${key}`);
    });
    await using redis = createClient({ topology: single(server.address) });
    await redis.get('warm');
    const connections = server.connections.length;
    const late = redis.with({ timeoutMs: 100 }).get('huge');
    const other = redis.get('other');
    await assert.rejects(late, (error) => error instanceof TimeoutError && error.executed === 'unknown');
    assert.equal(await other, 'value of other');
    assert.equal(redis.stats().bytes, 0);
    assert.equal(server.connections.length, connections, 'the connection went on');
  });

  it('that comes while our own event loop stands still, is whole, and the server is not taken for silent', async () => {
    await using server = await Server.start();
    await using redis = createClient({ topology: single(server.address) });
    const items = Array.from({ length: 100_000 }, (_, i) => `item ${i} ${'.'.repeat(80)}`);
    const failures: unknown[] = [];
    redis.on('reconnecting', (failure) => failures.push(failure));
    await redis.rpush('list', items);
    const reply = redis.lrange('list', 0, -1);
    await sleep(1);
    busyFor(600);
    assert.deepEqual(await reply, items);
    assert.deepEqual(failures, []);
  });

  it('that is over the limit, rejects its command at once, is not asked for again, and others go on elsewhere', async () => {
    await using server = await FakeServer.start(([name, key]): Answer => {
      if (name === 'INCR') return silence;
      if (name !== 'GET') return undefined;
      return key === 'huge' ? Buffer.from(`$${LIMIT + 1}\r\nxxxx`) : status(`value of ${key}`);
    });
    await using redis = createClient({ topology: single(server.address) });
    await redis.get('warm');
    const [huge, read, write] = await Promise.allSettled([redis.get('huge'), redis.get('b'), redis.incr('n')]);
    assert.ok(huge.status === 'rejected' && huge.reason instanceof ReplyTooLargeError, JSON.stringify(huge));
    assert.match(huge.reason.message, /^GET: a bulk of 536870913 bytes is over the limit of 536870912$/);
    assert.equal(huge.reason.executed, 'yes');
    assert.deepEqual(read, { status: 'fulfilled', value: 'value of b' });
    assert.ok(write.status === 'rejected' && write.reason.executed === 'unknown');
    assert.equal(server.received.filter(([, key]) => key === 'huge').length, 1);
    assert.equal(redis.stats().commands, 0);
  });

  it('inside of a transaction, is the error of the transaction', async () => {
    await using server = await FakeServer.start(([name]): Answer => {
      if (name === 'MULTI') return status('OK');
      if (name === 'GET') return status('QUEUED');
      return name === 'EXEC' ? Buffer.from(`*2\r\n$1\r\nx\r\n$${LIMIT + 1}\r\nxxxx`) : undefined;
    });
    await using redis = createClient({ topology: single(server.address) });
    await assert.rejects(redis.multi().get('a').get('b').exec(), ReplyTooLargeError);
    assert.equal(redis.stats().commands, 0);
    assert.equal(server.count('EXEC'), 1);
  });

  // Half a GiB several times over, here and in the server: only where somebody asks for it (BIG_REPLIES=1).
  if (process.env.BIG_REPLIES === '1') {
    it('of half a GiB arrives as bytes; as text up to what a string can hold; beyond that rejects and disturbs nobody', async function () {
      this.timeout(120_000);
      await using server = await Server.start({ config: [`proto-max-bulk-len ${2 * LIMIT}`] });
      await using redis = createClient({ topology: single(server.address), timeoutMs: 60_000, queue: { maxBytes: 2 * LIMIT } });
      const buffers = redis.with({ buffers: true });
      await redis.setrange('k', LIMIT - 1, 'x');
      const bytes = await buffers.get('k');
      assert.equal(bytes?.length, LIMIT);
      assert.equal(bytes?.at(-1), 'x'.charCodeAt(0));
      const tooLong = { code: 'ERR_STRING_TOO_LONG', executed: 'yes' };
      const [text, nested, beside] = await Promise.allSettled([redis.get('k'), redis.mget(['a', 'k']), redis.set('a', '1')]);
      for (const result of [text, nested]) {
        assert.ok(result.status === 'rejected');
        assert.deepEqual({ code: result.reason.code, executed: result.reason.executed }, tooLong);
      }
      assert.equal(beside.status, 'fulfilled');
      await redis.call('SET', 'k', Buffer.alloc(constants.MAX_STRING_LENGTH, 'y'));
      assert.equal((await redis.get('k'))?.length, constants.MAX_STRING_LENGTH);
      await redis.setrange('k', LIMIT, 'x');
      await assert.rejects(buffers.get('k'), ReplyTooLargeError);
      assert.equal(await redis.get('a'), '1');
      assert.equal(redis.stats().commands, 0);
    });
  }
});
