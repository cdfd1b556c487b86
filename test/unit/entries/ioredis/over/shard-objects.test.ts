import assert from 'node:assert/strict';
import { ShardObjects } from '../../../../../lib/entries/ioredis/over/shard-objects.js';
import type { Redis } from '../../../../../lib/index.js';

const client = { topology: { shards: new Array(2) }, explain: (_: string, key: string) => ({ shard: Number(key.slice(1, -1)) % 2 }) };

describe('objects for the shards of a client', () => {
  it('are made once, one a shard', () => {
    const ended: string[] = [];
    const objects = new ShardObjects(client as unknown as Redis, (key) => ({ key, disconnect: () => ended.push(key) }));
    const masters = objects.get('master');
    assert.deepEqual(
      masters.map(({ key }) => key),
      ['{0}', '{1}'],
    );
    assert.deepEqual(objects.get('all'), masters);
    assert.equal(objects.get('master')[0], masters[0]);
    assert.deepEqual(objects.get('slave'), []);
    assert.throws(() => objects.get('primary' as never), /Invalid role "primary"/);
    objects.clear();
    assert.deepEqual(ended, ['{0}', '{1}']);
    assert.notEqual(objects.get('master')[0], masters[0]);
  });
});
