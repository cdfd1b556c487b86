import assert from 'node:assert/strict';
import { listedAt, replicationOf } from '../../../../lib/admin/health/replication-facts.js';
import { serverJson } from '../../../../lib/admin/health/server-json.js';
import { factsOf } from './invented-facts.js';

describe('a server for programs', () => {
  it('has its replication with offsets and lag, its memory and its persistence', () => {
    const primary = { name: '10.0.0.1:7001', facts: factsOf('primary', { info: { master_repl_offset: 5_491 } }) };
    const listed = listedAt(replicationOf(primary.facts), { host: '10.0.0.1', port: 7002 });
    const json = serverJson(factsOf('replica', { info: { uptime_in_seconds: 60 } }), { primary, listed });
    assert.deepEqual(json, {
      version: 'Redis 7.0.15',
      roundTripMs: 1,
      uptimeSeconds: 60,
      loading: false,
      replication: {
        role: 'replica',
        offset: 5_000,
        primary: '10.0.0.1:7001',
        link: 'up',
        sync: null,
        downSeconds: null,
        lagBytes: 491,
        lagSeconds: 0,
        priority: 100,
        writable: false,
      },
      memory: { usedBytes: 100 * 1024 * 1024, maxBytes: null, policy: 'noeviction' },
      persistence: { save: '3600 1', appendonly: 'no', lastSave: 'ok', lastSaveSeconds: 1, lastForkMs: 0.9 },
    });
  });

  it('lists the replicas of a primary', () => {
    const { replication } = serverJson(factsOf('primary')) as { replication: unknown };
    assert.deepEqual(replication, {
      role: 'primary',
      offset: 5_000,
      replicas: [{ address: '10.0.0.1:7002', state: 'online', offset: 5_000, lagSeconds: 0 }],
    });
  });

  it('has null for what a server does not tell', () => {
    const json = serverJson({ info: new Map(), config: new Map(), roundTripMs: 1 });
    assert.deepEqual([json.version, json.uptimeSeconds, json.memory], [null, null, { usedBytes: null, maxBytes: null, policy: null }]);
    assert.ok(JSON.stringify(json).includes('"role":null'));
  });
});
