import assert from 'node:assert/strict';
import type { SlotStep } from '../../../../lib/admin/plans/steps.js';
import { MoveFailure, type MoveHooks, SlotMoves } from '../../../../lib/admin/run/slot-moves.js';
import { ReplyError } from '../../../../lib/errors.js';
import { type Mishap, ModelCluster } from './model-cluster.js';

/** Nodes 1 and 2 give ten slots each to node 3. */
function modelOf(mishap?: Mishap): ModelCluster {
  const model = new ModelCluster([1, 2, 3], mishap);
  for (let slot = 0; slot < 20; slot++) {
    const owner = model.node(slot < 10 ? 1 : 2);
    owner.slots.add(slot);
    owner.keysOf(slot).add(`key${slot}`);
  }
  return model;
}

function stepsOf(model: ModelCluster): SlotStep[] {
  return [1, 2].map((port) => ({
    do: 'moveSlots',
    from: model.node(port).ref,
    to: model.node(3).ref,
    slots: [...model.node(port).slots],
    replace: false,
    others: [],
  }));
}

interface Run {
  readonly left: readonly SlotStep[];
  readonly failure: MoveFailure | null;
  readonly slots: number;
}

async function run(model: ModelCluster, hooks: Partial<MoveHooks> = {}, parallel = 4): Promise<Run> {
  let slots = 0;
  const all: MoveHooks = {
    stop: undefined,
    guard: () => Promise.resolve(),
    moved: (_, count) => {
      slots += count;
    },
    note: () => undefined,
    ...hooks,
  };
  try {
    return { left: await new SlotMoves(model, { parallel }).run(stepsOf(model), all), failure: null, slots };
  } catch (error) {
    assert.ok(error instanceof MoveFailure);
    return { left: error.left, failure: error, slots };
  }
}

/** The first place among the commands of a node that opens a slot there. */
function firstOf(model: ModelCluster, port: number): number {
  return model.commands.findIndex((command) => command.startsWith(`${port} CLUSTER SETSLOT`));
}

describe('moves of slots', () => {
  it('from several sources go side by side, or one after the other', async () => {
    for (const [parallel, isSideBySide] of [
      [4, true],
      [1, false],
    ] as const) {
      const model = modelOf();
      assert.deepEqual(await run(model, {}, parallel), { left: [], failure: null, slots: 20 });
      assert.equal(model.node(3).slots.size, 20);
      const lastOfFirst = model.commands.map((command) => command.startsWith('1 ')).lastIndexOf(true);
      assert.equal(firstOf(model, 2) < lastOfFirst, isSideBySide);
    }
  });

  it('leave what has not moved where one fails, and tell which', async () => {
    const no = new ReplyError('OOM', 'OOM command not allowed');
    const model = modelOf((_, [name, , , , , , , key]) => (name === 'MIGRATE' && key === 'key14' ? no : null));
    const { left, failure } = await run(model);
    assert.ok(failure !== null);
    assert.deepEqual([failure.cause, failure.step.from.id], [no, '2']);
    for (const step of left) for (const slot of step.slots) assert.ok(!model.node(3).slots.has(slot), `slot ${slot}`);
    assert.equal(left.flatMap(({ slots }) => slots).length, 20 - model.node(3).slots.size);
    model.assertFound(Array.from({ length: 20 }, (_, slot) => slot));
  });

  it('begin nothing after a stop, nor what is not so any more', async () => {
    const stopped = modelOf();
    assert.equal((await run(stopped, { stop: AbortSignal.abort() })).left.length, 2);
    assert.equal(stopped.node(3).slots.size, 0);
    const changed = modelOf();
    const reason = new Error('changed');
    const { failure, left } = await run(changed, { guard: ({ from }) => (from.id === '2' ? Promise.reject(reason) : Promise.resolve()) });
    assert.deepEqual([failure?.cause, failure?.step.from.id, left.at(-1)?.slots.length], [reason, '2', 10]);
  });

  it('end where their progress cannot be told, between two slots', async () => {
    const model = modelOf();
    const { failure } = await run(model, { moved: () => assert.fail('no') });
    assert.ok(failure !== null);
    assert.deepEqual(model.open, []);
  });
});
