import type { ClusterGroup } from '../servers/cluster/cluster-group.js';
import type { ClusterMember } from '../servers/cluster/cluster-member.js';
import { moveKey } from '../servers/cluster/key-move.js';
import { rangesOf } from '../servers/cluster/slots.js';
import type { Random } from '../time/random.js';

/** Slots that move at a time. */
const MOST_SLOTS = 12;
const MOST_KEYS = 3;
/** Primaries with slots that have to stay. */
const LEAST_SHARDS = 2;

/** Slots that go from one shard to another. */
export interface SlotMove {
  readonly slots: readonly number[];
  readonly source: ClusterMember;
  /** A node of the shard that gets them. */
  readonly target: ClusterMember;
}

/** What came of one more step: a key has moved, something else was done, nothing could be done, the slot is where it belongs. */
export type StepResult = 'moved' | 'more' | 'again' | 'done';

/** Moves slots key by key, as `redis-cli --cluster reshard` does. https://redis.io/docs/latest/commands/cluster-setslot/ */
export class SlotMover {
  constructor(private readonly group: ClusterGroup) {}

  /** Members that run. */
  get active(): ClusterMember[] {
    return this.group.members.filter(({ server, isApart }) => !isApart && server.state === 'running');
  }

  /** Primaries that run, with slots or without. */
  get primaries(): ClusterMember[] {
    return this.active.filter(({ node, replication }) => node.table.myself.isPrimary && replication.isPrimary);
  }

  /** The node that leads the shard of this one by now; null: none that runs. */
  leaderOf(member: ClusterMember): ClusterMember | null {
    const { myself } = member.node.table;
    const leader = this.group.members[myself.owner.ordinal];
    return leader !== undefined && leader.server.state === 'running' && leader.node.table.myself.isPrimary ? leader : null;
  }

  /** Some slots of a shard, and where they go; null: there are too few shards. */
  draw(random: Random, to?: ClusterMember): SlotMove | null {
    // One without slots joins, or leaves.
    const primaries = this.primaries.filter(({ node }) => node.table.myself.slotCount > 0);
    const sources = primaries.filter((member) => member !== to && member.node.table.myself.slotCount > MOST_SLOTS);
    if (sources.length === 0 || (to === undefined && primaries.length < 2)) return null;
    const source = random.pick(sources);
    const target = to ?? random.pick(primaries.filter((member) => member !== source));
    const slots = this.#drawSlots(random, source);
    return slots.length === 0 ? null : { slots, source, target };
  }

  /** All slots of a shard, and where they go; null: the others would be too few to elect anybody. */
  drawShard(
    random: Random,
  ): (Omit<SlotMove, 'slots'> & { readonly slots: { readonly empty: number[]; readonly withKeys: number[] } }) | null {
    const primaries = this.primaries.filter(({ node }) => node.table.myself.slotCount > 0);
    if (primaries.length < LEAST_SHARDS + 1) return null;
    const [source, target] = random.shuffled(primaries);
    if (source === undefined || target === undefined) return null;
    const { table } = source.node;
    const filled = new Set(source.slotsWithKeys());
    const own = rangesOf(table.slotsOf(table.myself)).flatMap(([first, last]) =>
      Array.from({ length: last - first + 1 }, (_, at) => first + at),
    );
    const slots = { empty: own.filter((slot) => !filled.has(slot)), withKeys: own.filter((slot) => filled.has(slot)) };
    return { slots, source, target };
  }

  /** All who run know this one as the owner of its slots: otherwise `redis-cli` begins nothing. */
  isAgreedOn({ identity, node }: ClusterMember): boolean {
    const { slotCount } = node.table.myself;
    return this.active.every((member) => {
      const known = member.node.table.node(identity.ordinal);
      return known?.isPrimary === true && known.slotCount === slotCount;
    });
  }

  /** Mostly such as have keys. */
  #drawSlots(random: Random, source: ClusterMember): number[] {
    const { table } = source.node;
    const withKeys = source.slotsWithKeys().filter((slot) => table.ownerOf(slot) === table.myself);
    const own = rangesOf(table.slotsOf(table.myself));
    const slots = new Set(random.shuffled(withKeys).slice(0, random.integer(1, MOST_SLOTS)));
    for (let more = random.integer(1, 3); more > 0; more--) slots.add(random.integer(...random.pick(own)));
    const isFree = (slot: number): boolean =>
      !table.migrating.has(slot) && this.group.members.every(({ node }) => !node.table.importing.has(slot));
    return [...slots].filter(isFree);
  }

  /** One more step, from whatever the slot has come to. */
  step(slot: number, shard: ClusterMember, random: Random): StepResult {
    const target = this.leaderOf(shard);
    const source = this.group.ownerOf(slot);
    if (target === null || source === null) return 'again';
    if (source === target) {
      this.#close(slot, target);
      return 'done';
    }
    const [from, to] = [source.node.table, target.node.table];
    if (to.importing.get(slot)?.id !== from.myself.id) {
      return target.setSlot(slot, 'IMPORTING', from.myself.id) === null ? 'more' : 'again';
    }
    if (from.migrating.get(slot)?.id !== to.myself.id) {
      return source.setSlot(slot, 'MIGRATING', to.myself.id) === null ? 'more' : 'again';
    }
    const keys = source.keysIn(slot);
    if (keys.length === 0) {
      if (!knowsEpochOf(target, source)) return 'again';
      // The target first: if the source forgot the slot first, nobody would serve it for a moment.
      const isTaken = target.setSlot(slot, 'NODE', to.myself.id) === null;
      if (isTaken) source.setSlot(slot, 'NODE', to.myself.id);
      return isTaken ? 'more' : 'again';
    }
    if (!source.reaches(target)) return 'again';
    for (const key of keys.slice(0, random.integer(1, MOST_KEYS))) moveKey(source, target, key);
    return 'moved';
  }

  /** The others are told; they would hear of it anyway. */
  #close(slot: number, target: ClusterMember): void {
    const { id } = target.node.table.myself;
    target.node.mark(slot, 'importing', null);
    for (const member of this.primaries) if (member !== target) member.setSlot(slot, 'NODE', id);
  }
}

/** Only then a new epoch is above that one: two servers with claims that cross would both lose the slot. */
export function knowsEpochOf(member: ClusterMember, other: ClusterMember): boolean {
  const known = member.node.table.node(other.identity.ordinal);
  return known !== undefined && known.configEpoch >= other.node.table.myself.configEpoch;
}
