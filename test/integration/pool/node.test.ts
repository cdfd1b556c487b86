import assert from 'node:assert/strict';
import { ClosedError } from '../../../lib/errors.js';
import { Node, type NodeEvents } from '../../../lib/pool/node.js';
import { FakeServer, silence } from '../../support/fake-server.js';
import { until } from '../../support/wait.js';
import { quickConfig, Recorder } from '../connection/opened.js';

const ignore = (): void => {};
const ignoreAll: NodeEvents = { up: ignore, down: ignore, suspect: ignore, lost: ignore, overdue: ignore, backoffEnded: ignore };

function nodeOf(server: FakeServer, listeners: Partial<NodeEvents> = {}): Node {
  return new Node(
    `${server.host}:${server.port}`,
    {
      connection: { ...quickConfig, address: { host: server.host, port: server.port } },
      shared: 1,
      maxExclusive: 1,
      minExclusive: 0,
      maxConnecting: 1,
      idleMs: 1_000,
      maxLifetimeMs: 0,
      acquireTimeoutMs: 0,
      reconnect: { minMs: 10, maxMs: 100 },
    },
    { ...ignoreAll, ...listeners },
  );
}

describe('a node', () => {
  it('says that it stalls, and that it is suspect, where its server says nothing', async () => {
    await using server = await FakeServer.start(([name]) => (name === 'ECHO' ? silence : undefined));
    const events = new Set<string>();
    const node = nodeOf(server, { stalling: () => events.add('stalling'), suspect: () => events.add('suspect') });
    const { call, outcome } = new Recorder().make(['ECHO', 'x']);
    node.send(call, 'primary');
    await until(() => events.has('suspect'));
    assert.deepEqual([...events], ['stalling', 'suspect']);
    node.destroy(new ClosedError('the test is over'));
    await assert.rejects(outcome);
  });

  it('asks the server itself, in order among the commands of that access', async () => {
    await using server = await FakeServer.start(([name, ...args]) => (name === 'ECHO' || name === 'INFO' ? (args[0] ?? '') : undefined));
    const node = nodeOf(server);
    const { call, outcome } = new Recorder().make(['ECHO', 'first']);
    node.send(call, 'replica');
    assert.deepEqual(await Promise.all([outcome, node.ask(['INFO', 'replication'], 'replica')]), ['first', 'replication']);
    const [first] = server.connections.filter(({ received }) => received.some(([name]) => name === 'ECHO'));
    assert.deepEqual(
      first?.received.filter(([name]) => name === 'ECHO' || name === 'INFO').map(([name]) => name),
      ['ECHO', 'INFO'],
    );
    assert.equal(node.sent, 1, 'our own questions do not count');
    await node.close();
  });

  it('asks nothing and opens nothing once it is closed', async () => {
    await using server = await FakeServer.start();
    const node = nodeOf(server);
    await node.close();
    await assert.rejects(node.ask(['INFO', 'replication'], 'replica'), { code: 'ERR_NO_NODE' });
    assert.equal(await node.ping(100), false);
    assert.equal(await node.answersAs(node.processEpoch), false);
    assert.equal(server.connections.length, 0);
  });

  it('gives back what was not written, save what we asked this node about itself: no other node may answer that', async () => {
    await using server = await FakeServer.start();
    const node = nodeOf(server);
    const { call, outcome } = new Recorder().make(['ECHO', 'x']);
    node.send(call, 'primary');
    const asked = node.ask(['INFO', 'replication'], 'primary');
    assert.deepEqual(node.takeUnwritten(), [call]);
    await assert.rejects(asked, { code: 'ERR_NO_NODE' });
    call.fail(new Error('over'));
    await assert.rejects(outcome);
    await node.close();
  });
});
