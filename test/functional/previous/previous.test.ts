import assert from 'node:assert/strict';
import { createClient, defineScript, type Redis } from '../../../lib/index.js';
import type { RunningTopology, TopologyKind } from '../../support/running-topology.js';
import { tolerateHook } from '../../support/tolerated-hooks.js';
import { chosenKinds, sharedTopology } from '../../support/topologies.js';

const append = defineScript({ lua: "return redis.call('APPEND', KEYS[1], ARGV[1])", keys: 1 });

/** From where, to where. */
const ways: readonly (readonly [from: TopologyKind, to: TopologyKind])[] = [
  ['single', 'cluster'],
  ['replication', 'cluster'],
  ['sentinel', 'cluster'],
  ['cluster', 'single'],
  ['single', 'replication'],
];

/** What is done with keys that are at the previous place, and what comes of it. `gone`: those that have left it then. */
interface Row {
  readonly name: string;
  readonly before?: (old: Redis) => Promise<unknown>;
  /** `there`: a client of the new place that knows of no other. */
  readonly use: (redis: Redis, old: Redis, there: Redis) => Promise<unknown>;
  readonly gives: unknown;
  readonly gone?: readonly string[];
  readonly stays?: readonly string[];
}

const rows: readonly Row[] = [
  { name: 'a read of a key that is there', before: (old) => old.set('k', 'old'), use: (r) => r.get('k'), gives: 'old', stays: ['k'] },
  { name: 'a read of a key that is nowhere', use: (r) => r.get('k'), gives: null },
  { name: 'an empty key', before: (old) => old.set('', 'old'), use: (r) => r.append('', '!'), gives: 4, gone: [''] },
  {
    name: 'reads of empty texts',
    before: async (old) => {
      await old.set('k', '');
      await old.hset('h', { a: '' });
      await old.rpush('l', ['']);
    },
    use: (r) => Promise.all([r.get('k'), r.hget('h', 'a'), r.hmget('h', ['a', 'b']), r.lindex('l', 0), r.getrange('k', 0, -1), r.get('k')]),
    gives: ['', '', ['', null], '', '', ''],
    stays: ['k', 'h', 'l'],
  },
  {
    name: 'a read as bytes',
    before: (old) => old.set('k', Buffer.from([0xff])),
    use: (r) => r.with({ buffers: true }).get('k'),
    gives: Buffer.from([0xff]),
  },
  {
    name: 'a key of bytes',
    before: (old) => old.set(Buffer.from([0xff, 0]), '1'),
    use: async (r) => [await r.get(Buffer.from([0xff, 0])), await r.incr(Buffer.from([0xff, 0]))],
    gives: ['1', 2],
  },
  {
    name: 'a read of part of a key',
    before: (old) => old.hset('h', { a: '1' }),
    use: async (r) => [await r.hget('h', 'a'), await r.hget('h', 'b'), await r.hgetall('h')],
    gives: ['1', null, { a: '1' }],
    stays: ['h'],
  },
  { name: 'a count', before: (old) => old.set('n', 41), use: (r) => r.incr('n'), gives: 42, gone: ['n'] },
  {
    name: 'a write that overwrites',
    before: (old) => old.set('k', 'old'),
    use: async (r) => [await r.set('k', 'new'), await r.get('k'), await r.del('k'), await r.get('k')],
    gives: ['OK', 'new', 1, null],
    gone: ['k'],
  },
  {
    name: 'a deletion',
    before: (old) => old.set('k', 'old'),
    use: async (r) => [await r.del('k'), await r.get('k')],
    gives: [1, null],
    gone: ['k'],
  },
  {
    name: 'a time to live',
    before: (old) => old.set('k', 'old', { EX: 1000 }),
    use: async (r) => [(await r.ttl('k')) > 990, await r.append('k', '!'), (await r.ttl('k')) > 990],
    gives: [true, 4, true],
    gone: ['k'],
  },
  {
    name: 'several keys',
    before: async (old) => {
      await old.set('{t}a', '1');
      await old.set('{t}b', '2');
    },
    use: (r) => r.mget(['{t}a', '{t}b', '{t}c']),
    gives: ['1', '2', null],
    gone: ['{t}a', '{t}b'],
  },
  {
    name: 'several keys of several slots',
    before: async (old) => {
      for (const key of ['a', 'b', 'c']) await old.set(key, key);
    },
    use: async (r) => [await r.mget(['a', 'b', 'c', 'd']), await r.exists(['a', 'b', 'd']), await r.del(['a', 'b', 'c'])],
    gives: [['a', 'b', 'c', null], 2, 3],
    gone: ['a', 'b', 'c'],
  },
  { name: 'a script', before: (old) => old.set('k', 'a'), use: (r) => r.script(append, ['k'], ['b']), gives: 2, gone: ['k'] },
  {
    name: 'a transaction',
    before: (old) => old.set('{t}a', '1'),
    use: (r) => r.multi().incr('{t}a').get('{t}b').exec(),
    gives: [2, null],
    gone: ['{t}a'],
  },
  {
    name: 'a watch',
    before: (old) => old.set('k', '7'),
    use: (r) =>
      r.watch('k', async (tx) =>
        tx
          .multi()
          .set('k', `${await tx.get('k')}!`)
          .get('k'),
      ),
    gives: ['OK', '7!'],
    gone: ['k'],
  },
  {
    name: 'a lease, in order',
    before: (old) => old.set('k', '7'),
    use: (r) => r.lease(async (one) => Promise.all([one.call('MULTI'), one.incr('k'), one.call('EXEC'), one.get('k')]), { key: 'k' }),
    gives: ['OK', 'QUEUED', [8], '8'],
    gone: ['k'],
  },
  {
    name: 'a pipeline',
    before: async (old) => {
      for (const key of ['a', 'b']) await old.set(key, '1');
    },
    use: (r) => r.pipeline().get('a').incr('a').get('a').get('b').exec(),
    gives: ['1', 2, '2', '1'],
    gone: ['a'],
    stays: ['b'],
  },
  {
    name: 'commands of one turn, in order',
    before: (old) => old.set('k', '1'),
    use: (r) => Promise.all([r.get('k'), r.incr('k'), r.get('k'), r.del('k'), r.get('k'), r.set('k', 'x'), r.get('k')]),
    gives: ['1', 2, '2', 1, null, 'OK', 'x'],
    gone: ['k'],
  },
  {
    name: 'a blocking pop',
    before: (old) => old.rpush('l', ['a', 'b']),
    use: (r) => r.blpop('l', 1),
    gives: { key: 'l', element: 'a' },
    gone: ['l'],
  },
  {
    name: 'a blocking pop of what comes',
    use: async (r) => {
      const popped = r.blpop('l', 5);
      await r.rpush('l', ['a']);
      return popped;
    },
    gives: { key: 'l', element: 'a' },
  },
  {
    name: 'a move between keys',
    before: (old) => old.rpush('{t}a', ['a']),
    use: (r) => r.lmove('{t}a', '{t}b', 'LEFT', 'RIGHT'),
    gives: 'a',
    gone: ['{t}a'],
  },
  {
    name: 'a scan of a key',
    before: (old) => old.sadd('s', ['a']),
    use: async (r) => {
      const found: string[] = [];
      for await (const member of r.scanSet('s')) found.push(member);
      return found;
    },
    gives: ['a'],
    gone: ['s'],
  },
  {
    name: 'a prefix',
    before: (old) => old.set('app:k', 'old'),
    use: async (r) => [await r.get('k'), await r.append('k', '!'), await r.get('k')],
    gives: ['old', 4, 'old!'],
    gone: ['app:k'],
  },
  {
    name: 'a command that the table does not have',
    before: (old) => old.set('k', 'old'),
    use: async (r) => (await r.call('NOSUCHCOMMAND', 'k').catch((error: Error) => error)) instanceof Error,
    gives: true,
    stays: ['k'],
  },
  {
    name: 'FLUSHDB, which is refused',
    before: (old) => old.set('k', 'old'),
    use: async (r) => [await r.flushdb().catch((error: { code: string }) => error.code), await r.get('k')],
    gives: ['ERR_COMMAND_REFUSED', 'old'],
    stays: ['k'],
  },
  {
    name: 'a key in both places: the new one counts, the other is deleted',
    before: (old) => old.set('k', 'old'),
    use: async (r, _, there) => {
      await there.set('k', 'new');
      return [await r.get('k'), await r.append('k', '!'), await r.del('k'), await r.get('k'), r.stats().previous?.duplicates];
    },
    gives: ['new', 4, 1, null, 1],
    gone: ['k'],
  },
];

for (const [from, to] of ways) {
  if (!chosenKinds().includes(from) || !chosenKinds().includes(to)) continue;
  describe(`keys that move from ${from} to ${to}`, () => {
    let places: readonly RunningTopology[];
    before(
      'start the servers',
      tolerateHook(async function (this: Mocha.Context) {
        this.timeout(60_000);
        places = await Promise.all([sharedTopology(from), sharedTopology(to)]);
      }),
    );
    beforeEach('empty the servers', () => Promise.all(places.map((place) => place.flush())));

    for (const { name, before: prepare, use, gives, gone = [], stays = [] } of rows) {
      it(name, async () => {
        const [previous, topology] = places.map((place) => place.createOptions());
        assert.ok(previous !== undefined && topology !== undefined);
        await using old = createClient({ topology: previous });
        await using there = createClient({ topology });
        const keyPrefix = name === 'a prefix' ? 'app:' : '';
        await using redis = createClient({ topology, previous, keyPrefix });
        redis.on('error', () => {});
        await prepare?.(old);
        assert.deepEqual(await use(redis, old, there), gives);
        for (const key of gone) assert.equal(await old.exists(key), 0, `${key} is left at the previous place`);
        for (const key of stays) assert.equal(await old.exists(key), 1, `${key} has left the previous place`);
        const { commands, bytes, waiting } = redis.stats();
        assert.deepEqual({ commands, bytes, waiting }, { commands: 0, bytes: 0, waiting: 0 });
      });
    }
  });
}
