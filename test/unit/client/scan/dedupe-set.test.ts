import assert from 'node:assert/strict';
import { DedupeSet } from '../../../../lib/client/scan/dedupe-set.js';

const bytes = (text: string): Buffer => Buffer.from(text);

describe('DedupeSet: an item', () => {
  it('is given once', () => {
    const seen = new DedupeSet(10);
    assert.equal(seen.add(bytes('a')), true);
    assert.equal(seen.add(bytes('a')), false);
    assert.equal(seen.add(bytes('b')), true);
    assert.equal(seen.size, 2);
  });

  it('is told apart by its bytes, not by its text', () => {
    const seen = new DedupeSet(10);
    assert.equal(seen.add(Buffer.from([0xff])), true);
    assert.equal(seen.add(Buffer.from([0xfe])), true);
  });

  it('is remembered up to the limit, and given again beyond it', () => {
    const seen = new DedupeSet(2);
    for (const key of ['a', 'b', 'c']) assert.equal(seen.add(bytes(key)), true);
    assert.equal(seen.size, 2);
    assert.equal(seen.add(bytes('a')), false);
    assert.equal(seen.add(bytes('c')), true);
  });

  it('is not remembered at all with limit 0', () => {
    const seen = new DedupeSet(0);
    assert.equal(seen.add(bytes('a')), true);
    assert.equal(seen.add(bytes('a')), true);
    assert.equal(seen.size, 0);
  });

  it('makes room when a group is forgotten', () => {
    const seen = new DedupeSet(2);
    seen.add(bytes('a'), 1);
    seen.add(bytes('b'), 2);
    seen.forget(1);
    assert.equal(seen.size, 1);
    assert.equal(seen.add(bytes('c'), 2), true);
    assert.equal(seen.add(bytes('c'), 2), false);
    assert.equal(seen.add(bytes('a'), 1), true);
    seen.forget(3);
    assert.equal(seen.size, 2);
  });
});
