import assert from 'node:assert/strict';
import { renderPlan } from '../../../../lib/admin/cli/render.js';
import { StepLines } from '../../../../lib/admin/cli/step-lines.js';
import type { NodeRef, PlanStep } from '../../../../lib/admin/plans/steps.js';

const node = (name: string): NodeRef => ({ id: name.repeat(40), name, address: null, peer: { host: name, port: 1, busPort: 2 } });
const forget = (at: string, gone: string): PlanStep => ({ do: 'forget', node: node(at), gone: node(gone) });
const steps: readonly PlanStep[] = [
  { do: 'replicate', node: node('a'), primary: node('b') },
  forget('a', 'x'),
  forget('b', 'x'),
  forget('c', 'x'),
  forget('a', 'y'),
  { do: 'reset', node: node('x') },
];

describe('steps that people read as one', () => {
  it('are one line of a plan', () => {
    assert.equal(
      renderPlan({ title: 'remove', steps, notes: ['so'] }),
      [
        'remove',
        '   1  make a a replica of b',
        '   2  have 3 nodes forget x (xxxxxxxx)',
        '   3  have a forget y (yyyyyyyy)',
        '   4  reset x: it forgets the cluster and gets a new id',
        'note: so',
        '',
      ].join('\n'),
    );
    assert.equal(renderPlan({ title: 'remove', steps, notes: ['so'] }, { steps: false }), 'remove\nnote: so\n');
  });

  it('are one line of a run, which knows its current step', () => {
    const lines = new StepLines(steps);
    assert.equal(lines.current, null);
    assert.deepEqual(
      steps.map((step, index) => lines.begin(step, index, steps.length)),
      [
        '[1/6] make a a replica of b',
        '[2/6] have 3 nodes forget x (xxxxxxxx)',
        null,
        null,
        '[5/6] have a forget y (yyyyyyyy)',
        '[6/6] reset x: it forgets the cluster and gets a new id',
      ],
    );
    assert.equal(lines.current, steps.at(-1));
  });
});
