import assert from 'node:assert/strict';
import { names } from '../../../lib/util/logger.js';

describe('the value of DEBUG', () => {
  const cases: readonly (readonly [list: string, named: readonly string[]])[] = [
    ['', []],
    ['*', ['slotwise:pool', 'slotwise:client']],
    ['slotwise:*', ['slotwise:pool', 'slotwise:client']],
    ['slot*', ['slotwise:pool', 'slotwise:client']],
    ['*wise:p*l', ['slotwise:pool']],
    ['**', ['slotwise:pool', 'slotwise:client']],
    ['slotwise:pool', ['slotwise:pool']],
    ['slotwise', []],
    ['slotwise:po', []],
    ['pool', []],
    ['express:*', []],
    ['express:*,slotwise:pool', ['slotwise:pool']],
    [' express:*  slotwise:pool ', ['slotwise:pool']],
    ['express:*,\tslotwise:client,,', ['slotwise:client']],
    ['*,-slotwise:pool', ['slotwise:client']],
    ['-slotwise:pool,*', ['slotwise:client']],
    ['-slotwise:pool', []],
    ['*,-slotwise:*', []],
    ['*,-*', []],
    ['slotwise.*', []],
    ['slotwise:(pool', []],
    ['slotwise:poo[l]', []],
  ];
  for (const [list, named] of cases) {
    it(`'${list}' names ${named.length === 0 ? 'none' : named.join(' and ')}`, () => {
      assert.deepEqual(
        ['slotwise:pool', 'slotwise:client'].filter((namespace) => names(list, namespace)),
        named,
      );
    });
  }
});
