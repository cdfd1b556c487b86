import assert from 'node:assert/strict';
import type { Gap } from '../../../../lib/client/gap.js';
import { CallbackListener, type OnPayload } from '../../../../lib/client/pubsub/callback-listener.js';
import { channelOf, gapOf } from './fakes.js';

interface Opened {
  readonly listener: CallbackListener;
  readonly errors: readonly unknown[];
}

function open(onMessage: OnPayload, onGap: ((gap: Gap) => unknown) | null = null): Opened {
  const errors: unknown[] = [];
  return { listener: new CallbackListener(false, onMessage, onGap, { error: (error) => void errors.push(error) }), errors };
}

const source = channelOf('a');
const notCalled = (): never => assert.fail('it was called');
const failure = new Error('mine');
const fail = (): never => {
  throw failure;
};
const failLater = (): Promise<never> => Promise.reject(failure);

describe('CallbackListener', () => {
  it('calls the function with what came, and where it came by', () => {
    const got: unknown[] = [];
    const { listener } = open((...args) => got.push(args));
    listener.message('1', 'b', source);
    assert.deepEqual(got, [['1', 'b', source]]);
  });

  it('calls nothing after the end', () => {
    const { listener } = open(notCalled, notCalled);
    listener.ended();
    listener.message('1', 'a', source);
    listener.gap(gapOf('moved'));
  });

  it('takes a gap for which there is no function', () => {
    const { listener, errors } = open(notCalled);
    listener.gap(gapOf('moved'));
    assert.deepEqual(errors, []);
  });

  const failures: readonly (readonly [what: string, run: () => Opened, message: string])[] = [
    ['a throw', () => message(open(fail)), 'a listener of a threw: mine'],
    ['a rejection', () => message(open(failLater)), 'a listener of a threw: mine'],
    ['a throw of onGap', () => gap(open(notCalled, fail)), 'a listener of c threw: mine'],
    ['a rejection of onGap', () => gap(open(notCalled, failLater)), 'a listener of c threw: mine'],
  ];
  function message(opened: Opened): Opened {
    opened.listener.message('1', 'a', source);
    return opened;
  }
  function gap(opened: Opened): Opened {
    opened.listener.gap(gapOf('moved'));
    return opened;
  }
  for (const [what, run, text] of failures) {
    it(`reports ${what}`, async () => {
      const { errors } = run();
      await new Promise((resolve) => setImmediate(resolve));
      assert.deepEqual(
        errors.map((error) => [(error as Error).message, (error as Error).cause]),
        [[text, failure]],
      );
    });
  }
});
