import assert from 'node:assert/strict';
import type { ClientOptions } from '../../../../lib/options/client-options.js';
import { resolveOptions } from '../../../../lib/options/resolve.js';
import { command, specOf, unknownCommand } from '../../../../lib/protocol/catalog/specs.js';
import type { Arg, Raw } from '../../../../lib/protocol/command-spec.js';
import { DomainTable } from '../../../../lib/routing/keys/domain-table.js';
import { type KeyPrefix, PrefixTable } from '../../../../lib/routing/keys/key-prefix.js';
import { prefixed, prefixKeys } from '../../../../lib/routing/keys/prefixed-command.js';
import { AMBIGUOUS_CALLS, KEY_CALLS, PLACED_CALLS, wordsOf } from '../../../spec/key-calls.js';

/** The prefix of a client with these options, or of its domain. */
function prefixOf(options: ClientOptions, domain?: string): KeyPrefix | null {
  const resolved = resolveOptions(options);
  const domains = new DomainTable(resolved.domains);
  return new PrefixTable(resolved, domains).of(domain === undefined ? null : (domains.byName(domain) ?? assert.fail(domain)));
}

const APP = prefixOf({ keyPrefix: 'app:' }) ?? assert.fail();

function sent(prefix: KeyPrefix, words: readonly Arg[]): Arg[] {
  const { spec, args } = specOf(words);
  return [...words.slice(0, spec.words), ...prefixKeys(prefix, spec, args)];
}

/** What a caller gets for the raw reply to a command. */
function got(prefix: KeyPrefix, name: string, raw: Raw): unknown {
  const { decode } = prefixed(prefix, { spec: command(name), args: [], decode: null });
  return decode === null ? raw : decode(raw, [], 0);
}

/** Patterns of keys, which are keys for nobody but the prefix. */
const PATTERN_CALLS: readonly [call: string, sent: string][] = [
  ['SORT k BY w_* LIMIT 0 1 GET # GET o_* ASC ALPHA', 'SORT app:k BY app:w_* LIMIT 0 1 GET # GET app:o_* ASC ALPHA'],
  ['SORT k by w_*->f get o_*->g STORE to', 'SORT app:k by app:w_*->f get app:o_*->g STORE app:to'],
  ['SORT k BY store LIMIT 0 store GET store STORE to', 'SORT app:k BY app:store LIMIT 0 store GET app:store STORE app:to'],
  ['SORT k LIMIT BY GET GET by', 'SORT app:k LIMIT BY GET GET app:by'],
  ['SORT k STORE by GET x', 'SORT app:k STORE app:by GET app:x'],
  ['SORT k BY', 'SORT app:k BY'],
  ['SORT_RO k BY w_* GET o_*', 'SORT_RO app:k BY app:w_* GET app:o_*'],
  ['KEYS *', 'KEYS app:*'],
  ['KEYS user:?[ab]', 'KEYS app:user:?[ab]'],
  ['SCAN 0', 'SCAN 0 MATCH app:*'],
  ['SCAN 5 COUNT 10 TYPE hash', 'SCAN 5 COUNT 10 TYPE hash MATCH app:*'],
  ['SCAN 0 COUNT 10 match user:*', 'SCAN 0 COUNT 10 match app:user:*'],
  ['SCAN 0 TYPE match', 'SCAN 0 TYPE match MATCH app:*'],
  ['SCAN 0 MATCH', 'SCAN 0 MATCH'],
  ['CLUSTERSCAN 0 MATCH a*', 'CLUSTERSCAN 0 MATCH app:a*'],
  ['CLUSTERSCAN 0-{06S}-0', 'CLUSTERSCAN 0-{06S}-0 MATCH app:*'],
];

const REPLIES: readonly [command: string, raw: Raw, got: Raw][] = [
  ['KEYS', ['app:a', 'app:', 'app:app:b'], ['a', '', 'app:b']],
  ['KEYS', [Buffer.from('app:a'), Buffer.from([97, 112, 112, 58, 255])], [Buffer.from('a'), Buffer.from([255])]],
  ['RANDOMKEY', 'app:a', 'a'],
  ['RANDOMKEY', 'other', null],
  ['RANDOMKEY', null, null],
  ['SCAN', ['17', ['app:a', 'app:b']], ['17', ['a', 'b']]],
  ['CLUSTERSCAN', ['0', []], ['0', []]],
  ['BLPOP', ['app:a', 'app:element'], ['a', 'app:element']],
  ['BRPOP', null, null],
  ['LMPOP', ['app:a', ['app:x']], ['a', ['app:x']]],
  ['BLMPOP', ['app:a', ['x']], ['a', ['x']]],
  ['ZMPOP', ['app:a', [['m', 1]]], ['a', [['m', 1]]]],
  ['BZMPOP', [Buffer.from('app:a'), [['m', 1]]], [Buffer.from('a'), [['m', 1]]]],
  ['BZPOPMIN', ['app:a', 'm', 1], ['a', 'm', 1]],
  ['BZPOPMAX', ['app:a', 'm', 1], ['a', 'm', 1]],
  ['XREAD', [['app:a', [['1-1', ['f', 'v']]]]], [['a', [['1-1', ['f', 'v']]]]]],
  ['XREAD', ['app:a', [['1-1', ['f', 'v']]], 'app:b', []], ['a', [['1-1', ['f', 'v']]], 'b', []]],
  ['XREADGROUP', { 'app:a': [] }, { a: [] }],
  ['XREADGROUP', null, null],
  ['GET', 'app:a', 'app:a'],
  ['SMEMBERS', ['app:a'], ['app:a']],
];

describe('key prefix', () => {
  for (const words of [KEY_CALLS, AMBIGUOUS_CALLS].flatMap(wordsOf)) {
    // These have patterns too, and cases of their own.
    if (words[0]?.startsWith('SORT') && words.some((word) => word === 'BY' || word === 'GET')) continue;
    it(`stands before the keys of ${words.map((word) => word || '""').join(' ')}, and before nothing else`, () => {
      assert.deepEqual(
        sent(APP, words),
        words.map((word) => (word.startsWith('@') ? `app:${word}` : word)),
      );
    });
  }

  for (const [call, expected] of PATTERN_CALLS) {
    it(`makes ${call} ${expected}`, () => assert.deepEqual(sent(APP, call.split(' ')), expected.split(' ')));
  }

  it('leaves channels alone, though they have slots', () => {
    for (const words of wordsOf(PLACED_CALLS)) {
      if (words[0] !== 'CLUSTERSCAN') assert.deepEqual(sent(APP, words), words);
    }
    for (const words of [['PUBLISH', 'c', 'm'], ['CLUSTER', 'KEYSLOT', 'k'], ['COMMAND', 'GETKEYS', 'GET', 'k'], ['PING']]) {
      assert.deepEqual(sent(APP, words), words);
    }
  });

  it('stands before keys that are numbers or bytes', () => {
    const bytes = Uint8Array.from([255, 0, 42]);
    assert.deepEqual(sent(APP, ['MGET', 1, 2n, bytes]), [
      'MGET',
      'app:1',
      'app:2',
      Buffer.concat([Buffer.from('app:'), Buffer.from([255, 0, 42])]),
    ]);
  });

  it('stands before any typed array and DataView', () => {
    const memory = new TextEncoder().encode('_key1_').buffer;
    for (const key of [new DataView(memory, 1, 4), new Uint16Array(memory, 2, 2), new Float32Array(memory, 0, 1), new Int8Array(memory)]) {
      const own = Buffer.from(key.buffer, key.byteOffset, key.byteLength);
      assert.deepEqual(sent(APP, ['GET', key]), ['GET', Buffer.concat([Buffer.from('app:'), own])]);
    }
  });

  it('does not make keys of what is none', () => {
    for (const wrong of [undefined, null, Number.NaN, {}, true])
      assert.deepEqual(sent(APP, ['GET', wrong as unknown as Arg]), ['GET', wrong]);
    const gone = new Uint8Array(4);
    structuredClone(gone.buffer, { transfer: [gone.buffer] });
    assert.deepEqual(sent(APP, ['GET', gone]), ['GET', gone]);
  });

  it("does not touch the caller's arguments", () => {
    const args = ['a', 'b'];
    prefixKeys(APP, command('MGET'), args);
    assert.deepEqual(args, ['a', 'b']);
  });

  it('means itself in patterns', () => {
    const odd = prefixOf({ keyPrefix: 'a?[b]\\' }) ?? assert.fail();
    assert.deepEqual(sent(odd, ['KEYS', 'x*']), ['KEYS', 'a\\?\\[b\\]\\\\x*']);
    assert.deepEqual(sent(odd, ['SORT', 'k', 'BY', 'w_*']), ['SORT', 'a?[b]\\k', 'BY', 'a?[b]\\w_*']);
  });

  it('stands before the keys that a server has told of a command the table does not know', () => {
    const learnt = { ...unknownCommand('JSON.GET'), arity: -2, firstKey: 0, lastKey: 0, keyStep: 1 };
    assert.deepEqual(prefixKeys(APP, learnt, ['doc', '$']), ['app:doc', '$']);
    assert.deepEqual(prefixKeys(APP, unknownCommand('JSON.GET'), ['doc', '$']), ['doc', '$']);
  });

  for (const [name, raw, expected] of REPLIES) {
    it(`is not in what a caller of ${name} gets for ${JSON.stringify(raw)}`, () => assert.deepEqual(got(APP, name, raw), expected));
  }

  it('is taken away before the decoder sees the reply, which gets errors as they are', () => {
    const seen: Raw[] = [];
    const step = { spec: command('BLPOP'), args: ['a', 0], decode: (raw: Raw, args: readonly Arg[]) => seen.push(raw, [...args] as Raw) };
    const { args, decode } = prefixed(APP, step);
    const error = new Error('WRONGTYPE');
    decode?.(['app:a', 'e'], args, 0);
    decode?.(error, args, 0);
    assert.deepEqual(seen, [['a', 'e'], ['app:a', 0], error, ['app:a', 0]]);
  });
});

describe('key prefixes of domains', () => {
  const options: ClientOptions = {
    keyPrefix: 'app:',
    domains: {
      video: { keys: 'video:*', keyPrefix: 'v:' },
      raw: { keys: 'raw:*', keyPrefix: '' },
      same: { keys: 'same:*' },
      named: { keyPrefix: 'n:' },
    },
  };
  const byKey = prefixOf(options) ?? assert.fail();

  it('are chosen by the key as the program writes it', () => {
    assert.deepEqual(sent(byKey, ['MGET', 'video:1', 'raw:1', 'same:1', 'other', 'v:1', 'app:video:1', Buffer.from('video:2')]), [
      'MGET',
      'v:video:1',
      'raw:1',
      'app:same:1',
      'app:other',
      'app:v:1',
      'app:app:video:1',
      Buffer.from('v:video:2'),
    ]);
    assert.deepEqual(sent(byKey, ['KEYS', 'video:*']), ['KEYS', 'v:video:*']);
    assert.deepEqual(sent(byKey, ['SCAN', 0, 'MATCH', 'raw:*']), ['SCAN', 0, 'MATCH', 'raw:*']);
  });

  it('are taken off again, and keys that the program has no name for are left out', () => {
    const keys = ['v:video:1', 'app:other', 'app:video:1', 'v:other', 'raw:1', 'app:raw:1', 'nobody'];
    assert.deepEqual(got(byKey, 'KEYS', keys), ['video:1', 'other', 'raw:1']);
    assert.deepEqual(got(byKey, 'BLPOP', ['v:video:1', 'e']), ['video:1', 'e']);
  });

  it('hold for every key of a domain that was named', () => {
    const video = prefixOf(options, 'video') ?? assert.fail();
    assert.deepEqual(sent(video, ['MGET', 'video:1', 'raw:1', 'x']), ['MGET', 'v:video:1', 'v:raw:1', 'v:x']);
    assert.deepEqual(got(video, 'KEYS', ['v:raw:1', 'v:x']), ['raw:1', 'x']);
    assert.deepEqual(sent(prefixOf(options, 'named') ?? assert.fail(), ['GET', 'x']), ['GET', 'n:x']);
  });

  it('cost nothing where there are none', () => {
    assert.equal(prefixOf({}), null);
    assert.equal(prefixOf({ keyPrefix: '' }), null);
    assert.equal(prefixOf({ domains: { a: { keys: 'a:*' }, b: { keyPrefix: 'b:' } } }), null);
    assert.equal(prefixOf(options, 'raw'), null);
  });
});
