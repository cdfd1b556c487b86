import assert from 'node:assert/strict';
import { compilePlacement } from '../../../../lib/placement/compile.js';
import type { PlacedMember } from '../../../../lib/placement/placement.js';
import { md5, murmur64a } from '../reference.js';
import { sampleKeys } from '../sample-keys.js';

const HASHES = {
  murmur: (bytes: Uint8Array) => BigInt.asIntN(64, murmur64a(bytes)),
  md5: (bytes: Uint8Array) => BigInt(md5(bytes).readUInt32LE()),
} as const;

const shard = (name: string, weight: number, position: number): PlacedMember => ({ name, weight, position });

/** Lists of shards, and what begins the text of their points. */
const LISTS: readonly (readonly [what: string, version: 2 | 3, members: readonly PlacedMember[], stems: readonly string[]])[] = [
  ['without names', 3, [shard('SHARD-0', 1, 0), shard('SHARD-1', 2, 1)], ['SHARD-0-NODE-', 'SHARD-1-NODE-']],
  ['without names, of which one is left out', 3, [shard('SHARD-0', 1, 0), shard('SHARD-2', 1, 2)], ['SHARD-0-NODE-', 'SHARD-2-NODE-']],
  ['with names', 3, [shard('alpha', 1, 0), shard('größe', 3, 1)], ['alpha*', 'größe*']],
  ['with names before 2.10', 2, [shard('alpha', 1, 0), shard('größe', 3, 1)], ['alpha*1', 'größe*3']],
  ['of which one has a name', 2, [shard('alpha', 2, 0), shard('SHARD-1', 2, 1)], ['alpha*2', 'SHARD-1-NODE-']],
  ['of which there is one', 3, [shard('alpha', 1, 0)], ['alpha*']],
];

describe('placement as Jedis', () => {
  for (const hash of ['murmur', 'md5'] as const) {
    for (const [what, version, members, stems] of LISTS) {
      it(`is by the first point that is not below the ${hash}, of shards ${what}`, () => {
        const points = members.flatMap(({ weight }, index) =>
          Array.from({ length: 160 * weight }, (_, n) => ({ point: HASHES[hash](Buffer.from(`${stems[index]}${n}`)), index })),
        );
        points.sort((a, b) => (a.point < b.point ? -1 : 1));
        const placement = compilePlacement({ as: 'jedis', hash, version }, members);
        for (const key of sampleKeys(6)) {
          const hashed = HASHES[hash](key);
          const expected = points.find(({ point }) => point >= hashed) ?? points[0];
          assert.equal(placement.indexOf(key), expected?.index, key.toString('hex'));
        }
      });
    }
  }
});
