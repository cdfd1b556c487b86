import assert from 'node:assert/strict';
import calculateSlot from 'cluster-key-slot';
import { ClusterAdmin, describeStep, type Outcome, type Plan, planFromJson, planToJson, RunError } from '../../../lib/admin/index.js';
import { Cluster } from '../../support/cluster.js';
import { Server } from '../../support/server.js';
import { until } from '../../support/wait.js';
import { at, describeAdminCluster, emptyServer, idOf, MIGRATE_TIMEOUT_MS, refused, run, slotwise } from './admin-cluster.js';

const slotsFrom = (first: number, count: number): number[] => Array.from({ length: count }, (_, index) => first + index);

/** So many keys of each of these slots. */
function keysOfSlots(slots: readonly number[], each: number): string[] {
  const wanted = new Set(slots);
  const tags = new Map<number, string>();
  for (let i = 0; tags.size < wanted.size; i++) {
    const slot = calculateSlot(String(i));
    if (wanted.has(slot) && !tags.has(slot)) tags.set(slot, String(i));
  }
  return [...tags.values()].flatMap((tag) => Array.from({ length: each }, (_, index) => `{${tag}}:${index}`));
}

async function fillAt(server: Server, keys: readonly string[]): Promise<void> {
  using connection = await server.connect();
  for (let i = 0; i < keys.length; i += 1_000) await Promise.all(keys.slice(i, i + 1_000).map((key) => connection.ask('SET', key, 'x')));
}

async function keysIn(servers: readonly Server[]): Promise<number> {
  const sizes = await Promise.all(
    servers.map(async (server) => ((await server.info('replication')).role === 'master' ? server.ask('DBSIZE') : 0)),
  );
  return sizes.reduce<number>((sum, size) => sum + Number(size), 0);
}

/** The run's refusal or failure. */
async function failureOf(outcome: Promise<Outcome>): Promise<Error> {
  return await outcome.then(
    ({ status }) => assert.fail(`it ended as ${status}`),
    (error: unknown) => (error instanceof Error ? error : assert.fail()),
  );
}

describeAdminCluster('a run of a plan', (t) => {
  it('is refused where another operator has mended the cluster meanwhile, and every key stays', async () => {
    const owner = at(await t.primaries(), 0);
    const second = at(await t.primaries(), 1);
    // The owner first: the others would hear from it again that it has them.
    for (const server of [owner, ...t.members.filter((member) => member !== owner)]) {
      await server.ask('CLUSTER', 'DELSLOTSRANGE', 100, 399).catch(() => undefined);
    }
    // Operator 1 looks at the plan.
    const plan = await t.admin.planFix();
    assert.match(plan.steps.map(describeStep).join('\n'), /make .* the owner of slots 100-399/);
    // Operator 2 does not.
    const slots = slotsFrom(100, 300);
    await second.ask('CLUSTER', 'ADDSLOTSRANGE', 100, 399);
    await until(async () => new Set([...(await t.admin.read()).views.values()].map(({ owners }) => owners)).size === 1, {
      timeoutMs: 10_000,
      what: 'all know the new owner',
    });
    const keys = keysOfSlots(slots, 67);
    await fillAt(second, keys);
    const before = await keysIn(t.members);
    const refusal = await failureOf(t.admin.run(plan));
    assert.match(refusal.message, /^the cluster has changed since the plan was made: .* the owner of slots 100-399 .*Nothing was done/);
    // A plan that does not say what it was made for is stopped by the look before its first step.
    const { request: _, ...bare } = plan;
    const guarded = await failureOf(t.admin.run(bare));
    assert.match(guarded.message, /the cluster has changed.*owns slots 100-399 now, so it is not safe to make .*Nothing was done/);
    assert.equal(await keysIn(t.members), before);
    assert.deepEqual(
      (await t.slotsOf(second)).filter((slot) => slot >= 100 && slot < 400),
      slots,
    );
    await second.ask('FLUSHALL');
  });

  it('of a plan from a file goes on after a stop, and does nothing the second time', async () => {
    const [source, target] = await t.primaries();
    assert.ok(source !== undefined && target !== undefined);
    const made = await t.admin.planReshard({ from: [source.address], to: target.address, slots: 30 });
    const plan = planFromJson(JSON.parse(JSON.stringify(planToJson(made))));
    const stop = new AbortController();
    const stopped = await t.admin.run(plan, { stop: stop.signal, onProgress: ({ slots }) => slots >= 10 && stop.abort() });
    assert.equal(stopped.status, 'stopped');
    // The nodes agree already: another command is not refused.
    await t.admin.planRebalance();
    const rest = await t.admin.run(plan);
    assert.deepEqual([rest.status, rest.slots], ['done', 30 - stopped.slots]);
    const again = await t.admin.run(plan);
    assert.deepEqual([again.status, again.slots, again.left], ['done', 0, []]);
  });

  it('whose target is full names what is left and the way back, and fix --back takes it', async () => {
    const [source, target] = await t.primaries();
    assert.ok(source !== undefined && target !== undefined);
    const slots = (await t.slotsOf(source)).slice(0, 50);
    const keys = keysOfSlots(slots, 20);
    await fillAt(source, keys);
    const plan = await t.admin.planReshard({ from: [source.address], to: target.address, slots });
    let full: Promise<unknown> | null = null;
    const failure = await failureOf(
      t.admin.run(plan, {
        batch: 1,
        migrateTimeoutMs: MIGRATE_TIMEOUT_MS,
        onProgress: () => {
          full ??= target.ask('CONFIG', 'SET', 'maxmemory', 1);
        },
      }),
    );
    await full;
    assert.ok(failure instanceof RunError, failure.message);
    assert.match(failure.message, /OOM.*slotwise cluster fix --back/);
    assert.doesNotMatch(failure.message, /nothing is lost/i);
    const left = failure.left.flatMap((step) => (step.do === 'moveSlots' ? step.slots : []));
    assert.equal(left.length, 50 - failure.progress.slots);
    const back = await slotwise('fix', t.first, '--back', '--yes');
    assert.match(back, /back to .*, which keeps the slots|end the open state/);
    assert.ok((await t.admin.check()).every(({ kind }) => kind !== 'open'));
    assert.equal(await keysIn(t.members), keys.length);
    await target.ask('CONFIG', 'SET', 'maxmemory', 0);
    // What is left is as many as were asked for in the first place.
    const outcome = await t.admin.run(await t.admin.planReshard({ from: [source.address], to: target.address, slots: left }));
    assert.equal(outcome.slots + failure.progress.slots, 50);
    assert.equal(await keysIn(t.members), keys.length);
    for (const server of [source, target]) await server.ask('FLUSHALL');
  });

  it('that waits for a node whose bus cannot be reached says so, and ends at once with the signal', async () => {
    await using newcomer = await Server.start({ ...emptyServer, config: [...emptyServer.config, 'cluster-announce-bus-port 1'] });
    const { nodes } = await t.admin.read();
    const [member] = [...nodes.values()].filter(({ role }) => role === 'primary');
    assert.ok(member !== undefined);
    const { host, port, address } = newcomer;
    const other = { id: await idOf(newcomer), name: address, address: { host, port }, peer: { host, port, busPort: 1 } };
    const plan: Plan = {
      title: 'join',
      notes: [],
      steps: [
        { do: 'meet', node: member, other },
        { do: 'join', nodes: [member, other] },
      ],
    };
    const stop = new AbortController();
    const notes: string[] = [];
    const outcome = await t.admin.run(plan, {
      stop: stop.signal,
      onNote: (text) => {
        notes.push(text);
        stop.abort();
      },
    });
    assert.deepEqual([outcome.status, outcome.left.map((step) => step.do)], ['stopped', ['join']]);
    assert.match(
      at(notes, 0),
      /do not know each other yet: port 1 \(cluster bus\) of .* cannot be reached from here either \(ECONNREFUSED\)/,
    );
    assert.equal(notes.length, 1);
  });

  it('promotes no replica that has lost its link, and does not ask the servers', async () => {
    const { nodes } = await t.admin.read();
    const replica = [...nodes.values()].find(
      ({ role, primaryId }) => role === 'replica' && (nodes.get(primaryId ?? '')?.slots.length ?? 0) > 0,
    );
    assert.ok(replica !== undefined);
    const primary = t.memberAt(nodes.get(replica.primaryId ?? '')?.name);
    const plan = await t.admin.planFailover(replica.name);
    try {
      await primary.ask('ACL', 'SETUSER', 'default', '-psync', '-sync');
      await primary.ask('CLIENT', 'KILL', 'TYPE', 'replica');
      const server = t.memberAt(replica.name);
      await until(async () => (await server.info('replication')).master_link_status === 'down', { what: 'the link is down' });
      await server.ask('CONFIG', 'RESETSTAT');
      assert.match((await failureOf(t.admin.run(plan))).message, /has no link to .*--force|is still copying/);
      assert.match(await refused('failover', t.first, replica.name, '--yes'), /has no link to .* would be paused in vain|is still copying/);
      assert.equal((await server.info('commandstats'))['cmdstat_cluster|failover'], undefined);
    } finally {
      await primary.ask('ACL', 'SETUSER', 'default', '+psync', '+sync');
      await until(async () => (await t.memberAt(replica.name).info('replication')).master_link_status === 'up', { timeoutMs: 10_000 });
    }
  });
});

describe('a cluster that loses a primary', function () {
  this.timeout(60_000);
  let cluster: Cluster;
  let admin: ClusterAdmin;
  before(async () => {
    cluster = await Cluster.start({ replicas: 0 });
    admin = new ClusterAdmin({ nodes: cluster.servers.map(({ address }) => address) });
  });
  after(async () => {
    admin.close();
    await cluster.stop();
  });

  it('as the target of a move is not said to have lost nothing, and its slots go to others in one range each', async () => {
    const [source, target, third] = cluster.servers;
    assert.ok(source !== undefined && target !== undefined && third !== undefined);
    await fillAt(source, keysOfSlots(slotsFrom(0, 300), 5));
    const plan = await admin.planReshard({
      from: [source.address],
      to: target.address,
      slots: slotsFrom(0, 300),
    });
    assert.match(plan.notes.join('\n'), /replica/);
    let killed: Promise<void> | null = null;
    const failure = await failureOf(
      admin.run(plan, {
        migrateTimeoutMs: MIGRATE_TIMEOUT_MS,
        onProgress: ({ slots }) => {
          if (slots > 50) killed ??= target.kill();
        },
      }),
    );
    await killed;
    assert.ok(failure instanceof RunError, failure.message);
    assert.match(failure.message, /Keys that .* had got, of slots 0-\d+.*some may be lost.*slotwise cluster check/);
    assert.doesNotMatch(failure.message, /nothing is lost|run again, goes on/i);

    const fix = await admin.planFix({ takeUnreachable: true });
    assert.match(fix.notes.join('\n'), /the keys of 5,\d\d\d slots that only .* has are lost/);
    assert.match(fix.notes.join('\n'), /2 primaries with slots will be left: .* no majority/);
    await run(admin, fix);
    const ranges = (await source.ask('CLUSTER', 'SLOTS')) as unknown[];
    assert.ok(ranges.length <= 6, `${ranges.length} ranges`);
    const problems = await admin.check();
    assert.ok(!problems.some(({ kind }) => kind === 'uncovered' || kind === 'open' || kind === 'disagreement'), JSON.stringify(problems));
  });
});
