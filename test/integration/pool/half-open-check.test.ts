import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Connection } from '../../../lib/connection/connection.js';
import { ConnectionLostError } from '../../../lib/errors.js';
import { HalfOpenCheck } from '../../../lib/pool/half-open-check.js';
import { close, FakeServer, silence } from '../../support/fake-server.js';
import { until } from '../../support/wait.js';
import { quickConfig } from '../connection/opened.js';

const replaced = new ConnectionLostError('another node took its place');

describe('a check of a silent connection', () => {
  let server: FakeServer;
  let check: HalfOpenCheck;
  let unresponsive: number;
  let destroyed: unknown[];
  beforeEach(async () => {
    server = await FakeServer.start();
    unresponsive = 0;
    destroyed = [];
  });
  afterEach(async () => {
    if (check.state !== 'ended') check.end();
    await server.stop();
  });

  /** `limitMs`: the silence that is allowed; the second connection has half of it. */
  function start(limitMs: number): void {
    const stalled = {
      key: server.address,
      liveness: { limitMs },
      destroy: (error: unknown) => {
        destroyed.push(error);
        check.end();
      },
    } as unknown as Connection; // all that a check needs of it
    const config = { ...quickConfig, address: { host: server.host, port: server.port } };
    check = new HalfOpenCheck(config, { minMs: 10, maxMs: 20 }, stalled, () => unresponsive++);
  }

  it('finds that the server answers: then it waits, also where another node took its place', async () => {
    start(2_000);
    await until(() => check.state === 'answered');
    check.replaced(replaced);
    assert.deepEqual([unresponsive, destroyed], [0, []]);
  });

  it('finds that the server does not answer in time', async () => {
    server.handler = () => silence;
    start(40);
    await until(() => check.state === 'unresponsive');
    assert.deepEqual([unresponsive, destroyed], [1, []]);
    check.replaced(replaced);
    assert.deepEqual(destroyed, [replaced]);
  });

  it('finds it again with every attempt that fails, and that the server answers after all', async () => {
    server.handler = () => close;
    start(2_000);
    await until(() => unresponsive >= 3);
    server.handler = () => undefined;
    await until(() => check.state === 'answered');
    assert.deepEqual(destroyed, []);
  });

  it('opens nothing more once it has ended by what it found', async () => {
    let hangUp: (answer: typeof close) => void = () => {};
    server.handler = () =>
      new Promise((resolve) => {
        hangUp = resolve;
      });
    start(2_000);
    await until(() => server.received.length > 0);
    check.replaced(replaced);
    hangUp(close);
    await until(() => check.state === 'ended');
    assert.deepEqual(destroyed, [replaced]);
    await sleep(60);
    assert.equal(server.connections.length, 1);
  });
});
