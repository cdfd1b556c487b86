import assert from 'node:assert/strict';
import { typeText } from '../../../lib/util/type-text.js';

const { proxy: unreadable, revoke } = Proxy.revocable({}, {});
revoke();

const CASES: readonly (readonly [value: unknown, text: string])[] = [
  [undefined, 'undefined'],
  [null, 'null'],
  ['', 'an empty text'],
  ['x', 'text'],
  [5, 'a number'],
  [5n, 'a bigint'],
  [true, 'a boolean'],
  [[], 'a list'],
  [{ password: 'x' }, 'an object'],
  [() => 1, 'a function'],
  [Symbol('x'), 'a symbol'],
  [Buffer.from('x'), 'a Uint8Array'],
  [new Map(), 'a Map'],
  [new ArrayBuffer(1), 'an ArrayBuffer'],
  [unreadable, 'an object'],
];

describe('the type of a value as text', () => {
  for (const [at, [value, text]] of CASES.entries()) it(`is ${text} (${at})`, () => assert.equal(typeText(value), text));
});
