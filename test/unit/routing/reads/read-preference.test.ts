import assert from 'node:assert/strict';
import type { ViewOptions } from '../../../../lib/options/client-options.js';
import { DEFAULTS } from '../../../../lib/options/defaults.js';
import { resolveOptions } from '../../../../lib/options/resolve.js';
import { PolicyTable, policyOf } from '../../../../lib/routing/reads/read-preference.js';

describe('a read policy', () => {
  const [domain] = resolveOptions({
    nodes: [{ match: 'a', tags: { use: 'video' } }],
    domains: { video: { reads: 'replica', replicas: { tags: { use: 'video' } }, fallback: ['primary'] } },
  }).domains;
  assert.ok(domain !== undefined);
  const { replicas, fallback } = domain;

  const without = { choose: null, maxLagMs: 0, maxLagBytes: 0, zone: null };

  it('takes the mode from the view, else the domain, else the client; sets and fallback from the domain', () => {
    const nowhere = { replicas: [], fallback: [] };
    assert.deepEqual(policyOf(DEFAULTS, null, {}), { reads: 'primary', ...nowhere, ...without, windowMs: 0, passing: false });
    const nearest = { reads: 'nearest', ...without, windowMs: 1, passing: true } as const;
    assert.deepEqual(policyOf(DEFAULTS, null, { reads: 'nearest' }), { ...nearest, ...nowhere });
    assert.deepEqual(policyOf(DEFAULTS, domain, {}), { reads: 'replica', replicas, fallback, ...without, windowMs: 0, passing: false });
    assert.deepEqual(policyOf(DEFAULTS, domain, { reads: 'nearest' }), { ...nearest, replicas, fallback });
  });

  it('takes limits from the view, else the domain; zone and window from the domain, else the client', () => {
    const options = resolveOptions({
      reads: 'replica',
      maxLagMs: 100,
      maxLagBytes: 7,
      zone: 'a',
      latencyWindowMs: 9,
      domains: { own: { maxLagMs: 0, zone: 'b', latencyWindowMs: 3 }, none: { zone: '', latencyWindowMs: 0 }, all: {} },
    });
    const facts = (name: string | null, view: ViewOptions = {}): unknown[] => {
      const of = options.domains.find((known) => known.name === name) ?? null;
      const { maxLagMs, maxLagBytes, zone, windowMs } = policyOf(options, of, view);
      return [maxLagMs, maxLagBytes, zone, windowMs];
    };
    assert.deepEqual(facts(null), [100, 7, 'a', 9]);
    assert.deepEqual(facts('all'), [100, 7, 'a', 9]);
    assert.deepEqual(facts('own'), [0, 7, 'b', 3]);
    assert.deepEqual(facts('none'), [100, 7, null, 0]);
    assert.deepEqual(facts('own', { maxLagMs: 5, maxLagBytes: 0 }), [5, 0, 'b', 3]);
    assert.deepEqual(facts(null, { maxLagMs: 0 }), [0, 7, 'a', 9]);
  });

  it('gives the same object for the same domain and options of a view', () => {
    const table = new PolicyTable(DEFAULTS);
    assert.equal(table.of(domain, {}), table.of(domain, {}));
    assert.equal(table.of(null, { reads: 'nearest' }), table.of(null, { reads: 'nearest', timeoutMs: 5 } as ViewOptions));
    assert.notEqual(table.of(null, { reads: 'nearest' }), table.of(domain, { reads: 'nearest' }));
    assert.notEqual(table.of(null, { reads: 'nearest' }), table.of(null, { reads: 'nearest', maxLagMs: 5 }));
    assert.deepEqual(table.of(domain, { reads: 'primary' }), policyOf(DEFAULTS, domain, { reads: 'primary' }));
  });

  it('keeps few of the policies that calls make up', () => {
    const table = new PolicyTable(DEFAULTS);
    const first = table.of(null, { maxLagMs: 1 });
    for (let ms = 2; ms < 60; ms++) table.of(null, { maxLagMs: ms });
    assert.equal(table.of(null, { maxLagMs: 1 }), first);
    for (let ms = 2; ms < 1_000; ms++) table.of(null, { maxLagMs: ms });
    assert.notEqual(table.of(null, { maxLagMs: 1 }), first);
  });

  it('has a function look at every place, and takes it as it is', () => {
    const choose = (): string => 'a';
    const policy = policyOf(DEFAULTS, domain, { reads: choose });
    assert.equal(policy.choose, choose);
    assert.equal(policy.reads, 'nearest');
  });
});
