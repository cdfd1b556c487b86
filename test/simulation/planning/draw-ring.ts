import type { Random } from '../time/random.js';
import type { DeploymentPlan, MemberKind, MemberPlan, RingPlan } from '../topologies/deployment.js';

/** Members at the beginning, and those that only operators add. */
const FIRST = 3;
const SPARE = 1;

const HASHES = ['fnv1a_64', 'murmur', 'md5', 'crc16'] as const;

/** Each with tags in braces, as the keys of programs have them. Options that are made where the ring is: see `placementOf` of topologies/ring.ts. */
function drawPlacement(random: Random): RingPlan['placement'] {
  const as = random.weighted({ 'go-redis': 3, twemproxy: 3, jedis: 2, 'redis-rb': 1, predixy: 1, function: 1 });
  const [hash, distribution] = [random.pick(HASHES), random.pick(['ketama', 'ketama', 'modula'] as const)];
  const version = random.pick([4, 5] as const);
  if (as === 'twemproxy') return { as, hash, distribution, hashTag: '{}' };
  if (as === 'jedis') return { as, tag: '{}' };
  if (as === 'redis-rb') return { as, version };
  if (as === 'predixy') return { as, hash: 'crc16', hashTag: '{}' };
  return { as };
}

/** What its members are: servers alone, groups, or both. */
function drawKinds(random: Random): MemberKind[] {
  const shape = random.weighted({ servers: 5, groups: 2, both: 4 });
  // Sentinels talk all the time: one group of them a ring is enough.
  const isWatched = shape !== 'servers' && random.chance(0.5);
  const kinds = Array.from({ length: FIRST + SPARE }, (_, at): MemberKind => {
    if (shape === 'servers' || at >= FIRST) return 'single';
    return shape === 'groups' || random.chance(0.5) ? 'replication' : 'single';
  });
  if (isWatched) kinds[random.integer(0, FIRST - 1)] = 'sentinel';
  return kinds;
}

function drawMember(kind: MemberKind, at: number, { random, common, hasWeights }: MemberParts): MemberPlan {
  const replicas = random.pick([1, 1, 1, 2]);
  const isByName = random.chance(0.3);
  const hasStandby = isByName && random.chance(0.4);
  const weight = random.pick([1, 1, 2, 3]);
  return {
    name: `m${at}`,
    weight: hasWeights ? weight : 1,
    servers: {
      ...common,
      kind,
      shards: 1,
      replicas: kind === 'single' ? Number(hasStandby) : replicas,
      sentinels: kind === 'sentinel' ? 3 : 0,
      reachedBy: kind === 'single' && isByName ? 'name' : 'address',
      place: at + 1,
    },
  };
}

interface MemberParts {
  readonly random: Random;
  readonly common: DeploymentPlan;
  readonly hasWeights: boolean;
}

/** A ring, out of the plan of a deployment that is none. */
export function drawRing(random: Random, common: DeploymentPlan): DeploymentPlan {
  const placement = drawPlacement(random.fork('placement'));
  const hasWeights = (placement.as === 'twemproxy' || placement.as === 'jedis') && random.chance(0.4);
  const kinds = drawKinds(random.fork('kinds'));
  const members = kinds.map((kind, at) => drawMember(kind, at, { random: random.fork(`member ${at}`), common, hasWeights }));
  const changesMembers = random.chance(0.3);
  const isCache = random.chance(0.3);
  const isModula = placement.as === 'predixy' || placement.distribution === 'modula';
  const eject = {
    after: random.pick([1, 2, 3, 3]),
    most: random.pick([0.34, 0.5, 0.5, 0.7, 1]),
    flush: random.chance(0.3),
    ...(isModula ? { evenModula: true } : {}),
  };
  const ring: RingPlan = {
    members: changesMembers ? members : members.slice(0, FIRST),
    first: FIRST,
    placement,
    onDown: isCache ? 'eject' : 'wait',
    eject: isCache ? eject : {},
    sameMember: random.chance(0.2),
    changesMembers,
  };
  const most = (of: (servers: DeploymentPlan) => number): number => Math.max(...ring.members.map(({ servers }) => of(servers)));
  return {
    ...common,
    kind: 'ring',
    shards: ring.members.length,
    replicas: most(({ replicas }) => replicas),
    sentinels: most(({ sentinels }) => sentinels),
    reachedBy: ring.members.some(({ servers }) => servers.reachedBy === 'name') ? 'name' : 'address',
    ring,
  };
}
