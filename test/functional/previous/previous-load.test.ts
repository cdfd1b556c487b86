import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { createClient, type Redis, SlotwiseError } from '../../../lib/index.js';
import { type RunningTopology, startTopology } from '../../support/topologies.js';
import { until } from '../../support/wait.js';
import { moveAll } from './moving-keys.js';
import { VersionLedger } from './version-ledger.js';

const CLIENTS = 3;
const VERSIONED = 120;
const COUNTERS = 6;
const LASTING = 300;
const FIRST_COUNT = 1_000;
const LIFE_MS = 600_000;

describe('keys that move under load', () => {
  it('from sentinels to a cluster, while primaries of both die: nothing that was acknowledged is lost, and nothing comes back', async function () {
    this.timeout(90_000);
    await using old = await startTopology('sentinel');
    await using next = await startTopology('cluster');
    const faults: string[] = [];
    const ledgers = Array.from({ length: VERSIONED }, (_, i) => new VersionLedger(`version:${i}`, faults));
    const counters = Array.from({ length: COUNTERS }, (_, i) => ({ key: `count:${i}`, acknowledged: FIRST_COUNT, unknown: 0 }));
    const expiresAt = new Map<string, number>();
    {
      await using redis = createClient({ topology: old.createOptions() });
      await Promise.all(ledgers.map(({ key }) => redis.set(key, VersionLedger.first)));
      await Promise.all(counters.map(({ key }) => redis.set(key, FIRST_COUNT)));
      for (let i = 0; i < LASTING; i++) {
        await redis.set(`lasting:${i}`, `${i}`, { PX: LIFE_MS });
        expiresAt.set(`lasting:${i}`, Date.now() + LIFE_MS);
      }
    }
    const clients = Array.from({ length: CLIENTS }, () =>
      createClient({ topology: next.createOptions(), previous: old.createOptions(), timeoutMs: 15_000 }),
    );
    for (const redis of clients) redis.on('error', () => {});
    try {
      await Promise.all(clients.map((redis) => redis.connect()));
      let isOver = false;
      const clientOf = (i: number): Redis => clients[i % CLIENTS] ?? assert.fail();
      const writers = ledgers.map(async (ledger, i) => {
        for (let round = 0; !isOver; round++) {
          await ledger.write(clientOf(i + round));
          await ledger.read(clientOf(i + round + 1));
          await sleep(Math.random() * 40);
        }
      });
      const counting = counters.flatMap((counter) =>
        clients.map(async (redis) => {
          while (!isOver) {
            try {
              await redis.incr(counter.key);
              counter.acknowledged++;
            } catch (error) {
              if (!(error instanceof SlotwiseError)) throw error;
              if (error.executed !== 'no') counter.unknown++;
            }
            await sleep(Math.random() * 20);
          }
        }),
      );
      const reading = clients.map(async (redis) => {
        for (let i = 0; !isOver; i++) {
          const value = await redis.get(`lasting:${i % LASTING}`).catch(() => 'failed');
          if (value !== `${i % LASTING}` && value !== 'failed') faults.push(`lasting:${i % LASTING} is ${value}`);
          await sleep(2);
        }
      });
      const moving = moveAll({
        from: async () => (await old.primaries())[0] ?? assert.fail('no primary'),
        to: next.nodes,
        pauseMs: 10,
        isOver: () => isOver,
      });

      await sleep(500);
      await killAndWait(old);
      await sleep(300);
      await killAndWait(next);
      await moving;
      isOver = true;
      await Promise.all([...writers, ...counting, ...reading]);

      const [left] = await old.primaries();
      assert.equal(await left?.ask('DBSIZE'), 0, 'keys are left at the previous place');
      await using redis = createClient({ topology: next.createOptions() });
      for (const ledger of ledgers) ledger.check(await redis.get(ledger.key));
      for (const { key, acknowledged, unknown } of counters) {
        const count = Number(await redis.get(key));
        if (count < acknowledged || count > acknowledged + unknown)
          faults.push(`${key} is ${count}, ${acknowledged} and ${unknown} unknown`);
      }
      for (const [key, at] of expiresAt) {
        const expires = Number(await redis.pexpiretime(key));
        if (Math.abs(expires - at) > 1_000) faults.push(`${key} expires ${expires - at} ms late`);
      }
      assert.deepEqual(faults, []);
    } finally {
      await Promise.all(clients.map((redis) => redis.close()));
    }
  });
});

/** Kills a primary, and resolves when another has taken over. */
async function killAndWait(servers: RunningTopology): Promise<void> {
  const before = await servers.primaries();
  const [dying = assert.fail('no primary')] = before;
  await dying.kill();
  const isBack = async (): Promise<boolean> => {
    const now = await servers.primaries();
    return now.length === before.length && !now.includes(dying);
  };
  await until(() => isBack().catch(() => false), { timeoutMs: 30_000, what: 'a replica takes over' });
}
