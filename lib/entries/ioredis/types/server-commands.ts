import type { Forms, RedisKey as K, Shape, RedisValue as V } from './command-row.js';

type W = string | Buffer;
type N = number | string;
type Flush = [[...mode: ('ASYNC' | 'SYNC')[]], 'OK'];
type Evaluate = [[script: W, numkeys: N, ...args: (V | V[])[]], unknown];
type Channels = [[...channels: (W | W[])[]], unknown];
type AnyOf<Reply> = [[subcommand: string, ...args: V[]], Reply];

type ClientForms = Forms<
  [
    [[subcommand: 'GETNAME'], string | null],
    [[subcommand: 'ID' | 'GETREDIR'], number],
    [[subcommand: 'INFO'], string],
    [[subcommand: 'LIST', ...filters: V[]], string],
    [[subcommand: 'SETNAME', name: W], 'OK'],
    [[subcommand: 'SETINFO', attribute: W, value: W], 'OK'],
    [[subcommand: 'NO-EVICT' | 'NO-TOUCH', enabled: 'ON' | 'OFF'], 'OK'],
    [[subcommand: 'PAUSE', timeout: N, ...mode: ('WRITE' | 'ALL')[]], 'OK'],
    [[subcommand: 'UNPAUSE'], 'OK'],
    AnyOf<unknown>,
  ]
>;

/** Scripts, messages, connections and servers. */
export interface ServerCommands {
  acl: Forms<
    [
      [[subcommand: 'DELUSER', ...usernames: W[]], number],
      [[subcommand: 'GENPASS', ...bits: N[]], string],
      [[subcommand: 'DRYRUN' | 'WHOAMI', ...args: V[]], string],
      [[subcommand: 'LIST' | 'USERS'], string[]],
      [[subcommand: 'GETUSER', username: W], string[] | null],
      [[subcommand: 'LOAD' | 'SAVE'], 'OK'],
      [[subcommand: 'SETUSER', username: W, ...rules: W[]], 'OK'],
      AnyOf<unknown>,
    ]
  >;
  asking: [[], 'OK'];
  auth: Forms<[[[password: W], 'OK'], [[username: W, password: W], 'OK']]>;
  backup: [[...args: V[]], unknown];
  bgrewriteaof: [[], string];
  bgsave: [[...schedule: 'SCHEDULE'[]], string];
  client: ClientForms;
  cluster: AnyOf<unknown>;
  command: [[...args: V[]], unknown];
  config: Forms<[[[subcommand: 'GET', ...parameters: W[]], Shape<string[], Record<string, string>>], AnyOf<unknown>]>;
  dbsize: [[], number];
  debug: AnyOf<unknown>;
  discard: [[], 'OK'];
  echo: [[message: W], string];
  eval: Evaluate;
  eval_ro: Evaluate;
  evalsha: Evaluate;
  evalsha_ro: Evaluate;
  failover: [[...args: V[]], 'OK'];
  fcall: Evaluate;
  fcall_ro: Evaluate;
  flushall: Flush;
  flushdb: Flush;
  function: AnyOf<unknown>;
  hello: [[...args: V[]], Shape<unknown[], Record<string, unknown>>];
  hotkeys: [[...args: V[]], unknown];
  info: [[...sections: W[]], string];
  lastsave: [[], number];
  latency: AnyOf<unknown>;
  lolwut: [[...version: N[]], string];
  memory: Forms<
    [
      [[subcommand: 'USAGE', key: K, ...samples: N[]], number | null],
      [[subcommand: 'DOCTOR' | 'MALLOC-STATS'], string],
      [[subcommand: 'PURGE'], 'OK'],
      AnyOf<unknown>,
    ]
  >;
  module: AnyOf<unknown>;
  ping: Forms<[[[], 'PONG'], [[message: W], string]]>;
  psubscribe: Channels;
  psync: [[...args: V[]], unknown];
  publish: [[channel: W, message: W], number];
  pubsub: AnyOf<unknown[]>;
  punsubscribe: Channels;
  quit: [[], 'OK'];
  readonly: [[], 'OK'];
  readwrite: [[], 'OK'];
  replconf: [[...args: V[]], unknown];
  replicaof: [[host: W, port: N], 'OK'];
  reset: [[], 'OK'];
  role: [[], unknown[]];
  save: [[], 'OK'];
  script: AnyOf<unknown>;
  select: [[db: N], 'OK'];
  sentinel: AnyOf<unknown>;
  shutdown: [[...args: V[]], 'OK'];
  slaveof: [[host: W, port: N], 'OK'];
  slowlog: AnyOf<unknown>;
  spublish: [[channel: W, message: W], number];
  ssubscribe: Channels;
  subscribe: Channels;
  sunsubscribe: Channels;
  swapdb: [[first: N, second: N], 'OK'];
  sync: [[], unknown];
  time: [[], number[]];
  trimslots: [[...args: V[]], unknown];
  unsubscribe: Channels;
  unwatch: [[], 'OK'];
  wait: [[replicas: N, timeout: N], number];
  waitaof: [[locals: N, replicas: N, timeout: N], number[]];
  watch: [[...keys: (K | K[])[]], 'OK'];
}
