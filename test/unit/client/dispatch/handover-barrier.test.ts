import assert from 'node:assert/strict';
import { HandoverBarrier } from '../../../../lib/client/dispatch/handover-barrier.js';
import { internalCallInto } from '../../../../lib/connection/internal-calls.js';
import { type Call, SETTLED, WRITTEN } from '../../../../lib/protocol/call.js';
import type { AtomicBatch } from '../../../../lib/protocol/call-extras.js';
import { command } from '../../../../lib/protocol/catalog/specs.js';
import type { Arg } from '../../../../lib/protocol/command-spec.js';

const callOf = (name: string, ...args: readonly Arg[]): Call => {
  const call = internalCallInto({ onValue() {}, onError() {} }, command(name), args);
  call.state = WRITTEN;
  return call;
};

const transactionOf = (...parts: AtomicBatch['commands']): Call => {
  const call = callOf('EXEC');
  call.ensureExtras().batch = { commands: parts, replies: [] } as unknown as AtomicBatch; // as far as it is looked at
  return call;
};

describe('the barrier of a handover', () => {
  const cases: readonly (readonly [what: string, held: Call, next: Call, waits: boolean])[] = [
    ['the same key', callOf('SET', 'a', '1'), callOf('GET', 'a'), true],
    ['the same key as bytes', callOf('SET', Buffer.from('a'), '1'), callOf('INCR', 'a'), true],
    ['another key', callOf('SET', 'a', '1'), callOf('SET', '{a}2', '1'), false],
    ['one of several keys', callOf('MSET', 'a', '1', '{a}2', '2'), callOf('DEL', '{a}3', '{a}2'), true],
    ['a key of a transaction', callOf('SET', 'a', '1'), transactionOf({ spec: command('INCR'), args: ['a'] }), true],
    ['a transaction with other keys', callOf('SET', 'a', '1'), transactionOf({ spec: command('INCR'), args: ['{a}2'] }), false],
    ['a channel', callOf('SPUBLISH', 'a', '1'), callOf('SPUBLISH', 'a', '2'), true],
    ['another key than a key that nobody knows', callOf('EVAL', 'return 1', 0), callOf('SET', 'a', '1'), true],
    ['no key that anybody knows', callOf('SET', 'a', '1'), callOf('EVAL', 'return 1', 0), true],
  ];
  for (const [what, held, next, waits] of cases) {
    it(`${waits ? 'holds' : 'lets through'} what has ${what}`, () => {
      const barrier = new HandoverBarrier(0);
      barrier.add(held);
      assert.equal(barrier.blocks(next), waits);
    });
  }

  it('holds what has a key of one that waits', () => {
    const barrier = new HandoverBarrier(0);
    barrier.add(callOf('SET', 'a', '1'));
    assert.equal(barrier.blocks(callOf('GET', '{a}2')), false);
    assert.equal(barrier.blocks(callOf('RENAME', 'a', '{a}2')), true);
    assert.equal(barrier.blocks(callOf('GET', '{a}2')), true);
  });

  it('is over when the last one is settled', () => {
    const barrier = new HandoverBarrier(0);
    const last = callOf('SET', 'a', '2');
    barrier.add(callOf('SET', 'a', '1'));
    barrier.add(last);
    assert.equal(barrier.isOver(0), false);
    last.state = SETTLED;
    assert.equal(barrier.isOver(1), true);
  });

  it('is over when the last one has been handed back, also when it is under way again', () => {
    const barrier = new HandoverBarrier(0);
    const last = callOf('SET', 'a', '1');
    barrier.add(last);
    last.countAttempt();
    assert.equal(barrier.isOver(0), true);
  });

  const lingering: readonly (readonly [what: string, calls: readonly Call[], answeredAt: number, overAt: number])[] = [
    ['what was published', [callOf('SPUBLISH', 'a', '1')], 20, 70],
    ['what was published before something else', [callOf('SPUBLISH', 'a', '1'), callOf('SET', 'a', '1')], 20, 70],
    ['what was published in a transaction', [transactionOf({ spec: command('SPUBLISH'), args: ['a', '1'] })], 20, 70],
    ['anything else', [callOf('SET', 'a', '1')], 20, 20],
    ['what was published and is not answered', [callOf('SPUBLISH', 'a', '1')], Number.POSITIVE_INFINITY, 150],
    ['anything else that is not answered', [callOf('SET', 'a', '1')], Number.POSITIVE_INFINITY, 100],
  ];
  for (const [what, calls, answeredAt, overAt] of lingering) {
    it(`stands ${overAt} ms behind ${what}`, () => {
      const barrier = new HandoverBarrier(0);
      for (const call of calls) barrier.add(call);
      const over: number[] = [];
      for (let now = 0; now < 200; now += 10) {
        if (now >= answeredAt) for (const call of calls) call.state = SETTLED;
        if (barrier.isOver(now)) over.push(now);
      }
      assert.equal(over[0], overAt);
      assert.equal(over.length, (200 - overAt) / 10);
    });
  }

  it('is not over before the one that stood there, and holds all of the slot', () => {
    const before = new HandoverBarrier(0);
    const last = callOf('SET', 'a', '1');
    before.add(last);
    const barrier = new HandoverBarrier(10, before);
    assert.equal(barrier.isOver(20), false);
    assert.equal(barrier.blocks(callOf('GET', '{a}2')), true);
    last.state = SETTLED;
    assert.equal(barrier.isOver(30), true);
  });

  it('lingers at the same time as the one that stood there', () => {
    const [first, second] = [callOf('SPUBLISH', 'a', '1'), callOf('SPUBLISH', 'a', '2')];
    const before = new HandoverBarrier(0);
    before.add(first);
    const barrier = new HandoverBarrier(10, before);
    barrier.add(second);
    first.state = SETTLED;
    second.state = SETTLED;
    assert.deepEqual(
      [20, 69, 70].map((now) => barrier.isOver(now)),
      [false, false, true],
    );
  });

  it('counts a transaction once, however many replies it stands in line for', () => {
    const barrier = new HandoverBarrier(0);
    const call = transactionOf({ spec: command('INCR'), args: ['a'] });
    let looks = 0;
    Object.defineProperty(call.batch, 'commands', {
      get: () => {
        looks++;
        return [{ spec: command('INCR'), args: ['a'] }];
      },
    });
    for (let reply = 0; reply < 100; reply++) barrier.add(call);
    assert.ok(looks < 5, `${looks} looks`);
  });
});
