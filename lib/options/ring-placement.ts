import { OptionsError } from '../errors.js';
import { type PlacementOptions, TWEMPROXY_HASHES, type TwemproxyHash } from '../placement/placement.js';
import { RING_CHECKS } from './ring-eject.js';
import { mask, refuseSecret } from './secrets.js';
import { suggest } from './suggestion.js';
import { type Check, func, oneOf, refuseText, refuseValue, shape } from './validate.js';

/** Rule by which a ring's keys are placed. Default: `{ as: 'go-redis' }`. See docs/topologies.md. */
export type RingPlacement =
  | {
      /** Rendezvous over the members' names, as go-redis' Ring (v8, v9): grows evenly. */
      readonly as?: 'go-redis';
    }
  | {
      /** As twemproxy (nutcracker), with the words of its configuration. */
      readonly as: 'twemproxy';
      /** Default `fnv1a_64`. */
      readonly hash?: TwemproxyHash;
      /** Default `ketama`. */
      readonly distribution?: 'ketama' | 'modula';
      /** Two characters; what is between them in a key is hashed alone. Default: none. */
      readonly hashTag?: string;
    }
  | {
      /** As Jedis' `ShardedJedis` and `JedisSharding`. */
      readonly as: 'jedis';
      /** Default `murmur`. */
      readonly hash?: 'murmur' | 'md5';
      /** The pattern that was given to Jedis, `{}` for its default one; its first group is hashed alone. Default: none. */
      readonly tag?: '{}' | RegExp;
      /** 2: Jedis before 2.10, which hashes named members otherwise. Default 3. */
      readonly version?: 2 | 3;
    }
  | {
      /** As redis-rb's `Redis::Distributed`. */
      readonly as: 'redis-rb';
      /** 4 (and older) or 5: they place most keys otherwise. */
      readonly version: 4 | 5;
      /** The pattern that was given to redis-rb; its first group is hashed alone. Default: redis-rb's, braces at the start of the key. */
      readonly tag?: RegExp;
    }
  | {
      /** As predixy's pools of standalone servers. */
      readonly as: 'predixy';
      readonly hash: 'crc16' | 'atol';
      /** Two characters; what is between them in a key is hashed alone. Default: none. */
      readonly hashTag?: string;
    }
  | {
      readonly as?: never;
      /** Gives the index of the key's member in `members`, the names of those that take part, in order. */
      place(key: Uint8Array, members: readonly string[]): number;
      /** Two characters; the function is given what is between them alone. Default: none. */
      readonly hashTag?: string;
    };

/** One of a few words. For another one the error says which it resembles, `others` those of other programs. */
function word<const T extends string>(allowed: readonly T[], others: Readonly<Record<string, string>> = {}): Check<T> {
  const check = oneOf(...allowed);
  return (value, path) => {
    if (typeof value !== 'string' || allowed.some((each) => each === value)) return check(value, path);
    const meant = suggest(value, allowed, others);
    const hint = meant.startsWith('did you mean') ? `; ${meant}` : '';
    throw new OptionsError(path, `expected one of ${allowed.join(', ')}, got ${JSON.stringify(mask(value))}${hint}`);
  };
}

/** twemproxy takes two bytes: `conf_set_hashtag` in its src/nc_conf.c. */
const checkHashTag: Check<string> = (value, path) => {
  if (typeof value === 'string' && /^[\0-\x7f]{2}$/.test(value)) return value;
  const expected = 'two ASCII characters, such as {}';
  return typeof value === 'string' ? refuseText(path, expected, value) : refuseValue(path, expected, value);
};

const checkDistributionName = word(['ketama', 'modula'], { consistent: 'ketama', modulo: 'modula', modular: 'modula' });
const checkDistribution: Check<'ketama' | 'modula'> = (value, path) => {
  if (value !== 'random') return checkDistributionName(value, path);
  throw new OptionsError(path, 'ketama or modula (by random, reads would not find what was written)', value);
};

/** One of another realm counts as well. */
function isPattern(value: unknown): value is RegExp {
  return Object.prototype.toString.call(value) === '[object RegExp]';
}

const checkPattern: Check<RegExp> = (value, path) => {
  if (!isPattern(value)) return refuseValue(path, 'a RegExp with a group, such as /^\\{(.+?)\\}/', value);
  // With an empty alternative it matches anything, and the match has as many groups as the pattern.
  const groups = new RegExp(`${value.source}|`, value.flags).exec('')?.length ?? 1;
  if (groups === 1) throw new OptionsError(path, 'a RegExp with a group, such as /^\\{(.+?)\\}/', String(value));
  // A copy, because it gets frozen; without the flags that have it begin where it ended.
  return new RegExp(value.source, value.flags.replace(/[gy]/g, ''));
};
const checkJedisTag: Check<'{}' | RegExp> = (value, path) => {
  if (value === '{}') return value;
  return isPattern(value) ? checkPattern(value, path) : refuseValue(path, "'{}' or a RegExp with a group", value);
};

const KINDS = ['go-redis', 'twemproxy', 'jedis', 'redis-rb', 'predixy'] as const;
const checkKind = word(KINDS, {
  nutcracker: 'twemproxy',
  ketama: 'twemproxy',
  hashring: 'twemproxy',
  rendezvous: 'go-redis',
  ruby: 'redis-rb',
});

/** Names that other programs have for these options. */
const OTHER_NAMES: Readonly<Record<string, string>> = {
  hash_tag: 'hashTag',
  tag: 'hashTag',
  auto_eject_hosts: 'onDown',
  server_failure_limit: 'eject',
  algo: 'hash',
  keyTagPattern: 'tag',
  hashTag: 'tag',
};

/** The checks of all kinds of placement; `common` are further options in the same object. */
function checksWith<C extends Readonly<Record<string, Check<unknown>>>>(common: C) {
  const kind = <S extends Readonly<Record<string, Check<unknown>>>>(own: S) =>
    shape({ ...own, ...common }, 'a placement', 'option', OTHER_NAMES);
  return {
    'go-redis': kind({ as: checkKind }),
    twemproxy: kind({ as: checkKind, hash: word(TWEMPROXY_HASHES), distribution: checkDistribution, hashTag: checkHashTag }),
    jedis: kind({ as: checkKind, hash: word(['murmur', 'md5']), tag: checkJedisTag, version: oneOf<2 | 3>(2, 3) }),
    'redis-rb': kind({ as: checkKind, version: oneOf<4 | 5>(4, 5), tag: checkPattern }),
    predixy: kind({ as: checkKind, hash: word(['crc16', 'atol']), hashTag: checkHashTag }),
    own: kind({ as: checkKind, place: func<(key: Uint8Array, members: readonly string[]) => number>(), hashTag: checkHashTag }),
  };
}

type PlacementChecks = ReturnType<typeof checksWith<typeof RING_CHECKS>>;
type GivenRingOptions = { readonly [Name in keyof typeof RING_CHECKS]?: ReturnType<(typeof RING_CHECKS)[Name]> };

const WITH_RING_OPTIONS: PlacementChecks = checksWith(RING_CHECKS);
const ALONE: PlacementChecks = checksWith({});

/** Reads the second argument of `ring()`: a placement and, in the same object, the other options of a ring. */
export function readPlacementAndOptions(value: unknown, path: string): readonly [placement: PlacementOptions, options: GivenRingOptions] {
  return read(value, path, WITH_RING_OPTIONS);
}

/** Reads a placement alone. */
export const checkPlacement: Check<PlacementOptions> = (value, path) => read(value, path, ALONE)[0];

function read(value: unknown, path: string, checks: PlacementChecks): readonly [placement: PlacementOptions, options: GivenRingOptions] {
  const kind = kindOf(value, path);
  switch (kind) {
    case 'go-redis': {
      const { as: _, ...options } = checks[kind](value, path);
      return [{ as: kind }, options];
    }
    case 'twemproxy': {
      const { as: _, hash = 'fnv1a_64', distribution = 'ketama', hashTag, ...options } = checks[kind](value, path);
      return [{ as: kind, hash, distribution, ...(hashTag === undefined ? {} : { hashTag }) }, options];
    }
    case 'jedis': {
      const { as: _, hash = 'murmur', tag, version = 3, ...options } = checks[kind](value, path);
      return [{ as: kind, hash, version, ...(tag === undefined ? {} : { tag }) }, options];
    }
    case 'redis-rb': {
      const { as: _, version, tag, ...options } = checks[kind](value, path);
      if (version === undefined) return refuseValue(`${path}.version`, '4 or 5, of which each places most keys elsewhere', version);
      return [{ as: kind, version, ...(tag === undefined ? {} : { tag }) }, options];
    }
    case 'predixy': {
      const { as: _, hash, hashTag, ...options } = checks[kind](value, path);
      if (hash === undefined) return refuseValue(`${path}.hash`, 'one of crc16, atol', hash);
      return [{ as: kind, hash, ...(hashTag === undefined ? {} : { hashTag }) }, options];
    }
    case 'own': {
      const { as: _, place, hashTag, ...options } = checks[kind](value, path);
      if (place === undefined) return refuseValue(`${path}.place`, 'a function', place);
      return [{ place, ...(hashTag === undefined ? {} : { hashTag }) }, options];
    }
  }
}

function kindOf(value: unknown, path: string): keyof PlacementChecks {
  if (Object.prototype.toString.call(value) !== '[object Object]')
    return refuseSecret(path, "a placement such as { as: 'twemproxy' }", value);
  const { as, place }: { as?: unknown; place?: unknown } = value as object; // as it was just seen to be
  if (as !== undefined && place !== undefined)
    throw new OptionsError(`${path}.place`, 'expected either as or place: a function is a placement of its own');
  if (as !== undefined) return checkKind(as, `${path}.as`);
  return place === undefined ? 'go-redis' : 'own';
}
