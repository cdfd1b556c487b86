import assert from 'node:assert/strict';
import { type PubsubLedger, pubsubLedgerOf } from '../../../chaos/pubsub/ledger.js';

/** Message n is issued at 10 n and acknowledged 1 ms later, unless it failed; what came came 2 ms after it was issued. */
function ledgerOf(
  count: number,
  came: readonly number[],
  {
    failed = [],
    gaps = [],
    nobody = [],
    toldLateMs,
  }: {
    failed?: readonly number[];
    gaps?: readonly (readonly [since: number, until: number])[];
    /** The server said that it handed them to nobody. */
    nobody?: readonly number[];
    toldLateMs?: number;
  } = {},
): PubsubLedger {
  const issuedAt = Float64Array.from({ length: count }, (_, n) => 10 * n);
  const receivers = issuedAt.map((_, n) => (nobody.includes(n) ? 0 : 1));
  return pubsubLedgerOf(
    { a: { issuedAt, acknowledgedAt: issuedAt.map((at, n) => (failed.includes(n) ? 0 : at + 1)), receivers } },
    {
      a: {
        numbers: Int32Array.from(came),
        at: Float64Array.from(came, (n) => 10 * n + 2),
        gaps: gaps.map(([since, until]) => ({ since, until })),
      },
    },
    { struckAt: 1_000, outages: [{ struckAt: 1_000, backAt: 1_100 }] },
    toldLateMs,
  );
}

const cases: readonly [what: string, ledger: () => PubsubLedger, expected: Partial<PubsubLedger>][] = [
  ['all came', () => ledgerOf(4, [0, 1, 2, 3]), { acknowledged: 4, delivered: 4, missing: 0, hidden: 0, twice: 0, disordered: 0 }],
  ['a hole that a gap tells of', () => ledgerOf(4, [0, 3], { gaps: [[10, 25]] }), { missing: 2, hidden: 0, gaps: 1 }],
  ['a hole that a gap tells of in part', () => ledgerOf(5, [0, 4], { gaps: [[10, 13]] }), { missing: 3, hidden: 2 }],
  [
    'where a hole is that no gap tells of',
    () => ledgerOf(5, [0, 4], { gaps: [[10, 13]], nobody: [2] }),
    { faults: ['a: 2 hidden, 2 to 3: issued -980.0 to -970.0, acknowledged -979.0 to -969.0, 0 receivers; gaps: -990.0 to -987.0'] },
  ],
  [
    'a hole before a server was harmed',
    () => ledgerOf(200, [...Array(98).keys()], { gaps: [[1_000, 2_000]] }),
    { missing: 102, hidden: 2, hiddenByServers: 2 },
  ],
  [
    'a hole of what publishers went on sending to a server that was demoted',
    () => ledgerOf(115, [...Array(110).keys(), 113, 114], { nobody: [110, 111], toldLateMs: 3_000 }),
    { missing: 3, hidden: 3, hiddenByServers: 2 },
  ],
  ['what failed may be missing', () => ledgerOf(3, [0, 2], { failed: [1] }), { acknowledged: 2, missing: 0 }],
  ['twice', () => ledgerOf(3, [0, 1, 1, 2, 0]), { twice: 2, disordered: 0 }],
  ['out of order', () => ledgerOf(4, [0, 2, 1, 3]), { disordered: 1, late: 0, twice: 0 }],
  ['late, of a message that was given up', () => ledgerOf(4, [0, 2, 3, 1], { failed: [1] }), { disordered: 0, late: 1 }],
  ['back with the first message after the servers', () => ledgerOf(200, [1, 99, 120], {}), { backMs: [102], silenceMs: 202 }],
  ['never back', () => ledgerOf(200, [1]), { backMs: [Number.POSITIVE_INFINITY] }],
];

describe('the ledger of messages', () => {
  for (const [what, ledger, expected] of cases) {
    it(what, () => {
      const found = ledger();
      const named = Object.fromEntries(Object.keys(expected).map((name) => [name, found[name as keyof PubsubLedger]]));
      assert.deepEqual(named, expected);
    });
  }
});
