import assert from 'node:assert/strict';
import { SendTimes } from '../../../lib/connection/send-times.js';

describe('the times of calls on a connection', () => {
  it('are those of the ticks by which they were written', () => {
    const times = new SendTimes();
    times.mark(10, 2, 0);
    times.mark(20, 2, 0);
    times.mark(30, 5, 0);
    assert.deepEqual(
      [0, 1, 2, 4, 5].map((number) => times.of(number)),
      [10, 10, 30, 30, null],
    );
  });

  it('are forgotten with the replies', () => {
    const times = new SendTimes();
    times.mark(10, 2, 0);
    times.mark(20, 3, 1);
    assert.deepEqual(
      [1, 2].map((number) => times.of(number)),
      [10, 20],
    );
    times.mark(30, 3, 2);
    assert.deepEqual(
      [1, 2].map((number) => times.of(number)),
      [20, 20],
    );
    times.mark(40, 3, 3);
    times.mark(50, 4, 3);
    assert.deepEqual(
      [2, 3].map((number) => times.of(number)),
      [50, 50],
    );
  });
});
