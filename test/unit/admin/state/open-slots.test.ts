import assert from 'node:assert/strict';
import type { MigrationJob } from '../../../../lib/admin/state/migration-jobs.js';
import { byPair, openEndsOf, passageOf, runningJobsOf } from '../../../../lib/admin/state/open-slots.js';
import { idOf, threeShards } from '../cluster-states.js';

describe('slots on their way', () => {
  it('are put together by pairs of nodes, each once and in order, whichever end tells of them', () => {
    const { nodes } = threeShards({ id: 7001, migrating: { 9: 7002, 3: 7002 } }, { id: 7002, importing: { 9: 7001, 11000: 7003 } });
    assert.deepEqual(byPair([...nodes.values()].flatMap(openEndsOf).map(passageOf)), [
      { from: idOf(7001), to: idOf(7002), slots: [3, 9] },
      { from: idOf(7003), to: idOf(7002), slots: [11_000] },
    ]);
  });

  it('have the ends that either node tells, where one of them does not know the other', () => {
    const job: MigrationJob = { id: 'j', direction: 'import', peer: null, slots: [1], state: 'occupied', running: true, message: '' };
    const known: MigrationJob = { ...job, direction: 'export', peer: idOf(7002), state: 'streaming' };
    const ended: MigrationJob = { ...known, id: 'k', running: false };
    const cluster = threeShards({ id: 7001, jobs: [ended] }, { id: 7002, jobs: [job] }, { id: 7003, jobs: [known] });
    assert.deepEqual(runningJobsOf(cluster), [{ job: known, from: idOf(7003), to: idOf(7002) }]);
  });
});
