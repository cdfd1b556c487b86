import assert from 'node:assert/strict';
import { ClusterAdmin } from '../../../../lib/admin/cluster-admin.js';
import { planToJson } from '../../../../lib/admin/plans/plan-json.js';
import { planReshard } from '../../../../lib/admin/plans/reshard.js';
import { describeStep, isStep, type Plan } from '../../../../lib/admin/plans/steps.js';
import { ArgumentError, OptionsError } from '../../../../lib/errors.js';
import { threeShards } from '../cluster-states.js';

const plan = planReshard(threeShards(), { from: 'all', to: '10.0.0.1:7002', slots: [5] });
const [move] = plan.steps;
assert.ok(move?.do === 'moveSlots');

describe('a step', () => {
  const wrong: Readonly<Record<string, unknown>> = {
    'a text': 'settle',
    'of an unknown kind': { do: 'fly' },
    'of a kind that all objects have': { do: 'constructor' },
    'without a node': { ...move, from: undefined },
    'with the id of a node': { ...move, from: move.from.id },
    'with slots as text': { ...move, slots: '5' },
    'with a slot that there is not': { ...move, slots: [16_384] },
    'with half a slot': { ...move, slots: [5.5] },
    'with a flag that is none': { ...move, replace: 'no' },
    'of an unknown mode': { do: 'failover', node: move.from, mode: 'gently' },
    'of an epoch below 0': { do: 'setEpoch', node: move.from, epoch: -1 },
  };
  for (const [name, step] of Object.entries(wrong)) {
    it(`${name} is none, and is not run`, async () => {
      assert.equal(isStep(step), false);
      assert.throws(() => describeStep(step as never), ArgumentError);
      const admin = new ClusterAdmin({ nodes: ['10.0.0.1:1'] });
      await assert.rejects(admin.run({ ...plan, steps: [step] } as unknown as Plan), ArgumentError);
      admin.close();
    });
  }

  it('of a plan is one', () => assert.deepEqual(plan.steps.filter(isStep), plan.steps));

  it('of a plan that is JSON still is none, and a request is checked', async () => {
    const admin = new ClusterAdmin({ nodes: ['10.0.0.1:1'] });
    await assert.rejects(
      admin.run(planToJson(plan) as unknown as Plan),
      /run: argument 1 \(plan\) must be a plan of planReshard\(\) .*planFromJson/,
    );
    const request = { command: 'reshard', moves: [{ from: 'a', to: 'b', slots: 'all' }] } as const;
    await assert.rejects(
      admin.run({ ...plan, request }),
      (error) => error instanceof OptionsError && error.path === 'plan.request.moves[0].slots',
    );
    admin.close();
  });
});
