import { command } from '../../protocol/catalog/specs.js';
import type { Arg, Raw } from '../../protocol/command-spec.js';
import { type Ok, toObject } from '../decode.js';
import { CommandGroup } from '../group.js';
import type { IntegerOf, Out, TextOf } from '../mode.js';
import { type AtMostOne, type Integer, pushOptions } from '../tokens.js';
import { type ClientFilter, type ClientInfo, pushFilter, toClient, toClients } from './client-info.js';

const CLIENT_GETNAME = command('CLIENT GETNAME');
const CLIENT_GETREDIR = command('CLIENT GETREDIR');
const CLIENT_HELP = command('CLIENT HELP');
const CLIENT_ID = command('CLIENT ID');
const CLIENT_INFO = command('CLIENT INFO');
const CLIENT_KILL = command('CLIENT KILL');
const CLIENT_LIST = command('CLIENT LIST');
const CLIENT_PAUSE = command('CLIENT PAUSE');
const CLIENT_TRACKINGINFO = command('CLIENT TRACKINGINFO');
const CLIENT_UNBLOCK = command('CLIENT UNBLOCK');
const CLIENT_UNPAUSE = command('CLIENT UNPAUSE');

export interface TrackingInfo<Text, I> {
  flags: string[];
  /** Id of the connection that gets the invalidations; 0: this one, -1: none. */
  redirect: I;
  prefixes: Text[];
}

/** Connections of a server. The commands that change the connection they are sent on are in `LeasedCommands`. */
export abstract class ClientCommands extends CommandGroup {
  /**
   * The connections of a server. O(N), since 2.4.0.
   * @see https://redis.io/docs/latest/commands/client-list/
   * @example for (const { addr, idle } of await redis.clientList({ TYPE: 'NORMAL' })) …
   */
  clientList(filter?: ClientFilter): Out<this, ClientInfo[]> {
    const args: Arg[] = [];
    if (filter !== undefined) pushFilter(args, filter);
    return this.run(CLIENT_LIST, args, toClients);
  }

  /**
   * The connection that carried the question. O(1), since 6.2.0.
   * @see https://redis.io/docs/latest/commands/client-info/
   */
  clientInfo(): Out<this, ClientInfo> {
    return this.run(CLIENT_INFO, [], toClient);
  }

  /**
   * The server's number of the connection that carried the question. O(1), since 5.0.0.
   * @see https://redis.io/docs/latest/commands/client-id/
   */
  clientId(): Out<this, IntegerOf<this>> {
    return this.run(CLIENT_ID, []);
  }

  /**
   * The name that the option `clientName` gave the connection, `null` for none. O(1), since 2.6.9.
   * @see https://redis.io/docs/latest/commands/client-getname/
   */
  clientGetname(): Out<this, TextOf<this> | null> {
    return this.run(CLIENT_GETNAME, []);
  }

  /**
   * Where the invalidations of the connection's tracking go; 0: to itself, -1: it does not track. O(1), since 6.0.0.
   * @see https://redis.io/docs/latest/commands/client-getredir/
   */
  clientGetredir(): Out<this, IntegerOf<this>> {
    return this.run(CLIENT_GETREDIR, []);
  }

  /**
   * What the connection tracks. O(1), since 6.2.0.
   * @see https://redis.io/docs/latest/commands/client-trackinginfo/
   */
  clientTrackinginfo(): Out<this, TrackingInfo<TextOf<this>, IntegerOf<this>>> {
    return this.run(CLIENT_TRACKINGINFO, [], toTracking<TextOf<this>, IntegerOf<this>>);
  }

  /**
   * Closes connections of the server and gives how many; `OK` for one that is named by its address. O(N), since 2.4.0.
   * @see https://redis.io/docs/latest/commands/client-kill/
   */
  clientKill(address: string): Out<this, Ok>;
  clientKill(filter: ClientFilter): Out<this, IntegerOf<this>>;
  clientKill(which: string | ClientFilter): Out<this, Ok | IntegerOf<this>> {
    if (typeof which === 'string') return this.run(CLIENT_KILL, [which]);
    const args: Arg[] = [];
    pushFilter(args, which);
    return this.run(CLIENT_KILL, args);
  }

  /**
   * Lets all commands (`ALL`, the default) or those that write (`WRITE`) wait for so long. O(1), since 3.0.0 (modes since 6.2.0).
   * @see https://redis.io/docs/latest/commands/client-pause/
   */
  clientPause(timeoutMs: number, options?: AtMostOne<{ WRITE: true; ALL: true }>): Out<this, Ok> {
    const args: Arg[] = [timeoutMs];
    pushOptions(args, options, ['WRITE', 'ALL']);
    return this.run(CLIENT_PAUSE, args);
  }

  /**
   * Ends a pause. O(N) for N waiting connections, since 6.2.0.
   * @see https://redis.io/docs/latest/commands/client-unpause/
   */
  clientUnpause(): Out<this, Ok> {
    return this.run(CLIENT_UNPAUSE, []);
  }

  /**
   * Ends the blocking command of another connection, as if its time were up or with an error: 1 if it did, 0 if none was blocked. O(log N),
   * since 5.0.0.
   * @see https://redis.io/docs/latest/commands/client-unblock/
   */
  clientUnblock(clientId: Integer, options?: AtMostOne<{ TIMEOUT: true; ERROR: true }>): Out<this, IntegerOf<this>> {
    const args: Arg[] = [clientId];
    pushOptions(args, options, ['TIMEOUT', 'ERROR']);
    return this.run(CLIENT_UNBLOCK, args);
  }

  /**
   * What the server says about `CLIENT`. O(1), since 5.0.0.
   * @see https://redis.io/docs/latest/commands/client-help/
   */
  clientHelp(): Out<this, string[]> {
    return this.run(CLIENT_HELP, []);
  }
}

function toTracking<Text, I>(raw: Raw): TrackingInfo<Text, I> {
  const { flags, ...rest } = toObject<Raw>(raw);
  return { flags: Array.isArray(flags) ? flags.map(String) : [], ...(rest as unknown as Omit<TrackingInfo<Text, I>, 'flags'>) };
}
