import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import calculateSlot from 'cluster-key-slot';
import { certificateFiles } from '../../support/certificates.js';
import { Cluster } from '../../support/cluster.js';
import { Server } from '../../support/server.js';
import { until } from '../../support/wait.js';
import {
  assertComplete,
  assertOnce,
  at,
  describeAdminCluster,
  emptyServer,
  fill,
  idOf,
  keysIn,
  refused,
  run,
  runCommand,
  slotwise,
} from './admin-cluster.js';

describeAdminCluster('slotwise cluster', (t) => {
  it('has made a cluster of empty servers, and has nothing to do when it is asked again', async () => {
    const { nodes } = await t.admin.read();
    const primaries = [...nodes.values()].filter(({ role }) => role === 'primary');
    assert.deepEqual(primaries.map(({ slots }) => slots.length).sort(), [5461, 5461, 5462]);
    for (const { id } of primaries) assert.equal([...nodes.values()].filter(({ primaryId }) => primaryId === id).length, 1);
    await t.redis.set('a', '1');
    assert.equal(await t.redis.get('a'), '1');
    await t.redis.del('a');
    const again = await slotwise('create', ...t.members.map(({ address }) => address), '--replicas', 1, '--yes');
    assert.doesNotMatch(again, /give|introduce|make/);
  });

  it('refuses to make a cluster of servers with data, of members of another one, and of too few', async () => {
    await using other = await Server.start(emptyServer);
    // A node without a cluster takes no commands for keys.
    await other.ask('DEBUG', 'POPULATE', 1);
    const some = [t.spare.address, other.address];
    const usage = await refused('create', ...some, '--yes');
    assert.match(usage, /at least 3 primaries/);
    assert.match(await refused('create', ...some, t.first, '--yes'), /holds 1 key|belongs to another cluster/);
    assert.match(await refused('create', t.spare.address, t.spare.address, t.first, '--yes'), /given twice/);
  });

  it('shows a plan and does nothing with --dry-run', async () => {
    const before = await slotwise('info', t.first);
    const plan = await slotwise('reshard', t.first, '--from', 'all', '--to', t.first, '--count', 10, '--dry-run');
    assert.match(plan, /move 10 slots/);
    assert.equal(await slotwise('info', t.first), before);
    assert.match(await refused('reshard', t.first, '--from', 'all', '--to', t.first, '--count', 10), /--yes/);
  });

  it('prints JSON for programs, and lines of 100 columns for people', async () => {
    const state = JSON.parse(await slotwise('check', t.first, '--json')) as {
      ok: boolean;
      nodes: { address: string; slotCount: number }[];
    };
    assert.equal(state.ok, true);
    assert.deepEqual(state.nodes.map(({ address }) => address).sort(), t.members.map(({ address }) => address).sort());
    assert.equal(
      state.nodes.reduce((sum, { slotCount }) => sum + slotCount, 0),
      16_384,
    );
    for (const line of (await slotwise('info', t.first)).split('\n')) assert.ok(line.length <= 100, line);
    assert.match(await slotwise('top', t.first, '--count', 1), /ops\/s/);
  });

  it('moves 2,000 slots with their keys under load, and no command fails', async () => {
    const keys = keysIn(4_000, (slot) => slot < 5461);
    await fill(t.redis, keys);
    const target = at(t.members, 1);
    let running = true;
    let commands = 0;
    const failures: unknown[] = [];
    const counters = new Map<string, number>();
    const load = async (offset: number): Promise<void> => {
      for (let i = offset; running; i++) {
        const key = at(keys, (i * 7) % keys.length);
        const counter = `n:{${key}}`;
        try {
          assert.equal(await t.redis.get(key), `value of ${key}`);
          assert.equal(await t.redis.incr(counter), (counters.get(counter) ?? 0) + 1);
          counters.set(counter, (counters.get(counter) ?? 0) + 1);
        } catch (error) {
          failures.push(error);
        }
        commands += 2;
        // Each load has its own counters, so that it knows what comes.
        i += 7;
        await sleep(1);
      }
    };
    const loads = Array.from({ length: 8 }, (_, index) => load(index));
    const moved = await runCommand(['reshard', t.first, '--from', t.first, '--to', target.address, '--slots', '0-1999', '--yes']);
    running = false;
    await Promise.all(loads);
    assert.match(moved.output, /done: 2,000 slots/);
    assert.deepEqual(failures, []);
    assert.ok(commands > 200, `${commands} commands`);
    await assertComplete(t.redis, keys);
    for (const [counter, value] of counters) assert.equal(await t.redis.get(counter), String(value));
    const slots = new Set(await t.slotsOf(target));
    for (let slot = 0; slot < 2_000; slot++) assert.ok(slots.has(slot));
  });

  it('adds a node, gives it its share, refuses to remove it while it has slots, removes it, and adds it again', async () => {
    const added = t.spare.address;
    const keys = keysIn(1_000, () => true);
    await fill(t.redis, keys);
    await t.redis.functionLoad("#!lua name=admin\nredis.register_function('answer', function() return 42 end)");
    await slotwise('add-node', added, t.first, '--yes');
    assert.match(String(await t.spare.ask('FUNCTION', 'LIST')), /answer/, 'a new primary has the functions that the others have');
    await slotwise('rebalance', t.first, '--weight', `${added}=0.2`, '--yes');
    const share = (await t.admin.read()).nodes.get(await idOf(t.spare))?.slots.length ?? 0;
    assert.ok(Math.abs(share - 1024) <= 20, `${share} slots`);
    await assertComplete(t.redis, keys);

    assert.match(await refused('del-node', t.first, added, '--yes'), /holds 1,0\d\d slots/);
    await slotwise('rebalance', t.first, '--weight', `${added}=0`, '--yes');
    const oldId = await idOf(t.spare);
    await slotwise('del-node', t.first, added, '--yes');
    assert.ok(!(await t.admin.read()).nodes.has(oldId));
    await assertComplete(t.redis, keys);

    // A new replica waits so long for its first synchronisation.
    for (const member of t.members) await member.ask('CONFIG', 'SET', 'repl-diskless-sync-delay', 1);
    await slotwise('add-node', added, t.first, '--replica-of', 'auto', '--yes');
    assert.equal((await t.spare.info('replication')).master_link_status, 'up', 'its first synchronisation has ended');
    for (const member of t.members) await member.ask('CONFIG', 'SET', 'repl-diskless-sync-delay', 0);
    const { nodes } = await t.admin.read();
    assert.equal(nodes.get(await idOf(t.spare))?.role, 'replica');
    assert.notEqual(await idOf(t.spare), oldId);
    await run(t.admin, await t.admin.planDelNode(added));
    await assertComplete(t.redis, keys);
  });

  it('makes a replica the primary, and has nothing to do when it is asked again', async () => {
    const replica = [...(await t.admin.read()).nodes.values()].find(({ role }) => role === 'replica');
    const name = replica?.name ?? '';
    await slotwise('failover', t.first, name, '--yes');
    assert.match(await slotwise('failover', t.first, name, '--yes'), /is a primary already/);
  });

  it('forgets a node that is gone, and adds another one with its old address', async () => {
    const added = t.spare.address;
    await run(t.admin, await t.admin.planAddNode(added));
    assert.match(await refused('forget', t.first, added, '--yes'), /del-node/);
    const formerId = await idOf(t.spare);
    const { port } = t.spare;
    await t.spare.stop();
    t.servers[6] = await Server.start({ ...emptyServer, port });
    assert.ok((await t.look()).some(({ kind }) => kind === 'unreachable'));
    const plan = await slotwise('add-node', added, t.first, '--replica-of', 'auto', '--yes');
    assert.match(plan, new RegExp(`forget .* \\(${formerId.slice(0, 8)}\\)`));
    await until(async () => !(await t.admin.read()).nodes.has(formerId), { what: 'the old id is forgotten' });
    assert.equal((await t.admin.read()).nodes.get(await idOf(t.spare))?.role, 'replica');

    await t.spare.kill();
    await until(async () => (await t.look()).some(({ kind }) => kind === 'unreachable'), { timeoutMs: 10_000 });
    await run(t.admin, await t.admin.planForget(added));
    assert.equal((await t.admin.read()).nodes.size, 6);
  });
});

describe('slotwise cluster, with a password over TLS', () => {
  it('moves keys: the servers log in at each other', async function () {
    this.timeout(60_000);
    await using group = await Cluster.start({ replicas: 0, server: { tls: true, password: 'secret' } });
    const [from, to] = [at(group.servers, 0), at(group.servers, 1)];
    const keys = keysIn(200, (slot) => slot < 100);
    using connection = await from.connect();
    for (const key of keys) await connection.ask('SET', key, `value of ${key}`);
    const access = ['--password', 'secret', '--cacert', certificateFiles.ca];
    const { host, tlsPort } = from;
    assert.match(await refused('check', `${host}:${tlsPort}`, '--cacert', certificateFiles.ca), /NOAUTH|credentials/);
    const moved = await slotwise(
      ...['reshard', `${host}:${tlsPort}`, '--from', `${host}:${tlsPort}`, '--to', `${host}:${to.tlsPort}`],
      ...['--slots', '0-99', '--yes', ...access],
    );
    assert.match(moved, /100 slots and 200 keys moved/);
    await assertOnce(
      [from, to],
      calculateSlot(at(keys, 0)),
      keys.filter((key) => calculateSlot(key) === calculateSlot(at(keys, 0))).length,
    );
    assert.match(await slotwise('check', `${host}:${tlsPort}`, ...access), /ok|warning/);
  });
});
