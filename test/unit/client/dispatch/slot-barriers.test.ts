import assert from 'node:assert/strict';
import { type Handover, keepsOrder, SlotBarriers } from '../../../../lib/client/dispatch/slot-barriers.js';
import { internalCallInto } from '../../../../lib/connection/internal-calls.js';
import { NoNodeError } from '../../../../lib/errors.js';
import { type Call, SETTLED, WRITTEN } from '../../../../lib/protocol/call.js';
import type { CallExtras } from '../../../../lib/protocol/call-extras.js';
import { command } from '../../../../lib/protocol/catalog/specs.js';
import { SlotMap } from '../../../../lib/topology/slot-map.js';
import type { TopologySnapshot } from '../../../../lib/topology/snapshot.js';

let made = 0;

/** A call unlike all others: equal ones would be taken for each other. */
const callOf = (name: string, key: string): Call => {
  const call = internalCallInto({ onValue() {}, onError() {} }, command(name), [key, String(++made)]);
  call.state = WRITTEN;
  return call;
};

/** Two shards; the first has slots 0 to `last`. */
const snapshot = (last: number): TopologySnapshot => {
  const primaries = ['a', 'b'].map((key) => ({ key }));
  const slots = SlotMap.fromRanges([
    { start: 0, end: last, shard: 0 },
    { start: last + 1, end: 16_383, shard: 1 },
  ]);
  return { kind: 'cluster', shards: primaries.map((primary) => ({ primary, replicas: [] })), slots } as unknown as TopologySnapshot; // as far as it is looked at
};

interface Facts {
  readonly publishedAt?: number;
  readonly unreachable?: boolean;
  /** Slot of every call. */
  readonly slot?: number;
}

/** Slots 10 to 99 go from node a, which holds these calls, to node b. */
const handover = (
  calls: readonly Call[],
  { publishedAt = Number.NEGATIVE_INFINITY, unreachable = false, slot = 50 }: Facts = {},
): Handover => ({
  previous: snapshot(99),
  next: snapshot(9),
  nodeOf: (key) => ({
    key,
    unreachableReason: unreachable ? new NoNodeError('down') : null,
    publishedAt: key === 'a' ? publishedAt : Number.NEGATIVE_INFINITY,
    forEachHeld: (visit) => {
      if (key === 'a') calls.forEach(visit);
    },
    takeUnwritten: () => [],
  }),
  slotOf: () => slot,
});

describe('the barriers of slots', () => {
  it('let every call pass while there are none', () => {
    const barriers = new SlotBarriers();
    assert.equal(barriers.size, 0);
    assert.equal(barriers.hold(50, callOf('SET', 'a'), 0), false);
  });

  it('let what is refused later go before what was never sent', () => {
    const barriers = new SlotBarriers();
    const [older, newer] = [callOf('SET', 'a'), callOf('SET', 'a')];
    barriers.holdRefused(50, newer, 50);
    older.countAttempt();
    barriers.holdRefused(50, older, 50);
    assert.deepEqual(barriers.open(60), [older, newer]);
  });

  it('hold all of a slot after a refusal until its time, or until the topology changes', () => {
    const barriers = new SlotBarriers();
    const [refused, other, ...issued] = ['a', 'x', 'a', 'b'].map((key) => callOf('SET', key));
    assert.ok(refused !== undefined && other !== undefined);
    barriers.holdRefused(50, refused, 50);
    assert.equal(barriers.hold(51, other, 0), false);
    for (const call of issued) assert.equal(barriers.hold(50, call, 0), true);
    assert.equal(barriers.calls, 3);
    assert.deepEqual(barriers.open(49), []);
    assert.deepEqual(barriers.openRefused(0), [refused, ...issued]);
    assert.equal(barriers.size, 0);
  });

  it('open a barrier of refusals at the time of the first refusal', () => {
    const barriers = new SlotBarriers();
    const [first, second] = [callOf('SET', 'a'), callOf('SET', 'a')];
    barriers.holdRefused(50, first, 20);
    barriers.holdRefused(50, second, 90);
    assert.deepEqual(barriers.open(20), [first, second]);
  });

  describe('of a handover', () => {
    const cases: readonly (readonly [what: string, held: Call, facts: Facts, stands: boolean])[] = [
      ['a write of a slot that has left its node', callOf('SET', 'a'), {}, true],
      ['a write of a slot that stayed', callOf('SET', 'a'), { slot: 5 }, false],
      ['a write of a slot that another node had', callOf('SET', 'a'), { slot: 500 }, false],
      ['a write without a slot', callOf('SET', 'a'), { slot: -1 }, false],
      ['a read', callOf('GET', 'a'), {}, false],
      ['a settled write', Object.assign(callOf('SET', 'a'), { state: SETTLED }), {}, false],
      ['a write that its node has no connection for', callOf('SET', 'a'), { unreachable: true }, false],
    ];
    for (const [what, held, facts, stands] of cases) {
      it(`${stands ? 'stand' : 'do not stand'} for ${what}`, () => {
        const barriers = new SlotBarriers();
        barriers.raise(handover([held], facts), 0);
        assert.equal(barriers.size > 0, stands);
        assert.equal(barriers.hold(50, callOf('SET', 'a'), 0), stands);
      });
    }

    it('do not stand where slots do not matter', () => {
      const barriers = new SlotBarriers();
      const { previous, ...rest } = handover([callOf('SET', 'a')]);
      barriers.raise({ ...rest, previous: { ...previous, slots: null } }, 0);
      assert.equal(barriers.size, 0);
    });

    it('give what was tried before first', () => {
      const barriers = new SlotBarriers();
      const [held, tried, fresh] = ['a', 'a', 'a'].map((key) => callOf('SET', key));
      assert.ok(held !== undefined && tried !== undefined && fresh !== undefined);
      barriers.raise(handover([held]), 0);
      barriers.hold(50, fresh, 0);
      tried.countAttempt();
      barriers.hold(50, tried, 0);
      assert.deepEqual(barriers.open(100), [tried, fresh]);
    });

    it('stay when the topology changes, but hold all of the slot once a call of it is refused', () => {
      const barriers = new SlotBarriers();
      const [held, refused, next] = ['a', 'b', 'c'].map((key) => callOf('SET', key));
      assert.ok(held !== undefined && refused !== undefined && next !== undefined);
      barriers.raise(handover([held]), 0);
      assert.equal(barriers.hold(50, next, 0), false);
      barriers.holdRefused(50, refused, 500);
      assert.equal(barriers.hold(50, next, 0), true);
      assert.deepEqual(barriers.openRefused(0), []);
      held.countAttempt();
      assert.deepEqual(barriers.open(10), [refused, next]);
    });

    it('hold all of the slot where calls wait already', () => {
      const barriers = new SlotBarriers();
      const [refused, held, next] = ['b', 'a', 'c'].map((key) => callOf('SET', key));
      assert.ok(refused !== undefined && held !== undefined && next !== undefined);
      barriers.holdRefused(50, refused, 500);
      barriers.raise(handover([held]), 0);
      assert.equal(barriers.hold(50, next, 0), true);
      held.state = SETTLED;
      assert.deepEqual(barriers.open(10), [refused, next]);
    });

    it('hold what is published to the slots for a time, and what comes to those slots after it', () => {
      const barriers = new SlotBarriers();
      barriers.raise(handover([], { publishedAt: 0 }), 0);
      assert.ok(barriers.size > 0);
      const [first, second] = [callOf('SPUBLISH', 'a'), callOf('SPUBLISH', 'a')];
      assert.equal(barriers.hold(50, callOf('SET', 'a'), 0), false);
      assert.equal(barriers.hold(500, callOf('SPUBLISH', 'a'), 0), false);
      assert.equal(barriers.hold(50, first, 0), true);
      assert.equal(barriers.hold(50, second, 10), true);
      assert.deepEqual([barriers.openRefused(0), barriers.open(49)], [[], []]);
      assert.deepEqual(barriers.open(50), [first, second]);
      assert.equal(barriers.size, 0);
      assert.equal(barriers.hold(50, callOf('SPUBLISH', 'a'), 51), false);
    });

    it('do not hold what is published where the node has not published for long', () => {
      const barriers = new SlotBarriers();
      barriers.raise(handover([], { publishedAt: -50 }), 0);
      assert.equal(barriers.size, 0);
    });
  });

  it('drop the calls that are not wanted any more', () => {
    const barriers = new SlotBarriers();
    const [refused, gone] = [callOf('SET', 'a'), callOf('SET', 'a')];
    barriers.holdRefused(50, refused, 50);
    barriers.hold(50, gone, 0);
    barriers.sift((call) => call !== gone);
    assert.deepEqual(barriers.open(50), [refused]);
  });

  it('give everything to a client that ends', () => {
    const barriers = new SlotBarriers();
    const [refused, held, publishes] = ['a', 'b', 'd'].map((key) => callOf('SPUBLISH', key));
    assert.ok(refused !== undefined && held !== undefined && publishes !== undefined);
    barriers.holdRefused(500, refused, 50);
    barriers.raise(handover([held], { publishedAt: 0 }), 0);
    barriers.hold(50, callOf('GET', 'x'), 0);
    barriers.hold(50, held, 0);
    barriers.hold(60, publishes, 0);
    assert.deepEqual(new Set(barriers.open(Number.POSITIVE_INFINITY)), new Set([refused, held, publishes]));
    assert.equal(barriers.size, 0);
  });
});

describe('the order of a slot', () => {
  const cases: readonly (readonly [what: string, extras: Partial<CallExtras>, keeps: boolean])[] = [
    ['an ordinary write', {}, true],
    ['a transaction, whose slot is given', { target: { slot: 7 }, batch: { commands: [], replies: [] } }, true],
    ['a write to one node', { target: { node: 'a' } }, false],
    [
      'a call that needs a connection of its own',
      { exclusive: { kind: 'lease', blocking: null, silenceMs: 0, since: 0, sentAt: 0, processEpoch: 0, cancel: null } },
      false,
    ],
  ];
  for (const [what, extras, keeps] of cases) {
    it(`is ${keeps ? 'kept' : 'of no matter'} for ${what}`, () => {
      const call = callOf('SET', 'a');
      Object.assign(call.ensureExtras(), extras);
      assert.equal(keepsOrder(call, 7), keeps);
    });
  }
});
