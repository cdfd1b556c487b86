import assert from 'node:assert/strict';
import { createClient, createCluster, createSentinel } from '../../../../lib/entries/node-redis/index.js';
import { sharedTopology } from '../../../support/topologies.js';

describe('a cluster of the node-redis entry', () => {
  it('sends commands where their keys are, and shows its nodes', async () => {
    const topology = await sharedTopology('cluster');
    await topology.flush();
    const primaries = await topology.primaries();
    const rootNodes = primaries.map(({ port }) => ({ socket: { host: '127.0.0.1', port } }));
    const cluster = await createCluster({ rootNodes }).connect();
    const keys = Array.from({ length: 40 }, (_, n) => `k:${n}`);
    await Promise.all(keys.map((key) => cluster.set(key, key, { PX: 60_000 })));
    assert.deepEqual(await Promise.all(keys.map((key) => cluster.get(key))), keys);
    assert.equal(cluster.masters.length, primaries.length);
    assert.equal(cluster.slots.length, 16_384);
    assert.deepEqual(cluster.slots[0]?.master, cluster.getSlotMaster(0));
    assert.ok(cluster.nodeByAddress.has(cluster.getSlotRandomNode(5).address));

    const found: string[] = [];
    for (const master of cluster.masters) {
      const client = await cluster.nodeClient(master);
      for await (const page of client.scanIterator({ MATCH: 'k:*' })) found.push(...page);
    }
    assert.deepEqual(found.sort(), [...keys].sort());

    assert.deepEqual(await cluster.multi().set('{a}1', '1').get('{a}1').exec(), ['OK', '1']);
    assert.deepEqual(await cluster.multi().get('k:1').get('k:2').get('k:3').execAsPipeline(), ['k:1', 'k:2', 'k:3']);
    assert.equal(await cluster.sendCommand('k:1', true, ['GET', 'k:1']), 'k:1');
    assert.deepEqual(await cluster.mGet(['k:1', 'k:2']), ['k:1', 'k:2']);
    await assert.rejects(
      async () => (cluster as unknown as { auth(login: object): Promise<unknown> }).auth({ password: 'x' }),
      /getNodeClientForKey/,
    );

    await assert.rejects(cluster.wait(1, 100), { message: /WAIT: .*getNodeClientForKey/ });
    const node = await cluster.getNodeClientForKey('k:1');
    const replicas = (await node.info('replication')).match(/^slave\d/gm)?.length ?? 0;
    void node.set('k:1', 'counted');
    assert.equal(await node.wait(replicas, 5_000), replicas);
    await node.watch('k:1');
    await cluster.set('k:1', 'other');
    await assert.rejects(node.multi().set('k:1', 'mine').exec(), { message: 'One (or more) of the watched keys has been changed' });

    const got: string[] = [];
    await cluster.sSubscribe('k:1', (message) => got.push(message));
    await cluster.sPublish('k:1', 'hello');
    const answered = await cluster.get('k:1');
    assert.equal(answered, 'other');
    await cluster.sUnsubscribe('k:1');
    await cluster.close();
    assert.deepEqual([cluster.isOpen, got.length <= 1], [false, true]);
  });
});

describe('a group of sentinels of the node-redis entry', () => {
  it('sends commands to the primary, and lends clients', async () => {
    const topology = await sharedTopology('sentinel');
    await topology.flush();
    const servers = topology.createOptions();
    assert.ok(servers.kind === 'sentinel');
    const sentinelRootNodes = servers.seeds.flatMap((seed) => ('host' in seed ? [{ host: seed.host, port: seed.port }] : []));
    const sentinel = await createSentinel({ name: servers.name, sentinelRootNodes }).connect();
    assert.equal(await sentinel.set('a', '1'), 'OK');
    assert.equal(await sentinel.get('a'), '1');
    assert.deepEqual(sentinel.getSentinelNode(), sentinelRootNodes[0]);
    assert.equal(sentinel.getMasterNode()?.port, (await topology.primaries())[0]?.port);
    const replies = await sentinel.use<Promise<unknown[]>>(async (client) => {
      await client.watch('a');
      return client.multi().set('a', '2').get('a').exec();
    });
    assert.deepEqual(replies, ['OK', '2']);
    const lent = await sentinel.acquire();
    await lent.watch('a');
    await sentinel.set('a', '3');
    await assert.rejects(lent.multi().set('a', '4').exec(), { message: 'One (or more) of the watched keys has been changed' });
    await lent.release();
    for await (const keys of sentinel.scanIterator()) assert.deepEqual(keys, ['a']);
    await sentinel.close();
  });
});

describe('wait of the node-redis entry', () => {
  it('counts the replicas that have all writes before it, and no others', async () => {
    const topology = await sharedTopology('replication');
    const [primary] = await topology.primaries();
    const replicas = await topology.replicas();
    assert.ok(primary !== undefined && replicas.length > 0);
    const client = await createClient({ url: `redis://127.0.0.1:${primary.port}` }).connect();
    const readers = await Promise.all(replicas.map(({ port }) => createClient({ url: `redis://127.0.0.1:${port}` }).connect()));
    for (const own of [false, true]) {
      if (own) await client.watch('other');
      for (let turn = 0; turn < 20; turn++) {
        void client.set('waited', `${own} ${turn}`);
        assert.equal(await client.wait(replicas.length, 5_000), replicas.length);
        for (const reader of readers) assert.equal(await reader.get('waited'), `${own} ${turn}`);
      }
      assert.equal(await client.wait(replicas.length + 1, 20), replicas.length);
    }
    await Promise.all([client, ...readers].map((one) => one.close()));
  });
});
