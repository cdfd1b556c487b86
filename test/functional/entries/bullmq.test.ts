import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { type BullConnection, type BullConnectionOptions, createBullConnection } from '../../../lib/entries/bullmq/index.js';
import { type ClientOptions, createClient } from '../../../lib/index.js';
import { forEachTopology, type SuiteTopology } from '../../support/topologies.js';
import { until } from '../../support/wait.js';

const QUEUE = '{bull}:mails';
const NAME = `{bull}:${Buffer.from('mails').toString('base64')}`;
const CLOSED = { message: 'Connection is closed.' };

/** What a worker gets of its connection when it is told to end. */
const endOf = (connection: BullConnection): Promise<string[]> => {
  const told: string[] = [];
  return new Promise((resolve) => {
    connection.on('close', () => told.push(`close ${connection.status}`));
    connection.on('end', () => resolve([...told, `end ${connection.status}`]));
  });
};

describe('a connection for BullMQ, by what BullMQ does with one,', () => {
  const open = new Set<BullConnection>();
  const connect = (t: SuiteTopology, options: Omit<ClientOptions, 'topology'> = {}, own?: BullConnectionOptions): BullConnection => {
    const connection = createBullConnection({ topology: t.createOptions(), ...options }, own);
    open.add(connection);
    return connection;
  };
  const duplicate = (connection: BullConnection, connectionName?: string): BullConnection => {
    const other = connection.duplicate(connectionName === undefined ? undefined : { connectionName });
    open.add(other);
    return other;
  };
  /** The names in the list of all clients, as `Queue.getWorkers` looks for them; in a cluster by the lists of its nodes, too. */
  const namesSeenBy = async (connection: BullConnection): Promise<string[]> => {
    const names = namesIn(await connection.clientList());
    const lists = await Promise.all(connection.nodes().map((node) => node.clientList()));
    assert.deepEqual(lists.flatMap(namesIn).sort(), names.sort());
    return names;
  };
  afterEach(async () => {
    await Promise.all([...open].map((connection) => connection.quit()));
    open.clear();
  });

  forEachTopology((t) => {
    it('is ready by itself, ends, and opens again', async () => {
      const connection = connect(t);
      assert.equal(connection.status, 'connecting');
      await new Promise((resolve) => connection.once('ready', resolve));
      assert.equal(connection.status, 'ready');
      assert.equal(connection.isCluster, t.kind === 'cluster');
      const end = endOf(connection);
      connection.disconnect();
      assert.deepEqual(await end, ['close end', 'end end']);
      await assert.rejects(connection.get(`${QUEUE}:a`), CLOSED);
      await connection.connect();
      assert.equal(await connection.set(`${QUEUE}:a`, 1), 'OK');
      assert.equal(await connection.get(`${QUEUE}:a`), '1');
    });

    it('ends what blocks at once, and loses nothing by it', async () => {
      const connection = connect(t);
      const blocking = duplicate(connection, NAME);
      await blocking.connect();
      const popped = blocking.bzpopmin(`${QUEUE}:marker`, 60);
      await connection.get(`${QUEUE}:a`);
      const end = endOf(blocking);
      blocking.disconnect();
      await assert.rejects(popped, CLOSED);
      assert.deepEqual(await end, ['close end', 'end end']);
      // Others go on, and it comes back with its name.
      assert.equal(await connection.get(`${QUEUE}:a`), null);
      await blocking.connect();
      assert.equal(blocking.status, 'ready');
      assert.deepEqual(await namesSeenBy(connection), [NAME]);
    });

    it('has its name while nothing blocks and while something does, and gives it back', async () => {
      const connection = connect(t);
      const worker = duplicate(connection, `${NAME}:w:first`);
      await worker.connect();
      assert.deepEqual(await namesSeenBy(connection), [`${NAME}:w:first`]);
      const popped = worker.bzpopmin(`${QUEUE}:marker`, 60);
      await until(async () => /flags=b .* name=|name=\S*first.*flags=b/.test(await connection.clientList()), {
        what: 'it blocks',
      });
      assert.deepEqual(await namesSeenBy(connection), [`${NAME}:w:first`]);
      const events = duplicate(connection);
      await events.connect();
      await events.clientSetName(`${NAME}:qe`);
      assert.match(await events.clientInfo(), new RegExp(`name=${NAME.replace(/[{}]/g, '\\$&')}:qe `));
      assert.deepEqual((await namesSeenBy(connection)).sort(), [`${NAME}:qe`, `${NAME}:w:first`]);
      worker.disconnect();
      await assert.rejects(popped, CLOSED);
      await events.quit();
      await until(async () => (await namesSeenBy(connection)).length === 0, { what: 'the names are gone' });
    });

    it('blocks without holding up its other commands', async () => {
      const connection = connect(t);
      const popped = connection.bzpopmin(`${QUEUE}:marker`, 30);
      assert.equal(await connection.hset(`${QUEUE}:h`, { a: 1 }), 1);
      connection.defineCommand('mark:6.7.0', { numberOfKeys: 1, lua: "return redis.call('ZADD', KEYS[1], ARGV[1], ARGV[2])" });
      assert.equal(await connection.runCommand('mark:6.7.0', [`${QUEUE}:marker`, 5, '0']), 1);
      assert.deepEqual(await popped, [`${QUEUE}:marker`, '0', '5']);
      assert.equal(await connection.bzpopmin(`${QUEUE}:marker`, 0.05), null);
    });

    it('hears what is added to a stream as soon as it is ready', async () => {
      const connection = connect(t);
      for (let round = 0; round < 5; round++) {
        const events = duplicate(connection);
        await events.connect();
        await events.clientSetName(`${NAME}:qe`);
        const heard = events.xread([{ key: `${QUEUE}:events`, id: '$' }], { BLOCK: 30_000 });
        // Two round trips, fewer than a connection takes.
        for (let trips = 0; trips < 2; trips++) await connection.get(`${QUEUE}:a`);
        const id = await connection.xadd(`${QUEUE}:events`, '*', { event: 'added', jobId: 1 }, { MAXLEN: 100, approximate: true });
        assert.deepEqual(await heard, [[`${QUEUE}:events`, [[id, ['event', 'added', 'jobId', '1']]]]]);
        await events.quit();
      }
    });

    for (const protocol of [2, 3] as const) {
      it(`gives replies as BullMQ expects them, in RESP${protocol}`, async () => {
        const c = connect(t, { protocol });
        const key = (name: string): string => `${QUEUE}:${name}`;
        assert.equal(await c.hset(key('h'), { a: 1, b: 'x' }), 2);
        assert.deepEqual(await c.hgetall(key('h')), { a: '1', b: 'x' });
        assert.deepEqual(await c.hgetall(key('none')), {});
        assert.deepEqual(await c.hmget(key('h'), 'a', 'z'), ['1', null]);
        assert.equal(await c.hget(key('h'), 'b'), 'x');
        assert.equal(await c.hexists(key('h'), 'b'), 1);
        assert.equal(await c.hdel(key('h'), 'b'), 1);
        assert.equal(await c.set(key('s'), 'v', { PX: 60_000 }), 'OK');
        assert.equal(await c.del(key('s')), 1);
        assert.equal(await c.del(), 0);
        c.defineCommand('fill:1', {
          numberOfKeys: 3,
          lua: "redis.call('ZADD', KEYS[1], 1, 'a', 2.5, 'b'); redis.call('RPUSH', KEYS[2], 'x', 'y'); return redis.call('SADD', KEYS[3], 'm')",
        });
        assert.equal(await c.runCommand('fill:1', [key('z'), key('l'), key('set')]), 1);
        assert.deepEqual(await c.zrange(key('z'), 0, -1), ['a', 'b']);
        assert.deepEqual(await c.zrange(key('z'), 0, -1, { WITHSCORES: true }), ['a', '1', 'b', '2.5']);
        assert.deepEqual(await c.zrevrange(key('z'), 0, -1, { WITHSCORES: true }), ['b', '2.5', 'a', '1']);
        assert.equal(await c.zcard(key('z')), 2);
        assert.equal(await c.zscore(key('z'), 'b'), '2.5');
        assert.equal(await c.zscore(key('z'), 'none'), null);
        assert.deepEqual(await c.bzpopmin(key('z'), 1), [key('z'), 'a', '1']);
        assert.deepEqual(await c.lrange(key('l'), 0, -1), ['x', 'y']);
        assert.equal(await c.llen(key('l')), 2);
        assert.equal(await c.lpos(key('l'), 'y'), 1);
        assert.equal(await c.lpos(key('l'), 'none'), null);
        assert.equal(await c.ltrim(key('l'), -1, -1), 'OK');
        assert.deepEqual(await c.smembers(key('set')), ['m']);
        const id = await c.xadd(key('e'), '*', { a: 1 });
        assert.deepEqual(await c.xread([{ key: key('e'), id: '0' }], { COUNT: 1 }), [[key('e'), [[id, ['a', '1']]]]]);
        assert.deepEqual(await c.xread([{ key: key('e'), id: '0' }], { BLOCK: 10, COUNT: 1 }), [[key('e'), [[id, ['a', '1']]]]]);
        assert.equal(await c.xread([{ key: key('e'), id }], { BLOCK: 10 }), null);
        assert.equal(await c.xtrim(key('e'), 'MAXLEN', 0), 1);
        assert.match(await c.info(), /redis_version:\d/);
      });

      it(`gives outcomes of batches in pairs, in RESP${protocol}`, async () => {
        const c = connect(t, { protocol });
        c.defineCommand('echo:1', { numberOfKeys: 1, lua: 'return {KEYS[1], ARGV[1], ARGV[2]}' });
        c.defineCommand('fail:1', { numberOfKeys: 1, lua: "return redis.error_reply('OOPS no')" });
        for (const batch of [c.multi(), c.pipeline()]) {
          batch.hset(`${QUEUE}:h`, { a: 1 }).hgetall(`${QUEUE}:h`).hscan(`${QUEUE}:h`, 0, { COUNT: 10 }).llen(`${QUEUE}:h`);
          batch
            .runCommand('echo:1', [`${QUEUE}:k`, null, true])
            .runCommand('echo:1', [`${QUEUE}:k`, 1, false])
            .runCommand('fail:1', ['{bull}']);
          batch.zrange(`${QUEUE}:none`, 0, -1).smembers(`${QUEUE}:none`).sscan(`${QUEUE}:none`, 0).del(`${QUEUE}:h`);
          const outcomes = await batch.exec();
          assert.deepEqual(
            outcomes.map(([error, value]) => error?.message.replace(/ script:.*/, '') ?? value),
            [
              1,
              { a: '1' },
              ['0', ['a', '1']],
              'WRONGTYPE Operation against a key holding the wrong kind of value',
              [`${QUEUE}:k`, '', 'true'],
              [`${QUEUE}:k`, '1', 'false'],
              'OOPS no',
              [],
              [],
              ['0', []],
              1,
            ],
          );
        }
        assert.deepEqual(await c.multi().exec(), []);
        assert.deepEqual(await c.pipeline().exec(), []);
      });
    }

    it('scans by pages and as a stream', async () => {
      const c = connect(t);
      const keys = Array.from({ length: 250 }, (_, at) => `${QUEUE}:${at}`);
      const batch = c.pipeline();
      for (const key of keys) batch.hset(key, { a: 1 });
      await batch.exec();
      const found = new Set<string>();
      let cursor = '0';
      do {
        const [next, page] = await c.scan(cursor, { MATCH: `${QUEUE}:*`, COUNT: 100 });
        for (const key of page) found.add(key);
        cursor = next;
      } while (cursor !== '0');
      assert.equal(found.size, 250);
      const streamed = new Set<string>();
      for await (const page of c.scanStream({ match: `${QUEUE}:*`, count: 50 })) for (const key of page as string[]) streamed.add(key);
      assert.deepEqual(streamed, found);
    });

    it('leaves the client open that it stands on', async () => {
      await using redis = createClient({ topology: t.createOptions() });
      const connection = createBullConnection(redis);
      await connection.connect();
      assert.equal(connection.isCluster, t.kind === 'cluster');
      const worker = connection.duplicate({ connectionName: NAME });
      await worker.connect();
      const popped = worker.bzpopmin(`${QUEUE}:marker`, 60);
      await connection.set(`${QUEUE}:a`, 'v');
      await redis.setName('app');
      assert.deepEqual(await namesSeenBy(connection), [NAME]);
      worker.disconnect();
      await assert.rejects(popped, CLOSED);
      await connection.quit();
      await assert.rejects(connection.get(`${QUEUE}:a`), CLOSED);
      assert.equal(await redis.get(`${QUEUE}:a`), 'v');
    });
  });

  forEachTopology(
    (t) => {
      it('has five connections for a queue, a worker and its events', async () => {
        const queue = connect(t);
        const worker = duplicate(queue, NAME);
        const events = duplicate(queue);
        await Promise.all([queue, worker, events].map((each) => each.connect()));
        await events.clientSetName(`${NAME}:qe`);
        const popped = worker.bzpopmin(`${QUEUE}:marker`, 30);
        const heard = events.xread([{ key: `${QUEUE}:events`, id: '$' }], { BLOCK: 30_000 });
        await sleep(200);
        const list = (await queue.clientList()).trim().split('\n');
        assert.ok(list.length <= 5, list.join('\n'));
        worker.disconnect();
        events.disconnect();
        await assert.rejects(popped, CLOSED);
        await assert.rejects(heard, CLOSED);
      });

      it('refuses a client with a prefix of its own for keys', async () => {
        await using redis = createClient({ topology: t.createOptions(), keyPrefix: 'app:' });
        const connection = createBullConnection(redis);
        const error = new Promise((resolve) => connection.once('error', resolve));
        await assert.rejects(connection.connect(), { name: 'OptionsError', message: /keyPrefix/ });
        assert.match(String(await error), /keyPrefix/);
        assert.equal(connection.status, 'end');
      });
    },
    ['single'],
  );

  forEachTopology(
    (t) => {
      it('goes on at the new primary, with its name, and with what blocks', async () => {
        const running = await t.fresh();
        const connection = createBullConnection({ topology: running.createOptions() });
        try {
          const errors: unknown[] = [];
          const worker = connection.duplicate({ connectionName: NAME });
          for (const each of [connection, worker]) each.on('error', (error) => errors.push(error));
          await worker.connect();
          const popped = worker.bzpopmin(`${QUEUE}:marker`, 60);
          await until(async () => (await connection.clientList()).includes(' cmd=bzpopmin'), { what: 'it blocks' });
          const { group } = running;
          assert.ok('failover' in group);
          await group.failover();
          await until(async () => (await connection.clientList()).includes(' cmd=bzpopmin'), {
            what: 'it blocks again',
            timeoutMs: 20_000,
          });
          assert.deepEqual(await namesSeenBy(connection), [NAME]);
          connection.defineCommand('mark:1', { numberOfKeys: 1, lua: "return redis.call('ZADD', KEYS[1], 7, 'job')" });
          await connection.runCommand('mark:1', [`${QUEUE}:marker`]);
          assert.deepEqual(await popped, [`${QUEUE}:marker`, 'job', '7']);
          assert.deepEqual(errors, []);
          await worker.quit();
        } finally {
          await connection.quit();
          await running.stop();
        }
      }).timeout(60_000);
    },
    ['sentinel'],
  );
});

function namesIn(list: string): string[] {
  return [...list.matchAll(/ name=(\S+)/g)].map(([, name = '']) => name).filter((name) => name.startsWith('{bull}'));
}
