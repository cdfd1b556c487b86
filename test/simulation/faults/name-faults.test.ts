import assert from 'node:assert/strict';
import type { NameAnswer } from '../network/network.js';
import { Random } from '../time/random.js';
import type { World } from '../world.js';
import { nameFaults } from './name-faults.js';

describe('faults of names that overlap', () => {
  for (const order of ['in the order they began', 'in the other order'] as const) {
    it(`leave the name as it was, ended ${order}`, () => {
      const names = new Map<string, NameAnswer>([['cache.example', ['10.0.0.1']]]);
      const world = { network: { names, losePower: () => undefined } } as unknown as World;
      const random = new Random('1').fork('faults');
      const begin = (name: string): (() => void) => {
        const fault = nameFaults.find((one) => one.name === name);
        assert.ok(fault);
        return fault.begin(world, random);
      };
      const heals = [begin('name leads elsewhere'), begin('name has a second address')];
      assert.notDeepEqual(names.get('cache.example'), ['10.0.0.1']);
      const [first, second] = order === 'in the order they began' ? heals : heals.reverse();
      first?.();
      assert.notDeepEqual(names.get('cache.example'), ['10.0.0.1'], 'the other goes on');
      second?.();
      assert.deepEqual(names.get('cache.example'), ['10.0.0.1']);
    });
  }
});
