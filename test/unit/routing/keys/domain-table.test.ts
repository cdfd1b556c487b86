import assert from 'node:assert/strict';
import type { Domain, DomainOptions } from '../../../../lib/options/domains.js';
import { resolveOptions } from '../../../../lib/options/resolve.js';
import { DomainTable } from '../../../../lib/routing/keys/domain-table.js';

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

describe('a domain table', () => {
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
