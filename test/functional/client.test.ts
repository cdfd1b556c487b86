import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { createClient, type Redis, SlotwiseError, single } from '../../lib/index.js';
import { clientTls } from '../support/certificates.js';
import { Server } from '../support/server.js';
import { forEachTopology } from '../support/topologies.js';
import { until } from '../support/wait.js';

/** The same everywhere: what a caller does must not depend on where the data is. */
async function script(redis: Redis): Promise<unknown[]> {
  const seen: unknown[] = [];
  const note = async (promise: Promise<unknown>): Promise<void> => {
    seen.push(await promise.catch((error: unknown) => (error instanceof SlotwiseError ? `${error.code} ${error.executed}` : error)));
  };
  await note(redis.set('text', 'é\r\n\u0000'));
  await note(redis.get('text'));
  await note(redis.get('nothing'));
  await note(redis.set('text', 'x', { NX: true }));
  await note(redis.incr('count'));
  await note(redis.incrby('count', 41));
  await note(redis.with({ integers: 'bigint' }).incr('count'));
  await note(redis.incr('text'));
  await note(redis.hset('hash', { a: '1', b: '2' }));
  await note(redis.hgetall('hash'));
  await note(redis.call('RPUSH', 'list', 'a', 'b', 'c'));
  await note(redis.lrange('list', 0, -1));
  await note(redis.call('BLPOP', 'list', 1));
  await note(redis.mset({ m1: '1', m2: '2', m3: '3' }));
  await note(redis.mget(['m1', 'nothing', 'm3', 'm2']));
  await note(redis.del(['m1', 'm2', 'm3', 'nothing']));
  await note(redis.multi().set('{t}a', '1').incr('{t}a').get('{t}a').exec());
  await note(redis.pipeline().set('p1', '1').get('p1').incr('text').get('p2').exec({ errors: 'inline' }).then((all) => all.map((one) => (one instanceof Error ? one.message : one)))); // biome-ignore format: one thought
  await note(redis.with({ buffers: true }).get('p1'));
  await note(redis.dbsize());
  await note(redis.ping());
  await note(redis.call('NO.SUCH.COMMAND', 'key'));
  await note(redis.call('SELECT', 1));
  await note(redis.flushall());
  await note(redis.dbsize());
  return seen;
}

const expected = [
  'OK',
  'é\r\n\u0000',
  null,
  null,
  1,
  42,
  43n,
  'ERR yes',
  2,
  { a: '1', b: '2' },
  3,
  ['a', 'b', 'c'],
  ['list', 'a'],
  'OK',
  ['1', null, '3', '2'],
  3,
  ['OK', 2, '2'],
  ['OK', '1', 'ERR value is not an integer or out of range', null],
  Buffer.from('1'),
  6,
  'PONG',
  'ERR no',
  'ERR_COMMAND_REFUSED no',
  'OK',
  0,
];

describe('a client', () => {
  forEachTopology((t) => {
    for (const protocol of [3, 2] as const) {
      it(`gives the same answers by RESP${protocol}`, async () => {
        await using redis = createClient({ topology: t.createOptions(), protocol });
        assert.deepEqual(await script(redis), expected);
        assert.equal(redis.stats().commands, 0);
      });
    }

    it('connects, tells so once, and knows the servers', async () => {
      await using redis = createClient({ topology: t.createOptions() });
      let ready = 0;
      redis.on('ready', () => ready++);
      await Promise.all([redis.connect(), redis.connect()]);
      await redis.connect();
      assert.equal(ready, 1);
      assert.equal(redis.topology?.kind, t.kind);
      assert.equal(redis.topology?.nodes.size, t.running.nodes.length);
    });

    it('blocks on a connection of its own beside other traffic', async () => {
      await using redis = createClient({ topology: t.createOptions() });
      const popped = redis.call('BLPOP', 'queue', 0);
      await sleep(50);
      // It would wait behind the one that blocks, for ever.
      for (let i = 0; i < 20; i++) await redis.set('k', String(i));
      await redis.call('RPUSH', 'queue', 'item');
      assert.deepEqual(await popped, ['queue', 'item']);
    });

    it('watches a key on a leased connection', async () => {
      await using redis = createClient({ topology: t.createOptions() });
      const key = '{w}key';
      await redis.set(key, '1');
      const attempt = (meanwhile: () => Promise<unknown>) =>
        redis.lease(
          async (one) => {
            await one.call('WATCH', key);
            await meanwhile();
            await one.call('MULTI');
            await one.call('INCR', key);
            return one.call('EXEC');
          },
          { key },
        );
      assert.equal(await attempt(() => redis.set(key, '5')), null);
      assert.deepEqual(await attempt(async () => {}), [6]);
    });

    it('keeps the order of ten thousand commands of one tick', async () => {
      await using redis = createClient({ topology: t.createOptions() });
      const lengths = await Promise.all(Array.from({ length: 10_000 }, (_, i) => redis.rpush('list', String(i))));
      assert.ok(lengths.every((length, i) => length === i + 1));
      assert.deepEqual(
        await redis.lrange('list', 0, -1),
        Array.from({ length: 10_000 }, (_, i) => String(i)),
      );
    });

    it('carries values of many megabytes among small ones', async () => {
      await using redis = createClient({ topology: t.createOptions() });
      const big = Buffer.alloc(8 * 1024 * 1024, 'ab');
      const [, small, , read] = await Promise.all([
        redis.set('{big}', big),
        redis.set('{big}s', 'small'),
        redis.get('{big}s'),
        redis.with({ buffers: true }).get('{big}'),
      ]);
      assert.equal(small, 'OK');
      assert.ok(read !== null && big.equals(read));
    });

    it('tells with an error reply which node gave it', async () => {
      await using redis = createClient({ topology: t.createOptions() });
      await redis.set('text', 'x');
      await assert.rejects(redis.incr('text'), (error: SlotwiseError) => {
        assert.ok(
          t.running.nodes.some((node) => node.address === error.node),
          error.node,
        );
        assert.deepEqual([error.command, error.attempts, error.executed], ['INCR', 1, 'yes']);
        return true;
      });
    });

    it('leaves nothing open behind', async () => {
      const redis = createClient({ topology: t.createOptions(), clientName: 'leaver' });
      await Promise.all([redis.set('a', '1'), redis.set('b', '1'), redis.call('BLPOP', 'nothing', 0.01)]);
      await redis.close();
      await until(async () => {
        const lists = await Promise.all(t.running.nodes.map((node) => node.ask('CLIENT', 'LIST')));
        return lists.every((list) => !String(list).includes('leaver'));
      });
    });
  });
});

describe('a client and how it reaches a server', () => {
  let server: Server;
  before(async () => {
    server = await Server.start({ tls: true, unixSocket: true, password: 'secret' });
    await server.ask('ACL', 'SETUSER', 'app', 'on', '>app', '~app:*', '+@all', '-@admin', '-hello');
    await server.ask('ACL', 'SETUSER', 'poor', 'on', '>poor', '~*', '+get', '+set', '+hello');
  });
  after(() => server.stop());

  const works = async (redis: Redis): Promise<void> => {
    try {
      assert.equal(await redis.set('app:k', '1'), 'OK');
      assert.equal(await redis.get('app:k'), '1');
    } finally {
      await redis.close();
    }
  };

  it('by password', () => works(createClient({ topology: single(server.address), password: 'secret' })));
  it('by URL', () => works(createClient(`redis://:secret@${server.address}/3`)));
  it('by socket file', () => works(createClient({ topology: single({ path: server.socketPath }), password: 'secret' })));

  it('by TLS', async () => {
    const address = { host: server.host, port: server.tlsPort ?? 0 };
    await works(createClient({ topology: single(address), password: 'secret', tls: clientTls() }));
  });

  it('by TLS under a host name that the certificate has', async () => {
    const { ca } = clientTls();
    const address = { host: 'localhost', port: server.tlsPort ?? 0 };
    await works(createClient({ topology: single(address), password: 'secret', tls: { ca } }));
  });

  it('as a user whose ACL forbids HELLO: by RESP2', async () => {
    await works(createClient({ topology: single(server.address), username: 'app', password: 'app' }));
  });

  it('as a user who may do nothing but read and write', async () => {
    await works(createClient({ topology: single(server.address), username: 'poor', password: 'poor' }));
  });

  it('with credentials that change', async () => {
    let asked = 0;
    const credentials = async () => {
      asked++;
      return { username: 'default', password: 'secret' };
    };
    await works(createClient({ topology: single(server.address), credentials }));
    assert.ok(asked >= 1);
  });

  it('to another database', async () => {
    await using five = createClient({ topology: single(server.address), password: 'secret', database: 5 });
    await using zero = createClient({ topology: single(server.address), password: 'secret' });
    await five.set('app:db', '5');
    assert.equal(await zero.get('app:db'), null);
    assert.equal(await five.get('app:db'), '5');
  });

  it('under a name', async () => {
    await using redis = createClient({ topology: single(server.address), password: 'secret', clientName: 'reports' });
    assert.equal(await redis.call('CLIENT', 'GETNAME'), 'reports');
  });
});
