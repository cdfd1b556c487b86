import assert from 'node:assert/strict';
import Redis, { Cluster, type RedisOptions } from '../../../lib/entries/ioredis/index.js';
import { forEachTopology } from '../../support/topologies.js';
import { until } from '../../support/wait.js';

forEachTopology(
  (t) => {
    const open: (Redis | Cluster)[] = [];
    const client = (options: RedisOptions = {}): Redis | Cluster => {
      const nodes = t.running.seeds.flatMap((seed) => ('port' in seed ? [seed] : []));
      const own =
        t.kind === 'cluster'
          ? new Cluster(nodes, { redisOptions: options })
          : new Redis({ ...options, ...(t.kind === 'sentinel' ? { sentinels: nodes, name: 'mymaster' } : nodes[0]) });
      open.push(own);
      return own;
    };
    afterEach(() => {
      for (const one of open.splice(0)) one.disconnect();
    });

    it('subscribes an ioredis object, with the numbers and events of ioredis', async () => {
      const subscriber = client();
      const publisher = client();
      const heard: unknown[][] = [];
      for (const event of ['message', 'messageBuffer', 'pmessage', 'pmessageBuffer']) {
        subscriber.on(event, (...args: unknown[]) => heard.push([event, ...args.map(String)]));
      }
      assert.equal(await subscriber.subscribe('a', 'b'), 2);
      assert.equal(await subscriber.psubscribe('p*'), 3);
      await new Promise<void>((resolve, reject) =>
        subscriber.subscribe('c', (error, count) => (error ? reject(error) : resolve(assert.equal(count, 4)))),
      );
      await publisher.publish('a', '1');
      // The other channel may be another node's: nothing orders what two nodes send.
      await until(() => heard.length === 2);
      await publisher.publish('p1', Buffer.from('2'));
      await until(() => heard.length === 4);
      assert.deepEqual(heard, [
        ['message', 'a', '1'],
        ['messageBuffer', 'a', '1'],
        ['pmessage', 'p*', 'p1', '2'],
        ['pmessageBuffer', 'p*', 'p1', '2'],
      ]);
      assert.equal(await subscriber.unsubscribe('a', 'c'), 2);
      assert.equal(await subscriber.unsubscribe(), 1);
      assert.equal(await subscriber.punsubscribe('p*'), 0);
      await publisher.publish('b', '3');
      assert.equal(heard.length, 4);
    });

    it('subscribes it to sharded channels', async () => {
      const subscriber = client();
      const heard: string[] = [];
      subscriber.on('smessage', (channel: string, message: string) => heard.push(`${channel} ${message}`));
      assert.equal(await subscriber.ssubscribe('{s}1'), 1);
      await client().spublish('{s}1', 'x');
      await until(() => heard.length > 0);
      assert.deepEqual(heard, ['{s}1 x']);
      assert.equal(await subscriber.sunsubscribe(), 0);
    });

    for (const autoResubscribe of [true, false]) {
      it(`${autoResubscribe ? 'subscribes it again' : 'does not subscribe it again'} when it connects again`, async () => {
        const subscriber = client({ autoResubscribe, retryStrategy: () => 5 });
        const publisher = client();
        const heard: string[] = [];
        subscriber.on('message', (_: string, message: string) => heard.push(message));
        await subscriber.subscribe('again');
        subscriber.disconnect();
        await until(() => subscriber.status === 'end');
        await subscriber.connect();
        if (autoResubscribe) {
          await until(async () => (await publisher.publish('again', 'x')) > 0 && heard.length > 0);
          return;
        }
        await subscriber.subscribe('other');
        assert.equal(await publisher.publish('again', 'x'), 0);
        assert.deepEqual(heard, []);
      });
    }
  },
  ['single', 'sentinel', 'cluster'],
);

forEachTopology(
  (t) => {
    const portOf = (): number => Number(t.running.nodes[0]?.port);

    for (const [title, options, allowed] of [
      ['by RESP2, as ioredis 5 speaks', { behaves: 5 }, false],
      ['by RESP2', { protocol: 2 }, false],
      ['by RESP3, as ioredis 6 speaks', {}, true],
    ] as const) {
      it(`${allowed ? 'lets' : 'does not let'} a subscriber send other commands ${title}`, async () => {
        const redis = new Redis({ port: portOf(), ...options });
        await redis.subscribe('a');
        assert.equal(redis.mode, allowed ? 'normal' : 'subscriber');
        const got = redis.get('a');
        if (allowed) assert.equal(await got, null);
        else await assert.rejects(got, { message: 'Connection in subscriber mode, only subscriber commands may be used' });
        assert.deepEqual(await redis.ping(), allowed ? 'PONG' : ['pong', '']);
        await redis.unsubscribe();
        assert.equal(redis.mode, 'normal');
        assert.equal(await redis.get('a'), null);
        assert.equal(await redis.quit(), 'OK');
        await until(() => redis.status === 'end');
      });
    }

    it('subscribes no channel where one is refused, and goes on', async () => {
      const admin = new Redis({ port: portOf() });
      await admin.acl('SETUSER', 'listener', 'on', '>pw', '+@all', '~*', 'resetchannels', '&allowed');
      const redis = new Redis({ port: portOf(), username: 'listener', password: 'pw' });
      try {
        const unhandled: unknown[] = [];
        const hear = (error: unknown): unknown => unhandled.push(error);
        process.on('unhandledRejection', hear);
        await assert.rejects(redis.subscribe('secret', 'allowed', 'hidden'), { name: 'ReplyError', message: /^NOPERM/ });
        await until(async () => (await admin.publish('allowed', 'x')) === 0);
        process.off('unhandledRejection', hear);
        assert.deepEqual([unhandled, redis.mode], [[], 'normal']);
        assert.equal(await redis.subscribe('allowed'), 1);
        assert.equal(await admin.publish('allowed', 'x'), 1);
      } finally {
        redis.disconnect();
        await admin.acl('DELUSER', 'listener');
        admin.disconnect();
      }
    });
  },
  ['single'],
);
