import assert from 'node:assert/strict';
import { planSentinelFailover } from '../../../../lib/admin/sentinel/plan-failover.js';
import type { SentinelGroupState } from '../../../../lib/admin/sentinel/sentinel-group.js';
import { describeSentinelStep } from '../../../../lib/admin/sentinel/steps.js';
import { groupOf, HEALTHY } from './invented-groups.js';

const VALKEY = { valkey_version: '9.1.2' };

describe('the plan of a failover by Sentinels', () => {
  it('tells that writes of the last moment are lost where the Sentinels know no better', () => {
    const plan = planSentinelFailover(groupOf(), null);
    assert.deepEqual(plan.steps.map(describeSentinelStep), ['have 10.0.1.1:26379 promote a replica in place of 10.0.0.1:6379']);
    assert.match(plan.notes.join('\n'), /these writes are acknowledged and lost/);
    assert.match(plan.notes.join('\n'), /give up after 60 s \(failover-timeout\)/);
  });

  it('is coordinated where a Sentinel knows that, and tells what becomes of writes under way', () => {
    const plan = planSentinelFailover(groupOf([{ id: 2, info: VALKEY }]), null);
    const [step] = plan.steps;
    assert.deepEqual([step?.sentinel.name, step?.do === 'failover' && step.coordinated], ['10.0.1.2:26379', true]);
    assert.match(plan.notes.join('\n'), /none is lost; those under way .* unknown outcome/);
    const without = planSentinelFailover(groupOf([{ id: 2, info: VALKEY }]), false).steps[0];
    assert.equal(without?.do === 'failover' && without.coordinated, false);
  });

  it('is not coordinated by itself where the primary does not answer', () => {
    const [step] = planSentinelFailover(groupOf([{ id: 1, info: VALKEY }], [{ id: 1, down: true }, ...HEALTHY.slice(1)]), null).steps;
    assert.equal(step?.do === 'failover' && step.coordinated, false);
  });

  const all = (change: object): { id: number }[] => [1, 2, 3].map((id) => ({ id, ...change }));
  const refused: readonly (readonly [what: string, group: SentinelGroupState, coordinated: boolean | null, text: RegExp])[] = [
    [
      'Sentinels that disagree',
      groupOf([{ id: 3, primary: 2 }]),
      null,
      /disagree about the primary \(10\.0\.0\.1:6379, 10\.0\.0\.2:6379\)/,
    ],
    [
      'one that is under way',
      groupOf([{ id: 2, fields: { flags: 'master,failover_in_progress' } }]),
      null,
      /is under way, led by 10\.0\.1\.2/,
    ],
    ['Sentinels that know no replica', groupOf(all({ replicas: {} })), null, /know no replica of main/],
    ['replicas that are down', groupOf(all({ replicas: { 2: { flags: 'slave,s_down' } } })), null, /none answers them/],
    ['replicas of priority 0', groupOf(all({ replicas: { 2: { 'slave-priority': 0 } } })), null, /all have priority 0/],
    ['Sentinels in TILT', groupOf(all({ info: { sentinel_tilt: 1 } })), null, /all Sentinels are in TILT/],
    ['Sentinels that know none of coordination', groupOf(), true, /none of these Sentinels knows FAILOVER … COORDINATED/],
    [
      'a primary that does not answer, coordinated',
      groupOf([{ id: 1, info: VALKEY }], [{ id: 1, down: true }, ...HEALTHY.slice(1)]),
      true,
      /10\.0\.0\.1:6379 cannot be asked, and a coordinated failover needs it/,
    ],
  ];
  for (const [what, group, coordinated, text] of refused)
    it(`is refused for ${what}`, () => assert.throws(() => planSentinelFailover(group, coordinated), text));
});
