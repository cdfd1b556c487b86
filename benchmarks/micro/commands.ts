/**
 * What it costs to lay out a command, its check included, in ns: the real methods with nothing behind them. `node --import tsx
 * benchmarks/micro/commands.ts`; `COMMANDS=<path>` measures another build.
 */
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Direct, MODE } from '../../lib/commands/mode.js';
import type { Arg, CommandSpec } from '../../lib/protocol/command-spec.js';

const path = process.env.COMMANDS;
const { Commands } = (await import(
  path ? pathToFileURL(resolve(path)).href : '../../lib/commands/index.js'
)) as typeof import('../../lib/commands/index.js');

const ROUNDS = 12;
const CALLS = 300_000;
const SETTLED = Promise.resolve();

/** Stands where the engine begins. */
class Sink extends Commands {
  declare readonly [MODE]: Direct;
  words = 0;

  protected override run<T>(_spec: CommandSpec, args: readonly Arg[]): Promise<T> {
    this.words += args.length;
    return SETTLED as Promise<T>; // nobody reads it
  }

  protected override refuse(error: unknown): never {
    throw error;
  }
}

const sink = new Sink();
const cases: Readonly<Record<string, () => unknown>> = {
  get: () => sink.get('key'),
  set: () => sink.set('key', 'value'),
  'set EX': () => sink.set('key', 'value', { EX: 60 }),
  'set EX NX': () => sink.set('key', 'value', { EX: 60, NX: true }),
  incr: () => sink.incr('key'),
  hset: () => sink.hset('key', 'field', 'value'),
  'hset, an object': () => sink.hset('key', { a: 1, b: 2, c: 3 }),
  'zrange REV': () => sink.zrange('key', 0, -1, { REV: true }),
};

const best = new Map<string, number>();
for (let round = 0; round < ROUNDS; round++) {
  for (const [name, call] of Object.entries(cases)) {
    const start = process.hrtime.bigint();
    for (let i = 0; i < CALLS; i++) call();
    best.set(name, Math.min(best.get(name) ?? Number.POSITIVE_INFINITY, Number(process.hrtime.bigint() - start) / CALLS));
  }
}
for (const [name, ns] of best) console.log(`${name.padEnd(16)} ${ns.toFixed(1).padStart(6)} ns`);
