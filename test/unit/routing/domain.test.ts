import assert from 'node:assert/strict';
import { DEFAULTS, type Domain, type DomainOptions, resolveOptions } from '../../../lib/options.js';
import { DomainTable } from '../../../lib/routing/domain.js';
import { PolicyTable, policyOf } from '../../../lib/routing/read-preference.js';

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

  it('takes the mode from the view, else the domain, else the client; sets and fallback from the domain', () => {
    assert.deepEqual(policyOf(DEFAULTS, null, {}), { reads: 'primary', replicas: [], fallback: [] });
    assert.deepEqual(policyOf(DEFAULTS, null, { reads: 'nearest' }), { reads: 'nearest', replicas: [], fallback: [] });
    assert.deepEqual(policyOf(DEFAULTS, domain, {}), { reads: 'replica', replicas, fallback });
    assert.deepEqual(policyOf(DEFAULTS, domain, { reads: 'nearest' }), { reads: 'nearest', replicas, fallback });
  });

  it('gives the same object for the same domain and mode', () => {
    const table = new PolicyTable(DEFAULTS);
    assert.equal(table.of(domain, undefined), table.of(domain, undefined));
    assert.equal(table.of(null, 'nearest'), table.of(null, 'nearest'));
    assert.notEqual(table.of(null, 'nearest'), table.of(domain, 'nearest'));
    assert.deepEqual(table.of(domain, 'primary'), policyOf(DEFAULTS, domain, { reads: 'primary' }));
  });
});
