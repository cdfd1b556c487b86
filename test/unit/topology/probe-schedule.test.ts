import assert from 'node:assert/strict';
import { TopologyError } from '../../../lib/errors.js';
import { needsUrgentProbe, nextProbeDelayMs, type ProbeSchedule } from '../../../lib/topology/probe-schedule.js';
import { SlotMap } from '../../../lib/topology/slot-map.js';
import { makeTopology, type NodeInfo, type TopologySnapshot } from '../../../lib/topology/snapshot.js';
import { at, rules } from './picture.js';

const QUIET: ProbeSchedule = {
  periodMs: 30_000,
  now: 100_000,
  startedAt: 99_990,
  woken: false,
  urgent: false,
  awaited: false,
  urgentSince: null,
  failures: 0,
  unrecoverable: false,
  quietProbes: 20,
};

/** The delay with the least and with the most jitter. */
const CASES: readonly (readonly [what: string, pace: Partial<ProbeSchedule>, leastMs: number, mostMs: number])[] = [
  ['waits for the period when nothing happens', {}, 27_000, 33_000],
  ['looks again soon after a change', { quietProbes: 0 }, 225, 275],
  ['looks less often the longer nothing changed', { quietProbes: 3 }, 1_800, 2_200],
  ['keeps 100 ms between two probes when woken', { woken: true }, 90, 115],
  ['probes at once when woken after a while', { woken: true, startedAt: 0 }, 0, 0],
  ['keeps 25 ms between two probes when woken in trouble', { woken: true, urgentSince: 99_000 }, 15, 21.25],
  ['keeps 25 ms between two probes when woken by who cannot go on without', { woken: true, urgent: true }, 15, 21.25],
  ['looks again within a second while commands wait for other news', { awaited: true }, 100, 1_000],
  ['looks again at once while commands begin to wait for other news', { awaited: true, quietProbes: 0 }, 100, 200],
  ['probes every 25 to 50 ms in trouble', { urgentSince: 99_000 }, 25, 50],
  ['slows down to a second when the trouble lasts', { urgentSince: 10_000 }, 25, 1_000],
  ['backs off while probes fail', { failures: 1 }, 25, 100],
  ['backs off up to a second while probes fail', { failures: 30 }, 25, 1_000],
  ['stays quick while probes fail in fresh trouble', { failures: 30, urgentSince: 99_000 }, 25, 100],
  ['does not hammer where only a person can help', { unrecoverable: true, woken: true, urgentSince: 99_000, failures: 1 }, 490, 1_990],
];

describe('nextProbeMs', () => {
  for (const [what, pace, leastMs, mostMs] of CASES) {
    it(what, () => {
      assert.deepEqual(
        [nextProbeDelayMs({ ...QUIET, ...pace }, () => 0), nextProbeDelayMs({ ...QUIET, ...pace }, () => 1)],
        [leastMs, mostMs],
      );
    });
  }
});

describe('isTroubled', () => {
  const node = (port: number, usable = true): NodeInfo =>
    rules.node({ id: null, address: at(port), names: [], role: 'primary', usable, replicaOf: null, depth: 0, priority: 100 });
  const cluster = (first: NodeInfo | null, end = 16_383): TopologySnapshot =>
    makeTopology(
      'cluster',
      [
        { primary: first, replicas: [] },
        { primary: node(7001), replicas: [] },
      ],
      SlotMap.fromRanges([{ start: 0, end, shard: 0 }]),
    );
  const problem = new TopologyError('ERR_ROLE_MISMATCH', 'x');
  const cases: readonly (readonly [what: string, snapshot: TopologySnapshot | null, suspects: readonly number[], troubled: boolean])[] = [
    ['nothing is known', null, [], true],
    ['all is well', cluster(node(7000)), [], false],
    ['a shard has no primary', cluster(null), [], true],
    ['a primary failed', cluster(node(7000, false)), [], true],
    ['a primary does not answer', cluster(node(7000)), [7000], true],
    ['a primary without slots does not answer', cluster(node(7000)), [7001], false],
    ['slots belong to nobody', cluster(node(7000), 16_382), [], true],
    ['the primary of a group does not answer', makeTopology('sentinel', [{ primary: node(7000), replicas: [] }], null), [7000], true],
    ['there is a problem', makeTopology('sentinel', [{ primary: node(7000), replicas: [] }], null, problem), [], true],
  ];
  for (const [what, snapshot, suspects, troubled] of cases) {
    it(`says ${troubled ? 'yes' : 'no'} when ${what}`, () => {
      for (const awaited of [false, true])
        assert.equal(needsUrgentProbe(snapshot, new Set(suspects.map((port) => `127.0.0.1:${port}`)), awaited), troubled);
    });
  }

  it('says yes for a fixed address that leads to a replica, only while commands wait', () => {
    const self = { ...node(7000), role: 'replica' as const };
    const snapshot = makeTopology('single', [{ primary: self, replicas: [self] }], null);
    assert.deepEqual(
      [false, true].map((awaited) => needsUrgentProbe(snapshot, new Set(), awaited)),
      [false, true],
    );
  });
});
