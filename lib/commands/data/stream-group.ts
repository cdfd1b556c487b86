import { command } from '../../protocol/catalog/specs.js';
import type { Arg } from '../../protocol/command-spec.js';
import type { Ok } from '../decode.js';
import { CommandGroup, type Key, type OneOrMore, type Value } from '../group.js';
import type { IntegerOf, Out, TextOf } from '../mode.js';
import { type AtMostOne, type Integer, type Pairs, pushAll, pushOptions } from '../tokens.js';
import { pushStreams, type XreadOptions } from './stream.js';
import {
  type Claimed,
  type ClaimedIds,
  type ConsumerInfo,
  type DeletedEntry,
  type GroupInfo,
  type PendingEntry,
  type PendingSummary,
  type StreamEntries,
  type StreamEntry,
  toClaimed,
  toClaimedIds,
  toConsumerInfos,
  toEntries,
  toGroupInfos,
  toPendingEntries,
  toPendingStreams,
  toPendingSummary,
} from './stream-replies.js';

const XACK = command('XACK');
const XAUTOCLAIM = command('XAUTOCLAIM');
const XCLAIM = command('XCLAIM');
const XGROUP_CREATE = command('XGROUP CREATE');
const XGROUP_CREATECONSUMER = command('XGROUP CREATECONSUMER');
const XGROUP_DELCONSUMER = command('XGROUP DELCONSUMER');
const XGROUP_DESTROY = command('XGROUP DESTROY');
const XGROUP_HELP = command('XGROUP HELP');
const XGROUP_SETID = command('XGROUP SETID');
const XINFO_CONSUMERS = command('XINFO CONSUMERS');
const XINFO_GROUPS = command('XINFO GROUPS');
const XPENDING = command('XPENDING');
const XREADGROUP = command('XREADGROUP');

export type XclaimOptions = AtMostOne<{
  /** Let them count as idle for so many milliseconds, 0 by default. */
  IDLE: Integer;
  /** Let them count as idle since this Unix time in milliseconds. */
  TIME: Integer;
}> & {
  /** Set how often they were delivered. */
  RETRYCOUNT?: Integer;
  /** Claim ids too that nobody was given yet, as long as they are in the stream. */
  FORCE?: boolean;
  /** Let the group count this id as delivered last, if it is higher. */
  LASTID?: Value;
};

/** Which entries `XPENDING` lists: ids from `start` to `end`, at most `count`, of one consumer, idle for at least `IDLE` ms. */
export interface PendingRange {
  start: Value;
  end: Value;
  count: Integer;
  consumer?: Value;
  IDLE?: Integer;
}

/** Streams from which entries are read that no consumer of the group was given yet. */
export type NewEntries = { readonly [key: string]: '>' } | Iterable<readonly [Key, '>']>;

export interface XreadgroupOptions extends XreadOptions {
  /** Let the entries count as acknowledged at once. */
  NOACK?: boolean;
}

/** Consumer groups of streams: every entry is given to one consumer of a group, and is pending until that consumer acknowledges it. */
export abstract class StreamGroupCommands extends CommandGroup {
  /**
   * Acknowledges entries: they no longer wait; how many did. O(1) an entry, since 5.0.0.
   * @see https://redis.io/docs/latest/commands/xack/
   * @example await redis.xack('orders', 'billing', entry.id);
   */
  xack(key: Key, group: Value, ids: OneOrMore<Value>): Out<this, IntegerOf<this>> {
    const args: Arg[] = [key, group];
    pushAll(args, ids);
    return this.run(XACK, args);
  }

  /**
   * Hands entries that have waited for at least `minIdleMs` to a consumer, looking from `start` on, up to `COUNT` (100 by default); with `JUSTID`
   * only their ids, and not counted as delivered. O(1) if `COUNT` is small, since 6.2.0.
   * @see https://redis.io/docs/latest/commands/xautoclaim/
   * @example const { next, entries } = await redis.xautoclaim('orders', 'billing', 'worker-2', 60_000, '0-0', { COUNT: 25 });
   */
  xautoclaim(
    key: Key,
    group: Value,
    consumer: Value,
    minIdleMs: Integer,
    start: Value,
    options?: { COUNT?: Integer; JUSTID?: false },
  ): Out<this, Claimed<TextOf<this>>>;
  xautoclaim(
    key: Key,
    group: Value,
    consumer: Value,
    minIdleMs: Integer,
    start: Value,
    options: { COUNT?: Integer; JUSTID: true },
  ): Out<this, ClaimedIds<TextOf<this>>>;
  xautoclaim(
    key: Key,
    group: Value,
    consumer: Value,
    minIdleMs: Integer,
    start: Value,
    options?: { COUNT?: Integer; JUSTID?: boolean },
  ): Out<this, Claimed<TextOf<this>> | ClaimedIds<TextOf<this>>>;
  xautoclaim(
    key: Key,
    group: Value,
    consumer: Value,
    minIdleMs: Integer,
    start: Value,
    options?: { COUNT?: Integer; JUSTID?: boolean },
  ): Out<this, Claimed<TextOf<this>> | ClaimedIds<TextOf<this>>> {
    const args: Arg[] = [key, group, consumer, minIdleMs, start];
    pushOptions(args, options, ['COUNT', 'JUSTID']);
    return options?.JUSTID ? this.run(XAUTOCLAIM, args, toClaimedIds<TextOf<this>>) : this.run(XAUTOCLAIM, args, toClaimed<TextOf<this>>);
  }

  /**
   * Hands entries that have waited for at least `minIdleMs` to a consumer and gives those it got; with `JUSTID` only their ids, and not counted as
   * delivered. O(log(N)) for N entries that wait, since 5.0.0.
   * @see https://redis.io/docs/latest/commands/xclaim/
   */
  xclaim(
    key: Key,
    group: Value,
    consumer: Value,
    minIdleMs: Integer,
    ids: OneOrMore<Value>,
    options?: XclaimOptions & { JUSTID?: false },
  ): Out<this, StreamEntry<TextOf<this>>[]>;
  xclaim(
    key: Key,
    group: Value,
    consumer: Value,
    minIdleMs: Integer,
    ids: OneOrMore<Value>,
    options: XclaimOptions & { JUSTID: true },
  ): Out<this, TextOf<this>[]>;
  xclaim(
    key: Key,
    group: Value,
    consumer: Value,
    minIdleMs: Integer,
    ids: OneOrMore<Value>,
    options?: XclaimOptions & { JUSTID?: boolean },
  ): Out<this, StreamEntry<TextOf<this>>[] | TextOf<this>[]>;
  xclaim(
    key: Key,
    group: Value,
    consumer: Value,
    minIdleMs: Integer,
    ids: OneOrMore<Value>,
    options?: XclaimOptions & { JUSTID?: boolean },
  ): Out<this, StreamEntry<TextOf<this>>[] | TextOf<this>[]> {
    const args: Arg[] = [key, group, consumer, minIdleMs];
    pushAll(args, ids);
    pushOptions(args, options, ['IDLE', 'TIME', 'RETRYCOUNT', 'FORCE', 'JUSTID', 'LASTID']);
    return options?.JUSTID ? this.run(XCLAIM, args) : this.run(XCLAIM, args, toEntries<TextOf<this>>);
  }

  /**
   * Makes a consumer group that begins after an id (`'$'`: with what comes from now on); with `MKSTREAM` the stream too. O(1), since 5.0.0.
   * @see https://redis.io/docs/latest/commands/xgroup-create/
   * @example await redis.xgroupCreate('orders', 'billing', '$', { MKSTREAM: true });
   */
  xgroupCreate(key: Key, group: Value, id: Value, options?: { MKSTREAM?: boolean; ENTRIESREAD?: Integer }): Out<this, Ok> {
    const args: Arg[] = [key, group, id];
    pushOptions(args, options, ['MKSTREAM', 'ENTRIESREAD']);
    return this.run(XGROUP_CREATE, args);
  }

  /**
   * Makes a consumer: 1, or 0 where the group has it. Reading makes one too. O(1), since 6.2.0.
   * @see https://redis.io/docs/latest/commands/xgroup-createconsumer/
   */
  xgroupCreateconsumer(key: Key, group: Value, consumer: Value): Out<this, IntegerOf<this>> {
    return this.run(XGROUP_CREATECONSUMER, [key, group, consumer]);
  }

  /**
   * Removes a consumer; how many entries waited for it, which nobody can claim any more. O(1), since 5.0.0.
   * @see https://redis.io/docs/latest/commands/xgroup-delconsumer/
   */
  xgroupDelconsumer(key: Key, group: Value, consumer: Value): Out<this, IntegerOf<this>> {
    return this.run(XGROUP_DELCONSUMER, [key, group, consumer]);
  }

  /**
   * Removes a consumer group: 1, or 0 where there is none. O(N) for N entries that wait, since 5.0.0.
   * @see https://redis.io/docs/latest/commands/xgroup-destroy/
   */
  xgroupDestroy(key: Key, group: Value): Out<this, IntegerOf<this>> {
    return this.run(XGROUP_DESTROY, [key, group]);
  }

  /**
   * The server's help on `XGROUP`, line by line. O(1), since 5.0.0.
   * @see https://redis.io/docs/latest/commands/xgroup-help/
   */
  xgroupHelp(): Out<this, string[]> {
    return this.run(XGROUP_HELP, []);
  }

  /**
   * Lets a consumer group go on after another id. O(1), since 5.0.0.
   * @see https://redis.io/docs/latest/commands/xgroup-setid/
   */
  xgroupSetid(key: Key, group: Value, id: Value, options?: { ENTRIESREAD?: Integer }): Out<this, Ok> {
    const args: Arg[] = [key, group, id];
    pushOptions(args, options, ['ENTRIESREAD']);
    return this.run(XGROUP_SETID, args);
  }

  /**
   * The consumers of a group. O(1), since 5.0.0.
   * @see https://redis.io/docs/latest/commands/xinfo-consumers/
   */
  xinfoConsumers(key: Key, group: Value): Out<this, ConsumerInfo<TextOf<this>, IntegerOf<this>>[]> {
    return this.run(XINFO_CONSUMERS, [key, group], toConsumerInfos<TextOf<this>, IntegerOf<this>>);
  }

  /**
   * The consumer groups of a stream. O(1), since 5.0.0.
   * @see https://redis.io/docs/latest/commands/xinfo-groups/
   */
  xinfoGroups(key: Key): Out<this, GroupInfo<TextOf<this>, IntegerOf<this>>[]> {
    return this.run(XINFO_GROUPS, [key], toGroupInfos<TextOf<this>, IntegerOf<this>>);
  }

  /**
   * The entries of a group that wait to be acknowledged: a summary, or with a range one by one. O(N) for N results, since 5.0.0.
   * @see https://redis.io/docs/latest/commands/xpending/
   * @example await redis.xpending('orders', 'billing', { start: '-', end: '+', count: 10, IDLE: 60_000 });
   */
  xpending(key: Key, group: Value): Out<this, PendingSummary<TextOf<this>, IntegerOf<this>>>;
  xpending(key: Key, group: Value, range: PendingRange): Out<this, PendingEntry<TextOf<this>, IntegerOf<this>>[]>;
  xpending(
    key: Key,
    group: Value,
    range?: PendingRange,
  ): Out<this, PendingSummary<TextOf<this>, IntegerOf<this>> | PendingEntry<TextOf<this>, IntegerOf<this>>[]>;
  xpending(
    key: Key,
    group: Value,
    range?: PendingRange,
  ): Out<this, PendingSummary<TextOf<this>, IntegerOf<this>> | PendingEntry<TextOf<this>, IntegerOf<this>>[]> {
    if (range === undefined) return this.run(XPENDING, [key, group], toPendingSummary<TextOf<this>, IntegerOf<this>>);
    const args: Arg[] = [key, group];
    pushOptions(args, range, ['IDLE']);
    args.push(range.start, range.end, range.count);
    if (range.consumer !== undefined) args.push(range.consumer);
    return this.run(XPENDING, args, toPendingEntries<TextOf<this>, IntegerOf<this>>);
  }

  /**
   * Reads as a consumer of a group: with the id `'>'` what nobody was given yet, `null` where there is nothing (with `BLOCK` it waits); with
   * another id the consumer's own entries after it that wait to be acknowledged. O(N) for N results, since 5.0.0.
   * @see https://redis.io/docs/latest/commands/xreadgroup/
   * @example const streams = await redis.xreadgroup('billing', 'worker-1', { orders: '>' }, { COUNT: 10, BLOCK: 5000 });
   */
  xreadgroup(
    group: Value,
    consumer: Value,
    streams: NewEntries,
    options?: XreadgroupOptions,
  ): Out<this, StreamEntries<TextOf<this>>[] | null>;
  xreadgroup(
    group: Value,
    consumer: Value,
    streams: Pairs,
    options?: XreadgroupOptions,
  ): Out<this, StreamEntries<TextOf<this>, StreamEntry<TextOf<this>> | DeletedEntry<TextOf<this>>>[] | null>;
  xreadgroup(
    group: Value,
    consumer: Value,
    streams: Pairs,
    options?: XreadgroupOptions,
  ): Out<this, StreamEntries<TextOf<this>, StreamEntry<TextOf<this>> | DeletedEntry<TextOf<this>>>[] | null> {
    const args: Arg[] = ['GROUP', group, consumer];
    pushOptions(args, options, ['COUNT', 'BLOCK', 'NOACK']);
    pushStreams(args, streams, XREADGROUP);
    return this.run(XREADGROUP, args, toPendingStreams<TextOf<this>>);
  }
}
