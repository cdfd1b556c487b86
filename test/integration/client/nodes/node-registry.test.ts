import assert from 'node:assert/strict';
import sinon from 'sinon';
import { NodeRegistry } from '../../../../lib/client/nodes/node-registry.js';
import { ClosedError } from '../../../../lib/errors.js';
import { addressKey } from '../../../../lib/options/address.js';
import { resolveOptions } from '../../../../lib/options/resolve.js';
import { makeTopology } from '../../../../lib/topology/snapshot.js';
import { FakeServer, silence } from '../../../support/fake-server.js';
import { until } from '../../../support/wait.js';
import { Recorder } from '../../connection/opened.js';

describe('a node that left the topology and owes a reply', () => {
  const nothing = (): void => {};
  const events = {
    up: nothing,
    down: nothing,
    suspect: nothing,
    stalling: nothing,
    lost: nothing,
    overdue: nothing,
    backoffEnded: nothing,
  };
  const empty = makeTopology('replication', [{ primary: null, replicas: [] }], null);
  let server: FakeServer;
  let registry: NodeRegistry;
  let owner: Recorder;
  let timers: sinon.SinonFakeTimers;
  beforeEach(async () => {
    server = await FakeServer.start();
    registry = new NodeRegistry(resolveOptions({ monitor: {} }), events);
    owner = new Recorder();
  });
  afterEach(async () => {
    sinon.restore();
    registry.destroy(new ClosedError('the test is over'));
    await server.stop();
  });

  /** Sends GET, of which the reply is up to `answer`, and has the node leave. */
  async function leave(
    answer: () => Promise<string> | typeof silence,
  ): Promise<{ readonly key: string; readonly outcome: Promise<unknown> }> {
    server.handler = ([name]) => (name === 'GET' ? answer() : undefined);
    const node = registry.at(server);
    const { call, outcome } = owner.make(['GET', 'k']);
    node.send(call, 'primary');
    await until(() => server.count('GET') === 1);
    // Only the time that the node is given passes as the test says.
    timers = sinon.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'], shouldClearNativeTimers: true });
    assert.deepEqual(registry.adopt(empty, null), []);
    assert.equal(registry.get(addressKey(server)), undefined);
    return { key: node.key, outcome };
  }

  it('is found until it has answered', async () => {
    let reply = (_: string): void => {};
    const { key, outcome } = await leave(() => new Promise((resolve) => (reply = resolve)));
    timers.restore();
    assert.equal(registry.presentOrLeaving(key)?.key, key);
    reply('value');
    assert.equal(await outcome, 'value');
    await until(() => registry.presentOrLeaving(key) === null);
  });

  it('is given up after 5 s', async () => {
    const { key, outcome } = await leave(() => silence);
    timers.tick(4_999);
    assert.equal(registry.presentOrLeaving(key)?.key, key);
    timers.tick(1);
    await assert.rejects(outcome, { code: 'ERR_CONNECTION_LOST', message: `${key} left the topology` });
    assert.equal(registry.presentOrLeaving(key), null);
  });

  it('ends with the client', async () => {
    const { key, outcome } = await leave(() => silence);
    registry.destroy(new ClosedError('the client was closed'));
    await assert.rejects(outcome, { code: 'ERR_CLOSED' });
    assert.equal(registry.presentOrLeaving(key), null);
  });
});
