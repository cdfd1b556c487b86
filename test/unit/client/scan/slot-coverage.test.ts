import assert from 'node:assert/strict';
import { parseShardView, type ShardView, SlotCoverage } from '../../../../lib/client/scan/slot-coverage.js';

interface Facts {
  readonly owned?: readonly [start: number, end: number];
  readonly migrating?: Readonly<Record<number, string>>;
  readonly importing?: readonly number[];
}

function view(id: string, { owned = [0, -1], migrating = {}, importing = [] }: Facts): ShardView {
  return {
    id,
    owns: (slot) => slot >= owned[0] && slot <= owned[1],
    migrating: new Map(Object.entries(migrating).map(([slot, target]) => [Number(slot), target])),
    importing: new Set(importing),
  };
}

const LAST = 16_383;
/** Slots 0 to 9 are A's, the others B's. */
const A = view('A', { owned: [0, 9] });
const B = view('B', { owned: [10, LAST] });
const leaving = view('A', { owned: [0, 9], migrating: { 9: 'B' } });
const taking = view('B', { owned: [10, LAST], importing: [9] });
const shrunk = view('A', { owned: [0, 8] });
const grown = view('B', { owned: [9, LAST] });

/** Scans by what the node said before and after, then what is to be scanned next. */
const cases: readonly {
  readonly it: string;
  readonly scans: readonly (readonly [before: ShardView, after: ShardView])[];
  readonly next: { readonly slot: number; readonly target: string | null } | null;
  readonly gained: boolean;
}[] = [
  { it: 'begins with slot 0', scans: [], next: { slot: 0, target: null }, gained: false },
  { it: 'goes on behind the slots of the first shard', scans: [[A, A]], next: { slot: 10, target: null }, gained: true },
  {
    it: 'is complete when every shard was scanned',
    scans: [
      [A, A],
      [B, B],
    ],
    next: null,
    gained: true,
  },
  {
    it: 'makes no progress by a scan that ended on another node',
    scans: [[A, view('C', { owned: [0, 9] })]],
    next: { slot: 0, target: null },
    gained: false,
  },
  {
    it: 'makes no progress by scanning a shard again',
    scans: [
      [A, A],
      [A, A],
    ],
    next: { slot: 10, target: null },
    gained: false,
  },
  { it: 'leaves out a slot that left during the scan', scans: [[A, shrunk]], next: { slot: 9, target: null }, gained: true },
  { it: 'leaves out a slot that came during the scan', scans: [[shrunk, A]], next: { slot: 9, target: null }, gained: true },
  { it: 'leaves out a slot that began to move during the scan', scans: [[A, leaving]], next: { slot: 9, target: null }, gained: true },
  {
    it: 'scans the target of a moving slot after its source, with the other slots first',
    scans: [[leaving, leaving]],
    next: { slot: 10, target: null },
    gained: true,
  },
  {
    it: 'scans the target when nothing else is left',
    scans: [
      [leaving, leaving],
      [view('B', { owned: [10, LAST] }), B],
    ],
    next: { slot: 9, target: 'B' },
    gained: true,
  },
  {
    it: 'is done with a slot that still moves once its source and then its target were scanned',
    scans: [
      [leaving, leaving],
      [taking, taking],
    ],
    next: null,
    gained: true,
  },
  {
    it: 'is done with a slot that arrived while its target was scanned',
    scans: [
      [leaving, leaving],
      [taking, grown],
    ],
    next: null,
    gained: true,
  },
  {
    it: 'is done with a slot that arrived before its target was scanned',
    scans: [
      [leaving, shrunk],
      [grown, grown],
    ],
    next: null,
    gained: true,
  },
  {
    it: 'is not done with a target that was scanned before its source',
    scans: [
      [taking, taking],
      [leaving, leaving],
    ],
    next: { slot: 9, target: 'B' },
    gained: true,
  },
  { it: 'scans the source again where the move was called off', scans: [[leaving, A]], next: { slot: 9, target: null }, gained: true },
];

describe('SlotCoverage', () => {
  for (const { it: name, scans, next, gained } of cases) {
    it(name, () => {
      const coverage = new SlotCoverage();
      let last = false;
      for (const [before, after] of scans) last = coverage.scanned(before, after).gained;
      assert.deepEqual(coverage.next(), next);
      assert.equal(last, gained);
    });
  }

  it('names the slots that a scan has completed', () => {
    const coverage = new SlotCoverage();
    assert.deepEqual(coverage.scanned(leaving, leaving).done, [0, 1, 2, 3, 4, 5, 6, 7, 8]);
    assert.equal(coverage.isDone(8), true);
    assert.equal(coverage.isDone(9), false);
    assert.ok(coverage.scanned(taking, taking).done.includes(9));
  });

  it('accepts only a node that serves the part', () => {
    const coverage = new SlotCoverage();
    assert.equal(coverage.accepts({ slot: 9, target: null }, A), true);
    assert.equal(coverage.accepts({ slot: 9, target: null }, shrunk), false);
    assert.equal(coverage.accepts({ slot: 9, target: 'B' }, taking), true);
    assert.equal(coverage.accepts({ slot: 9, target: 'B' }, grown), true);
  });

  it('goes back to the source of a slot whose target does not take it, which is no progress any more', () => {
    const coverage = new SlotCoverage();
    coverage.scanned(leaving, leaving);
    coverage.scanned(B, B);
    assert.equal(coverage.accepts({ slot: 9, target: 'B' }, B), false);
    assert.deepEqual(coverage.next(), { slot: 9, target: null });
    assert.equal(coverage.scanned(leaving, leaving).gained, false);
  });
});

describe('parseShardView', () => {
  const reply = [
    'aaa 127.0.0.1:1@2 master - 0 0 1 connected 0-3 7',
    'bbb 127.0.0.1:3@4,name myself,master - 0 0 2 connected 100-200 300 [100->-aaa] [7-<-aaa]',
    'ccc 127.0.0.1:5@6 slave bbb 0 0 2 connected',
    '',
  ].join('\n');

  it('reads what a node says of itself in CLUSTER NODES', () => {
    const own = parseShardView(reply);
    assert.ok(own !== null);
    assert.equal(own.id, 'bbb');
    assert.deepEqual(
      [0, 7, 99, 100, 200, 201, 300].map((slot) => own.owns(slot)),
      [false, false, false, true, true, false, true],
    );
    assert.deepEqual([...own.migrating], [[100, 'aaa']]);
    assert.deepEqual([...own.importing], [7]);
  });

  it('is null where no node is myself', () => {
    assert.equal(parseShardView('ERR nothing'), null);
  });
});
