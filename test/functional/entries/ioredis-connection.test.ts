import assert from 'node:assert/strict';
import Redis, { ReplyError } from '../../../lib/entries/ioredis/index.js';
import type { Server } from '../../support/server.js';
import { sharedTopology } from '../../support/topologies.js';
import { until } from '../../support/wait.js';

/** Programs that do something to their connection; `other` is another object. */
const rows: Readonly<Record<string, (redis: Redis, other: Redis) => Promise<unknown>>> = {
  'select another database': async (redis, other) => {
    const selected: unknown[] = [];
    redis.on('select', (db: unknown) => selected.push(db));
    await redis.select(3);
    await redis.set('a', '1');
    assert.deepEqual([await redis.get('a'), await other.get('a'), selected], ['1', null, [3]]);
    await redis.flushdb();
  },
  'name their connection': async (redis, other) => {
    await redis.client('SETNAME', 'ada');
    assert.equal(await redis.client('GETNAME'), 'ada');
    assert.match(String(await other.client('LIST')), /name=ada/);
  },
  'watch a key that changes': async (redis, other) => {
    await redis.watch('w');
    await other.set('w', 'other');
    assert.equal(await redis.multi().set('w', 'own').exec(), null);
    await redis.watch('w');
    assert.deepEqual(await redis.multi().set('w', 'own').get('w').exec(), [
      [null, 'OK'],
      [null, 'own'],
    ]);
  },
  'begin a transaction by hand': async (redis) => {
    assert.equal(await redis.multi({ pipeline: false }), 'OK');
    assert.equal(await redis.set('m', '1'), 'QUEUED');
    assert.deepEqual(await redis.exec(), [[null, 'OK']]);
    await redis.multi({ pipeline: false });
    await redis.set('m', '2');
    assert.equal(await redis.discard(), 'OK');
    assert.equal(await redis.get('m'), '1');
  },
  'refuse a transaction with a mistake': async (redis) => {
    const call = (name: string, ...args: string[]): readonly unknown[] => ['call', name, ...args];
    for (let own = 0; own < 2; own++) {
      const refused = redis.multi([call('set', 'a') as unknown[], ['get', 'a']]).exec();
      await assert.rejects(refused, (error: Error & { previousErrors?: Error[] }) => {
        assert.equal(error.name, 'ReplyError');
        assert.equal(error.message, 'EXECABORT Transaction discarded because of previous errors.');
        assert.match(error.previousErrors?.[0]?.message ?? '', /wrong number of arguments for 'set'/);
        return true;
      });
      await redis.watch('z');
    }
  },
  'refuse a transaction with what is never sent': async (redis, other) => {
    await redis.select(0);
    for (const never of [
      ['call', ''],
      ['subscribe', 'a'],
    ] as unknown[][]) {
      const refused = redis.multi([['set', 'half', '1'], never, ['get', 'half']] as unknown[][]).exec();
      const next = redis.multi().set('whole', '1').get('whole').exec();
      await assert.rejects(refused);
      assert.equal(await other.get('half'), null);
      assert.deepEqual(await next, [
        [null, 'OK'],
        [null, '1'],
      ]);
    }
  },
  'have errors inside a transaction': async (redis) => {
    await redis.select(0);
    await redis.set('text', '1');
    const inOne = await redis.multi().lpush('text', 'a').get('text').exec();
    await redis.multi({ pipeline: false });
    await redis.lpush('text', 'a');
    const byHand = await redis.exec();
    for (const replies of [inOne, byHand]) assert.ok(replies?.[0]?.[0] instanceof ReplyError);
  },
  'select in a pipeline': async (redis, other) => {
    assert.deepEqual(await redis.pipeline().select(4).set('q', '1').get('q').exec(), [
      [null, 'OK'],
      [null, 'OK'],
      [null, '1'],
    ]);
    assert.equal(await other.get('q'), null);
    await redis.flushdb();
  },
  'reset it': async (redis) => {
    await redis.select(2);
    assert.equal(await redis.reset(), 'RESET');
    assert.match(String(await redis.client('INFO')), / db=0 /);
  },
  'do what concerns it alone': async (redis) => {
    assert.equal(await redis.client('NO-EVICT', 'ON'), 'OK');
    assert.equal(await redis.wait(0, 10), 0);
    await assert.rejects(redis.auth('wrong'), { name: 'ReplyError' });
    await assert.rejects(redis.exec(), { message: 'ERR EXEC without MULTI' });
  },
  'run a script there': async (redis) => {
    redis.defineCommand('pair', { numberOfKeys: 1, lua: 'return {KEYS[1],ARGV[1]}' });
    await redis.select(1);
    const { pair } = redis as unknown as { pair(...args: string[]): Promise<unknown> };
    assert.deepEqual(await pair.call(redis, 'k', 'a'), ['k', 'a']);
  },
  'lose it': async (redis, other) => {
    await redis.select(5);
    await redis.client('SETNAME', 'bob');
    await other.client('KILL', 'ID', await redis.client('ID'));
    await until(async () => /name=bob .* db=5 /.test(String(await redis.client('INFO'))));
  },
};

describe('an ioredis object is a connection where programs', () => {
  let server: Server;
  let redis: Redis;
  let other: Redis;

  before(async () => {
    const [first] = (await sharedTopology('single')).nodes;
    assert.ok(first !== undefined);
    server = first;
  });
  beforeEach(() => {
    redis = new Redis(server.port);
    other = new Redis(server.port);
  });
  afterEach(() => {
    redis.disconnect();
    other.disconnect();
  });

  for (const [title, run] of Object.entries(rows)) it(title, () => run(redis, other));

  it('ends by itself: a duplicate goes on, and the other way round', async () => {
    await redis.ping();
    const duplicate = redis.duplicate();
    await duplicate.ping();
    const blocked = duplicate.blpop('jobs', 0);
    redis.disconnect();
    await until(() => redis.status === 'end');
    await other.lpush('jobs', 'a');
    assert.deepEqual(await blocked, ['jobs', 'a']);
    const third = duplicate.duplicate();
    await duplicate.quit();
    assert.equal(await third.ping(), 'PONG');
    third.disconnect();
  });

  it('answers what was issued on it before it quits', async () => {
    await redis.ping();
    for (const quitting of [redis.duplicate(), redis]) {
      assert.deepEqual(await Promise.all([quitting.select(1), quitting.get('none'), quitting.quit()]), ['OK', null, 'OK']);
    }
  });

  it('delays nobody by a command that blocks', async () => {
    const blocked = redis.blpop('jobs', 0);
    assert.equal(await redis.set('a', '1'), 'OK');
    await redis.lpush('jobs', 'b');
    assert.deepEqual(await blocked, ['jobs', 'b']);
  });

  it('hears of all commands as a monitor, and sends none', async () => {
    const heard: unknown[][] = [];
    const monitor = await redis.monitor();
    assert.deepEqual([monitor.status, monitor.mode], ['monitoring', 'monitor']);
    monitor.on('monitor', (...args: unknown[]) => heard.push(args));
    await redis.set('m', 'a "b"');
    await until(() => heard.length > 0);
    const [time, args, source, database] = heard[0] ?? [];
    assert.match(String(time), /^\d+\.\d+$/);
    assert.deepEqual((args as string[]).slice(1), ['m', 'a "b"']);
    assert.match(String(source), /^127\.0\.0\.1:\d+$/);
    assert.equal(database, '0');
    await assert.rejects(monitor.get('m'), { message: "Connection is in monitoring mode, can't process commands." });
    monitor.disconnect();
    await until(() => monitor.status === 'end');
  });

  it('asks a function whether an error wants a new connection', async () => {
    const asked: string[] = [];
    const wary = new Redis({ port: server.port, retryStrategy: () => 5, reconnectOnError: (error) => asked.push(error.message) > 0 });
    const events: string[] = [];
    await wary.lpush('list', 'a');
    for (const name of ['close', 'ready']) wary.on(name, () => events.push(name));
    await assert.rejects(wary.get('list'), { name: 'ReplyError', command: { name: 'get', args: ['list'] } });
    await until(() => events.length === 2);
    assert.deepEqual([events, asked.length], [['close', 'ready'], 1]);
    wary.disconnect();
  });

  it('does not throw for more arguments than a call can have', async () => {
    const removed = redis.del(Array.from({ length: 300_000 }, (_, at) => `none:${at}`));
    await removed.then(
      (count) => assert.equal(count, 0),
      (error: unknown) => assert.ok(error instanceof RangeError),
    );
    assert.equal(await redis.ping(), 'PONG');
  });

  it('rounds numbers that are beyond 2^53, or gives them as text', async () => {
    await redis.set('big', '9007199254740993');
    assert.equal(await redis.incr('big'), 9007199254740994);
    const exact = new Redis({ port: server.port, stringNumbers: true });
    assert.equal(await exact.incr('big'), '9007199254740995');
    exact.disconnect();
  });
});
