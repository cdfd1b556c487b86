import assert from 'node:assert/strict';
import { type ClientState, Lifecycle } from '../../../lib/client/lifecycle.js';

describe('the lifecycle of a client', () => {
  const states: readonly ClientState[] = ['idle', 'running', 'closing', 'closed'];
  const ways: Readonly<Record<ClientState, readonly ClientState[]>> = {
    idle: [],
    running: ['running'],
    closing: ['closing'],
    closed: ['closing', 'closed'],
  };
  const allowed: Readonly<Record<ClientState, readonly ClientState[]>> = {
    idle: ['running', 'closing', 'closed'],
    running: ['closing', 'closed'],
    closing: ['closing', 'closed'],
    closed: [],
  };
  const inState = (state: ClientState): Lifecycle => {
    const lifecycle = new Lifecycle(() => {});
    for (const next of ways[state]) lifecycle.enter(next);
    return lifecycle;
  };

  for (const state of states) {
    for (const next of states) {
      const isAllowed = allowed[state].includes(next);
      it(`${isAllowed ? 'goes' : 'never goes'} from ${state} to ${next}`, () => {
        const lifecycle = inState(state);
        if (isAllowed) lifecycle.enter(next);
        else assert.throws(() => lifecycle.enter(next), /no transition/);
        assert.equal(lifecycle.state, isAllowed ? next : state);
      });
    }
  }

  it('starts once, with the first command', () => {
    let starts = 0;
    const lifecycle = new Lifecycle(() => starts++);
    assert.deepEqual([lifecycle.begin(), lifecycle.begin(), starts], [true, true, 1]);
  });

  for (const state of ['closing', 'closed'] as const) {
    it(`takes no commands and does not start while it is ${state}`, () => {
      let starts = 0;
      const lifecycle = new Lifecycle(() => starts++);
      for (const next of ways[state]) lifecycle.enter(next);
      assert.deepEqual([lifecycle.begin(), starts], [false, 0]);
    });
  }
});
