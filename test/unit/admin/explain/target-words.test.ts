import assert from 'node:assert/strict';
import { targetWords } from '../../../../lib/admin/explain/target-words.js';
import { addressKey } from '../../../../lib/options/address.js';
import type { ClientOptions } from '../../../../lib/options/client-options.js';
import { cluster, seedsOf } from '../../../../lib/options/topology.js';

const FILE: ClientOptions = { topology: cluster(['f:1']), reads: 'replica' };
type Expected = readonly [kind: string, seeds: string, isUnknown: boolean, command: string];

describe('the words of explain', () => {
  const cases: readonly (readonly [words: string, file: ClientOptions, expected: Expected | null])[] = [
    ['a:1 GET k', {}, ['replication', 'a:1', true, 'GET k']],
    ['redis://a:1 GET k', {}, ['replication', 'a:1', true, 'GET k']],
    ['redis+replication://a:1,b:2 GET k', {}, ['replication', 'a:1 b:2', false, 'GET k']],
    ['redis+sentinel://a,b/name GET k', {}, ['sentinel', 'a:26379 b:26379', false, 'GET k']],
    ['rediss+cluster://[::1]:7 GET k', {}, ['cluster', '[::1]:7', false, 'GET k']],
    ['/run/redis.sock GET k', {}, ['replication', '/run/redis.sock', true, 'GET k']],
    ['unix:///run/redis.sock GET k', {}, ['replication', '/run/redis.sock', true, 'GET k']],
    ['localhost GET k', {}, ['replication', 'localhost:6379', true, 'GET k']],
    ['GET k', FILE, ['cluster', 'f:1', false, 'GET k']],
    ['a:1 GET k', FILE, ['replication', 'a:1', true, 'GET k']],
    ['a:1', {}, ['replication', 'a:1', true, '']],
    ['', {}, null],
  ];
  for (const [words, file, expected] of cases) {
    it(`are read: ${words}${file === FILE ? ', with a topology in the file' : ''}`, () => {
      const found = targetWords(words.split(' '), file);
      if (found === null || expected === null) return assert.equal(found, expected);
      const { options, isUnknown, command } = found;
      const seeds = seedsOf(options.topology).map(addressKey).join(' ');
      assert.deepEqual([options.topology.kind, seeds, isUnknown, command.join(' ')], expected);
      assert.equal(options.reads, file.reads);
    });
  }

  it('take the parameters and the login of a URL', () => {
    const found = targetWords(['rediss://me:p@a?reads=nearest', 'GET', 'k'], { reads: 'replica' });
    assert.equal(found?.options.reads, 'nearest');
    assert.deepEqual({ ...found?.options.topology.url }, { username: 'me', password: 'p', tls: true });
  });

  it('are refused where the URL is none, without its secrets', () => {
    for (const word of ['http://a:1', 'redis://a:1/x', 'redis://a?colour=red', 'redis+sentinel://a', 'redis://u:hunter2']) {
      assert.throws(
        () => targetWords([word, 'GET', 'k'], {}),
        ({ name, message }: Error) => name === 'OptionsError' && !message.includes('hunter2'),
        word,
      );
    }
  });
});
