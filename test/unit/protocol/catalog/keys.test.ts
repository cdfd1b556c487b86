import assert from 'node:assert/strict';
import { COMMAND_TABLE } from '../../../../lib/protocol/catalog/command-table.js';
import { firstKey, keyIndexes } from '../../../../lib/protocol/catalog/keys.js';
import { command, specOf, unknownCommand } from '../../../../lib/protocol/catalog/specs.js';
import { type Arg, type CommandSpec, KEYLESS, type KeySpec } from '../../../../lib/protocol/command-spec.js';
import { AMBIGUOUS_CALLS, KEY_CALLS, PLACED_CALLS, wordsOf } from '../../../spec/key-calls.js';

const calls = [KEY_CALLS, AMBIGUOUS_CALLS, PLACED_CALLS].flatMap(wordsOf);

const keysOf = (words: readonly Arg[]): (Arg | undefined)[] => {
  const { spec, args } = specOf(words);
  return keyIndexes(spec, args).map((index) => args[index]);
};

describe('keys of a command', () => {
  for (const words of calls) {
    it(`are found in ${words.map((word) => word || '""').join(' ')}`, () => {
      const expected = words.filter((word) => word.startsWith('@'));
      assert.deepEqual(keysOf(words), expected);
      const { spec, args } = specOf(words);
      assert.equal(firstKey(spec, args), expected[0]);
    });
  }

  it('are covered by a call for every command that has some', () => {
    const covered = new Set(calls.map((words) => specOf(words).spec.name));
    const keyed = Object.keys(COMMAND_TABLE).filter((name) => (command(name).flags & KEYLESS) === 0);
    assert.deepEqual(
      keyed.filter((name) => !covered.has(name)),
      [],
    );
    assert.ok(keyed.length > 200, `only ${keyed.length} commands with keys`);
  });

  it('are found whatever the case and type of the words around them', () => {
    const bytes = Buffer.from;
    const cases: [Arg[], Arg[]][] = [
      [
        ['eval', 'return', 2, 'a', 'b', 'c'],
        ['a', 'b'],
      ],
      [
        ['eval', 'return', 2n, 'a', 'b', 'c'],
        ['a', 'b'],
      ],
      [['eval', 'return', bytes('1'), 'a', 'b'], ['a']],
      [
        [bytes('xread'), bytes('Streams'), 'a', 'b', 0, 0],
        ['a', 'b'],
      ],
      [
        ['sort', 1, 'Store', 2],
        [1, 2],
      ],
      [['config', 'get', 'a'], []],
      [['object', bytes('encoding'), 7], [7]],
      [['migrate', 'h', 1, bytes(''), 0, 1, 'keys', 'a'], ['a']],
    ];
    for (const [words, keys] of cases) assert.deepEqual(keysOf(words), keys);
  });

  it('are what is there when the call is malformed', () => {
    const cases: [string, string[]][] = [
      ['EVAL return', []],
      ['EVAL return many a b', []],
      ['EVAL return -1 a', []],
      ['EVAL return 1.5 a b', []],
      ['EVAL return 3 a b', ['a', 'b']],
      ['EVAL return 99999999999999999999 a', []],
      ['ZUNIONSTORE to', ['to']],
      ['ZUNIONSTORE to x a', ['to']],
      ['XREAD COUNT 1', []],
      ['XREAD STREAMS', []],
      ['XREAD STREAMS a', []],
      ['XREAD STREAMS a b 0', ['a']],
      ['XREAD COUNT STREAMS a 0', []],
      ['XREADGROUP NEWS g c STREAMS a >', ['a']],
      ['XREADGROUP GROUP', []],
      ['MSET a 1 b', ['a', 'b']],
      ['BLPOP 0', []],
      ['RENAME a', ['a']],
      ['GET', []],
      ['SORT', []],
      ['SORT a STORE', ['a']],
      ['SORT a LIMIT', ['a']],
      ['SORT_RO', []],
      ['GEORADIUS a 0 0 1 m STORE', ['a']],
      ['MIGRATE host', []],
      ['MIGRATE host 1 "" 0 10', ['']],
      ['MIGRATE host 1 "" 0 10 KEYS', []],
      ['OBJECT ENCODING', []],
    ];
    for (const [call, keys] of cases) assert.deepEqual(keysOf(wordsOf(call)[0] ?? []), keys, call);
  });

  it('are never searched beyond the arguments, whatever these are', () => {
    const words: Arg[] = ['STREAMS', 'KEYS', 'STORE', 'LIMIT', '', '0', '1', '3', '-1', 'NaN', '1e9', 2, -3, 5n, Buffer.from('9')];
    let seed = 1;
    const random = (below: number): number => {
      seed = (seed * 48271) % 2147483647;
      return seed % below;
    };
    for (const name of Object.keys(COMMAND_TABLE)) {
      const spec = command(name);
      for (let round = 0; round < 20; round++) {
        const args = Array.from({ length: random(8) }, () => words[random(words.length)] ?? '');
        const indexes = keyIndexes(spec, args);
        const valid = indexes.every((index) => Number.isInteger(index) && index >= 0 && index < args.length);
        assert.ok(valid, `${name} ${args.join(' ')}: ${indexes}`);
        assert.equal(new Set(indexes).size, indexes.length, `${name} ${args.join(' ')}: ${indexes}`);
      }
    }
  });

  const range = { last: -1, step: 1, limit: 0 };
  const learnt: readonly (readonly [what: string, keySpec: KeySpec, args: string, keys: string])[] = [
    ['behind a keyword', { begin: { keyword: 'KEYS', from: 1 }, find: range }, 'x keys @a @b', '@a @b'],
    ['behind a keyword, looked for from the end', { begin: { keyword: 'KEYS', from: -2 }, find: range }, 'KEYS x KEYS @a @b', '@a @b'],
    ['behind a keyword that is missing', { begin: { keyword: 'KEYS', from: 1 }, find: range }, 'x y', ''],
    ['in the first half', { begin: { keyword: 'STREAMS', from: 1 }, find: { last: -1, step: 1, limit: 2 } }, 'STREAMS @a @b 0 0', '@a @b'],
    ['as many as a number says', { begin: { index: 1 }, find: { keynum: 0, first: 1, step: 2 } }, '2 @a 1 @b 2 x', '@a @b'],
    ['as many as what is no number says', { begin: { index: 1 }, find: { keynum: 0, first: 1, step: 1 } }, 'x a', ''],
    ['where the server cannot say', { begin: 'unknown', find: 'unknown' }, 'a b', ''],
  ];
  for (const [what, keySpec, text, keys] of learnt) {
    it(`are found ${what}, in a command that a server described`, () => {
      const spec: CommandSpec = { ...unknownCommand('M.X'), arity: -2, firstKey: -2, keySpecs: [keySpec] };
      const args = text.split(' ');
      assert.equal(
        keyIndexes(spec, args)
          .map((index) => args[index])
          .join(' '),
        keys,
      );
    });
  }

  it('are not guessed for a command the table does not know', () => {
    assert.deepEqual(keyIndexes(unknownCommand('JSON.GET'), ['doc', '$']), []);
    assert.equal(firstKey(unknownCommand('JSON.GET'), ['doc', '$']), undefined);
  });
});
