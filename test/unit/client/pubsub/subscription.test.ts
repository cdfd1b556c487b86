import assert from 'node:assert/strict';
import sinon from 'sinon';
import type { ChannelState } from '../../../../lib/client/pubsub/channel.js';
import { SubscriptionGroup } from '../../../../lib/client/pubsub/subscription.js';
import { ClosedError, ReplyError, type SlotwiseError } from '../../../../lib/errors.js';
import { channelOf, FakeConnection, RecordingHandler } from './fakes.js';

interface Opened {
  readonly group: SubscriptionGroup;
  readonly channels: readonly ChannelState[];
  readonly connections: readonly FakeConnection[];
  readonly calls: readonly string[];
  /** Channels that the group was the last to leave. */
  readonly abandoned: readonly string[];
}

/** A group of two channels, `a` and `b`, which are being subscribed. */
function open({ timeoutMs = 0, closed = null as SlotwiseError | null } = {}): Opened {
  const handler = new RecordingHandler();
  const channels = ['a', 'b'].map((name) => channelOf(name));
  const connections = channels.map(() => new FakeConnection());
  const abandoned: string[] = [];
  const group = new SubscriptionGroup(
    'channel',
    channels,
    handler,
    { timeoutMs, signal: null },
    {
      abandoned: (channel) => {
        abandoned.push(channel.text);
        return channel.end();
      },
      ended: () => handler.calls.push('off the list'),
    },
  );
  group.start(closed);
  for (const [at, channel] of channels.entries()) {
    if (channel.state === 'waiting') channel.subscribeAt(connections[at] ?? new FakeConnection(), false);
  }
  return { group, channels, connections, calls: handler.calls, abandoned };
}

const confirm = (connection: FakeConnection | undefined): void => connection?.subscription?.onValue();

describe('SubscriptionGroup', () => {
  it('is active once every channel is confirmed, and live while all are', async () => {
    const { group, connections, calls } = open();
    confirm(connections[0]);
    assert.deepEqual([group.state, group.live, calls], ['subscribing', false, []]);
    confirm(connections[1]);
    assert.deepEqual([group.state, group.live, calls], ['active', true, ['confirmed']]);
    await group.confirmed;
    connections[1]?.drop().lost(null);
    assert.deepEqual([group.state, group.live], ['active', false]);
  });

  it('ends as a whole when one of its channels is refused, and gives up the others', async () => {
    const { group, channels, connections, calls, abandoned } = open();
    confirm(connections[0]);
    channels[1]?.refuse(new ReplyError('NOPERM', 'NOPERM no'));
    await assert.rejects(group.confirmed, { code: 'NOPERM' });
    assert.deepEqual([group.state, calls, abandoned], ['ended', ['ended NOPERM', 'off the list'], ['a', 'b']]);
    assert.deepEqual(
      connections.map(({ subscription }) => subscription),
      [null, null],
    );
  });

  it('is not refused for a channel that was confirmed', () => {
    const { group, channels, connections } = open();
    confirm(connections[0]);
    channels[0]?.refuse(new ReplyError('NOPERM', 'NOPERM no'));
    assert.equal(group.state, 'subscribing');
  });

  it('leaves channels that others listen to', async () => {
    const { group, channels, connections, abandoned } = open();
    const other = new RecordingHandler();
    const host = { abandoned: async () => {}, ended: () => {} };
    new SubscriptionGroup('channel', channels.slice(1), other, { timeoutMs: 0, signal: null }, host).start(null);
    for (const connection of connections) confirm(connection);
    await group.end();
    assert.deepEqual([abandoned, channels.map(({ state }) => state)], [['a'], ['ended', 'live']]);
    connections[1]?.handler.message('1', 'b');
    assert.deepEqual(other.calls, ['confirmed', '1 of b']);
  });

  it('never comes to its channels in a client that has ended', async () => {
    const { group, channels, calls, abandoned } = open({ closed: new ClosedError('closed') });
    await assert.rejects(group.confirmed, { code: 'ERR_CLOSED' });
    assert.deepEqual(
      [calls, abandoned],
      [
        ['ended ERR_CLOSED', 'off the list'],
        ['a', 'b'],
      ],
    );
    assert.deepEqual(
      channels.map(({ hasListeners }) => hasListeners),
      [false, false],
    );
  });

  it('ends with the client: with an error only where it waits', () => {
    const [waits, active] = [open(), open()];
    for (const connection of active.connections) confirm(connection);
    for (const { group } of [waits, active]) group.close(new ClosedError('closed'));
    assert.deepEqual(waits.calls, ['ended ERR_CLOSED', 'off the list']);
    assert.deepEqual(active.calls, ['confirmed', 'ended by itself', 'off the list']);
  });

  it('names at the deadline the first channel that is not confirmed, its node and its last error', async () => {
    const time = sinon.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const { group, connections } = open({ timeoutMs: 30 });
      confirm(connections[0]);
      connections[1]?.subscription?.onError(0, new ReplyError('LOADING', 'LOADING data'));
      time.tick(30);
      await assert.rejects(group.confirmed, { message: 'SUBSCRIBE of b was not confirmed within 30 ms: LOADING data' });
    } finally {
      time.restore();
    }
  });
});
