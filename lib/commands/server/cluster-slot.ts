import { command } from '../../protocol/catalog/specs.js';
import type { Arg, Raw } from '../../protocol/command-spec.js';
import { type Ok, toList, toObject } from '../decode.js';
import { CommandGroup, type Key, type OneOrMore } from '../group.js';
import { type KeyPage, type KeyScanOptions, toKeyPage } from '../keys/key.js';
import type { IntegerOf, Out, TextOf } from '../mode.js';
import { type AtMostOne, all, type ExactlyOne, pushOptions, pushScan } from '../tokens.js';

const CLUSTERSCAN = command('CLUSTERSCAN');
const CLUSTER_ADDSLOTS = command('CLUSTER ADDSLOTS');
const CLUSTER_ADDSLOTSRANGE = command('CLUSTER ADDSLOTSRANGE');
const CLUSTER_CANCELSLOTMIGRATIONS = command('CLUSTER CANCELSLOTMIGRATIONS');
const CLUSTER_COUNTKEYSINSLOT = command('CLUSTER COUNTKEYSINSLOT');
const CLUSTER_DELSLOTS = command('CLUSTER DELSLOTS');
const CLUSTER_DELSLOTSRANGE = command('CLUSTER DELSLOTSRANGE');
const CLUSTER_FLUSHSLOT = command('CLUSTER FLUSHSLOT');
const CLUSTER_FLUSHSLOTS = command('CLUSTER FLUSHSLOTS');
const CLUSTER_GETKEYSINSLOT = command('CLUSTER GETKEYSINSLOT');
const CLUSTER_GETSLOTMIGRATIONS = command('CLUSTER GETSLOTMIGRATIONS');
const CLUSTER_KEYSLOT = command('CLUSTER KEYSLOT');
const CLUSTER_MIGRATESLOTS = command('CLUSTER MIGRATESLOTS');
const CLUSTER_SETSLOT = command('CLUSTER SETSLOT');
const CLUSTER_SLOTS = command('CLUSTER SLOTS');
const CLUSTER_SLOT_STATS = command('CLUSTER SLOT-STATS');

/** First and last slot, both included. */
export interface SlotRange {
  start: number;
  end: number;
}

export interface ClusterSlotNode<Text, I> {
  /** The preferred endpoint; `null`: the host that answered. */
  host: Text | null;
  port: I;
  id: Text;
  /** Its other names: `ip`, `hostname`. */
  metadata: Record<string, Text>;
}
export interface ClusterSlots<Text, I> {
  start: I;
  end: I;
  primary: ClusterSlotNode<Text, I>;
  replicas: ClusterSlotNode<Text, I>[];
}

export type SlotMetric = 'KEY-COUNT' | 'CPU-USEC' | 'MEMORY-BYTES' | 'NETWORK-BYTES-IN' | 'NETWORK-BYTES-OUT';
export type SlotStatsQuery =
  | { SLOTSRANGE: SlotRange; ORDERBY?: never; LIMIT?: never; ASC?: never; DESC?: never }
  | ({ SLOTSRANGE?: never; ORDERBY: SlotMetric; LIMIT?: number } & AtMostOne<{ ASC: true; DESC: true }>);
export interface SlotStats<I> {
  slot: I;
  statistics: Record<string, I>;
}

/** The state a slot gets: it comes from a node, goes to a node, belongs to a node, or neither comes nor goes. */
export type SlotState = ExactlyOne<{ IMPORTING: string; MIGRATING: string; NODE: string; STABLE: true }>;

export interface ClusterScanOptions extends KeyScanOptions {
  /** Only keys of this slot. */
  SLOT?: number;
}

/** Slots of a cluster and the keys in them. */
export abstract class ClusterSlotCommands extends CommandGroup {
  /**
   * The ranges of slots with their nodes. O(N), since 3.0.0.
   * @deprecated Use `clusterShards`.
   * @see https://redis.io/docs/latest/commands/cluster-slots/
   */
  clusterSlots(): Out<this, ClusterSlots<TextOf<this>, IntegerOf<this>>[]> {
    return this.run(CLUSTER_SLOTS, [], toSlots<TextOf<this>, IntegerOf<this>>);
  }

  /**
   * The slot of a key. O(N) for its length, since 3.0.0.
   * @see https://redis.io/docs/latest/commands/cluster-keyslot/
   */
  clusterKeyslot(key: Key): Out<this, IntegerOf<this>> {
    return this.run(CLUSTER_KEYSLOT, [key]);
  }

  /**
   * How many keys of a slot the node has. O(1), since 3.0.0.
   * @see https://redis.io/docs/latest/commands/cluster-countkeysinslot/
   */
  clusterCountkeysinslot(slot: number): Out<this, IntegerOf<this>> {
    return this.run(CLUSTER_COUNTKEYSINSLOT, [slot]);
  }

  /**
   * Some keys of a slot that the node has. O(N), since 3.0.0.
   * @see https://redis.io/docs/latest/commands/cluster-getkeysinslot/
   */
  clusterGetkeysinslot(slot: number, count: number): Out<this, TextOf<this>[]> {
    return this.run(CLUSTER_GETKEYSINSLOT, [slot, count]);
  }

  /**
   * Gives slots without an owner to the node. O(N), since 3.0.0.
   * @see https://redis.io/docs/latest/commands/cluster-addslots/
   */
  clusterAddslots(slots: OneOrMore<number>): Out<this, Ok> {
    return this.run(CLUSTER_ADDSLOTS, all(slots));
  }

  /**
   * Gives ranges of slots without an owner to the node. O(N), since 7.0.0.
   * @see https://redis.io/docs/latest/commands/cluster-addslotsrange/
   */
  clusterAddslotsrange(ranges: OneOrMore<SlotRange>): Out<this, Ok> {
    return this.run(CLUSTER_ADDSLOTSRANGE, rangeArgs(ranges));
  }

  /**
   * Makes the node forget who owns some slots. O(N), since 3.0.0.
   * @see https://redis.io/docs/latest/commands/cluster-delslots/
   */
  clusterDelslots(slots: OneOrMore<number>): Out<this, Ok> {
    return this.run(CLUSTER_DELSLOTS, all(slots));
  }

  /**
   * Makes the node forget who owns some ranges of slots. O(N), since 7.0.0.
   * @see https://redis.io/docs/latest/commands/cluster-delslotsrange/
   */
  clusterDelslotsrange(ranges: OneOrMore<SlotRange>): Out<this, Ok> {
    return this.run(CLUSTER_DELSLOTSRANGE, rangeArgs(ranges));
  }

  /**
   * Makes an empty node forget who owns any slot. O(1), since 3.0.0.
   * @see https://redis.io/docs/latest/commands/cluster-flushslots/
   */
  clusterFlushslots(): Out<this, Ok> {
    return this.run(CLUSTER_FLUSHSLOTS, []);
  }

  /**
   * Deletes every key of a slot. O(N), since Valkey 9.0.0.
   * @see https://valkey.io/commands/cluster-flushslot/
   */
  clusterFlushslot(slot: number, options?: AtMostOne<{ ASYNC: true; SYNC: true }>): Out<this, Ok> {
    const args: Arg[] = [slot];
    pushOptions(args, options, ['ASYNC', 'SYNC']);
    return this.run(CLUSTER_FLUSHSLOT, args);
  }

  /**
   * Says where a slot comes from, goes to or belongs. O(1), since 3.0.0 (`TIMEOUT`, in milliseconds, is Valkey's).
   * @see https://redis.io/docs/latest/commands/cluster-setslot/
   */
  clusterSetslot(slot: number, state: SlotState & { TIMEOUT?: number }): Out<this, Ok> {
    const args: Arg[] = [slot];
    pushOptions(args, state, ['IMPORTING', 'MIGRATING', 'NODE', 'STABLE', 'TIMEOUT']);
    return this.run(CLUSTER_SETSLOT, args);
  }

  /**
   * Begins to move slots from the node to other nodes. O(N), since Valkey 9.0.0.
   * @see https://valkey.io/commands/cluster-migrateslots/
   */
  clusterMigrateslots(moves: OneOrMore<{ SLOTSRANGE: OneOrMore<SlotRange>; NODE: string }>): Out<this, Ok> {
    const args: Arg[] = [];
    for (const { SLOTSRANGE, NODE } of [moves].flat()) args.push('SLOTSRANGE', ...rangeArgs(SLOTSRANGE), 'NODE', NODE);
    return this.run(CLUSTER_MIGRATESLOTS, args);
  }

  /**
   * The moves of slots that run or ran lately. O(N), since Valkey 9.0.0.
   * @see https://valkey.io/commands/cluster-getslotmigrations/
   */
  clusterGetslotmigrations(): Out<this, Record<string, TextOf<this> | IntegerOf<this>>[]> {
    return this.run(CLUSTER_GETSLOTMIGRATIONS, [], toMigrations<TextOf<this> | IntegerOf<this>>);
  }

  /**
   * Stops the moves of slots that run. O(N), since Valkey 9.0.0.
   * @see https://valkey.io/commands/cluster-cancelslotmigrations/
   */
  clusterCancelslotmigrations(): Out<this, Ok> {
    return this.run(CLUSTER_CANCELSLOTMIGRATIONS, []);
  }

  /**
   * Statistics of the slots that the node owns: of a range, or the first by a metric. O(N), since Valkey 8.0.0 and Redis 8.2.0.
   * @see https://valkey.io/commands/cluster-slot-stats/
   */
  clusterSlotStats(query: SlotStatsQuery): Out<this, SlotStats<IntegerOf<this>>[]> {
    const args: Arg[] = [];
    if (query.SLOTSRANGE !== undefined) args.push('SLOTSRANGE', query.SLOTSRANGE.start, query.SLOTSRANGE.end);
    else pushOptions(args, query, ['ORDERBY', 'LIMIT', 'ASC', 'DESC']);
    return this.run(CLUSTER_SLOT_STATS, args, toSlotStats<IntegerOf<this>>);
  }

  /**
   * One page of the keys of the whole cluster; begin with cursor 0, the last page has the cursor `'0'`. O(N), since Valkey 9.1.0.
   * @see https://valkey.io/commands/clusterscan/
   */
  clusterscan(cursor: string | number, options?: ClusterScanOptions): Out<this, KeyPage<TextOf<this>>> {
    const args: Arg[] = [cursor];
    if (options !== undefined) {
      pushScan(args, options);
      pushOptions(args, options, ['TYPE', 'SLOT']);
    }
    return this.run(CLUSTERSCAN, args, toKeyPage<TextOf<this>>);
  }
}

function rangeArgs(ranges: OneOrMore<SlotRange>): Arg[] {
  return [ranges].flat().flatMap(({ start, end }) => [start, end]);
}

/** `[start, end, [host, port, id, metadata], …]`, the primary first. */
function toSlots<Text, I>(raw: Raw): ClusterSlots<Text, I>[] {
  return toList(raw).map((one) => {
    const [start, end, primary, ...replicas] = toList(one);
    return { start: start as I, end: end as I, primary: toNode<Text, I>(primary ?? null), replicas: replicas.map(toNode<Text, I>) };
  });
}

function toNode<Text, I>(raw: Raw): ClusterSlotNode<Text, I> {
  const [host, port, id, metadata = null] = toList(raw);
  return { host: host as Text | null, port: port as I, id: id as Text, metadata: toObject(metadata) };
}

function toSlotStats<I>(raw: Raw): SlotStats<I>[] {
  return toList(raw).map((one) => {
    const [slot, statistics = null] = toList(one);
    return { slot: slot as I, statistics: toObject(statistics) };
  });
}

function toMigrations<T>(raw: Raw): Record<string, T>[] {
  return toList(raw).map((one) => toObject<T>(one));
}
