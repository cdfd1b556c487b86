import assert from 'node:assert/strict';
import type { Gap } from '../../../../lib/client/gap.js';
import { MessageStream, type StreamSettings } from '../../../../lib/client/pubsub/message-stream.js';
import { ConnectionLostError, type SlotwiseError } from '../../../../lib/errors.js';
import { channelOf, gapOf, recordingReporter } from './fakes.js';

type Step =
  | 'next'
  | 'return'
  | { readonly message: string; readonly of?: string }
  | { readonly gap: Gap['reason'] }
  | { readonly end: SlotwiseError | null };

interface Case {
  readonly what: string;
  readonly settings?: Partial<StreamSettings>;
  readonly steps: readonly Step[];
  /** What the calls of `next` and `return` came to, in their order. */
  readonly results: readonly string[];
  readonly events?: readonly string[];
}

const m = (message: string, of = 'a'): Step => ({ message, of });
const lost = new ConnectionLostError('lost');

const cases: readonly Case[] = [
  { what: 'waits for a message', steps: ['next'], results: ['pending'] },
  { what: 'gives messages to those that wait, in order', steps: ['next', 'next', m('1'), m('2')], results: ['1', '2'] },
  { what: 'holds messages until they are asked for', steps: ['next', m('1'), m('2'), m('3'), 'next', 'next'], results: ['1', '2', '3'] },
  { what: 'skips what is not for the consumer', steps: ['next', m('skip'), m('1'), m('skip'), m('2'), 'next'], results: ['1', '2'] },
  {
    what: 'gives gaps among the messages',
    settings: { gaps: true },
    steps: ['next', m('1'), { gap: 'moved' }, m('2'), 'next', 'next'],
    results: ['1', 'gap moved', '2'],
  },
  {
    what: 'gives a gap to a consumer that waits',
    settings: { gaps: true },
    steps: ['next', { gap: 'moved' }],
    results: ['gap moved'],
  },
  { what: 'passes over gaps that are not asked for', steps: ['next', { gap: 'moved' }, m('1')], results: ['1'] },
  { what: 'ends those that wait', steps: ['next', 'next', { end: null }, 'next'], results: ['end', 'end', 'end'] },
  { what: 'gives what it holds after the end', steps: ['next', m('1'), m('2'), { end: null }, 'next', 'next'], results: ['1', '2', 'end'] },
  {
    what: 'gives the error once, after what it holds',
    steps: ['next', m('1'), m('2'), { end: lost }, 'next', 'next', 'next'],
    results: ['1', '2', 'ERR_CONNECTION_LOST', 'end'],
  },
  {
    what: 'gives the error to the first of those that wait',
    steps: ['next', 'next', { end: lost }],
    results: ['ERR_CONNECTION_LOST', 'end'],
  },
  { what: 'takes nothing after the end', steps: ['next', { end: null }, m('1'), { gap: 'moved' }, 'next'], results: ['end', 'end'] },
  { what: 'holds nothing after `return`', steps: ['next', m('1'), m('2'), 'return', 'next'], results: ['1', 'end', 'end'] },
  { what: 'is never subscribed if it is left first', steps: ['return', 'next'], results: ['end', 'end'] },
  {
    what: 'drops the oldest, and publishes the gap when the consumer comes to it',
    settings: { gaps: true },
    steps: ['next', m('1'), m('2'), m('3'), m('4'), m('5'), 'next', 'next'],
    results: ['1', 'gap overflow', '4'],
    events: ['gap overflow 2'],
  },
  {
    what: 'tells of each channel that it dropped messages of',
    settings: { gaps: true },
    steps: ['next', m('1'), m('2', 'b'), m('3'), m('4'), m('5'), 'next', 'next', 'next'],
    results: ['1', 'gap overflow of b', 'gap overflow', '4'],
    events: ['gap overflow 1', 'gap overflow 1'],
  },
  {
    what: 'ends with an error, after what it holds, where no message may be dropped',
    settings: { overflow: 'error' },
    steps: ['next', m('1'), m('2'), m('3'), m('4'), 'next', 'next', 'next', 'next'],
    results: ['1', '2', '3', 'ERR_OVERFLOW', 'end'],
  },
];

/** A stream that holds two messages. */
function open(settings: Partial<StreamSettings> = {}) {
  const { reporter, events } = recordingReporter();
  let subscriptions = 0;
  const all: StreamSettings = {
    itemOf: (message) => (message === 'skip' ? null : ({ type: 'message', message } as { type: 'message' })),
    bytes: false,
    gaps: false,
    onGap: null,
    maxBuffered: 2,
    overflow: 'drop-oldest',
    ...settings,
  };
  const stream = new MessageStream(all, reporter, (handler) => {
    subscriptions++;
    let isEnded = false;
    return {
      kind: 'channel',
      confirmed: Promise.resolve(),
      live: true,
      end: async () => {
        if (!isEnded) handler.ended(null);
        isEnded = true;
      },
    };
  });
  return { stream, reporter, events, subscribed: () => subscriptions };
}

describe('MessageStream', () => {
  for (const { what, settings, steps, results, events = [] } of cases) {
    it(what, async () => {
      const opened = open(settings);
      const { stream } = opened;
      const outcomes: string[] = [];
      const record = (result: Promise<IteratorResult<unknown>>): void => {
        const at = outcomes.push('pending') - 1;
        result.then(
          ({ done, value }) => {
            const { message, reason, name } = (value ?? {}) as { message?: string; reason?: string; name?: string };
            outcomes[at] = done === true ? 'end' : (message ?? `gap ${reason}${name === 'b' ? ' of b' : ''}`);
          },
          ({ code }: SlotwiseError) => {
            outcomes[at] = code;
          },
        );
      };
      for (const step of steps) {
        if (step === 'next') record(stream.next());
        else if (step === 'return') record(stream.return());
        else if ('message' in step) stream.message(step.message, 'a', channelOf(step.of ?? 'a'));
        else if ('gap' in step) stream.gap(gapOf(step.gap));
        else stream.ended(step.end);
      }
      await new Promise((resolve) => setImmediate(resolve));
      assert.deepEqual([outcomes, opened.events], [results, events]);
    });
  }

  it('subscribes once, when it is first asked for a message', async () => {
    const { stream, subscribed } = open();
    assert.deepEqual([subscribed(), stream.live], [0, false]);
    void stream.next();
    await stream.ready();
    assert.deepEqual([subscribed(), stream.live], [1, true]);
    await stream.return();
    assert.deepEqual([subscribed(), stream.live], [1, false]);
  });

  it('is not ready any more when it was left before it began', async () => {
    const { stream, subscribed } = open();
    await stream.return();
    await assert.rejects(stream.ready(), { code: 'ERR_ABORTED' });
    assert.equal(subscribed(), 0);
  });

  it('counts every message that was dropped, and one gap until the consumer comes to it', () => {
    const { stream, reporter } = open();
    void stream.ready();
    const overflow = (): void => {
      for (const text of ['1', '2', '3', '4']) stream.message(text, 'a', channelOf('a'));
    };
    overflow();
    assert.deepEqual(reporter.counters, { messages: 0, gaps: 1, dropped: 2 });
    void stream.next();
    overflow();
    assert.deepEqual(reporter.counters, { messages: 0, gaps: 2, dropped: 5 });
  });

  it('gives gaps to `onGap` when the consumer comes to them, and reports its failure', async () => {
    const gaps: string[] = [];
    const { stream, events } = open({
      onGap: ({ reason }) => {
        gaps.push(reason);
        throw new Error('mine');
      },
    });
    void stream.ready();
    stream.message('1', 'a', channelOf('a'));
    stream.gap(gapOf('moved'));
    stream.message('2', 'a', channelOf('a'));
    await stream.next();
    assert.deepEqual(gaps, []);
    await stream.next();
    assert.deepEqual([gaps, events], [['moved'], ['error ERR_LISTENER']]);
  });
});
