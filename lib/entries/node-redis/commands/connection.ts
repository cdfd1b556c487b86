import type { RedisArgument as Arg, RedisVariadicArgument as Args, Numeric, Words } from '../command-parser.js';
import { map } from '../replies/aggregates.js';
import { clientInfo, clientList } from '../replies/client-info.js';
import { command, integer, ok, textOrNull, word } from './command.js';

export interface TrackingOptions {
  REDIRECT?: number;
  NOLOOP?: boolean;
  BCAST?: boolean;
  PREFIX?: Args;
  OPTIN?: boolean;
  OPTOUT?: boolean;
}

/** Names of the filters of `clientKill`. */
export const CLIENT_KILL_FILTERS = {
  ADDRESS: 'ADDR',
  LOCAL_ADDRESS: 'LADDR',
  ID: 'ID',
  TYPE: 'TYPE',
  USER: 'USER',
  SKIP_ME: 'SKIPME',
  MAXAGE: 'MAXAGE',
} as const;

export type ClientKillFilter =
  | { filter: 'ADDR'; address: `${string}:${number}` }
  | { filter: 'LADDR'; localAddress: `${string}:${number}` }
  | { filter: 'ID'; id: Numeric }
  | { filter: 'TYPE'; type: 'normal' | 'master' | 'replica' | 'pubsub' }
  | { filter: 'USER'; username: string }
  | 'SKIPME'
  | { filter: 'SKIPME'; skipMe: boolean }
  | { filter: 'MAXAGE'; maxAge: number };

function killWords(words: Words, filter: ClientKillFilter): void {
  if (typeof filter === 'string') {
    words.push(filter);
    return;
  }
  const { filter: name, ...rest } = filter;
  const [value] = Object.values(rest) as (string | number | boolean)[];
  words.push(name).number(typeof value === 'boolean' ? (value ? 'yes' : 'no') : (value ?? ''));
}

function trackingWords(words: Words, on: boolean, options: TrackingOptions = {}): void {
  words.push(on ? 'ON' : 'OFF');
  if (!on) return;
  words.option('REDIRECT', options.REDIRECT || undefined);
  if (options.BCAST) {
    words.push('BCAST');
    for (const prefix of options.PREFIX === undefined ? [] : ([options.PREFIX].flat() as Arg[])) words.push('PREFIX', prefix);
  } else words.maybe(options.OPTIN ? 'OPTIN' : options.OPTOUT ? 'OPTOUT' : undefined);
  words.flag('NOLOOP', options.NOLOOP);
}

/** The connection and those of other clients. */
export const connection = {
  asking: command('ASKING', () => undefined, ok),
  auth: command('AUTH', (w, { username, password }: { username?: Arg; password: Arg }) => w.maybe(username).push(password), ok),
  clientCaching: command('CLIENT CACHING', (w, value: boolean) => w.push(value ? 'YES' : 'NO'), ok),
  clientGetName: command('CLIENT GETNAME', () => undefined, textOrNull),
  clientGetRedir: command('CLIENT GETREDIR', () => undefined, integer),
  clientId: command('CLIENT ID', () => undefined, integer),
  clientInfo: command('CLIENT INFO', () => undefined, clientInfo),
  clientKill: command(
    'CLIENT KILL',
    (w, filters: ClientKillFilter | readonly ClientKillFilter[]) => {
      for (const filter of [filters].flat() as ClientKillFilter[]) killWords(w, filter);
    },
    integer,
  ),
  clientList: command(
    'CLIENT LIST',
    (w, filter?: { TYPE: 'NORMAL' | 'MASTER' | 'REPLICA' | 'PUBSUB' } | { ID: Args }) => {
      if (filter && 'TYPE' in filter) w.push('TYPE', filter.TYPE);
      else if (filter) w.push('ID').pushVariadic(filter.ID);
    },
    clientList,
  ),
  clientNoEvict: command('CLIENT NO-EVICT', (w, value: boolean) => w.push(value ? 'ON' : 'OFF'), ok),
  clientNoTouch: command('CLIENT NO-TOUCH', (w, value: boolean) => w.push(value ? 'ON' : 'OFF'), ok),
  clientPause: command('CLIENT PAUSE', (w, timeout: Numeric, mode?: 'WRITE' | 'ALL') => w.number(timeout).maybe(mode), ok),
  clientSetName: command('CLIENT SETNAME', (w, name: Arg) => w.push(name), ok),
  clientTracking: command('CLIENT TRACKING', trackingWords, ok),
  clientTrackingInfo: command('CLIENT TRACKINGINFO', () => undefined, map<unknown>()),
  clientUnblock: command('CLIENT UNBLOCK', (w, id: Numeric, mode?: 'TIMEOUT' | 'ERROR') => w.number(id).maybe(mode), integer),
  clientUnpause: command('CLIENT UNPAUSE', () => undefined, ok),
  hello: command(
    'HELLO',
    (w, version?: 2 | 3, options?: { AUTH?: { username: Arg; password: Arg }; SETNAME?: string }) => {
      if (!version) return;
      w.number(version);
      if (options?.AUTH) w.push('AUTH', options.AUTH.username, options.AUTH.password);
      w.text('SETNAME', options?.SETNAME);
    },
    map<unknown>(),
  ),
  readonly: command('READONLY', () => undefined, ok),
  readwrite: command('READWRITE', () => undefined, word),
};
