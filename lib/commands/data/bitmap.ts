import { command } from '../../protocol/catalog/specs.js';
import type { Arg } from '../../protocol/command-spec.js';
import { CommandGroup, type Key, type OneOrMore } from '../group.js';
import type { IntegerOf, Out } from '../mode.js';
import { type Integer, pushAll } from '../tokens.js';

const BITCOUNT = command('BITCOUNT');
const BITFIELD = command('BITFIELD');
const BITFIELD_RO = command('BITFIELD_RO');
const BITOP = command('BITOP');
const BITPOS = command('BITPOS');
const GETBIT = command('GETBIT');
const SETBIT = command('SETBIT');

/** How `start` and `end` count; bytes by default, bits since 7.0.0. */
export type BitUnit = 'BYTE' | 'BIT';

/** Signed (`i1` to `i64`) or unsigned (`u1` to `u63`) integers of so many bits. */
export type BitEncoding = `${'i' | 'u'}${number}`;
/** In bits, or with `#` in integers of the encoding: `#2` of `u8` is bit 16. */
export type BitOffset = number | `#${number}`;

/** What becomes of a result that has no room: it wraps around (the default), stops at the limit, or is not written, with `null` as its reply. */
export type BitOverflow = 'WRAP' | 'SAT' | 'FAIL';

export interface BitfieldGet {
  GET: BitEncoding;
  offset: BitOffset;
}
export type BitfieldOperation =
  | (BitfieldGet & { SET?: never; INCRBY?: never; OVERFLOW?: never })
  | { SET: BitEncoding; offset: BitOffset; value: Integer; OVERFLOW?: BitOverflow; GET?: never; INCRBY?: never }
  | { INCRBY: BitEncoding; offset: BitOffset; increment: Integer; OVERFLOW?: BitOverflow; GET?: never; SET?: never };

/** A reply an operation: the value read, the old value of `SET`, the sum of `INCRBY`. */
export type BitfieldReplies<Operations extends readonly BitfieldOperation[], I> = {
  -readonly [At in keyof Operations]: 'FAIL' extends OverflowOf<Operations[At]> ? I | null : I;
};
type OverflowOf<Operation> = 'OVERFLOW' extends keyof Operation ? Operation['OVERFLOW' & keyof Operation] : 'WRAP';

/** Bits of a string, and integers of any width in it. */
export abstract class BitmapCommands extends CommandGroup {
  /**
   * How many bits of a value are set, from `start` to `end`, both included. O(N), since 2.6.0. Leaving out only `end` needs Valkey 8.
   * @see https://redis.io/docs/latest/commands/bitcount/
   * @example await redis.bitcount('visitors:today');
   */
  bitcount(key: Key, start?: number, end?: number, unit?: BitUnit): Out<this, IntegerOf<this>> {
    const args: Arg[] = [key];
    pushBitRange(args, start, end, unit);
    return this.run(BITCOUNT, args);
  }

  /**
   * The first bit of a value that is `bit`, -1 where there is none. O(N), since 2.8.7.
   * @see https://redis.io/docs/latest/commands/bitpos/
   */
  bitpos(key: Key, bit: 0 | 1, start?: number, end?: number, unit?: BitUnit): Out<this, IntegerOf<this>> {
    const args: Arg[] = [key, bit];
    pushBitRange(args, start, end, unit);
    return this.run(BITPOS, args);
  }

  /**
   * One bit of a value, 0 where the value is shorter. O(1), since 2.2.0.
   * @see https://redis.io/docs/latest/commands/getbit/
   */
  getbit(key: Key, offset: number): Out<this, IntegerOf<this>> {
    return this.run(GETBIT, [key, offset]);
  }

  /**
   * Sets one bit of a value and gives the old one. O(1), since 2.2.0.
   * @see https://redis.io/docs/latest/commands/setbit/
   * @example await redis.setbit('visitors:today', 4711, 1);
   */
  setbit(key: Key, offset: number, value: 0 | 1): Out<this, IntegerOf<this>> {
    return this.run(SETBIT, [key, offset, value]);
  }

  /**
   * Combines values bit by bit into another key and gives its length in bytes. O(N), since 2.6.0 (`DIFF`, `DIFF1`, `ANDOR` and `ONE` since 8.2.0).
   * @see https://redis.io/docs/latest/commands/bitop/
   * @example await redis.bitop('AND', 'both', ['monday', 'tuesday']);
   */
  bitop(operation: 'NOT', destination: Key, key: Key): Out<this, IntegerOf<this>>;
  bitop(
    operation: 'AND' | 'OR' | 'XOR' | 'DIFF' | 'DIFF1' | 'ANDOR' | 'ONE',
    destination: Key,
    keys: OneOrMore<Key>,
  ): Out<this, IntegerOf<this>>;
  bitop(operation: string, destination: Key, keys: OneOrMore<Key>): Out<this, IntegerOf<this>> {
    const args: Arg[] = [operation, destination];
    pushAll(args, keys);
    return this.run(BITOP, args);
  }

  /**
   * Reads and writes integers of any width inside of a value, in order. O(1) an operation, since 3.2.0.
   * @see https://redis.io/docs/latest/commands/bitfield/
   * @example const [old, sum] = await redis.bitfield('stats', [{ GET: 'u8', offset: 0 }, { INCRBY: 'u8', offset: 0, increment: 1 }]);
   */
  bitfield<const Operations extends readonly BitfieldOperation[]>(
    key: Key,
    operations: Operations,
  ): Out<this, BitfieldReplies<Operations, IntegerOf<this>>> {
    const args: Arg[] = [key];
    // On the wire OVERFLOW holds for all that follows; here it belongs to its operation.
    let overflow: BitOverflow = 'WRAP';
    for (const operation of operations) {
      if (operation.GET !== undefined) {
        args.push('GET', operation.GET, operation.offset);
        continue;
      }
      const wanted: BitOverflow = operation.OVERFLOW ?? 'WRAP';
      if (wanted !== overflow) args.push('OVERFLOW', wanted);
      overflow = wanted;
      if (operation.SET !== undefined) args.push('SET', operation.SET, operation.offset, operation.value);
      else args.push('INCRBY', operation.INCRBY, operation.offset, operation.increment);
    }
    return this.run(BITFIELD, args);
  }

  /**
   * Reads integers of any width inside of a value; a replica may do it. O(1) an operation, since 6.0.0.
   * @see https://redis.io/docs/latest/commands/bitfield_ro/
   */
  bitfield_ro(key: Key, operations: OneOrMore<BitfieldGet>): Out<this, IntegerOf<this>[]> {
    const args: Arg[] = [key];
    for (const { GET, offset } of [operations].flat()) args.push('GET', GET, offset);
    return this.run(BITFIELD_RO, args);
  }
}

function pushBitRange(args: Arg[], start: number | undefined, end: number | undefined, unit: BitUnit | undefined): void {
  if (start === undefined) return;
  args.push(start);
  if (end === undefined) return;
  args.push(end);
  if (unit !== undefined) args.push(unit);
}
