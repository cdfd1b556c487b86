import assert from 'node:assert/strict';
import { wayOf } from '../../../../lib/admin/run/move-way.js';
import { commonDialect } from '../../../../lib/admin/state/migration-jobs.js';

const PLAIN = { atomic: 'auto', replace: false, waitReplicas: 0 } as const;

describe('the way in which slots move', () => {
  it('is that of servers of one product that both can', () => {
    assert.equal(commonDialect({ from: 'valkey', to: 'valkey' }), 'valkey');
    assert.equal(commonDialect({ from: 'redis', to: 'redis' }), 'redis');
    for (const other of ['redis', null] as const) assert.equal(commonDialect({ from: 'valkey', to: other }), null);
    assert.deepEqual(wayOf({ replace: false }, 'redis', PLAIN), { atomic: 'redis' });
  });

  it('is key by key without a word where nothing else can be expected', () => {
    const silent = { atomic: null, because: null };
    assert.deepEqual(wayOf({ replace: false }, null, { ...PLAIN, waitReplicas: 1 }), silent);
    assert.deepEqual(wayOf({ replace: true }, 'valkey', PLAIN), silent);
    assert.deepEqual(wayOf({ replace: false }, 'valkey', { ...PLAIN, atomic: 'never' }), silent);
  });

  it('is key by key, and why is told, where the servers could do better', () => {
    for (const [limits, because] of [
      [{ ...PLAIN, replace: true }, /overwritten/],
      [{ ...PLAIN, waitReplicas: 1 }, /no replicas/],
    ] as const) {
      const way = wayOf({ replace: false }, 'valkey', limits);
      assert.match(way.atomic === null ? (way.because ?? '') : '', because);
    }
  });
});
