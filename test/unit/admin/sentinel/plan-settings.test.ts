import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { type NewPrimary, planMonitor, planRemove, planSet } from '../../../../lib/admin/sentinel/plan-settings.js';
import { describeSentinelStep, type GroupSettings, type SentinelPlan } from '../../../../lib/admin/sentinel/steps.js';
import { OptionsError } from '../../../../lib/errors.js';
import { groupOf, groupOfExactly } from './invented-groups.js';

const texts = ({ steps }: SentinelPlan): string[] => steps.map(describeSentinelStep);

describe('the plan of settings', () => {
  it('sets them at each Sentinel that has others, one a command', () => {
    const plan = planSet(groupOf([{ id: 2, fields: { quorum: 3 } }]), { quorum: '2', 'parallel-syncs': '1' });
    assert.deepEqual(texts(plan), ['set quorum to 2 at 10.0.1.2:26379']);
    assert.deepEqual(planSet(groupOf(), { quorum: '2' }).steps, []);
  });

  it('shows no password', () => {
    const plan = planSet(groupOf(), { 'auth-pass': 'secret' });
    assert.equal(texts(plan)[0], 'set auth-pass to (hidden) at 10.0.1.1:26379');
    assert.ok(!JSON.stringify(plan).includes('secret') && !inspect(plan, { depth: 9 }).includes('secret'));
    const [step] = plan.steps;
    assert.equal(step?.do === 'set' ? step.value : null, 'secret');
  });

  it('tells who is left out', () => {
    assert.match(
      planSet(groupOf([{ id: 3, down: true }]), { quorum: '1' }).notes.join('\n'),
      /10\.0\.1\.3:26379 cannot be asked and keeps its old settings/,
    );
  });

  const wrong: readonly GroupSettings[] = [
    { quorums: '2' },
    { quorum: '0' },
    { quorum: '2.5' },
    { quorum: '-1' },
    { 'down-after-milliseconds': '' },
    { 'failover-timeout': '1e3' },
    { 'auth-pass': '' },
    { 'auth-user': 'a\nb' },
    { toString: 'x' },
  ];
  for (const settings of wrong) {
    it(`refuses ${JSON.stringify(settings)} before anything is sent`, () => {
      assert.throws(() => planSet(groupOf(), settings), OptionsError);
    });
  }

  it('refuses a quorum that cannot be reached, and warns of one that is hard to reach', () => {
    assert.throws(() => planSet(groupOf(), { quorum: '4' }), /a quorum of 4 cannot be reached by 3 Sentinels/);
    assert.match(planSet(groupOf(), { quorum: '3' }).notes.join('\n'), /no failover begins when more than 0 of 3 Sentinels fail/);
    assert.match(planSet(groupOf(), { quorum: '1' }).notes.join('\n'), /one Sentinel that cannot reach the primary begins a failover/);
  });
});

describe('the plan to watch a group no longer', () => {
  it('has all Sentinels that answer remove it, and tells of the others', () => {
    const plan = planRemove(groupOf([{ id: 3, down: true }]));
    assert.deepEqual(texts(plan), ['have 10.0.1.1:26379 watch the group no longer', 'have 10.0.1.2:26379 watch the group no longer']);
    assert.match(plan.notes.join('\n'), /10\.0\.1\.3:26379 cannot be asked and goes on watching it/);
  });

  it('is refused during a failover', () => {
    assert.throws(() => planRemove(groupOf([{ id: 2, fields: { flags: 'master,failover_in_progress' } }])), /is under way/);
  });
});

describe('the plan to watch a primary', () => {
  const PRIMARY: NewPrimary = { host: '10.0.0.1', port: 6379, role: 'primary', wantsPassword: false };
  const { sentinels } = groupOfExactly([1, 2, 3].map((id) => ({ id, ignorant: true })));
  const request = { quorum: 2, settings: {} };

  it('has each Sentinel watch it, and sets what is given', () => {
    const plan = planMonitor('main', sentinels.slice(0, 2), PRIMARY, { quorum: 2, settings: { 'down-after-milliseconds': '5000' } });
    assert.deepEqual(texts(plan), [
      'have 10.0.1.1:26379 watch 10.0.0.1:6379 with quorum 2',
      'set down-after-milliseconds to 5000 at 10.0.1.1:26379',
      'have 10.0.1.2:26379 watch 10.0.0.1:6379 with quorum 2',
      'set down-after-milliseconds to 5000 at 10.0.1.2:26379',
    ]);
    assert.match(plan.notes.join('\n'), /2 Sentinels bear no failure/);
  });

  it('goes on where some watch it already', () => {
    const mixed = groupOf([{ id: 3, ignorant: true }]).sentinels;
    assert.deepEqual(texts(planMonitor('main', mixed, PRIMARY, request)), ['have 10.0.1.3:26379 watch 10.0.0.1:6379 with quorum 2']);
    assert.deepEqual(planMonitor('main', groupOf().sentinels, PRIMARY, request).steps, []);
  });

  it('tells that a password is missing', () => {
    const plan = planMonitor('main', sentinels, { ...PRIMARY, wantsPassword: true }, request);
    assert.match(plan.notes.join('\n'), /wants a password: without auth-pass=SECRET/);
  });

  it('is refused for a replica, an address that only one host has, another primary, and a quorum that is too large', () => {
    assert.throws(() => planMonitor('main', sentinels, { ...PRIMARY, role: 'replica' }, request), /is a replica: name the primary/);
    for (const host of ['127.0.0.1', 'localhost']) {
      assert.throws(() => planMonitor('main', sentinels, { ...PRIMARY, host }, request), /name the address that all can reach/);
    }
    assert.throws(
      () => planMonitor('main', groupOf().sentinels, { ...PRIMARY, port: 7000 }, request),
      /watches a group main already, with the primary 10\.0\.0\.1:6379/,
    );
    assert.throws(() => planMonitor('main', sentinels, PRIMARY, { ...request, quorum: 4 }), /cannot be reached by 3/);
  });
});
