import assert from 'node:assert/strict';
import sinon from 'sinon';
import type { Gap } from '../../../../lib/client/gap.js';
import { ChannelState } from '../../../../lib/client/pubsub/channel.js';
import { SubscriptionGroup } from '../../../../lib/client/pubsub/subscription.js';
import { ConnectionLostError, ReplyError } from '../../../../lib/errors.js';
import { anywhere, channelOf, FakeConnection, RecordingHandler, RecordingHost, recordingReporter } from './fakes.js';

type Step = 'subscribe' | 'confirm' | 'refuse' | 'replica' | 'server unsubscribes' | 'lose' | 'leave' | 'end';

const cases: readonly (readonly [state: ChannelState['state'], steps: readonly Step[], host: readonly string[]])[] = [
  ['waiting', [], []],
  ['subscribing', ['subscribe'], []],
  ['live', ['subscribe', 'confirm'], ['confirmed']],
  ['waiting', ['subscribe', 'refuse'], ['refused NOPERM']],
  ['waiting', ['subscribe', 'replica'], ['notPrimary a:1']],
  ['waiting', ['subscribe', 'server unsubscribes'], ['serverUnsubscribed a:1']],
  ['waiting', ['subscribe', 'lose'], ['unplaced ERR_CONNECTION_LOST']],
  ['waiting', ['subscribe', 'leave'], []],
  ['waiting', ['leave'], []],
  ['waiting', ['subscribe', 'confirm', 'server unsubscribes'], ['confirmed', 'serverUnsubscribed a:1']],
  ['waiting', ['subscribe', 'confirm', 'lose'], ['confirmed', 'unplaced ERR_CONNECTION_LOST']],
  ['waiting', ['subscribe', 'confirm', 'leave', 'leave'], ['confirmed']],
  ['live', ['subscribe', 'confirm', 'leave', 'subscribe', 'confirm'], ['confirmed', 'confirmed']],
  ['ended', ['end'], []],
  ['ended', ['subscribe', 'end'], []],
  ['ended', ['subscribe', 'confirm', 'end'], ['confirmed']],
];

const run: Readonly<Record<Step, (channel: ChannelState, connection: FakeConnection) => void>> = {
  subscribe: (channel, connection) => channel.subscribeAt(connection, false),
  confirm: (_, connection) => connection.subscription?.onValue(),
  refuse: (_, connection) => connection.subscription?.onError(0, new ReplyError('NOPERM', 'NOPERM no')),
  replica: (_, connection) => connection.drop().notPrimary({ host: 'p', port: 1 }),
  'server unsubscribes': (_, connection) => connection.drop().serverUnsubscribed(),
  lose: (_, connection) => connection.drop().lost(new ConnectionLostError('lost')),
  leave: (channel) => channel.leave('moved'),
  end: (channel) => void channel.end(),
};

describe('ChannelState', () => {
  for (const [state, steps, calls] of cases) {
    it(`is ${state} after: ${steps.join(', ') || 'nothing'}`, () => {
      const host = new RecordingHost();
      const [channel, connection] = [channelOf('a', host), new FakeConnection()];
      for (const step of steps) run[step](channel, connection);
      assert.equal(channel.state, state);
      assert.deepEqual(host.calls, calls);
      assert.equal(channel.node, state === 'subscribing' || state === 'live' ? 'a:1' : null);
      // Nothing is subscribed that nothing waits for.
      assert.equal(connection.subscription !== null, channel.node !== null);
    });
  }

  it('is subscribed at one node at a time, and not after its end', async () => {
    const [channel, connection] = [channelOf('a'), new FakeConnection()];
    channel.subscribeAt(connection, false);
    assert.throws(() => channel.subscribeAt(connection, false), /no transition from subscribing to subscribing/);
    await channel.end();
    assert.throws(() => channel.subscribeAt(connection, false), /no transition from ended to subscribing/);
  });

  it('counts refusals and answers of replicas until it is live', () => {
    const [channel, connection] = [channelOf('a'), new FakeConnection()];
    for (const step of ['subscribe', 'replica', 'subscribe', 'refuse', 'subscribe'] as const) run[step](channel, connection);
    assert.deepEqual([channel.refusals, channel.replicaAnswers, channel.lastError?.code], [2, 1, 'NOPERM']);
    connection.subscription?.onValue();
    assert.deepEqual([channel.refusals, channel.replicaAnswers, channel.lastError], [0, 0, null]);
  });

  describe('with listeners', () => {
    const limits = { timeoutMs: 0, signal: null };
    const host = { abandoned: async () => {}, ended: () => {} };
    const listen = (channel: ChannelState, handler = new RecordingHandler()): RecordingHandler => {
      new SubscriptionGroup('channel', [channel], handler, limits, host).start(null);
      return handler;
    };

    it('gives each what it needs, decoded once', () => {
      const [channel, connection] = [channelOf('a'), new FakeConnection()];
      const texts = listen(channel);
      channel.subscribeAt(connection, false);
      connection.subscription?.onValue();
      connection.handler.message('1', 'a');
      const bytes = listen(channel, new RecordingHandler(true));
      assert.deepEqual(connection.calls, ['subscribe a', 'buffers']);
      // It was sent before bytes were asked for.
      connection.handler.message('2', 'a');
      connection.handler.message(Buffer.from('3'), Buffer.from('a'));
      assert.deepEqual(texts.calls, ['confirmed', '1 of a', '2 of a', '3 of a']);
      assert.deepEqual(bytes.calls, ['confirmed', '3 of a as bytes']);
    });

    it('is subscribed with Buffers where a listener needs them', () => {
      const [channel, connection] = [channelOf('a'), new FakeConnection()];
      listen(channel, new RecordingHandler(true));
      channel.subscribeAt(connection, true);
      assert.deepEqual(connection.calls, ['subscribe a buffers primary']);
    });

    it('reports a gap at the next confirmation, to listeners that were confirmed before', () => {
      const [channel, connection] = [channelOf('a'), new FakeConnection()];
      const early = listen(channel);
      for (const step of ['subscribe', 'confirm', 'lose'] as const) run[step](channel, connection);
      const late = listen(channel);
      assert.deepEqual(early.calls, ['confirmed']);
      for (const step of ['subscribe', 'confirm'] as const) run[step](channel, connection);
      assert.deepEqual([early.calls, late.calls], [['confirmed', 'gap connection'], ['confirmed']]);
    });

    it('is refused for those alone that were not confirmed', () => {
      const [channel, connection] = [channelOf('a'), new FakeConnection()];
      const early = listen(channel);
      for (const step of ['subscribe', 'confirm', 'lose'] as const) run[step](channel, connection);
      const late = listen(channel);
      channel.refuse(new ReplyError('NOPERM', 'NOPERM no'));
      assert.deepEqual([early.calls, late.calls], [['confirmed'], ['ended NOPERM']]);
      assert.equal(channel.hasListeners, true);
    });
  });

  describe('dates a gap', () => {
    /** `subscriber` and `topology`: when each was confirmed last. The channel is confirmed at 1,000, left at 8,500, and confirmed again at 9,000. */
    const dates: readonly (readonly [what: string, Step, { subscriber: number; topology: number }, reason: string, sinceMs: number])[] = [
      ['from its confirmation on', 'lose', { subscriber: 500, topology: 500 }, 'connection', 1_000],
      ['from the last PING that was answered on', 'lose', { subscriber: 3_000, topology: 500 }, 'connection', 3_000],
      ['from the last probe on, where the server lost its role', 'leave', { subscriber: 3_000, topology: 2_000 }, 'moved', 2_000],
      ['from the last PING on, where that is older', 'server unsubscribes', { subscriber: 3_000, topology: 8_000 }, 'moved', 3_000],
    ];
    for (const [what, step, { subscriber, topology }, reason, sinceMs] of dates) {
      it(what, () => {
        const time = sinon.useFakeTimers({ now: 1_000, toFake: ['Date'] });
        try {
          const { reporter } = recordingReporter();
          const gaps: Gap[] = [];
          sinon.stub(reporter, 'gap').callsFake((gap) => void gaps.push(gap));
          const host = new RecordingHost();
          const channel = new ChannelState('channel', Buffer.from('a'), anywhere, host, reporter);
          const [old, next] = [new FakeConnection('a:1'), new FakeConnection('b:1')];
          channel.subscribeAt(old, false);
          old.subscription?.onValue();
          old.confirmedAtMs = subscriber;
          host.confirmedAtMs = topology;
          time.setSystemTime(8_500);
          run[step](channel, old);
          time.setSystemTime(9_000);
          channel.subscribeAt(next, false);
          assert.deepEqual(gaps, []);
          next.subscription?.onValue();
          assert.deepEqual(gaps, [
            { type: 'gap', kind: 'channel', name: 'a', reason, from: 'a:1', to: 'b:1', sinceMs, untilMs: 9_000, dropped: 0 },
          ]);
        } finally {
          time.restore();
        }
      });
    }

    it('with the reason `silence` where the server was given up', () => {
      const [channel, connection] = [channelOf('a'), new FakeConnection()];
      const handler = new RecordingHandler();
      new SubscriptionGroup(
        'channel',
        [channel],
        handler,
        { timeoutMs: 0, signal: null },
        { abandoned: async () => {}, ended: () => {} },
      ).start(null);
      for (const step of ['subscribe', 'confirm'] as const) run[step](channel, connection);
      connection.fellSilent = true;
      for (const step of ['lose', 'subscribe', 'refuse', 'subscribe', 'confirm'] as const) run[step](channel, connection);
      assert.deepEqual(handler.calls, ['confirmed', 'gap silence']);
    });
  });
});
