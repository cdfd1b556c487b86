import assert from 'node:assert/strict';
import type { ReadPolicy } from '../../../../lib/routing/reads/read-preference.js';
import { type NodeState, type Reduction, selectCandidates, UNKNOWN_STATE } from '../../../../lib/routing/reads/selection.js';
import type { NodeInfo } from '../../../../lib/topology/snapshot.js';
import { CASES, type Case, NOW, p, replicas, SETS, SHARDS } from '../../../spec/selection-cases.js';

function policyOfCase(one: Pick<Case, 'reads' | 'sets' | 'fallback' | 'maxLagMs' | 'maxLagBytes' | 'zone' | 'windowMs'>): ReadPolicy {
  return {
    reads: one.reads === 'function' ? 'nearest' : one.reads,
    choose: one.reads === 'function' ? () => '' : null,
    replicas: SETS[one.sets ?? 'every'],
    fallback: one.fallback ?? [],
    maxLagMs: one.maxLagMs ?? 0,
    maxLagBytes: one.maxLagBytes ?? 0,
    zone: one.zone ?? null,
    windowMs: one.windowMs ?? (one.reads === 'nearest' ? 1 : 0),
    passing: false,
  };
}

const statesOf =
  ({ avoid = [], states = {} }: Pick<Case, 'avoid' | 'states'>) =>
  ({ key }: NodeInfo): NodeState => ({ ...UNKNOWN_STATE, unreachableReason: avoid.includes(key) ? 'avoided' : null, ...states[key] });

function titleOf({
  shard,
  reads,
  sets = 'every',
  fallback = [],
  avoid = [],
  maxLagMs,
  maxLagBytes,
  zone,
  windowMs,
  states,
  allowed,
}: Case): string {
  const limits = Object.entries({ maxLagMs, maxLagBytes, zone, windowMs }).flatMap(([name, value]) =>
    value === undefined ? [] : `${name} ${value}`,
  );
  const parts = [`${reads} of ${sets}`, ...limits, ...fallback.map((step) => `else ${step}`)].join(', ');
  const known = Object.entries(states ?? {}).map(([name, state]) => `${name} ${JSON.stringify(state)}`);
  const facts = [...known, ...avoid.map((name) => `${name} avoided`)].join(', ');
  return `${parts} may use ${allowed.join(', ') || 'nobody'}, with ${shard}${facts === '' ? '' : `, ${facts}`}`;
}

describe('the selection of candidates', () => {
  for (const one of CASES) {
    it(titleOf(one), () => {
      const found = selectCandidates(SHARDS[one.shard], { policy: policyOfCase(one), stateOf: statesOf(one), now: NOW });
      assert.deepEqual(
        found.nodes.map(({ key }) => key),
        one.allowed,
      );
    });
  }

  it('never gives a strict replica read to the primary, whatever is down', () => {
    for (const shard of Object.values(SHARDS)) {
      for (const sets of Object.keys(SETS) as (keyof typeof SETS)[]) {
        for (let down = 0; down < 8; down++) {
          const avoid = replicas.filter((_, i) => (down & (1 << i)) !== 0);
          const policy = policyOfCase({ reads: 'replica', sets, fallback: ['anyReplica'] });
          const found = selectCandidates(shard, { policy, stateOf: statesOf({ avoid }), now: NOW });
          assert.ok(!found.nodes.includes(p));
        }
      }
    }
  });

  const find = (one: Omit<Case, 'allowed'>): ReturnType<typeof selectCandidates> =>
    selectCandidates(SHARDS[one.shard], { policy: policyOfCase(one), stateOf: statesOf(one), now: NOW });

  it('says which step found them, and whether that was a fallback', () => {
    const stepOf = (one: Omit<Case, 'allowed'>): unknown[] => [find(one).step?.name ?? null, find(one).isFallback];
    assert.deepEqual(stepOf({ shard: 'all up', reads: 'replica' }), ['replica', false]);
    assert.deepEqual(stepOf({ shard: 'all up', reads: 'primary' }), ['primary', false]);
    assert.deepEqual(stepOf({ shard: 'all up', reads: 'nearest' }), ['primary and replicas', false]);
    assert.deepEqual(stepOf({ shard: 'video down', reads: 'replica', sets: 'video', fallback: ['anyReplica'] }), ['anyReplica', true]);
    assert.deepEqual(stepOf({ shard: 'replicas down', reads: 'replicaPreferred' }), ['primary', true]);
    assert.deepEqual(stepOf({ shard: 'no primary', reads: 'primaryPreferred' }), ['replica', true]);
    assert.deepEqual(stepOf({ shard: 'replicas down', reads: 'replica' }), [null, false]);
  });

  it('holds until the first of the candidates may be too far behind, or has warmed up further', () => {
    const states = { video1: { freshAt: 9_700 }, video2: { freshAt: 9_500 } };
    assert.equal(find({ shard: 'all up', reads: 'replica', maxLagMs: 1_000, states }).validUntil, 10_500);
    assert.equal(find({ shard: 'all up', reads: 'replica', states }).validUntil, Number.POSITIVE_INFINITY);
    const { validUntil, weights } = find({ shard: 'all up', reads: 'replica', states: { news: { share: 0.1 } } });
    assert.ok(validUntil > NOW && validUntil <= NOW + 1_000);
    assert.deepEqual(weights, [1, 1, 0.1]);
  });

  it('tells each reduction with the reasons', () => {
    const traced: [string, string[], string[]][] = [];
    const trace = (_: unknown, { reducer, left, removed }: Reduction): void => {
      traced.push([reducer, left.map(({ key }) => key), removed.map(({ node, why }) => `${node.key}: ${why}`)]);
    };
    const policy = policyOfCase({ reads: 'replica', sets: 'video', maxLagMs: 1_000 });
    const stateOf = statesOf({ avoid: ['news'], states: { video1: { freshAt: 9_500 }, video2: { freshAt: 8_000 } } });
    selectCandidates(SHARDS['all up'], { policy, stateOf, now: NOW }, trace);
    assert.deepEqual(traced.slice(0, 5), [
      ['not deprioritised', ['p', 'video1', 'video2'], ['news: avoided']],
      ['mode', ['video1', 'video2'], ['p: replica only']],
      ['link up, not loading', ['video1', 'video2'], []],
      ['lag', ['video1'], ['video2: up to 2000 ms behind, 1000 are allowed']],
      ['replica sets', ['video1'], []],
    ]);
  });
});
