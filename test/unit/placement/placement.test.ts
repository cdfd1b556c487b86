import assert from 'node:assert/strict';
import { type PlacementOptions, placementWarning, TWEMPROXY_HASHES } from '../../../lib/placement/placement.js';

describe('placementWarning', () => {
  it('tells of a placement by which one member has every key', () => {
    const warning = placementWarning({ as: 'twemproxy', hash: 'crc32', distribution: 'ketama' });
    assert.match(warning ?? '', /^ketama with crc32 has every key on one member: /);
  });

  it('has nothing to tell of the others', () => {
    const others: readonly PlacementOptions[] = [
      ...TWEMPROXY_HASHES.filter((hash) => hash !== 'crc32').map((hash) => ({ as: 'twemproxy', hash, distribution: 'ketama' }) as const),
      ...TWEMPROXY_HASHES.map((hash) => ({ as: 'twemproxy', hash, distribution: 'modula' }) as const),
      { as: 'go-redis' },
      { as: 'jedis', hash: 'murmur', version: 3 },
      { as: 'redis-rb', version: 5 },
      { as: 'predixy', hash: 'crc16' },
      { place: () => 0 },
    ];
    for (const placement of others) assert.equal(placementWarning(placement), null);
  });
});
