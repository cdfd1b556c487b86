import assert from 'node:assert/strict';
import type { Fallback, ReadMode, ReplicaSet } from '../../../lib/options.js';
import type { ReadPolicy } from '../../../lib/routing/read-preference.js';
import { candidates, choose } from '../../../lib/routing/selection.js';
import type { NodeInfo, Shard } from '../../../lib/topology/topology.js';

function node(name: string, host: string, tags: Record<string, string> = {}, more: Partial<NodeInfo> = {}): NodeInfo {
  const address = { host, port: 6379 };
  const role = name === 'p' ? 'primary' : 'replica';
  const replicaOf = role === 'primary' ? null : 'p';
  return { id: name, address, key: name, role, usable: true, replicaOf, depth: role === 'primary' ? 0 : 1, priority: 100, tags, ...more };
}

const p = node('p', '10.0.0.1', { zone: 'a' });
const video1 = node('video1', '10.0.1.1', { use: 'video', zone: 'a' });
const video2 = node('video2', '10.0.1.2', { use: 'video', zone: 'b' }, { aliases: ['replica-2.example:6379'] });
const news = node('news', '10.0.2.1', { use: 'news', zone: 'b' });
const down = (info: NodeInfo): NodeInfo => ({ ...info, usable: false });
const lone = node('lone', '10.0.0.9');

/** What exists; a shard of `p` and its replicas unless it says otherwise. */
const SHARDS = {
  'all up': { primary: p, replicas: [video1, video2, news] },
  'video1 link down': { primary: p, replicas: [down(video1), video2, news] },
  'video down': { primary: p, replicas: [down(video1), down(video2), news] },
  'replicas down': { primary: p, replicas: [down(video1), down(video2), down(news)] },
  'no replicas': { primary: p, replicas: [] },
  'no primary': { primary: null, replicas: [video1, video2, news] },
  'primary failed': { primary: down(p), replicas: [video1, video2, news] },
  nothing: { primary: null, replicas: [] },
  'a lone replica': { primary: lone, replicas: [lone] },
} as const satisfies Record<string, Shard>;

const SETS = {
  every: [],
  video: [{ tags: { use: 'video' } }],
  'video in a': [{ tags: { use: 'video', zone: 'a' } }],
  'zone a': [{ tags: { zone: 'a' } }],
  'zone b': [{ tags: { zone: 'b' } }],
  'video, then news': [{ tags: { use: 'video' } }, { tags: { use: 'news' } }],
  'subnet 1': [{ addresses: ['10.0.1.0/24'] }],
  'subnet 1 in b': [{ addresses: ['10.0.1.0/24'], tags: { zone: 'b' } }],
  'two addresses': [{ addresses: ['10.0.1.1:6379', '10.0.2.*'] }],
  'by alias': [{ addresses: ['replica-2.example'] }],
  'nobody, then every': [{ tags: { use: 'nothing' } }, {}],
} as const satisfies Record<string, readonly ReplicaSet[]>;

interface Case {
  readonly shard: keyof typeof SHARDS;
  readonly reads: ReadMode;
  readonly sets?: keyof typeof SETS;
  readonly fallback?: readonly Fallback[];
  /** Deprioritised nodes. */
  readonly avoid?: readonly string[];
  readonly allowed: readonly string[];
}

const replicas = ['video1', 'video2', 'news'];

const CASES: readonly Case[] = [
  { shard: 'all up', reads: 'primary', allowed: ['p'] },
  { shard: 'no replicas', reads: 'primary', allowed: ['p'] },
  { shard: 'no primary', reads: 'primary', allowed: [] },
  { shard: 'primary failed', reads: 'primary', allowed: [] },
  { shard: 'all up', reads: 'primary', avoid: ['p'], allowed: [] },

  { shard: 'all up', reads: 'primaryPreferred', allowed: ['p'] },
  { shard: 'no primary', reads: 'primaryPreferred', allowed: replicas },
  { shard: 'primary failed', reads: 'primaryPreferred', allowed: replicas },
  { shard: 'all up', reads: 'primaryPreferred', avoid: ['p'], allowed: replicas },
  { shard: 'no primary', reads: 'primaryPreferred', sets: 'video', allowed: ['video1', 'video2'] },
  { shard: 'all up', reads: 'primaryPreferred', sets: 'video', allowed: ['p'] },
  { shard: 'all up', reads: 'primaryPreferred', sets: 'video', avoid: ['p', 'video1', 'video2'], allowed: [] },
  {
    shard: 'all up',
    reads: 'primaryPreferred',
    sets: 'video',
    avoid: ['p', 'video1', 'video2'],
    fallback: ['anyReplica'],
    allowed: ['news'],
  },

  { shard: 'all up', reads: 'replica', allowed: replicas },
  { shard: 'video1 link down', reads: 'replica', allowed: ['video2', 'news'] },
  { shard: 'all up', reads: 'replica', avoid: ['news', 'video2'], allowed: ['video1'] },
  { shard: 'replicas down', reads: 'replica', allowed: [] },
  { shard: 'no replicas', reads: 'replica', allowed: [] },
  { shard: 'no primary', reads: 'replica', allowed: replicas },
  { shard: 'all up', reads: 'replica', sets: 'video', allowed: ['video1', 'video2'] },
  { shard: 'all up', reads: 'replica', sets: 'video in a', allowed: ['video1'] },
  { shard: 'all up', reads: 'replica', sets: 'zone a', allowed: ['video1'] },
  { shard: 'all up', reads: 'replica', sets: 'subnet 1', allowed: ['video1', 'video2'] },
  { shard: 'all up', reads: 'replica', sets: 'subnet 1 in b', allowed: ['video2'] },
  { shard: 'all up', reads: 'replica', sets: 'two addresses', allowed: ['video1', 'news'] },
  { shard: 'all up', reads: 'replica', sets: 'by alias', allowed: ['video2'] },
  { shard: 'all up', reads: 'replica', sets: 'nobody, then every', allowed: replicas },
  { shard: 'video1 link down', reads: 'replica', sets: 'video', allowed: ['video2'] },
  { shard: 'video down', reads: 'replica', sets: 'video', allowed: [] },
  { shard: 'all up', reads: 'replica', sets: 'video, then news', allowed: ['video1', 'video2'] },
  { shard: 'video down', reads: 'replica', sets: 'video, then news', allowed: ['news'] },
  { shard: 'video down', reads: 'replica', sets: 'video', fallback: ['anyReplica', 'primary'], allowed: ['news'] },
  { shard: 'video down', reads: 'replica', sets: 'video', fallback: ['primary', 'anyReplica'], allowed: ['p'] },
  { shard: 'video down', reads: 'replica', sets: 'video', fallback: ['primary'], allowed: ['p'] },
  { shard: 'replicas down', reads: 'replica', sets: 'video', fallback: ['anyReplica'], allowed: [] },
  { shard: 'replicas down', reads: 'replica', sets: 'video', fallback: ['anyReplica', 'primary'], allowed: ['p'] },
  { shard: 'video1 link down', reads: 'replica', sets: 'video', fallback: ['anyReplica', 'primary'], allowed: ['video2'] },

  { shard: 'all up', reads: 'replicaPreferred', allowed: replicas },
  { shard: 'replicas down', reads: 'replicaPreferred', allowed: ['p'] },
  { shard: 'no replicas', reads: 'replicaPreferred', allowed: ['p'] },
  { shard: 'video down', reads: 'replicaPreferred', sets: 'video', allowed: ['p'] },
  { shard: 'video down', reads: 'replicaPreferred', sets: 'video', fallback: ['anyReplica'], allowed: ['news'] },
  { shard: 'replicas down', reads: 'replicaPreferred', sets: 'video', fallback: ['anyReplica'], allowed: ['p'] },
  { shard: 'replicas down', reads: 'replicaPreferred', avoid: ['p'], allowed: [] },

  { shard: 'all up', reads: 'nearest', allowed: ['p', ...replicas] },
  { shard: 'primary failed', reads: 'nearest', allowed: replicas },
  { shard: 'replicas down', reads: 'nearest', allowed: ['p'] },
  { shard: 'all up', reads: 'nearest', sets: 'zone a', allowed: ['p', 'video1'] },
  { shard: 'all up', reads: 'nearest', sets: 'zone b', allowed: ['video2', 'news'] },
  { shard: 'replicas down', reads: 'nearest', sets: 'zone b', allowed: [] },
  { shard: 'replicas down', reads: 'nearest', sets: 'zone b', fallback: ['anyReplica', 'primary'], allowed: ['p'] },

  { shard: 'nothing', reads: 'nearest', fallback: ['anyReplica', 'primary'], allowed: [] },
  { shard: 'a lone replica', reads: 'primary', allowed: ['lone'] },
  { shard: 'a lone replica', reads: 'replica', allowed: ['lone'] },
  { shard: 'a lone replica', reads: 'nearest', allowed: ['lone'] },
];

describe('routing/selection', () => {
  for (const { shard, reads, sets = 'every', fallback = [], avoid = [], allowed } of CASES) {
    const chain = fallback.length > 0 ? `, else ${fallback.join(', else ')}` : '';
    const avoiding = avoid.length > 0 ? `, avoiding ${avoid.join(' and ')}` : '';
    it(`with ${shard}${avoiding}, ${reads} of ${sets}${chain} may use ${allowed.join(', ') || 'nobody'}`, () => {
      const policy: ReadPolicy = { reads, replicas: SETS[sets], fallback };
      const found = candidates(SHARDS[shard], policy, (key) => !avoid.includes(key));
      assert.deepEqual(
        found.map(({ key }) => key),
        allowed,
      );
    });
  }

  it('never gives a strict replica read to the primary, whatever is down', () => {
    for (const shard of Object.values(SHARDS)) {
      for (const sets of Object.values(SETS)) {
        for (let down = 0; down < 8; down++) {
          const usable = (key: string): boolean => !replicas.some((name, i) => name === key && (down & (1 << i)) !== 0);
          const found = candidates(shard, { reads: 'replica', replicas: sets, fallback: ['anyReplica'] }, usable);
          assert.ok(!found.includes(p));
        }
      }
    }
  });
});

describe('routing/selection: choose', () => {
  const load = { video1: 5, video2: 3, news: 9 } as const;
  type Name = keyof typeof load;
  const names: readonly Name[] = ['video1', 'video2', 'news'];
  const dice =
    (...values: readonly number[]) =>
    (): number =>
      values[turn++] ?? assert.fail('thrown too often');
  let turn = 0;
  beforeEach(() => {
    turn = 0;
  });

  it('has no choice among none and one, and throws no dice', () => {
    assert.equal(
      choose([], () => 0, dice()),
      undefined,
    );
    assert.equal(
      choose(['only'], () => 0, dice()),
      'only',
    );
  });

  const cases: readonly (readonly [first: number, second: number, chosen: Name])[] = [
    [0, 0, 'video2'],
    [0, 0.99, 'video1'],
    [0.4, 0, 'video2'],
    [0.4, 0.99, 'video2'],
    [0.99, 0, 'video1'],
    [0.99, 0.99, 'video2'],
  ];
  for (const [first, second, chosen] of cases) {
    it(`takes ${chosen}, the less loaded of the two that ${first} and ${second} draw`, () => {
      assert.equal(
        choose(names, (name) => load[name], dice(first, second)),
        chosen,
      );
    });
  }

  it('spreads evenly over equals, within 10 %', () => {
    const counts = new Map<string, number>();
    // A fixed generator (Lehmer), so that the outcome is the same in every run.
    let seed = 42;
    const random = (): number => {
      seed = (seed * 48_271) % 2_147_483_647;
      return seed / 2_147_483_647;
    };
    for (let i = 0; i < 9_000; i++) {
      const name = choose(names, () => 0, random) ?? '';
      counts.set(name, (counts.get(name) ?? 0) + 1);
    }
    for (const name of names) assert.ok(Math.abs((counts.get(name) ?? 0) - 3_000) < 300, `${name}: ${counts.get(name)}`);
  });
});
