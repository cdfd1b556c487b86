import assert from 'node:assert/strict';
import { planReset } from '../../../../lib/admin/sentinel/plan-reset.js';
import { describeSentinelStep } from '../../../../lib/admin/sentinel/steps.js';
import { groupOf, HEALTHY } from './invented-groups.js';

describe('the plan of a reset', () => {
  it('resets one after the other, each once the one before has found again what is there', () => {
    const plan = planReset(groupOf([{ id: 3, down: true }]));
    assert.deepEqual(plan.steps.map(describeSentinelStep), [
      'have 10.0.1.1:26379 forget 10.0.1.3:26379: it drops all it has learnt of the group, and finds what is there again',
      'wait until 10.0.1.1:26379 knows 1 other Sentinel and 2 replicas again',
      'have 10.0.1.2:26379 forget 10.0.1.3:26379: it drops all it has learnt of the group, and finds what is there again',
      'wait until 10.0.1.2:26379 knows 1 other Sentinel and 2 replicas again',
    ]);
    const waits = plan.steps.flatMap((step) => (step.do === 'rediscover' ? [[step.peers, step.replicas]] : []));
    assert.deepEqual(waits[0], [['sentinel2'], ['10.0.0.2:6379', '10.0.0.3:6379']]);
  });

  it('resets only those that know something that is gone', () => {
    const plan = planReset(groupOf([{ id: 2, replicas: { 2: {}, 3: {}, 9: { flags: 's_down,slave' } } }]));
    assert.deepEqual([...new Set(plan.steps.map(({ sentinel }) => sentinel.name))], ['10.0.1.2:26379']);
  });

  it('warns of a primary of before, which nobody would make a replica when it comes back', () => {
    const gone = (host: string): ReturnType<typeof planReset> =>
      planReset(groupOf([1, 2, 3].map((id) => ({ id, replicas: { 2: {}, 3: {}, 9: { flags: 's_down,slave', 'master-host': host } } }))));
    assert.equal(gone('?').notes.filter((note) => /no Sentinel has seen 10\.0\.0\.9:6379 as a replica/.test(note)).length, 1);
    assert.ok(!gone('10.0.0.1').notes.some((note) => note.includes('as a replica')));
  });

  it('has nothing to do where all that is known answers', () => {
    assert.deepEqual(planReset(groupOf()).steps, []);
    // It answers us: the Sentinel lacks a password, or a way to it.
    assert.deepEqual(planReset(groupOf([{ id: 1, replicas: { 2: {}, 3: { flags: 's_down,slave' } } }])).steps, []);
  });

  it('is refused while a failover is under way, and where a Sentinel would find no replica again', () => {
    assert.throws(() => planReset(groupOf([{ id: 2, fields: { flags: 'master,failover_in_progress' } }])), /a reset would end it/);
    const down = groupOf([{ id: 2, fields: { flags: 'master,s_down' } }], [{ id: 1, down: true }, ...HEALTHY.slice(1)]);
    assert.throws(() => planReset(down), /10\.0\.1\.2:26379 takes the primary 10\.0\.0\.1:6379 for down/);
  });
});
