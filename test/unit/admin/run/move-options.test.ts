import assert from 'node:assert/strict';
import type { NodeFacts } from '../../../../lib/admin/health/node-facts.js';
import { moveLimits } from '../../../../lib/admin/run/move-options.js';

function factsWith(...timeouts: readonly (string | null)[]): NodeFacts[] {
  return timeouts.map((timeout) => {
    const config = new Map(timeout === null ? [] : [['cluster-node-timeout', timeout]]);
    return { info: new Map(), config, roundTripMs: 1 };
  });
}

describe('the limits of moves', () => {
  for (const [timeouts, expected] of [
    [['15000', '2000', '5000'], 1_000],
    [['15000', null], 7_500],
    [[null], 7_500],
    [[], 7_500],
    [['0', 'text'], 7_500],
    [['1'], 1],
  ] as const) {
    it(`have a source wait ${expected} ms for a target where cluster-node-timeout is ${timeouts.join(', ')}`, () => {
      assert.equal(moveLimits({}, factsWith(...timeouts)).migrateTimeoutMs, expected);
    });
  }

  it('are what is asked for', () => {
    const options = { batch: 1, migrateTimeoutMs: 2, replace: true, waitReplicas: 3, parallel: 4, atomic: 'never' } as const;
    assert.deepEqual(moveLimits(options, factsWith('2000')), { ...options, replicasTimeoutMs: 2_000 });
  });
});
