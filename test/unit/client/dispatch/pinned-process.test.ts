import assert from 'node:assert/strict';
import { isStillThere, recordProcess } from '../../../../lib/client/dispatch/pinned-process.js';
import { NoNodeError } from '../../../../lib/errors.js';
import type { Node } from '../../../../lib/pool/node.js';
import type { PinnedProcess } from '../../../../lib/protocol/call-target.js';
import type { Role } from '../../../../lib/topology/snapshot.js';

const nodeOf = (processEpoch: number, isReachable = true): Node =>
  ({ key: 'a', processEpoch, unreachableReason: isReachable ? null : new NoNodeError('down') }) as unknown as Node; // as far as it is looked at

describe('a process that calls are pinned to', () => {
  let pinned: PinnedProcess;
  beforeEach(() => {
    pinned = { node: '', processEpoch: 0, role: null, readonly: false, asking: false, isPinned: true, isGone: false, losses: 0 };
    recordProcess(pinned, nodeOf(7), { role: 'replica', readonly: true, asking: true });
  });

  it('is written down with the way an attempt went', () => {
    const expected = {
      node: 'a',
      processEpoch: 7,
      role: 'replica',
      readonly: true,
      asking: true,
      isPinned: true,
      isGone: false,
      losses: 0,
    };
    assert.deepEqual(pinned, expected);
  });

  const cases: readonly (readonly [what: string, node: Node | undefined, role: Role | null, isThere: boolean])[] = [
    ['the same process', nodeOf(7), 'replica', true],
    ['another process at the address', nodeOf(8), 'replica', false],
    ['a node that cannot be reached', nodeOf(7, false), 'replica', false],
    ['a node that was promoted', nodeOf(7), 'primary', false],
    ['a node that left the topology', nodeOf(7), null, false],
    ['a node without connections', undefined, 'replica', false],
  ];
  for (const [what, node, role, isThere] of cases) {
    it(`is ${isThere ? '' : 'not '}there: ${what}`, () => assert.equal(isStillThere(pinned, node, role), isThere));
  }
});
