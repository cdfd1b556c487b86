import assert from 'node:assert/strict';
import { type Loaded, PowerOfTwoPicker } from '../../../../lib/routing/reads/power-of-two.js';

interface Named extends Loaded {
  readonly name: string;
  load: number;
}

const facts = { step: null, isFallback: false, validUntil: Number.POSITIVE_INFINITY };
const named = (loads: Readonly<Record<string, number>>): Named[] => Object.entries(loads).map(([name, load]) => ({ name, load }));
const among = (nodes: readonly Named[], weights: readonly number[] = nodes.map(() => 1)): PowerOfTwoPicker<Named> =>
  new PowerOfTwoPicker(nodes, { ...facts, weights });

function numbers(...values: readonly number[]): () => number {
  let turn = 0;
  return () => values[turn++] ?? assert.fail('more numbers were asked for than there are');
}

/** A fixed generator (Lehmer), so that the outcome is the same in every run. */
function generator(seed = 42): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

/** How often each is picked by `picks` commands of which `inFlight` are on their way at a time. */
function spread(nodes: readonly Named[], weights: readonly number[], picks: number, inFlight: number): number[] {
  const picker = among(nodes, weights);
  const random = generator();
  const counts = new Map<Named, number>();
  const busy: Named[] = [];
  for (let i = 0; i < picks; i++) {
    const node = picker.pick(random) ?? assert.fail('no node');
    counts.set(node, (counts.get(node) ?? 0) + 1);
    node.load++;
    busy.push(node);
    // Answers come in any order.
    if (busy.length >= inFlight) for (const done of busy.splice(Math.floor(random() * busy.length), 1)) done.load--;
  }
  return nodes.map((node) => counts.get(node) ?? 0);
}

describe('a power-of-two picker', () => {
  it('has no choice among none and one, and throws no dice', () => {
    assert.equal(among([]).pick(numbers()), null);
    assert.equal(among(named({ only: 9 })).pick(numbers())?.name, 'only');
  });

  const cases: readonly (readonly [first: number, second: number, chosen: string])[] = [
    [0, 0, 'b'],
    [0, 0.99, 'a'],
    [0.4, 0, 'b'],
    [0.4, 0.99, 'b'],
    [0.99, 0, 'a'],
    [0.99, 0.99, 'b'],
  ];
  for (const [first, second, chosen] of cases) {
    it(`takes ${chosen}, the less loaded of the two that ${first} and ${second} draw`, () => {
      assert.equal(among(named({ a: 5, b: 3, c: 9 })).pick(numbers(first, second))?.name, chosen);
    });
  }

  const weighted: readonly (readonly [loads: Record<string, number>, weights: number[], dice: number[], chosen: string, why: string])[] = [
    [{ a: 0, b: 0 }, [1, 3], [0.2], 'a', 'an idle one that was drawn is taken'],
    [{ a: 0, b: 0 }, [1, 3], [0.3], 'b', 'draws go by weight'],
    [{ a: 2, b: 5 }, [1, 3], [0.2, 0.9], 'b', 'the load counts per weight'],
    [{ a: 2, b: 6 }, [1, 3], [0.2, 0.9], 'a', 'equal loads per weight leave the first'],
    [{ a: 2, b: 1 }, [1, 3], [0.2, 0.1], 'a', 'the same one may be drawn twice'],
  ];
  for (const [loads, weights, throws, chosen, why] of weighted) {
    it(`with weights ${weights.join(':')} and loads ${JSON.stringify(loads)} takes ${chosen}: ${why}`, () => {
      assert.equal(among(named(loads), weights).pick(numbers(...throws))?.name, chosen);
    });
  }

  for (const inFlight of [1, 5, 50]) {
    for (const weights of [
      [1, 1, 1],
      [1, 2, 3],
      [1, 1, 0.5],
    ]) {
      it(`spreads ${inFlight} commands in flight by the weights ${weights.join(':')}, within 10 %`, () => {
        const counts = spread(named({ a: 0, b: 0, c: 0 }), weights, 20_000, inFlight);
        const total = weights.reduce((a, b) => a + b, 0);
        for (const [at, weight] of weights.entries()) {
          const expected = (20_000 * weight) / total;
          assert.ok(Math.abs((counts[at] ?? 0) - expected) < expected / 10, `${counts.join(', ')}`);
        }
      });
    }
  }

  it('gives a node that warms up little, even while the others are busy', () => {
    const [, , cold = 0] = spread(named({ a: 0, b: 0, cold: 0 }), [1, 1, 0.1], 20_000, 50);
    assert.ok(cold > 200 && cold < 2 * 20_000 * (0.1 / 2.1), String(cold));
  });
});
