import assert from 'node:assert/strict';
import { compilePlacement } from '../../../../lib/placement/compile.js';
import type { PlacementOptions } from '../../../../lib/placement/placement.js';
import { digestsOf } from '../../../../lib/placement/rules/twemproxy.js';
import { md5, references } from '../reference.js';
import { sampleKeys } from '../sample-keys.js';

type Members = readonly (readonly [name: string, weight: number])[];

const membersOf = (list: Members) => list.map(([name, weight], position) => ({ name, weight, position }));
const ketama = { as: 'twemproxy', hash: 'fnv1a_64', distribution: 'ketama' } as const;
const modula = { ...ketama, distribution: 'modula' } as const;
const indexesOf = (options: PlacementOptions, list: Members, keys: readonly Buffer[]) => {
  const placement = compilePlacement(options, membersOf(list));
  return keys.map((key) => placement.indexOf(key));
};

/** The same by looking at every point. */
function slowly(list: Members, hash: number): number {
  const total = list.reduce((sum, [, weight]) => sum + weight, 0);
  const points = list.flatMap(([name, weight], index) =>
    Array.from({ length: digestsOf(weight, total, list.length) }, (_, i) => md5(`${name}-${i}`)).flatMap((digest) =>
      [0, 4, 8, 12].map((at) => ({ point: digest.readUInt32LE(at), index })),
    ),
  );
  points.sort((a, b) => a.point - b.point);
  return (points.find(({ point }) => point >= hash) ?? points[0])?.index ?? -1;
}

describe('placement as twemproxy', () => {
  // Of the C code with a compiler: weight, total, servers, MD5s of the server.
  const DIGESTS: readonly (readonly [weight: number, total: number, servers: number, digests: number])[] = [
    [1, 3, 3, 40],
    [1, 7, 7, 40],
    [1, 8, 3, 15],
    [2, 8, 3, 30],
    [5, 8, 3, 75],
    [10, 12, 3, 100],
    [1, 12, 3, 10],
    // With 64 bits each of these would be one more.
    [29, 60, 3, 57],
    [29, 120, 3, 28],
    [1, 25, 5, 7],
    [1, 200, 5, 0],
    [2, 400, 5, 0],
    [6, 25, 5, 47],
    [1_000_000, 3_000_000, 3, 40],
    [2_147_483_647, 2_147_483_649, 3, 120],
    [16_777_217, 16_777_219, 3, 119],
  ];
  for (const [weight, total, servers, digests] of DIGESTS) {
    it(`gives ${digests} MD5s to a weight of ${weight} in ${total} of ${servers} servers`, () =>
      assert.equal(digestsOf(weight, total, servers), digests));
  }

  const keys = sampleKeys(5);
  const weighted: Members = [
    ['10.0.0.1:6379', 1],
    ['cache', 2],
    ['größe', 5],
    ['x', 3],
  ];
  for (const hash of ['fnv1a_64', 'murmur', 'md5', 'crc32', 'jenkins'] as const) {
    it(`has keys at the first point that is not below their ${hash}`, () => {
      const found = indexesOf({ ...ketama, hash }, weighted, keys);
      for (const [i, key] of keys.filter((_, at) => at % 10 === 0).entries()) {
        const hashed = key.length === 0 ? 0 : Number(references[hash]?.(key));
        assert.equal(found[i * 10], slowly(weighted, hashed), key.toString('hex'));
      }
    });
  }

  it('counts the order of servers nowhere: shorter names come first, then by their bytes', () => {
    const list: Members = [
      ['gamma', 3],
      ['beta', 1],
      ['alpha', 2],
      ['größe', 1],
    ];
    // In bytes größe has seven.
    const sorted = ['beta', 'alpha', 'gamma', 'größe'];
    const places = ['beta', 'alpha', 'alpha', 'gamma', 'gamma', 'gamma', 'größe'];
    for (const options of [ketama, modula]) {
      const names = indexesOf(options, list, keys).map((index) => list[index]?.[0]);
      for (const other of [[...list].reverse(), sorted.map((name) => list.find(([each]) => each === name) ?? ['', 1])] as Members[]) {
        assert.deepEqual(
          indexesOf(options, other, keys).map((index) => other[index]?.[0]),
          names,
        );
      }
      if (options === ketama) continue;
      assert.deepEqual(
        names,
        keys.map((key) => places[key.length === 0 ? 0 : Number(references.fnv1a_64?.(key)) % places.length]),
      );
    }
  });

  it('hashes nothing where there is one server, and takes 0 for the hash of an empty key', () => {
    for (const options of [ketama, modula]) {
      assert.ok(indexesOf(options, [['only', 7]], keys).every((index) => index === 0));
      const list: Members = [
        ['bb', 1],
        ['a', 1],
      ];
      const [found] = indexesOf(options, list, [Buffer.alloc(0)]);
      assert.equal(found, options === modula ? 1 : slowly(list, 0));
    }
  });

  it('gives a server without a point nothing', () => {
    const list: Members = [
      ['a', 1],
      ['b', 10_000],
    ];
    assert.deepEqual(new Set(indexesOf(ketama, list, keys)), new Set([1]));
  });

  it('takes weights for modula that nobody could write out', () => {
    const list: Members = [
      ['a', 2_147_483_647],
      ['b', 2_147_483_647],
    ];
    assert.deepEqual(new Set(indexesOf(modula, list, keys)), new Set([0, 1]));
  });

  it('has every key on one server with ketama and crc32', () => {
    const list: Members = ['10.0.0.1:6379', '10.0.0.2:6379', '10.0.0.3:6379'].map((name) => [name, 1]);
    assert.equal(new Set(indexesOf({ ...ketama, hash: 'crc32' } as const, list, keys)).size, 1);
  });
});
