import assert from 'node:assert/strict';
import { commandWithoutKey } from '../../../../lib/admin/explain/missing-key.js';

describe('a command without its key', () => {
  const cases: readonly (readonly [words: string, expected: string | null])[] = [
    ['GET', 'GET'],
    ['get', 'GET'],
    ['GET a', null],
    ['SET a', null],
    ['MGET', 'MGET'],
    ['MSET a', null],
    ['object encoding', 'OBJECT ENCODING'],
    ['OBJECT ENCODING a', null],
    ['BITOP AND', 'BITOP'],
    ['XREAD COUNT', 'XREAD'],
    ['XREAD STREAMS a 0', null],
    ['EVAL script', 'EVAL'],
    ['EVAL script 0', null],
    ['EVAL script 1 a', null],
    ['PING', null],
    ['CONFIG GET', null],
    ['PUBLISH channel', null],
    ['SPUBLISH', 'SPUBLISH'],
    ['SPUBLISH channel', null],
    ['MODULE.COMMAND', null],
  ];
  for (const [words, expected] of cases) {
    it(`${words}: ${expected ?? 'can be explained'}`, () => {
      assert.equal(commandWithoutKey(words.split(' ')), expected);
    });
  }
});
