import assert from 'node:assert/strict';
import Redis from 'slotwise/ioredis';
import { createSentinel } from 'slotwise/node-redis';
import { SentinelGroup } from '../support/sentinel.js';
import { until } from '../support/wait.js';
import { SessionLoad, type SessionReport, type StoreClient } from './support/session-load.js';
import { SocketLoad, type SocketReport } from './support/socket-load.js';

describe('packages under load, when a Sentinel group loses its primary', function () {
  this.timeout(120_000);
  let sockets: SocketReport;
  let sessions: SessionReport;

  before(async () => {
    const group = await SentinelGroup.start();
    const seeds = group.sentinels.map(({ host, port }) => ({ host, port }));
    const store = createSentinel({
      sentinelRootNodes: seeds,
      name: group.name,
      commandOptions: { idempotent: true, timeout: 60_000 },
    });
    store.on('error', () => {});
    try {
      await store.connect();
      const messages = new SocketLoad('failover', () => new Redis({ sentinels: seeds, name: group.name, maxRetriesPerRequest: null }));
      const visits = new SessionLoad('failover', store as unknown as StoreClient);
      await Promise.all([messages.start(), visits.start()]);
      const flow = async (more: number): Promise<void> => {
        const [arrived, answered] = [messages.arrived + more, visits.answered + more];
        await until(() => messages.arrived >= arrived && visits.answered >= answered, { timeoutMs: 40_000, what: 'all is served' });
      };
      await flow(300);
      const old = await group.primary();
      await old.kill();
      await group.failedOver(old);
      await flow(300);
      [sockets, sessions] = await Promise.all([messages.stop(), visits.stop()]);
    } finally {
      await store.close();
      await group.stop();
    }
  });

  it('socket.io delivers messages at most once, and ends no process', () => {
    const { twice, late, unhandled } = sockets;
    assert.deepEqual({ twice, late, unhandled }, { twice: 0, late: 0, unhandled: {} }, JSON.stringify(sockets));
  });

  it('sessions are kept, and no request fails', () => {
    const { refused, lost, twice } = sessions;
    assert.deepEqual({ refused, lost, twice }, { refused: {}, lost: 0, twice: 0 }, JSON.stringify(sessions));
  });
});
