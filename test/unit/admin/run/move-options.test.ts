import assert from 'node:assert/strict';
import { moveLimits } from '../../../../lib/admin/run/move-options.js';
import type { ClusterState } from '../../../../lib/admin/state/cluster-state.js';
import { clusterOf } from '../cluster-states.js';

function clusterWith(...timeouts: readonly (string | null)[]): ClusterState {
  const { nodes, views } = clusterOf(...timeouts.map((_, index) => ({ id: 7_001 + index })));
  const withFacts = [...nodes.values()].map((node, index) => {
    const timeout = timeouts[index] ?? null;
    const config = new Map(timeout === null ? [] : [['cluster-node-timeout', timeout]]);
    return [node.id, { ...node, facts: { info: new Map<string, string>(), config, roundTripMs: 1 } }] as const;
  });
  return { nodes: new Map(withFacts), views };
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
      assert.equal(moveLimits({}, clusterWith(...timeouts)).migrateTimeoutMs, expected);
    });
  }

  it('are what is asked for', () => {
    const options = { batch: 1, migrateTimeoutMs: 2, replace: true, waitReplicas: 3, parallel: 4, atomic: 'never' } as const;
    assert.deepEqual(moveLimits(options, clusterWith('2000')), { ...options, replicasTimeoutMs: 2_000 });
  });
});
