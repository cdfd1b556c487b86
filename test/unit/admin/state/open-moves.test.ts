import assert from 'node:assert/strict';
import type { MigrationJob } from '../../../../lib/admin/state/migration-jobs.js';
import { openMoves } from '../../../../lib/admin/state/open-moves.js';
import { idOf, threeShards } from '../cluster-states.js';

describe('the moves of a cluster', () => {
  it('are none in a quiet one', () => assert.deepEqual(openMoves(threeShards()), []));

  it('are the open slots of each pair, whichever of the two ends tells of them', () => {
    const cluster = threeShards(
      { id: 7001, migrating: { 5: 7002, 3: 7002 } },
      { id: 7002, importing: { 5: 7001, 9: 7001, 11000: 7003, 7: 7999 } },
    );
    assert.deepEqual(openMoves(cluster), [
      { from: '10.0.0.1:7001', to: '10.0.0.1:7002', slots: [3, 5, 9], state: 'open' },
      { from: null, to: '10.0.0.1:7002', slots: [7], state: 'open' },
      { from: '10.0.0.1:7003', to: '10.0.0.1:7002', slots: [11_000], state: 'open' },
    ]);
  });

  it('are the atomic migrations that run, each once', () => {
    const cluster = threeShards();
    const job: MigrationJob = {
      id: 'j',
      direction: 'export',
      peer: idOf(7002),
      slots: [1, 2],
      state: 'snapshotting',
      running: true,
      message: '',
    };
    const jobsOf: Readonly<Record<number, readonly MigrationJob[]>> = {
      7001: [job, { ...job, id: 'old', running: false }],
      7002: [
        { ...job, direction: 'import', peer: idOf(7001) },
        { ...job, id: 'k', direction: 'import', peer: idOf(7003), state: 'waiting' },
      ],
    };
    const nodes = new Map([...cluster.nodes].map(([id, node]) => [id, { ...node, jobs: jobsOf[node.peer.port] ?? [] }]));
    assert.deepEqual(openMoves({ ...cluster, nodes }), [
      { from: '10.0.0.1:7001', to: '10.0.0.1:7002', slots: [1, 2], state: 'snapshotting' },
      { from: '10.0.0.1:7003', to: '10.0.0.1:7002', slots: [1, 2], state: 'waiting' },
    ]);
  });
});
