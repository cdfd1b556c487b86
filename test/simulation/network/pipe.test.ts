import { deepStrictEqual } from 'node:assert';
import { Random } from '../time/random.js';
import { Timeline } from '../time/timeline.js';
import { Network } from './network.js';
import { Pipe } from './pipe.js';

describe('a pipe of the simulated network', () => {
  it('keeps the order, whatever is cut, stalled and healed meanwhile', () => {
    for (let seed = 0; seed < 300; seed++) {
      const timeline = new Timeline();
      const random = new Random(`pipe ${seed}`);
      const network = new Network(timeline, random.fork('network'));
      const arrived: number[] = [];
      const pipe = new Pipe<number>(network, 'a', 'b', (content) => arrived.push(content));
      const sent: number[] = [];
      for (let at = 0; at < 60; at++) {
        const what = random.weighted({ send: 10, cut: 2, heal: 2, stall: 1, release: 1, slow: 1 });
        timeline.at(at * random.next(), () => {
          if (what === 'send') {
            sent.push(sent.length);
            pipe.send(sent.length - 1, random.integer(1, 5_000));
          } else if (what === 'cut') network.cut('a', 'b');
          else if (what === 'heal') network.heal('a', 'b');
          else if (what === 'stall') pipe.stall();
          else if (what === 'release') pipe.release();
          else pipe.extraMs = random.next() * 20;
        });
      }
      timeline.at(100, () => {
        network.healAll();
        pipe.clear();
      });
      while (timeline.nextAt < Number.POSITIVE_INFINITY) timeline.step();
      deepStrictEqual(arrived, sent, `seed ${seed}`);
    }
  });
});
