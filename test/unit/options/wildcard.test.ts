import assert from 'node:assert/strict';
import { compilePattern, overlap } from '../../../lib/options/wildcard.js';

const MATCHES: readonly (readonly [pattern: string, yes: readonly string[], no: readonly string[]])[] = [
  ['video:1', ['video:1'], ['video:11', 'xvideo:1', '']],
  ['video:*', ['video:', 'video:1', 'video:*'], ['video', 'xvideo:1', 'Video:1']],
  ['*:meta', [':meta', 'a:meta', 'a:meta:meta'], ['a:meta:x', 'meta']],
  ['user:*:cart', ['user::cart', 'user:1:cart', 'user:1:cart:cart'], ['user:cart', 'user:1:carts']],
  ['*a*', ['a', 'bab'], ['', 'b']],
  ['a*b*c', ['abc', 'aXbYc', 'abbcc'], ['acb', 'ab', 'ac']],
  ['ab*ba', ['abba', 'abXba'], ['aba', 'ab']],
  ['a*aa*a', ['aaaa'], ['aaa']],
  ['*', ['', 'x'], []],
  ['a**b', ['ab', 'axb'], ['a']],
  ['a.c[1]?', ['a.c[1]?'], ['abc1x', 'a.c1?']],
  ['', [''], ['a']],
];

const OVERLAPS: readonly (readonly [a: string, b: string, overlaps: boolean])[] = [
  ['video:*', 'video:*', true],
  ['video:*', 'music:*', false],
  ['video:*', '*:video', true],
  ['a*', '*b', true],
  ['a*b', 'a*c', false],
  ['a*b', '*', true],
  ['user:*:x', 'user:*:y', false],
  ['user:*:x', 'user:1:*', true],
  ['abc', 'abc', true],
  ['abc', 'abd', false],
  ['abc', 'ab', false],
  ['a*c', 'abc', true],
  ['*ab*', '*ba*', true],
  ['ab*', 'b*', false],
  ['', '*', true],
  ['', 'a*', false],
];

describe('a wildcard pattern', () => {
  for (const [source, yes, no] of MATCHES) {
    it(`${JSON.stringify(source)} matches what it should, and nothing else`, () => {
      const pattern = compilePattern(source);
      for (const text of yes) assert.equal(pattern.matches(text), true, JSON.stringify(text));
      for (const text of no) assert.equal(pattern.matches(text), false, JSON.stringify(text));
    });
  }

  it('counts the literal part', () => {
    assert.equal(compilePattern('user:*:cart').literalLength, 10);
    assert.equal(compilePattern('*').literalLength, 0);
  });

  for (const [a, b, expected] of OVERLAPS) {
    it(`${JSON.stringify(a)} and ${JSON.stringify(b)} ${expected ? 'can' : 'cannot'} match one text`, () => {
      assert.equal(overlap(compilePattern(a), compilePattern(b)), expected);
      assert.equal(overlap(compilePattern(b), compilePattern(a)), expected);
    });
  }

  it('agrees with trying every short text', () => {
    const texts = words(['a', 'b'], 6);
    const patterns = words(['a', 'b', '*'], 3).map(compilePattern);
    for (const a of patterns) {
      for (const b of patterns) {
        const found = texts.some((text) => a.matches(text) && b.matches(text));
        assert.equal(overlap(a, b), found, `${a.text} and ${b.text}`);
      }
    }
  });

  it('matches as the same regular expression does', () => {
    for (const source of words(['a', 'b', '*'], 4)) {
      const expression = new RegExp(`^${source.replaceAll('*', '.*')}$`);
      const { matches } = compilePattern(source);
      for (const text of words(['a', 'b'], 5)) assert.equal(matches(text), expression.test(text), `${source} ${text}`);
    }
  });
});

/** Every word of up to `length` letters. */
function words(letters: readonly string[], length: number): string[] {
  const all = [''];
  for (const word of all) if (word.length < length) all.push(...letters.map((letter) => word + letter));
  return all;
}
