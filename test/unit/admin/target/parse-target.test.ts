import assert from 'node:assert/strict';
import { parseTarget } from '../../../../lib/admin/target/parse-target.js';
import { OptionsError } from '../../../../lib/errors.js';
import { addressKey } from '../../../../lib/options/address.js';

describe('the words that name servers', () => {
  const cases: readonly (readonly [words: readonly string[], kind: string | null, addresses: readonly string[], name: string | null])[] = [
    [['10.0.0.1'], null, ['10.0.0.1:6379'], null],
    [['10.0.0.1:7000', '10.0.0.2:7000', '10.0.0.1:7000'], null, ['10.0.0.1:7000', '10.0.0.2:7000'], null],
    [['[::1]:7000'], null, ['[::1]:7000'], null],
    [['/run/redis.sock'], null, ['/run/redis.sock'], null],
    [['unix:///run/redis.sock'], null, ['/run/redis.sock'], null],
    [['redis://10.0.0.1'], null, ['10.0.0.1:6379'], null],
    [['rediss://a:1', 'rediss://b:1'], null, ['a:1', 'b:1'], null],
    [['redis+replication://a,b:7'], 'replication', ['a:6379', 'b:7'], null],
    [['redis+cluster://a:1,b:2?timeoutMs=5'], 'cluster', ['a:1', 'b:2'], null],
    [['valkey+sentinel://a,b:7/main'], 'sentinel', ['a:26379', 'b:7'], 'main'],
  ];
  for (const [words, kind, addresses, name] of cases) {
    it(`${words.join(' ')} are ${addresses.join(' and ')}${kind === null ? '' : ` of ${kind}`}`, () => {
      const target = parseTarget(words);
      assert.deepEqual([target.kind, target.addresses.map(addressKey), target.name], [kind, addresses, name]);
    });
  }

  it('bring the login and TLS of their URL along', () => {
    assert.deepEqual(parseTarget(['rediss://me:secret@a']).access, { username: 'me', password: 'secret', tls: true });
    const { access, sentinelAccess } = parseTarget(['rediss+sentinel://me:secret@a/main?sentinelPassword=own']);
    assert.deepEqual(access, { username: 'me', password: 'secret', tls: true });
    assert.equal(sentinelAccess.password, 'own');
    assert.equal(sentinelAccess.tls, true);
  });

  for (const words of [
    [],
    ['a b'],
    ['a:0'],
    ['a:99999'],
    ['redis+sentinel://a'],
    ['redis+cluster://a', 'b'],
    ['http://a'],
    ['redis://me:se@cret@a'],
  ]) {
    it(`${words.join(' ') || 'none'} are refused without showing what may be a secret`, () => {
      assert.throws(
        () => parseTarget(words),
        (error) => error instanceof OptionsError && !error.message.includes('cret'),
      );
    });
  }
});
