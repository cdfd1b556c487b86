import { checkMethods } from '../commands/copy-methods.js';
import { type Ok, toObject } from '../commands/decode.js';
import type { Key, OneOrMore } from '../commands/group.js';
import { Commands } from '../commands/index.js';
import type { IntegerOf, Out } from '../commands/mode.js';
import { type AtMostOne, all, type Integer, isList, pushOptions } from '../commands/tokens.js';
import { command } from '../protocol/catalog/specs.js';
import type { Arg, Raw } from '../protocol/command-spec.js';

const ASKING = command('ASKING');
const AUTH = command('AUTH');
const CLIENT_CACHING = command('CLIENT CACHING');
const CLIENT_CAPA = command('CLIENT CAPA');
const CLIENT_IMPORT_SOURCE = command('CLIENT IMPORT-SOURCE');
const CLIENT_NO_EVICT = command('CLIENT NO-EVICT');
const CLIENT_NO_TOUCH = command('CLIENT NO-TOUCH');
const CLIENT_SETINFO = command('CLIENT SETINFO');
const CLIENT_SETNAME = command('CLIENT SETNAME');
const CLIENT_TRACKING = command('CLIENT TRACKING');
const HELLO = command('HELLO');
const READONLY = command('READONLY');
const READWRITE = command('READWRITE');
const RESET = command('RESET');
const SELECT = command('SELECT');
const UNWATCH = command('UNWATCH');
const WAIT = command('WAIT');
const WAITAOF = command('WAITAOF');
const WATCH = command('WATCH');

/**
 * Commands of a leased connection: all typed commands, and those that concern the connection itself, which exist only inside `lease()`. A
 * connection whose state they changed is closed when its lease ends.
 */
export abstract class LeasedCommands extends Commands {
  /**
   * Has a cluster node serve the next command although its slot is still on its way to that node. O(1), since 3.0.0.
   * @see https://redis.io/docs/latest/commands/asking/
   */
  asking(): Out<this, Ok> {
    return this.run(ASKING, []);
  }

  /**
   * Logs this connection in as another user. O(N) for N passwords of the user, since 1.0.0 (with a user since 6.0.0).
   * @see https://redis.io/docs/latest/commands/auth/
   */
  auth(password: string): Out<this, Ok>;
  auth(username: string, password: string): Out<this, Ok>;
  auth(first: string, password?: string): Out<this, Ok> {
    return this.run(AUTH, password === undefined ? [first] : [first, password]);
  }

  /**
   * Whether the keys of the next command are tracked, where `clientTracking` has `OPTIN` or `OPTOUT`. O(1), since 6.0.0.
   * @see https://redis.io/docs/latest/commands/client-caching/
   */
  clientCaching(track: 'YES' | 'NO'): Out<this, Ok> {
    return this.run(CLIENT_CACHING, [track]);
  }

  /**
   * Tells the server what this connection's client can do: `redirect`. O(1), since Valkey 8.0.0.
   * @see https://valkey.io/commands/client-capa/
   */
  clientCapa(capabilities: OneOrMore<string>): Out<this, Ok> {
    return this.run(CLIENT_CAPA, all(capabilities));
  }

  /**
   * Whether this connection fills a server that is in import mode, and so sees keys whose time is over. O(1), since Valkey 8.1.0.
   * @see https://valkey.io/commands/client-import-source/
   */
  clientImportSource(state: 'ON' | 'OFF'): Out<this, Ok> {
    return this.run(CLIENT_IMPORT_SOURCE, [state]);
  }

  /**
   * Whether the server spares this connection when it closes some for want of memory. O(1), since 7.0.0.
   * @see https://redis.io/docs/latest/commands/client-no-evict/
   */
  clientNoEvict(state: 'ON' | 'OFF'): Out<this, Ok> {
    return this.run(CLIENT_NO_EVICT, [state]);
  }

  /**
   * Whether what this connection reads leaves no trace in LRU and LFU. O(1), since 7.2.0.
   * @see https://redis.io/docs/latest/commands/client-no-touch/
   */
  clientNoTouch(state: 'ON' | 'OFF'): Out<this, Ok> {
    return this.run(CLIENT_NO_TOUCH, [state]);
  }

  /**
   * Names the library of this connection for `CLIENT LIST`. O(1), since 7.2.0.
   * @see https://redis.io/docs/latest/commands/client-setinfo/
   */
  clientSetinfo(attribute: 'LIB-NAME' | 'LIB-VER', value: string): Out<this, Ok> {
    return this.run(CLIENT_SETINFO, [attribute, value]);
  }

  /**
   * Names this connection for `CLIENT LIST`; the option `clientName` names all. O(1), since 2.6.9.
   * @see https://redis.io/docs/latest/commands/client-setname/
   */
  clientSetname(name: string): Out<this, Ok> {
    return this.run(CLIENT_SETNAME, [name]);
  }

  /**
   * Has the server tell when keys change that this connection has read. O(1), some options O(N), since 6.0.0.
   * @see https://redis.io/docs/latest/commands/client-tracking/
   */
  clientTracking(state: 'ON' | 'OFF', options?: TrackingOptions): Out<this, Ok> {
    const args: Arg[] = [state];
    if (options?.REDIRECT !== undefined) args.push('REDIRECT', options.REDIRECT);
    for (const prefix of options?.PREFIX === undefined ? [] : all(options.PREFIX)) args.push('PREFIX', prefix);
    pushOptions(args, options, ['BCAST', 'OPTIN', 'OPTOUT', 'NOLOOP']);
    return this.run(CLIENT_TRACKING, args);
  }

  /**
   * What the server and the connection are; with arguments also changes protocol, user and name of this connection. O(1), since 6.0.0.
   * @see https://redis.io/docs/latest/commands/hello/
   */
  hello(
    protocol?: 2 | 3,
    options: { AUTH?: { username: string; password: string }; SETNAME?: string } = {},
  ): Out<this, ServerHello<IntegerOf<this>>> {
    const args: Arg[] = protocol === undefined ? [] : [protocol];
    if (options.AUTH !== undefined) args.push('AUTH', options.AUTH.username, options.AUTH.password);
    if (options.SETNAME !== undefined) args.push('SETNAME', options.SETNAME);
    return this.run(HELLO, args, toHello<IntegerOf<this>>);
  }

  /**
   * Has a replica in a cluster serve reads on this connection. O(1), since 3.0.0.
   * @see https://redis.io/docs/latest/commands/readonly/
   */
  readonly(): Out<this, Ok> {
    return this.run(READONLY, []);
  }

  /**
   * Takes `readonly` back. O(1), since 3.0.0.
   * @see https://redis.io/docs/latest/commands/readwrite/
   */
  readwrite(): Out<this, Ok> {
    return this.run(READWRITE, []);
  }

  /**
   * Makes this connection what it was when the server accepted it: not logged in, database 0, RESP2. O(1), since 6.2.0.
   * @see https://redis.io/docs/latest/commands/reset/
   */
  reset(): Out<this, 'RESET'> {
    return this.run(RESET, []);
  }

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
   * As `wait`, until it is in the append-only files of the server itself (`numlocal` 1) and of `numreplicas` replicas; how many of each
   * have it. O(1), since 7.2.0.
   * @see https://redis.io/docs/latest/commands/waitaof/
   */
  waitaof(numlocal: 0 | 1, numreplicas: number, timeoutMs: number): Out<this, [local: IntegerOf<this>, replicas: IntegerOf<this>]> {
    return this.run(WAITAOF, [numlocal, numreplicas, timeoutMs]);
  }

  /**
   * Has the next EXEC of this connection do nothing if one of the keys is changed until then; `redis.watch()` does the rest, too. O(1) for
   * every key, since 2.2.0.
   * @see https://redis.io/docs/latest/commands/watch/
   */
  watch(keys: OneOrMore<Key>): Out<this, Ok> {
    return this.run(WATCH, isList(keys) ? keys : [keys]);
  }
}

checkMethods(LeasedCommands);

/**
 * Options of `CLIENT TRACKING`: what is tracked, and which connection gets the invalidations.
 * https://redis.io/docs/latest/commands/client-tracking/
 */
export type TrackingOptions = {
  /** Sends the invalidations to the connection of this id. */
  REDIRECT?: Integer;
  /** No invalidations for what this connection itself changes. */
  NOLOOP?: boolean;
} & (
  | {
      /** Invalidations for every key that changes, whoever read it; with `PREFIX`, for those that begin with one of these. */
      BCAST: true;
      PREFIX?: OneOrMore<string>;
      OPTIN?: never;
      OPTOUT?: never;
    }
  | ({ BCAST?: never; PREFIX?: never } & AtMostOne<{
      /** Tracks only what is read right after `clientCaching('YES')`. */
      OPTIN: true;
      /** Tracks all but what is read right after `clientCaching('NO')`. */
      OPTOUT: true;
    }>)
);

/** Reply of `HELLO`: facts of the server and the connection; newer servers send more. */
export interface ServerHello<I> {
  server: string;
  version: string;
  proto: I;
  /** Id of the connection. */
  id: I;
  mode: string;
  role: string;
  modules: readonly Raw[];
  availability_zone?: string;
}

function toHello<I>(raw: Raw): ServerHello<I> {
  const { modules = [], proto, id, ...texts } = toObject<Raw>(raw);
  const text = Object.fromEntries(Object.entries(texts).map(([name, value]) => [name, String(value)]));
  return { ...text, proto, id, modules } as unknown as ServerHello<I>; // the server's own names
}
