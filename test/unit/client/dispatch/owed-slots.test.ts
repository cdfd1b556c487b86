import assert from 'node:assert/strict';
import { owedSlots } from '../../../../lib/client/dispatch/owed-slots.js';
import { internalOwner } from '../../../../lib/connection/internal-calls.js';
import { type Call, SETTLED, UNWRITTEN, WRITTEN } from '../../../../lib/protocol/call.js';
import { RecordedCalls } from '../../connection/recorded-calls.js';

describe('slots whose primaries owe answers', () => {
  /** What a node holds, its state, whether the call is the library's own, whether the node is the slot's primary and reachable, owed or not. */
  const cases = [
    ['SET k v', WRITTEN, false, true, true, true],
    ['GET k', WRITTEN, false, true, true, false],
    ['SET k v', UNWRITTEN, false, true, true, false],
    ['SET k v', SETTLED, false, true, true, false],
    ['SET k v', WRITTEN, true, true, true, false],
    ['SET k v', WRITTEN, false, false, true, false],
    ['SET k v', WRITTEN, false, true, false, false],
  ] as const;
  for (const [text, state, isInternal, isPrimary, isReachable, isOwed] of cases) {
    const facts = { state, isInternal, isPrimary, isReachable };
    it(`${text}, ${JSON.stringify(facts)}: ${isOwed ? 'owed' : 'not owed'}`, () => {
      const call = new RecordedCalls().make(text);
      call.state = state;
      // Its reads may go to replicas: they keep no order.
      Object.assign(call, { owner: isInternal ? internalOwner : { policyOf: () => ({}), session: null } });
      const node = {
        unreachableReason: isReachable ? null : new Error('gone'),
        forEachHeld: (visit: (call: Call) => void) => visit(call),
      } as unknown as Parameters<typeof owedSlots>[0]['nodes'] extends { all(): readonly (infer Held)[] } ? Held : never;
      const found = owedSlots({ nodes: { all: () => [node] }, facts: { primaryOf: () => (isPrimary ? node : null) } }, () => 7);
      assert.deepEqual([...found], isOwed ? [7] : []);
    });
  }
});
