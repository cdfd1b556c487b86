import assert from 'node:assert/strict';
import sinon from 'sinon';
import type { Redis } from '../../../../lib/index.js';
import { slotOfKey } from '../../../../lib/routing/keys/slots.js';
import { error } from '../../../support/fake-server.js';
import { fakeRandom } from '../../../support/fake-time.js';
import { PubsubScript, push } from '../../../support/pubsub-server.js';
import { Stopwatch } from '../../../support/stopwatch.js';
import { until } from '../../../support/wait.js';
import { assertNoPendingCommands, ScriptedCluster } from '../scripted.js';

const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 20));

describe('subscriptions of a client of a cluster', () => {
  let cluster: ScriptedCluster;
  let scripts: PubsubScript[];
  let redis: Redis;

  beforeEach(async () => {
    cluster = await ScriptedCluster.start(3);
    scripts = cluster.servers.map(() => new PubsubScript());
    const handlers = scripts.map((script) => script.handler());
    cluster.script = (server, command, connection) => handlers[server]?.(command, connection);
    redis = cluster.client({ timeoutMs: 5_000, monitor: { periodMs: 100 } });
  });

  afterEach(async () => {
    sinon.restore();
    await assertNoPendingCommands();
    await cluster.stop();
  });

  const nodeOf = (channel: string, kind: 'channel' | 'pattern' | 'shard' = 'channel'): number =>
    scripts.findIndex((script) => script.of(kind, channel).size > 0);

  it('are spread over the nodes by their names, and stay there', async () => {
    const names = Array.from({ length: 30 }, (_, n) => `c${n}`);
    await redis.subscribe(names, () => {});
    const nodes = names.map((name) => nodeOf(name));
    assert.deepEqual([...new Set(nodes)].sort(), [0, 1, 2]);
    await redis.subscribe('another', () => {});
    assert.deepEqual(
      names.map((name) => nodeOf(name)),
      nodes,
    );
    assert.equal(redis.stats().subscriptions.connections, 3);
  });

  it('go to another node when theirs dies, at once, and are not brought back', async () => {
    const got: string[] = [];
    await redis.subscribe('c', (message) => got.push(message), { onGap: ({ reason }) => got.push(reason) });
    const node = nodeOf('c');
    const watch = Stopwatch.start();
    cluster.server(node).refuse();
    cluster.server(node).disconnect();
    await until(() => nodeOf('c') !== node && nodeOf('c') !== -1);
    assert.ok(watch.ownMs < 1_000, `${watch.ownMs} ms`);
    const other = nodeOf('c');
    scripts[other]?.publish('c', '1');
    await until(() => got.length === 2);
    assert.deepEqual(got, ['connection', '1']);
    await cluster.server(node).listen();
    await pause();
    assert.equal(nodeOf('c'), other);
  });

  it('go to another node only after the propagation delay', async () => {
    await redis.subscribe('c', () => {});
    const node = nodeOf('c');
    const begunAt = performance.now();
    cluster.server(node).refuse();
    cluster.server(node).disconnect();
    await until(() => nodeOf('c') !== node && nodeOf('c') !== -1);
    const tookMs = performance.now() - begunAt;
    assert.ok(tookMs >= 45, `${tookMs} ms`);
  });

  it('try the same node once more first: a connection that was cut costs no move', async () => {
    await redis.subscribe('c', () => {});
    const node = nodeOf('c');
    cluster.server(node).disconnect();
    await until(() => cluster.servers.reduce((sum, server) => sum + server.count('SUBSCRIBE'), 0) === 2);
    assert.equal(cluster.server(node).count('SUBSCRIBE'), 2);
  });

  it('follow MOVED, and an unsubscription by the server when a slot leaves it', async () => {
    const got: string[] = [];
    const sub = await redis.ssubscribe('s', (message) => got.push(message), { onGap: ({ reason }) => got.push(reason) });
    const node = nodeOf('s', 'shard');
    const next = (node + 1) % 3;
    const slot = slotOfKey('s');
    const script = scripts[node];
    const ranges = cluster.ranges;
    cluster.ranges = [...ranges.flatMap((range) => without(range, slot)), { first: slot, last: slot, owner: next }];
    if (script !== undefined)
      script.refuse = ([name]) => (name === 'SSUBSCRIBE' ? error(`MOVED ${slot} ${cluster.server(next).address}`) : undefined);
    const [connection] = script?.of('shard', 's') ?? [];
    script?.of('shard', 's').clear();
    connection?.send(push(['sunsubscribe', 's', 0], 3));
    await until(() => nodeOf('s', 'shard') === next);
    await until(() => sub.live);
    scripts[next]?.publish('s', '1', 'shard');
    await until(() => got.length === 2);
    assert.deepEqual(got, ['moved', '1']);
  });

  for (const named of [true, false]) {
    it(`do not stay at a primary that became a replica, ${named ? 'and go to the primary that it names' : 'which names its primary by an unknown address'}`, async () => {
      const got: string[] = [];
      const sub = await redis.ssubscribe('s', (message) => got.push(message), { onGap: ({ reason }) => got.push(reason) });
      const node = nodeOf('s', 'shard');
      const next = (node + 1) % 3;
      const [script, promoted] = [scripts[node], cluster.server(next)];
      const [connection] = script?.of('shard', 's') ?? [];
      const handlers = scripts.map((one) => one.handler());
      const ranges = cluster.ranges.map((range) => (range.owner === node ? { ...range, owner: next } : range));
      cluster.script = (server, command, from) => {
        if (server !== node || command[0] !== 'ROLE') return handlers[server]?.(command, from);
        script?.publish('s', 'from a replica', 'shard');
        if (named) cluster.ranges = ranges;
        return ['slave', named ? promoted.host : '192.0.2.1', promoted.port, 'connected', 0];
      };
      script?.of('shard', 's').clear();
      connection?.send(push(['sunsubscribe', 's', 0], 3));
      if (!named) {
        await until(() => cluster.server(node).count('SUNSUBSCRIBE') > 0);
        assert.equal(sub.live, false);
        cluster.ranges = ranges;
      }
      await until(() => nodeOf('s', 'shard') === next && sub.live);
      scripts[next]?.publish('s', '1', 'shard');
      await until(() => got.length === 2);
      assert.deepEqual(got, ['moved', '1']);
      assert.equal(script?.of('shard', 's').size, 0);
    });
  }

  it('believe the slot map in the end, where the primary of a slot says for long that it is a replica', async () => {
    // No delays.
    fakeRandom(0);
    const handlers = scripts.map((one) => one.handler());
    cluster.script = (server, command, from) =>
      command[0] === 'ROLE' ? ['slave', '192.0.2.1', 7000, 'connected', 0] : handlers[server]?.(command, from);
    const sub = await redis.ssubscribe('s', () => {});
    assert.equal(sub.live, true);
    const asked = cluster.servers.reduce((sum, server) => sum + server.count('SSUBSCRIBE'), 0);
    assert.equal(asked, 13);
  });

  it('leave a node that is no longer in the cluster, and deliver nothing more from it', async () => {
    const got: string[] = [];
    await redis.subscribe('c', (message) => got.push(message), {
      onGap: ({ reason, from, to }) => got.push(`${reason} ${from} ${to}`),
    });
    const node = nodeOf('c');
    const next = (node + 1) % 3;
    const [connection] = scripts[node]?.of('channel', 'c') ?? [];
    const gone = cluster.server(node).address;
    cluster.forget(node, next);
    await until(() => nodeOf('c') === next);
    connection?.send(push(['message', 'c', 'from the old one'], 3));
    scripts[next]?.publish('c', '1');
    await until(() => got.length >= 2);
    assert.deepEqual(got, [`removed ${gone} ${cluster.server(next).address}`, '1']);
  });
});

function without(range: { first: number; last: number; owner: number }, slot: number): { first: number; last: number; owner: number }[] {
  if (slot < range.first || slot > range.last) return [range];
  return [
    { ...range, last: slot - 1 },
    { ...range, first: slot + 1 },
  ].filter(({ first, last }) => first <= last);
}
