/** A queue beside denque, a batch at a time: `node --import tsx benchmarks/micro/fifo.ts` */
import Denque from 'denque';
import { Fifo } from '../../lib/util/queue.js';
import { micro } from './harness.mjs';

const item = { value: 1 };
for (const size of [1, 50, 1000, 100_000]) {
  const fifo = new Fifo<object>();
  const denque = new Denque<object>();
  micro(`${size} in, ${size} out`, {
    fifo: () => {
      for (let i = 0; i < size; i++) fifo.push(item);
      let last: object | undefined;
      for (let i = 0; i < size; i++) last = fifo.shift();
      return last;
    },
    denque: () => {
      for (let i = 0; i < size; i++) denque.push(item);
      let last: object | undefined;
      for (let i = 0; i < size; i++) last = denque.shift();
      return last;
    },
  });
}
