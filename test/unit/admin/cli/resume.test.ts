import assert from 'node:assert/strict';
import type { Command, OptionValues } from '../../../../lib/admin/cli/command.js';
import { COMMANDS } from '../../../../lib/admin/cli/commands.js';
import { resumeLine } from '../../../../lib/admin/cli/resume.js';
import type { PlanStep } from '../../../../lib/admin/plans/steps.js';

const node = { id: 'a'.repeat(40), name: 'a:1', address: null, peer: { host: 'a', port: 1, busPort: 2 } };
const move = (...slots: readonly number[]): PlanStep => ({ do: 'moveSlots', from: node, to: node, slots, replace: false, others: [] });
const settle: PlanStep = { do: 'settle' };
const named = (name: string): Command => COMMANDS.find((each) => each.name === name) ?? assert.fail(name);

describe('the command line that goes on', () => {
  const cases: readonly (readonly [name: string, words: string[], options: OptionValues, left: PlanStep[], expected: string])[] = [
    [
      'cluster reshard',
      ['10.0.0.1:7000'],
      { from: 'all', to: '10.0.0.4:7000', count: '50', yes: true },
      [move(195, 196), move(300), settle],
      'slotwise cluster reshard 10.0.0.1:7000 --from all --to 10.0.0.4:7000 --yes --slots 195-196,300',
    ],
    [
      'cluster reshard',
      ['a:1'],
      { from: 'b:1', to: 'c:1', all: true, batch: '10', tls: true, json: true },
      [move(7)],
      'slotwise cluster reshard a:1 --from b:1 --to c:1 --batch 10 --tls --json --slots 7',
    ],
    ['cluster reshard', ['a:1'], { from: 'b:1', to: 'c:1', slots: '1-9', tls: true }, [settle], 'slotwise cluster check a:1 --tls'],
    [
      'ring move',
      [],
      { from: 'redis+sentinel://u:p@a:1/g?sentinelPassword=q', to: 'redis://:p@b:1', password: 'p', 'to-password': 'q', yes: true },
      [],
      'slotwise ring move --from redis+sentinel://u@a:1/g --to redis://b:1 --yes  (with the passwords in SLOTWISE_PASSWORD and SLOTWISE_TO_PASSWORD)',
    ],
    [
      'ring move',
      [],
      { from: 'ring.json', to: 'b:1', 'to-password': 'q' },
      [],
      'slotwise ring move --from ring.json --to b:1  (with the password in SLOTWISE_TO_PASSWORD)',
    ],
    [
      'cluster rebalance',
      ['a:1'],
      { weight: ['b:1=2', 'c d=0'], yes: true },
      [move(7)],
      "slotwise cluster rebalance a:1 --weight b:1=2 --weight 'c d=0' --yes",
    ],
    [
      'cluster fix',
      ['redis://me:hunter2@a:1'],
      { cacert: "/it's/ca.pem", password: 'hunter2' },
      [settle],
      "slotwise cluster fix redis://me@a:1 --cacert '/it'\\''s/ca.pem'  (with the password in SLOTWISE_PASSWORD)",
    ],
    [
      'cluster fix',
      ['redis://:hunter2@[::1]:7'],
      {},
      [],
      "slotwise cluster fix 'redis://[::1]:7'  (with the password in SLOTWISE_PASSWORD)",
    ],
    ['cluster add-node', ['n:1', 'a:1'], { 'replica-of': '$HOME' }, [settle], "slotwise cluster add-node n:1 a:1 --replica-of '$HOME'"],
  ];
  for (const [name, words, options, left, expected] of cases) {
    it(expected, () => assert.equal(resumeLine({ command: named(name), words, options }, left), expected));
  }
});
