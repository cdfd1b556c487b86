import assert from 'node:assert/strict';
import sinon from 'sinon';
import type { ChannelState } from '../../../../lib/client/pubsub/channel.js';
import { KeyspaceSubscription } from '../../../../lib/client/pubsub/keyspace-subscription.js';
import { PrimaryTracker } from '../../../../lib/client/pubsub/primary-tracker.js';
import type { SubscribeLimits } from '../../../../lib/client/pubsub/subscribe-request.js';
import { SubscriptionGroup } from '../../../../lib/client/pubsub/subscription.js';
import { ClosedError, KeyspaceEventsOffError, ReplyError, type SlotwiseError } from '../../../../lib/errors.js';
import { makeTopology, type NodeInfo, type TopologySnapshot } from '../../../../lib/topology/snapshot.js';
import { channelOf, FakeConnection, RecordingHandler, recordingReporter } from './fakes.js';

const NAME = '__keyevent@0__:*';
const info = (key: string): NodeInfo => ({
  id: key,
  key,
  address: { host: key, port: 1 },
  role: 'primary',
  usable: true,
  replicaOf: null,
  depth: 0,
  priority: 100,
  tags: {},
});
const topologyOf = (keys: readonly string[]): TopologySnapshot =>
  makeTopology(
    'cluster',
    keys.map((key) => ({ primary: info(key), replicas: [] })),
    null,
  );

/** A subscription on the primaries `a` and `b`, whose channels the test confirms. */
class Opened {
  readonly deployment = { snapshot: topologyOf(['a', 'b']), confirmedSinceMs: () => 500 };
  readonly primaries = new PrimaryTracker(this.deployment);
  readonly handler = new RecordingHandler();
  readonly recorded = recordingReporter();
  readonly checked: string[] = [];
  /** The channel of each node that has a group. */
  readonly channels = new Map<string, ChannelState>();
  readonly subscription: KeyspaceSubscription;
  /** What the configuration of a node is refused for. */
  refusal: SlotwiseError | null = null;
  closed: SlotwiseError | null = null;

  constructor(limits: SubscribeLimits = { timeoutMs: 0, signal: null }, names: readonly string[] = [NAME]) {
    const request = { kind: 'pattern', names: names.map((name) => Buffer.from(name)) } as const;
    this.subscription = new KeyspaceSubscription(request, this.handler, limits, {
      what: 'keyspace events',
      primaries: this.primaries,
      reporter: this.recorded.reporter,
      connect: async () => {},
      check: async (node) => {
        this.checked.push(node);
        if (this.refusal !== null) throw this.refusal;
      },
      listen: ({ kind, names, node = '' }, handler, own) => {
        const channel = channelOf(String(names[0]), undefined, kind);
        const host = {
          abandoned: (one: ChannelState) => {
            this.channels.delete(node);
            return one.end();
          },
          ended: () => {},
        };
        this.channels.set(node, channel);
        const group = new SubscriptionGroup(kind, [channel], handler, own, host);
        group.start(this.closed);
        if (channel.state === 'waiting') channel.subscribeAt(new FakeConnection(node), false);
        return group;
      },
    });
  }

  async confirm(...nodes: string[]): Promise<void> {
    for (const node of nodes) this.channels.get(node)?.confirmed();
    await settle();
  }

  follow(...keys: string[]): void {
    this.deployment.snapshot = topologyOf(keys);
    this.primaries.topologyChanged();
  }

  get nodes(): string[] {
    return [...this.channels.keys()];
  }
}

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

async function open(limits?: SubscribeLimits, names?: readonly string[]): Promise<Opened> {
  const opened = new Opened(limits, names);
  await settle();
  return opened;
}

async function openActive(): Promise<Opened> {
  const opened = await open();
  await opened.confirm('a', 'b');
  await opened.subscription.confirmed;
  return opened;
}

describe('KeyspaceSubscription', () => {
  it('is confirmed once every primary is', async () => {
    const { subscription, handler, checked, nodes, ...opened } = await open();
    assert.deepEqual([checked, opened.channels.size], [['a', 'b'], 2]);
    for (const channel of opened.channels.values()) {
      assert.deepEqual([subscription.live, handler.calls], [false, []]);
      channel.confirmed();
      await settle();
    }
    await subscription.confirmed;
    assert.deepEqual([subscription.live, handler.calls], [true, ['confirmed']]);
  });

  it('hands on messages and gaps of every primary', async () => {
    const { channels, handler } = await openActive();
    for (const [node, channel] of channels) channel.message(node, NAME);
    channels.get('a')?.lost(null);
    channels.get('a')?.subscribeAt(new FakeConnection('a'), false);
    channels.get('a')?.confirmed();
    assert.deepEqual(handler.calls, ['confirmed', `a of ${NAME}`, `b of ${NAME}`, 'gap connection']);
  });

  it('tells the gap of a primary that comes later for each of its names', async () => {
    const names = ['__keyspace@0__:a:*', '__keyspace@0__:b:*'];
    const opened = await open(undefined, names);
    await opened.confirm('a', 'b');
    const gap = sinon.spy(opened.recorded.reporter, 'gap');
    opened.follow('a', 'b', 'c');
    await opened.confirm('c');
    assert.deepEqual(
      gap.args.map(([{ name, to }]) => [name, to]),
      names.map((name) => [name, 'c']),
    );
    assert.deepEqual(opened.handler.calls, ['confirmed', 'gap failover', 'gap failover']);
  });

  it('begins with a gap on a primary that comes later', async () => {
    const time = sinon.useFakeTimers({ now: 9_000, toFake: ['Date'] });
    try {
      const opened = await openActive();
      const gap = sinon.spy(opened.recorded.reporter, 'gap');
      opened.follow('a', 'b', 'c');
      assert.deepEqual([opened.nodes, opened.checked, opened.subscription.live], [['a', 'b', 'c'], ['a', 'b', 'c'], false]);
      await opened.confirm('c');
      assert.deepEqual([opened.handler.calls, opened.subscription.live], [['confirmed', 'gap failover'], true]);
      assert.deepEqual(gap.firstCall.args, [
        { type: 'gap', kind: 'pattern', name: NAME, reason: 'failover', from: null, to: 'c', sinceMs: 500, untilMs: 9_000, dropped: 0 },
      ]);
    } finally {
      time.restore();
    }
  });

  it('reports that a primary that comes later does not publish, and goes on', async () => {
    const opened = await openActive();
    opened.refusal = new KeyspaceEventsOffError('c', '', 'KA');
    opened.follow('a', 'b', 'c');
    await settle();
    assert.deepEqual([opened.recorded.events, opened.handler.calls], [['error ERR_KEYSPACE_EVENTS_OFF'], ['confirmed']]);
  });

  it('leaves what is no primary any more', async () => {
    const opened = await openActive();
    opened.follow('b');
    assert.deepEqual([opened.nodes, opened.handler.calls, opened.subscription.live], [['b'], ['confirmed'], true]);
  });

  it('is confirmed when the last one that was not is no primary any more', async () => {
    const opened = await open();
    await opened.confirm('a');
    opened.follow('a');
    await opened.subscription.confirmed;
    assert.deepEqual(opened.handler.calls, ['confirmed']);
  });

  interface Ending {
    readonly what: string;
    readonly end: (opened: Opened, abort: AbortController) => unknown;
    readonly calls: readonly string[];
    /** Of the promise `confirmed`. */
    readonly code: string;
  }
  const endings: readonly Ending[] = [
    { what: 'it is left', end: ({ subscription }) => subscription.end(), calls: ['ended by itself'], code: 'ERR_ABORTED' },
    { what: 'the signal fires', end: (_, abort) => abort.abort(), calls: ['ended ERR_ABORTED'], code: 'ERR_ABORTED' },
    {
      what: 'a primary refuses',
      end: ({ channels }) => channels.get('b')?.refuse(new ReplyError('NOPERM', 'NOPERM no')),
      calls: ['ended NOPERM'],
      code: 'NOPERM',
    },
    {
      what: 'the client has ended',
      end: (opened) => {
        opened.closed = new ClosedError('closed');
        opened.follow('a', 'b', 'c');
      },
      calls: ['ended ERR_CLOSED'],
      code: 'ERR_CLOSED',
    },
  ];
  for (const { what, end, calls, code } of endings) {
    it(`leaves every primary when ${what}, and follows the topology no more`, async () => {
      const abort = new AbortController();
      const opened = await open({ timeoutMs: 0, signal: abort.signal });
      await opened.confirm('a');
      void end(opened, abort);
      await assert.rejects(opened.subscription.confirmed, { code });
      opened.follow('a', 'b', 'd');
      assert.deepEqual([opened.nodes, opened.handler.calls], [[], calls]);
    });
  }

  it('rejects where a primary does not publish', async () => {
    const opened = new Opened();
    opened.refusal = new KeyspaceEventsOffError('b', '', 'KA');
    await assert.rejects(opened.subscription.confirmed, { code: 'ERR_KEYSPACE_EVENTS_OFF' });
    assert.deepEqual(opened.nodes, []);
  });

  it('asks nothing if the signal has fired', async () => {
    const opened = await open({ timeoutMs: 0, signal: AbortSignal.abort() });
    await assert.rejects(opened.subscription.confirmed, { code: 'ERR_ABORTED' });
    assert.deepEqual([opened.checked, opened.nodes], [[], []]);
  });

  it('names at the deadline a primary that has not confirmed', async () => {
    const time = sinon.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const opened = await open({ timeoutMs: 30, signal: null });
      await opened.confirm('a');
      time.tick(30);
      await assert.rejects(opened.subscription.confirmed, {
        code: 'ERR_TIMEOUT',
        message: 'PSUBSCRIBE of keyspace events was not confirmed within 30 ms by b',
        node: 'b',
      });
    } finally {
      time.restore();
    }
  });
});
