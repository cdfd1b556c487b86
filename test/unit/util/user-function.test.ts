import assert from 'node:assert/strict';
import { asError, callAside, disregard, isThenable, thrownStack, thrownText } from '../../../lib/util/user-function.js';
import { MISBEHAVIOURS } from '../../integration/util/user-function/misbehaviours.js';

const turns = async (): Promise<void> => {
  for (let turn = 0; turn < 5; turn++) await Promise.resolve();
};

describe('callAside', () => {
  for (const [what, bad] of Object.entries(MISBEHAVIOURS)) {
    it(`takes a function that ${what}`, async () => {
      const failures: unknown[] = [];
      callAside(bad.run, (error) => failures.push(error));
      await turns();
      if (bad.failure !== null) assert.deepEqual(failures, [bad.failure]);
      else assert.equal(failures.length, /thenable|looked at/.test(what) ? 1 : 0);
    });
  }
});

describe('disregard', () => {
  for (const [what, bad] of Object.entries(MISBEHAVIOURS)) {
    if (what.startsWith('throws')) continue;
    it(`leaves no rejection of a function that ${what}`, async () => {
      disregard(bad.run());
      await turns();
    });
  }
});

describe('isThenable', () => {
  const cases: readonly (readonly [value: unknown, expected: boolean])[] = [
    [Promise.resolve(), true],
    [{}, false],
    [null, false],
    ['then', false],
    [undefined, false],
  ];
  for (const [value, expected] of cases) it(`is ${expected} for ${JSON.stringify(value)}`, () => assert.equal(isThenable(value), expected));
});

describe('the text of what was thrown', () => {
  const cases: readonly (readonly [thrown: unknown, text: string])[] = [
    [new Error('boom'), 'boom'],
    [Object.assign(new Error(''), { code: 'ECONNREFUSED' }), 'ECONNREFUSED'],
    [new TypeError(''), 'TypeError'],
    ['text', 'text'],
    [undefined, 'undefined'],
    [Symbol('s'), 'Symbol(s)'],
    [Object.create(null), 'something that cannot be shown'],
    [{ toString: () => ({}) }, 'something that cannot be shown'],
  ];
  for (const [thrown, text] of cases) {
    it(`is ${JSON.stringify(text)}`, () => assert.equal(thrownText(thrown), text));
  }

  it('has its stack where that is asked for and is there', () => {
    const error = new Error('boom');
    assert.equal(thrownStack(error), error.stack);
    assert.equal(thrownStack(Object.assign(new Error('boom'), { stack: undefined })), 'boom');
    assert.equal(thrownStack('text'), 'text');
  });
});

describe('what was thrown, as an error', () => {
  it('is itself where it is an error that can be read', () => {
    const error = new TypeError('boom');
    assert.equal(asError(error), error);
  });

  const unreadable = Object.defineProperty(new Error('x'), 'message', {
    get: () => {
      throw new Error('no');
    },
  });
  const cases: readonly (readonly [thrown: unknown, message: string])[] = [
    ['text', 'text'],
    [undefined, 'undefined'],
    [unreadable, 'something that cannot be shown'],
  ];
  for (const [at, [thrown, message]] of cases.entries()) {
    it(`says "${message}" and has it as its cause (${at})`, () => {
      const error = asError(thrown);
      assert.deepEqual([error.message, error.cause === thrown], [message, true]);
    });
  }
});
