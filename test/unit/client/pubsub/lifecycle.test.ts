import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import sinon from 'sinon';
import { SubscriptionLifecycle, type Unconfirmed } from '../../../../lib/client/pubsub/lifecycle.js';
import { AbortError, ClosedError, SlotwiseError } from '../../../../lib/errors.js';
import { RecordingHandler } from './fakes.js';

/** A number is time that passes, in ms; the deadline is at 30. */
type Step = 'start' | 'start in a closed client' | 'confirm' | 'fire the signal' | 'end' | number;

interface Case {
  readonly what: string;
  readonly steps: readonly Step[];
  readonly state: SubscriptionLifecycle['state'];
  /** Of the promise `confirmed`. */
  readonly confirmed: 'pending' | 'resolved' | string;
  readonly calls: readonly string[];
}

const cases: readonly Case[] = [
  { what: 'waits until the deadline', steps: ['start', 29], state: 'subscribing', confirmed: 'pending', calls: [] },
  { what: 'is active when all is confirmed', steps: ['start', 'confirm'], state: 'active', confirmed: 'resolved', calls: ['confirmed'] },
  { what: 'has no deadline then', steps: ['start', 'confirm', 1_000], state: 'active', confirmed: 'resolved', calls: ['confirmed'] },
  {
    what: 'ends at the deadline',
    steps: ['start', 30],
    state: 'ended',
    confirmed: 'ERR_TIMEOUT',
    calls: ['ended ERR_TIMEOUT', 'release'],
  },
  {
    what: 'ends when the signal fires',
    steps: ['start', 'fire the signal', 30],
    state: 'ended',
    confirmed: 'ERR_ABORTED',
    calls: ['ended ERR_ABORTED', 'release'],
  },
  {
    what: 'ends when the signal fires later, too',
    steps: ['start', 'confirm', 'fire the signal'],
    state: 'ended',
    confirmed: 'resolved',
    calls: ['confirmed', 'ended ERR_ABORTED', 'release'],
  },
  {
    what: 'ends at once if the signal has fired',
    steps: ['fire the signal', 'start'],
    state: 'ended',
    confirmed: 'ERR_ABORTED',
    calls: ['ended ERR_ABORTED', 'release'],
  },
  {
    what: 'ends at once in a client that has ended',
    steps: ['start in a closed client'],
    state: 'ended',
    confirmed: 'ERR_CLOSED',
    calls: ['ended ERR_CLOSED', 'release'],
  },
  {
    what: 'names the end of the client rather than the signal',
    steps: ['fire the signal', 'start in a closed client'],
    state: 'ended',
    confirmed: 'ERR_CLOSED',
    calls: ['ended ERR_CLOSED', 'release'],
  },
  {
    what: 'rejects the promise when it is left before',
    steps: ['start', 'end'],
    state: 'ended',
    confirmed: 'ERR_ABORTED',
    calls: ['ended by itself', 'release'],
  },
  {
    what: 'is left once',
    steps: ['start', 'confirm', 'end', 'fire the signal', 'end', 30],
    state: 'ended',
    confirmed: 'resolved',
    calls: ['confirmed', 'ended by itself', 'release'],
  },
];

const unconfirmed: Unconfirmed = { what: 'a', node: null, cause: null };

const texts: readonly (readonly [text: string, unconfirmed: Unconfirmed])[] = [
  ['SUBSCRIBE of a was not confirmed within 30 ms', unconfirmed],
  ['SUBSCRIBE of a was not confirmed within 30 ms by h:1', { ...unconfirmed, node: 'h:1' }],
  ['SUBSCRIBE of a was not confirmed within 30 ms: no', { ...unconfirmed, cause: new AbortError('no') }],
  ['SUBSCRIBE of a was not confirmed within 30 ms by h:1: no', { what: 'a', node: 'h:1', cause: new AbortError('no') }],
];

describe('SubscriptionLifecycle', () => {
  let time: sinon.SinonFakeTimers;
  beforeEach(() => {
    time = sinon.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  });
  afterEach(() => time.restore());

  function open(
    abort = new AbortController(),
    late = unconfirmed,
  ): { readonly lifecycle: SubscriptionLifecycle; readonly calls: string[] } {
    const handler = new RecordingHandler();
    const host = { command: 'SUBSCRIBE', unconfirmed: () => late, release: async () => void handler.calls.push('release') };
    const limits = { timeoutMs: 30, signal: abort.signal };
    return { lifecycle: new SubscriptionLifecycle(handler, limits, host), calls: handler.calls };
  }

  for (const { what, steps, state, confirmed, calls } of cases) {
    it(what, async () => {
      const abort = new AbortController();
      const opened = open(abort);
      const { lifecycle } = opened;
      let outcome = 'pending';
      lifecycle.confirmed.then(
        () => {
          outcome = 'resolved';
        },
        (error: SlotwiseError) => {
          outcome = error.code;
        },
      );
      for (const step of steps) {
        if (typeof step === 'number') time.tick(step);
        else if (step === 'start') lifecycle.start(null);
        else if (step === 'start in a closed client') lifecycle.start(new ClosedError('closed'));
        else if (step === 'confirm') lifecycle.activate();
        else if (step === 'fire the signal') abort.abort();
        else void lifecycle.end(null);
      }
      await new Promise((resolve) => setImmediate(resolve));
      assert.deepEqual([lifecycle.state, outcome, opened.calls], [state, confirmed, calls]);
      if (state !== 'subscribing') assert.equal(time.countTimers(), 0);
      if (state === 'ended') assert.equal(getEventListeners(abort.signal, 'abort').length, 0);
    });
  }

  it('has no deadline with 0 ms', () => {
    const limits = { timeoutMs: 0, signal: null };
    const lifecycle = new SubscriptionLifecycle(new RecordingHandler(), limits, {
      command: 'SUBSCRIBE',
      unconfirmed: () => unconfirmed,
      release: async () => {},
    });
    assert.equal(lifecycle.start(null), true);
    assert.equal(time.countTimers(), 0);
  });

  it('says whether it has started', () => {
    assert.equal(open().lifecycle.start(null), true);
    assert.equal(open().lifecycle.start(new ClosedError('closed')), false);
  });

  it('waits for the release', async () => {
    let release = (): void => {};
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    const lifecycle = new SubscriptionLifecycle(
      new RecordingHandler(),
      { timeoutMs: 0, signal: null },
      { command: 'SUBSCRIBE', unconfirmed: () => unconfirmed, release: () => released },
    );
    let ended = false;
    const end = lifecycle.end(null).then(() => {
      ended = true;
    });
    await Promise.resolve();
    assert.equal(ended, false);
    release();
    await end;
  });

  it('cannot become active twice, nor after its end', async () => {
    const { lifecycle } = open();
    lifecycle.activate();
    assert.throws(() => lifecycle.activate(), /no transition from active to active/);
    await lifecycle.end(null);
    assert.throws(() => lifecycle.activate(), /no transition from ended to active/);
  });

  const ends: readonly (readonly [text: string, end: (lifecycle: SubscriptionLifecycle, abort: AbortController) => void])[] = [
    ['SUBSCRIBE was aborted', (_, abort) => abort.abort()],
    ['SUBSCRIBE: the client is closed', (lifecycle) => lifecycle.close(new ClosedError('the client is closed'))],
    ['SUBSCRIBE: the subscription was ended before the servers confirmed it', (lifecycle) => void lifecycle.end(null)],
  ];
  for (const [text, end] of ends) {
    it(`says when it ends before it began: ${text}`, async () => {
      const abort = new AbortController();
      const { lifecycle } = open(abort);
      lifecycle.start(null);
      end(lifecycle, abort);
      await assert.rejects(lifecycle.confirmed, { message: text, command: 'SUBSCRIBE' });
    });
  }

  for (const [text, late] of texts) {
    it(`says at the deadline: ${text}`, async () => {
      const { lifecycle } = open(undefined, late);
      lifecycle.start(null);
      time.tick(30);
      const error = await lifecycle.confirmed.catch((reason: unknown) => reason);
      assert.ok(error instanceof SlotwiseError);
      const { message, command, node, cause } = error;
      assert.deepEqual([message, command, node, cause], [text, 'SUBSCRIBE', late.node ?? undefined, late.cause ?? undefined]);
    });
  }
});
