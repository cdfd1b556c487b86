import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { ClosedError, ConnectError } from '../../../lib/errors.js';
import { ExclusiveLane } from '../../../lib/pool/exclusive-lane.js';
import { type Call, type Failure, SETTLED } from '../../../lib/protocol/command.js';
import { FakeServer, type Handler, silence } from '../../support/fake-server.js';
import { until } from '../../support/wait.js';
import { quickConfig, Recorder } from '../connection/opened.js';

const script: Handler = ([name, arg]) => (name === 'ECHO' ? (arg ?? '') : name === 'BLPOP' ? silence : undefined);

describe('an exclusive lane', () => {
  let server: FakeServer;
  let lane: ExclusiveLane;
  const laneOf = (max: number, idleMs = 10_000): ExclusiveLane =>
    new ExclusiveLane({
      connection: { ...quickConfig, address: { host: server.host, port: server.port } },
      max,
      idleMs,
      reconnect: { minMs: 10, maxMs: 100 },
    });
  beforeEach(async () => {
    server = await FakeServer.start(script);
    lane = laneOf(2);
  });
  afterEach(async () => {
    lane.destroy(new ClosedError('the test is over'));
    await server.stop();
  });

  it('lends a connection to one caller at a time, the one used last first', async () => {
    const [one, two] = await Promise.all([lane.acquire(), lane.acquire()]);
    assert.notEqual(one.connection, two.connection);
    two.release(false);
    one.release(false);
    const again = await lane.acquire();
    assert.equal(again.connection, one.connection);
    again.release(false);
    assert.equal(lane.size, 2);
  });

  it('lets callers beyond its size wait in their order', async () => {
    const [one, two] = await Promise.all([lane.acquire(), lane.acquire()]);
    const order: number[] = [];
    const waiting = [1, 2, 3].map(async (number) => {
      const lease = await lane.acquire();
      order.push(number);
      await sleep(5);
      lease.release(false);
    });
    await sleep(20);
    assert.deepEqual(order, []);
    one.release(false);
    two.release(true);
    await Promise.all(waiting);
    assert.deepEqual(order, [1, 2, 3]);
  });

  it('closes a connection that is returned dirty, or with replies still to come', async () => {
    const dirty = await lane.acquire();
    dirty.release(true);
    assert.equal(dirty.connection.state, 'closed');
    const owing = await lane.acquire();
    owing.connection.request(['BLPOP', 'x', '0']).catch(() => {});
    owing.release(false);
    assert.equal(owing.connection.state, 'closed');
    assert.equal(lane.size, 0);
  });

  it('refuses to take a lease back twice', async () => {
    const lease = await lane.acquire();
    lease.release(false);
    assert.throws(() => lease.release(false), ClosedError);
  });

  it('closes what is idle for too long', async () => {
    lane = laneOf(2, 30);
    (await lane.acquire()).release(false);
    assert.equal(lane.size, 1);
    await until(() => lane.size === 0 && server.openConnections.length === 0);
  });

  it('does not lend a connection that broke while it was idle', async () => {
    (await lane.acquire()).release(false);
    server.disconnect();
    await until(() => lane.size === 0);
    const lease = await lane.acquire();
    assert.equal(await lease.connection.request(['ECHO', 'x']), 'x');
    lease.release(false);
  });

  it('says why none can be had', async () => {
    server.refuse();
    await assert.rejects(lane.acquire(), ConnectError);
    await assert.rejects(lane.acquire(), ConnectError);
    assert.equal(lane.size, 0);
  });

  it('does not hammer a server that refuses, although its calls come back again and again', async () => {
    server.refuse();
    let attempts = 0;
    class Stubborn extends Recorder {
      override failed(call: Call, failure: Failure): void {
        attempts++;
        if (attempts < 1_000 && call.state !== SETTLED) lane.send(call);
        else super.failed(call, failure);
      }
    }
    const { call, outcome } = new Stubborn().make(['BLPOP', 'x', 0], { timeoutMs: 500 });
    lane.send(call);
    await assert.rejects(outcome, { code: 'ERR_TIMEOUT', executed: 'no' });
    assert.ok(attempts >= 3 && attempts < 30, `${attempts} attempts in half a second`);
  });

  it('rejects who waits when it ends', async () => {
    const [one, two] = await Promise.all([lane.acquire(), lane.acquire()]);
    const waiting = assert.rejects(lane.acquire(), ClosedError);
    const closed = lane.close();
    await waiting;
    await assert.rejects(lane.acquire(), ClosedError);
    one.release(false);
    two.release(false);
    await closed;
    assert.equal(lane.size, 0);
  });

  it('rejects at once who waits for a connection that cannot be made, when it ends', async () => {
    server.refuse();
    await assert.rejects(lane.acquire());
    const waiting = assert.rejects(lane.acquire());
    await sleep(2);
    lane.destroy(new ClosedError('ended'));
    await waiting;
  });
});
