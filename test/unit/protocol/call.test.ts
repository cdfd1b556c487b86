import assert from 'node:assert/strict';
import { ConnectError, TimeoutError } from '../../../lib/errors.js';
import {
  type Call,
  type CallOwner,
  NO_DEADLINE,
  NO_PROMISE,
  newCall,
  SETTLED,
  takePromise,
  UNWRITTEN,
  WRITTEN,
} from '../../../lib/protocol/call.js';
import { extrasOf, sinkExtras } from '../../../lib/protocol/call-extras.js';
import { command } from '../../../lib/protocol/catalog/specs.js';
import type { Decode } from '../../../lib/protocol/command-spec.js';
import { OutcomeLink } from '../../../lib/protocol/outcome-link.js';

const owner: CallOwner = { usage: { commands: 0, bytes: 0 }, idempotent: false, failed: () => {} };

function made(decode: Decode | null = null, extras: Parameters<typeof newCall>[6] = null): { call: Call; promise: Promise<unknown> } {
  const call = newCall(command('GET'), ['k'], decode, 0, owner, NO_DEADLINE, extras);
  return { call, promise: takePromise() };
}

describe('a call', () => {
  it('settles the promise that was taken right after it was made', async () => {
    const first = made();
    const second = made();
    second.call.succeed('second');
    first.call.succeed('first');
    assert.deepEqual(await Promise.all([first.promise, second.promise]), ['first', 'second']);
  });

  it('has a promise, too, where it was made with extras', async () => {
    const { call, promise } = made(null, extrasOf({ target: { slot: 7 } }));
    assert.equal(call.extras?.target?.slot, 7);
    call.succeed('value');
    assert.equal(await promise, 'value');
  });

  it('rejects with the error it fails with, once', async () => {
    const { call, promise } = made();
    const error = new TimeoutError('over');
    call.fail(error);
    call.fail(new TimeoutError('again'));
    await assert.rejects(promise, (reason) => reason === error);
    assert.equal(call.state, SETTLED);
  });

  it('rejects where its decoder throws', async () => {
    const broken = new Error('decoder');
    const { call, promise } = made(() => {
      throw broken;
    });
    call.succeed('value');
    await assert.rejects(promise, (reason) => reason === broken);
  });

  it('gives its outcome to its sink, by its index, and has no promise', () => {
    const outcomes: unknown[] = [];
    const sink = { onValue: (...value: unknown[]) => outcomes.push(value), onError: (...error: unknown[]) => outcomes.push(error) };
    const [value, failure] = [made(null, sinkExtras(sink, 3)), made(null, sinkExtras(sink, 4))];
    assert.deepEqual([value.promise, failure.promise], [NO_PROMISE, NO_PROMISE]);
    const error = new TimeoutError('over');
    value.call.succeed('value');
    failure.call.fail(error);
    assert.deepEqual(outcomes, [
      [3, 'value'],
      [4, error],
    ]);
  });

  it('keeps its first error, also when it gets extras afterwards', () => {
    const { call } = made();
    const [first, second] = [new ConnectError('first'), new ConnectError('second')];
    call.remember(first);
    call.ensureExtras().asking = true;
    call.remember(second);
    assert.deepEqual([call.firstError, call.extras?.asking], [first, true]);
  });

  it('counts attempts up to 255, and redirects beside them', () => {
    const { call } = made();
    for (let i = 0; i < 300; i++) call.countAttempt();
    for (let i = 0; i < 17; i++) call.countRedirect();
    call.state = WRITTEN;
    call.markMoved();
    assert.deepEqual([call.attempts, call.redirects, call.state, call.moved, call.mayHaveRun], [255, 17, WRITTEN, true, false]);
  });

  for (const [what, state, mayHaveRun, executed] of [
    ['was never written', UNWRITTEN, false, 'no'],
    ['was written', WRITTEN, false, 'unknown'],
    ['was written and lost before, and waits to be written again', UNWRITTEN, true, 'unknown'],
    ['was written again', WRITTEN, true, 'unknown'],
  ] as const) {
    it(`says of execution "${executed}" where it ${what}, and gets no reply`, () => {
      const { call } = made();
      call.state = state;
      if (mayHaveRun) call.markMayHaveRun();
      assert.equal(call.executed, executed);
    });
  }

  for (const [what, idempotent, name, extras, repeatable] of [
    ['reads', false, 'GET', null, true],
    ['writes', false, 'SET', null, false],
    ['writes, where the caller said so', true, 'SET', null, true],
    ['reads in a transaction', false, 'GET', extrasOf({ batch: { commands: [], replies: [] } }), false],
  ] as const) {
    it(`${repeatable ? 'may' : 'must not'} run twice when it ${what}`, () => {
      const call = newCall(command(name), ['k'], null, 0, { ...owner, idempotent }, NO_DEADLINE, extras);
      assert.equal(call.repeatable, repeatable);
    });
  }
});

describe('a link between a call and its outcome', () => {
  class Recorded extends OutcomeLink {
    constructor(
      call: Call,
      private readonly seen: unknown[],
      private readonly name: string,
    ) {
      super(call);
    }

    override onSent(node: string): void {
      this.seen.push([this.name, 'sent', node]);
      super.onSent(node);
    }

    override onValue(index: number, value: unknown): void {
      this.seen.push([this.name, 'value', value]);
      super.onValue(index, value);
    }

    override onError(index: number, error: unknown): void {
      this.seen.push([this.name, 'error', String(error)]);
      super.onError(index, error);
    }
  }

  it('passes it on to the promise, the newest link first', async () => {
    const seen: unknown[] = [];
    const { call, promise } = made();
    for (const name of ['inner', 'outer']) call.ensureExtras().sink = new Recorded(call, seen, name);
    call.extras?.sink?.onSent?.('a');
    call.succeed('value');
    assert.equal(await promise, 'value');
    assert.deepEqual(seen, [
      ['outer', 'sent', 'a'],
      ['inner', 'sent', 'a'],
      ['outer', 'value', 'value'],
      ['inner', 'value', 'value'],
    ]);
  });

  it('passes an error on to the promise', async () => {
    const { call, promise } = made();
    call.ensureExtras().sink = new Recorded(call, [], 'link');
    call.fail(new TimeoutError('over'));
    await assert.rejects(promise, { message: 'over' });
  });

  it('passes it on to the sink that the call had, with its index', () => {
    const outcomes: unknown[] = [];
    const sink = { onValue: (...value: unknown[]) => outcomes.push(value), onError: () => assert.fail() };
    const { call } = made(null, sinkExtras(sink, 5));
    call.ensureExtras().sink = new Recorded(call, [], 'link');
    call.succeed('value');
    assert.deepEqual(outcomes, [[5, 'value']]);
  });
});
