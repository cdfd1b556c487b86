import assert from 'node:assert/strict';
import { Fence } from '../../../../lib/client/dispatch/handover-barrier.js';
import { internalOwner } from '../../../../lib/connection/internal-calls.js';
import { command } from '../../../../lib/protocol/catalog/specs.js';
import { type Arg, Call, NO_DEADLINE, SETTLED, type Unit, WRITTEN } from '../../../../lib/protocol/command-spec.js';

const callOf = (name: string, ...args: readonly Arg[]): Call => {
  const call = Call.gathered({ value() {}, error() {} }, 0, command(name), [...args], null, 0, internalOwner, NO_DEADLINE);
  call.state = WRITTEN;
  return call;
};

const transactionOf = (...parts: Unit['parts']): Call => {
  const call = callOf('EXEC');
  call.leaveTheRoad().unit = { parts, replies: [] } as unknown as Unit; // as far as it is looked at
  return call;
};

describe('Fence', () => {
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
      const fence = new Fence(0);
      fence.add(held);
      assert.equal(fence.concerns(next), waits);
    });
  }

  it('holds what has a key of one that waits', () => {
    const fence = new Fence(0);
    fence.add(callOf('SET', 'a', '1'));
    assert.equal(fence.concerns(callOf('GET', '{a}2')), false);
    assert.equal(fence.concerns(callOf('RENAME', 'a', '{a}2')), true);
    assert.equal(fence.concerns(callOf('GET', '{a}2')), true);
  });

  it('is over when the last one is settled', () => {
    const fence = new Fence(0);
    const last = callOf('SET', 'a', '2');
    fence.add(callOf('SET', 'a', '1'));
    fence.add(last);
    assert.equal(fence.isOver(0), false);
    last.state = SETTLED;
    assert.equal(fence.isOver(1), true);
  });

  it('is over when the last one has been handed back, also when it is under way again', () => {
    const fence = new Fence(0);
    const last = callOf('SET', 'a', '1');
    fence.add(last);
    last.countAttempt();
    assert.equal(fence.isOver(0), true);
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
      const fence = new Fence(0);
      for (const call of calls) fence.add(call);
      const over: number[] = [];
      for (let now = 0; now < 200; now += 10) {
        if (now >= answeredAt) for (const call of calls) call.state = SETTLED;
        if (fence.isOver(now)) over.push(now);
      }
      assert.equal(over[0], overAt);
      assert.equal(over.length, (200 - overAt) / 10);
    });
  }

  it('is not over before the one that stood there, and holds all of the slot', () => {
    const before = new Fence(0);
    const last = callOf('SET', 'a', '1');
    before.add(last);
    const fence = new Fence(10, before);
    assert.equal(fence.isOver(20), false);
    assert.equal(fence.concerns(callOf('GET', '{a}2')), true);
    last.state = SETTLED;
    assert.equal(fence.isOver(30), true);
  });

  it('lingers at the same time as the one that stood there', () => {
    const [first, second] = [callOf('SPUBLISH', 'a', '1'), callOf('SPUBLISH', 'a', '2')];
    const before = new Fence(0);
    before.add(first);
    const fence = new Fence(10, before);
    fence.add(second);
    first.state = SETTLED;
    second.state = SETTLED;
    assert.deepEqual(
      [20, 69, 70].map((now) => fence.isOver(now)),
      [false, false, true],
    );
  });

  it('counts a transaction once, however many replies it stands in line for', () => {
    const fence = new Fence(0);
    const call = transactionOf({ spec: command('INCR'), args: ['a'] });
    let looks = 0;
    Object.defineProperty(call.unit, 'parts', {
      get: () => {
        looks++;
        return [{ spec: command('INCR'), args: ['a'] }];
      },
    });
    for (let reply = 0; reply < 100; reply++) fence.add(call);
    assert.ok(looks < 5, `${looks} looks`);
  });
});
