import assert from 'node:assert/strict';
import { until } from '../../../support/wait.js';
import { assertNoPendingCommands, namingServer, ScriptedCluster } from '../scripted.js';

describe('the dispatcher of a cluster', () => {
  let cluster: ScriptedCluster;
  beforeEach(async () => {
    cluster = await ScriptedCluster.start(3);
    cluster.script = namingServer();
  });
  afterEach(async () => {
    await assertNoPendingCommands();
    await cluster.stop();
  });

  it('sends each key to the owner of its slot', async () => {
    const redis = cluster.client();
    const replies = await Promise.all(['a', 'b', 'c', '{b}1', Buffer.from('c')].map((key) => redis.get(key)));
    assert.deepEqual(replies, ['server 2', 'server 0', 'server 1', 'server 0', 'server 1']);
  });

  it('spreads commands without keys over the primaries', async () => {
    cluster.script = (_, [name]) => (name === 'ECHO' ? 'x' : undefined);
    const redis = cluster.client();
    await Promise.all(Array.from({ length: 30 }, () => redis.call('ECHO', 'x')));
    assert.deepEqual(
      [0, 1, 2].map((server) => cluster.received(server, 'ECHO').length),
      [10, 10, 10],
    );
  });

  it('sends what is published to one channel to one primary, and to another one while that cannot be reached', async () => {
    cluster.script = (_, [name]) => (name === 'PUBLISH' ? 0 : undefined);
    const redis = cluster.client({ timeoutMs: 5_000 });
    const counts = (): number[] => [0, 1, 2].map((server) => cluster.received(server, 'PUBLISH').length);
    await Promise.all(Array.from({ length: 10 }, () => redis.call('PUBLISH', 'channel', 'x')));
    const home = counts().indexOf(10);
    assert.notEqual(home, -1, `${counts()}`);
    cluster.server(home).refuse();
    cluster.server(home).disconnect();
    await until(() => redis.stats().nodes.some(({ reachable }) => !reachable));
    for (let n = 0; n < 10; n++) await redis.call('PUBLISH', 'channel', 'x');
    assert.equal(counts()[home], 10);
    assert.deepEqual(
      [...counts()].sort((a, b) => a - b),
      [0, 10, 10],
    );
    await cluster.server(home).listen();
    await until(() => redis.stats().nodes.every(({ reachable }) => reachable));
    // What goes through two nodes may arrive in any order: it stays.
    await redis.call('PUBLISH', 'channel', 'x');
    assert.equal(counts()[home], 10);
  });
});
