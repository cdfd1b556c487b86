import type { ConnectionState } from '../command-spec.js';

type Marked = readonly [state: Exclude<ConnectionState, 'none'>, reason: string];

const CREDENTIALS: Marked = ['option', 'use the options `username` and `password`, or `credentials`'];
const READS: Marked = ['option', 'use the option `reads`'];
const TRANSACTION: Marked = ['lease', 'it belongs to a transaction, which needs a connection of its own: use lease()'];
// Refused on a lease too: over RESP3 their answers are pushes and no replies, https://redis.io/docs/latest/develop/reference/protocol-spec/#pushes
const subscription = (method: string): Marked => ['refused', `it turns the connection into a subscriber: use ${method}`];
const unsubscription = (method: string): Marked => [
  'refused',
  `it ends what its own connection subscribed to: use unsubscribe() of what ${method} gives`,
];
const PER_CONNECTION: Marked = ['lease', 'it changes the connection that all callers share: use lease()'];
const COUNTS_OWN_WRITES: Marked = ['lease', 'it counts the writes of its own connection only: use with({ waitReplicas }), or lease()'];
const REPLICATION: Marked = ['refused', 'it belongs to the replication protocol, the connection would no longer carry replies'];

/**
 * The commands that change what later commands on the same connection do, or what the server sends on it, and what to use instead. The
 * servers do not flag them. Every command that is not here leaves its connection as it was (or changes the server: `CLIENT PAUSE`,
 * `SWAPDB`).
 */
export const CONNECTION_STATE: Readonly<Record<string, Marked>> = {
  AUTH: CREDENTIALS,
  HELLO: ['option', 'use the options `protocol`, `username`, `password` and `clientName`'],
  READONLY: READS,
  READWRITE: READS,
  SELECT: ['option', 'use the option `database`'],
  'CLIENT SETINFO': ['option', 'every connection already sends the name and version of this library'],
  'CLIENT SETNAME': ['option', 'use the option `clientName`'],

  DISCARD: TRANSACTION,
  EXEC: TRANSACTION,
  MULTI: TRANSACTION,
  UNWATCH: TRANSACTION,
  WATCH: TRANSACTION,
  PSUBSCRIBE: subscription('psubscribe() or pmessages()'),
  PUNSUBSCRIBE: unsubscription('psubscribe()'),
  SSUBSCRIBE: subscription('ssubscribe() or smessages()'),
  SUBSCRIBE: subscription('subscribe() or messages()'),
  SUNSUBSCRIBE: unsubscription('ssubscribe()'),
  UNSUBSCRIBE: unsubscription('subscribe()'),
  ASKING: ['lease', 'it lets the next command of its connection through; redirects are followed without it, else use lease()'],
  RESET: ['lease', 'it drops the login, the database and the protocol version of the connection: use lease()'],
  WAIT: COUNTS_OWN_WRITES,
  WAITAOF: COUNTS_OWN_WRITES,
  'CLIENT CACHING': PER_CONNECTION,
  'CLIENT CAPA': PER_CONNECTION,
  'CLIENT IMPORT-SOURCE': PER_CONNECTION,
  'CLIENT NO-EVICT': PER_CONNECTION,
  'CLIENT NO-TOUCH': PER_CONNECTION,
  'CLIENT TRACKING': PER_CONNECTION,

  // Refused on a lease too: with OFF or SKIP a caller would wait for a reply that never comes, and replies could no longer be told apart.
  'CLIENT REPLY': ['refused', 'every command of this library waits for its reply'],
  'CLUSTER SYNCSLOTS': REPLICATION,
  // What follows it are replies to no command: https://redis.io/docs/latest/commands/monitor/
  MONITOR: [
    'refused',
    'it turns the connection into an endless stream: use redis-cli monitor, or keyspaceEvents() for what happens to keys',
  ],
  PSYNC: REPLICATION,
  QUIT: ['refused', 'use close() or destroy()'],
  REPLCONF: REPLICATION,
  'SCRIPT DEBUG': ['refused', 'the Lua debugger needs a terminal that speaks its protocol, such as redis-cli --ldb'],
  SYNC: REPLICATION,
};
