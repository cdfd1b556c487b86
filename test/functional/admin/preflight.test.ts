import assert from 'node:assert/strict';
import calculateSlot from 'cluster-key-slot';
import { ClusterAdmin, type Plan } from '../../../lib/admin/index.js';
import { Cluster } from '../../support/cluster.js';
import { describeOn } from '../../support/other-servers.js';
import { claimPort, releasePort } from '../../support/ports.js';
import { Server, type ServerOptions, startAll, stopAll } from '../../support/server.js';
import { until } from '../../support/wait.js';
import { at, emptyServer, refused, slotwise } from './admin-cluster.js';

const MIB = 1_048_576;
const bigKey = 'big{k}';
const bigSlot = calculateSlot(bigKey);

describe('before a change to a cluster', function () {
  this.timeout(60_000);
  let group: Cluster;
  let admin: ClusterAdmin;
  /** The owner of the slot of the large key, another primary, and the replica of the first. */
  let from: Server;
  let to: Server;
  let replica: Server;

  before('start a cluster', async () => {
    group = await Cluster.start({ replicas: 1 });
    admin = new ClusterAdmin({ nodes: [at(group.servers, 0).address] });
    from = await group.nodeForSlot(bigSlot);
    to = (await group.primaries()).find((server) => server !== from) ?? assert.fail('no other primary');
    replica = (await group.view()).find(({ primary }) => primary === from)?.replicas[0] ?? assert.fail('no replica');
  });
  after('stop it', async () => {
    admin.close();
    await group.stop();
  });

  const reshard = (more: { readonly skipLarger?: number; readonly slots?: readonly number[] } = {}): Promise<Plan> =>
    admin.planReshard({ from: [from.address], to: to.address, slots: [bigSlot, bigSlot + 1], ...more });

  describe('keys that move', () => {
    before('set a large key and a small one', async () => {
      const script = "for i = 1, 20000 do redis.call('HSET', KEYS[1], i, string.rep('x', 1000)) end return redis.call('SET', '{k}', 1)";
      using connection = await from.connect({ timeoutMs: 30_000 });
      await connection.ask('EVAL', script, 2, bigKey, '{k}');
    });

    it('are measured: a large one is named, its slot moved last, or left where it is', async () => {
      const { steps, notes } = await reshard();
      assert.deepEqual(
        steps.map((step) => ('slots' in step ? step.slots : step.do)),
        [[bigSlot + 1], [bigSlot], 'settle'],
      );
      assert.match(
        notes.join('\n'),
        new RegExp(`slot ${bigSlot}: key "big\\{k\\}" \\(hash, 2\\d(\\.\\d)? MiB\\) blocks both nodes for about 0\\.\\d s`),
      );
      const left = await reshard({ skipLarger: MIB });
      assert.deepEqual(
        left.steps.map((step) => ('slots' in step ? step.slots : step.do)),
        [[bigSlot + 1], 'settle'],
      );
      assert.match(left.notes.join('\n'), /stay where they are: they have keys of more than 1,048,576 bytes/);
    });

    it('do not move to a target without room for them', async () => {
      const { used_memory: used } = await to.info('memory');
      await to.ask('CONFIG', 'SET', 'maxmemory', Number(used) + 4 * MIB);
      try {
        await assert.rejects(
          reshard(),
          /has [\d.]+ [KM]iB left of its maxmemory .* about 2\d(\.\d)? MiB come: raise maxmemory there.* Nothing was done$/,
        );
        await to.ask('CONFIG', 'SET', 'maxmemory-policy', 'allkeys-lru');
        assert.match((await reshard()).notes.join('\n'), /it will evict keys \(maxmemory-policy allkeys-lru\)/);
      } finally {
        await to.ask('CONFIG', 'SET', 'maxmemory', 0, 'maxmemory-policy', 'noeviction');
      }
    });

    it('move with the rights to it, at the target as well, and to keys that are there', async () => {
      const cases: readonly (readonly [server: Server, rules: readonly string[], expected: RegExp])[] = [
        [to, ['-restore-asking'], /user operator may not send \S+ RESTORE-ASKING \(.*ACL SETUSER operator \+restore-asking/],
        [to, ['-select'], /SELECT/],
        [from, ['-migrate'], /user operator may not send \S+ MIGRATE \(to send keys\)/],
        [from, ['-cluster|setslot'], /CLUSTER SETSLOT .* \+cluster\|setslot/],
        [to, ['resetkeys', '~other*'], /RESTORE-ASKING with all keys .* ~\*/],
        [to, ['resetkeys', '~big*', '~{k}*'], /^$/],
      ];
      for (const server of group.servers)
        await server.ask('ACL', 'SETUSER', 'operator', 'reset', 'on', '>secret', 'allkeys', '&*', '+@all');
      const operator = new ClusterAdmin({ nodes: [from.address], username: 'operator', password: 'secret' });
      try {
        for (const [server, rules, expected] of cases) {
          await server.ask('ACL', 'SETUSER', 'operator', ...rules);
          const message = await operator.planReshard({ from: [from.address], to: to.address, slots: [bigSlot] }).then(
            () => '',
            (error: Error) => error.message,
          );
          assert.match(message, expected);
          await server.ask('ACL', 'SETUSER', 'operator', 'allkeys', '+@all');
        }
        await to.ask('ACL', 'SETUSER', 'operator', '-acl|dryrun');
        const { notes } = await operator.planReshard({ from: [from.address], to: to.address, slots: [bigSlot] });
        assert.match(notes.join('\n'), new RegExp(`rights at ${to.address} suffice is not known`));
      } finally {
        operator.close();
        for (const server of group.servers) await server.ask('ACL', 'DELUSER', 'operator');
      }
    });

    it('say that they are on no replica there', async () => {
      const follower = (await group.view()).find(({ primary }) => primary === to)?.replicas[0] ?? assert.fail('no replica');
      assert.doesNotMatch((await reshard()).notes.join('\n'), /no replica with a link/);
      await follower.ask('CONFIG', 'SET', 'masterauth', 'wrong', 'masteruser', 'nobody');
      await follower.ask('CLIENT', 'KILL', 'TYPE', 'master');
      try {
        await until(async () => (await follower.info('replication')).master_link_status === 'down', { what: 'the link is down' });
        assert.match((await reshard()).notes.join('\n'), new RegExp(`${to.address} has no replica with a link: .*--wait-replicas`));
      } finally {
        await follower.ask('CONFIG', 'SET', 'masterauth', '', 'masteruser', '');
      }
      await until(async () => (await follower.info('replication')).master_link_status === 'up', { timeoutMs: 10_000, what: 'it is up' });
    });

    it('leave a primary without slots that follows the target', async () => {
      const { notes } = await admin.planReshard({ from: [from.address], to: to.address, slots: 'all' });
      assert.match(
        notes.join('\n'),
        new RegExp(`${from.address}, ${replica.address} without slots: they become replicas of ${to.address}`),
      );
    });
  });

  it('a failover is refused while the replica has no link to its primary', async () => {
    await replica.ask('CONFIG', 'SET', 'masterauth', 'wrong', 'masteruser', 'nobody');
    await replica.ask('CLIENT', 'KILL', 'TYPE', 'master');
    try {
      await until(async () => (await replica.info('replication')).master_link_status === 'down', { what: 'the link is down' });
      await assert.rejects(admin.planFailover(replica.address), new RegExp(`${replica.address} has no link to ${from.address}.* in vain`));
      assert.match((await admin.planFailover(replica.address, { mode: 'force' })).notes.join('\n'), /what was written since then is lost/);
    } finally {
      await replica.ask('CONFIG', 'SET', 'masterauth', '', 'masteruser', '');
    }
    await until(async () => (await replica.info('replication')).master_link_status === 'up', { timeoutMs: 10_000, what: 'it is up' });
  });

  describe('a server that joins', () => {
    /** With a server of these options. */
    async function withServer(options: ServerOptions, use: (server: Server) => Promise<void>): Promise<void> {
      await using server = await Server.start(options);
      await use(server);
    }

    it('is a node', async () => {
      await withServer({}, async ({ address }) => {
        const expected = new RegExp(`${address} runs without cluster mode: set cluster-enabled yes`);
        await assert.rejects(admin.planAddNode(address), expected);
        await using creator = new ClusterAdmin({ nodes: [address, 'localhost:1', at(group.servers, 0).address] });
        await assert.rejects(creator.planCreate(), new RegExp(`${expected.source}.*; .*localhost:1.*ECONNREFUSED`));
      });
      await withServer({ sentinel: true }, async ({ address }) => {
        await assert.rejects(admin.planAddNode(address), new RegExp(`${address} .*is a Sentinel`));
      });
    });

    it('listens where others look for its bus', async () => {
      const port = await claimPort();
      const config = [...emptyServer.config, `cluster-announce-bus-port ${port}`];
      try {
        await withServer({ config }, async ({ address }) => {
          const text = await refused('add-node', address, at(group.servers, 0).address, '--yes');
          assert.match(text, new RegExp(`port ${port} \\(cluster bus\\) of ${address} cannot be reached \\(ECONNREFUSED\\)`));
        });
      } finally {
        releasePort(port);
      }
      assert.equal((await admin.read()).nodes.size, 6);
    });

    it('announces an address that can be reached, the clocks of the others, and no functions of its own', async () => {
      const config = ['cluster-enabled yes', 'cluster-config-file nodes.conf', 'cluster-node-timeout 9000', 'cluster-announce-port 1'];
      await withServer({ config }, async (server) => {
        await server.ask('CLUSTER', 'ADDSLOTSRANGE', 0, 16_383);
        await until(() => server.ask('FUNCTION', 'LOAD', "#!lua name=own\nredis.register_function('f', function() return 1 end)"), {});
        await server.ask('CLUSTER', 'DELSLOTSRANGE', 0, 16_383);
        const notes = (await admin.planAddNode(server.address)).notes.join('\n');
        assert.match(notes, /announces 127\.0\.0\.1:1, which cannot be reached from here \(ECONNREFUSED\)/);
        assert.match(notes, /cluster-node-timeout 9000, \S+ 2000/);
        assert.match(notes, /1 library of functions of its own/);
      });
    });

    it('has the password of the primary that it follows', async () => {
      const servers = await startAll(
        Array.from({ length: 6 }, () => ({
          ...emptyServer,
          auth: { password: 'secret' },
          config: [...emptyServer.config, 'requirepass secret'],
        })),
      );
      try {
        await using creator = new ClusterAdmin({ nodes: servers.map(({ address }) => address), password: 'secret' });
        await assert.rejects(
          creator.planCreate({ replicas: 1 }),
          /cannot log in at .* wants a password: set masterauth.*; .*cannot log in at .*;/,
        );
        assert.equal((await creator.planCreate()).steps.at(-1)?.do, 'settle');
      } finally {
        await stopAll(servers);
      }
    });
  });

  it('a node is found by any of its names', async () => {
    const [server] = group.servers;
    assert.ok(server !== undefined);
    assert.match((await admin.planFailover(`localhost:${server.port}`)).title, new RegExp(`${server.address} is a primary already`));
    await using named = new ClusterAdmin({ nodes: [`localhost:${server.port}`] });
    const byName = await named.planFailover(server.address);
    assert.match(byName.title, new RegExp(`localhost:${server.port} is a primary already`));
    assert.match((await named.planFailover(`LOCALHOST:${server.port}`)).title, /is a primary already/);
    await server.ask('CONFIG', 'SET', 'cluster-announce-hostname', 'redis-a.example');
    try {
      assert.match((await named.planFailover('redis-a.example')).title, /is a primary already/);
      assert.match((await named.planFailover(`redis-a.example:${server.port}`)).title, /is a primary already/);
    } finally {
      await server.ask('CONFIG', 'SET', 'cluster-announce-hostname', '');
    }
  });

  it('a replica follows another primary, and goes back', async () => {
    const first = at(group.servers, 0).address;
    assert.match(await slotwise('replicate', first, replica.address, to.address, '--yes'), /is left without a replica/);
    const idOfTarget = String(await to.ask('CLUSTER', 'MYID'));
    const following = [...(await admin.read()).nodes.values()].find(({ name }) => name === replica.address);
    assert.equal(following?.primaryId, idOfTarget);
    await slotwise('replicate', first, replica.address, from.address, '--yes');
    assert.match(await slotwise('replicate', first, replica.address, from.address, '--yes'), /is a replica of \S+ already/);
  });
});

describeOn('valkey-9', 'before a change to a cluster of Valkey 9', (program) => {
  it('keys in a database that a node has not do not move to it', async function () {
    this.timeout(60_000);
    const withDatabases: ServerOptions = { program, config: [...emptyServer.config, 'cluster-databases 4'] };
    const servers = await startAll([withDatabases, withDatabases, withDatabases, { ...emptyServer, program }]);
    try {
      const members = servers.slice(0, 3).map(({ address }) => address);
      const [owner, spare] = [at(servers, 0), at(servers, 3)];
      await slotwise('create', ...members, '--yes');
      const added = await slotwise('add-node', spare.address, at(members, 0), '--yes');
      assert.match(added, /has 1 database, \S+ 4: keys in databases that a node has not cannot move to it/);
      const key = Array.from({ length: 100_000 }, (_, i) => `k${i}`).find((each) => calculateSlot(each) < 100) ?? '';
      using connection = await owner.connect();
      await connection.ask('SELECT', 3);
      await connection.ask('SET', key, '1');
      const move = (slots: string): (string | number)[] => [
        ...['reshard', at(members, 0), '--from', owner.address, '--to', spare.address, '--slots', slots, '--yes'],
      ];
      const text = await refused(...move('0-99'));
      assert.match(text, /has 1 key of the slots in database 3, and \S+ has 1 database: set cluster-databases there .*\(4\)/);
      await using admin = new ClusterAdmin({ nodes: members });
      assert.deepEqual(
        (await admin.check()).filter(({ severity }) => severity === 'error'),
        [],
      );
      assert.match(await slotwise(...move('200-201')), /done: 2 slots/);
      assert.match(await refused('replicate', at(members, 0), spare.address, owner.address, '--yes'), /owns 2 slots/);
    } finally {
      await stopAll(servers);
    }
  });
});
