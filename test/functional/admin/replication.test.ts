import assert from 'node:assert/strict';
import { AdminError, ReplicationAdmin, type ReplicationTree } from '../../../lib/admin/index.js';
import { createClient, type Redis, replication } from '../../../lib/index.js';
import { linked, ReplicationGroup } from '../../support/replication.js';
import { Server } from '../../support/server.js';
import { until } from '../../support/wait.js';
import { AcknowledgedLoad } from './acknowledged-load.js';
import { at } from './admin-cluster.js';
import { slotwise } from './slotwise.js';

describe('the administration of a replication group', function () {
  this.timeout(60_000);
  let group: ReplicationGroup;
  let admin: ReplicationAdmin;
  let redis: Redis;
  before('start a primary, two replicas and a replica of a replica', async () => {
    group = await ReplicationGroup.start({ replicas: 2, cascaded: 1, server: { config: ['repl-ping-replica-period 1'] } });
    admin = new ReplicationAdmin({ nodes: [group.primary.address] });
    redis = createClient({ topology: replication(group.servers.map(({ address }) => address)) });
  });
  after('stop the servers', async () => {
    admin?.close();
    await redis?.close();
    await group?.stop();
  });
  afterEach('check the group', async () => {
    await until(async () => (await admin.check()).every(({ severity }) => severity !== 'error'), { timeoutMs: 10_000, what: 'no errors' });
  });

  const edges = (tree: ReplicationTree): string[] => tree.servers.map(({ name, primary }) => `${name} of ${primary}`).sort();

  it('finds the same tree, with the replica of a replica, from any server', async () => {
    const expected = [
      `${group.primary.address} of null`,
      ...group.replicas.map(({ address }) => `${address} of ${group.primary.address}`),
      ...group.cascaded.map(({ address }) => `${address} of ${group.replicas[0]?.address}`),
    ].sort();
    for (const { address, port } of group.servers) {
      await using from = new ReplicationAdmin({ nodes: [address, `localhost:${port}`] });
      assert.deepEqual(edges(await from.read()), expected);
    }
    const { kind, rows, problems } = await admin.report();
    assert.equal(kind, 'replication');
    assert.deepEqual(rows.map(({ depth }) => depth).sort(), [0, 1, 1, 2]);
    assert.deepEqual(
      problems.filter(({ severity }) => severity === 'error'),
      [],
    );
  });

  it('hands over under load and back, and no command fails and no acknowledged write is lost', async () => {
    const load = new AcknowledgedLoad(redis);
    await load.advance(200);
    const [first, second] = [at(group.replicas, 0), at(group.replicas, 1)];
    const there = await admin.run(await admin.planFailover(first.address));
    assert.deepEqual(
      { ...there, following: [...there.following].sort() },
      {
        status: 'done',
        primary: first.address,
        following: [group.primary, second, at(group.cascaded, 0)].map(({ address }) => address).sort(),
        missing: [],
        notes: [],
      },
    );
    assert.equal((await group.primary.info('replication')).master_port, String(first.port));
    assert.equal((await second.info('replication')).master_port, String(first.port), 'the other replica follows the new primary');
    await load.advance(200);
    // The way back is the command that the plan names.
    const { code, out } = await slotwise('failover', first.address, group.primary.address, '--yes', '--json');
    const { plan, outcome } = JSON.parse(out) as {
      plan: { steps: { do: string }[] };
      outcome: { status: string; primary: string; missing: unknown[] };
    };
    assert.deepEqual([code, outcome.status, outcome.primary, outcome.missing], [0, 'done', group.primary.address, []], out);
    assert.deepEqual(
      plan.steps.slice(0, 2).map((step) => step.do),
      ['handover', 'follow'],
    );
    await load.advance(200);
    await load.stop();
    assert.deepEqual([load.failures, load.unknown], [[], []]);
    // The restart of a server that was a replica for a while does not make two primaries.
    await group.primary.restart();
    await linked(group.primary, [first, second]);
    assert.equal((await admin.read()).servers.filter(({ role }) => role === 'primary').length, 1);
  });

  describe('with a replica that hangs when the handover begins', () => {
    let load: AcknowledgedLoad;
    const replica = (): Server => at(group.replicas, 1);
    // Under load the primary is ahead of what the replica has confirmed, so that it has to wait.
    beforeEach(async () => {
      load = new AcknowledgedLoad(redis, 4);
      await load.advance(50);
    });
    afterEach(async () => {
      replica().resume();
      await load.advance(50);
      await load.stop();
      assert.deepEqual([load.failures, load.unknown], [[], []]);
      await linked(group.primary, group.replicas);
    });

    it('calls the handover back when it is stopped, and the primary takes writes again', async () => {
      const stop = new AbortController();
      const plan = await admin.planFailover(replica().address, { timeoutMs: 30_000 });
      const running = admin.run(plan, { stop: stop.signal, onStep: () => replica().pause() });
      await until(async () => (await group.primary.info('replication')).master_failover_state === 'waiting-for-sync', { what: 'it waits' });
      stop.abort();
      await until(async () => (await group.primary.info('replication')).master_failover_state === 'no-failover', {
        what: 'it was called back',
      });
      // The group is read at the end, and the hung replica with it.
      replica().resume();
      const { status, primary } = await running;
      assert.deepEqual([status, primary], ['stopped', group.primary.address]);
    });

    it('says so when the time limit is over, and the primary takes writes again', async () => {
      const running = admin.run(await admin.planFailover(replica().address, { timeoutMs: 300 }), { onStep: () => replica().pause() });
      const isGivenUp = (error: unknown): boolean =>
        error instanceof AdminError && error.reason === 'failed' && /did not catch up within 300 ms/.test(error.message);
      await assert.rejects(running, isGivenUp);
      assert.equal((await group.primary.info('replication')).role, 'master');
    });
  });

  it('tells of a new primary that hangs while it takes over, and ends when it is stopped', async () => {
    const target = at(group.replicas, 0);
    const stop = new AbortController();
    // It may lack a ping: after the time the hand-off begins anyway.
    const plan = await admin.planFailover(target.address, { force: true, timeoutMs: 300 });
    const notes: string[] = [];
    const onNote = (text: string): void => void notes.push(text);
    const running = admin.run(plan, { stop: stop.signal, onNote, onStep: () => target.pause() });
    const isStuck = assert.rejects(running, (error) => error instanceof AdminError && /is still handing over to/.test(error.message));
    await until(() => notes.length > 0, { timeoutMs: 20_000, what: 'it is told' });
    stop.abort();
    await isStuck;
    target.resume();
    await until(async () => (await target.info('replication')).role === 'master', { timeoutMs: 10_000, what: 'it takes over' });
    await linked(target, [group.primary]);
    await admin.run(await admin.planFailover(group.primary.address));
    await at(group.replicas, 1).ask('REPLICAOF', group.primary.host, group.primary.port);
    await linked(group.primary, group.replicas);
  });

  it('does not carry out a plan when another one would be made now', async () => {
    const [first, second] = [at(group.replicas, 0), at(group.replicas, 1)];
    const plan = await admin.planFailover(first.address);
    await second.ask('REPLICAOF', first.host, first.port);
    await linked(first, [second]);
    await assert.rejects(admin.run(plan), (error) => error instanceof AdminError && error.reason === 'changed');
    await second.ask('REPLICAOF', group.primary.host, group.primary.port);
    await linked(group.primary, [second]);
  });

  it('refuses a replica without a link before the primary holds any write, and the check tells', async () => {
    const replica = at(group.replicas, 1);
    const login = (username: string, password: string): Promise<unknown> =>
      replica.ask('CONFIG', 'SET', 'masteruser', username, 'masterauth', password);
    await login('nobody', 'wrong');
    await group.primary.ask('CLIENT', 'KILL', 'TYPE', 'replica');
    try {
      await until(async () => (await replica.info('replication')).master_link_status === 'down', { what: 'the link is down' });
      await linked(group.primary, [at(group.replicas, 0)]);
      await assert.rejects(admin.planFailover(replica.address), /has no link to it: a handover would hold the writes of all clients/);
      // Its primary does not list it now.
      await using all = new ReplicationAdmin({ nodes: group.servers.map(({ address }) => address) });
      // Replicas of replicas synchronise anew meanwhile, and have no link either.
      const link = (await all.check()).find(({ kind, nodes }) => kind === 'replica-link' && nodes?.includes(replica.address));
      assert.equal(link?.severity, 'error', link?.text);
    } finally {
      await login('', '');
    }
    await linked(group.primary, group.replicas);
  });

  it('refuses what would end half done: a command without the right to it, and a primary that could not log in', async () => {
    const [first, second] = [at(group.replicas, 0), at(group.replicas, 1)];
    for (const server of group.servers) await server.ask('ACL', 'SETUSER', 'ops', 'on', '>secret', '~*', '&*', '+@all');
    await second.ask('ACL', 'SETUSER', 'ops', '-replicaof');
    await using ops = new ReplicationAdmin({ nodes: [group.primary.address], username: 'ops', password: 'secret' });
    const refused = new RegExp(`may not send ${second.address} REPLICAOF .*Nothing was done`);
    await assert.rejects(ops.planFailover(first.address), refused);
    await second.ask('ACL', 'SETUSER', 'ops', '+replicaof');
    const plan = await ops.planFailover(first.address);
    // It would hold writes for as long as it cannot log in.
    await group.primary.ask('CONFIG', 'SET', 'masteruser', 'nobody', 'masterauth', 'wrong');
    try {
      await assert.rejects(ops.run(plan), new RegExp(`${group.primary.address} could not log in at ${first.address}`));
    } finally {
      await group.primary.ask('CONFIG', 'SET', 'masteruser', '', 'masterauth', '');
    }
    assert.equal((await group.primary.info('replication')).role, 'master');
  });

  it('finds two primaries, and hands over from neither', async () => {
    await using other = await Server.start();
    await using both = new ReplicationAdmin({ nodes: [group.primary.address, other.address] });
    const problems = await both.check();
    const found = problems.find(({ kind }) => kind === 'two-primaries');
    assert.equal(found?.severity, 'error');
    assert.deepEqual([...(found?.nodes ?? [])].sort(), [group.primary.address, other.address].sort());
    await assert.rejects(both.planFailover(), /both call themselves primary/);
  });
});
