import { warnOnce } from '../../shared/warnings.js';

/**
 * What becomes of an option of ioredis. `mapped`: it means here what it means there. `otherwise`: what it is for happens anyway, by other
 * means. `ignored`: it cannot be honoured, and whoever sets it is warned, once.
 */
export type Honoured = readonly [how: 'mapped' | 'otherwise' | 'ignored', note: string];

const MAPPED = (note = ''): Honoured => ['mapped', note];
const OTHERWISE = (note: string): Honoured => ['otherwise', note];
const IGNORED = (note: string): Honoured => ['ignored', note];

const UNNEEDED_PIPELINING = OTHERWISE('commands of one turn of the event loop leave in one write anyway');
const HIMPORT = IGNORED('field sets of HIMPORT are not prepared: send HIMPORT PREPARE by call()');
const FRIENDLY_STACK = MAPPED();

/** Every option of `new Redis()`, of ioredis 5 and 6, and those of this entry. */
export const REDIS_HONOURED: Readonly<Record<string, Honoured>> = {
  // where
  host: MAPPED(),
  port: MAPPED(),
  path: MAPPED('the file of a Unix socket'),
  family: OTHERWISE('all addresses of a host name are tried, of both families'),
  tls: MAPPED('`true` or options of tls.connect'),
  Connector: IGNORED('how servers are reached is told by host, sentinels or Cluster'),
  // who
  username: MAPPED(),
  password: MAPPED(),
  db: MAPPED(),
  connectionName: MAPPED(),
  disableClientInfo: IGNORED('every connection tells the server the name and version of slotwise'),
  clientInfoTag: IGNORED('every connection tells the server the name and version of slotwise'),
  // life
  lazyConnect: MAPPED(),
  connectTimeout: MAPPED(),
  disconnectTimeout: OTHERWISE('disconnect() closes at once'),
  retryStrategy: MAPPED('it paces the statuses, and ends the connection; servers are tried for more often'),
  reconnectOnError: MAPPED('`true` runs through the statuses; `2` sends the command again'),
  enableReadyCheck: OTHERWISE('commands wait while a server loads its data'),
  maxLoadingRetryTime: OTHERWISE('commands wait while a server loads its data'),
  enableOfflineQueue: MAPPED(),
  maxRetriesPerRequest: MAPPED(),
  autoResubscribe: MAPPED(),
  autoResendUnfulfilledCommands: OTHERWISE('reads are sent again, writes that may have run by `retryWrites` only'),
  monitor: MAPPED(),
  offlineQueue: OTHERWISE('it is no option but in the types'),
  commandQueue: OTHERWISE('it is no option but in the types'),
  // time
  commandTimeout: MAPPED('the deadline of a command with its retries'),
  blockingTimeout: OTHERWISE('a server that hangs while calls block on it is noticed by PING'),
  blockingTimeoutGrace: OTHERWISE('as blockingTimeout'),
  socketTimeout: OTHERWISE('a connection that owes replies and is silent is asked by PING, and given up'),
  keepAlive: MAPPED(),
  noDelay: OTHERWISE('it is always on'),
  // replies and commands
  readOnly: MAPPED('the object has a connection of its own, which is told READONLY'),
  stringNumbers: MAPPED(),
  protocol: MAPPED('whether a subscriber may send other commands; replies have the shapes of RESP2'),
  replyMapping: MAPPED(),
  keyPrefix: MAPPED(),
  showFriendlyErrorStack: FRIENDLY_STACK,
  enableAutoPipelining: UNNEEDED_PIPELINING,
  autoPipeliningIgnoredCommands: UNNEEDED_PIPELINING,
  scripts: MAPPED(),
  himportFieldsets: HIMPORT,
  // Sentinel
  sentinels: MAPPED(),
  name: MAPPED('the group that the sentinels watch'),
  role: MAPPED('`slave`: reads go to replicas, writes to the primary'),
  preferredSlaves: MAPPED('with `role: slave`'),
  sentinelUsername: MAPPED(),
  sentinelPassword: MAPPED(),
  sentinelTLS: MAPPED(),
  enableTLSForSentinelMode: MAPPED('whether `tls` holds for the data nodes'),
  natMap: MAPPED(),
  sentinelRetryStrategy: MAPPED('anything but a number ends the connection; its delays are not waited for'),
  sentinelReconnectStrategy: OTHERWISE('the sentinels are subscribed to all the time'),
  sentinelCommandTimeout: OTHERWISE('all sentinels are asked side by side'),
  sentinelMaxConnections: OTHERWISE('there is one connection a sentinel'),
  updateSentinels: OTHERWISE('sentinels that others name are asked as well'),
  failoverDetector: OTHERWISE('failovers are always noticed'),
  // of this entry
  behaves: MAPPED(),
  retryWrites: MAPPED(),
};

/** Every option of `new Cluster()`, of ioredis 5 and 6, and those of this entry. */
export const CLUSTER_HONOURED: Readonly<Record<string, Honoured>> = {
  redisOptions: MAPPED(),
  clusterRetryStrategy: MAPPED('it paces the statuses, and ends the connection; servers are tried for more often'),
  clusterNodeRetryStrategy: OTHERWISE('a node whose connection breaks is connected to again'),
  lazyConnect: MAPPED(),
  enableOfflineQueue: MAPPED(),
  enableReadyCheck: OTHERWISE('commands wait while no node serves their slot'),
  scaleReads: MAPPED(),
  natMap: MAPPED(),
  maxRedirections: OTHERWISE('redirections are followed until the deadline of the command'),
  retryDelayOnMoved: OTHERWISE('redirections are followed at once'),
  retryDelayOnFailover: OTHERWISE('commands wait until a node serves'),
  retryDelayOnClusterDown: OTHERWISE('commands wait until a node serves'),
  retryDelayOnTryAgain: OTHERWISE('commands are tried again until their deadline'),
  slotsRefreshTimeout: OTHERWISE('several nodes are asked side by side'),
  slotsRefreshInterval: MAPPED(),
  shardedSubscribers: OTHERWISE('sharded channels are subscribed where their slots are'),
  useSRVRecords: IGNORED('SRV records are not looked up: give the nodes themselves'),
  resolveSrv: IGNORED('SRV records are not looked up: give the nodes themselves'),
  dnsLookup: OTHERWISE('host names are looked up at every connect; one that gives the name back is what happens anyway'),
  keyPrefix: MAPPED(),
  showFriendlyErrorStack: FRIENDLY_STACK,
  enableAutoPipelining: UNNEEDED_PIPELINING,
  autoPipeliningIgnoredCommands: UNNEEDED_PIPELINING,
  scripts: MAPPED(),
  himportFieldsets: HIMPORT,
  behaves: MAPPED(),
  retryWrites: MAPPED(),
};

/** The options that were given and cannot be honoured, or that nobody knows, with the reason. */
export function notHonoured(given: object, table: Readonly<Record<string, Honoured>>): (readonly [name: string, why: string])[] {
  return Object.entries(given).flatMap(([name, value]) => {
    if (value === undefined || value === null || value === false) return [];
    const [how, note] = Object.hasOwn(table, name) ? (table[name] ?? UNKNOWN) : UNKNOWN;
    if (/tls$/i.test(name) && namesProfile(value)) return [[`${name}.profile`, PROFILE] as const];
    return how === 'ignored' ? [[name, note] as const] : [];
  });
}

const UNKNOWN = IGNORED('ioredis knows no such option');

const PROFILE = 'the certificates of a profile are not built in: give them as the option ca';

function namesProfile(tls: unknown): boolean {
  return typeof tls === 'string' || (typeof tls === 'object' && tls !== null && 'profile' in tls && tls.profile !== undefined);
}

/** Warns of them, once a name. */
export function warnOfOptions(given: object, table: Readonly<Record<string, Honoured>>): void {
  for (const [name, why] of notHonoured(given, table)) warnOnce('ioredis', name, why);
}
