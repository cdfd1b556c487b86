import assert from 'node:assert/strict';
import { AsyncLocalStorage } from 'node:async_hooks';
import { channel, subscribe, tracingChannel, unsubscribe } from 'node:diagnostics_channel';
import {
  type BatchWritten,
  type CommandTrace,
  type ConnectTrace,
  createClient,
  type Failover,
  type PoolChange,
  QueueFullError,
  single,
  type TopologyChange,
} from '../../lib/index.js';
import { FakeServer, silence, status } from '../support/fake-server.js';
import { forEachTopology, startTopology } from '../support/topologies.js';
import { until } from '../support/wait.js';

const SLOT_OF_A = 15_495;
type Hear = (trace: unknown) => void;
const CONNECT = ['start', 'end', 'asyncStart', 'asyncEnd'];
const STAGES = ['start', 'end', 'asyncStart', 'asyncEnd', 'error'] as const;

/** Listens until disposed. What is published is copied, because a trace goes on changing. */
class Listener<Trace extends object> {
  readonly heard: (Trace & { readonly stage: string })[] = [];
  readonly #stop: () => void;

  constructor(name: string, wanted: (trace: Trace) => boolean = () => true) {
    const traced = tracingChannel<Trace, Trace>(name);
    const hear =
      (stage: string): Hear =>
      (trace) => {
        if (wanted(trace as Trace)) this.heard.push({ ...(trace as Trace), stage });
      };
    const plain = hear('published');
    const [start, end, asyncStart, asyncEnd, error] = STAGES.map(hear) as [Hear, Hear, Hear, Hear, Hear]; // one a stage
    const handlers = { start, end, asyncStart, asyncEnd, error };
    traced.subscribe(handlers);
    subscribe(name, plain);
    this.#stop = () => {
      traced.unsubscribe(handlers);
      unsubscribe(name, plain);
    };
  }

  get stages(): string[] {
    return this.heard.map(({ stage }) => stage);
  }

  [Symbol.dispose](): void {
    this.#stop();
  }
}

const named =
  (...names: string[]) =>
  ({ command }: CommandTrace) =>
    names.includes(command);

describe('tracing', () => {
  describe('of commands', () => {
    forEachTopology((t) => {
      it('tells start and end of a command with its node and attempts, in the order of tracePromise', async () => {
        await using redis = createClient({ topology: t.createOptions() });
        await redis.set('a', '1');
        using listener = new Listener<CommandTrace>('slotwise:command', named('GET'));
        assert.equal(await redis.get('a'), '1');
        assert.deepEqual(listener.stages, ['start', 'end', 'asyncStart', 'asyncEnd']);
        const [start, , , asyncEnd] = listener.heard;
        assert.equal(start?.attempts, 0);
        assert.equal(start?.node, null);
        assert.equal(asyncEnd?.attempts, 1);
        const primaries = (await t.primaries()).map(({ address }) => address);
        assert.ok(primaries.includes(asyncEnd?.node ?? ''), String(asyncEnd?.node));
      });

      it('tells the error a caller gets', async () => {
        await using redis = createClient({ topology: t.createOptions() });
        await redis.set('a', '1');
        using listener = new Listener<CommandTrace>('slotwise:command', named('LPUSH'));
        const error = await redis.lpush('a', '1').catch((reason: unknown) => reason);
        assert.deepEqual(listener.stages, ['start', 'end', 'error', 'asyncStart', 'asyncEnd']);
        assert.equal(listener.heard[2]?.error, error);
      });

      it('tells of each command of a pipeline, and of a transaction as its EXEC', async () => {
        await using redis = createClient({ topology: t.createOptions() });
        await redis.connect();
        using listener = new Listener<CommandTrace>('slotwise:command');
        assert.deepEqual(await redis.pipeline().set('{a}1', 'x').get('{a}1').exec(), ['OK', 'x']);
        assert.deepEqual(await redis.multi().set('{a}1', 'y').get('{a}1').exec(), ['OK', 'y']);
        const ended = listener.heard.filter(({ stage }) => stage === 'asyncEnd').map(({ command }) => command);
        assert.deepEqual(ended, ['SET', 'GET', 'EXEC']);
      });

      it('tells of the commands on a lease', async () => {
        await using redis = createClient({ topology: t.createOptions() });
        using listener = new Listener<CommandTrace>('slotwise:command', named('GET'));
        await redis.lease((one) => one.get('a'), { key: 'a' });
        assert.deepEqual(listener.stages, ['start', 'end', 'asyncStart', 'asyncEnd']);
        assert.equal(listener.heard[3]?.attempts, 1);
        assert.notEqual(listener.heard[3]?.node, null);
      });
    });

    it('counts every node a command was handed to', async () => {
      await using running = await startTopology('cluster');
      await using redis = createClient({ topology: running.createOptions() });
      await redis.set('a', '1');
      const { group } = running;
      const source = await group.nodeForSlot(SLOT_OF_A);
      const target = (await group.primaries()).find((node) => node !== source);
      assert.ok(target);
      await group.moveSlots(source, target, SLOT_OF_A, SLOT_OF_A);
      using listener = new Listener<CommandTrace>('slotwise:command', named('GET'));
      assert.equal(await redis.get('a'), '1');
      assert.deepEqual(listener.stages, ['start', 'end', 'asyncStart', 'asyncEnd']);
      assert.equal(listener.heard[3]?.attempts, 2);
      assert.equal(listener.heard[3]?.node, target.address);
    });

    it('tells of commands that were refused before they were issued', async () => {
      await using server = await FakeServer.start(([name]) => (name === 'GET' ? silence : undefined));
      const redis = createClient({ topology: single(server.address), queue: { maxCommands: 1 } });
      const first = redis.get('a');
      using listener = new Listener<CommandTrace>('slotwise:command');
      await assert.rejects(redis.get('b'), QueueFullError);
      assert.deepEqual(listener.stages, ['start', 'end', 'error', 'asyncStart', 'asyncEnd']);
      assert.deepEqual(listener.heard[4]?.attempts, 0);
      redis.destroy();
      await assert.rejects(first);
    });

    it('runs a command inside the store that a subscriber binds to its start', async () => {
      await using server = await FakeServer.start(([name]) => (name === 'GET' ? status('x') : undefined));
      await using redis = createClient({ topology: single(server.address) });
      const storage = new AsyncLocalStorage<string>();
      const { start } = tracingChannel<string, CommandTrace>('slotwise:command');
      start.bindStore(storage, ({ command }) => `span of ${command}`);
      try {
        assert.equal(await redis.get('a'), 'x');
      } finally {
        start.unbindStore(storage);
      }
    });

    it('goes on when a subscriber throws', async () => {
      await using server = await FakeServer.start(([name]) => (name === 'GET' ? status('x') : undefined));
      await using redis = createClient({ topology: single(server.address) });
      await redis.connect();
      const thrown: unknown[] = [];
      const listeners = process.listeners('uncaughtException');
      process.removeAllListeners('uncaughtException');
      process.on('uncaughtException', (error) => thrown.push(error));
      const bad = (): void => {
        throw new Error('mine');
      };
      subscribe('tracing:slotwise:command:asyncEnd', bad);
      try {
        assert.deepEqual(await Promise.all([redis.get('a'), redis.get('b')]), ['x', 'x']);
        await new Promise((resolve) => setImmediate(resolve));
      } finally {
        unsubscribe('tracing:slotwise:command:asyncEnd', bad);
        process.removeAllListeners('uncaughtException');
        for (const listener of listeners) process.on('uncaughtException', listener);
      }
      assert.deepEqual(
        thrown.map((error) => (error as Error).message),
        ['mine', 'mine'],
      );
    });

    it('leaves nothing behind when the subscriber leaves while a command runs', async () => {
      await using server = await FakeServer.start(async ([name]) => {
        if (name !== 'GET') return undefined;
        await left;
        return status('x');
      });
      let leave = (): void => {};
      const left = new Promise<void>((resolve) => {
        leave = resolve;
      });
      await using redis = createClient({ topology: single(server.address) });
      const listener = new Listener<CommandTrace>('slotwise:command', named('GET'));
      const reply = redis.get('a');
      listener[Symbol.dispose]();
      leave();
      assert.equal(await reply, 'x');
      assert.deepEqual(listener.stages, ['start', 'end']);
      assert.equal(channel('tracing:slotwise:command:start').hasSubscribers, false);
    });
  });

  it('tells of each connect, and of one that fails with its error', async () => {
    await using server = await FakeServer.start();
    using listener = new Listener<ConnectTrace>('slotwise:connect');
    await using redis = createClient({ topology: single(server.address) });
    await redis.connect();
    // The monitor's own connection, and the one for commands.
    assert.deepEqual([...listener.stages].sort(), [...CONNECT, ...CONNECT].sort());
    assert.ok(listener.heard.every(({ node }) => node === server.address));
    listener.heard.length = 0;
    server.refuse();
    server.disconnect();
    await until(() => listener.stages.includes('error'));
    assert.match(String(listener.heard.find(({ stage }) => stage === 'error')?.error), /ConnectError/);
  });

  it('tells of each write, with its commands and bytes', async () => {
    await using server = await FakeServer.start(([name]) => (name === 'GET' ? status('x') : undefined));
    await using redis = createClient({ topology: single(server.address) });
    await redis.connect();
    using listener = new Listener<BatchWritten>('slotwise:batch');
    await Promise.all([redis.get('a'), redis.get('b'), redis.get('c')]);
    const bytes = 3 * '*2\r\n$3\r\nGET\r\n$1\r\na\r\n'.length;
    assert.deepEqual(listener.heard, [{ node: server.address, commands: 3, bytes, stage: 'published' }]);
  });

  it('tells when the connections of a node are made and closed, once each', async () => {
    await using server = await FakeServer.start();
    using listener = new Listener<PoolChange>('slotwise:pool');
    const redis = createClient({ topology: single(server.address) });
    await redis.connect();
    await redis.close();
    assert.deepEqual(
      listener.heard.map(({ node, change }) => `${node} ${change}`),
      [`${server.address} created`, `${server.address} closed`],
    );
  });

  it('tells that connections make place for new ones when a fixed address turns read-only', async () => {
    let replica = true;
    await using server = await FakeServer.start(([name]) => {
      if (name !== 'SET') return undefined;
      if (!replica) return status('OK');
      replica = false;
      return Buffer.from("-READONLY You can't write against a read only replica.\r\n");
    });
    using listener = new Listener<PoolChange>('slotwise:pool');
    await using redis = createClient({ topology: single(server.address) });
    assert.equal(await redis.set('a', '1'), 'OK');
    assert.deepEqual(
      listener.heard.map(({ change }) => change),
      ['created', 'cleared'],
    );
  });

  it('tells of a failover and of the topology after it', async () => {
    await using running = await startTopology('cluster');
    const before = (await running.primaries()).map(({ address }) => address);
    using topology = new Listener<TopologyChange>('slotwise:topology');
    using failover = new Listener<Failover>('slotwise:failover');
    await using redis = createClient({ topology: running.createOptions(), monitor: { periodMs: 200 } });
    await redis.connect();
    assert.deepEqual([...(topology.heard[0]?.primaries ?? [])].sort(), [...before].sort());
    const [replica] = await running.replicas();
    await replica?.ask('CLUSTER', 'FAILOVER');
    await until(() => failover.heard.length > 0, { timeoutMs: 20_000 });
    assert.equal(failover.heard[0]?.to, replica?.address);
    assert.ok(before.includes(failover.heard[0]?.from ?? ''));
    assert.ok(topology.heard.at(-1)?.primaries.includes(replica?.address ?? ''));
  });
});
