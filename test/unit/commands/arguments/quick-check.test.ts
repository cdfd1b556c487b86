import assert from 'node:assert/strict';
import { QuickCheck } from '../../../../lib/commands/arguments/quick-check.js';
import { argumentsOf, leasedMethods, misusesOf, sharedMethods, signatureOf } from './misuse.js';

const methods = [...sharedMethods, ...leasedMethods];

/** Whether a call is found to fit a form of its method, without a closer look. */
function isFound(method: string, [a, b, c, d, ...more]: readonly unknown[]): boolean {
  const [, ...forms] = signatureOf(method);
  return more.length === 0 && forms.some((form) => new QuickCheck(form).fits(a, b, c, d));
}

describe('the quick check', () => {
  it('finds nearly every example of a call of at most four arguments', () => {
    const missed: string[] = [];
    for (const method of methods) {
      const [, ...forms] = signatureOf(method);
      for (const form of forms) {
        for (const args of [argumentsOf(form, true), argumentsOf(form, false)]) {
          if (args.length <= 4 && !isFound(method, args)) missed.push(method);
        }
      }
    }
    // A script is checked by what it has.
    assert.deepEqual([...new Set(missed)], ['script']);
  });

  it('finds no call that is to be refused', () => {
    const wrong: string[] = [];
    let tried = 0;
    for (const method of methods) {
      for (const { what, args } of misusesOf(method)) {
        tried++;
        if (isFound(method, args)) wrong.push(`${method} with ${what}`);
      }
    }
    assert.deepEqual(wrong, []);
    assert.ok(tried > 10_000, `${tried} calls`);
  });

  for (const [what, method, args] of [
    ['an iterable that has names as well', 'mset', [{ b: 2, [Symbol.iterator]: () => [['a', {}]].values() }]],
    ['a list of pairs one of which is longer', 'mset', [[['a', 1, 2]]]],
    ['a Map with a value that cannot be sent', 'hset', ['k', new Map([['a', null]])]],
    ['an empty list', 'del', [[]]],
    ['a hole in a list', 'del', [new Array(1)]],
    ['a list of lists', 'del', [[['a']]]],
    ['a record without what it must have', 'zadd', ['k', [{ member: 'a' }]]],
    ['an argument that is left out before another', 'bitcount', ['k', undefined, 5]],
    ['a word that the server does not have', 'lmove', ['a', 'b', 'UP', 'LEFT']],
  ] as const) {
    it(`does not find ${what}`, () => assert.equal(isFound(method, args), false));
  }

  for (const [what, method, args] of [
    ['nested options', 'zrange', ['k', 0, 9, { BYSCORE: true, LIMIT: { offset: 0, count: 1 } }]],
    ['a record of a class', 'zadd', ['k', [Object.assign(Object.create({ score: 1 }), { member: 'a' })]]],
    ['a Map', 'hset', ['k', new Map([['a', 1]])]],
    ['a long list', 'sadd', ['k', Array.from({ length: 1000 }, (_, at) => at)]],
    ['undefined at the end', 'mget', [['a'], undefined]],
  ] as const) {
    it(`finds ${what}`, () => assert.equal(isFound(method, args), true));
  }
});
