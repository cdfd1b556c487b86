import type { ReadMode } from '../../lib/options/reads.js';
import type { Fallback, ReplicaSet } from '../../lib/options/replica-sets.js';
import type { NodeState } from '../../lib/routing/reads/selection.js';
import type { NodeInfo, Shard } from '../../lib/topology/snapshot.js';

function node(name: string, host: string, tags: Record<string, string> = {}, more: Partial<NodeInfo> = {}): NodeInfo {
  const address = { host, port: 6379 };
  const role = name === 'p' ? 'primary' : 'replica';
  const replicaOf = role === 'primary' ? null : 'p';
  return { id: name, address, key: name, role, usable: true, replicaOf, depth: role === 'primary' ? 0 : 1, priority: 100, tags, ...more };
}

export const p = node('p', '10.0.0.1', { zone: 'a' });
const video1 = node('video1', '10.0.1.1', { use: 'video', zone: 'a' });
const video2 = node('video2', '10.0.1.2', { use: 'video', zone: 'b' }, { aliases: ['replica-2.example:6379'] });
const news = node('news', '10.0.2.1', { use: 'news', zone: 'b' });
const down = (info: NodeInfo): NodeInfo => ({ ...info, usable: false });
const lone = node('lone', '10.0.0.9');

/** What exists; a shard of `p` and its replicas unless it says otherwise. */
export const SHARDS = {
  'all up': { primary: p, replicas: [video1, video2, news] },
  'video1 link down': { primary: p, replicas: [down(video1), video2, news] },
  'video down': { primary: p, replicas: [down(video1), down(video2), news] },
  'replicas down': { primary: p, replicas: [down(video1), down(video2), down(news)] },
  'no replicas': { primary: p, replicas: [] },
  'no primary': { primary: null, replicas: [video1, video2, news] },
  'primary failed': { primary: down(p), replicas: [video1, video2, news] },
  nothing: { primary: null, replicas: [] },
  tiers: {
    primary: { ...p, tier: 9 },
    replicas: [
      node('near', '10.0.3.1', {}),
      node('far1', '10.0.3.2', {}, { tier: 1 }),
      node('far2', '10.0.3.3', {}, { tier: 1 }),
      node('last', '10.0.3.4', {}, { tier: 2 }),
    ],
  },
  zones: {
    primary: { ...p, zone: 'a' },
    replicas: [
      node('a1', '10.0.3.1', {}, { zone: 'a' }),
      node('a2', '10.0.3.2', {}, { zone: 'a' }),
      node('b1', '10.0.3.3', {}, { zone: 'b' }),
      node('unknown', '10.0.3.4'),
    ],
  },
  'a lone replica': { primary: lone, replicas: [lone] },
} as const satisfies Record<string, Shard>;

export const SETS = {
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

export interface Case {
  readonly shard: keyof typeof SHARDS;
  readonly reads: ReadMode | 'function';
  readonly sets?: keyof typeof SETS;
  readonly fallback?: readonly Fallback[];
  /** Deprioritised nodes. */
  readonly avoid?: readonly string[];
  readonly maxLagMs?: number;
  readonly maxLagBytes?: number;
  readonly zone?: string;
  /** Default: 1 with `nearest`, else none. */
  readonly windowMs?: number;
  /** What is known of nodes besides the topology. */
  readonly states?: Readonly<Record<string, Partial<NodeState>>>;
  readonly allowed: readonly string[];
}

export const replicas: readonly string[] = ['video1', 'video2', 'news'];

/** On the clock of the cases. */
export const NOW = 10_000;
const fresh = (freshAt: number): Partial<NodeState> => ({ freshAt });
const tripped: Partial<NodeState> = { tripped: true };
const rtts = (...all: readonly (number | null)[]): Record<string, Partial<NodeState>> =>
  Object.fromEntries(['p', ...replicas].map((name, at) => [name, { rttMs: all[at] ?? null }]));

export const CASES: readonly Case[] = [
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

  // A node's own word on its link wins over the topology's.
  { shard: 'all up', reads: 'replica', states: { video1: { linked: false } }, allowed: ['video2', 'news'] },
  { shard: 'video1 link down', reads: 'replica', states: { video1: { linked: true } }, allowed: replicas },
  { shard: 'all up', reads: 'nearest', states: { video1: { linked: false }, news: { linked: false } }, allowed: ['p', 'video2'] },

  // Lag: the clock stands at 10,000.
  { shard: 'all up', reads: 'replica', maxLagMs: 1_000, states: { video1: fresh(9_100), news: fresh(9_000) }, allowed: ['video1'] },
  { shard: 'all up', reads: 'replica', maxLagMs: 1_000, allowed: [] },
  { shard: 'all up', reads: 'replica', maxLagMs: 1_000, fallback: ['primary'], allowed: ['p'] },
  { shard: 'all up', reads: 'replicaPreferred', maxLagMs: 1_000, states: { video2: fresh(10_000) }, allowed: ['video2'] },
  { shard: 'all up', reads: 'replicaPreferred', maxLagMs: 1_000, states: { video2: fresh(5_000) }, allowed: ['p'] },
  { shard: 'all up', reads: 'nearest', maxLagMs: 1_000, states: { news: fresh(9_999) }, allowed: ['p', 'news'] },
  { shard: 'all up', reads: 'primary', maxLagMs: 1_000, allowed: ['p'] },
  { shard: 'all up', reads: 'replica', maxLagBytes: 10, states: { video1: { lagBytes: 10 }, news: { lagBytes: 11 } }, allowed: ['video1'] },
  {
    shard: 'all up',
    reads: 'replica',
    maxLagMs: 1_000,
    maxLagBytes: 10,
    states: { video1: { ...fresh(9_900), lagBytes: 11 }, video2: { ...fresh(9_900), lagBytes: 0 }, news: { lagBytes: 0 } },
    allowed: ['video2'],
  },
  // Of the sets, the first with somebody fresh enough; the fallback keeps the limit.
  { shard: 'all up', reads: 'replica', sets: 'video, then news', maxLagMs: 9, states: { news: fresh(9_999) }, allowed: ['news'] },
  {
    shard: 'all up',
    reads: 'replica',
    sets: 'video',
    maxLagMs: 9,
    fallback: ['anyReplica', 'primary'],
    states: { news: fresh(9_999) },
    allowed: ['news'],
  },
  { shard: 'all up', reads: 'replica', sets: 'video', maxLagMs: 9, fallback: ['anyReplica', 'primary'], allowed: ['p'] },

  { shard: 'tiers', reads: 'replica', allowed: ['near'] },
  { shard: 'tiers', reads: 'nearest', allowed: ['near'] },
  { shard: 'tiers', reads: 'replica', avoid: ['near'], allowed: ['far1', 'far2'] },
  { shard: 'tiers', reads: 'replica', avoid: ['near', 'far1', 'far2'], allowed: ['last'] },
  { shard: 'tiers', reads: 'replica', maxLagMs: 9, states: { last: fresh(9_999) }, allowed: ['last'] },

  { shard: 'zones', reads: 'replica', allowed: ['a1', 'a2', 'b1', 'unknown'] },
  { shard: 'zones', reads: 'replica', zone: 'a', allowed: ['a1', 'a2'] },
  { shard: 'zones', reads: 'nearest', zone: 'a', allowed: ['p', 'a1', 'a2'] },
  { shard: 'zones', reads: 'replica', zone: 'b', allowed: ['b1'] },
  { shard: 'zones', reads: 'replica', zone: 'b', avoid: ['b1'], allowed: ['a1', 'a2', 'unknown'] },
  { shard: 'zones', reads: 'replica', zone: 'c', allowed: ['a1', 'a2', 'b1', 'unknown'] },
  // What the server says counts where no rule says anything.
  { shard: 'zones', reads: 'replica', zone: 'c', states: { unknown: { zone: 'c' }, a1: { zone: 'c' } }, allowed: ['unknown'] },

  { shard: 'all up', reads: 'nearest', states: rtts(0.2, 1.1, 1.3, 9), allowed: ['p', 'video1'] },
  { shard: 'all up', reads: 'nearest', windowMs: 2, states: rtts(0.2, 1.1, 1.3, 9), allowed: ['p', 'video1', 'video2'] },
  { shard: 'all up', reads: 'nearest', windowMs: 0, states: rtts(0.2, 1.1, 1.3, 9), allowed: ['p', ...replicas] },
  { shard: 'all up', reads: 'nearest', states: rtts(0.2, null, 5, 9), allowed: ['p', 'video1'] },
  { shard: 'all up', reads: 'nearest', avoid: ['p'], states: rtts(0.2, 5, 5.5, 9), allowed: ['video1', 'video2'] },
  { shard: 'all up', reads: 'replica', states: rtts(0.2, 1, 5, 9), allowed: replicas },
  { shard: 'all up', reads: 'replica', windowMs: 1, states: rtts(0.2, 1, 5, 9), allowed: ['video1'] },
  // The fastest of another zone is no measure.
  {
    shard: 'zones',
    reads: 'replica',
    zone: 'b',
    windowMs: 1,
    states: { b1: { rttMs: 9 }, a1: { rttMs: 1 } },
    allowed: ['b1'],
  },

  { shard: 'all up', reads: 'replica', states: { video1: tripped }, allowed: ['video2', 'news'] },
  { shard: 'all up', reads: 'replicaPreferred', states: { video1: tripped, video2: tripped, news: tripped }, allowed: ['p'] },
  // Better a node whose breaker is open than none; not one that cannot be reached.
  { shard: 'all up', reads: 'replica', states: { video1: tripped, video2: tripped, news: tripped }, allowed: replicas },
  { shard: 'all up', reads: 'replica', avoid: ['news'], states: { video1: tripped, video2: tripped }, allowed: ['video1', 'video2'] },

  // A function gets what zone and latency would have left out.
  {
    shard: 'zones',
    reads: 'function',
    zone: 'b',
    windowMs: 1,
    states: { b1: { rttMs: 9 }, a1: { rttMs: 1 } },
    allowed: ['p', 'a1', 'a2', 'b1', 'unknown'],
  },
  { shard: 'all up', reads: 'function', sets: 'video', maxLagMs: 9, states: { video1: fresh(9_999) }, allowed: ['video1'] },
  { shard: 'all up', reads: 'function', sets: 'video', avoid: ['video1', 'video2'], fallback: ['primary'], allowed: ['p'] },
];
