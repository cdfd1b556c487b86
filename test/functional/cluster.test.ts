import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import calculateSlot from 'cluster-key-slot';
import { ClusterAdmin } from '../../lib/admin/index.js';
import { cluster, createClient, DatabaseError, type Redis } from '../../lib/index.js';
import { unpackedServer, versionOf } from '../../scripts/servers.mjs';
import { clientTls } from '../support/certificates.js';
import { Cluster, type ClusterOptions } from '../support/cluster.js';
import { Relay } from '../support/relay.js';
import { Server } from '../support/server.js';
import { Stopwatch } from '../support/stopwatch.js';
import { until } from '../support/wait.js';

const addressesOf = (group: Cluster): string[] => group.servers.map(({ address }) => address);
const nodesOf = (redis: Redis): string[] =>
  redis
    .stats()
    .nodes.map(({ node }) => node)
    .sort();

function at<T>(list: readonly T[], index: number): T {
  const item = list[index];
  if (item === undefined) throw new Error(`nothing at ${index}`);
  return item;
}

/** A key for each shard of three. */
const keys = ['b', 'c', 'a'];

async function write(redis: Redis): Promise<void> {
  for (const key of keys) await redis.set(key, `value of ${key}`);
}

async function readAll(redis: Redis): Promise<void> {
  for (const key of keys) assert.equal(await redis.get(key), `value of ${key}`);
}

/** How many connections with this name the server has. */
async function connectionsOf(server: Server, name: string): Promise<number> {
  return String(await server.ask('CLIENT', 'LIST')).split(`name=${name} `).length - 1;
}

/** How often the server was sent the command. */
async function callsOf(server: Server, command: string): Promise<number> {
  return Number(/calls=(\d+)/.exec((await server.info('commandstats'))[`cmdstat_${command}`] ?? '')?.[1] ?? 0);
}

const started = (options: ClusterOptions = {}): Promise<Cluster> => Cluster.start({ replicas: 0, ...options });

describe('a client of a cluster', () => {
  it('that is told to use another database is refused at once where there is one', async () => {
    // Valkey 9 may have more: https://valkey.io/topics/cluster-spec/
    const config = Server.version().product === 'valkey' && Server.version().major >= 9 ? ['cluster-databases 1'] : [];
    await using group = await started({ server: { config } });
    await using redis = createClient({ topology: cluster(addressesOf(group)), database: 2 });
    const errors: string[] = [];
    redis.on('error', ({ code }) => errors.push(code));
    const watch = Stopwatch.start();
    await assert.rejects(redis.set('a', '1'), (error: Error) => error instanceof DatabaseError && /SELECT/.test(error.message));
    await assert.rejects(redis.connect(), { code: 'ERR_DATABASE' });
    await assert.rejects(redis.get('b'), { code: 'ERR_DATABASE' });
    assert.ok(watch.ownMs < 1_000);
    assert.ok(errors.includes('ERR_DATABASE'));
  });

  const { program = null } = databasesProgram();
  if (program !== null) {
    it('uses another database where the servers have several, also after redirections, failures and on connections of its own', async () => {
      await using group = await started({ server: { program, config: ['cluster-databases 4'] } });
      await using redis = createClient({ topology: cluster(addressesOf(group)), database: 2 });
      await write(redis);
      const slot = calculateSlot('a');
      const owner = await group.nodeForSlot(slot);
      const other = at(
        group.servers.filter((server) => server !== owner),
        0,
      );
      assert.match(String(await owner.ask('INFO', 'keyspace')), /db2:keys=1/);
      await using admin = new ClusterAdmin({ nodes: [owner.address] });
      await admin.run(await admin.planReshard({ from: [owner.address], to: other.address, slots: [slot] }));
      if (String(await owner.ask('COMMAND', 'INFO', 'MSETEX')) !== '') {
        // The client's map is stale by now, and this server stores them wherever they are sent to.
        assert.equal(await redis.msetex({ '{a}1': '1', '{a}2': '2' }), 1);
        assert.equal(await redis.del(['{a}1', '{a}2']), 2);
      }
      assert.equal(await redis.get('a'), 'value of a', 'resharding takes the keys of all databases');
      assert.match(String(await other.ask('INFO', 'keyspace')), /db2:keys=2/);
      for (const server of group.servers) await server.ask('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
      await readAll(redis);
      assert.deepEqual(await redis.multi().get('a').exec(), ['value of a']);
      await redis.lease(async (connection) => assert.equal(await connection.get('a'), 'value of a'), { key: 'a' });
      assert.doesNotMatch(String(await owner.ask('INFO', 'keyspace')), /db0/);
    });
  }

  it('goes by the host names that servers prefer, and has them checked against their certificates', async () => {
    const config = ['cluster-announce-hostname localhost', 'cluster-preferred-endpoint-type hostname'];
    await using group = await started({ server: { tls: true, config } });
    const checked = new Set<string>();
    const checkServerIdentity = (host: string): undefined => void checked.add(host);
    const seed = `rediss://127.0.0.1:${at(group.servers, 0).tlsPort}`;
    await using redis = createClient({ topology: cluster([seed]), tls: { ...clientTls(), checkServerIdentity } });
    await until(
      async () => {
        await write(redis);
        return nodesOf(redis).every((node) => node.startsWith('localhost:'));
      },
      { timeoutMs: 10_000, what: 'all nodes have told their names' },
    );
    await readAll(redis);
    assert.deepEqual(nodesOf(redis), group.servers.map(({ tlsPort }) => `localhost:${tlsPort}`).sort());
    assert.ok(checked.has('localhost'));

    await using trusting = createClient({ topology: cluster([seed.replace('127.0.0.1', 'localhost')]), tls: clientTls() });
    await readAll(trusting);
  });

  it('counts a node once that it knows by two names', async () => {
    await using group = await started();
    const { port } = at(group.servers, 0);
    await using redis = createClient({ topology: cluster([`localhost:${port}`, `127.0.0.1:${port}`]), clientName: 'twice' });
    await write(redis);
    await sleep(50);
    assert.deepEqual(nodesOf(redis), addressesOf(group).sort());
    // One for commands; the monitor has its own, by the seed's name too.
    assert.ok((await connectionsOf(at(group.servers, 0), 'twice')) <= 3);
  });

  it('follows a node that comes back under another address, without a failure', async () => {
    await using group = await started();
    const moving = await group.nodeForSlot(calculateSlot('a'));
    const relay = await Relay.start({ host: moving.host, port: moving.port });
    try {
      await using redis = createClient({ topology: cluster(addressesOf(group)), clientName: 'follower', monitor: { periodMs: 200 } });
      await write(redis);
      assert.ok(nodesOf(redis).includes(moving.address));
      await moving.ask('CONFIG', 'SET', 'cluster-announce-port', relay.port);
      await until(
        async () => {
          await readAll(redis);
          return nodesOf(redis).includes(relay.address) && !nodesOf(redis).includes(moving.address);
        },
        { timeoutMs: 10_000, what: 'the client goes by the new address' },
      );
      await write(redis);
      assert.ok(relay.connections >= 1);
      // What it had with the old address is over: all that is left goes through the relay.
      await until(async () => (await connectionsOf(moving, 'follower')) <= relay.connections);
    } finally {
      await relay.stop();
    }
  });

  it('reaches nodes that announce addresses of another network by addressMap, also after MOVED', async () => {
    await using group = await started();
    const hidden = at(group.servers, 2);
    await hidden.ask('CONFIG', 'SET', 'cluster-announce-ip', '192.0.2.7');
    await until(async () => String(await at(group.servers, 0).ask('CLUSTER', 'NODES')).includes('192.0.2.7'), { timeoutMs: 10_000 });
    const addressMap = { [`192.0.2.7:${hidden.port}`]: hidden.address };
    await using redis = createClient({ topology: cluster([at(group.servers, 0).address]), addressMap });
    await write(redis);
    await readAll(redis);
    const from = at(group.servers, 0);
    const slot = calculateSlot('b');
    assert.equal(await group.nodeForSlot(slot), from);
    await group.moveSlots(from, hidden, slot, slot);
    await readAll(redis);
    assert.ok(nodesOf(redis).includes(hidden.address));
  });

  it('lets commands end on a node that is removed, then closes its connections', async () => {
    // It has few slots, because to move them takes the longest.
    await using group = await started({ firstSlots: [0, 5_461, 15_400] });
    const leaving = at(group.servers, 2);
    await using redis = createClient({ topology: cluster(addressesOf(group)), clientName: 'leaver', monitor: { periodMs: 200 } });
    await using admin = new ClusterAdmin({ nodes: [at(group.servers, 0).address] });
    await write(redis);
    const outcome = await admin.run(await admin.planReshard({ from: [leaving.address], to: at(group.servers, 0).address, slots: 'all' }));
    assert.equal(outcome.status, 'done');
    await readAll(redis);
    assert.ok((await connectionsOf(leaving, 'leaver')) >= 1);
    let running = true;
    const failures: unknown[] = [];
    const load = (async () => {
      while (running) {
        await readAll(redis).catch((error: unknown) => failures.push(error));
        await sleep(2);
      }
    })();
    await admin.run(await admin.planDelNode(leaving.address));
    await until(async () => (await connectionsOf(leaving, 'leaver')) === 0, { timeoutMs: 10_000, what: 'its connections are closed' });
    running = false;
    await load;
    assert.deepEqual(failures, []);
    assert.ok(!nodesOf(redis).includes(leaving.address));
  });
});

describe('reads on the replicas of a cluster', () => {
  let group: Cluster;
  before('start a cluster with replicas', async () => {
    group = await Cluster.start();
  });
  after('stop it', () => group.stop());

  const withReplica = async (key: string): Promise<{ primary: Server; replica: Server }> => {
    const { primary, replicas } = await group.shardForSlot(calculateSlot(key));
    return { primary, replica: at(replicas, 0) };
  };

  it('stay there when their connections break: each of these says READONLY', async () => {
    await using redis = createClient({ topology: cluster(addressesOf(group)), reads: 'replica' });
    await write(redis);
    const { primary, replica } = await withReplica('a');
    await until(async () => (await redis.get('a')) === 'value of a');
    const before = await callsOf(replica, 'readonly');
    const onPrimary = await callsOf(primary, 'get');
    const reads = await callsOf(replica, 'get');
    for (let round = 0; round < 3; round++) {
      await replica.ask('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
      for (let i = 0; i < 20; i++) assert.equal(await redis.get('a'), 'value of a');
    }
    assert.ok((await callsOf(replica, 'readonly')) >= before + 3);
    assert.ok((await callsOf(replica, 'get')) >= reads + 60);
    assert.equal(await callsOf(primary, 'get'), onPrimary);
  });

  it('of a replica that went to another shard are answered, and asked for elsewhere from then on', async () => {
    await using redis = createClient({ topology: cluster(addressesOf(group)), reads: 'replicaPreferred' });
    await write(redis);
    const { replica } = await withReplica('a');
    const { primary: other } = await withReplica('b');
    await until(async () => (await redis.get('a')) === 'value of a');
    await replica.ask('CLUSTER', 'REPLICATE', String(await other.ask('CLUSTER', 'MYID')));
    const watch = Stopwatch.start();
    await until(
      async () => {
        const before = await callsOf(replica, 'get');
        for (let i = 0; i < 20; i++) assert.equal(await redis.get('a'), 'value of a');
        return (await callsOf(replica, 'get')) === before;
      },
      { timeoutMs: 10_000, what: 'it is asked no more' },
    );
    const { ownMs } = watch;
    assert.ok(ownMs < 750, `after ${Math.round(ownMs)} ms`);
    const late = await callsOf(replica, 'get');
    for (let i = 0; i < 50; i++) assert.equal(await redis.get('a'), 'value of a');
    assert.equal(await callsOf(replica, 'get'), late, 'it is not asked for this slot any more');
  });
});

/** A server with several databases in a cluster: the one of this run, or one that is unpacked. */
function databasesProgram(): { program?: string | null } {
  const run = Server.version();
  if (run.product === 'valkey' && run.major >= 9) return {};
  const program = unpackedServer('valkey-9');
  return { program: program !== null && (versionOf(program)?.major ?? 0) >= 9 ? program : null };
}
