import assert from 'node:assert/strict';
import { AdminError, ReplicationAdmin, SentinelAdmin, type SentinelPlan } from '../../../lib/admin/index.js';
import { SentinelGroup } from '../../support/sentinel.js';
import { Server } from '../../support/server.js';
import { until } from '../../support/wait.js';
import { at } from './admin-cluster.js';
import { slotwise } from './slotwise.js';

describe('the administration of a group of Sentinels', function () {
  this.timeout(60_000);
  let group: SentinelGroup;
  let admin: SentinelAdmin;
  /** A server that the Sentinels do not watch. */
  let lone: Server;
  /**
   * Has the Sentinels look and tell each other of themselves more often. They make a server a replica that has called itself primary for four
   * times the period of their messages: that must be longer than a promotion takes.
   */
  const hurry = (publishMs = 500): Promise<unknown> =>
    Promise.all(
      group.sentinels
        .filter(({ state }) => state === 'running')
        .map((sentinel) => sentinel.ask('SENTINEL', 'DEBUG', 'PUBLISH-PERIOD', publishMs, 'INFO-PERIOD', 200, 'PING-PERIOD', 300)),
    );
  before('start a primary, two replicas and three Sentinels', async () => {
    [group, lone] = await Promise.all([SentinelGroup.start({ downAfterMs: 1_000 }), Server.start({ password: 'of-the-lone-one' })]);
    await hurry();
    admin = new SentinelAdmin({ nodes: [at(group.sentinels, 0).address] });
  });
  after('stop the servers', async () => {
    admin?.close();
    await Promise.all([group?.stop(), lone?.stop()]);
  });

  const sentinels = (): string[] => group.sentinels.map(({ address }) => address);
  async function done(by: SentinelAdmin, plan: SentinelPlan): Promise<void> {
    const { status, results } = await by.run(plan);
    assert.equal(status, 'done', JSON.stringify(results));
  }
  const kinds = async (by: SentinelAdmin = admin): Promise<string[]> =>
    (await by.check()).map(({ severity, kind }) => `${severity} ${kind}`);

  it('finds all servers and Sentinels from one, and nothing wrong', async () => {
    const { kind, title, rows, problems } = await admin.report();
    assert.deepEqual([kind, title], ['sentinel', `group ${group.name}: 3 servers, 3 Sentinels`]);
    assert.deepEqual(
      rows.map(({ name, role }) => `${role} ${name}`).sort(),
      [
        ...(await Promise.all(
          group.nodes.map(async (node) => `${(await node.info('replication')).role === 'master' ? 'primary' : 'replica'} ${node.address}`),
        )),
        ...sentinels().map((address) => `sentinel ${address}`),
      ].sort(),
    );
    assert.deepEqual(
      problems.filter(({ severity }) => severity === 'error'),
      [],
    );
    assert.deepEqual(
      (await admin.ckquorum()).map(({ ok }) => ok),
      [true, true, true],
    );
  });

  it('is found by a URL or an address, and its servers lead to the primary', async () => {
    const url = `redis+sentinel://${sentinels().join(',')}/${group.name}`;
    for (const words of [[url], [at(sentinels(), 0)], sentinels()]) {
      const { code, out } = await slotwise('check', ...words, '--json');
      const report = JSON.parse(out) as { ok: boolean; kind: string };
      assert.deepEqual([code, report.ok, report.kind], [0, true, 'sentinel'], out);
    }
    const replica = at(await group.replicas(), 0);
    assert.match((await slotwise('info', replica.address)).out, new RegExp(`^${(await group.primary()).address} +primary`, 'm'));
    for (const [words, text] of [
      [['cluster', 'check', at(sentinels(), 0)], /is a Sentinel, not a node of a cluster/],
      [['cluster', 'check', replica.address], /is a replica without cluster mode, not a node of a cluster/],
      [['sentinel', 'info', replica.address], /is a replica without cluster mode, not a Sentinel/],
      [['replication', 'check', at(sentinels(), 0)], /is a Sentinel, not a server without cluster mode/],
      [['check', `redis+sentinel://${at(sentinels(), 0)}/other`], /do not know a group named "other": they watch mymaster/],
    ] as const) {
      const { code, out, err } = await slotwise(...words);
      assert.deepEqual([code, out, err.split('\n').length], [3, '', 2], err);
      assert.match(err, text);
    }
  });

  it('leaves the handover to the Sentinels', async () => {
    await using direct = new ReplicationAdmin({ nodes: [at(group.nodes, 0).address] });
    await assert.rejects(direct.planFailover(), /3 Sentinels watch .*slotwise sentinel failover/);
  });

  it('sets at all Sentinels what not all have, and reads it back', async () => {
    await at(group.sentinels, 1).ask('SENTINEL', 'SET', group.name, 'parallel-syncs', 2);
    assert.ok((await kinds()).includes('warning sentinel-settings'));
    const plan = await admin.planSet({ 'parallel-syncs': '2', 'failover-timeout': '9000' });
    assert.equal(plan.steps.length, 5);
    await done(admin, plan);
    for (const { replies } of (await admin.read()).sentinels) {
      assert.equal(replies?.view?.primary.fields.get('parallel-syncs'), '2');
      assert.equal(replies?.view?.failoverTimeoutMs, 9_000);
    }
    assert.ok(!(await kinds()).includes('warning sentinel-settings'));
    await assert.rejects(admin.planSet({ quorum: '4' }), /a quorum of 4 cannot be reached by 3 Sentinels/);
    await assert.rejects(admin.planSet({ quorums: '2' }), /did you mean quorum/);
    // Another hand was faster: the plan would be another one now.
    const late = await admin.planSet({ 'parallel-syncs': '1' });
    await at(group.sentinels, 1).ask('SENTINEL', 'SET', group.name, 'parallel-syncs', 1);
    await assert.rejects(admin.run(late), (error) => error instanceof AdminError && error.reason === 'changed');
    await done(admin, await admin.planSet({ 'parallel-syncs': '1' }));
  });

  it('sets nothing where one Sentinel would refuse its part', async () => {
    const other = at(group.sentinels, 1);
    await other.ask('ACL', 'SETUSER', 'default', '-sentinel|set');
    const refused = new RegExp(`may not send ${other.address} SENTINEL SET .*Nothing was done`);
    await assert.rejects(admin.planSet({ 'parallel-syncs': '3' }), refused);
    await other.ask('ACL', 'SETUSER', 'default', '+sentinel|set');
    assert.equal((await admin.planSet({ 'parallel-syncs': '3' })).steps.length, 3);
  });

  it('promotes a replica: all Sentinels name it, it is the primary, and the old one follows it', async () => {
    const old = await group.primary();
    const plan = await admin.planFailover({ coordinated: false });
    assert.match(plan.notes.join('\n'), /these writes are acknowledged and lost/);
    const { status, primary } = await admin.run(plan);
    assert.equal(status, 'done');
    assert.notEqual(primary, old.address);
    assert.equal((await group.primary()).address, primary);
    assert.equal((await old.info('replication')).role, 'slave');
    assert.deepEqual(
      (await admin.check()).filter(({ severity }) => severity === 'error'),
      [],
    );
    // A failover that this server does not know is refused before anything is done.
    if (Server.version().product === 'redis') await assert.rejects(admin.planFailover({ coordinated: true }), /came with Valkey 9/);
  });

  it('tells a dead Sentinel and a quorum that cannot be reached, and has the others forget it', async () => {
    const dead = at(group.sentinels, 2);
    await dead.kill();
    await until(async () => (await kinds()).includes('warning sentinel-dead-peer'), { what: 'the others take it for dead' });
    await done(admin, await admin.planSet({ quorum: '3' }));
    assert.ok((await kinds()).includes('error sentinel-quorum'));
    const { code, out } = await slotwise('sentinel', 'ckquorum', at(sentinels(), 0));
    assert.equal(code, 1);
    assert.match(out, /NOQUORUM/);
    await done(admin, await admin.planSet({ quorum: '2' }));
    // Each Sentinel takes another one for dead by its own word.
    const steps = async (): Promise<string> => (await admin.planReset()).steps.map(({ do: what }) => what).join();
    await until(async () => (await steps()) === 'reset,rediscover,reset,rediscover', { what: 'both have noticed that it is dead' });
    const plan = await admin.planReset();
    await done(admin, plan);
    assert.ok(!(await kinds()).some((kind) => kind.includes('dead-peer') || kind.startsWith('error')));
    assert.equal((await admin.read()).sentinels.length, 2);
    assert.deepEqual((await admin.planReset()).steps, []);
    // It comes back, and the others find it again.
    await dead.restart();
    await hurry();
    await until(async () => (await admin.read()).sentinels.length === 3, { timeoutMs: 15_000, what: 'it is found again' });
  });

  it('tells Sentinels that disagree about the primary', async () => {
    const other = at(group.sentinels, 2);
    await using free = await Server.start();
    // The others would tell it the primary with their next message.
    await hurry(60_000);
    await other.ask('SENTINEL', 'REMOVE', group.name);
    await other.ask('SENTINEL', 'MONITOR', group.name, free.host, free.port, 2);
    await using all = new SentinelAdmin({ nodes: sentinels(), name: group.name });
    const problem = (await all.check()).find(({ kind, severity }) => kind === 'sentinel-views' && severity === 'error');
    assert.match(problem?.text ?? '', new RegExp(`disagree about the primary: .*${free.address}`));
    await assert.rejects(all.planFailover(), /disagree about the primary/);
    await other.ask('SENTINEL', 'REMOVE', group.name);
    await hurry();
    // A Sentinel of the group that does not watch it is made to.
    const monitor = await all.planMonitor((await group.primary()).address, {
      settings: { 'down-after-milliseconds': '1000', 'failover-timeout': '9000' },
    });
    assert.deepEqual(new Set(monitor.steps.map(({ sentinel }) => sentinel.name)), new Set([other.address]));
    await done(all, monitor);
    await until(async () => (await all.check()).every(({ severity }) => severity !== 'error'), { timeoutMs: 15_000, what: 'they agree' });
  });

  it('watches another group, tells a password that the Sentinels lack, and watches it no longer', async () => {
    await using second = new SentinelAdmin({ nodes: sentinels(), name: 'second', password: 'of-the-lone-one' });
    const plan = await second.planMonitor(lone.address, { settings: { 'down-after-milliseconds': '300' } });
    assert.match(plan.notes.join('\n'), /wants a password/);
    await done(second, plan);
    await hurry();
    const said = async (): Promise<string> => (await second.check()).map(({ text }) => text).join('\n');
    await until(async () => /answers, and .* for down: they may not know its password/.test(await said()), {
      what: 'the Sentinels cannot log in',
    });
    const nameless = await slotwise('sentinel', 'info', at(sentinels(), 0));
    assert.equal(nameless.code, 3);
    assert.match(nameless.err, /watches 2 groups; say which one: redis\+sentinel:.*\/second/);
    const set = await second.planSet({ 'auth-pass': 'of-the-lone-one' });
    assert.ok(!JSON.stringify(set).includes('lone-one'), 'a plan shows no password');
    await done(second, set);
    await until(async () => !/for down/.test(await said()), { timeoutMs: 15_000, what: 'the Sentinels log in' });
    await done(second, await second.planRemove());
    await assert.rejects(second.read(), /do not know a group named "second"/);
  });
});
