import { command } from '../../protocol/catalog/specs.js';
import type { Arg, Raw } from '../../protocol/command-spec.js';
import { type Ok, toList, toNumber } from '../decode.js';
import { CommandGroup, type OneOrMore, type Value } from '../group.js';
import type { IntegerOf, Out, TextOf } from '../mode.js';
import { type AtMostOne, all, keyAnd, pushOptions } from '../tokens.js';

const BGREWRITEAOF = command('BGREWRITEAOF');
const BGSAVE = command('BGSAVE');
const DBSIZE = command('DBSIZE');
const DEBUG = command('DEBUG');
const ECHO = command('ECHO');
const FAILOVER = command('FAILOVER');
const FLUSHALL = command('FLUSHALL');
const FLUSHDB = command('FLUSHDB');
const INFO = command('INFO');
const LASTSAVE = command('LASTSAVE');
const LOLWUT = command('LOLWUT');
const PING = command('PING');
const REPLICAOF = command('REPLICAOF');
const ROLE = command('ROLE');
const SAVE = command('SAVE');
const SHUTDOWN = command('SHUTDOWN');
const SLAVEOF = command('SLAVEOF');
const SWAPDB = command('SWAPDB');
const TIME = command('TIME');

/** Whether the memory is freed in another thread. Without either, the server's `lazyfree-lazy-user-flush` decides. */
export type FlushOptions = AtMostOne<{ ASYNC: true; SYNC: true }>;

export type FailoverOptions = { ABORT?: never; TIMEOUT?: number } & (
  | { TO?: never; FORCE?: never }
  /** The replica that is to be the primary; with `FORCE` it is promoted even if it has not caught up within `TIMEOUT` milliseconds. */
  | { TO: { host: string; port: number }; FORCE?: boolean }
);

export type ShutdownOptions =
  | ({
      /** Does not wait for lagging replicas. */
      NOW?: boolean;
      /** Ignores that the data cannot be saved. */
      FORCE?: boolean;
      /** Not if slots would lose their only primary (Valkey). */
      SAFE?: boolean;
      /** In a cluster, lets a replica take over first (Valkey). */
      FAILOVER?: boolean;
      ABORT?: never;
    } & AtMostOne<{ NOSAVE: true; SAVE: true }>)
  /** Stops a shutdown that has begun. */
  | { ABORT: true; NOW?: never; FORCE?: never; SAFE?: never; FAILOVER?: never; NOSAVE?: never; SAVE?: never };

/** `INFO` names hundreds of sections' fields; these are its sections. Modules bring sections of their own. */
export type InfoSection =
  | 'all'
  | 'clients'
  | 'cluster'
  | 'commandstats'
  | 'cpu'
  | 'default'
  | 'errorstats'
  | 'everything'
  | 'keyspace'
  | 'latencystats'
  | 'memory'
  | 'modules'
  | 'persistence'
  | 'replication'
  | 'server'
  | 'stats'
  | (string & Record<never, never>);

/** Seconds since 1970, and microseconds of the current second. */
export interface ServerTime {
  seconds: number;
  microseconds: number;
}

/** Role of a server, in its own words. */
export type Role<I> =
  | { role: 'master'; offset: I; replicas: { host: string; port: number; offset: number }[] }
  | {
      role: 'slave';
      /** The server it replicates. */
      host: string;
      port: number;
      state: 'connect' | 'connecting' | 'handshake' | 'sync' | 'connected' | (string & Record<never, never>);
      /** What it has processed of the replication stream; -1 while it is not connected. */
      offset: I;
    }
  | { role: 'sentinel'; masters: string[] };

/** Server as a whole: information, databases, persistence, roles. */
export abstract class ServerCommands extends CommandGroup {
  /**
   * `PONG`, or the message. O(1), since 1.0.0.
   * @see https://redis.io/docs/latest/commands/ping/
   * @example await redis.ping();
   */
  ping(): Out<this, 'PONG'>;
  ping(message: Value): Out<this, TextOf<this>>;
  ping(message?: Value): Out<this, TextOf<this> | 'PONG'> {
    return this.run(PING, message === undefined ? [] : [message]);
  }

  /**
   * The message. O(1), since 1.0.0.
   * @see https://redis.io/docs/latest/commands/echo/
   */
  echo(message: Value): Out<this, TextOf<this>> {
    return this.run(ECHO, [message]);
  }

  /**
   * What the server tells about itself, as lines of `name:value`. O(1), since 1.0.0 (several sections since 7.0.0).
   * @see https://redis.io/docs/latest/commands/info/
   * @example await redis.info('memory');
   */
  info(sections: OneOrMore<InfoSection> = []): Out<this, TextOf<this>> {
    return this.run(INFO, all(sections));
  }

  /**
   * How many keys the database has; in a cluster, all shards together. O(1), since 1.0.0.
   * @see https://redis.io/docs/latest/commands/dbsize/
   * @example await redis.dbsize();
   */
  dbsize(): Out<this, IntegerOf<this>> {
    return this.run(DBSIZE, []);
  }

  /**
   * Deletes every key of every database. O(N), since 1.0.0.
   * @see https://redis.io/docs/latest/commands/flushall/
   * @example await redis.flushall({ ASYNC: true });
   */
  flushall(options?: FlushOptions): Out<this, Ok> {
    return this.run(FLUSHALL, flushArgs(options));
  }

  /**
   * Deletes every key of the database. O(N), since 1.0.0.
   * @see https://redis.io/docs/latest/commands/flushdb/
   */
  flushdb(options?: FlushOptions): Out<this, Ok> {
    return this.run(FLUSHDB, flushArgs(options));
  }

  /**
   * Exchanges two databases. O(N) for N clients that watch or block on their keys, since 4.0.0.
   * @see https://redis.io/docs/latest/commands/swapdb/
   */
  swapdb(index1: number, index2: number): Out<this, Ok> {
    return this.run(SWAPDB, [index1, index2]);
  }

  /**
   * The server's clock. O(1), since 2.6.0.
   * @see https://redis.io/docs/latest/commands/time/
   */
  time(): Out<this, ServerTime> {
    return this.run(TIME, [], toTime);
  }

  /**
   * Whether the server is a primary, a replica or a Sentinel, and of whom. O(1), since 2.8.12.
   * @see https://redis.io/docs/latest/commands/role/
   */
  role(): Out<this, Role<IntegerOf<this>>> {
    return this.run(ROLE, [], toRole<IntegerOf<this>>);
  }

  /**
   * The Unix time in seconds of the last successful save to disk. O(1), since 1.0.0.
   * @see https://redis.io/docs/latest/commands/lastsave/
   */
  lastsave(): Out<this, IntegerOf<this>> {
    return this.run(LASTSAVE, []);
  }

  /**
   * Saves to disk and holds everybody up until it is done. O(N), since 1.0.0.
   * @see https://redis.io/docs/latest/commands/save/
   */
  save(): Out<this, Ok> {
    return this.run(SAVE, []);
  }

  /**
   * Saves to disk in the background; the reply says that it began, or with `SCHEDULE` that it will. `CANCEL` is Valkey's. O(1), since 1.0.0.
   * @see https://redis.io/docs/latest/commands/bgsave/
   */
  bgsave(options?: AtMostOne<{ SCHEDULE: true; CANCEL: true }>): Out<this, string> {
    const args: Arg[] = [];
    pushOptions(args, options, ['SCHEDULE', 'CANCEL']);
    return this.run(BGSAVE, args);
  }

  /**
   * Rewrites the append-only file in the background; the reply says that it began or will. O(1), since 1.0.0.
   * @see https://redis.io/docs/latest/commands/bgrewriteaof/
   */
  bgrewriteaof(): Out<this, string> {
    return this.run(BGREWRITEAOF, []);
  }

  /**
   * The version of the server and a picture by the computer. Since 5.0.0.
   * @see https://redis.io/docs/latest/commands/lolwut/
   */
  lolwut(options?: { VERSION?: number; ARGS?: readonly number[] }): Out<this, TextOf<this>> {
    const args: Arg[] = [];
    pushOptions(args, options === undefined ? undefined : { VERSION: options.VERSION }, ['VERSION']);
    if (options?.ARGS !== undefined) args.push(...options.ARGS);
    return this.run(LOLWUT, args);
  }

  /**
   * Stops the server, which then does not answer: a promise of it settles with the loss of the connection. With `ABORT`, stops the stopping.
   * O(N) when saving, since 1.0.0.
   * @see https://redis.io/docs/latest/commands/shutdown/
   */
  shutdown(options?: ShutdownOptions): Out<this, Ok> {
    const args: Arg[] = [];
    pushOptions(args, options, ['NOSAVE', 'SAVE', 'NOW', 'FORCE', 'SAFE', 'FAILOVER', 'ABORT']);
    return this.run(SHUTDOWN, args);
  }

  /**
   * Hands the role of the primary to a replica, or with `ABORT` stops doing so. `OK` says that it has begun. O(1), since 6.2.0.
   * @see https://redis.io/docs/latest/commands/failover/
   */
  failover(options?: FailoverOptions | { ABORT: true; TO?: never; FORCE?: never; TIMEOUT?: never }): Out<this, Ok> {
    const args: Arg[] = [];
    if (options?.TO !== undefined) args.push('TO', options.TO.host, options.TO.port);
    pushOptions(args, options, ['FORCE', 'ABORT', 'TIMEOUT']);
    return this.run(FAILOVER, args);
  }

  /**
   * Makes the server a replica of another one, or (`'NO ONE'`) a primary. O(1), since 5.0.0.
   * @see https://redis.io/docs/latest/commands/replicaof/
   */
  replicaof(primary: { host: string; port: number } | 'NO ONE'): Out<this, Ok> {
    return this.run(REPLICAOF, primaryArgs(primary));
  }

  /**
   * The older name of `replicaof`. O(1), since 1.0.0.
   * @deprecated Use `replicaof`.
   * @see https://redis.io/docs/latest/commands/slaveof/
   */
  slaveof(primary: { host: string; port: number } | 'NO ONE'): Out<this, Ok> {
    return this.run(SLAVEOF, primaryArgs(primary));
  }

  /**
   * The servers' own test helpers, not for services; the reply is the subcommand's. Since 1.0.0.
   * @see https://redis.io/docs/latest/commands/debug/
   */
  debug<Reply = Raw>(subcommand: string, args: readonly Value[] = []): Out<this, Reply> {
    return this.run<Reply>(DEBUG, keyAnd(subcommand, args));
  }
}

function flushArgs(options: FlushOptions | undefined): Arg[] {
  if (options?.ASYNC) return ['ASYNC'];
  return options?.SYNC ? ['SYNC'] : [];
}

function primaryArgs(primary: { host: string; port: number } | 'NO ONE'): Arg[] {
  return primary === 'NO ONE' ? ['NO', 'ONE'] : [primary.host, primary.port];
}

function toTime(raw: Raw): ServerTime {
  const [seconds = null, microseconds = null] = toList(raw);
  return { seconds: toNumber(seconds), microseconds: toNumber(microseconds) };
}

/** https://redis.io/docs/latest/commands/role/ */
function toRole<I>(raw: Raw): Role<I> {
  const [role, second, third, state, offset] = toList(raw);
  if (String(role) === 'sentinel') return { role: 'sentinel', masters: toList(second).map(String) };
  if (String(role) === 'slave')
    return { role: 'slave', host: String(second), port: Number(third), state: String(state), offset: offset as I };
  const replicas = toList(third).map((replica) => {
    const [host, port, acknowledged] = toList(replica);
    return { host: String(host), port: Number(port), offset: Number(acknowledged) };
  });
  return { role: 'master', offset: second as I, replicas };
}
