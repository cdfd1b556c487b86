import assert from 'node:assert/strict';
import { compilePlacement } from '../../../../lib/placement/compile.js';
import { crc32, md5 } from '../reference.js';
import { sampleKeys } from '../sample-keys.js';

describe('placement as redis-rb', () => {
  for (const version of [4, 5] as const) {
    it(`is by the last point that is not above the hash, in version ${version}`, () => {
      const names = ['redis://10.0.0.1:6379/0', 'redis://10.0.0.2:6379/0', 'größe'];
      const pointOf = (text: string): number => (version === 4 ? Number(crc32(Buffer.from(text))) : md5(text).readUInt32BE());
      const points = names.flatMap((name, index) => Array.from({ length: 160 }, (_, i) => ({ point: pointOf(`${name}:${i}`), index })));
      points.sort((a, b) => a.point - b.point);
      const placement = compilePlacement(
        { as: 'redis-rb', version },
        names.map((name, position) => ({ name, weight: 1, position })),
      );
      for (const key of sampleKeys(7).filter((each) => !each.includes('{'))) {
        const hashed = Number(crc32(key));
        const expected = points.filter(({ point }) => point <= hashed).at(-1) ?? points.at(-1);
        assert.equal(placement.indexOf(key), expected?.index, key.toString('hex'));
      }
    });
  }
});
