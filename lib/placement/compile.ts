import type { Arg } from '../protocol/command-spec.js';
import { HashedPart, type TagRule, tagBetween } from './hashed-part.js';
import type { KeyPlacement, PlacedMember, PlacementOptions } from './placement.js';
import { goRedisRule } from './rules/go-redis.js';
import { jedisRule } from './rules/jedis.js';
import type { KeyRule } from './rules/key-rule.js';
import { ownRule } from './rules/own.js';
import { predixyRule } from './rules/predixy.js';
import { redisRbRule } from './rules/redis-rb.js';
import { twemproxyRule } from './rules/twemproxy.js';

/**
 * The default patterns of Jedis and redis-rb, written out: what a dot and the start of a line are differs between Java, Ruby and here. That of
 * redis-rb is `/^\{(.+?)\}/`.
 */
const JEDIS_TAG = /\{([^\n\r\u0085\u2028\u2029]+?)\}/;
const REDIS_RB_TAG = /(?:^|\n)\{([^\n]+?)\}/;

/** Compiles a placement for these members, which may be a part of a ring's: what it gives is the index in this list, of at least one. */
export function compilePlacement(options: PlacementOptions, members: readonly PlacedMember[]): KeyPlacement {
  return new CompiledPlacement(tagOf(options), ruleOf(options, members));
}

class CompiledPlacement implements KeyPlacement {
  readonly #part: HashedPart;
  readonly #rule: KeyRule;

  constructor(tag: TagRule, rule: KeyRule) {
    this.#part = new HashedPart(tag);
    this.#rule = rule;
  }

  indexOf(key: Arg): number {
    return this.#rule(this.#part.read(key));
  }

  hashedPart(key: Arg): string {
    return this.#part.read(key).text();
  }
}

function tagOf(options: PlacementOptions): TagRule {
  switch (options.as) {
    case 'go-redis':
      return tagBetween('{}');
    case 'jedis':
      return options.tag === undefined ? null : patternTag(options.tag === '{}' ? JEDIS_TAG : options.tag, 'none');
    case 'redis-rb':
      return patternTag(options.tag ?? REDIS_RB_TAG, 'latin1');
    default:
      return tagBetween(options.hashTag);
  }
}

/** Java matches patterns against text alone: of bytes that are none, Jedis had no tag. */
function patternTag(pattern: RegExp, ofBytes: 'none' | 'latin1'): TagRule {
  return { pattern, needs: pattern === JEDIS_TAG || pattern === REDIS_RB_TAG ? '{' : null, ofBytes };
}

function ruleOf(options: PlacementOptions, members: readonly PlacedMember[]): KeyRule {
  switch (options.as) {
    case 'go-redis':
      return goRedisRule(members);
    case 'twemproxy':
      return twemproxyRule(options, members);
    case 'jedis':
      return jedisRule(options, members);
    case 'redis-rb':
      return redisRbRule(options, members);
    case 'predixy':
      return predixyRule(options, members.length);
    default:
      return ownRule(options, members);
  }
}
