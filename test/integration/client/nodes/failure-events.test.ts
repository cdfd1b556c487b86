import assert from 'node:assert/strict';
import { tracingChannel } from 'node:diagnostics_channel';
import sinon from 'sinon';
import {
  type ConnectTrace,
  cluster,
  createClient,
  replication,
  type SlotwiseError,
  sentinel,
  single,
  type TopologyOptions,
} from '../../../../lib/index.js';
import { error, FakeServer } from '../../../support/fake-server.js';
import { claimPort, releasePort } from '../../../support/ports.js';
import { until } from '../../../support/wait.js';
import { single as singleServer } from '../scripted.js';

/** Attempts to connect, by node. */
class ConnectCounter {
  readonly byNode = new Map<string, number>();
  readonly #count = (message: unknown): void => {
    const { node } = message as ConnectTrace;
    this.byNode.set(node, (this.byNode.get(node) ?? 0) + 1);
  };

  constructor() {
    tracingChannel('slotwise:connect').start.subscribe(this.#count);
  }

  [Symbol.dispose](): void {
    tracingChannel('slotwise:connect').start.unsubscribe(this.#count);
  }
}

describe('error events', () => {
  afterEach(() => sinon.restore());

  it('come once while nobody answers, whatever the order of the seeds, in every topology', async () => {
    using connects = new ConnectCounter();
    const ports = await Promise.all(Array.from({ length: 12 }, () => claimPort()));
    const seeds = ports.map((port) => `127.0.0.1:${port}`);
    const topologies: readonly TopologyOptions[] = [
      cluster(seeds.slice(0, 3)),
      replication(seeds.slice(3, 6)),
      sentinel(seeds.slice(6, 9), 'mymaster'),
      single(seeds[9] ?? ''),
    ];
    const clients = topologies.map((topology) => createClient({ topology, timeoutMs: 5_000 }));
    try {
      const errors = clients.map((redis) => {
        const heard: SlotwiseError[] = [];
        redis.on('error', (problem) => heard.push(problem));
        redis.get('k').catch(() => {});
        return heard;
      });
      await until(() => seeds.slice(0, 10).every((seed) => (connects.byNode.get(seed) ?? 0) >= 8), { what: 'eight probes of each client' });
      assert.deepEqual(
        errors.map((heard) => heard.length),
        [1, 1, 1, 1],
      );
    } finally {
      for (const redis of clients) redis.destroy();
      for (const port of ports) releasePort(port);
    }
  });

  it('come once while a node refuses to log in, and again after it let us in', async () => {
    using connects = new ConnectCounter();
    let refuses = false;
    await using server = await FakeServer.start(
      singleServer(([name]) => (name === 'HELLO' && refuses ? error('WRONGPASS no') : undefined)),
    );
    await using redis = createClient({ topology: single(server.address), password: 'pw', reconnect: { minMs: 1, maxMs: 5 } });
    const errors: string[] = [];
    redis.on('error', ({ code }) => errors.push(code));
    await redis.connect();
    for (const expected of [1, 2]) {
      refuses = true;
      const before = connects.byNode.get(server.address) ?? 0;
      server.disconnect();
      await until(() => (connects.byNode.get(server.address) ?? 0) >= before + 10, { everyMs: 2 });
      assert.equal(errors.filter((code) => code === 'ERR_AUTH').length <= 2 * expected, true, errors.join(' '));
      assert.ok(errors.length >= expected, errors.join(' '));
      refuses = false;
      await until(
        () =>
          redis.ping().then(
            () => true,
            () => false,
          ),
        { everyMs: 2 },
      );
    }
  });

  it('become a process warning where nobody listens, the first one of a client', async () => {
    const warn = sinon.stub(process, 'emitWarning');
    const port = await claimPort();
    await using redis = createClient({ topology: single(`127.0.0.1:${port}`), password: 'the-password', failFast: true });
    for (let times = 0; times < 3; times++) await redis.get('k').catch(() => {});
    releasePort(port);
    sinon.assert.calledOnce(warn);
    const [text, options] = warn.firstCall.args as unknown as [string, { readonly type: string; readonly code: string }];
    assert.match(text, new RegExp(`^TopologyError: 127.0.0.1:${port} is not reachable .*ECONNREFUSED`));
    assert.deepEqual([options.type, options.code], ['SlotwiseWarning', 'SLOTWISE_UNHEARD_ERROR']);
    assert.ok(!JSON.stringify(warn.args).includes('the-password'));
  });
});
