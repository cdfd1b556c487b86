import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { createClient, single } from '../../lib/index.js';
import { clock } from '../../lib/util/clock.js';
import { AskConnection } from '../support/ask.js';
import { Server } from '../support/server.js';

/** Long enough for a server to hang up, in ms. */
const STOPPED_MS = 250;

describe('a process that was stopped while the server closed its connections', () => {
  for (const [state, isBusy] of [
    ['had nothing to do', false],
    ['had other commands in flight', true],
  ] as const) {
    it(`loses none of the writes of a timer that is due, if it ${state} before`, async () => {
      await using server = await Server.start();
      await using redis = createClient({ topology: single(server.address) });
      const admin = await AskConnection.open(server);
      let isWatched = isBusy;
      if (isBusy) clock.watch({ tick: () => isWatched });
      await redis.set('n', '0');
      await sleep(150);
      const writes = await new Promise<Promise<number>[]>((resolve) => {
        setTimeout(() => {
          void admin.ask('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
          Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, STOPPED_MS);
          resolve(Array.from({ length: 4 }, () => redis.incr('n')));
        });
      });
      isWatched = false;
      assert.deepEqual(await Promise.all(writes), [1, 2, 3, 4]);
      admin.close();
    });
  }
});
