import { ArgumentError } from '../../errors.js';
import { command } from '../../protocol/catalog/specs.js';
import type { Arg, CommandSpec } from '../../protocol/command-spec.js';
import type { Ok } from '../decode.js';
import { CommandGroup, type Key, type OneOrMore, type Value } from '../group.js';
import type { IntegerOf, Out, TextOf } from '../mode.js';
import { type AtMostOne, type ExactlyOne, type Integer, isIterable, keyAnd, type Pairs, pushOptions, pushPairs } from '../tokens.js';
import {
  type FullStreamInfo,
  type StreamEntries,
  type StreamEntry,
  type StreamInfo,
  toEntries,
  toFullStreamInfo,
  toStreamInfo,
  toStreams,
} from './stream-replies.js';

const XADD = command('XADD');
const XDEL = command('XDEL');
const XINFO_HELP = command('XINFO HELP');
const XINFO_STREAM = command('XINFO STREAM');
const XLEN = command('XLEN');
const XRANGE = command('XRANGE');
const XREAD = command('XREAD');
const XREVRANGE = command('XREVRANGE');
const XSETID = command('XSETID');
const XTRIM = command('XTRIM');

/** Where a stream is cut: exactly (also as `'='`), or with `'~'` where it is cheap, looking at no more than `LIMIT` entries. */
export type Threshold<T> = T | { '=': T; '~'?: never; LIMIT?: never } | { '~': T; '='?: never; LIMIT?: Integer };

interface Trim {
  /** Keep so many entries. */
  MAXLEN: Threshold<Integer>;
  /** Keep the entries from this id on. */
  MINID: Threshold<Value>;
}

/** What becomes of references in consumer groups to entries that are cut off (Redis 8.2.0). */
export type TrimReferences = AtMostOne<{
  /** They stay (the default). */
  KEEPREF: true;
  /** They go. */
  DELREF: true;
  /** Only entries are cut off that every group has acknowledged. */
  ACKED: true;
}>;
export type XtrimOptions = ExactlyOne<Trim> & TrimReferences;
export type XaddOptions = AtMostOne<Trim> & TrimReferences;

export interface XreadOptions {
  /** At most so many entries of each stream. */
  COUNT?: Integer;
  /** Wait so many milliseconds for an entry, without limit if 0. */
  BLOCK?: Integer;
}

/** Entries of a stream. Consumer groups are a group of their own. */
export abstract class StreamCommands extends CommandGroup {
  /**
   * Appends an entry and gives its id; with the id `'*'` the server makes one. With `NOMKSTREAM` `null` where there is no stream. O(1), with
   * trimming O(N) for N entries cut off, since 5.0.0.
   * @see https://redis.io/docs/latest/commands/xadd/
   * @example const id = await redis.xadd('orders', '*', { item: 'tea', count: 2 }, { MAXLEN: { '~': 10_000 } });
   */
  xadd(key: Key, id: Value, fields: Pairs, options?: XaddOptions & { NOMKSTREAM?: false }): Out<this, TextOf<this>>;
  xadd(key: Key, id: Value, fields: Pairs, options: XaddOptions & { NOMKSTREAM?: boolean }): Out<this, TextOf<this> | null>;
  xadd(key: Key, id: Value, fields: Pairs, options?: XaddOptions & { NOMKSTREAM?: boolean }): Out<this, TextOf<this> | null> {
    const args: Arg[] = [key];
    if (options !== undefined) {
      pushOptions(args, options, ['NOMKSTREAM', 'KEEPREF', 'DELREF', 'ACKED']);
      pushTrim(args, options);
    }
    args.push(id);
    pushPairs(args, fields);
    return this.run(XADD, args);
  }

  /**
   * Deletes entries; how many there were. O(1) an entry, since 5.0.0.
   * @see https://redis.io/docs/latest/commands/xdel/
   */
  xdel(key: Key, ids: OneOrMore<Value>): Out<this, IntegerOf<this>> {
    return this.run(XDEL, keyAnd(key, ids));
  }

  /**
   * The server's help on `XINFO`, line by line. O(1), since 5.0.0.
   * @see https://redis.io/docs/latest/commands/xinfo-help/
   */
  xinfoHelp(): Out<this, string[]> {
    return this.run(XINFO_HELP, []);
  }

  /**
   * Facts about a stream; with `FULL` its entries and groups too, up to `COUNT` of each kind (10 by default, 0: all). O(1), since 5.0.0.
   * @see https://redis.io/docs/latest/commands/xinfo-stream/
   */
  xinfoStream(key: Key, options?: { FULL?: false; COUNT?: never }): Out<this, StreamInfo<TextOf<this>, IntegerOf<this>>>;
  xinfoStream(key: Key, options: { FULL: true; COUNT?: Integer }): Out<this, FullStreamInfo<TextOf<this>, IntegerOf<this>>>;
  xinfoStream(
    key: Key,
    options: { FULL: boolean; COUNT?: Integer },
  ): Out<this, StreamInfo<TextOf<this>, IntegerOf<this>> | FullStreamInfo<TextOf<this>, IntegerOf<this>>>;
  xinfoStream(
    key: Key,
    options?: { FULL?: boolean; COUNT?: Integer },
  ): Out<this, StreamInfo<TextOf<this>, IntegerOf<this>> | FullStreamInfo<TextOf<this>, IntegerOf<this>>> {
    if (!options?.FULL) return this.run(XINFO_STREAM, [key], toStreamInfo<TextOf<this>, IntegerOf<this>>);
    const args: Arg[] = [key];
    pushOptions(args, options, ['FULL', 'COUNT']);
    return this.run(XINFO_STREAM, args, toFullStreamInfo<TextOf<this>, IntegerOf<this>>);
  }

  /**
   * How many entries a stream has, 0 where there is none. O(1), since 5.0.0.
   * @see https://redis.io/docs/latest/commands/xlen/
   * @example await redis.xlen('orders');
   */
  xlen(key: Key): Out<this, IntegerOf<this>> {
    return this.run(XLEN, [key]);
  }

  /**
   * The entries from one id to another, both included (excluded: `'(1-1'`; without end: `'-'`, `'+'`). O(N) for N results, since 5.0.0.
   * @see https://redis.io/docs/latest/commands/xrange/
   * @example await redis.xrange('orders', '-', '+', { COUNT: 100 });
   */
  xrange(key: Key, start: Value, end: Value, options?: { COUNT?: Integer }): Out<this, StreamEntry<TextOf<this>>[]> {
    const args: Arg[] = [key, start, end];
    pushOptions(args, options, ['COUNT']);
    return this.run(XRANGE, args, toEntries<TextOf<this>>);
  }

  /**
   * Reads from one or more streams what comes after an id (`'$'`: what comes from now on, `'+'`: the last entry, 7.4.0), `null` where there is
   * nothing. With `BLOCK` it waits. O(N) for N results, since 5.0.0.
   * @see https://redis.io/docs/latest/commands/xread/
   * @example const streams = await redis.xread({ orders: '$' }, { COUNT: 10, BLOCK: 5000 });
   */
  xread(streams: Pairs, options?: XreadOptions): Out<this, StreamEntries<TextOf<this>>[] | null> {
    const args: Arg[] = [];
    pushOptions(args, options, ['COUNT', 'BLOCK']);
    pushStreams(args, streams, XREAD);
    return this.run(XREAD, args, toStreams<TextOf<this>>);
  }

  /**
   * As `xrange`, from the last entry to the first. O(N) for N results, since 5.0.0.
   * @see https://redis.io/docs/latest/commands/xrevrange/
   * @example const [latest] = await redis.xrevrange('orders', '+', '-', { COUNT: 1 });
   */
  xrevrange(key: Key, end: Value, start: Value, options?: { COUNT?: Integer }): Out<this, StreamEntry<TextOf<this>>[]> {
    const args: Arg[] = [key, end, start];
    pushOptions(args, options, ['COUNT']);
    return this.run(XREVRANGE, args, toEntries<TextOf<this>>);
  }

  /**
   * Sets the last id of a stream (servers do so on their replicas). O(1), since 5.0.0.
   * @see https://redis.io/docs/latest/commands/xsetid/
   */
  xsetid(key: Key, lastId: Value, options?: { ENTRIESADDED?: Integer; MAXDELETEDID?: Value }): Out<this, Ok> {
    const args: Arg[] = [key, lastId];
    pushOptions(args, options, ['ENTRIESADDED', 'MAXDELETEDID']);
    return this.run(XSETID, args);
  }

  /**
   * Cuts off the oldest entries; how many. O(N) for N entries cut off, since 5.0.0.
   * @see https://redis.io/docs/latest/commands/xtrim/
   * @example await redis.xtrim('orders', { MAXLEN: { '~': 10_000, LIMIT: 500 } });
   */
  xtrim(key: Key, options: XtrimOptions): Out<this, IntegerOf<this>> {
    const args: Arg[] = [key];
    pushTrim(args, options);
    pushOptions(args, options, ['KEEPREF', 'DELREF', 'ACKED']);
    return this.run(XTRIM, args);
  }
}

/** `[MAXLEN | MINID] [= | ~] threshold [LIMIT count]` */
function pushTrim(args: Arg[], { MAXLEN, MINID }: AtMostOne<Trim>): void {
  const threshold = MAXLEN ?? MINID;
  if (threshold === undefined) return;
  args.push(MAXLEN === undefined ? 'MINID' : 'MAXLEN');
  if (typeof threshold === 'object' && !ArrayBuffer.isView(threshold)) pushOptions(args, threshold, ['=', '~', 'LIMIT']);
  else args.push(threshold);
}

/** `STREAMS key [key …] id [id …]` */
export function pushStreams(args: Arg[], streams: Pairs, { name }: CommandSpec): void {
  if (!isIterable(streams) && isKeyAndId(streams)) {
    const message = `${name}: the value of "key" is no ID of an entry; streams are names with their IDs: { [key]: id }`;
    throw new ArgumentError(message, { command: name });
  }
  const pairs = [...(isIterable(streams) ? streams : Object.entries(streams))];
  args.push('STREAMS');
  for (const [key] of pairs) args.push(key);
  for (const [, id] of pairs) args.push(id);
}

/** `{ key: 'orders', id: '$' }`, which node-redis takes: two streams by their names, one of which would be read from the ID `orders`. */
function isKeyAndId(streams: { readonly [name: string]: Value }): boolean {
  const { key, id, ...others } = streams;
  return id !== undefined && Object.keys(others).length === 0 && typeof key === 'string' && !/^[\d$>+]/.test(key);
}
