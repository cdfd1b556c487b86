import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { placementOf, ring } from '../../../lib/options/ring.js';

/** One program that ran, and the members to which it gave keys. */
interface Vector {
  readonly placement: NonNullable<Parameters<typeof ring>[1]>;
  readonly members: Parameters<typeof ring>[0];
  readonly keys: string;
  readonly places: string;
}
const { keys, vectors }: { keys: Record<string, string>; vectors: Record<string, Vector> } = JSON.parse(
  readFileSync(new URL('../../spec/placement/vectors.json', import.meta.url), 'utf8'),
);

describe('compilePlacement', () => {
  it('is compared with programs that ran', () => assert.equal(Object.keys(vectors).length, 93));

  for (const [name, vector] of Object.entries(vectors)) {
    it(`has every key where ${name} has it`, () => {
      const topology = ring(vector.members, vector.placement);
      assert.ok(topology.kind === 'ring');
      const placement = placementOf(topology);
      const list = (keys[vector.keys] ?? '').split(' ').map((key) => Buffer.from(key, 'hex'));
      assert.equal(list.length, 100);
      assert.equal(list.map((key) => placement.indexOf(key)).join(''), vector.places);
      // As text, where a key is text.
      const texts = list.map((key) => (Buffer.from(key.toString()).equals(key) ? key.toString() : key));
      assert.equal(texts.map((key) => placement.indexOf(key)).join(''), vector.places);
    });
  }
});
