import assert from 'node:assert/strict';
import { AdminError } from '../../../../lib/admin/admin-error.js';
import { type MoveLimits, moveLimits } from '../../../../lib/admin/run/move-options.js';
import { type MoveStep, SlotMover } from '../../../../lib/admin/run/slot-mover.js';
import { ConnectionLostError, ReplyError } from '../../../../lib/errors.js';
import { type Mishap, ModelCluster } from './model-cluster.js';

const SLOTS = Array.from({ length: 20 }, (_, slot) => slot);
const LIMITS: MoveLimits = { ...moveLimits({ batch: 1 }, []), migrateTimeoutMs: 1_000 };

/** Slots at node 1, of which some have keys, and one has so many that it moves alone. */
function modelOf(mishap?: Mishap): ModelCluster {
  const model = new ModelCluster([1, 2, 3], mishap);
  for (const slot of SLOTS) {
    model.node(1).slots.add(slot);
    for (let at = 0; at < keyCount(slot); at++) model.node(1).keysOf(slot).add(`k${slot}:${at}`);
  }
  return model;
}

function keyCount(slot: number): number {
  return slot === 9 ? 17 : slot % 5 === 0 ? 2 : 0;
}

function stepOf(model: ModelCluster, changes: Partial<MoveStep> = {}): MoveStep {
  const [from, to, other] = [1, 2, 3].map((port) => model.node(port).ref);
  assert.ok(from !== undefined && to !== undefined && other !== undefined);
  return { do: 'moveSlots', from, to, slots: SLOTS, replace: false, others: [other], ...changes };
}

class Moving {
  readonly slots: number[] = [];
  keys = 0;
  stopped = false;

  async run(model: ModelCluster, step: MoveStep, limits = LIMITS): Promise<unknown> {
    const control = {
      isStopped: () => this.stopped,
      moved: (slots: readonly number[], keys: number) => {
        this.slots.push(...slots);
        this.keys += keys;
      },
      note: () => undefined,
    };
    return await new SlotMover(model, limits).move(step, control).then(
      () => null,
      (error: unknown) => error,
    );
  }
}

function assertWhole(model: ModelCluster, owner: (slot: number) => number): void {
  for (const slot of SLOTS) {
    assert.ok(model.node(owner(slot)).slots.has(slot), `slot ${slot}`);
    const written = model.written.get(slot) ?? [];
    assert.equal(model.reachable(slot).length, keyCount(slot) + written.length, `keys of slot ${slot}`);
  }
}

/** Finishes what is left of a move, as the steps that are planned anew do. */
async function finish(model: ModelCluster): Promise<void> {
  const open = SLOTS.filter((slot) => model.node(1).migrating.has(slot));
  // Marks of the target alone are taken away first: fix does so.
  for (const slot of model.open) if (!open.includes(slot)) model.execute(2, ['CLUSTER', 'SETSLOT', String(slot), 'STABLE']);
  for (const slot of SLOTS) if (model.node(2).slots.has(slot)) model.execute(1, ['CLUSTER', 'SETSLOT', String(slot), 'NODE', '2']);
  const rest = SLOTS.filter((slot) => model.node(1).slots.has(slot));
  const again = open.filter((slot) => rest.includes(slot));
  assert.equal(await new Moving().run(model, stepOf(model, { slots: again, replace: true })), null);
  assert.equal(await new Moving().run(model, stepOf(model, { slots: rest.filter((slot) => !open.includes(slot)) })), null);
  assertWhole(model, () => 2);
  assert.deepEqual(model.open, []);
}

describe('a move of slots, key by key', () => {
  it('moves all slots with their keys, in order, and leaves none open', async () => {
    const [model, moving] = [modelOf(), new Moving()];
    assert.equal(await moving.run(model, stepOf(model)), null);
    assert.deepEqual(moving.slots, SLOTS);
    assert.equal(
      moving.keys,
      SLOTS.reduce((sum, slot) => sum + keyCount(slot), 0),
    );
    assertWhole(model, () => 2);
    assert.deepEqual(model.open, []);
    assert.equal(model.node(3).slots.size, 0);
  });

  it('keeps every key where clients find it, wherever it is cut off, and goes on from there', async () => {
    const total = modelOf();
    await new Moving().run(total, stepOf(total));
    for (let cutAt = 0; cutAt < total.commands.length; cutAt++) {
      const model = modelOf((place) => (place >= cutAt ? 'cut' : null));
      const error = await new Moving().run(model, stepOf(model));
      assert.ok(error === null || error instanceof ConnectionLostError || error instanceof AdminError, `${cutAt}`);
      model.assertFound(SLOTS);
      assert.ok(model.open.length <= 48, `${model.open.length} slots are open after ${cutAt} commands`);
      await finish(model.restored());
    }
  });

  it('hands over what has moved and leaves few slots open, whatever a node refuses while clients write', async () => {
    const total = modelOf();
    await new Moving().run(total, stepOf(total));
    for (let refusedAt = 0; refusedAt < total.commands.length; refusedAt++) {
      const no = new ReplyError('NOPERM', 'NOPERM this user has no permissions');
      const model = modelOf((place) => (place === refusedAt ? no : null));
      model.writtenSlots = refusedAt % 2 === 0 ? SLOTS : [];
      const moving = new Moving();
      const error = await moving.run(model, stepOf(model));
      const command = model.commands[refusedAt] ?? '';
      assert.ok(error === no || (error === null && /^3 |PING|^1 CLUSTER COUNTKEYSINSLOT/.test(command)), `${command}: ${error}`);
      model.assertFound(SLOTS);
      assert.ok(model.open.length <= 48, `${command}: ${model.open.length} slots are open`);
      const refused = Number(/^. CLUSTER SETSLOT (\d+) (?:IM|M)/.exec(command)?.[1] ?? -1);
      assert.ok(!model.open.includes(refused), `${command}: what a node refuses to open is open on no side`);
      assert.ok(moving.slots.every((slot) => model.node(2).slots.has(slot)));
      await finish(model.restored());
    }
  });

  it('leaves one slot open where no key can move at all', async () => {
    const no = new ReplyError('NOPERM', 'NOPERM this user has no permissions');
    const model = modelOf((_, [name]) => (name === 'MIGRATE' ? no : null));
    assert.equal(await new Moving().run(model, stepOf(model)), no);
    assert.deepEqual(model.open, [0]);
  });

  it('refuses keys that the target has of a slot that is not its own, and takes the marks back', async () => {
    const model = modelOf();
    model.node(2).keysOf(12).add('stray');
    const moving = new Moving();
    assert.match(String(await moving.run(model, stepOf(model))), /h:2 holds 1 key of slot 12, which it does not own.*--replace/);
    assert.ok(!model.open.includes(12) && model.node(2).keysOf(12).has('stray'));
    assert.ok(moving.slots.every((slot) => slot < 12));
    const replacing = modelOf();
    replacing.node(2).keysOf(12).add('stray');
    assert.equal(await new Moving().run(replacing, stepOf(replacing), { ...LIMITS, replace: true }), null);
  });

  it('finishes the slots that are open when it is stopped, and begins no more', async () => {
    for (const [slot, last] of [
      [0, 0],
      [2, 2],
      [9, 9],
    ] as const) {
      const model = modelOf();
      const moving = new Moving();
      model.onCommand = (words) => {
        if (words[1] === 'SETSLOT' && words[2] === String(slot) && words[3] === 'MIGRATING') moving.stopped = true;
      };
      assert.equal(await moving.run(model, stepOf(model)), null);
      assert.equal(moving.slots.at(-1), last);
      assert.deepEqual(model.open, []);
    }
  });

  it('gives the target no slot that another run has taken back while it was held up', async () => {
    for (const hasKeys of [true, false]) {
      const model = modelOf();
      const slot = hasKeys ? 10 : 11;
      model.onCommand = () => {
        const isDrained = model.node(1).migrating.has(slot) && model.node(1).keysOf(slot).size === 0 && !model.node(2).slots.has(slot);
        const isNext = hasKeys ? model.node(2).keysOf(slot).size === keyCount(slot) : true;
        if (!isDrained || !isNext) return;
        model.onCommand = () => undefined;
        for (const port of [1, 2]) model.execute(port, ['CLUSTER', 'SETSLOT', String(slot), 'STABLE']);
        model.node(1).keys.set(slot, new Set(model.node(2).keysOf(slot)));
        model.node(2).keys.set(slot, new Set());
      };
      const error = await new Moving().run(model, stepOf(model), { ...LIMITS, batch: 5 });
      assert.match(String(error), new RegExp(`another run has ended the move of slots ${slot} meanwhile: h:1 does not send them to h:2`));
      assert.ok(error instanceof AdminError && error.reason === 'changed');
      assert.deepEqual([model.node(1).slots.has(slot), model.node(2).slots.has(slot)], [true, false]);
      assert.equal(model.reachable(slot).length, keyCount(slot));
    }
  });

  it('keeps the slots open where too few replicas have their keys', async () => {
    const model = modelOf();
    const error = await new Moving().run(model, stepOf(model), { ...LIMITS, waitReplicas: 1, replicasTimeoutMs: 10 });
    assert.match(String(error), /0 of 1 replica of h:2 have its keys after 10 ms/);
    assert.deepEqual(model.open, [0]);
    assert.ok(model.node(1).slots.has(0));
  });

  it('waits for no other node', async () => {
    const model = modelOf();
    model.silent.add(3);
    assert.equal(await new Moving().run(model, stepOf(model)), null);
    assertWhole(model, () => 2);
  });
});
