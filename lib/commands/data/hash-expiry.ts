import { command } from '../../protocol/catalog/specs.js';
import type { Arg } from '../../protocol/command-spec.js';
import { CommandGroup, type Key, type OneOrMore, type Value } from '../group.js';
import type { IntegerOf, Out, TextOf } from '../mode.js';
import { type AtMostOne, type Pairs, pushCounted, pushOptions, pushPairs } from '../tokens.js';

const HEXPIRE = command('HEXPIRE');
const HEXPIREAT = command('HEXPIREAT');
const HEXPIRETIME = command('HEXPIRETIME');
const HGETEX = command('HGETEX');
const HPERSIST = command('HPERSIST');
const HPEXPIRE = command('HPEXPIRE');
const HPEXPIREAT = command('HPEXPIREAT');
const HPEXPIRETIME = command('HPEXPIRETIME');
const HPTTL = command('HPTTL');
const HSETEX = command('HSETEX');
const HTTL = command('HTTL');

/** Only for fields without an expiry, with one, or where the new one is later (`GT`) or earlier (`LT`). */
export type HexpireOptions = AtMostOne<{ NX: true; XX: true; GT: true; LT: true }>;

interface FieldExpiry {
  EX: number;
  PX: number;
  EXAT: number;
  PXAT: number;
}
export type HgetexOptions = AtMostOne<FieldExpiry & { PERSIST: true }>;
/** `FNX`/`FXX`: only if none/all of the fields exist. `NX`/`XX`: only if the key does not/does exist (Valkey). */
export type HsetexOptions = AtMostOne<FieldExpiry & { KEEPTTL: true }> &
  AtMostOne<{ FNX: true; FXX: true }> &
  AtMostOne<{ NX: true; XX: true }>;

/** Expiry of single fields of a hash. Replies are one integer a field; -2: there is no such field. */
export abstract class HashExpiryCommands extends CommandGroup {
  /**
   * Lets fields of a hash end in some seconds. A field: 1 set, 2 deleted at once, 0 the condition fails, -2 no such field. O(N) for N fields,
   * since 7.4.0 (Valkey 9.0.0).
   * @see https://redis.io/docs/latest/commands/hexpire/
   * @example await redis.hexpire('session:1', 60, ['token', 'nonce']);
   */
  hexpire(key: Key, seconds: number, fields: OneOrMore<Value>, options?: HexpireOptions): Out<this, IntegerOf<this>[]> {
    return this.run(HEXPIRE, fieldExpireArgs(key, seconds, fields, options));
  }

  /**
   * Lets fields of a hash end at a Unix time in seconds; replies as `hexpire`. O(N) for N fields, since 7.4.0 (Valkey 9.0.0).
   * @see https://redis.io/docs/latest/commands/hexpireat/
   */
  hexpireat(key: Key, unixSeconds: number, fields: OneOrMore<Value>, options?: HexpireOptions): Out<this, IntegerOf<this>[]> {
    return this.run(HEXPIREAT, fieldExpireArgs(key, unixSeconds, fields, options));
  }

  /**
   * The Unix time in seconds at which fields end; -1: never, -2: no such field. O(N) for N fields, since 7.4.0 (Valkey 9.0.0).
   * @see https://redis.io/docs/latest/commands/hexpiretime/
   */
  hexpiretime(key: Key, fields: OneOrMore<Value>): Out<this, IntegerOf<this>[]> {
    return this.run(HEXPIRETIME, fieldArgs(key, fields));
  }

  /**
   * The values of fields, changing when they end (`PERSIST`: never). O(N) for N fields, since 8.0.0 (Valkey 9.0.0).
   * @see https://redis.io/docs/latest/commands/hgetex/
   * @example const [token] = await redis.hgetex('session:1', 'token', { EX: 60 });
   */
  hgetex(key: Key, fields: OneOrMore<Value>, options?: HgetexOptions): Out<this, (TextOf<this> | null)[]> {
    const args: Arg[] = [key];
    pushOptions(args, options, ['EX', 'PX', 'EXAT', 'PXAT', 'PERSIST']);
    args.push('FIELDS');
    pushCounted(args, fields);
    return this.run(HGETEX, args);
  }

  /**
   * Takes the expiry off fields: 1 done, -1 it has none, -2 no such field. O(N) for N fields, since 7.4.0 (Valkey 9.0.0).
   * @see https://redis.io/docs/latest/commands/hpersist/
   */
  hpersist(key: Key, fields: OneOrMore<Value>): Out<this, IntegerOf<this>[]> {
    return this.run(HPERSIST, fieldArgs(key, fields));
  }

  /**
   * Lets fields of a hash end in some milliseconds; replies as `hexpire`. O(N) for N fields, since 7.4.0 (Valkey 9.0.0).
   * @see https://redis.io/docs/latest/commands/hpexpire/
   */
  hpexpire(key: Key, milliseconds: number, fields: OneOrMore<Value>, options?: HexpireOptions): Out<this, IntegerOf<this>[]> {
    return this.run(HPEXPIRE, fieldExpireArgs(key, milliseconds, fields, options));
  }

  /**
   * Lets fields of a hash end at a Unix time in milliseconds; replies as `hexpire`. O(N) for N fields, since 7.4.0 (Valkey 9.0.0).
   * @see https://redis.io/docs/latest/commands/hpexpireat/
   */
  hpexpireat(key: Key, unixMs: number, fields: OneOrMore<Value>, options?: HexpireOptions): Out<this, IntegerOf<this>[]> {
    return this.run(HPEXPIREAT, fieldExpireArgs(key, unixMs, fields, options));
  }

  /**
   * The Unix time in milliseconds at which fields end; -1: never, -2: no such field. O(N) for N fields, since 7.4.0 (Valkey 9.0.0).
   * @see https://redis.io/docs/latest/commands/hpexpiretime/
   */
  hpexpiretime(key: Key, fields: OneOrMore<Value>): Out<this, IntegerOf<this>[]> {
    return this.run(HPEXPIRETIME, fieldArgs(key, fields));
  }

  /**
   * The milliseconds that are left to fields; -1: no end, -2: no such field. O(N) for N fields, since 7.4.0 (Valkey 9.0.0).
   * @see https://redis.io/docs/latest/commands/hpttl/
   */
  hpttl(key: Key, fields: OneOrMore<Value>): Out<this, IntegerOf<this>[]> {
    return this.run(HPTTL, fieldArgs(key, fields));
  }

  /**
   * Sets fields and when they end: 1, or 0 where the condition failed and nothing was set. O(N) for N fields, since 8.0.0 (Valkey 9.0.0).
   * @see https://redis.io/docs/latest/commands/hsetex/
   * @example await redis.hsetex('session:1', { token: 'x' }, { EX: 60, FNX: true });
   */
  hsetex(key: Key, fields: Pairs, options?: HsetexOptions): Out<this, IntegerOf<this>> {
    const args: Arg[] = [key];
    pushOptions(args, options, ['NX', 'XX', 'FNX', 'FXX', 'EX', 'PX', 'EXAT', 'PXAT', 'KEEPTTL']);
    args.push('FIELDS', 0);
    const numfields = args.length - 1;
    args[numfields] = pushPairs(args, fields);
    return this.run(HSETEX, args);
  }

  /**
   * The seconds that are left to fields; -1: no end, -2: no such field. O(N) for N fields, since 7.4.0 (Valkey 9.0.0).
   * @see https://redis.io/docs/latest/commands/httl/
   */
  httl(key: Key, fields: OneOrMore<Value>): Out<this, IntegerOf<this>[]> {
    return this.run(HTTL, fieldArgs(key, fields));
  }
}

/** `key FIELDS numfields field [field …]` */
function fieldArgs(key: Key, fields: OneOrMore<Value>): Arg[] {
  const args: Arg[] = [key, 'FIELDS'];
  pushCounted(args, fields);
  return args;
}

/** `key time [NX | XX | GT | LT] FIELDS numfields field [field …]` */
function fieldExpireArgs(key: Key, time: number, fields: OneOrMore<Value>, options: HexpireOptions | undefined): Arg[] {
  const args: Arg[] = [key, time];
  pushOptions(args, options, ['NX', 'XX', 'GT', 'LT']);
  args.push('FIELDS');
  pushCounted(args, fields);
  return args;
}
