import assert from 'node:assert/strict';
import sinon from 'sinon';
import { PendingCalls } from '../../../../lib/client/dispatch/pending-calls.js';
import { type Call, newCall, SETTLED, takePromise } from '../../../../lib/protocol/call.js';
import { command } from '../../../../lib/protocol/catalog/specs.js';
import { clock } from '../../../../lib/util/clock.js';

const owner = { usage: { commands: 0, bytes: 0 }, idempotent: false, failed: () => assert.fail('handed back') };

describe('calls that no node can take', () => {
  let time: sinon.SinonFakeTimers;
  let pending: PendingCalls;
  let dispatched: Call[];
  let owed: Set<number>;

  beforeEach(() => {
    time = sinon.useFakeTimers();
    dispatched = [];
    owed = new Set();
    owner.usage.commands = 0;
    pending = new PendingCalls(
      (call) => dispatched.push(call),
      { errorOf: () => null, reasonOf: () => 'the primary is down' },
      () => owed,
    );
  });

  afterEach(() => {
    pending.clear();
    // The clock forgets what holds no call any more.
    time.tick(50);
    time.restore();
  });

  function made(timeoutMs: number): { readonly call: Call; readonly outcome: Promise<unknown> } {
    owner.usage.commands++;
    const call = newCall(command('SET'), ['k', 'v'], null, 0, owner, clock.deadlineIn(timeoutMs));
    return { call, outcome: takePromise() };
  }

  it('go on in order when the topology changes, those that are settled left out', () => {
    const [first, aborted, last] = [made(0), made(0), made(0)];
    for (const { call } of [first, aborted, last]) pending.awaitTopology(call);
    aborted.call.state = SETTLED;
    assert.equal(pending.isAwaitingTopology, true);
    pending.topologyChanged();
    assert.deepEqual(dispatched, [first.call, last.call]);
    assert.deepEqual([pending.size, owner.usage.commands], [0, 2]);
  });

  it('go on behind a barrier of refusals when its slot is owed no answer any more, or after 100 ms', () => {
    const [refused, other] = [made(0), made(0)];
    owed.add(7);
    pending.waitForSlot(7, refused.call, 10_000, 'all');
    pending.waitForSlot(8, other.call, 10, 'all');
    pending.topologyChanged();
    time.tick(50);
    assert.deepEqual(dispatched, [other.call], 'what was sent before it and is still unanswered would come before it');
    owed.clear();
    time.tick(20);
    assert.deepEqual(dispatched, [other.call, refused.call]);
    owed.add(7);
    const late = made(0);
    pending.waitForSlot(7, late.call, 10, 'all');
    time.tick(100);
    assert.equal(dispatched.length, 2);
    time.tick(30);
    assert.deepEqual(dispatched.at(-1), late.call);
  });

  const places: readonly (readonly [where: string, put: (call: Call) => void])[] = [
    ['for the topology', (call) => pending.awaitTopology(call)],
    ['for a moment', (call) => pending.waitFor(call, 10_000)],
    ['behind a barrier', (call) => pending.waitForSlot(7, call, 10_000, 'all')],
  ];
  for (const [where, put] of places) {
    it(`are rejected at their deadlines while they wait ${where}`, async () => {
      const { call, outcome } = made(200);
      put(call);
      time.tick(190);
      assert.notEqual(call.state, SETTLED);
      time.tick(40);
      await assert.rejects(outcome, { name: 'TimeoutError', executed: 'no', message: /no node to send it to: the primary is down/ });
      time.tick(200);
      assert.deepEqual([pending.size, owner.usage.commands, dispatched.length], [0, 0, 0]);
    });
  }

  it('that wait for a moment go on after it, those of one slot together', () => {
    const [alone, refused, newer] = [made(0), made(0), made(0)];
    pending.waitFor(alone.call, 30);
    pending.waitForSlot(7, refused.call, 60, 'all');
    assert.equal(pending.barriers.hold(7, newer.call, clock.now()), true);
    time.tick(45);
    assert.deepEqual(dispatched, [alone.call]);
    time.tick(30);
    assert.deepEqual(dispatched, [alone.call, refused.call, newer.call]);
  });

  it('are all given back to a client that ends', () => {
    const calls = places.map(([, put]) => {
      const { call } = made(0);
      put(call);
      return call;
    });
    assert.deepEqual(new Set(pending.clear()), new Set(calls));
    assert.equal(pending.size, 0);
  });
});
