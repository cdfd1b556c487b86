import assert from 'node:assert/strict';
import { type Transitions, transition } from '../../../lib/util/state-machine.js';

describe('a state machine', () => {
  const table: Transitions<'open' | 'closed'> = { open: ['closed'], closed: [] };

  it('goes to a state that may follow', () => {
    assert.equal(transition(table, 'open', 'closed'), 'closed');
  });

  for (const [current, next] of [
    ['closed', 'open'],
    ['open', 'open'],
  ] as const) {
    it(`throws on the way from ${current} to ${next}, which the table does not have`, () => {
      assert.throws(() => transition(table, current, next), { message: `no transition from ${current} to ${next}` });
    });
  }
});
