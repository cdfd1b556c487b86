import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { NoNodeError } from '../../../lib/errors.js';
import type { ExclusivePoolConfig } from '../../../lib/pool/exclusive-pool.js';
import { FakeServer, silence } from '../../support/fake-server.js';
import { until } from '../../support/wait.js';
import { OpenedPool } from './opened-pool.js';

describe('an exclusive pool that is warmed up', () => {
  let server: FakeServer;
  const pools: OpenedPool[] = [];
  const open = (config: Partial<ExclusivePoolConfig> = {}): OpenedPool => {
    const opened = new OpenedPool(server, config);
    pools.push(opened);
    return opened;
  };
  beforeEach(async () => {
    server = await FakeServer.start();
  });
  afterEach(async () => {
    for (const opened of pools.splice(0)) opened.destroy();
    await server.stop();
  });

  for (const [config, expected] of [
    [{ min: 3, max: 5 }, 3],
    [{ min: 3, max: 5, maxConnecting: 1 }, 3],
    [{ min: 3, max: 2 }, 2],
    [{ min: 0, max: 5 }, 0],
  ] as const) {
    it(`has ${expected} connections with ${JSON.stringify(config)}`, async () => {
      const opened = open(config);
      opened.pool.warmUp();
      opened.pool.warmUp();
      await until(() => opened.pool.isWarm);
      assert.deepEqual([opened.pool.size, server.connections.length], [expected, expected]);
      const leases = await Promise.all(Array.from({ length: expected }, () => opened.acquire()));
      assert.equal(server.connections.length, expected, 'for callers nothing is opened');
      for (const lease of leases) lease.release(false);
      assert.deepEqual([...new Set(opened.events)], expected === 0 ? [] : ['warm']);
    });
  }

  it('counts what is in use', async () => {
    const opened = open({ min: 2, max: 5 });
    const one = await opened.acquire();
    opened.pool.warmUp();
    await until(() => opened.pool.isWarm);
    assert.equal(opened.pool.size, 2);
    one.release(false);
    assert.equal(opened.pool.size, 2);
  });

  it('is as warm as it can be where the server cannot be reached, and is warmed up later', async () => {
    server.refuse();
    const opened = open({ min: 1 });
    opened.pool.warmUp();
    assert.equal(opened.pool.isWarm, false);
    await until(() => opened.events.includes('backoffEnded'));
    assert.deepEqual(opened.events, ['warm', 'backoffEnded']);
    assert.equal(opened.pool.isWarm, false);
    await server.listen();
    opened.pool.warmUp();
    await until(() => opened.pool.size === 1 && opened.pool.isWarm);
  });

  it('opens another one for one that has grown too old', async () => {
    const opened = open({ min: 1, maxLifetimeMs: 60, idleMs: 30 });
    opened.pool.warmUp();
    await until(() => server.connections.length >= 3);
    assert.ok(opened.pool.size <= 1);
  });

  it('opens none for one that broke, or for another generation, before it is warmed up again', async () => {
    const opened = open({ min: 1 });
    opened.pool.warmUp();
    await until(() => opened.pool.isWarm);
    server.disconnect();
    await until(() => opened.pool.size === 0);
    await sleep(50);
    const { length } = server.connections;
    assert.equal(opened.pool.size, 0, 'its server may hang up on any');
    opened.pool.warmUp();
    await until(() => opened.pool.isWarm);
    opened.pool.clear(new NoNodeError('another primary'));
    await sleep(50);
    assert.equal(opened.pool.size, 0);
    assert.equal(server.connections.length, length + 1);
  });

  it('is not warm while the server says nothing', async () => {
    server.handler = () => silence;
    const opened = open({ min: 1 });
    opened.pool.warmUp();
    await until(() => server.connections.length === 1);
    assert.equal(opened.pool.isWarm, false);
  });
});
