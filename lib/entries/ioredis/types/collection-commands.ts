import type { Forms, RedisKey as K, Shape, RedisValue as V } from './command-row.js';

type W = string | Buffer;
type N = number | string;
type Keys = readonly [...keys: (K | K[])[]];
type Page = [cursor: string, elements: string[]];
type Scan = [[key: K, cursor: N, ...options: V[]], Page];
type PopForms = Forms<[[[key: K], string | null], [[key: K, count: N], string[] | null]]>;
type SetPopForms = Forms<[[[key: K], string | null], [[key: K, count: N], string[]]]>;
type BlockingPopForms = Forms<
  [[[...args: [...keys: K[], timeout: N]], [string, string] | null], [[keys: K[], timeout: N], [string, string] | null]]
>;
type FieldForms<Reply> = [[key: K, ...args: V[]], Reply];
type HashForms<Reply> = Forms<
  [[[key: K, object: object], Reply], [[key: K, map: Map<V, V>], Reply], [[key: K, ...fieldsAndValues: V[]], Reply]]
>;
type Positions = Shape<([longitude: string, latitude: string] | null)[], ([longitude: number, latitude: number] | null)[]>;

/** Hashes, lists, sets, positions, arrays and vectors. */
export interface CollectionCommands {
  arcount: [[key: K], number];
  ardel: [[key: K, ...indexes: N[]], number];
  ardelrange: [[key: K, ...ranges: N[]], number];
  arget: [[key: K, index: N], string | null];
  argetrange: [[key: K, start: N, end: N], (string | null)[]];
  argrep: [[key: K, start: N, end: N, ...predicates: V[]], unknown[]];
  arinfo: [[key: K, ...options: V[]], (string | number)[]];
  arinsert: [[key: K, ...values: V[]], number];
  arlastitems: [[key: K, count: N, ...options: V[]], (string | null)[]];
  arlen: [[key: K], number];
  armget: [[key: K, ...indexes: (N | N[])[]], (string | null)[]];
  armset: [[key: K, ...indexesAndValues: V[]], number];
  arnext: [[key: K], number | null];
  arop: [[key: K, start: N, end: N, ...operation: V[]], string | number | null];
  arring: [[key: K, ...args: V[]], number];
  arscan: [[key: K, start: N, end: N, ...options: V[]], [index: number, value: string][]];
  arseek: [[key: K, index: N], number];
  arset: [[key: K, index: N, ...values: V[]], number];
  blmove: [[source: K, destination: K, from: string, to: string, timeout: N], string | null];
  blmovem: [[source: K, destination: K, from: string, to: string, timeout: N, ...options: V[]], string[] | null];
  blmpop: [[timeout: N, numkeys: N, ...args: V[]], [key: string, members: string[]] | null];
  blpop: BlockingPopForms;
  brpop: BlockingPopForms;
  brpoplpush: [[source: K, destination: K, timeout: N], string | null];
  geoadd: [[key: K, ...args: V[]], number];
  geodist: [[key: K, member1: V, member2: V, ...unit: string[]], string | null];
  geohash: [[key: K, ...members: (V | V[])[]], (string | null)[]];
  geopos: [[key: K, ...members: (V | V[])[]], Positions];
  georadius: [[key: K, longitude: N, latitude: N, radius: N, unit: string, ...options: V[]], unknown[]];
  georadius_ro: [[key: K, longitude: N, latitude: N, radius: N, unit: string, ...options: V[]], unknown[]];
  georadiusbymember: [[key: K, member: V, radius: N, unit: string, ...options: V[]], unknown[]];
  georadiusbymember_ro: [[key: K, member: V, radius: N, unit: string, ...options: V[]], unknown[]];
  geosearch: [[key: K, ...args: V[]], unknown[]];
  geosearchstore: [[destination: K, source: K, ...args: V[]], number];
  hdel: [[key: K, ...fields: (W | W[])[]], number];
  hexists: [[key: K, field: W], number];
  hexpire: FieldForms<number[]>;
  hexpireat: FieldForms<number[]>;
  hexpiretime: FieldForms<number[]>;
  hget: [[key: K, field: W], string | null];
  hgetall: [[key: K], Record<string, string>];
  hgetdel: FieldForms<(string | null)[]>;
  hgetex: FieldForms<(string | null)[]>;
  himport: [[subcommand: string, ...args: V[]], number | 'OK'];
  hincrby: [[key: K, field: W, increment: N], number];
  hincrbyfloat: [[key: K, field: W, increment: N], string];
  hkeys: [[key: K], string[]];
  hlen: [[key: K], number];
  hmget: [[key: K, ...fields: (W | W[])[]], (string | null)[]];
  hmset: HashForms<'OK'>;
  hpersist: FieldForms<number[]>;
  hpexpire: FieldForms<number[]>;
  hpexpireat: FieldForms<number[]>;
  hpexpiretime: FieldForms<number[]>;
  hpttl: FieldForms<number[]>;
  hrandfield: [[key: K, ...options: N[]], string | unknown[] | null];
  hscan: Scan;
  hset: HashForms<number>;
  hsetex: FieldForms<number>;
  hsetnx: [[key: K, field: W, value: V], number];
  hstrlen: [[key: K, field: W], number];
  httl: FieldForms<number[]>;
  hvals: [[key: K], string[]];
  lindex: [[key: K, index: N], string | null];
  linsert: [[key: K, where: 'BEFORE' | 'AFTER', pivot: V, element: V], number];
  llen: [[key: K], number];
  lmove: [[source: K, destination: K, from: 'LEFT' | 'RIGHT', to: 'LEFT' | 'RIGHT'], string | null];
  lmovem: [[source: K, destination: K, from: string, to: string, ...options: V[]], string[] | null];
  lmpop: [[numkeys: N, ...args: V[]], [key: string, members: string[]] | null];
  lpop: PopForms;
  lpos: Forms<
    [
      [[key: K, element: V], number | null],
      [[key: K, element: V, rank: 'RANK', position: N], number | null],
      [[key: K, element: V, length: 'MAXLEN', comparisons: N], number | null],
      [[key: K, element: V, rank: 'RANK', position: N, length: 'MAXLEN', comparisons: N], number | null],
      [[key: K, element: V, ...options: N[]], number[]],
    ]
  >;
  lpush: [[key: K, ...elements: V[]], number];
  lpushx: [[key: K, ...elements: V[]], number];
  lrange: [[key: K, start: N, stop: N], string[]];
  lrem: [[key: K, count: N, element: V], number];
  lset: [[key: K, index: N, element: V], 'OK'];
  ltrim: [[key: K, start: N, stop: N], 'OK'];
  rpop: PopForms;
  rpoplpush: [[source: K, destination: K], string | null];
  rpush: [[key: K, ...elements: V[]], number];
  rpushx: [[key: K, ...elements: V[]], number];
  sadd: [[key: K, ...members: (V | V[])[]], number];
  scard: [[key: K], number];
  sdiff: [Keys, string[]];
  sdiffcard: [[numkeys: N, ...args: V[]], number];
  sdiffstore: [[destination: K, ...keys: (K | K[])[]], number];
  sinter: [Keys, string[]];
  sintercard: [[numkeys: N, ...args: V[]], number];
  sinterstore: [[destination: K, ...keys: (K | K[])[]], number];
  sismember: [[key: K, member: V], number];
  smembers: [[key: K], string[]];
  smismember: [[key: K, ...members: (V | V[])[]], number[]];
  smove: [[source: K, destination: K, member: V], number];
  spop: SetPopForms;
  srandmember: SetPopForms;
  srem: [[key: K, ...members: (V | V[])[]], number];
  sscan: Scan;
  sunion: [Keys, string[]];
  sunioncard: [[numkeys: N, ...args: V[]], number];
  sunionstore: [[destination: K, ...keys: (K | K[])[]], number];
  vadd: [[key: K, ...args: V[]], Shape<number, boolean>];
  vcard: [[key: K], number];
  vdim: [[key: K], number];
  vemb: [[key: K, element: V, ...raw: string[]], Shape<string[] | null, number[] | null>];
  vgetattr: [[key: K, element: V], string | null];
  vinfo: [[key: K], Shape<(string | number)[] | null, Record<string, string | number> | null>];
  vismember: [[key: K, element: V], Shape<number, boolean>];
  vlinks: [[key: K, element: V, ...scores: string[]], string[][] | null];
  vrandmember: SetPopForms;
  vrange: [[key: K, start: W, end: W, ...count: N[]], string[]];
  vrem: [[key: K, element: V], Shape<number, boolean>];
  vsetattr: [[key: K, element: V, attributes: V], Shape<number, boolean>];
  vsim: [[key: K, ...args: V[]], Shape<string[], string[] | Record<string, unknown>>];
}
