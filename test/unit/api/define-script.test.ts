import assert from 'node:assert/strict';
import { defineScript, OptionsError } from '../../../lib/index.js';

const lua = 'return 1';
const BAD: readonly (readonly [given: unknown, message: RegExp])[] = [
  [undefined, /^defineScript: expected the options of a script, \{ lua, keys, readonly, reply \}, got undefined$/],
  ['return 1', /^defineScript: expected the options of a script, .* got text$/],
  [{}, /^defineScript\.lua: expected the text of a script, got undefined$/],
  [{ lua: '' }, /^defineScript\.lua: expected the text of a script, got ""$/],
  [{ lua, keys: -1 }, /^defineScript\.keys: expected an integer from 0/],
  [{ lua, keys: 1.5 }, /^defineScript\.keys: /],
  [{ lua, key: 1 }, /^defineScript\.key: unknown option; did you mean keys\?$/],
  [{ SCRIPT: lua, NUMBER_OF_KEYS: 1 }, /^defineScript\.SCRIPT: unknown option; did you mean lua\?$/],
  [{ lua, numberOfKeys: 1 }, /^defineScript\.numberOfKeys: unknown option; did you mean keys\?$/],
  [{ lua, reply: 'number' }, /^defineScript\.reply: expected a function/],
  [{ lua, readonly: 1 }, /^defineScript\.readonly: expected true or false, got 1$/],
];

describe('the definition of a script', () => {
  for (const [given, message] of BAD) {
    it(`says ${message.source}`, () => {
      assert.throws(
        () => defineScript(given as never),
        (error) => error instanceof OptionsError && message.test(error.message),
      );
    });
  }

  it('has one argument', () => {
    assert.throws(
      () => (defineScript as (...given: unknown[]) => unknown)({ lua }, 1),
      /^ArgumentError: defineScript: takes one argument, got 2/,
    );
  });
});
