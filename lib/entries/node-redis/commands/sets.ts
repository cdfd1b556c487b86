import type { RedisArgument as Arg, RedisVariadicArgument as Args, Numeric } from '../command-parser.js';
import { listOf, members } from '../replies/aggregates.js';
import { type Blob, command, integer, integers, shape, textOrNull, texts } from './command.js';
import { type ScanOptions, scanWords } from './keys.js';

/** Sets. */
export const sets = {
  sAdd: command('SADD', (w, key: Arg, given: Args) => w.pushKey(key).pushVariadic(given), integer),
  sCard: command('SCARD', (w, key: Arg) => w.pushKey(key), integer),
  sDiff: command('SDIFF', (w, keys: Args) => w.pushKeys(keys), members),
  sDiffStore: command('SDIFFSTORE', (w, destination: Arg, keys: Args) => w.pushKey(destination).pushKeys(keys), integer),
  sInter: command('SINTER', (w, keys: Args) => w.pushKeys(keys), members),
  sInterCard: command(
    'SINTERCARD',
    (w, keys: Args, options?: number | { LIMIT?: number }) =>
      w.pushKeysLength(keys).option('LIMIT', typeof options === 'object' ? options.LIMIT : options),
    integer,
  ),
  sInterStore: command('SINTERSTORE', (w, destination: Arg, keys: Args) => w.pushKey(destination).pushKeys(keys), integer),
  sIsMember: command('SISMEMBER', (w, key: Arg, member: Arg) => w.pushKey(key).push(member), integer),
  sMembers: command('SMEMBERS', (w, key: Arg) => w.pushKey(key), members),
  smIsMember: command('SMISMEMBER', (w, key: Arg, given: Args) => w.pushKey(key).pushVariadic(given), integers),
  sMove: command('SMOVE', (w, source: Arg, destination: Arg, member: Arg) => w.pushKey(source).pushKey(destination).push(member), integer),
  sPop: command('SPOP', (w, key: Arg) => w.pushKey(key), textOrNull),
  sPopCount: command('SPOP', (w, key: Arg, count: Numeric) => w.pushKey(key).number(count), members),
  sRandMember: command('SRANDMEMBER', (w, key: Arg) => w.pushKey(key), textOrNull),
  sRandMemberCount: command('SRANDMEMBER', (w, key: Arg, count: Numeric) => w.pushKey(key).number(count), texts),
  sRem: command('SREM', (w, key: Arg, given: Args) => w.pushKey(key).pushVariadic(given), integer),
  sScan: command(
    'SSCAN',
    (w, key: Arg, cursor: Arg, options?: ScanOptions) => scanWords(w.pushKey(key), cursor, options),
    shape((reply) => {
      const [cursor, found] = listOf(reply) as unknown as [Blob, Blob[]]; // the server's order
      return { cursor, members: found };
    }),
  ),
  sUnion: command('SUNION', (w, keys: Args) => w.pushKeys(keys), members),
  sUnionStore: command('SUNIONSTORE', (w, destination: Arg, keys: Args) => w.pushKey(destination).pushKeys(keys), integer),
};
