import assert from 'node:assert/strict';
import { cluster, createClient, single, type TopologyOptions } from '../../lib/index.js';
import { Cluster } from '../support/cluster.js';
import { Server } from '../support/server.js';

/** Known to the servers, unknown to us: what a module brings, or a newer release. */
const renamed = ['GET MY.GET', 'SET MY.SET', 'EVAL MY.EVAL', 'SORT MY.SORT', 'BLPOP MY.POP', 'MGET MY.MGET'];
const config = renamed.map((names) => `rename-command ${names}`);

interface Running {
  readonly what: string;
  start(): Promise<{ readonly topology: TopologyOptions; readonly nodes: readonly Server[]; stop(): Promise<void> }>;
}

const places: readonly Running[] = [
  {
    what: 'a single server',
    async start() {
      const server = await Server.start({ config });
      return { topology: single(server.address), nodes: [server], stop: () => server.stop() };
    },
  },
  {
    what: 'a cluster',
    async start() {
      const group = await Cluster.start({ replicas: 0, server: { config } });
      const topology = cluster(group.servers.map(({ address }) => address));
      return { topology, nodes: group.servers, stop: () => group.stop() };
    },
  },
];

for (const { what, start } of places) {
  describe(`commands that only the servers know, on ${what}`, () => {
    let running: Awaited<ReturnType<Running['start']>>;

    before(async function () {
      this.timeout(60_000);
      running = await start();
    });
    after(() => running.stop());

    /** Calls of a command, errors included, over all nodes. */
    async function calls(name: string): Promise<number> {
      const infos = await Promise.all(running.nodes.map((node) => node.info('commandstats')));
      return infos.reduce((sum, info) => sum + Number(/calls=(\d+)/.exec(info[`cmdstat_${name}`] ?? '')?.[1] ?? 0), 0);
    }

    it('go where their keys are, after one question a name', async () => {
      await using redis = createClient({ topology: running.topology });
      const keys = Array.from({ length: 30 }, (_, n) => `key:${n}`);
      const asked = await calls('command|info');
      for (const key of keys) assert.equal(await redis.call('MY.SET', key, `value of ${key}`), 'OK');
      assert.deepEqual(
        await Promise.all(keys.map((key) => redis.call('my.get', key))),
        keys.map((key) => `value of ${key}`),
      );
      assert.equal((await calls('command|info')) - asked, 2);
      // Nothing was sent to a node that had to send us on.
      const refused = await Promise.all(running.nodes.map((node) => node.info('errorstats')));
      assert.deepEqual(
        refused.map((info) => info.errorstat_MOVED),
        running.nodes.map(() => undefined),
      );
    });

    it('get their key prefix, also on a lease, and block on connections of their own', async () => {
      await using redis = createClient({ topology: running.topology, keyPrefix: 'app:' });
      await redis.rpush('{t}list', ['3', '1', '2']);
      assert.deepEqual(await redis.call('MY.EVAL', 'return {KEYS[1], ARGV[1]}', 1, '{t}list', '{t}list'), ['app:{t}list', '{t}list']);
      assert.deepEqual(await redis.call('MY.SORT', '{t}list', 'DESC', 'STORE', '{t}sorted'), 3);
      assert.deepEqual(await redis.lrange('{t}sorted', 0, -1), ['3', '2', '1']);
      assert.equal(await redis.lease((one) => one.call('MY.SET', 'leased', '1'), { key: 'leased' }), 'OK');
      assert.equal(await redis.exists('leased'), 1);
      const popped = redis.call('MY.POP', '{t}jobs', 5);
      await redis.ping();
      await redis.rpush('{t}jobs', 'job');
      assert.deepEqual(await popped, ['app:{t}jobs', 'job']);
    });

    it('go in pipelines, transactions and watch, too', async () => {
      await using redis = createClient({ topology: running.topology, keyPrefix: 'app:' });
      const piped = redis
        .pipeline()
        .call('MY.SET', '{u}a', '1')
        .incr('{u}a')
        .call('MY.SORT', '{u}none')
        .call('MY.SET', 'b', '5')
        .get('{u}a');
      assert.equal(piped.length, 5);
      await assert.rejects(piped.exec(), /unknown command/); // GET, which has another name here
      assert.deepEqual((await piped.exec({ errors: 'inline' })).slice(0, 4), ['OK', 2, [], 'OK']);
      const run = await redis.multi().call('MY.SET', '{u}a', '7').incr('{u}a').call('my.get', '{u}a').exec();
      assert.deepEqual(run, ['OK', 8, '8']);
      const watched = await redis.watch('{u}a', async (tx) => tx.multi().call('MY.SET', '{u}a', `${await tx.call('MY.GET', '{u}a')}0`));
      assert.deepEqual(watched, ['OK']);
      assert.equal(await redis.call('MY.GET', '{u}a'), '80');
      await assert.rejects(redis.multi().call('MY.SET', '{u}a', '1').call('SELECT', 1).exec(), { code: 'ERR_COMMAND_REFUSED' });
      assert.equal(await redis.call('MY.GET', '{u}a'), '80');
      if (what === 'a cluster') {
        await assert.rejects(redis.multi().call('MY.SET', '{u}a', '1').call('MY.SET', '{v}b', '1').exec(), { code: 'ERR_CROSS_SLOT' });
      }
    });

    it('are told by the server where nobody knows them', async () => {
      await using redis = createClient({ topology: running.topology });
      for (const name of ['GET', 'NO.SUCH']) await assert.rejects(redis.call(name, 'key'), /unknown command/);
      await assert.rejects(redis.get('key'), { code: 'ERR', command: 'GET' });
    });
  });
}
