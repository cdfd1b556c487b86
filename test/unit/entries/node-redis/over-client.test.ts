import assert from 'node:assert/strict';
import { createClient, createCluster, NotSupportedError, RedisClient, RedisCluster } from '../../../../lib/entries/node-redis/index.js';
import { createClient as createNative } from '../../../../lib/index.js';
import { warningsOf } from './warnings.js';

describe('a client of node-redis over one of the library', () => {
  it('is made by what takes options otherwise', async () => {
    await using client = createNative('redis://127.0.0.1:1');
    assert.ok(createClient(client) instanceof RedisClient);
    assert.ok(createCluster(client) instanceof RedisCluster);
    const made = createClient({ url: 'redis://127.0.0.1:1' });
    assert.ok(made instanceof RedisClient);
    assert.equal(made.options.socket?.port, 1);
    for (const one of [made, createClient(client), createCluster(client)]) assert.deepEqual([one.native, one.isOpen], [null, false]);
  });

  it('has the options that concern it, and warns of the others', async () => {
    await using client = createNative('redis://127.0.0.1:1');
    let options: object = {};
    const warned = await warningsOf(() => {
      ({ options } = createClient(client, { keyPrefix: 'a:', url: 'redis://elsewhere' } as object));
    });
    assert.deepEqual(options, { keyPrefix: 'a:' });
    assert.equal(warned.length, 1);
    assert.match(String(warned[0]), /url over a client/);
  });

  it('has duplicates on the same client alone', async () => {
    await using client = createNative('redis://127.0.0.1:1');
    assert.deepEqual(createClient(client).duplicate({ keyPrefix: 'b:' }).options, { keyPrefix: 'b:' });
    assert.throws(() => createClient(client).duplicate({ database: 1 }), /^Error: duplicate\(\): /);
    assert.throws(() => createCluster(client).duplicate({ useReplicas: true }), NotSupportedError);
  });

  it('ends with that one, and cannot open again', async () => {
    const client = createNative('redis://127.0.0.1:1');
    const redis = createClient(client);
    await client.close();
    await assert.rejects(redis.connect());
    assert.equal(redis.isOpen, false);
  });
});
