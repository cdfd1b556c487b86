import assert from 'node:assert/strict';
import { Random } from '../time/random.js';
import { Timeline } from '../time/timeline.js';
import { Network } from './network.js';
import { Pipe } from './pipe.js';

describe('simulation: a direction of a connection', () => {
  it('keeps the order of what is on the way when it is cut, and of what is sent meanwhile', () => {
    const timeline = new Timeline();
    const network = new Network(timeline, new Random('order'), { latency: { least: 5, most: 6 }, splitting: 0 });
    const come: string[] = [];
    const pipe = new Pipe<string>(network, 'a', 'b', (content) => come.push(content));
    const pass = (ms: number): void => {
      const until = timeline.now + ms;
      while (timeline.nextAt <= until) timeline.step();
      timeline.now = until;
    };
    pipe.send('1', 10);
    pipe.send('2', 10);
    pass(1);
    network.cut('a', 'b');
    pipe.send('3', 10);
    pipe.send('4', 10);
    pass(20);
    pipe.send('5', 10);
    assert.deepEqual(come, []);
    network.heal('a', 'b');
    pass(5_000);
    assert.deepEqual(come, ['1', '2', '3', '4', '5']);
  });
});
