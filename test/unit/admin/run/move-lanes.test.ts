import assert from 'node:assert/strict';
import type { NodeRef, SlotStep } from '../../../../lib/admin/plans/steps.js';
import { mayStart } from '../../../../lib/admin/run/move-lanes.js';

function step(from: string, to: string): SlotStep {
  const ref = (id: string): NodeRef => ({ id, name: id, address: null, peer: { host: id, port: 1, busPort: 2 } });
  return { do: 'gather', from: ref(from), to: ref(to), slots: [1], duplicates: 'owner' };
}

const CASES: readonly (readonly [what: string, running: readonly (readonly [string, string])[], may: boolean])[] = [
  ['nothing', [], true],
  ['one of another source and target', [['c', 'd']], true],
  ['one of another source with the same target', [['c', 'b']], true],
  [
    'two with the same target',
    [
      ['c', 'b'],
      ['d', 'b'],
    ],
    false,
  ],
  ['one of the same source', [['a', 'c']], false],
  ['one whose target is its source', [['c', 'a']], false],
  ['one whose source is its target', [['b', 'c']], false],
  [
    'as many as may run',
    [
      ['c', 'd'],
      ['e', 'f'],
      ['g', 'h'],
    ],
    false,
  ],
];

describe('a step that moves slots from a to b', () => {
  for (const [what, running, may] of CASES) {
    it(`${may ? 'begins' : 'waits'} beside ${what}`, () => {
      assert.equal(
        mayStart(
          step('a', 'b'),
          running.map(([from, to]) => step(from, to)),
          3,
        ),
        may,
      );
    });
  }
});
