import { command } from '../../protocol/catalog/specs.js';
import type { Arg, Bytes } from '../../protocol/command-spec.js';
import { CommandGroup, type Key, type OneOrMore } from '../group.js';
import type { IntegerOf, Out, TextOf } from '../mode.js';
import { isList, type Limit, pushLimit } from '../tokens.js';

const SORT = command('SORT');
const SORT_RO = command('SORT_RO');

type Pattern = string | Bytes;

export type SortOptions = {
  /** Sorts by the values of these keys (`*` is the element), or not at all if there is no `*`: `weight_*`, `user:*->age`. */
  BY?: Pattern;
  LIMIT?: Limit;
  /** Gives the values of these keys instead of the elements; `#` is the element itself. */
  GET?: OneOrMore<Pattern>;
  /** By characters, not by number. */
  ALPHA?: boolean;
} & ({ ASC?: boolean; DESC?: false } | { ASC?: false; DESC?: boolean });

/** Sorting of lists, sets and sorted sets. */
export abstract class SortCommands extends CommandGroup {
  /**
   * The sorted elements of a list, set or sorted set; with `STORE` the length of the list it stores. O(N+M*log(M)), since 1.0.0.
   * @see https://redis.io/docs/latest/commands/sort/
   * @example await redis.sort('ids', { BY: 'user:*->age', GET: ['#', 'user:*->name'], DESC: true });
   */
  sort(key: Key, options: SortOptions & { STORE: Key }): Out<this, IntegerOf<this>>;
  sort(key: Key, options: SortOptions & { STORE?: never; GET: OneOrMore<Pattern> }): Out<this, (TextOf<this> | null)[]>;
  sort(key: Key, options?: SortOptions & { STORE?: never; GET?: never }): Out<this, TextOf<this>[]>;
  sort(key: Key, options?: SortOptions & { STORE?: Key }): Out<this, IntegerOf<this> | (TextOf<this> | null)[]>;
  sort(key: Key, options?: SortOptions & { STORE?: Key }): Out<this, unknown> {
    const args = sortArgs(key, options);
    if (options?.STORE !== undefined) args.push('STORE', options.STORE);
    return this.run(SORT, args);
  }

  /**
   * `sort` that only reads, so that a replica may do it. O(N+M*log(M)), since 7.0.0.
   * @see https://redis.io/docs/latest/commands/sort_ro/
   */
  sort_ro(key: Key, options: SortOptions & { GET: OneOrMore<Pattern> }): Out<this, (TextOf<this> | null)[]>;
  sort_ro(key: Key, options?: SortOptions & { GET?: never }): Out<this, TextOf<this>[]>;
  sort_ro(key: Key, options?: SortOptions): Out<this, (TextOf<this> | null)[]>;
  sort_ro(key: Key, options?: SortOptions): Out<this, (TextOf<this> | null)[]> {
    return this.run(SORT_RO, sortArgs(key, options));
  }
}

function sortArgs(key: Key, options: SortOptions | undefined): Arg[] {
  const args: Arg[] = [key];
  if (options === undefined) return args;
  if (options.BY !== undefined) args.push('BY', options.BY);
  pushLimit(args, options.LIMIT);
  if (options.GET !== undefined) for (const pattern of isList(options.GET) ? options.GET : [options.GET]) args.push('GET', pattern);
  if (options.ASC) args.push('ASC');
  if (options.DESC) args.push('DESC');
  if (options.ALPHA) args.push('ALPHA');
  return args;
}
