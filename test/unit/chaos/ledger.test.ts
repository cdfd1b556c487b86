import assert from 'node:assert/strict';
import { keysOf } from '../../../chaos/key-space.js';
import { type Ledger, ledgerOf, type Moments } from '../../../chaos/ledger.js';
import { type Operations, type Outcome, outcomes } from '../../../chaos/operations.js';

/** One operation a word: `<issued>:<outcome>:<settled>`. */
function operations(...words: readonly string[]): Operations {
  const parts = words.map((word) => word.split(':'));
  return {
    length: words.length,
    issuedAt: Float64Array.from(parts.map(([issued]) => Number(issued))),
    outcome: Uint8Array.from(parts.map(([, outcome]) => outcomes.indexOf(outcome as Outcome))),
    settledAt: Float64Array.from(parts.map(([, , settled]) => Number(settled ?? 0))),
    errors: {},
    messages: [],
  };
}

const own = keysOf({ kind: 'own', tag: 't' });
const two = keysOf({ kind: 'ranges', ranges: [[0, 16_383]], count: 2 });
const none = operations();
const outage = (struckAt: number, backAt: number): Moments => ({ struckAt, outages: [{ struckAt, backAt }] });
const still: Moments = { struckAt: 0, outages: [] };

interface Case {
  readonly name: string;
  readonly writes: Operations;
  readonly reads?: Operations;
  readonly keys?: typeof own;
  readonly found: readonly number[];
  readonly moments: Moments;
  readonly expected: Partial<Ledger>;
}

const cases: readonly Case[] = [
  {
    name: 'counts what callers were told',
    writes: operations('1:ok:2', '1:failed:2', '1:unknown:2', '1:pending'),
    reads: operations('1:ok:2', '1:failed:3', '1:unknown:3'),
    found: [1, 0, 0, 0],
    moments: still,
    expected: { writes: 4, acknowledged: 1, failed: 1, unknown: 1, pending: 1, found: 1, reads: 3, readsFailed: 2, twice: 0, lostByUs: 0 },
  },
  {
    name: 'leaves to the servers what was acknowledged shortly before the harm, and until a client had time to leave',
    writes: operations('4000:ok:4001', '5000:ok:5001', '7040:ok:7049', '7045:ok:7051'),
    found: [0, 0, 0, 1],
    moments: outage(5_001, 7_000),
    expected: { lostByServers: 3, lostByUs: 0 },
  },
  {
    name: 'holds the client to what was acknowledged later',
    writes: operations('7000:ok:7051', '20000:ok:20001'),
    found: [0, 0],
    moments: outage(5_000, 7_000),
    expected: { lostByServers: 0, lostByUs: 2 },
  },
  {
    name: 'holds the client to every loss where the servers never stopped',
    writes: operations('1:ok:2'),
    found: [0],
    moments: still,
    expected: { lostByUs: 1 },
  },
  {
    name: 'sees a write of its own that ran twice, whatever became of the others',
    writes: operations('1:ok:2', '1:unknown:2', '1:unknown:2', '1:failed:2'),
    found: [2, 1, 2, 2],
    moments: still,
    expected: { twice: 1 + 0 + 1 + 1, falselyFailed: 1 },
  },
  {
    name: 'allows each unknown write of a shared counter to have run',
    keys: two,
    writes: operations('1:ok:2', '1:ok:2', '1:unknown:2', '1:unknown:2', '1:ok:2', '1:ok:2'),
    found: [3, 4],
    moments: still,
    expected: { twice: 1, lostByUs: 0 },
  },
  {
    name: 'takes the last acknowledged ones of a shared counter for the lost ones',
    keys: two,
    writes: operations('1:ok:2', '1:ok:2', '8000:ok:8001', '1:ok:2'),
    found: [1, 2],
    moments: outage(10, 5_000),
    expected: { lostByServers: 0, lostByUs: 1 },
  },
  {
    name: 'is back with the first write that lasts',
    writes: operations('90:ok:91', '100:ok:205', '100:ok:230', '300:ok:301'),
    found: [1, 0, 1, 1],
    moments: outage(95, 200),
    expected: { backMs: [30], quietMs: 1, worstWriteMs: 130 },
  },
  {
    name: 'is never back where nothing was acknowledged again',
    writes: operations('90:ok:91', '100:failed:300'),
    found: [1, 0],
    moments: outage(95, 200),
    expected: { backMs: [Number.POSITIVE_INFINITY], lateMs: 0 },
  },
  {
    name: 'says how late the last operation was issued that failed',
    writes: operations('90:ok:91', '250:failed:300'),
    reads: operations('260:unknown:270', '270:ok:271'),
    found: [1, 0],
    moments: outage(95, 200),
    expected: { lateMs: 60 },
  },
  {
    name: 'looks at each of several outages',
    writes: operations('150:ok:212', '350:ok:401'),
    found: [1, 1],
    moments: {
      struckAt: 100,
      outages: [
        { struckAt: 100, backAt: 200 },
        { struckAt: 300, backAt: 400 },
      ],
    },
    expected: { backMs: [12, 1] },
  },
];

describe('the ledger', () => {
  for (const { name, writes, reads = none, keys = own, found, moments, expected } of cases) {
    it(name, () => {
      const ledger = ledgerOf(writes, reads, keys, found, moments);
      for (const [field, value] of Object.entries(expected)) assert.deepEqual(ledger[field as keyof Ledger], value, field);
    });
  }
});
