import assert from 'node:assert/strict';
import { createClient, createCluster, createSentinel } from '../../../../lib/entries/node-redis/index.js';
import { warningsOf } from './warnings.js';

describe('what clients of node-redis have, and these do not', () => {
  it('is warned of once where it has no effect', async () => {
    const client = createClient();
    const pool = await warningsOf(() => [client.createPool({ maximum: 3 }), client.createPool({ maximum: 4 }), client.createPool()]);
    assert.equal(pool.length, 1);
    assert.match(pool[0] ?? '', /createPool\(\{ maximum \}\): it has no effect.*createClientPool/);
    const sentinel = createSentinel({ name: 'main', sentinelRootNodes: [{ host: '127.0.0.1', port: 26_379 }] });
    const tracer = await warningsOf(() => [sentinel.setTracer([]), sentinel.setTracer()]);
    assert.equal(tracer.length, 1);
    assert.match(tracer[0] ?? '', /setTracer\(\): it has no effect/);
  });

  it('is refused where a program would read it', () => {
    const cluster = createCluster({ rootNodes: [{ url: 'redis://127.0.0.1:7000' }] });
    assert.throws(() => cluster.pubSubNode, /pubSubNode: .*subscribe\(channel, listener\)/);
  });
});
