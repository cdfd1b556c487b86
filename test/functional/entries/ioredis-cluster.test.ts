import assert from 'node:assert/strict';
import Redis, { Cluster, type ClusterOptions } from '../../../lib/entries/ioredis/index.js';
import { createClient } from '../../../lib/index.js';
import { forEachTopology } from '../../support/topologies.js';
import { until } from '../../support/wait.js';

forEachTopology(
  (t) => {
    const open: Cluster[] = [];
    const ports = (): number[] => t.running.nodes.map(({ port }) => port);
    const client = (options: ClusterOptions = {}): Cluster => {
      const own = new Cluster(ports().slice(0, 2), options);
      open.push(own);
      return own;
    };
    afterEach(async () => {
      for (const one of open) one.disconnect();
      for (const one of open.splice(0)) await until(() => one.status === 'end');
    });

    it('connects an ioredis Cluster, with the events of ioredis', async () => {
      const cluster = client();
      const events: string[] = [];
      for (const name of ['connecting', 'connect', 'ready', 'disconnecting', 'close', 'end']) cluster.on(name, () => events.push(name));
      const nodes: unknown[] = [];
      cluster.on('+node', (node: Redis) => nodes.push(node.options.port));
      const left: unknown[] = [];
      cluster.on('-node', (node: Redis) => left.push(node.options.port));
      assert.equal(await cluster.set('a', '1'), 'OK');
      assert.equal(cluster.isCluster, true);
      assert.equal(await cluster.quit(), 'OK');
      await until(() => events.at(-1) === 'end');
      assert.deepEqual(events, ['connecting', 'connect', 'ready', 'disconnecting', 'close', 'end']);
      assert.deepEqual([[...nodes].sort(), [...left].sort()], [[...ports()].sort(), [...ports()].sort()]);
      await assert.rejects(cluster.get('a'), { message: 'Connection is closed.' });
    });

    it('has objects for its nodes, by role', async () => {
      const cluster = client();
      const keys = Array.from({ length: 30 }, (_, at) => `k${at}`);
      await Promise.all(keys.map((key) => cluster.set(key, '1')));
      const masters = cluster.nodes('master');
      assert.deepEqual([cluster.nodes().length, masters.length, cluster.nodes('slave').length], [ports().length, 3, ports().length - 3]);
      assert.ok(masters.every((node) => node instanceof Redis && !node.isCluster));
      const sizes = await Promise.all(masters.map((node) => node.dbsize()));
      assert.equal(
        sizes.reduce((sum, size) => sum + size),
        keys.length,
      );
      const found: string[] = [];
      for (const node of masters) for await (const page of node.scanStream({ match: 'k*' })) found.push(...(page as string[]));
      assert.deepEqual(found.sort(), [...keys].sort());
      assert.throws(() => cluster.nodes('x' as 'all'), /Invalid role "x"\. Expected "all", "master" or "slave"/);
    });

    it('reads from replicas through their objects', async () => {
      const cluster = client();
      await cluster.set('a', '1');
      const replicas = cluster.nodes('slave');
      const found = async (): Promise<unknown[]> =>
        Promise.all(replicas.map((node) => node.get('a').catch((error: Error) => error.message)));
      await until(async () => (await found()).includes('1'));
      assert.equal((await found()).filter((reply) => String(reply).startsWith('MOVED')).length, replicas.length - 1);
    });

    it('reads where it is told to', async () => {
      const writer = client();
      await writer.set('a', '1');
      for (const scaleReads of ['all', 'slave', 'master'] as const) {
        const cluster = client({ scaleReads });
        await until(async () => (await cluster.get('a')) === '1');
      }
      const asked: unknown[] = [];
      const choosing = client({
        scaleReads: (nodes: Redis[], command: { name: string; args: unknown[] }) => {
          asked.push([nodes.length, nodes[0]?.options.readOnly, command.name, command.args]);
          return nodes[1];
        },
      });
      await until(async () => (await choosing.get('a')) === '1');
      assert.deepEqual(asked[0], [2, false, 'get', ['a']]);
    });

    it('takes several keys and pipelines over slots, where ioredis refuses them', async () => {
      const cluster = client();
      await cluster.mset('a', '1', 'b', '2');
      assert.deepEqual(await cluster.mget('a', 'b'), ['1', '2']);
      assert.deepEqual(await cluster.pipeline().get('a').get('b').exec(), [
        [null, '1'],
        [null, '2'],
      ]);
      await assert.rejects(cluster.multi().get('a').get('b').exec(), /CROSSSLOT/);
    });

    it('names the connections to all nodes by CLIENT SETNAME', async () => {
      const native = createClient({ topology: t.createOptions() });
      const names = async (name: string): Promise<string[]> => {
        const lists = await Promise.all(t.running.nodes.map(async (node) => String(await node.ask('CLIENT', 'LIST'))));
        return lists.flatMap((list) => list.split('\n')).filter((line) => line.includes(` name=${name} `));
      };
      const cluster = client();
      await Promise.all(['a', 'b', 'c', 'd'].map((key) => cluster.get(key)));
      assert.equal(await cluster.client('SETNAME', 'queue'), 'OK');
      assert.ok((await names('queue')).length >= 3);
      assert.deepEqual(await cluster.pipeline().client('SETNAME', Buffer.from('again')).get('a').exec(), [
        [null, 'OK'],
        [null, null],
      ]);
      assert.deepEqual([(await names('queue')).length, (await names('again')).length >= 3], [0, true]);
      await assert.rejects(cluster.client('SETNAME', 'a b'), /must be|expected|name/);
      assert.equal(await cluster.client('SETNAME', ''), 'OK');
      assert.deepEqual(await names('again'), []);
      // Over a client it names those that are the object's alone.
      const over = new Redis(native);
      assert.equal(await over.client('SETNAME', 'worker'), 'OK');
      const popped = over.blpop('{w}list', 0);
      await until(async () => (await names('worker')).length === 1);
      await cluster.rpush('{w}list', '1');
      assert.deepEqual(await popped, ['{w}list', '1']);
      over.disconnect();
      native.destroy();
    });

    it('takes a node of it as a server by itself, as ioredis does', async () => {
      const redis = new Redis(Number(ports()[0]));
      assert.equal(typeof (await redis.dbsize()), 'number');
      assert.match(String(await redis.cluster('MYID')), /^[0-9a-f]{40}$/);
      redis.disconnect();
      await until(() => redis.status === 'end');
    });

    it('reaches it through other addresses', async () => {
      const asked = new Set<string>();
      const cluster = client({
        natMap: (key) => {
          asked.add(key);
          return { host: 'localhost', port: Number(key.split(':').at(-1)) };
        },
      });
      await cluster.set('a', '1');
      assert.ok(asked.size >= ports().length);
      assert.ok(cluster.nodes().every(({ options }) => options.host === 'localhost'));
    });
  },
  ['cluster'],
);

describe('an ioredis Cluster without nodes', () => {
  it('fails by the words of ioredis, and ends by its retry strategy', async () => {
    const asked: unknown[] = [];
    const cluster = new Cluster([{ host: '127.0.0.1', port: 1 }], {
      clusterRetryStrategy(this: unknown, times: number) {
        asked.push(times, this === cluster);
        return times < 2 ? 5 : null;
      },
    });
    const events: string[] = [];
    cluster.on('error', (error: Error) => events.push(`${error.name}: ${error.message}`));
    cluster.on('node error', (error: Error, node: string) => events.push(`${node} ${error.message}`));
    await assert.rejects(cluster.get('a'), { message: 'None of startup nodes is available' });
    const once = ['127.0.0.1:1 connect ECONNREFUSED 127.0.0.1:1', 'ClusterAllFailedError: Failed to refresh slots cache.'];
    assert.deepEqual(events, [...once, ...once]);
    assert.deepEqual(asked, [1, true, 2, true]);
    await until(() => cluster.status === 'end');
  });

  it('quits although commands wait, which it rejects', async () => {
    const cluster = new Cluster([{ host: '127.0.0.1', port: 1 }], { clusterRetryStrategy: () => 5 });
    cluster.on('error', () => {});
    const waits = assert.rejects(cluster.get('a'), { message: 'Connection is closed.' });
    const piped = cluster.pipeline().get('a').exec();
    await until(() => cluster.status === 'reconnecting');
    assert.equal(await cluster.quit(), 'OK');
    await waits;
    assert.equal((await piped)?.[0]?.[0]?.message, 'Connection is closed.');
    await until(() => cluster.status === 'end');
  });

  it('refuses options that are none', () => {
    assert.throws(() => new Cluster([1], { scaleReads: 'x' as 'all' }), /Invalid option scaleReads/);
  });
});
