import assert from 'node:assert/strict';
import sinon from 'sinon';
import { askSeveral } from '../../../lib/topology/ask-several.js';

/** Item `a20`: succeeds after 20 ms; `x20`: fails after 20 ms; `never`: does neither. */
function ask(item: string): Promise<string> {
  if (item === 'never') return new Promise(() => {});
  return new Promise((resolve, reject) => {
    setTimeout(() => (item.startsWith('x') ? reject(new Error(item)) : resolve(item)), Number(item.slice(1)));
  });
}

interface Case {
  readonly name: string;
  readonly items: readonly string[];
  readonly want: number;
  readonly staggerMs?: number;
  readonly counts?: (value: string) => boolean;
  readonly graceMs?: (value: string) => number;
  readonly expected: readonly string[];
  readonly afterMs: number;
}

const CASES: readonly Case[] = [
  { name: 'is done at once where there is nothing to ask', items: [], want: 3, expected: [], afterMs: 0 },
  { name: 'is done when enough have answered', items: ['a30', 'a10', 'a20', 'a1'], want: 3, expected: ['a10', 'a20', 'a30'], afterMs: 30 },
  { name: 'asks another item for one that fails', items: ['x10', 'a20', 'a20'], want: 2, expected: ['x10', 'a20', 'a20'], afterMs: 30 },
  { name: 'is done when all have failed', items: ['x10', 'x20', 'x5'], want: 2, expected: ['x10', 'x5', 'x20'], afterMs: 20 },
  { name: 'does not wait long for a hung one', items: ['never', 'a10', 'never'], want: 3, expected: ['a10'], afterMs: 60 },
  { name: 'takes answers within the grace', items: ['a10', 'a59', 'a61'], want: 3, expected: ['a10', 'a59'], afterMs: 60 },
  {
    name: 'waits on while the answers do not count',
    items: ['a10', 'b100', 'a200'],
    want: 3,
    counts: (value) => value.startsWith('b'),
    expected: ['a10', 'b100'],
    afterMs: 150,
  },
  {
    name: 'gives the others less time after an answer that says so, and never more',
    items: ['a10', 'b20', 'a30', 'a45'],
    want: 4,
    graceMs: (value) => (value.startsWith('b') ? 20 : 50),
    expected: ['a10', 'b20', 'a30'],
    afterMs: 40,
  },
  {
    name: 'asks more items while none answers',
    items: ['never', 'never', 'never', 'a10'],
    want: 2,
    staggerMs: 100,
    expected: ['a10'],
    afterMs: 260,
  },
];

describe('askSeveral', () => {
  let time: sinon.SinonFakeTimers;
  beforeEach(() => {
    time = sinon.useFakeTimers();
  });
  afterEach(() => time.restore());

  for (const { name, items, want, staggerMs, counts, graceMs = 50, expected, afterMs } of CASES) {
    it(name, async () => {
      let doneAt = -1;
      const options = { want, graceMs, ...(staggerMs === undefined ? {} : { staggerMs }), ...(counts === undefined ? {} : { counts }) };
      const result = askSeveral(items, ask, options).then((answers) => {
        doneAt = Date.now();
        return answers;
      });
      await time.tickAsync(2_000);
      assert.deepEqual(
        (await result).map(({ item }) => item),
        expected,
      );
      assert.equal(doneAt, afterMs);
      assert.equal(time.countTimers(), 0, 'no timer is left');
    });
  }

  it('tells successes and failures apart', async () => {
    const result = askSeveral(['x1', 'a1'], ask, { want: 2, graceMs: 50 });
    await time.tickAsync(100);
    const [first, second] = await result;
    assert.deepEqual([first?.ok, second?.ok], [false, true]);
  });

  it('asks no more at once than it may, the next one whenever one has answered or failed', async () => {
    let open = 0;
    let most = 0;
    const items = Array.from({ length: 40 }, (_, index) => `${index % 3 === 0 ? 'x' : 'a'}${1 + (index % 7)}`);
    const counted = async (item: string): Promise<string> => {
      most = Math.max(most, ++open);
      try {
        return await ask(item);
      } finally {
        open--;
      }
    };
    const answers = askSeveral(items, counted, { want: items.length, atOnce: 5, graceMs: 1_000 });
    await time.tickAsync(500);
    assert.deepEqual([(await answers).length, most], [40, 5]);
  });
});
