import assert from 'node:assert/strict';
import { ClientProcess } from './client-process.js';
import { Timeline } from './timeline.js';

/** What a program runs on: the functions of Node, or those of the simulation. */
interface Clockwork {
  setTimeout(run: () => void, ms?: number): { refresh(): unknown };
  setInterval(run: () => void, ms?: number): object;
  clearTimeout(timer: object): void;
  setImmediate(run: () => void): unknown;
  /** Computes for this long. */
  block(ms: number): void;
}

type Program = (clockwork: Clockwork, log: (text: string) => void) => void;

const programs: Readonly<Record<string, Program>> = {
  'ticks before promises before immediates before timers': ({ setTimeout, setImmediate, block }, log) => {
    setTimeout(() => log('timeout'), 1);
    setImmediate(() => log('immediate'));
    void Promise.resolve().then(() => log('promise'));
    process.nextTick(() => log('tick'));
    queueMicrotask(() => log('microtask'));
    block(5);
  },
  'ticks and promises after each callback': ({ setImmediate }, log) => {
    for (const name of ['a', 'b']) {
      setImmediate(() => {
        log(name);
        process.nextTick(() => log(`tick of ${name}`));
        void Promise.resolve().then(() => log(`promise of ${name}`));
      });
    }
  },
  'promises of ticks and ticks of promises': (_, log) => {
    process.nextTick(() => {
      log('tick');
      void Promise.resolve().then(() => log('promise of the tick'));
      process.nextTick(() => log('tick of the tick'));
    });
    void Promise.resolve().then(() => {
      log('promise');
      process.nextTick(() => log('tick of the promise'));
    });
  },
  'an immediate of an immediate, in the next turn': ({ setImmediate, setTimeout, block }, log) => {
    setImmediate(() => {
      setTimeout(() => log('timeout'), 1);
      setImmediate(() => log('second'));
      block(5);
      log('first');
    });
  },
  'timers by when they are due': ({ setTimeout, block }, log) => {
    for (const ms of [30, 10, 20]) setTimeout(() => log(`${ms}`), ms);
    block(50);
  },
  'timers that are late: all of a duration before the next': ({ setTimeout, block }, log) => {
    setTimeout(() => log('10 of the beginning'), 10);
    setTimeout(() => log('14 of the beginning'), 14);
    block(6);
    setTimeout(() => log('10 of later'), 10);
    block(50);
  },
  'of timers that are due at the same time, the list that was made first': ({ setTimeout, block }, log) => {
    setTimeout(() => log('a 20'), 20);
    setTimeout(() => log('b 40'), 40);
    block(20);
    setTimeout(() => log('c 20'), 20);
    block(60);
  },
  'an interval after what its callback started': ({ setInterval, setTimeout, clearTimeout, block }, log) => {
    let times = 0;
    const interval = setInterval(() => {
      log(`interval ${++times}`);
      if (times === 3) clearTimeout(interval);
      else setTimeout(() => log(`timeout ${times}`), 10);
      block(15);
    }, 10);
  },
  'a cleared timer, by one that is due at the same time': ({ setTimeout, clearTimeout, block }, log) => {
    const timers: object[] = [];
    setTimeout(() => {
      log('clears');
      for (const timer of timers) clearTimeout(timer);
    }, 10);
    timers.push(
      setTimeout(() => log('never'), 10),
      setTimeout(() => log('never'), 12),
    );
    block(30);
  },
  'a refreshed timer, behind the others': ({ setTimeout, block }, log) => {
    const first = setTimeout(() => log('refreshed'), 10);
    setTimeout(() => log('other'), 10);
    first.refresh();
    block(30);
  },
  'a timer that starts again what it was': ({ setTimeout, block }, log) => {
    let times = 0;
    const timer = setTimeout(() => {
      log(`${++times}`);
      if (times < 3) timer.refresh();
    }, 5);
    block(10);
  },
  'odd durations, as 1 ms': ({ setTimeout, block }, log) => {
    for (const ms of [0, -5, Number.NaN, 1.9, undefined]) setTimeout(() => log(`${ms}`), ms);
    block(10);
  },
};

/** On Node itself, until nothing is left to do. */
async function really(program: Program): Promise<string[]> {
  const lines: string[] = [];
  let last = 0;
  const clockwork: Clockwork = {
    setTimeout,
    setInterval,
    clearTimeout: (timer) => clearTimeout(timer as NodeJS.Timeout),
    setImmediate,
    block: (ms) => {
      const until = performance.now() + ms;
      while (performance.now() < until);
    },
  };
  setImmediate(() => program(clockwork, (text) => lines.push(text)));
  // No program waits as long as this for something.
  do {
    last = lines.length;
    await new Promise((resolve) => setTimeout(resolve, 80));
  } while (lines.length > last || lines.length === 0);
  return lines;
}

function virtually(program: Program): Promise<string[]> {
  return new Promise((resolve) => {
    setImmediate(() => {
      const lines: string[] = [];
      const timeline = new Timeline();
      const client = new ClientProcess(timeline);
      const { timers } = client;
      const block = (ms: number): void => {
        timeline.now += ms;
      };
      timers.setImmediate(() => program({ ...timers, block } as unknown as Clockwork, (text) => lines.push(text)));
      while (client.nextAt < 10_000) client.turn();
      assert.deepEqual([client.uncaught, client.openTimerNames], [[], []]);
      resolve(lines);
    });
  });
}

describe('the loop of the simulation and that of Node: they run', () => {
  for (const [name, program] of Object.entries(programs)) {
    it(name, async () => {
      assert.deepEqual(await virtually(program), await really(program));
    });
  }
});
