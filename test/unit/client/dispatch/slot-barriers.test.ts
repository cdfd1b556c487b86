import assert from 'node:assert/strict';
import { SlotBarriers } from '../../../../lib/client/dispatch/slot-barriers.js';
import { internalOwner } from '../../../../lib/connection/internal-calls.js';
import { Call, NO_DEADLINE, WRITTEN } from '../../../../lib/protocol/call.js';
import { command } from '../../../../lib/protocol/catalog/specs.js';

const callOf = (name: string, key: string): Call => {
  const call = Call.forSink({ onValue() {}, onError() {} }, 0, command(name), [key, '1'], null, 0, internalOwner, NO_DEADLINE);
  call.state = WRITTEN;
  return call;
};

describe('Gates', () => {
  it('let nobody wait while there is none', () => {
    const gates = new SlotBarriers();
    assert.equal(gates.size, 0);
    assert.equal(gates.joined(1, callOf('SET', 'a'), 0), false);
  });

  it('hold all of a slot after a refusal until its time, or until there is news', () => {
    const gates = new SlotBarriers();
    const [refused, other, ...issued] = ['a', 'x', 'a', 'b'].map((key) => callOf('SET', key));
    assert.ok(refused !== undefined && other !== undefined);
    gates.refused(1, refused, 50);
    assert.equal(gates.joined(2, other, 0), false);
    for (const call of issued) assert.equal(gates.joined(1, call, 0), true);
    assert.deepEqual(gates.open(49), []);
    assert.deepEqual(gates.openRefused(), [refused, ...issued]);
    assert.equal(gates.size, 0);
  });

  it('give what was tried before first', () => {
    const gates = new SlotBarriers();
    const [held, tried, fresh] = ['a', 'a', 'a'].map((key) => callOf('SET', key));
    assert.ok(held !== undefined && tried !== undefined && fresh !== undefined);
    gates.raiseHandoverBarrier(1, [held], 0);
    gates.joined(1, fresh, 0);
    tried.countAttempt();
    gates.joined(1, tried, 0);
    assert.deepEqual(gates.open(100), [tried, fresh]);
  });

  it('do not open a fence for news, but hold all of its slot once one is refused', () => {
    const gates = new SlotBarriers();
    const [held, refused, next] = ['a', 'b', 'c'].map((key) => callOf('SET', key));
    assert.ok(held !== undefined && refused !== undefined && next !== undefined);
    gates.raiseHandoverBarrier(1, [held], 0);
    assert.equal(gates.joined(1, next, 0), false);
    gates.refused(1, refused, 500);
    assert.equal(gates.joined(1, next, 0), true);
    assert.deepEqual(gates.openRefused(), []);
    held.countAttempt();
    assert.deepEqual(gates.open(10), [refused, next]);
  });

  it('hold what is published to some slots for a time, and what comes to those slots after it', () => {
    const gates = new SlotBarriers();
    gates.holdPublishing((slot) => slot < 10, 50);
    assert.ok(gates.size > 0);
    const [first, second] = [callOf('SPUBLISH', 'a'), callOf('SPUBLISH', 'a')];
    assert.equal(gates.joined(3, callOf('SET', 'a'), 0), false);
    assert.equal(gates.joined(30, callOf('SPUBLISH', 'a'), 0), false);
    assert.equal(gates.joined(3, first, 0), true);
    assert.equal(gates.joined(3, second, 10), true);
    assert.deepEqual([gates.openRefused(), gates.open(49)], [[], []]);
    assert.deepEqual(gates.open(50), [first, second]);
    assert.equal(gates.size, 0);
    assert.equal(gates.joined(3, callOf('SPUBLISH', 'a'), 51), false);
  });

  it('give everything to a client that ends', () => {
    const gates = new SlotBarriers();
    const calls = ['a', 'b', 'c'].map((key) => callOf('SPUBLISH', key));
    const [refused, held, waits, publishes] = [...calls, callOf('SPUBLISH', 'd')];
    assert.ok(refused !== undefined && held !== undefined && waits !== undefined && publishes !== undefined);
    gates.refused(1, refused, 50);
    gates.raiseHandoverBarrier(2, [held], 0);
    gates.joined(2, callOf('GET', 'x'), 0);
    gates.joined(2, held, 0);
    gates.holdPublishing(() => true, 50);
    gates.joined(3, publishes, 0);
    assert.deepEqual(new Set(gates.open(Number.POSITIVE_INFINITY)), new Set([refused, held, publishes]));
    assert.equal(gates.size, 0);
  });
});
