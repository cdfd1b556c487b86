/** What the encoder costs, in ns a command. `node --import tsx benchmarks/micro/encoder.ts [name part]`; `ENCODER=<path>` measures another build. */
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Arg, CommandSpec } from '../../lib/protocol/command-spec.js';

const path = process.env.ENCODER;
const { Encoder, measure } = (await import(
  path ? pathToFileURL(resolve(path)).href : '../../lib/protocol/resp/encoder.js'
)) as typeof import('../../lib/protocol/resp/encoder.js');

const ROUNDS = 5;
const ROUND_MS = 60;

const command = (name: string): CommandSpec => {
  const words = name.split(' ');
  const head = Buffer.from(words.map((word) => `$${word.length}\r\n${word}\r\n`).join(''));
  return Object.freeze({
    name,
    words: words.length,
    head,
    arity: -1,
    flags: 0,
    firstKey: 0,
    lastKey: 0,
    keyStep: 1,
    keySpecs: [],
    request: 'default',
    response: 'default',
    state: 'none',
  });
};
const GET = command('GET');
const SET = command('SET');
const HSET = command('HSET');
const text = (length: number): string => Buffer.alloc(length, 'abcdefghijklmnopqrstuvwxyz').toString();
const times = <T>(count: number, make: (i: number) => T): T[] => Array.from({ length: count }, (_, i) => make(i));

interface Work {
  readonly name: string;
  readonly spec: CommandSpec;
  readonly args: readonly (readonly Arg[])[];
  readonly perBatch?: number;
}

const works: Work[] = [
  { name: 'GET key:<n>', spec: GET, args: times(1000, (i) => [`key:${i}`]) },
  ...[8, 16, 24, 32, 40, 48, 64, 100, 1000].map((n) => ({
    name: `SET, ${n} bytes`,
    spec: SET,
    args: times(1000, (i) => [`key:${i}`, text(n)]),
  })),
  { name: 'SET, 10 characters, not ASCII', spec: SET, args: times(1000, (i) => [`key:${i}`, `${text(9)}é`]) },
  { name: 'SET, 100 characters, not ASCII', spec: SET, args: times(1000, (i) => [`key:${i}`, `${text(99)}é`]) },
  { name: 'SET, integer', spec: SET, args: times(1000, (i) => [`key:${i}`, i * 77]) },
  { name: 'SET, float', spec: SET, args: times(1000, (i) => [`key:${i}`, i + 0.5]) },
  { name: 'SET, 16 bytes of Buffer', spec: SET, args: times(1000, (i) => [`key:${i}`, Buffer.from(text(16))]) },
  { name: 'SET, 100 bytes of Buffer', spec: SET, args: times(1000, (i) => [`key:${i}`, Buffer.from(text(100))]) },
  { name: 'HSET of 50 fields', spec: HSET, args: times(20, (i) => [`h:${i}`, ...times(50, (f) => [`field:${f}`, `value:${f}`]).flat()]) },
  { name: 'SET, 64 KiB text', spec: SET, args: times(4, (i) => [`key:${i}`, text(65536)]), perBatch: 4 },
  { name: 'SET, 1 MiB text', spec: SET, args: times(1, (i) => [`key:${i}`, text(1 << 20)]), perBatch: 1 },
  { name: 'SET, 16 KiB of Buffer', spec: SET, args: times(4, (i) => [`key:${i}`, Buffer.from(text(16_384))]), perBatch: 4 },
  { name: 'SET, 1 MiB of Buffer', spec: SET, args: times(1, (i) => [`key:${i}`, Buffer.from(text(1 << 20))]), perBatch: 1 },
];

const encoder = new Encoder();
let written = 0;

function encodeAll(work: Work): number {
  for (const args of work.args) encoder.encode(work.spec, args);
  for (const piece of encoder.take()) written += piece.length;
  encoder.release();
  return work.args.length;
}

function measureAll(work: Work): number {
  for (const args of work.args) written += measure(work.spec, args);
  return work.args.length;
}

function time(run: (work: Work) => number, work: Work, ms: number): number {
  const start = process.hrtime.bigint();
  const until = start + BigInt(ms * 1e6);
  let count = 0;
  while (process.hrtime.bigint() < until) count += run(work);
  return Number(process.hrtime.bigint() - start) / count;
}

const part = process.argv[2] ?? '';
const chosen = works
  .filter((work) => work.name.includes(part))
  .map((work) => ({ work, encode: Number.POSITIVE_INFINITY, measure: Number.POSITIVE_INFINITY }));
for (const { work } of chosen) time(encodeAll, work, 60);
for (let round = 0; round < ROUNDS; round++) {
  for (const one of chosen) {
    one.encode = Math.min(one.encode, time(encodeAll, one.work, ROUND_MS));
    one.measure = Math.min(one.measure, time(measureAll, one.work, ROUND_MS / 4));
  }
}
for (const one of chosen)
  console.log(`${one.work.name.padEnd(32)} encode ${one.encode.toFixed(1).padStart(9)} ns, measure ${one.measure.toFixed(1)} ns`);
if (written === 0) throw new Error('nothing was encoded');
