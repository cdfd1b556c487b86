import { command } from '../../protocol/catalog/specs.js';
import { CommandGroup, type Key } from '../group.js';
import type { IntegerOf, Out, TextOf } from '../mode.js';
import type { Integer } from '../tokens.js';

const DECR = command('DECR');
const DECRBY = command('DECRBY');
const INCR = command('INCR');
const INCRBY = command('INCRBY');
const INCRBYFLOAT = command('INCRBYFLOAT');

/** Counters: values that are numbers as text. A key that is not there counts as 0. */
export abstract class CounterCommands extends CommandGroup {
  /**
   * Adds one to the integer a key holds and gives the sum. O(1), since 1.0.0.
   * @see https://redis.io/docs/latest/commands/incr/
   * @example await redis.incr('visits');
   */
  incr(key: Key): Out<this, IntegerOf<this>> {
    return this.run(INCR, [key]);
  }

  /**
   * Adds to the integer a key holds and gives the sum. O(1), since 1.0.0.
   * @see https://redis.io/docs/latest/commands/incrby/
   * @example await redis.incrby('visits', 10);
   */
  incrby(key: Key, increment: Integer): Out<this, IntegerOf<this>> {
    return this.run(INCRBY, [key, increment]);
  }

  /**
   * Adds to the decimal number a key holds and gives the sum, as text: the server counts with more digits than a double has. O(1), since 2.6.0.
   * @see https://redis.io/docs/latest/commands/incrbyfloat/
   */
  incrbyfloat(key: Key, increment: number | string): Out<this, TextOf<this>> {
    return this.run(INCRBYFLOAT, [key, increment]);
  }

  /**
   * Takes one from the integer a key holds and gives the difference. O(1), since 1.0.0.
   * @see https://redis.io/docs/latest/commands/decr/
   * @example await redis.decr('stock:7');
   */
  decr(key: Key): Out<this, IntegerOf<this>> {
    return this.run(DECR, [key]);
  }

  /**
   * Takes from the integer a key holds and gives the difference. O(1), since 1.0.0.
   * @see https://redis.io/docs/latest/commands/decrby/
   */
  decrby(key: Key, decrement: Integer): Out<this, IntegerOf<this>> {
    return this.run(DECRBY, [key, decrement]);
  }
}
