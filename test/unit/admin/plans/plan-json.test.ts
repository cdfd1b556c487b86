import assert from 'node:assert/strict';
import { planCreate } from '../../../../lib/admin/plans/create.js';
import { planFix } from '../../../../lib/admin/plans/fix.js';
import { planAddNode, planDelNode, planFailover } from '../../../../lib/admin/plans/membership.js';
import { planFromJson, planToJson } from '../../../../lib/admin/plans/plan-json.js';
import { movesOf, requested } from '../../../../lib/admin/plans/request.js';
import { planReshard } from '../../../../lib/admin/plans/reshard.js';
import { type Plan, STEP_FIELDS } from '../../../../lib/admin/plans/steps.js';
import { OptionsError } from '../../../../lib/errors.js';
import { idOf, threeShards, unjoinedServer } from '../cluster-states.js';

const whole = threeShards();
const reshard = planReshard(whole, { from: 'all', to: '10.0.0.1:7002', slots: 4_000 });
const broken = threeShards(
  { id: 7001, slots: '0-5400', migrating: { 7: 7002 } },
  { id: 7002, slots: '5400-10922', importing: { 9: 7003 } },
);
const keys = new Map([[9, new Map([[idOf(7002), 1]])]]);

/** Plans that have every kind of step together. */
const plans: Readonly<Record<string, Plan>> = {
  reshard: requested(reshard, { command: 'reshard', moves: movesOf(reshard) }),
  create: requested(
    planCreate(
      [7001, 7002, 7003, 7004, 7005, 7006].map((id) => unjoinedServer({ id, epoch: 0 })),
      1,
    ),
    { command: 'create', nodes: ['a:1'], replicas: 1 },
  ),
  'add-node': requested(planAddNode(whole, unjoinedServer({ id: 7007 }), null), { command: 'add-node', address: 'a:1', replicaOf: null }),
  'del-node': requested(planDelNode(whole, '7004'), { command: 'del-node', node: idOf(7004) }),
  failover: requested(planFailover(whole, '7004', 'force'), { command: 'failover', node: idOf(7004), mode: 'force' }),
  fix: planFix(broken, keys),
  'fix --back': planFix(threeShards({ id: 7001, migrating: { 9: 7002 } }), keys, { back: true }),
};

describe('a plan as JSON', () => {
  for (const [name, plan] of Object.entries(plans)) {
    it(`comes back as it was: ${name}`, () => {
      const text = JSON.stringify(planToJson(plan));
      assert.deepEqual(planFromJson(JSON.parse(text)), requestedAgain(plan));
    });
  }

  it('is tested with every kind of step', () => {
    const kinds = new Set(Object.values(plans).flatMap(({ steps }) => steps.map((step) => step.do)));
    assert.deepEqual(
      Object.keys(STEP_FIELDS).filter((kind) => !kinds.has(kind as never)),
      [],
    );
  });

  it('is compact: slots are ranges, and a node stands there once', () => {
    const text = JSON.stringify(planToJson(plans.reshard ?? assert.fail()));
    assert.ok(text.length < 2_500, `${text.length} characters`);
    assert.match(text, /"slots":"0-1999"/);
  });

  const good = planToJson(plans.reshard ?? assert.fail());
  const [step] = good.steps;
  const mistakes: readonly (readonly [name: string, json: unknown, expected: RegExp])[] = [
    ['a text', JSON.stringify(good), /^plan: expected what planToJson returned, got a text: JSON\.parse it first/],
    ['nothing', undefined, /^plan: expected a plan, \{ title, notes, nodes, steps \}, got undefined/],
    ['no title', { ...good, title: undefined }, /^plan\.title: expected a text, got undefined/],
    ['a field too many', { ...good, stepz: [] }, /^plan\.stepz: unknown field; did you mean steps/],
    ['steps that are none', { ...good, steps: {} }, /^plan\.steps: expected a list of steps/],
    ['a step of an unknown kind', { ...good, steps: [{ do: 'fly' }] }, /^plan\.steps\[0\]: expected a step: \{ do \} is one of setEpoch, /],
    ['a step that lacks slots', { ...good, steps: [{ ...step, slots: undefined }] }, /^plan\.steps\[0\]\.slots: expected a value/],
    [
      'slots that are none',
      { ...good, steps: [{ ...step, slots: '5-20000' }] },
      /^plan\.steps\[0\]\.slots: expected slots such as 0-99,104/,
    ],
    ['slots as numbers', { ...good, steps: [{ ...step, slots: [5] }] }, /^plan\.steps\[0\]\.slots: expected slots such as/],
    [
      'a node that is not there',
      { ...good, steps: [{ ...step, from: 'abc' }] },
      /^plan\.steps\[0\]\.from: expected the id of a node in plan\.nodes/,
    ],
    [
      'a node of the language',
      { ...good, steps: [{ ...step, from: 'constructor' }] },
      /^plan\.steps\[0\]\.from: expected the id of a node/,
    ],
    [
      'a node without a port',
      { ...good, nodes: { a: { name: 'a', address: null, peer: { host: 'a', port: 1 } } } },
      /^plan\.nodes\.a\.peer\.busPort/,
    ],
    ['an unknown request', { ...good, request: { command: 'drop' } }, /^plan\.request\.command: expected one of create, /],
    ['a request that lacks moves', { ...good, request: { command: 'reshard' } }, /^plan\.request\.moves: expected a value/],
  ];
  for (const [name, json, expected] of mistakes) {
    it(`refuses ${name}`, () => {
      assert.throws(
        () => planFromJson(json),
        (error) => error instanceof OptionsError && (expected.test(error.message) || assert.fail(error.message)),
      );
    });
  }
});

/** Of the nodes what reaches and names them. */
function requestedAgain(plan: Plan): Plan {
  const compact = requested(plan, plan.request ?? { command: 'forget', node: '' });
  if (plan.request !== undefined) return compact;
  const { request: _, ...without } = compact;
  return without;
}
