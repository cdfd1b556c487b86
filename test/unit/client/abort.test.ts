import assert from 'node:assert/strict';
import { attachSignal } from '../../../lib/client/abort.js';
import { type Call, newCall, takePromise, UNWRITTEN, WRITTEN } from '../../../lib/protocol/call.js';
import { command } from '../../../lib/protocol/catalog/specs.js';

const owner = { usage: { commands: 0, bytes: 0 }, idempotent: false, failed: () => {} };

function call(): { readonly call: Call; readonly outcome: Promise<unknown> } {
  return { call: newCall(command('GET'), ['k'], null, 0, owner, 0), outcome: takePromise() };
}

/** A signal of somebody's own making, of which one part throws. */
function signalThrowing(part: 'aborted' | 'addEventListener' | 'removeEventListener' | 'none'): AbortSignal {
  const boom = (): never => {
    throw new Error(`boom from ${part}`);
  };
  const signal = { aborted: false, reason: undefined, addEventListener: () => {}, removeEventListener: () => {} };
  if (part === 'aborted') return Object.defineProperty(signal, part, { get: boom }) as unknown as AbortSignal;
  return (part === 'none' ? signal : { ...signal, [part]: boom }) as unknown as AbortSignal;
}

describe('a call under a signal', () => {
  for (const part of ['aborted', 'addEventListener'] as const) {
    it(`rejects at once where ${part} of the signal throws, with what it threw`, async () => {
      const { call: own, outcome } = call();
      assert.equal(attachSignal(own, signalThrowing(part)), false);
      await assert.rejects(outcome, { message: `boom from ${part}` });
    });
  }

  it('settles with its reply where removeEventListener of the signal throws', async () => {
    const { call: own, outcome } = call();
    assert.equal(attachSignal(own, signalThrowing('removeEventListener')), true);
    own.succeed('value');
    assert.equal(await outcome, 'value');
  });

  for (const [state, executed] of [
    [UNWRITTEN, 'no'],
    [WRITTEN, 'unknown'],
  ] as const) {
    it(`says when it is aborted that ${executed === 'no' ? 'it did not run' : 'nobody knows whether it ran'}`, async () => {
      const controller = new AbortController();
      const { call: own, outcome } = call();
      attachSignal(own, controller.signal);
      own.state = state;
      controller.abort();
      await assert.rejects(outcome, { name: 'AbortError', executed });
    });
  }
});
