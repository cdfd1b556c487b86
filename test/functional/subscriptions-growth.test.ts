import assert from 'node:assert/strict';
import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Growth } from '../../chaos/pubsub/growth-worker.js';
import type { SubscriptionStats } from '../../lib/index.js';
import { compiled, loaderArgs } from '../support/compiled.js';
import { Relay } from '../support/relay.js';
import { Server } from '../support/server.js';
import { until } from '../support/wait.js';

/** What 1,000 rounds or 100 new connections may leave behind: compiled code, not a record of 1 KiB a round. */
const MORE_BYTES = 768 * 1024;
const worker = fileURLToPath(new URL('../../chaos/pubsub/growth-worker.ts', import.meta.url));

type Answer = Growth & SubscriptionStats;

describe('subscriptions over a long time', function () {
  this.timeout(60_000);

  function ask(child: ChildProcess, question: object): Promise<Answer> {
    return new Promise((resolve, reject) => {
      child.once('message', (answer) => resolve(answer as Answer));
      child.once('exit', () => reject(new Error('the process ended')));
      child.send(question);
    });
  }

  it('leave nothing behind: 1,000 rounds of subscribing and leaving, 100 connections that broke', async () => {
    await using server = await Server.start();
    await using relay = await Relay.start(server);
    const child = fork(await compiled(worker), [`redis://${relay.address}`], { execArgv: [...loaderArgs, '--expose-gc', '--no-warnings'] });
    try {
      await ask(child, { ask: 'cycles', rounds: 1_000 });
      let moreBytes = Number.POSITIVE_INFINITY;
      // Records would be left behind each time. Code is compiled when the machine has come to it, several hundred KiB at a time.
      for (let turn = 0; turn < 3 && moreBytes >= MORE_BYTES; turn++) {
        const before = await ask(child, { ask: 'measure' });
        const cycled = await ask(child, { ask: 'cycles', rounds: 1_000 });
        assert.deepEqual([cycled.channels, cycled.sockets], [0, before.sockets]);
        // The clock's may run or not.
        assert.ok(cycled.timers <= before.timers + 2, `${cycled.timers} timers`);
        moreBytes = cycled.heapBytes - before.heapBytes;
      }
      assert.ok(moreBytes < MORE_BYTES, `${moreBytes} bytes more after 1,000 rounds`);

      await ask(child, { ask: 'stay' });
      /** The id of the one subscriber that the server has, once it has all of its channels. */
      const subscriber = async (): Promise<string | null> => {
        const lines = String(await server.ask('CLIENT', 'LIST', 'TYPE', 'PUBSUB'))
          .trim()
          .split('\n');
        return lines.length === 1 && lines[0]?.includes(' sub=50 ') === true ? (/^id=(\d+)/.exec(lines[0])?.[1] ?? null) : null;
      };
      const cut = async (times: number): Promise<void> => {
        for (let i = 0; i < times; i++) {
          const before = await until(subscriber, { everyMs: 2 });
          relay.cut();
          await until(
            async () => {
              const now = await subscriber();
              return now !== null && now !== before;
            },
            { everyMs: 2 },
          );
        }
      };
      await cut(40);
      /** What the process has once it has heard of as many gaps: the server knows of its new connection first. */
      const measured = (gaps: number): Promise<Answer> =>
        until(
          async () => {
            const answer = await ask(child, { ask: 'measure' });
            return answer.gaps >= gaps ? answer : undefined;
          },
          { what: `it has heard of ${gaps} gaps` },
        );
      const settled = await measured(40 * 50);
      await cut(100);
      const after = await measured(settled.gaps + 100 * 50);
      assert.equal(after.channels, 50);
      assert.equal(after.connections, 1);
      assert.ok(
        after.heapBytes - settled.heapBytes < MORE_BYTES,
        `${after.heapBytes - settled.heapBytes} bytes more after 100 connections`,
      );
    } finally {
      child.kill('SIGKILL');
    }
  });
});
