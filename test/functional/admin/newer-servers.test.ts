import assert from 'node:assert/strict';
import calculateSlot from 'cluster-key-slot';
import { ClusterAdmin } from '../../../lib/admin/index.js';
import { cluster, createClient, type Redis } from '../../../lib/index.js';
import { Cluster } from '../../support/cluster.js';
import { describeOn } from '../../support/other-servers.js';
import type { Server } from '../../support/server.js';
import { until } from '../../support/wait.js';
import { assertComplete, assertOnce, at, fill, idOf, keysIn, MIGRATE_TIMEOUT_MS, runCommand, slotwise } from './admin-cluster.js';

const range = (first: number, last: number): number[] => Array.from({ length: last - first + 1 }, (_, slot) => first + slot);

/** A cluster whose first shard gives slots to its second one. */
class Moving {
  readonly from: Server;
  readonly to: Server;
  readonly admin: ClusterAdmin;
  readonly redis: Redis;
  readonly keys = keysIn(600, (slot) => slot < 600);

  private constructor(readonly group: Cluster) {
    const nodes = group.servers.map(({ address }) => address);
    this.from = at(group.servers, 0);
    this.to = at(group.servers, 1);
    this.admin = new ClusterAdmin({ nodes });
    this.redis = createClient({ topology: cluster(nodes) });
  }

  static async start(program: string): Promise<Moving> {
    const t = new Moving(await Cluster.start({ replicas: 0, server: { program } }));
    await fill(t.redis, t.keys);
    return t;
  }

  async move(
    slots: readonly number[],
    options: Parameters<ClusterAdmin['run']>[1] = {},
    notes: string[] = [],
  ): Promise<{ status: string; notes: string[] }> {
    const plan = await until(() => this.admin.planReshard({ from: [this.from.address], to: this.to.address, slots }));
    const { status } = await this.admin.run(plan, { migrateTimeoutMs: MIGRATE_TIMEOUT_MS, ...options, onNote: (text) => notes.push(text) });
    return { status, notes };
  }

  async has(server: Server, slots: readonly number[]): Promise<boolean> {
    const own = (await this.admin.read()).nodes.get(await idOf(server))?.slots ?? [];
    return slots.every((slot) => own.includes(slot));
  }

  async jobsAt(server: Server): Promise<readonly { readonly running: boolean; readonly state: string }[]> {
    return (await this.admin.read()).nodes.get(await idOf(server))?.jobs ?? [];
  }

  async stop(): Promise<void> {
    this.admin.close();
    await this.redis.close();
    await this.group.stop();
  }
}

for (const name of ['valkey-9', 'redis-8.6'] as const) {
  describeOn(name, `the administration of servers of ${name}`, (program) => {
    let t: Moving;

    before(async function () {
      this.timeout(30_000);
      t = await Moving.start(program);
    });

    after(() => t?.stop());

    describe('moves of slots', () => {
      it('lose no key, and no command of a client fails meanwhile', async () => {
        const failures: unknown[] = [];
        let count = 0;
        let running = true;
        const load = async (): Promise<void> => {
          for (let i = 0; running; i++) {
            const key = at(t.keys, i % t.keys.length);
            const value = await t.redis.get(key).catch((error: unknown) => failures.push(error));
            if (value !== `value of ${key}`) failures.push(value);
            const counted = await t.redis.incr(`n:{${at(t.keys, 5)}}`).catch((error: unknown) => failures.push(error));
            if (counted !== ++count) failures.push(counted);
          }
        };
        const loaded = load();
        const { status, notes } = await t.move(range(0, 299));
        running = false;
        await loaded;
        // That nodes take a second to agree may be told, too.
        const detours = notes.filter((note) => /key by key|somebody else|goes on/.test(note));
        assert.deepEqual([status, detours, failures], ['done', [], []]);
        assert.ok(await t.has(t.to, range(0, 299)));
        assert.ok((await t.jobsAt(t.from)).some(({ state }) => /success|completed/.test(state)));
        await assertComplete(t.redis, t.keys);
      });

      it('are refused where the target has keys of slots that are not its own, which keep their keys', async () => {
        const stray = 450;
        const key = `{${at(
          keysIn(1, (slot) => slot === stray),
          0,
        )}}stray`;
        using connection = await t.to.connect();
        await connection.ask('CLUSTER', 'SETSLOT', stray, 'IMPORTING', await idOf(t.from));
        await connection.ask('ASKING');
        await connection.ask('SET', key, '1');
        await connection.ask('CLUSTER', 'SETSLOT', stray, 'STABLE');
        await assert.rejects(t.move(range(440, 460)), /holds 1 key of slot 450, which it does not own/);
        assert.ok(await t.has(t.from, range(440, 460)));
        await connection.ask('CLUSTER', 'SETSLOT', stray, 'IMPORTING', await idOf(t.from));
        await connection.ask('ASKING');
        assert.equal(await connection.ask('DEL', key), 1);
        await connection.ask('CLUSTER', 'SETSLOT', stray, 'STABLE');
      });

      it('go key by key where the rights do not allow it, and the operator is told', async () => {
        const command = name === 'valkey-9' ? 'migrateslots' : 'migration';
        for (const server of t.group.servers)
          await server.ask('ACL', 'SETUSER', 'mover', 'on', '>m', '~*', '&*', '+@all', `-cluster|${command}`);
        using restricted = {
          admin: new ClusterAdmin({ nodes: [t.from.address], username: 'mover', password: 'm' }),
          [Symbol.dispose]() {
            this.admin.close();
          },
        };
        const notes: string[] = [];
        const plan = await until(() => restricted.admin.planReshard({ from: [t.from.address], to: t.to.address, slots: range(300, 310) }));
        await restricted.admin.run(plan, { onNote: (text) => notes.push(text) });
        assert.match(notes.join(), /key by key: NOPERM/);
        assert.ok(await t.has(t.to, range(300, 310)));
        await assertComplete(t.redis, t.keys);
      });
    });

    // Only Valkey can be made to hold one back.
    if (name === 'valkey-9')
      describe('a move of slots that the servers hold back', () => {
        beforeEach(() => t.from.ask('DEBUG', 'SLOTMIGRATION', 'PREVENT-PAUSE', 1));
        afterEach(() => t.from.ask('DEBUG', 'SLOTMIGRATION', 'PREVENT-PAUSE', 0));

        const isRunning = async (): Promise<boolean> => (await t.jobsAt(t.from)).some(({ running }) => running);

        it('is cancelled by a stop, and leaves the slots with the source', async () => {
          const stop = new AbortController();
          const moved = t.move(range(500, 599), { stop: stop.signal });
          await until(isRunning);
          stop.abort();
          assert.equal((await moved).status, 'stopped');
          assert.ok(!(await isRunning()));
          assert.ok(await t.has(t.from, range(500, 599)));
        });

        it('is found and waited for where it runs already, key by key too', async () => {
          await t.from.ask('CLUSTER', 'MIGRATESLOTS', 'SLOTSRANGE', 510, 520, 'NODE', await idOf(t.to));
          const found: string[] = [];
          const again = t.move(range(510, 525), {}, found);
          await Promise.race([again, until(() => found.length > 0, { timeoutMs: 20_000 })]);
          assert.match(found.join(), /found an atomic export of slots 510-520 .* under way/);
          const other = new ClusterAdmin({ nodes: [t.from.address] });
          try {
            const plan = await other.planReshard({ from: [t.from.address], to: t.to.address, slots: range(530, 540) });
            const notes: string[] = [];
            const keyByKey = other.run(plan, { atomic: 'never', onNote: (text) => notes.push(text) });
            await Promise.race([keyByKey, until(() => notes.length > 0, { timeoutMs: 20_000 })]);
            await t.from.ask('DEBUG', 'SLOTMIGRATION', 'PREVENT-PAUSE', 0);
            assert.match(notes.join(), /waiting for an atomic export of slots 510-520/);
            await Promise.all([again, keyByKey]);
          } finally {
            other.close();
          }
          assert.ok(await t.has(t.to, [...range(510, 525), ...range(530, 540)]));
          await assertComplete(t.redis, t.keys);
        });

        it('goes key by key where its nodes cannot log in at each other', async () => {
          await t.from.ask('DEBUG', 'SLOTMIGRATION', 'PREVENT-PAUSE', 0);
          for (const server of t.group.servers) await server.ask('CONFIG', 'SET', 'requirepass', 'secret');
          const admin = new ClusterAdmin({ nodes: [t.from.address], password: 'secret' });
          try {
            const notes: string[] = [];
            const plan = await until(() => admin.planReshard({ from: [t.from.address], to: t.to.address, slots: range(560, 570) }));
            await admin.run(plan, { onNote: (text) => notes.push(text) });
            assert.match(notes.join(), /key by key: .*NOAUTH/);
            assert.deepEqual(
              (await admin.check()).filter(({ severity }) => severity === 'error'),
              [],
            );
          } finally {
            admin.close();
            for (const server of t.group.servers) {
              using own = await server.connect({ auth: { password: 'secret' } });
              await own.ask('CONFIG', 'SET', 'requirepass', '');
            }
          }
        });
      });

    // Since Redis 8.4 a node hides the keys of slots that it does not own.
    if (name === 'redis-8.6')
      describe('keys in slots that a node does not own, and does not show', () => {
        it('are found by check, and fix takes them to their owner', async function () {
          this.timeout(60_000);
          const slot = calculateSlot('stray');
          const owner = await t.group.nodeForSlot(slot);
          const stranger = at(
            (await t.group.primaries()).filter((server) => server !== owner),
            0,
          );
          await owner.ask('SET', 'own{stray}', 'here');
          await stranger.ask('CLUSTER', 'SETSLOT', slot, 'IMPORTING', await idOf(owner));
          using connection = await stranger.connect();
          for (const key of ['stray', 'other{stray}']) {
            await connection.ask('ASKING');
            await connection.ask('SET', key, 'lost');
          }
          await stranger.ask('CLUSTER', 'SETSLOT', slot, 'STABLE');

          const { code, output } = await runCommand(['check', owner.address]);
          assert.equal(code, 1, output);
          assert.match(output, new RegExp(`^error: ${stranger.address} has 2 keys in slots that it does not own`, 'm'));

          const mended = await slotwise('fix', owner.address, '--yes');
          assert.match(mended, new RegExp(`take the keys of slots ${slot} from ${stranger.address} to their owner ${owner.address}`));
          assert.equal(String(await owner.ask('GET', 'stray')), 'lost');
          await assertOnce(t.group.servers, slot, 3);
          assert.doesNotMatch(String(await stranger.ask('CLUSTER', 'NODES')), /\[/, 'no slot is open');
          assert.match(await slotwise('check', owner.address), /^ok: /m);
        });
      });
  });
}
