import assert from 'node:assert/strict';
import { printable } from '../../../lib/util/printable.js';

const cases: readonly (readonly [what: string, text: string, expected: string])[] = [
  ['plain text', 'ERR unknown command, Größe 東京 🚀', 'ERR unknown command, Größe 東京 🚀'],
  ['a backslash', 'a\\nb', 'a\\nb'],
  ['lines', 'a\r\nb\tc', 'a\\r\\nb\\tc'],
  ['a terminal escape', '\x1b[2Jx', '\\u001b[2Jx'],
  ['one of eight bits', '\x9b2J\x9d0;title\x9c', '\\u009b2J\\u009d0;title\\u009c'],
  ['NUL, BEL, backspace and DEL', '\0\x07\b\x7f', '\\u0000\\u0007\\u0008\\u007f'],
  ['the direction of text', 'a\u202eb\u2066c\u2069\u200f\u061c', 'a\\u202eb\\u2066c\\u2069\\u200f\\u061c'],
  ['line and paragraph separators', 'a\u2028b\u2029c\x85', 'a\\u2028b\\u2029c\\u0085'],
  ['what has no width', 'a\u200b\ufeffb', 'a\\u200b\\ufeffb'],
  ['invisible tags beyond 16 bits', 'a\u{e0041}', 'a\\udb40\\udc41'],
  ['halves of a character', 'a\ud83d', 'a\\ud83d'],
];

describe('printable text', () => {
  for (const [what, text, expected] of cases) {
    it(`has ${what} as ${JSON.stringify(expected)}`, () => assert.equal(printable(text), expected));
    it(`is the same in JSON with ${what}`, () => assert.equal(JSON.parse(printable(JSON.stringify(text))), text));
  }

  it('keeps what it is told to keep', () => assert.equal(printable('a\n\tb\x1b', '\n\t'), 'a\n\tb\\u001b'));
});
