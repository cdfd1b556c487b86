import { command } from '../protocol/specs.js';
import { Commands } from './commands.js';
import type { Ok } from './decode.js';
import type { Key, OneOrMore } from './group.js';
import type { IntegerOf, Out } from './mode.js';
import { isList } from './tokens.js';

const SELECT = command('SELECT');
const UNWATCH = command('UNWATCH');
const WAIT = command('WAIT');
const WAITAOF = command('WAITAOF');
const WATCH = command('WATCH');

/** All commands, and those that mean something only on a connection of one's own: they exist inside `lease()`. */
export abstract class LeasedCommands extends Commands {
  /**
   * Selects the database of this connection. O(1), since 1.0.0.
   * @see https://redis.io/docs/latest/commands/select/
   */
  select(index: number): Out<this, Ok> {
    return this.run(SELECT, [index]);
  }

  /**
   * Forgets the watched keys. O(1), since 2.2.0.
   * @see https://redis.io/docs/latest/commands/unwatch/
   */
  unwatch(): Out<this, Ok> {
    return this.run(UNWATCH, []);
  }

  /**
   * Waits until `numreplicas` replicas have what this connection wrote, for `timeoutMs` at most (0: without limit); how many have it. O(1),
   * since 3.0.0.
   * @see https://redis.io/docs/latest/commands/wait/
   * @example await redis.lease(async (one) => { await one.set('a', '1'); return one.wait(1, 100); });
   */
  wait(numreplicas: number, timeoutMs: number): Out<this, IntegerOf<this>> {
    return this.run(WAIT, [numreplicas, timeoutMs]);
  }

  /**
   * As `wait`, until it is in the append-only files of the server itself (`numlocal` 1) and of `numreplicas` replicas; how many of each have it.
   * O(1), since 7.2.0.
   * @see https://redis.io/docs/latest/commands/waitaof/
   */
  waitaof(numlocal: 0 | 1, numreplicas: number, timeoutMs: number): Out<this, [local: IntegerOf<this>, replicas: IntegerOf<this>]> {
    return this.run(WAITAOF, [numlocal, numreplicas, timeoutMs]);
  }

  /**
   * Has the next EXEC of this connection do nothing if one of the keys is changed until then; `redis.watch()` does the rest, too. O(1) for every
   * key, since 2.2.0.
   * @see https://redis.io/docs/latest/commands/watch/
   */
  watch(keys: OneOrMore<Key>): Out<this, Ok> {
    return this.run(WATCH, isList(keys) ? keys : [keys]);
  }
}
