/** What the parser costs, in ns a reply. `node --import tsx benchmarks/micro/parser.ts [name part]`; `PARSER=<path>` measures another build. */
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Raw } from '../../lib/protocol/command-spec.js';
import type { ReplySink } from '../../lib/protocol/resp/reply-sink.js';

const path = process.env.PARSER;
const { Parser } = (await import(
  path ? pathToFileURL(resolve(path)).href : '../../lib/protocol/resp/parser.js'
)) as typeof import('../../lib/protocol/resp/parser.js');

const CHUNK = 64 * 1024;
const MIN_MS = 400;
const ROUNDS = 5;

const bulk = (text: string): string => `$${Buffer.byteLength(text)}\r\n${text}\r\n`;
const array = (items: string[], type = '*', count = items.length): string => `${type}${count}\r\n${items.join('')}`;
const item = (i: number, length: number): string => `${i}abcdefghijklmnopqrstuvwxyz`.repeat(Math.ceil(length / 27)).slice(0, length);
const times = <T>(count: number, make: (i: number) => T): T[] => Array.from({ length: count }, (_, i) => make(i));

interface Work {
  readonly name: string;
  readonly mode?: number;
  /** Also make the object of a flat map, as a decoder does. */
  readonly decode?: boolean;
  readonly replies: string[];
}

const hash = times(50, (i) => [bulk(`field:${i}`), bulk(item(i * 7919, 12))]).flat();
const works: Work[] = [
  ...[0, 3, 10, 16, 24, 32, 100, 1000].map((n) => ({ name: `GET ${n} bytes`, replies: times(1000, (i) => bulk(item(i, n))) })),
  { name: 'GET 20 bytes as Buffers', mode: 1, replies: times(1000, (i) => bulk(item(i, 20))) },
  { name: 'GET 10 characters, not ASCII', replies: times(1000, (i) => bulk(`é${item(i, 9)}`)) },
  { name: '+OK', replies: times(1000, () => '+OK\r\n') },
  { name: 'null', replies: times(1000, () => '_\r\n') },
  { name: 'integer', replies: times(1000, (i) => `:${i * 37}\r\n`) },
  { name: 'integer -1', replies: times(1000, () => ':-1\r\n') },
  { name: 'double', replies: times(1000, (i) => `,${i}.25\r\n`) },
  { name: 'error MOVED', replies: times(1000, (i) => `-MOVED ${i} 127.0.0.1:7000\r\n`) },
  { name: 'MGET 10', replies: times(100, () => array(times(10, (i) => bulk(item(i, 10))))) },
  { name: 'HGETALL 50, RESP2', replies: times(20, () => array(hash)) },
  { name: 'HGETALL 50, RESP3', replies: times(20, () => array(hash, '%', 50)) },
  { name: 'HGETALL 50, objects', mode: 2, replies: times(20, () => array(hash, '%', 50)) },
  { name: 'HGETALL 50, flat to object', replies: times(20, () => array(hash, '%', 50)), decode: true },
  {
    name: 'HGETALL 50, all fields new',
    replies: times(20, (i) => array(times(50, (f) => [bulk(`f:${i}:${f}`), bulk(item(f * 7919, 12))]).flat(), '%', 50)),
  },
  { name: 'LRANGE 1,000 × 7', replies: times(8, () => array(times(1000, (i) => bulk(`i:${10000 + i}`)))) },
  { name: 'LRANGE 1,000 × 10', replies: times(8, () => array(times(1000, (i) => bulk(item(i, 10))))) },
  { name: 'LRANGE 10,000 × 10', replies: times(1, () => array(times(10_000, (i) => bulk(item(i, 10))))) },
  { name: 'ZRANGE WITHSCORES 100, nested', replies: times(20, () => array(times(100, (i) => array([bulk(`m:${i}`), `,${i}.5\r\n`])))) },
  {
    name: 'XRANGE 100, nested',
    replies: times(20, () => array(times(100, (i) => array([bulk(`17-${i}`), array([bulk('f'), bulk(item(i, 9))])])))),
  },
  { name: 'EXEC of 100 integers', replies: times(20, () => array(times(100, (i) => `:${i}\r\n`))) },
  { name: '64 KiB bulk', replies: times(20, (i) => bulk(item(i, 65536))) },
  { name: '64 KiB bulk as Buffers', mode: 1, replies: times(20, (i) => bulk(item(i, 65536))) },
  { name: '1 MiB bulk', replies: times(5, (i) => bulk(item(i, 1 << 20))) },
  { name: '1 MiB bulk as Buffers', mode: 1, replies: times(5, (i) => bulk(item(i, 1 << 20))) },
];

function toObject(flat: Raw[]): Record<string, Raw> {
  const object: Record<string, Raw> = {};
  for (let i = 0; i < flat.length; i += 2) object[flat[i] as string] = flat[i + 1] as Raw;
  return object;
}

let mode = 0;
let decode = false;
let seen = 0;
let last: unknown;
const sink: ReplySink = {
  modeOfNext: () => mode,
  reply: (value) => {
    seen += 1;
    last = decode ? toObject(value as Raw[]) : value;
  },
  error: (error) => {
    seen += 1;
    last = error;
  },
  integerRange: () => {
    seen += 1;
  },
  push: (items) => {
    last = items;
  },
};
const parser = new Parser(sink);

// As a socket with a static buffer delivers them: always the same memory.
const memory = Buffer.allocUnsafeSlow(CHUNK);
function feed(bytes: Buffer): void {
  for (let at = 0; at < bytes.length; at += CHUNK) parser.write(memory, 0, bytes.copy(memory, 0, at, Math.min(at + CHUNK, bytes.length)));
}

function measure(work: Work, bytes: Buffer, ms: number): number {
  mode = work.mode ?? 0;
  decode = work.decode ?? false;
  seen = 0;
  const start = process.hrtime.bigint();
  const until = start + BigInt(ms * 1e6);
  while (process.hrtime.bigint() < until) feed(bytes);
  return Number(process.hrtime.bigint() - start) / seen;
}

const part = process.argv[2] ?? '';
const chosen = works
  .filter((work) => work.name.includes(part))
  .map((work) => ({ work, bytes: Buffer.from(work.replies.join('')), best: Number.POSITIVE_INFINITY }));
// All of them once first: the types seen in production are mixed, a parser that has seen only one kind of reply is too fast.
for (const { work, bytes } of chosen) measure(work, bytes, 100);
for (let round = 0; round < ROUNDS; round++)
  for (const one of chosen) one.best = Math.min(one.best, measure(one.work, one.bytes, MIN_MS / ROUNDS));
for (const { work, best } of chosen) console.log(`${work.name.padEnd(32)} ${best < 100 ? best.toFixed(1) : best.toFixed(0)} ns`);
if (last === undefined) throw new Error('nothing was parsed');
