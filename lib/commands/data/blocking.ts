import { command } from '../../protocol/catalog/specs.js';
import type { Arg, Raw } from '../../protocol/command-spec.js';
import { toList } from '../decode.js';
import { CommandGroup, type Key, type OneOrMore } from '../group.js';
import type { Out, TextOf } from '../mode.js';
import { isList, pushCounted, pushOptions } from '../tokens.js';
import { type ListEnd, type PoppedElements, toPoppedElements } from './list.js';
import { type PoppedMember, type PoppedMembers, toPoppedMember, toPoppedMembers } from './scored-member.js';
import type { ScoreEnd } from './sorted-set.js';

const BLMOVE = command('BLMOVE');
const BLMPOP = command('BLMPOP');
const BLPOP = command('BLPOP');
const BRPOP = command('BRPOP');
const BRPOPLPUSH = command('BRPOPLPUSH');
const BZMPOP = command('BZMPOP');
const BZPOPMAX = command('BZPOPMAX');
const BZPOPMIN = command('BZPOPMIN');

/** What was popped, and from which of the lists. */
export interface PoppedElement<Text extends string | Buffer> {
  key: Text;
  element: Text;
}

/**
 * Blocking commands: they wait for an element to pop, up to `timeoutSeconds` (fractions too), without limit if 0. Each waits on an
 * exclusive connection, so that it delays no other command. `XREAD` and `XREADGROUP` wait with `BLOCK`.
 */
export abstract class BlockingCommands extends CommandGroup {
  /**
   * As `lmove`, waiting for an element; `null` where none came in time. O(1), since 6.2.0.
   * @see https://redis.io/docs/latest/commands/blmove/
   */
  blmove(source: Key, destination: Key, from: ListEnd, to: ListEnd, timeoutSeconds: number): Out<this, TextOf<this> | null> {
    return this.run(BLMOVE, [source, destination, from, to, timeoutSeconds]);
  }

  /**
   * As `lmpop`, waiting for elements; `null` where none came in time. O(N+M) for N keys and M elements, since 7.0.0.
   * @see https://redis.io/docs/latest/commands/blmpop/
   */
  blmpop(
    timeoutSeconds: number,
    keys: OneOrMore<Key>,
    where: ListEnd,
    options?: { COUNT?: number },
  ): Out<this, PoppedElements<TextOf<this>> | null> {
    const args: Arg[] = [timeoutSeconds];
    pushCounted(args, keys);
    args.push(where);
    pushOptions(args, options, ['COUNT']);
    return this.run(BLMPOP, args, toPoppedElements<TextOf<this>>);
  }

  /**
   * Takes the first element of the first list that has any, waiting for one; `null` where none came in time. O(N) for N keys, since 2.0.0.
   * @see https://redis.io/docs/latest/commands/blpop/
   * @example const job = await redis.blpop(['urgent', 'jobs'], 5);
   */
  blpop(keys: OneOrMore<Key>, timeoutSeconds: number): Out<this, PoppedElement<TextOf<this>> | null> {
    return this.run(BLPOP, keysAnd(keys, timeoutSeconds), toPoppedElement<TextOf<this>>);
  }

  /**
   * Takes the last element of the first list that has any, waiting for one; `null` where none came in time. O(N) for N keys, since 2.0.0.
   * @see https://redis.io/docs/latest/commands/brpop/
   * @example const popped = await redis.brpop(['urgent', 'jobs'], 5);
   */
  brpop(keys: OneOrMore<Key>, timeoutSeconds: number): Out<this, PoppedElement<TextOf<this>> | null> {
    return this.run(BRPOP, keysAnd(keys, timeoutSeconds), toPoppedElement<TextOf<this>>);
  }

  /**
   * As `rpoplpush`, waiting for an element; `null` where none came in time. O(1), since 2.2.0.
   * @deprecated since 6.2.0: `blmove(source, destination, 'RIGHT', 'LEFT', timeoutSeconds)` does the same.
   * @see https://redis.io/docs/latest/commands/brpoplpush/
   */
  brpoplpush(source: Key, destination: Key, timeoutSeconds: number): Out<this, TextOf<this> | null> {
    return this.run(BRPOPLPUSH, [source, destination, timeoutSeconds]);
  }

  /**
   * As `zmpop`, waiting for members; `null` where none came in time. O(K) + O(M*log(N)) for K keys and M members, since 7.0.0.
   * @see https://redis.io/docs/latest/commands/bzmpop/
   */
  bzmpop(
    timeoutSeconds: number,
    keys: OneOrMore<Key>,
    where: ScoreEnd,
    options?: { COUNT?: number },
  ): Out<this, PoppedMembers<TextOf<this>> | null> {
    const args: Arg[] = [timeoutSeconds];
    pushCounted(args, keys);
    args.push(where);
    pushOptions(args, options, ['COUNT']);
    return this.run(BZMPOP, args, toPoppedMembers<TextOf<this>>);
  }

  /**
   * Takes the member with the highest score of the first sorted set that has any, waiting for one; `null` where none came in time.
   * O(log(N)), since 5.0.0.
   * @see https://redis.io/docs/latest/commands/bzpopmax/
   */
  bzpopmax(keys: OneOrMore<Key>, timeoutSeconds: number): Out<this, PoppedMember<TextOf<this>> | null> {
    return this.run(BZPOPMAX, keysAnd(keys, timeoutSeconds), toPoppedMember<TextOf<this>>);
  }

  /**
   * Takes the member with the lowest score of the first sorted set that has any, waiting for one; `null` where none came in time.
   * O(log(N)), since 5.0.0.
   * @see https://redis.io/docs/latest/commands/bzpopmin/
   * @example const next = await redis.bzpopmin('schedule', 5);
   */
  bzpopmin(keys: OneOrMore<Key>, timeoutSeconds: number): Out<this, PoppedMember<TextOf<this>> | null> {
    return this.run(BZPOPMIN, keysAnd(keys, timeoutSeconds), toPoppedMember<TextOf<this>>);
  }
}

/** `key [key …] timeout` */
function keysAnd(keys: OneOrMore<Key>, last: Arg): Arg[] {
  return isList(keys) ? [...keys, last] : [keys, last];
}

/** `[key, element]` */
function toPoppedElement<Text extends string | Buffer>(raw: Raw): PoppedElement<Text> | null {
  const [key, element] = toList(raw);
  return element === undefined ? null : { key: key as Text, element: element as Text };
}
