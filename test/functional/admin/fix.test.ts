import assert from 'node:assert/strict';
import calculateSlot from 'cluster-key-slot';
import type { Reply } from '../../support/resp.js';
import type { Server } from '../../support/server.js';
import { until } from '../../support/wait.js';
import {
  assertComplete,
  assertOnce,
  at,
  type CommandRun,
  describeAdminCluster,
  fill,
  idOf,
  keysIn,
  refused,
  slotwise,
  startCommand,
} from './admin-cluster.js';

describeAdminCluster('slotwise cluster', (t) => {
  describe('when it is interrupted', () => {
    const slot = calculateSlot('{big}');
    const keys = Array.from({ length: 3_000 }, (_, i) => `{big}:${i}`);
    const command = (from: string, to: string): (string | number)[] => [
      ...['reshard', from, '--from', from, '--to', to, '--slots', `${slot - 1}-${slot + 1}`, '--batch', 1, '--yes'],
    ];
    let source: Server;
    let target: Server;

    beforeEach('fill a slot', async () => {
      await fill(t.redis, keys);
      const state = await t.admin.read();
      const owner = [...state.nodes.values()].find(({ slots }) => slots.includes(slot));
      const other = [...state.nodes.values()].find(({ slots, id }) => slots.length > 0 && id !== owner?.id);
      source = t.memberAt(owner?.name);
      target = t.memberAt(other?.name);
    });

    /** The command, once it is in the middle of the slot. */
    async function startedMove(): Promise<CommandRun> {
      const move = await startCommand(...command(source.address, target.address));
      const isInMiddle = async (): Promise<boolean> => Number(await target.ask('CLUSTER', 'COUNTKEYSINSLOT', slot)) > 50;
      const isEnded = (): boolean => move.child.exitCode !== null;
      await until(async () => (await isInMiddle()) || isEnded(), {
        everyMs: 2,
        timeoutMs: 20_000,
        what: 'it is in the middle of the slot',
      });
      assert.ok(!isEnded(), move.output());
      return move;
    }

    it('by SIGINT, finishes the slot, says what is left, and goes on from there', async () => {
      const move = await startedMove();
      move.child.kill('SIGINT');
      const { code, output } = await move.ended;
      assert.equal(code, 130, output);
      assert.match(output, new RegExp(`--slots ${slot + 1}\\b`));
      assert.deepEqual(await t.errors(), []);
      await assertOnce(t.members, slot, keys.length);
      await assertComplete(t.redis, keys);
      await slotwise(...command(source.address, target.address));
      const { nodes } = await t.admin.read();
      for (const moved of [slot - 1, slot, slot + 1]) assert.ok(nodes.get(await idOf(target))?.slots.includes(moved));
    });

    /** That the slot is open, and clients find every key. */
    async function assertOpen(): Promise<void> {
      assert.ok(
        (await t.look()).some(({ kind }) => kind === 'open'),
        'the slot is open',
      );
      await assertComplete(t.redis, keys);
    }

    it('by SIGKILL, leaves every key where clients find it, and the same command goes on', async () => {
      const move = await startedMove();
      move.child.kill('SIGKILL');
      await move.ended;
      await assertOpen();
      // The source's copy counts, because it serves the clients: a copy at the target is older.
      const key = String(((await source.ask('CLUSTER', 'GETKEYSINSLOT', slot, 1)) as Reply[])[0]);
      using connection = await target.connect();
      await connection.ask('ASKING');
      await connection.ask('SET', key, 'older');
      const again = await slotwise(...command(source.address, target.address));
      assert.match(again, /finish moving 1 slot/);
      await assertOnce(t.members, slot, keys.length);
      await assertComplete(t.redis, keys);
    });

    it('by SIGINT twice, does so too, and fix finishes the move where the same command does not come again', async () => {
      const move = await startedMove();
      move.child.kill('SIGINT');
      // Two signals at once are one.
      await until(() => /finish|stop/i.test(move.output()), { what: 'it has got the first' });
      move.child.kill('SIGINT');
      assert.notEqual((await move.ended).code, 0);
      await assertOpen();
      await slotwise('fix', t.first, '--yes');
      assert.deepEqual(await t.errors(), []);
      await assertOnce(t.members, slot, keys.length);
      await assertComplete(t.redis, keys);
    });
  });

  describe('fix', () => {
    it('closes an open slot of which no key has moved', async () => {
      const [other, , owner] = await t.primaries();
      assert.ok(owner !== undefined && other !== undefined);
      const slot = (await t.slotsOf(owner)).at(-1) ?? -1;
      await other.ask('CLUSTER', 'SETSLOT', slot, 'IMPORTING', await idOf(owner));
      assert.ok((await t.look()).some(({ kind }) => kind === 'open'));
      await slotwise('fix', t.first, '--yes');
      assert.ok((await t.slotsOf(owner)).includes(slot));
    });

    it('takes keys that were left on a node to the owner of their slot, and asks which counts where there are two', async () => {
      const [other, , owner] = await t.primaries();
      assert.ok(owner !== undefined && other !== undefined);
      const ownSlots = await t.slotsOf(owner);
      const keys = keysIn(3, (slot) => slot === ownSlots.at(-5));
      const slot = ownSlots.at(-5) ?? -1;
      const [onOther = '', onBoth = ''] = keys;
      await t.redis.set(onBoth, 'of the owner');
      using connection = await other.connect();
      await connection.ask('CLUSTER', 'SETSLOT', slot, 'IMPORTING', await idOf(owner));
      for (const key of [onOther, onBoth]) {
        await connection.ask('ASKING');
        await connection.ask('SET', key, 'of the other');
      }
      // The mark is lost, as in a failover: nothing shows that there are keys.
      await connection.ask('CLUSTER', 'SETSLOT', slot, 'STABLE');
      assert.match(await refused('fix', t.first, '--yes'), /--duplicates/);
      await slotwise('fix', t.first, '--duplicates', 'owner', '--yes');
      assert.equal(await t.redis.get(onOther), 'of the other');
      assert.equal(await t.redis.get(onBoth), 'of the owner');
      await assertOnce(t.members, slot, 2);
      await t.redis.del(keys);
    });

    it('finds an owner for slots without one: the node that has their keys', async () => {
      const owner = at(await t.primaries(), 2);
      const slots = await t.slotsOf(owner);
      const [withKey = 0, without = 0] = slots.slice(-40, -38);
      const [key = ''] = keysIn(1, (slot) => slot === withKey);
      await t.redis.set(key, 'kept');
      for (const server of t.members) await server.ask('CLUSTER', 'DELSLOTS', withKey, without).catch(() => undefined);
      assert.match((await t.look()).map(({ text }) => text).join('\n'), /2 slots of 16,384 served by no reachable primary/);
      await slotwise('fix', t.first, '--yes');
      assert.equal(await t.redis.get(key), 'kept');
      assert.ok((await t.slotsOf(owner)).includes(withKey));
    });
  });
});
