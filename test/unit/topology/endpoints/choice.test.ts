import assert from 'node:assert/strict';
import { orderOfChoice } from '../../../../lib/topology/endpoints/choice.js';
import type { NodeInfo } from '../../../../lib/topology/snapshot.js';
import { random as seeded } from '../../../support/random.js';

interface Given {
  readonly zone?: string;
  readonly weight?: number;
  readonly failing?: boolean;
}

function nodesOf(given: Readonly<Record<string, Given>>): readonly NodeInfo[] {
  return Object.entries(given).map(([key, { zone, weight }]) => ({
    ...{ id: key, key, address: { host: key, port: 1 }, role: 'primary', usable: true, replicaOf: null, depth: 0, priority: 100, tags: {} },
    ...(zone === undefined ? {} : { zone }),
    ...(weight === undefined ? {} : { weight }),
  }));
}

/** The share of each endpoint that comes first, over many choices. */
function shares(given: Readonly<Record<string, Given>>, zone: string | null): Record<string, number> {
  const next = seeded(7);
  const random = (): number => next(2 ** 30) / 2 ** 30;
  const first: Record<string, number> = {};
  const isFailing = (key: string): boolean => given[key]?.failing === true;
  for (let i = 0; i < 10_000; i++) {
    const key = orderOfChoice(nodesOf(given), { zone, isFailing }, random)[0]?.key ?? '';
    first[key] = (first[key] ?? 0) + 1 / 10_000;
  }
  return first;
}

describe('the choice of an endpoint', () => {
  const cases: readonly (readonly [name: string, given: Readonly<Record<string, Given>>, zone: string | null, Record<string, number>])[] = [
    ['all alike', { a: {}, b: {} }, null, { a: 0.5, b: 0.5 }],
    ['by weight', { a: { weight: 3 }, b: {} }, null, { a: 0.75, b: 0.25 }],
    ['of the own zone', { a: { zone: 'x' }, b: { zone: 'y' }, c: {} }, 'y', { b: 1 }],
    ['by weight in the own zone', { a: { zone: 'x', weight: 9 }, b: { zone: 'y' }, c: { zone: 'y' } }, 'y', { b: 0.5, c: 0.5 }],
    ['of any zone where no zone is named', { a: { zone: 'x' }, b: { zone: 'y' } }, null, { a: 0.5, b: 0.5 }],
    ['that has not failed, even of another zone', { a: { zone: 'x', failing: true }, b: { zone: 'y' } }, 'x', { b: 1 }],
    ['that has failed, where all have', { a: { failing: true }, b: { failing: true } }, null, { a: 0.5, b: 0.5 }],
  ];
  for (const [name, given, zone, expected] of cases) {
    it(`is one ${name}`, () => {
      const found = shares(given, zone);
      assert.deepEqual(Object.keys(found).sort(), Object.keys(expected).sort());
      for (const [key, share] of Object.entries(expected)) assert.ok(Math.abs((found[key] ?? 0) - share) < 0.03, `${key}: ${found[key]}`);
    });
  }

  it('has every endpoint once', () => {
    const order = orderOfChoice(nodesOf({ a: {}, b: { weight: 0.1 }, c: {} }), { zone: null, isFailing: () => false });
    assert.deepEqual(order.map(({ key }) => key).sort(), ['a', 'b', 'c']);
  });
});
