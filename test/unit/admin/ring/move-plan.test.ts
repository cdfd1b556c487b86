import assert from 'node:assert/strict';
import { describeKeyMove, leastShareOf, planMove, type SampledKey, type SampledSource } from '../../../../lib/admin/ring/move-plan.js';

const NO_LIMITS = { keysPerSecond: null, bytesPerSecond: null };
const weights = (...names: readonly string[]): ReadonlyMap<string, number> => new Map(names.map((name) => [name, 1]));
const GROWTH = { from: weights('a', 'b', 'c', 'd'), to: weights('a', 'b', 'c', 'd', 'e') };
const FACTS = { weights: GROWTH, limits: NO_LIMITS, strays: false, notes: [] };
const stays: SampledKey = { bytes: null, isAtHome: true, to: null };
const goes = (to: string, bytes: number | null = 100): SampledKey => ({ bytes, isAtHome: true, to });
const stray = (to: string): SampledKey => ({ bytes: 100, isAtHome: false, to });
const source = (name: string, keys: number, ...samples: readonly (readonly [number, SampledKey])[]): SampledSource => ({
  name,
  keys,
  samples: samples.flatMap(([count, key]) => new Array<SampledKey>(count).fill(key)),
});

describe('the plan of a move between stores', () => {
  const cases: readonly (readonly [what: string, sources: readonly SampledSource[], title: RegExp, steps: readonly string[]])[] = [
    ['no keys', [source('a', 0)], /^nothing to move: there are no keys$/, []],
    ['all stay', [source('a', 10, [10, stays])], /^nothing to move: all of 10 keys are where they belong$/, []],
    [
      'all were looked at',
      [source('a', 10, [8, stays], [2, goes('e')])],
      /^move 2 keys of 10 \(20 %\), 200 bytes, in about /,
      ['move 2 keys (200 bytes) from a to e'],
    ],
    [
      'a sample of each source',
      [source('a', 1_000, [8, stays], [2, goes('e', 50)]), source('b', 3_000, [9, stays], [1, goes('d', null)])],
      /^move about 500 keys of 4,000 \(13 %\), 9.8 KiB, in about /,
      ['move 200 keys (9.8 KiB) from a to e', 'move 300 keys from b to d'],
    ],
    [
      'keys that are rare',
      [source('a', 1_000_000, [9_999, stays], [1, goes('e')])],
      /^move about 100 keys of 1,000,000 \(<0.1 %\)/,
      ['move 100 keys (9.8 KiB) from a to e'],
    ],
    [
      'strays',
      [source('a', 100, [98, stays], [1, stray('b')], [1, goes('e')])],
      /^move 1 key of 100 /,
      ['move 1 key (100 bytes) from a to e'],
    ],
  ];
  for (const [what, sources, title, steps] of cases) {
    it(`of ${what}`, () => {
      const plan = planMove(sources, FACTS);
      assert.match(plan.title, title);
      assert.deepEqual(plan.steps.map(describeKeyMove), steps);
    });
  }

  it('takes strays, too, where it is told to, and says what becomes of them', () => {
    const sources = [source('a', 100, [98, stays], [1, stray('b')], [1, goes('e')])];
    assert.equal(
      planMove(sources, FACTS).notes.at(-1),
      '1.0 % of the keys are not where the old placement puts them: they stay where they are, unless with --strays',
    );
    const forced = planMove(sources, { ...FACTS, strays: true });
    assert.deepEqual(
      [forced.steps.length, forced.notes.at(-1)],
      [2, '1.0 % of the keys are not where the old placement puts them: they move, too'],
    );
    const most = planMove([source('a', 10, [9, stray('b')], [1, stays])], FACTS);
    assert.match(most.notes.at(-1) ?? '', /^90 % .*is the placement that of the services\? The move refuses/);
    // At its new place a key is no stray, wherever the old placement puts it.
    assert.equal(planMove([source('a', 10, [10, { ...stays, isAtHome: false }])], FACTS).strayShare, 0);
  });

  it('compares the part that moves with the least that may', () => {
    const ketama = planMove([source('a', 100, [79, stays], [21, goes('e')])], FACTS);
    assert.deepEqual(ketama.notes, ['the least that any placement could move is 20 %']);
    const modula = planMove([source('a', 100, [20, stays], [80, goes('e')])], FACTS);
    assert.match(modula.notes[0] ?? '', /^the least .* is 20 %: this one moves 4\.0 times as much, as modula/);
  });

  it('takes as long as the largest source, and no less than the bounds ask for', () => {
    const sources = [source('a', 100_000, [10, goes('c')]), source('b', 50_000, [10, goes('c')])];
    const free = planMove(sources, FACTS).durationMs;
    assert.equal(free, planMove(sources.slice(0, 1), FACTS).durationMs);
    assert.equal(planMove(sources, { ...FACTS, limits: { keysPerSecond: 1_000, bytesPerSecond: null } }).durationMs, 150_000);
    assert.equal(planMove(sources, { ...FACTS, limits: { keysPerSecond: null, bytesPerSecond: 1_000 } }).durationMs, 15_000_000);
  });
});

describe('the least share that has to move', () => {
  const cases: readonly (readonly [from: Readonly<Record<string, number>>, to: Readonly<Record<string, number>>, share: number])[] = [
    [{ a: 1, b: 1 }, { a: 1, b: 1, c: 1 }, 1 / 3],
    [{ a: 1, b: 1, c: 1, d: 1 }, { a: 1, b: 1, c: 1, d: 1, e: 1 }, 1 / 5],
    [{ a: 1, b: 1, c: 1 }, { a: 1, b: 1 }, 1 / 3],
    [{ a: 1, b: 1 }, { a: 1, b: 3 }, 1 / 4],
    [{ a: 1 }, { x: 1 }, 1],
    [{ a: 1, b: 2 }, { a: 1, b: 2 }, 0],
    [{}, { a: 1 }, 0],
  ];
  for (const [from, to, share] of cases) {
    it(`from ${JSON.stringify(from)} to ${JSON.stringify(to)}`, () => {
      assert.ok(Math.abs(leastShareOf(new Map(Object.entries(from)), new Map(Object.entries(to))) - share) < 1e-9);
    });
  }
});
