import assert from 'node:assert/strict';
import { DemotedNodes } from '../../../../lib/client/nodes/demoted-nodes.js';

describe('demoted nodes', () => {
  let now: number;
  let demoted: DemotedNodes;
  beforeEach(() => {
    now = 5_000;
    const wall = Date.UTC(2026, 0, 1);
    demoted = new DemotedNodes(
      () => now,
      () => wall + now,
    );
  });
  const beganAt = (at: number): boolean => demoted.confirmed(Date.UTC(2026, 0, 1) + at);

  it('are those that said so, for ten seconds', () => {
    assert.equal(demoted.leftMs('a'), 0);
    demoted.add('a');
    assert.equal(demoted.leftMs('a'), 10_000);
    assert.equal(demoted.leftMs('b'), 0);
    now += 4_000;
    assert.equal(demoted.leftMs('a'), 6_000);
    now += 6_000;
    assert.equal(demoted.leftMs('a'), 0);
  });

  it('are none any more by a probe that began after they said so', () => {
    demoted.add('a');
    now += 10;
    demoted.add('b');
    assert.equal(beganAt(5_000), false, 'it may have asked before');
    assert.equal(beganAt(5_001), true);
    assert.deepEqual([demoted.leftMs('a'), demoted.leftMs('b')], [0, 10_000]);
    assert.equal(beganAt(5_001), false);
    assert.equal(beganAt(5_020), true);
    assert.equal(demoted.leftMs('b'), 0);
  });
});
