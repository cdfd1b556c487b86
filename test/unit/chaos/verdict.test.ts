import assert from 'node:assert/strict';
import type { Fault, ListRead } from '../../../chaos/fault.js';
import type { Ledger } from '../../../chaos/ledger.js';
import type { PubsubLedger } from '../../../chaos/pubsub/ledger.js';
import type { RunReport } from '../../../chaos/run.js';
import type { TransfersReport } from '../../../chaos/transfers.js';
import { checksOf, holds, median } from '../../../chaos/verdict.js';

const perfect: Ledger = {
  writes: 1_000,
  acknowledged: 1_000,
  failed: 0,
  unknown: 0,
  pending: 0,
  found: 1_000,
  lostByServers: 0,
  lostByUs: 0,
  twice: 0,
  falselyFailed: 0,
  reads: 1_000,
  readsFailed: 0,
  errors: {},
  messages: [],
  backMs: [20],
  lateMs: 0,
  quietMs: 5,
  worstWriteMs: 30,
  worstReadMs: 30,
};

function run(ledger: Partial<Ledger> = {}, report: Partial<RunReport> = {}): RunReport {
  const moments = { struckAt: 0, outages: [{ struckAt: 0, backAt: 100 }] };
  const nothing = {
    direct: null,
    blocked: null,
    blockedBackMs: null,
    subscribers: null,
    list: null,
    transfers: null,
    resources: null,
    stallMs: 0,
  };
  return { ledger: { ...perfect, ...ledger }, moments, outagesMs: [100], ...nothing, ...report };
}

const bounds: Fault['bounds'] = { failedWritesMs: 10, readsFailed: 0, back: { medianMs: 100, worstMs: 250 } };

interface Case {
  readonly name: string;
  readonly runs: readonly RunReport[];
  readonly bounds?: Fault['bounds'];
  readonly leaks?: boolean;
  readonly rate?: number;
  /** What is exceeded, in part. */
  readonly broken: readonly RegExp[];
}

const blocked = { pushed: 10, delivered: 8, twice: 0, missing: 2, unknown: 2, errors: {}, stuck: 0, deliveredAt: new Float64Array() };

const heard: PubsubLedger = {
  faults: [],
  published: 100,
  acknowledged: 99,
  delivered: 90,
  gaps: 20,
  missing: 9,
  hidden: 2,
  hiddenByServers: 2,
  twice: 0,
  disordered: 0,
  late: 0,
  backMs: [20, 30],
  silenceMs: 900,
};

const poisoned: ListRead = {
  tookMs: 900,
  outcome: 'unknown',
  error: { code: 'ERR_CONNECTION_LOST', message: 'LRANGE: the server closes the connection at this command: …' },
};

const transferred: TransfersReport = { uploads: 2, downloads: 1, failed: 0, wrong: 0, pending: 0, slowestMs: 5_000, messages: [] };

const cases: readonly Case[] = [
  { name: 'a run in which nothing happened', runs: [run()], broken: [] },
  {
    name: 'a poisoned read that failed in time and said why',
    runs: [run({}, { list: poisoned })],
    bounds: { poisonedMs: 1_000 },
    broken: [],
  },
  {
    name: 'a poisoned read that failed late',
    runs: [run({}, { list: { ...poisoned, tookMs: 1_101 }, stallMs: 100 })],
    bounds: { poisonedMs: 1_000 },
    broken: [/poisoned read, until/],
  },
  {
    name: 'a poisoned read that does not say why',
    runs: [run({}, { list: { ...poisoned, error: { code: 'ERR_TIMEOUT', message: 'LRANGE timed out' } } })],
    bounds: { poisonedMs: 1_000 },
    broken: [/say why/],
  },
  { name: 'a poisoned read that never was', runs: [run()], bounds: { poisonedMs: 1_000 }, broken: [/poisoned read, until/, /say why/] },
  {
    name: 'large values that came as they were sent',
    runs: [run({}, { transfers: transferred })],
    bounds: { failedTransfers: 0 },
    broken: [],
  },
  {
    name: 'large values that failed, came otherwise or never',
    runs: [run({}, { transfers: { ...transferred, downloads: 0, failed: 1, wrong: 1, pending: 1 } })],
    bounds: { failedTransfers: 0 },
    broken: [/neither sent nor/, /failed/, /otherwise/, /never settled/],
  },
  { name: 'large values that nobody sent', runs: [run()], bounds: { failedTransfers: 0 }, broken: [/neither sent nor/] },
  { name: 'as many failed writes as were in flight', runs: [run({ failed: 4, unknown: 6 })], broken: [] },
  { name: 'one more', runs: [run({ failed: 5, unknown: 6 })], broken: [/writes failed/] },
  { name: 'the same at ten times the rate', runs: [run({ unknown: 100 })], rate: 10_000, broken: [] },
  { name: 'what was due while the process stood still', runs: [run({ unknown: 60 }, { stallMs: 50 })], broken: [] },
  {
    name: 'no failed write where none may fail, busy or not',
    runs: [run({ unknown: 1 }, { stallMs: 50 })],
    bounds: { failedWritesMs: 0 },
    broken: [/writes/],
  },
  {
    name: 'what piled up during the hand-over',
    runs: [run({ unknown: 110 })],
    bounds: { failedWritesMs: 10, failedWritesOfOutage: true },
    broken: [],
  },
  { name: 'a failed read', runs: [run({ readsFailed: 1 })], broken: [/reads failed/] },
  { name: 'one slow comeback among fast ones', runs: [run(), run({ backMs: [240] }), run()], broken: [] },
  { name: 'one that is too slow', runs: [run(), run({ backMs: [251] }), run()], broken: [/back, worst/] },
  { name: 'slow ones by habit', runs: [run({ backMs: [101] }), run({ backMs: [102] }), run()], broken: [/back, median/] },
  { name: 'no comeback', runs: [run({ backMs: [Number.POSITIVE_INFINITY] })], broken: [/back, median/, /back, worst/] },
  { name: 'operations that fail long after the servers are back', runs: [run({ lateMs: 300 })], broken: [/issued after/] },
  { name: 'a write lost by the client', runs: [run({ lostByUs: 1 })], broken: [/lost by the client/] },
  { name: 'writes lost by the servers', runs: [run({ lostByServers: 900 })], broken: [] },
  { name: 'a write that ran twice', runs: [run({ twice: 1 })], broken: [/twice/] },
  { name: 'a write that ran although its caller was told that it did not', runs: [run({ falselyFailed: 1 })], broken: [/not executed/] },
  { name: 'a promise that never settles', runs: [run({ pending: 1 })], broken: [/never settled/] },
  { name: 'a slow read', runs: [run({ worstReadMs: 251 })], bounds: { worstReadMs: 250 }, broken: [/slowest read/] },
  {
    name: 'an operation slower than in quiet times',
    runs: [run({ worstWriteMs: 56 })],
    bounds: { aboveQuietMs: 50 },
    broken: [/above the quiet/],
  },
  { name: 'elements that may have gone with unknown calls', runs: [run({}, { blocked, blockedBackMs: 20 })], broken: [] },
  {
    name: 'an element that is simply gone',
    runs: [run({}, { blocked: { ...blocked, missing: 3 }, blockedBackMs: 20 })],
    broken: [/elements missing/],
  },
  {
    name: 'a blocked caller that nobody wakes',
    runs: [run({}, { blocked: { ...blocked, stuck: 1 }, blockedBackMs: 20 })],
    broken: [/never served/],
  },
  { name: 'blocked callers that wait long', runs: [run({}, { blocked, blockedBackMs: null })], broken: [/served again/] },
  { name: 'subscribers that were told what is missing', runs: [run({}, { subscribers: heard })], broken: [] },
  {
    name: 'subscribers that miss what nobody told, get a message twice, or hear nothing any more',
    runs: [run({}, { subscribers: { ...heard, hidden: 3, twice: 1, disordered: 1, backMs: [20, Number.POSITIVE_INFINITY] } })],
    broken: [/no gap/, /twice/, /order/, /come again/],
  },
  {
    name: 'handles and memory that grow',
    runs: [
      run(
        {},
        {
          resources: {
            before: { byType: { TCPSocketWrap: 5, Timeout: 3 }, listeners: 40, heapBytes: 1e7 },
            after: { byType: { TCPSocketWrap: 15, Timeout: 4, TCPConnectWrap: 30 }, listeners: 140, heapBytes: 3e7 },
          },
        },
      ),
    ],
    broken: [/TCPSocketWrap/, /listeners/, /heap/],
  },
];

describe('the verdict on a fault', () => {
  for (const { name, runs, bounds: own = bounds, rate = 1_000, broken } of cases) {
    it(`${broken.length === 0 ? 'accepts' : 'refuses'} ${name}`, () => {
      const failures = checksOf({ bounds: own }, runs, rate).filter((check) => !holds(check));
      assert.equal(failures.length, broken.length, failures.map(({ what }) => what).join('; '));
      for (const [i, pattern] of broken.entries()) assert.match(failures[i]?.what ?? '', pattern);
    });
  }

  it('takes the middle', () => {
    assert.deepEqual([median([3, 1, 2]), median([4, 1, 2, 3]), median([7])], [2, 2.5, 7]);
  });
});
