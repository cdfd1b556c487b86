import { type SlotwiseError, TopologyError } from '../../errors.js';
import { isMisconfigured } from '../probe-error.js';
import { SlotMap } from '../slot-map.js';
import { makeTopology, type Shard, type ShardMember, type TopologySnapshot } from '../snapshot.js';

/** What is known of a member of a ring. */
export interface MemberView {
  readonly name: string;
  readonly kind: ShardMember['kind'];
  readonly slot: number;
  /** Null: nothing is, yet. */
  readonly snapshot: TopologySnapshot | null;
  /** Why its last look failed; null: it did not, or there was none. */
  readonly error: SlotwiseError | null;
  readonly ejected: boolean;
}

/** The snapshot of a ring: a shard for each member, in their order. `count`: how many numbers members have had. */
export function mergeMembers(members: readonly MemberView[], count: number): TopologySnapshot {
  const shards = members.map(shardOf);
  const slots = SlotMap.fromRanges(
    members.map(({ slot }, shard) => ({ start: slot, end: slot, shard })),
    count,
  );
  return makeTopology('ring', shards, slots, problemOf(shards));
}

function shardOf({ name, kind, slot, snapshot, error, ejected }: MemberView): Shard {
  const problem = error ?? snapshot?.problem;
  const { primary, replicas } = snapshot?.shards[0] ?? { primary: null, replicas: [] };
  const member = { name, kind, slot, ...(ejected ? { ejected } : {}), ...(problem === undefined ? {} : { problem }) } as const;
  return Object.freeze({ primary, replicas, member: Object.freeze(member) });
}

/** Names the members that are down; null: none is. */
function problemOf(shards: readonly Shard[]): TopologyError | null {
  const down = shards.flatMap(({ member }) => (member?.problem === undefined ? [] : [{ name: member.name, error: member.problem }]));
  const [first] = down;
  if (first === undefined) return null;
  const names = down.slice(0, 5).map(({ name }) => name);
  const more = down.length > names.length ? ` and ${down.length - names.length} more` : '';
  return new TopologyError(
    'ERR_PRIMARY_UNREACHABLE',
    `${down.length} of ${shards.length} members of the ring are down: ${names.join(', ')}${more}; the first: ${first.error.message}`,
    down.map(({ name, error }) => ({ node: error.node ?? name, error })),
  );
}

/** Why nothing of a ring can ever be served, where no member has been found and none will be before a person helps; null: it may be. */
export function hopelessIn({ shards, problem }: TopologySnapshot, failFast: boolean): SlotwiseError | null {
  const problems = shards.map(({ primary, member }) => (primary === null ? member?.problem : undefined));
  if (problem === undefined || problems.includes(undefined)) return null;
  const [first] = problems;
  if (problems.every(isMisconfigured)) return first ?? problem;
  return failFast ? problem : null;
}
