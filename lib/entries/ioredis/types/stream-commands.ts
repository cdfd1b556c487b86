import type { RedisKey as K, Shape, RedisValue as V } from './command-row.js';

type N = number | string;
type Entry = [id: string, fields: string[]];
type Range = [[key: K, start: V, end: V, ...count: N[]], Entry[]];
type ReadEntry = [id: string, fields: string[] | null];

/** Streams. */
export interface StreamCommands {
  xack: [[key: K, group: V, ...ids: (V | V[])[]], number];
  xackdel: [[key: K, group: V, ...args: V[]], number[]];
  xadd: [[key: K, ...args: (V | V[])[]], string | null];
  xautoclaim: [[key: K, group: V, consumer: V, minIdleTime: N, start: V, ...options: N[]], unknown[]];
  xcfgset: [[key: K, ...options: V[]], unknown];
  xclaim: [[key: K, group: V, consumer: V, minIdleTime: N, ...args: V[]], unknown[]];
  xdel: [[key: K, ...ids: (V | V[])[]], number];
  xdelex: [[key: K, ...args: V[]], unknown];
  xgroup: [[subcommand: string, ...args: V[]], unknown];
  xidmprecord: [[key: K, ...args: V[]], unknown];
  xinfo: [[subcommand: string, ...args: V[]], unknown];
  xlen: [[key: K], number];
  xnack: [[key: K, group: V, ...args: V[]], number];
  xpending: [[key: K, group: V, ...args: V[]], unknown[]];
  xrange: Range;
  xread: [[...args: V[]], Shape<[key: string, items: Entry[]][] | null, Record<string, Entry[]> | null>];
  xreadgroup: [[...args: V[]], Shape<[key: string, items: ReadEntry[]][] | null, Record<string, ReadEntry[]> | null>];
  xrevrange: Range;
  xsetid: [[key: K, id: V, ...options: V[]], unknown];
  xtrim: [[key: K, ...args: V[]], number];
}
