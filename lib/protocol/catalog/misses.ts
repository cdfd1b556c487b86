import { type CommandSpec, type Raw, WRITE } from '../command-spec.js';

/** What the reply to a command on one key looks like where the key is not there. */
type Miss =
  /** Nil, an empty list, set or map. An empty text is none: it is a value. */
  | 'empty'
  /** An empty text. */
  | 'no text'
  /** 0. */
  | 'zero'
  /** -2. */
  | 'minus two'
  /** The word `none`. */
  | 'none'
  /** A list of nothing but nils, of nothing but zeros, of nothing but -2. */
  | 'nils'
  | 'zeros'
  | 'minus twos';

/** `proves`: no key that is there is answered so, so that such a reply says that the key is not there. */
interface MissRule {
  readonly miss: Miss;
  readonly proves: boolean;
}

const rules = (miss: Miss, proves: boolean, names: string): [string, MissRule][] =>
  names.split(' ').map((name) => [name.replace(/^(OBJECT|MEMORY)_/, '$1 '), Object.freeze({ miss, proves })]);

/**
 * Commands that read one key, and how they answer where it is not there. Compared with servers in test/functional/previous-misses.test.ts.
 * Not here: what answers an absent key as one with content (BITPOS, BITFIELD_RO), with an error (XINFO, XPENDING), what waits (XREAD), what
 * has a cursor (HSCAN …), scripts.
 */
const MISSES: ReadonlyMap<string, MissRule> = new Map([
  ...rules('empty', true, 'GET DUMP HGETALL HKEYS HVALS SMEMBERS'),
  ...rules('empty', true, 'OBJECT_ENCODING OBJECT_FREQ OBJECT_IDLETIME OBJECT_REFCOUNT MEMORY_USAGE'),
  ...rules('no text', false, 'GETRANGE SUBSTR'),
  ...rules('empty', false, 'HGET HRANDFIELD LINDEX LPOS LRANGE SRANDMEMBER XRANGE XREVRANGE GEODIST GEOSEARCH'),
  ...rules('empty', false, 'GEORADIUS_RO GEORADIUSBYMEMBER_RO ZRANDMEMBER ZRANGE ZRANGEBYLEX ZRANGEBYSCORE ZRANK ZREVRANGE'),
  ...rules('empty', false, 'ZREVRANGEBYLEX ZREVRANGEBYSCORE ZREVRANK ZSCORE'),
  ...rules('zero', true, 'EXISTS TOUCH HLEN LLEN SCARD ZCARD'),
  ...rules('zero', false, 'STRLEN BITCOUNT GETBIT HEXISTS HSTRLEN PFCOUNT SISMEMBER XLEN ZCOUNT ZLEXCOUNT'),
  ...rules('minus two', true, 'TTL PTTL EXPIRETIME PEXPIRETIME'),
  ...rules('none', true, 'TYPE'),
  ...rules('nils', false, 'HMGET ZMSCORE GEOPOS GEOHASH'),
  ...rules('zeros', false, 'SMISMEMBER'),
  ...rules('minus twos', false, 'HTTL HPTTL HEXPIRETIME HPEXPIRETIME'),
]);

const IS_MISS: Readonly<Record<Miss, (raw: Raw) => boolean>> = {
  empty: isEmpty,
  'no text': (raw) => raw === '' || (Buffer.isBuffer(raw) && raw.length === 0),
  zero: (raw) => isNumber(raw, 0),
  'minus two': (raw) => isNumber(raw, -2),
  none: (raw) => String(raw) === 'none',
  nils: (raw) => isEach(raw, (item) => item === null),
  zeros: (raw) => isEach(raw, (item) => isNumber(item, 0)),
  'minus twos': (raw) => isEach(raw, (item) => isNumber(item, -2)),
};

/** Whether the command reads one key, so that its reply shows where that is not there. The caller sees to it that it is given one key. */
export function showsMiss({ name, flags }: CommandSpec): boolean {
  return (flags & WRITE) === 0 && MISSES.has(name);
}

/** Whether the reply is the one of a key that is not there. */
export function isMiss({ name }: CommandSpec, raw: Raw): boolean {
  const rule = MISSES.get(name);
  return rule !== undefined && IS_MISS[rule.miss](raw);
}

/** Whether the reply, which is a miss, says for sure that there is no such key. */
export function provesAbsence({ name }: CommandSpec): boolean {
  return MISSES.get(name)?.proves === true;
}

/** Names of the commands whose replies show a miss. */
export const missCommands: readonly string[] = [...MISSES.keys()];

function isEmpty(raw: Raw): boolean {
  if (raw === null) return true;
  if (Array.isArray(raw)) return raw.length === 0;
  return typeof raw === 'object' && !Buffer.isBuffer(raw) && !(raw instanceof Error) && Object.keys(raw).length === 0;
}

/** Integers come as numbers, bigints or text. */
function isNumber(raw: Raw, number: number): boolean {
  return (typeof raw === 'number' || typeof raw === 'bigint' || typeof raw === 'string') && String(raw) === String(number);
}

function isEach(raw: Raw, is: (item: Raw) => boolean): boolean {
  return raw === null || (Array.isArray(raw) && raw.every((item) => is(item)));
}
