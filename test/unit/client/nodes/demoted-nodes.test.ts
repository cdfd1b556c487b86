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

  it('are those that said so, for a second', () => {
    assert.equal(demoted.leftMs('a'), 0);
    demoted.add('a');
    assert.equal(demoted.leftMs('a'), 1_000);
    assert.equal(demoted.leftMs('b'), 0);
    now += 400;
    assert.equal(demoted.leftMs('a'), 600);
    now += 600;
    assert.equal(demoted.leftMs('a'), 0);
  });

  it('are none any more by a probe that began after they said so', () => {
    demoted.add('a');
    now += 10;
    demoted.add('b');
    assert.equal(beganAt(5_000), false, 'it may have asked before');
    assert.equal(beganAt(5_001), true);
    assert.deepEqual([demoted.leftMs('a'), demoted.leftMs('b')], [0, 1_000]);
    assert.equal(beganAt(5_001), false);
    assert.equal(beganAt(5_020), true);
    assert.equal(demoted.leftMs('b'), 0);
  });
});
