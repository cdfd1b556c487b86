import assert from 'node:assert/strict';
import type { ViewOptions } from '../../../../lib/options/client-options.js';
import { DEFAULTS } from '../../../../lib/options/defaults.js';
import type { Domain, DomainOptions } from '../../../../lib/options/domains.js';
import { resolveOptions } from '../../../../lib/options/resolve.js';
import { DomainTable } from '../../../../lib/routing/keys/domain-table.js';
import { PolicyTable, policyOf } from '../../../../lib/routing/reads/read-preference.js';

const domainsOf = (domains: Record<string, DomainOptions>): readonly Domain[] => resolveOptions({ reads: 'replica', domains }).domains;

const DOMAINS = domainsOf({
  video: { keys: 'video:*' },
  live: { keys: ['video:live:*', 'stream:*'] },
  meta: { keys: '*:meta' },
  front: { keys: 'front' },
  news: { reads: 'nearest' },
  'naïve ☃': { keys: '☃*' },
});

const KEYS: readonly (readonly [key: string, domain: string | null])[] = [
  ['video:1', 'video'],
  ['video:live:1', 'live'],
  ['video:live', 'video'],
  ['stream:9', 'live'],
  ['video:1:meta', 'video'],
  ['user:1:meta', 'meta'],
  ['front', 'front'],
  ['frontier', null],
  ['front:meta', 'meta'],
  ['☃1', 'naïve ☃'],
  ['', null],
  ['Video:1', null],
];

describe('routing/domain', () => {
  const table = new DomainTable(DOMAINS);

  for (const [key, name] of KEYS) {
    it(`puts ${JSON.stringify(key)} into ${name ?? 'no domain'}`, () => assert.equal(table.ofKey(key)?.name ?? null, name));
  }

  it('does not depend on the order of the domains', () => {
    const reversed = new DomainTable([...DOMAINS].reverse());
    for (const [key, name] of KEYS) assert.equal(reversed.ofKey(key)?.name ?? null, name, key);
  });

  it('finds domains by name', () => {
    assert.equal(table.byName('news'), DOMAINS[4]);
    assert.equal(table.byName('sports'), undefined);
    assert.equal(table.byName('__proto__'), undefined);
  });

  it('says whether keys have to be looked at', () => {
    assert.equal(table.hasPatterns, true);
    assert.equal(new DomainTable(domainsOf({ news: {} })).hasPatterns, false);
    assert.equal(new DomainTable([]).ofKey('video:1'), null);
  });

  it('lets any longer pattern win over a lone star', () => {
    const star = new DomainTable(domainsOf({ all: { keys: '*' }, video: { keys: 'v*' } }));
    assert.equal(star.ofKey('')?.name, 'all');
    assert.equal(star.ofKey('v')?.name, 'video');
    assert.equal(star.ofKey('x')?.name, 'all');
  });
});

describe('routing/read-preference', () => {
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
