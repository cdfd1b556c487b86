import assert from 'node:assert/strict';
import { tracingChannel } from 'node:diagnostics_channel';
import type { ConnectTrace, Redis } from '../../../../lib/index.js';
import { error, type FakeServer } from '../../../support/fake-server.js';
import { claimPort, releasePort } from '../../../support/ports.js';
import { until } from '../../../support/wait.js';
import { assertNoPendingCommands, clientOf, namingServer, ScriptedCluster, SLOT_OF_B, single } from '../scripted.js';

const ADDRESSES = 60;

describe('addresses that only redirections name', () => {
  let cluster: ScriptedCluster;
  let redis: Redis;
  let ports: number[];
  /** Connection attempts by node. */
  let connects: Map<string, number>;
  const count = (message: unknown): void => {
    const { node } = message as ConnectTrace;
    connects.set(node, (connects.get(node) ?? 0) + 1);
  };

  beforeEach(async () => {
    connects = new Map();
    ports = await Promise.all(Array.from({ length: ADDRESSES }, () => claimPort()));
    tracingChannel('slotwise:connect').start.subscribe(count);
    cluster = await ScriptedCluster.start(2);
    redis = cluster.client();
    redis.on('error', () => {});
  });
  afterEach(async () => {
    tracingChannel('slotwise:connect').start.unsubscribe(count);
    for (const port of ports) releasePort(port);
    await assertNoPendingCommands();
    await cluster.stop();
  });

  const elsewhere = (): number => [...connects.keys()].filter((key) => !cluster.servers.some(({ address }) => address === key)).length;
  const attempts = (): number => [...connects.values()].reduce((sum, one) => sum + one, 0);

  for (const kind of ['MOVED', 'ASK']) {
    it(`are a bounded number of nodes, whatever ${kind} says, and the others are served`, async () => {
      let turn = 0;
      cluster.script = namingServer((server, [name, key]) =>
        server === 0 && name === 'GET' && key === 'b' ? error(`${kind} ${SLOT_OF_B} 127.0.0.1:${ports[turn++ % ADDRESSES]}`) : undefined,
      );
      await redis.connect();
      const hasty = redis.with({ timeoutMs: 500 });
      // A machine that stalls has few of them followed before their deadline.
      for (let rounds = 0; rounds < 10 && elsewhere() <= 10; rounds++) {
        const outcomes = await Promise.allSettled(Array.from({ length: 2 * ADDRESSES }, () => hasty.get('b')));
        assert.ok(outcomes.every(({ status }) => status === 'rejected'));
      }
      assert.ok(elsewhere() > 10, 'redirections are followed');
      assert.ok(redis.stats().nodes.length <= 2 + 32, `${redis.stats().nodes.length} nodes`);
      assert.equal(await redis.get('a'), 'server 1');
      // Of those that are left none is tried for ever; how fast is for the backoff of each to say.
      const before = attempts();
      await until(() => attempts() > before + 3 * 32 || redis.stats().nodes.length <= 2 + 16, { timeoutMs: 1_000 }).catch(() => false);
      assert.ok(attempts() - before < 10 * 32, `${attempts() - before} attempts`);
    });
  }

  it('serve a node that is new, before a view names it', async () => {
    const [, second] = cluster.servers as [FakeServer, FakeServer];
    cluster.forget(1, 0);
    cluster.script = namingServer((server, [name, key]) =>
      server === 0 && name === 'GET' && key === 'b' ? error(`ASK ${SLOT_OF_B} ${second.address}`) : undefined,
    );
    assert.equal(await redis.get('b'), 'server 1');
    const gets = await Promise.all(Array.from({ length: 100 }, () => redis.get('b')));
    assert.deepEqual(new Set(gets), new Set(['server 1']));
    assert.equal(connects.get(second.address), 1, 'its connection stays');
  });

  it('are followed when a replica behind a fixed address names its primary', async () => {
    const [first, second] = cluster.servers as [FakeServer, FakeServer];
    first.handler = single(([name]) => (name === 'SET' ? error(`REDIRECT ${second.address}`) : undefined));
    second.handler = single(([name]) => (name === 'SET' ? 'second' : undefined));
    const client = clientOf(first);
    assert.equal(await client.call('SET', 'k', 'v'), 'second');
    assert.deepEqual(
      client
        .stats()
        .nodes.map(({ node }) => node)
        .sort(),
      [first.address, second.address].sort(),
    );
  });
});
