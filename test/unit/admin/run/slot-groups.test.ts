import assert from 'node:assert/strict';
import { firstGroup, GROUP_SIZE, isLight, SlotGroups } from '../../../../lib/admin/run/slot-groups.js';

const slots = Array.from({ length: 40 }, (_, slot) => 100 + slot);
const many = Array.from({ length: 40 }, () => 2_000);

const GROUPS: readonly (readonly [what: string, counts: readonly number[], limit: number, size: number, migrations: number])[] = [
  ['slots without keys', [], GROUP_SIZE, 16, 16],
  ['slots whose keys are one batch', slots.map(() => 50), GROUP_SIZE, 16, 16],
  ['slots whose keys are two batches', slots.map(() => 51), GROUP_SIZE, 8, 16],
  ['a slot with many keys', many, GROUP_SIZE, 1, 40],
  ['slots before one with many keys', [0, 0, 0, 2_000], GROUP_SIZE, 3, 3],
  ['as many slots as may be', [], 4, 4, 4],
];

describe('slots that are opened together', () => {
  for (const [what, counts, limit, size, migrations] of GROUPS) {
    it(`are ${what}`, () => {
      const group = firstGroup(slots, counts, 50, limit);
      assert.deepEqual([group.slots, group.migrations], [slots.slice(0, size), migrations]);
      assert.equal(isLight(group), migrations <= GROUP_SIZE);
    });
  }

  it('are none at the end', () => {
    assert.deepEqual(firstGroup([], [], 50, 16).slots, []);
  });

  it('grow from one on, and are all slots in order, each once', async () => {
    const all = Array.from({ length: 3_000 }, (_, slot) => slot);
    const counted: number[] = [];
    const groups = new SlotGroups(all, 50, (some) => {
      counted.push(...some);
      return Promise.resolve(some.map((slot) => (slot % 100 === 50 ? 5_000 : 12)));
    });
    const sizes: number[] = [];
    const seen: number[] = [];
    for (let group = await groups.next(false); group !== null; group = await groups.next(false)) {
      seen.push(...group.slots);
      sizes.push(group.slots.length);
      assert.equal(
        group.slots.some((slot) => slot % 100 === 50),
        group.migrations === 100,
      );
    }
    assert.deepEqual(sizes.slice(0, 4), [1, 2, 4, 8]);
    assert.deepEqual(seen, all);
    assert.ok(counted.length < 3_100, `${counted.length} counted`);
  });

  it('are not begun where only a light group may be, and that has many keys', async () => {
    const groups = new SlotGroups([1, 2], 50, (some) => Promise.resolve(some.map(() => 5_000)));
    assert.equal(await groups.next(true), null);
    assert.deepEqual((await groups.next(false))?.slots, [1]);
  });
});
