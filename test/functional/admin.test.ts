import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import calculateSlot from 'cluster-key-slot';
import { runCommandLine } from '../../lib/admin/cli/command-line.js';
import { ClusterAdmin, type Plan } from '../../lib/admin/index.js';
import { cluster, createClient, type Redis } from '../../lib/index.js';
import { certificateFiles } from '../support/certificates.js';
import { Cluster } from '../support/cluster.js';
import type { Reply } from '../support/resp.js';
import { Server, startAll, stopAll } from '../support/server.js';
import { until } from '../support/wait.js';

const program = fileURLToPath(new URL('../../lib/admin/cli/index.ts', import.meta.url));
const empty = { config: ['cluster-enabled yes', 'cluster-config-file nodes.conf', 'cluster-node-timeout 2000'] };

interface Run {
  readonly child: ChildProcess;
  /** What it has written so far. */
  readonly output: () => string;
  readonly ended: Promise<{ readonly code: number | null; readonly output: string }>;
}

/** The command line in a process of its own. */
function start(...args: readonly (string | number)[]): Run {
  const words = ['--import', 'tsx', program, 'cluster', ...args.map(String)];
  const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, SLOTWISE_PASSWORD: '' } });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const ended = new Promise<{ code: number | null; output: string }>((resolve) => child.once('close', (code) => resolve({ code, output })));
  return { child, output: () => output, ended };
}

/** The same in this process, which is faster. */
async function runHere(args: readonly (string | number)[]): Promise<{ readonly code: number; readonly output: string }> {
  let output = '';
  const screen = { write: (text: string) => (output += text) };
  const world = { stdout: screen, stderr: screen, env: {}, confirm: null, onInterrupt: () => () => undefined, exit: () => undefined };
  return { code: await runCommandLine(['cluster', ...args.map(String)], world), output };
}

async function slotwise(...args: readonly (string | number)[]): Promise<string> {
  const { code, output } = await runHere(args);
  assert.equal(code, 0, output);
  return output;
}

async function refused(...args: readonly (string | number)[]): Promise<string> {
  const { code, output } = await runHere(args);
  assert.notEqual(code, 0, output);
  return output;
}

function at<T>(list: readonly T[], index: number): T {
  const item = list.at(index);
  if (item === undefined) throw new Error(`nothing at ${index}`);
  return item;
}

/** `count` keys of the slots that `wanted` takes, as `k:0`, `k:1` …; a number each. */
function keysIn(count: number, wanted: (slot: number) => boolean): string[] {
  const keys: string[] = [];
  for (let i = 0; keys.length < count; i++) if (wanted(calculateSlot(`k:${i}`))) keys.push(`k:${i}`);
  return keys;
}

async function fill(redis: Redis, keys: readonly string[]): Promise<void> {
  await Promise.all(keys.map((key) => redis.set(key, `value of ${key}`)));
}

async function assertComplete(redis: Redis, keys: readonly string[]): Promise<void> {
  const values = await Promise.all(keys.map((key) => redis.get(key)));
  assert.deepEqual(
    keys.filter((key, index) => values[index] !== `value of ${key}`),
    [],
  );
}

/** Every key is on one node only. */
async function assertOnce(servers: readonly Server[], slot: number, count: number): Promise<void> {
  const counts = await Promise.all(
    servers.map(async (server) => {
      const { role } = await server.info('replication');
      return role === 'master' ? Number(await server.ask('CLUSTER', 'COUNTKEYSINSLOT', slot)) : 0;
    }),
  );
  assert.deepEqual(
    counts.filter((each) => each > 0),
    [count],
  );
}

async function idOf(server: Server): Promise<string> {
  return String(await server.ask('CLUSTER', 'MYID'));
}

async function run(admin: ClusterAdmin, plan: Plan): Promise<void> {
  const outcome = await admin.run(plan);
  assert.equal(outcome.status, 'done');
}

describe('slotwise cluster', function () {
  this.timeout(60_000);
  let servers: Server[] = [];
  /** Of the cluster; the last server is spare. */
  let members: Server[] = [];
  let redis: Redis;
  let admin: ClusterAdmin;
  const spare = (): Server => at(servers, 6);
  /** In the order of their slots. */
  const primaries = async (): Promise<Server[]> => {
    const nodes = [...(await admin.read()).nodes.values()]
      .filter(({ slots }) => slots.length > 0)
      .sort((a, b) => at(a.slots, 0) - at(b.slots, 0));
    return nodes.map(({ name }) =>
      at(
        members.filter(({ address }) => address === name),
        0,
      ),
    );
  };
  const first = (): string => at(members, 0).address;

  before('start empty servers and make a cluster of six', async () => {
    servers = await startAll(Array.from({ length: 7 }, () => empty));
    members = servers.slice(0, 6);
    await slotwise('create', ...members.map(({ address }) => address), '--replicas', 1, '--yes');
    redis = createClient({ topology: cluster(members.map(({ address }) => address)) });
    admin = new ClusterAdmin({ nodes: [first()] });
  });

  after('stop the servers', async () => {
    admin?.close();
    await redis?.close();
    await stopAll(servers);
  });

  /** What clients and operators count on after everything that is done here. */
  afterEach('check the cluster', async () => {
    const problems = await until(async () => (await admin.check()).filter(({ severity }) => severity === 'error').length === 0, {
      timeoutMs: 10_000,
      what: 'the cluster is whole',
    });
    assert.equal(problems, true);
  });

  it('has made a cluster of empty servers, and has nothing to do when it is asked again', async () => {
    const { nodes } = await admin.read();
    const primaries = [...nodes.values()].filter(({ role }) => role === 'primary');
    assert.deepEqual(primaries.map(({ slots }) => slots.length).sort(), [5461, 5461, 5462]);
    for (const { id } of primaries) assert.equal([...nodes.values()].filter(({ primaryId }) => primaryId === id).length, 1);
    await redis.set('a', '1');
    assert.equal(await redis.get('a'), '1');
    await redis.del('a');
    const again = await slotwise('create', ...members.map(({ address }) => address), '--replicas', 1, '--yes');
    assert.doesNotMatch(again, /give|introduce|make/);
  });

  it('refuses to make a cluster of servers with data, of members of another one, and of too few', async () => {
    await using other = await Server.start(empty);
    await other.ask('CLUSTER', 'ADDSLOTS', calculateSlot('a'));
    await until(async () => (await other.ask('CLUSTER', 'INFO'))?.toString().includes('cluster_state'), {});
    await other.ask('CONFIG', 'SET', 'cluster-require-full-coverage', 'no');
    await until(() => other.ask('SET', 'a', '1'), { what: 'it takes keys' });
    await other.ask('CLUSTER', 'DELSLOTS', calculateSlot('a'));
    const some = [spare().address, other.address];
    const usage = await refused('create', ...some, '--yes');
    assert.match(usage, /at least 3 primaries/);
    assert.match(await refused('create', ...some, first(), '--yes'), /holds 1 key|belongs to another cluster/);
    assert.match(await refused('create', spare().address, spare().address, first(), '--yes'), /given twice/);
  });

  it('shows a plan and does nothing with --dry-run', async () => {
    const before = await slotwise('info', first());
    const plan = await slotwise('reshard', first(), '--from', 'all', '--to', first(), '--count', 10, '--dry-run');
    assert.match(plan, /move 10 slots/);
    assert.equal(await slotwise('info', first()), before);
    assert.match(await refused('reshard', first(), '--from', 'all', '--to', first(), '--count', 10), /--yes/);
  });

  it('tells programs as JSON what it tells people', async () => {
    const told = JSON.parse(await slotwise('check', first(), '--json')) as { ok: boolean; nodes: { address: string; slotCount: number }[] };
    assert.equal(told.ok, true);
    assert.deepEqual(told.nodes.map(({ address }) => address).sort(), members.map(({ address }) => address).sort());
    assert.equal(
      told.nodes.reduce((sum, { slotCount }) => sum + slotCount, 0),
      16_384,
    );
    for (const line of (await slotwise('check', first())).split('\n')) assert.ok(line.length <= 100, line);
    assert.match(await slotwise('top', first(), '--count', 1), /ops\/s/);
  });

  it('moves 2,000 slots with their keys under load, and no command fails', async () => {
    const keys = keysIn(4_000, (slot) => slot < 5461);
    await fill(redis, keys);
    const target = at(members, 1);
    let running = true;
    let commands = 0;
    const failures: unknown[] = [];
    const counters = new Map<string, number>();
    const load = async (offset: number): Promise<void> => {
      for (let i = offset; running; i++) {
        const key = at(keys, (i * 7) % keys.length);
        const counter = `n:{${key}}`;
        try {
          assert.equal(await redis.get(key), `value of ${key}`);
          assert.equal(await redis.incr(counter), (counters.get(counter) ?? 0) + 1);
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
    const moved = await runHere(['reshard', first(), '--from', first(), '--to', target.address, '--slots', '0-1999', '--yes']);
    running = false;
    await Promise.all(loads);
    assert.match(moved.output, /done: 2,000 slots/);
    assert.deepEqual(failures, []);
    assert.ok(commands > 200, `${commands} commands`);
    await assertComplete(redis, keys);
    for (const [counter, value] of counters) assert.equal(await redis.get(counter), String(value));
    const slots = new Set((await admin.read()).nodes.get(await idOf(target))?.slots);
    for (let slot = 0; slot < 2_000; slot++) assert.ok(slots.has(slot));
  });

  describe('when it is interrupted', () => {
    const slot = calculateSlot('{big}');
    const keys = Array.from({ length: 6_000 }, (_, i) => `{big}:${i}`);
    const command = (from: string, to: string): (string | number)[] => [
      ...['reshard', from, '--from', from, '--to', to, '--slots', `${slot - 1}-${slot + 1}`, '--batch', 1, '--yes'],
    ];
    let source: Server;
    let target: Server;

    beforeEach('fill a slot', async () => {
      await fill(redis, keys);
      const state = await admin.read();
      const owner = [...state.nodes.values()].find(({ slots }) => slots.includes(slot));
      const other = [...state.nodes.values()].find(({ slots, id }) => slots.length > 0 && id !== owner?.id);
      source = at(
        members.filter(({ address }) => address === owner?.name),
        0,
      );
      target = at(
        members.filter(({ address }) => address === other?.name),
        0,
      );
    });

    /** The command, once it is in the middle of the slot. */
    async function startedMove(): Promise<Run> {
      const move = start(...command(source.address, target.address));
      await until(async () => Number(await target.ask('CLUSTER', 'COUNTKEYSINSLOT', slot)) > 50, { everyMs: 2, timeoutMs: 20_000 });
      return move;
    }

    it('by SIGINT, finishes the slot, says what is left, and goes on from there', async () => {
      const move = await startedMove();
      move.child.kill('SIGINT');
      const { code, output } = await move.ended;
      assert.equal(code, 130, output);
      assert.match(output, new RegExp(`--slots ${slot + 1}\\b`));
      assert.deepEqual(await admin.check(), []);
      await assertOnce(members, slot, keys.length);
      await assertComplete(redis, keys);
      await slotwise(...command(source.address, target.address));
      const { nodes } = await admin.read();
      for (const moved of [slot - 1, slot, slot + 1]) assert.ok(nodes.get(await idOf(target))?.slots.includes(moved));
    });

    for (const [how, signals] of [
      ['by SIGINT twice', ['SIGINT', 'SIGINT']],
      ['by SIGKILL', ['SIGKILL']],
    ] as const) {
      it(`${how}, leaves every key where clients find it, and the same command goes on`, async () => {
        const move = await startedMove();
        for (const signal of signals) {
          move.child.kill(signal);
          await sleep(20);
        }
        const { code } = await move.ended;
        assert.notEqual(code, 0);
        assert.ok(
          (await admin.check()).some(({ kind }) => kind === 'open'),
          'the slot is open',
        );
        await assertComplete(redis, keys);
        // What the source has counts, because clients are served by it: a copy of it at the target is older.
        const key = String(((await source.ask('CLUSTER', 'GETKEYSINSLOT', slot, 1)) as Reply[])[0]);
        using connection = await target.connect();
        await connection.ask('ASKING');
        await connection.ask('SET', key, 'older');
        const again = await slotwise(...command(source.address, target.address));
        assert.match(again, /finish moving 1 slot/);
        await assertOnce(members, slot, keys.length);
        await assertComplete(redis, keys);
      });
    }

    it('and the commander does not come back, fix finishes it', async () => {
      const move = await startedMove();
      move.child.kill('SIGKILL');
      await move.ended;
      await slotwise('fix', first(), '--yes');
      assert.deepEqual(await admin.check(), []);
      await assertOnce(members, slot, keys.length);
      await assertComplete(redis, keys);
    });
  });

  describe('fix', () => {
    it('ends an open slot that nothing has moved of', async () => {
      const [other, , owner] = await primaries();
      assert.ok(owner !== undefined && other !== undefined);
      const slot = (await admin.read()).nodes.get(await idOf(owner))?.slots.at(-1) ?? -1;
      await other.ask('CLUSTER', 'SETSLOT', slot, 'IMPORTING', await idOf(owner));
      assert.ok((await admin.check()).some(({ kind }) => kind === 'open'));
      await slotwise('fix', first(), '--yes');
      assert.ok((await admin.read()).nodes.get(await idOf(owner))?.slots.includes(slot));
    });

    it('takes keys that were left on a node to the owner of their slot, and asks which counts where there are two', async () => {
      const [other, , owner] = await primaries();
      assert.ok(owner !== undefined && other !== undefined);
      const ownSlots = (await admin.read()).nodes.get(await idOf(owner))?.slots ?? [];
      const keys = keysIn(3, (slot) => slot === ownSlots.at(-5));
      const slot = ownSlots.at(-5) ?? -1;
      const [alone = '', both = ''] = keys;
      await redis.set(both, 'of the owner');
      using connection = await other.connect();
      await connection.ask('CLUSTER', 'SETSLOT', slot, 'IMPORTING', await idOf(owner));
      for (const key of [alone, both]) {
        await connection.ask('ASKING');
        await connection.ask('SET', key, 'of the other');
      }
      // The mark is lost, as in a failover: nothing shows that there are keys.
      await connection.ask('CLUSTER', 'SETSLOT', slot, 'STABLE');
      assert.match(await refused('fix', first(), '--yes'), /--duplicates/);
      await slotwise('fix', first(), '--duplicates', 'owner', '--yes');
      assert.equal(await redis.get(alone), 'of the other');
      assert.equal(await redis.get(both), 'of the owner');
      await assertOnce(members, slot, 2);
      await redis.del(keys);
    });

    it('finds an owner for slots without one: the node that has their keys', async () => {
      const owner = at(await primaries(), 2);
      const slots = (await admin.read()).nodes.get(await idOf(owner))?.slots ?? [];
      const [withKey = 0, without = 0] = slots.slice(-40, -38);
      const [key = ''] = keysIn(1, (slot) => slot === withKey);
      await redis.set(key, 'kept');
      for (const server of members) await server.ask('CLUSTER', 'DELSLOTS', withKey, without).catch(() => undefined);
      assert.match(await refused('check', first()), /2 slots of 16,384 served by no reachable primary/);
      await slotwise('fix', first(), '--yes');
      assert.equal(await redis.get(key), 'kept');
      assert.ok((await admin.read()).nodes.get(await idOf(owner))?.slots.includes(withKey));
    });
  });

  it('adds a node, gives it its share, refuses to remove it while it has slots, removes it, and adds it again', async () => {
    const added = spare().address;
    const keys = keysIn(1_000, () => true);
    await fill(redis, keys);
    await redis.functionLoad("#!lua name=admin\nredis.register_function('answer', function() return 42 end)");
    await slotwise('add-node', added, first(), '--yes');
    assert.match(String(await spare().ask('FUNCTION', 'LIST')), /answer/, 'a new primary has the functions that the others have');
    await slotwise('rebalance', first(), '--weight', `${added}=0.2`, '--yes');
    const share = (await admin.read()).nodes.get(await idOf(spare()))?.slots.length ?? 0;
    assert.ok(Math.abs(share - 1024) <= 20, `${share} slots`);
    await assertComplete(redis, keys);

    assert.match(await refused('del-node', first(), added, '--yes'), /holds 1,0\d\d slots/);
    await slotwise('rebalance', first(), '--weight', `${added}=0`, '--yes');
    const oldId = await idOf(spare());
    await slotwise('del-node', first(), added, '--yes');
    assert.ok(!(await admin.read()).nodes.has(oldId));
    await assertComplete(redis, keys);

    await slotwise('add-node', added, first(), '--replica-of', 'auto', '--yes');
    const { nodes } = await admin.read();
    assert.equal(nodes.get(await idOf(spare()))?.role, 'replica');
    assert.notEqual(await idOf(spare()), oldId);
    await run(admin, await admin.planDelNode(added));
    await assertComplete(redis, keys);
  });

  it('makes a replica the primary, and has nothing to do when it is asked again', async () => {
    const replica = [...(await admin.read()).nodes.values()].find(({ role }) => role === 'replica');
    const name = replica?.name ?? '';
    await slotwise('failover', first(), name, '--yes');
    assert.match(await slotwise('failover', first(), name, '--yes'), /is a primary already/);
  });

  it('forgets a node that is gone, and adds another one with its old address', async () => {
    const added = spare().address;
    await run(admin, await admin.planAddNode(added));
    assert.match(await refused('forget', first(), added, '--yes'), /del-node/);
    const ghost = await idOf(spare());
    const { port } = spare();
    await spare().stop();
    servers[6] = await Server.start({ ...empty, port });
    assert.ok((await admin.check()).some(({ kind }) => kind === 'unreachable'));
    const plan = await slotwise('add-node', added, first(), '--replica-of', 'auto', '--yes');
    assert.match(plan, new RegExp(`forget .* \\(${ghost.slice(0, 8)}\\)`));
    await until(async () => !(await admin.read()).nodes.has(ghost), { what: 'the old id is forgotten' });
    assert.equal((await admin.read()).nodes.get(await idOf(spare()))?.role, 'replica');

    await spare().kill();
    await until(async () => (await admin.check()).some(({ kind }) => kind === 'unreachable'), { timeoutMs: 10_000 });
    await run(admin, await admin.planForget(added));
    assert.equal((await admin.read()).nodes.size, 6);
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
