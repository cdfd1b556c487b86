import assert from 'node:assert/strict';
import { isSince, versionOf } from '../../../../lib/admin/health/server-version.js';
import { factsOf } from './invented-facts.js';

describe('the version of a server', () => {
  it('is the one of its own name', () => {
    assert.equal(versionOf(factsOf('primary')), 'Redis 7.0.15');
    assert.equal(versionOf(factsOf('primary', { info: { redis_version: '7.2.4', valkey_version: '9.1.2' } })), 'Valkey 9.1.2');
    assert.equal(versionOf(factsOf('primary', { info: { redis_version: null } })), null);
  });

  it('is compared with versions of its own product alone, number by number', () => {
    const valkey = factsOf('primary', { info: { redis_version: '7.2.4', valkey_version: '9.1.2' } });
    const redis = factsOf('primary', { info: { redis_version: '8.10.0' } });
    assert.deepEqual(
      [
        isSince(valkey, 'Valkey', [9, 1]),
        isSince(valkey, 'Valkey', [9, 2]),
        isSince(valkey, 'Redis', [7, 0]),
        isSince(redis, 'Redis', [8, 4]),
      ],
      [true, false, false, true],
    );
    assert.equal(isSince(factsOf('primary', { info: { redis_version: null } }), 'Redis', [1, 0]), false);
  });
});
