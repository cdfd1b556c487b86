import assert from 'node:assert/strict';
import { PlacementFunctionError } from '../../../../lib/errors.js';
import { compilePlacement } from '../../../../lib/placement/compile.js';

const members = ['a', 'b'].map((name, position) => ({ name, weight: 1, position }));
const compiled = (place: (key: Uint8Array, names: readonly string[]) => unknown, hashTag?: string) =>
  compilePlacement({ place: place as () => number, ...(hashTag === undefined ? {} : { hashTag }) }, members);

describe('placement by a function', () => {
  it('gives it the bytes of the key, its own to keep, and the names', () => {
    const calls: unknown[] = [];
    const placement = compiled((key, names) => {
      calls.push([key, names]);
      return 1;
    });
    const given = Buffer.from('cd');
    assert.deepEqual(
      ['ü', given, 5].map((key) => placement.indexOf(key)),
      [1, 1, 1],
    );
    const names = ['a', 'b'];
    const of = (text: string): Uint8Array => new Uint8Array(Buffer.from(text));
    assert.deepEqual(calls, [
      [of('ü'), names],
      [of('cd'), names],
      [of('5'), names],
    ]);
    given.fill(0);
    assert.deepEqual(calls[1], [of('cd'), names]);
  });

  it('gives it what is between the characters of the hash tag', () => {
    const placement = compiled((key) => (Buffer.from(key).toString() === 'b' ? 1 : 0), '{}');
    assert.deepEqual(
      ['a{b}c', 'b{a}'].map((key) => placement.indexOf(key)),
      [1, 0],
    );
  });

  it('does not let it change the names', () => {
    assert.throws(() => compiled((_, names) => (names as string[]).push('c')).indexOf('k'), PlacementFunctionError);
  });

  const failure = new RangeError('boom');
  const wrong: readonly (readonly [what: string, place: () => unknown, message: RegExp, cause?: unknown])[] = [
    [
      'throws',
      () => {
        throw failure;
      },
      /^the placement of the ring threw RangeError: boom$/,
      failure,
    ],
    [
      'throws what is no error',
      () => {
        throw undefined;
      },
      /threw undefined$/,
    ],
    ['returns nothing', () => undefined, /returned undefined, not the index of one of its 2 members$/],
    ['returns an index too high', () => 2, /returned 2,/],
    ['returns an index below 0', () => -1, /returned -1,/],
    ['returns a fraction', () => 0.5, /returned 0\.5,/],
    ['returns NaN', () => Number.NaN, /returned NaN,/],
    ['returns a name', () => 'a', /returned "a",/],
    ['returns a bigint', () => 1n, /returned 1n,/],
    ['returns a promise', () => Promise.resolve(1), /returned a promise,/],
    ['returns a promise that rejects', () => Promise.reject(failure), /returned a promise,/],
  ];
  for (const [what, place, message, cause] of wrong) {
    it(`makes it an error of the call where it ${what}`, () => {
      const placement = compiled(place);
      assert.throws(
        () => placement.indexOf('k'),
        (error) =>
          error instanceof PlacementFunctionError &&
          error.code === 'ERR_PLACEMENT_FUNCTION' &&
          message.test(error.message) &&
          error.cause === cause,
      );
      assert.equal(placement.hashedPart('k'), 'k');
    });
  }
});
