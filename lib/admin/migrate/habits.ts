import type { OtherClient } from './facts.js';

/** What a method of another client is natively, where it is more than the name of a command. */
export type Habits = Readonly<Record<string, string>>;

const LIVES = {
  quit: 'close(): waits for what is under way',
  disconnect: 'destroy(): at once; what is in flight rejects',
  duplicate:
    'rarely needed: blocking commands and subscriptions have connections of their own; duplicate() gives a client that ends by itself over the same connections',
  select: 'the option database, or dedicated({ database })',
  monitor: 'not there: redis-cli MONITOR, or the diagnostics channels',
} as const satisfies Habits;

const UNSUBSCRIBE = 'subscribe() gives a subscription, which ends itself: await subscription.unsubscribe()';
const WATCH = 'watch(keys, (tx) => tx.multi()…): begins again by itself when others were faster, and gives null when they always were';

const IOREDIS: Habits = {
  ...LIVES,
  end: LIVES.disconnect,
  subscribe: "subscribe(channels, (message, channel) => …): messages come to this function; there is no event 'message'",
  psubscribe: "psubscribe(patterns, (message, channel, pattern) => …): messages come to this function; there is no event 'pmessage'",
  ssubscribe: "ssubscribe(channels, (message, channel) => …): messages come to this function; there is no event 'smessage'",
  unsubscribe: UNSUBSCRIBE,
  punsubscribe: UNSUBSCRIBE,
  sunsubscribe: UNSUBSCRIBE,
  watch: WATCH,
  unwatch: WATCH,
  defineCommand: 'defineScript({ lua, keys, reply }) once, then redis.script(it, [keys], [args])',
  scanStream: 'for await (const key of redis.scanKeys({ MATCH })): keys one by one, of all shards',
  scanBufferStream: 'for await (const key of redis.with({ buffers: true }).scanKeys({ MATCH }))',
  hscanStream: 'for await (const [field, value] of redis.scanHash(key))',
  sscanStream: 'for await (const member of redis.scanSet(key))',
  zscanStream: 'for await (const { member, score } of redis.scanSortedSet(key))',
  sendCommand: "call('COMMAND', …words)",
  send_command: "call('COMMAND', …words)",
  callBuffer: "with({ buffers: true }).call('COMMAND', …words)",
  nodes: 'scans and FLUSHALL-like commands reach all shards by themselves; topology has the nodes',
  auth: 'the options username and password, or credentials; reauthenticate() after they changed',
  hello: 'the option protocol',
  readonly: 'the option reads: replicas are asked where it says so',
  readwrite: 'the option reads',
  reset: 'lease() or dedicated(): a connection whose state is yours',
};

const NODE_REDIS: Habits = {
  ...LIVES,
  sendCommand: "call('COMMAND', …words): words stand by themselves, not in a list",
  scanIterator: 'for await (const key of redis.scanKeys({ MATCH })): keys one by one, of all shards',
  hScanIterator: 'for await (const [field, value] of redis.scanHash(key))',
  sScanIterator: 'for await (const member of redis.scanSet(key))',
  zScanIterator: 'for await (const { member, score } of redis.scanSortedSet(key))',
  unsubscribe: UNSUBSCRIBE,
  pUnsubscribe: UNSUBSCRIBE,
  sUnsubscribe: UNSUBSCRIBE,
  pSubscribe: 'psubscribe(patterns, (message, channel, pattern) => …)',
  sSubscribe: 'ssubscribe(channels, (message, channel) => …)',
  watch: WATCH,
  unwatch: WATCH,
  withTypeMapping: "with({ buffers: true }) or with({ integers: 'bigint' })",
  withCommandOptions: 'with({ timeoutMs, signal, buffers })',
  execAsPipeline: 'pipeline() instead of multi()',
  execTyped: 'exec(): its type is that of the replies',
  nodeClient: 'scans and commands without keys reach all shards by themselves; topology has the nodes',
  getSentinelNode: 'topology has the nodes',
  acquire: 'lease(async (connection) => …)',
  use: 'lease(async (connection) => …)',
  zRangeWithScores: 'zrange(key, start, stop, { WITHSCORES: true }): { member, score }',
};

export const HABITS: Readonly<Record<OtherClient, Habits>> = { ioredis: IOREDIS, 'node-redis': NODE_REDIS };

/** Methods that are the same. */
export const SAME: Readonly<Record<OtherClient, readonly string[]>> = {
  ioredis: [
    'connect',
    'pipeline',
    'call',
    'off',
    'removeListener',
    'removeAllListeners',
    'setMaxListeners',
    'emit',
    'then',
    'catch',
    'finally',
  ],
  'node-redis': [
    'connect',
    'close',
    'destroy',
    'off',
    'removeListener',
    'removeAllListeners',
    'setMaxListeners',
    'then',
    'catch',
    'finally',
  ],
};

/** Commands whose reply has another shape natively, by their native names. */
export const REPLIES: Readonly<Record<OtherClient, Habits>> = {
  ioredis: {
    zscore: 'the score is a number',
    zincrby: 'the score is a number',
    zmscore: 'scores are numbers',
    zpopmin: 'gives { member, score }',
    zpopmax: 'gives { member, score }',
    blpop: 'gives { key, element }',
    brpop: 'gives { key, element }',
    bzpopmin: 'gives { key, member, score }',
    bzpopmax: 'gives { key, member, score }',
    xrange: 'entries are { id, fields }',
    xrevrange: 'entries are { id, fields }',
    geopos: 'positions are { longitude, latitude } of numbers',
    scan: 'gives { cursor, keys }',
  },
  'node-redis': {
    xrange: 'entries are { id, fields }',
    xrevrange: 'entries are { id, fields }',
    zpopmin: 'gives { member, score }',
    zpopmax: 'gives { member, score }',
  },
};
