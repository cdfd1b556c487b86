import { command } from '../../protocol/catalog/specs.js';
import type { Arg } from '../../protocol/command-spec.js';
import { CommandGroup, type Key } from '../group.js';
import type { IntegerOf, Out } from '../mode.js';
import { pushOptions } from '../tokens.js';

const EXPIRE = command('EXPIRE');
const EXPIREAT = command('EXPIREAT');
const EXPIRETIME = command('EXPIRETIME');
const PERSIST = command('PERSIST');
const PEXPIRE = command('PEXPIRE');
const PEXPIREAT = command('PEXPIREAT');
const PEXPIRETIME = command('PEXPIRETIME');
const PTTL = command('PTTL');
const TTL = command('TTL');

/** The condition on which an expiry is set. `XX` goes with `GT` and `LT`, although the documentation's grammar does not show it. */
export type ExpireCondition =
  /** Only if the key has none. */
  | { NX?: boolean; XX?: false; GT?: false; LT?: false }
  /** Only if it has one, and with `GT` the new one is later. A key without expiry counts as one that never ends. */
  | { NX?: false; XX?: boolean; GT?: boolean; LT?: false }
  /** Only if it has one, and with `LT` the new one is earlier. */
  | { NX?: false; XX?: boolean; GT?: false; LT?: boolean };

/** Times at which keys expire. */
export abstract class ExpiryCommands extends CommandGroup {
  /**
   * Lets a key end in so many seconds: 1 if it does, 0 if not. O(1), since 1.0.0 (conditions since 7.0.0).
   * @see https://redis.io/docs/latest/commands/expire/
   * @example await redis.expire('session:1', 3600);
   */
  expire(key: Key, seconds: number, condition?: ExpireCondition): Out<this, IntegerOf<this>> {
    return this.run(EXPIRE, expireArgs(key, seconds, condition));
  }

  /**
   * Lets a key end in so many milliseconds: 1 if it does, 0 if not. O(1), since 2.6.0 (conditions since 7.0.0).
   * @see https://redis.io/docs/latest/commands/pexpire/
   * @example await redis.pexpire('lock:1', 500);
   */
  pexpire(key: Key, milliseconds: number, condition?: ExpireCondition): Out<this, IntegerOf<this>> {
    return this.run(PEXPIRE, expireArgs(key, milliseconds, condition));
  }

  /**
   * Lets a key end at a Unix time in seconds: 1 if it does, 0 if not. O(1), since 1.2.0 (conditions since 7.0.0).
   * @see https://redis.io/docs/latest/commands/expireat/
   */
  expireat(key: Key, unixSeconds: number, condition?: ExpireCondition): Out<this, IntegerOf<this>> {
    return this.run(EXPIREAT, expireArgs(key, unixSeconds, condition));
  }

  /**
   * Lets a key end at a Unix time in milliseconds: 1 if it does, 0 if not. O(1), since 2.6.0 (conditions since 7.0.0).
   * @see https://redis.io/docs/latest/commands/pexpireat/
   */
  pexpireat(key: Key, unixMilliseconds: number, condition?: ExpireCondition): Out<this, IntegerOf<this>> {
    return this.run(PEXPIREAT, expireArgs(key, unixMilliseconds, condition));
  }

  /**
   * Takes the expiry from a key: 1 if it had one, 0 if not. O(1), since 2.2.0.
   * @see https://redis.io/docs/latest/commands/persist/
   * @example await redis.persist('session:1');
   */
  persist(key: Key): Out<this, IntegerOf<this>> {
    return this.run(PERSIST, [key]);
  }

  /**
   * Seconds until a key ends; -1: it has no expiry, -2: there is no such key. O(1), since 1.0.0.
   * @see https://redis.io/docs/latest/commands/ttl/
   * @example await redis.ttl('session:1');
   */
  ttl(key: Key): Out<this, IntegerOf<this>> {
    return this.run(TTL, [key]);
  }

  /**
   * Milliseconds until a key ends; -1: it has no expiry, -2: there is no such key. O(1), since 2.6.0.
   * @see https://redis.io/docs/latest/commands/pttl/
   */
  pttl(key: Key): Out<this, IntegerOf<this>> {
    return this.run(PTTL, [key]);
  }

  /**
   * The Unix time in seconds at which a key ends; -1: it has no expiry, -2: there is no such key. O(1), since 7.0.0.
   * @see https://redis.io/docs/latest/commands/expiretime/
   */
  expiretime(key: Key): Out<this, IntegerOf<this>> {
    return this.run(EXPIRETIME, [key]);
  }

  /**
   * The Unix time in milliseconds at which a key ends; -1: it has no expiry, -2: there is no such key. O(1), since 7.0.0.
   * @see https://redis.io/docs/latest/commands/pexpiretime/
   */
  pexpiretime(key: Key): Out<this, IntegerOf<this>> {
    return this.run(PEXPIRETIME, [key]);
  }
}

function expireArgs(key: Key, time: number, condition: ExpireCondition | undefined): Arg[] {
  const args: Arg[] = [key, time];
  pushOptions(args, condition, ['NX', 'XX', 'GT', 'LT']);
  return args;
}
