import assert from 'node:assert/strict';
import { Fifo } from '../../../lib/util/queue.js';

const upTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

const filled = (items: readonly number[]): Fifo<number> => {
  const fifo = new Fifo<number>();
  for (const item of items) fifo.push(item);
  return fifo;
};

describe('a FIFO', () => {
  it('is empty at first', () => {
    const fifo = new Fifo<number>();
    assert.deepEqual([fifo.length, fifo.peek(), fifo.shift(), fifo.takeAll()], [0, undefined, undefined, []]);
  });

  // An array holds 1,024.
  for (const count of [1, 1023, 1024, 1025, 2048, 2049, 10_000]) {
    it(`gives ${count} items back in order`, () => {
      const fifo = filled(upTo(count));
      assert.equal(fifo.length, count);
      for (const item of upTo(count)) {
        assert.equal(fifo.peek(), item);
        assert.equal(fifo.peekLast(), count - 1);
        assert.equal(fifo.shift(), item);
      }
      assert.equal(fifo.length, 0);
      fifo.push(7);
      assert.equal(fifo.shift(), 7);
    });

    it(`lists and replaces ${count} items, some gone already`, () => {
      const fifo = filled(upTo(count + 600));
      for (let i = 0; i < 600; i++) fifo.shift();
      fifo.replaceEach((item) => item * 2);
      const seen: number[] = [];
      fifo.forEach((item) => void seen.push(item));
      const expected = upTo(count).map((item) => (item + 600) * 2);
      assert.deepEqual(seen, expected);
      assert.deepEqual(fifo.takeAll(), expected);
      assert.equal(fifo.length, 0);
    });
  }

  it('has another in the place of the newest', () => {
    const fifo = filled(upTo(1025));
    fifo.replaceLast(-1);
    assert.deepEqual([fifo.peekLast(), fifo.length], [-1, 1025]);
    assert.deepEqual(fifo.takeAll().slice(-2), [1023, -1]);
    fifo.replaceLast(-2);
    assert.deepEqual([fifo.peekLast(), fifo.length], [undefined, 0]);
  });

  it('is what an array is, whatever comes and goes', () => {
    const fifo = new Fifo<number>();
    const model: number[] = [];
    let seed = 1;
    for (let round = 0; round < 300; round++) {
      seed = (seed * 48_271) % 0x7fffffff;
      const count = seed % 1500;
      for (let i = 0; i < count; i++) {
        if (seed % 2 === 0) {
          fifo.push(i);
          model.push(i);
        } else assert.equal(fifo.shift(), model.shift());
      }
      assert.equal(fifo.length, model.length);
      assert.equal(fifo.peek(), model[0]);
    }
    assert.deepEqual(fifo.takeAll(), model);
  });
});
