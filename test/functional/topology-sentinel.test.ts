import assert from 'node:assert/strict';
import type { TopologyError } from '../../lib/errors.js';
import { sentinel } from '../../lib/options/topology.js';
import { firstMs, keysOf, OUTAGES, primariesOf, RunningMonitor, usableKeys } from '../support/running-monitor.js';
import { SentinelGroup } from '../support/sentinel.js';
import type { Server } from '../support/server.js';
import { until } from '../support/wait.js';

describe('the topology of real servers: sentinel', () => {
  const start = (group: SentinelGroup, sentinels = group.sentinels): Promise<RunningMonitor> =>
    RunningMonitor.start({ topology: sentinel(keysOf(sentinels), group.name) });

  /** The primary after `old`, and when a sentinel first named it. */
  const newPrimary = async (group: SentinelGroup, old: Server): Promise<{ next: Server; namedMs: number }> => {
    let next: Server | undefined;
    const namedMs = await firstMs(async () => {
      const answers = await Promise.all(group.sentinels.map((one) => one.ask('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', group.name)));
      const ports = answers.flatMap((answer) => (Array.isArray(answer) ? [Number(answer[1])] : []));
      next = group.nodes.find(({ port }) => port !== old.port && ports.includes(port));
      return next !== undefined;
    });
    return { next: next ?? assert.fail(), namedMs };
  };

  it('is found from one sentinel', async () => {
    await using group = await SentinelGroup.start();
    using running = await start(group, group.sentinels.slice(0, 1));
    const primary = await group.primary();
    assert.deepEqual(primariesOf(running.snapshot), [primary.address]);
    assert.deepEqual(usableKeys(running.replicas), keysOf(await group.replicas()));
  });

  for (const [how, hurt] of OUTAGES) {
    it(`is right again soon after the sentinels name a new primary for one that was ${how}`, async () => {
      await using group = await SentinelGroup.start({ downAfterMs: 1_000 });
      using running = await start(group);
      const old = await group.primary();
      await hurt(old);
      running.monitor.suspect(old.address);
      const { next, namedMs } = await newPrimary(group, old);
      await running.seesSoon(next.address, namedMs);
      old.resume();
    });
  }

  it('notices SENTINEL FAILOVER by itself, before any node is suspected', async () => {
    await using group = await SentinelGroup.start();
    using running = await start(group);
    const old = await group.primary();
    const [first] = group.sentinels;
    await first?.ask('SENTINEL', 'FAILOVER', group.name);
    const { next, namedMs } = await newPrimary(group, old);
    await running.seesSoon(next.address, namedMs);
  });

  it('survives that all sentinels are restarted', async () => {
    await using group = await SentinelGroup.start();
    using running = await start(group);
    await Promise.all(group.sentinels.map((one) => one.kill()));
    await until(() => running.errors.length > 0);
    assert.equal((running.errors[0] as TopologyError).code, 'ERR_NO_SENTINEL_REACHABLE');
    assert.equal(primariesOf(running.snapshot).length, 1, 'what was known stays known');
    await Promise.all(group.sentinels.map((one) => one.restart()));
    const before = running.probes;
    await until(() => running.probes > before + 1);
    const next = await group.failover();
    await running.sees(next.address);
  });
});
