import { command } from '../../protocol/catalog/specs.js';
import type { Ok } from '../decode.js';
import { CommandGroup, type Key, type OneOrMore, type Value } from '../group.js';
import type { IntegerOf, Out, TextOf } from '../mode.js';
import { all, keyAnd } from '../tokens.js';

const PFADD = command('PFADD');
const PFCOUNT = command('PFCOUNT');
const PFDEBUG = command('PFDEBUG');
const PFMERGE = command('PFMERGE');
const PFSELFTEST = command('PFSELFTEST');

/** Approximate counts of distinct elements. */
export abstract class HyperloglogCommands extends CommandGroup {
  /**
   * Counts elements in: 1 if that changed the estimate (or made the key), 0 if not. O(1) an element, since 2.8.9.
   * @see https://redis.io/docs/latest/commands/pfadd/
   * @example await redis.pfadd('visitors:today', ['ada', 'bob']);
   */
  pfadd(key: Key, elements: OneOrMore<Value> = []): Out<this, IntegerOf<this>> {
    return this.run(PFADD, keyAnd(key, elements));
  }

  /**
   * About how many different elements were counted in, over all keys together. O(N), since 2.8.9.
   * @see https://redis.io/docs/latest/commands/pfcount/
   * @example await redis.pfcount(['visitors:monday', 'visitors:tuesday']);
   */
  pfcount(keys: OneOrMore<Key>): Out<this, IntegerOf<this>> {
    return this.run(PFCOUNT, all(keys));
  }

  /**
   * Unites HyperLogLogs with the one at `destination`. O(N), since 2.8.9.
   * @see https://redis.io/docs/latest/commands/pfmerge/
   */
  pfmerge(destination: Key, sources: OneOrMore<Key> = []): Out<this, Ok> {
    return this.run(PFMERGE, keyAnd(destination, sources));
  }

  /**
   * The inside of a HyperLogLog: its registers, its sparse operation codes, its encoding, or 1 if it was made dense. Since 2.8.9.
   * @see https://redis.io/docs/latest/commands/pfdebug/
   */
  pfdebug(subcommand: 'GETREG', key: Key): Out<this, IntegerOf<this>[]>;
  pfdebug(subcommand: 'DECODE', key: Key): Out<this, TextOf<this>>;
  pfdebug(subcommand: 'ENCODING', key: Key): Out<this, string>;
  pfdebug(subcommand: 'TODENSE', key: Key): Out<this, IntegerOf<this>>;
  pfdebug(subcommand: string, key: Key): Out<this, unknown> {
    return this.run(PFDEBUG, [subcommand, key]);
  }

  /**
   * Has the server test its HyperLogLogs, which takes seconds. Since 2.8.9.
   * @see https://redis.io/docs/latest/commands/pfselftest/
   */
  pfselftest(): Out<this, Ok> {
    return this.run(PFSELFTEST, []);
  }
}
