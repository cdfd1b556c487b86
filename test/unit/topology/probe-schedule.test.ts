import assert from 'node:assert/strict';
import { TopologyError } from '../../../lib/errors.js';
import { needsUrgentProbe, nextProbeDelayMs, type ProbeSchedule } from '../../../lib/topology/probe-schedule.js';
import { SlotMap } from '../../../lib/topology/slot-map.js';
import { makeTopology, type NodeInfo, type TopologySnapshot } from '../../../lib/topology/snapshot.js';
import { keyOf, primaryNode } from './nodes.js';

const QUIET: ProbeSchedule = {
  periodMs: 30_000,
  now: 100_000,
  startedAt: 99_990,
  woken: false,
  urgent: false,
  commandsWait: false,
  urgentSince: null,
  failures: 0,
  unrecoverable: false,
  quietProbes: 20,
};

/** The delay with the least and with the most jitter. */
const CASES: readonly (readonly [what: string, schedule: Partial<ProbeSchedule>, leastMs: number, mostMs: number])[] = [
  ['waits for the period when nothing happens', {}, 27_000, 33_000],
  ['probes again soon after a change', { quietProbes: 0 }, 225, 275],
  ['probes less often the longer nothing changed', { quietProbes: 3 }, 1_800, 2_200],
  ['keeps 100 ms between two probes when woken', { woken: true }, 90, 115],
  ['probes at once when woken after a while', { woken: true, startedAt: 0 }, 0, 0],
  ['keeps 25 ms between two probes when woken while a shard has no primary', { woken: true, urgentSince: 99_000 }, 15, 21.25],
  ['keeps 25 ms between two probes when woken and urgent', { woken: true, urgent: true }, 15, 21.25],
  ['probes again within a second while commands wait for something else', { commandsWait: true }, 100, 1_000],
  ['probes again at once when commands begin to wait for something else', { commandsWait: true, quietProbes: 0 }, 100, 200],
  ['probes every 25 to 50 ms while a shard has no primary', { urgentSince: 99_000 }, 25, 50],
  ['slows down to a second when that lasts', { urgentSince: 10_000 }, 25, 1_000],
  ['backs off while probes fail', { failures: 1 }, 25, 100],
  ['backs off up to a second while probes fail', { failures: 30 }, 25, 1_000],
  ['stays quick while probes fail soon after the loss of a primary', { failures: 30, urgentSince: 99_000 }, 25, 100],
  ['does not hammer where only a person can help', { unrecoverable: true, woken: true, urgentSince: 99_000, failures: 1 }, 490, 1_990],
];

describe('nextProbeDelayMs', () => {
  for (const [what, schedule, leastMs, mostMs] of CASES) {
    it(what, () => {
      assert.deepEqual(
        [nextProbeDelayMs({ ...QUIET, ...schedule }, () => 0), nextProbeDelayMs({ ...QUIET, ...schedule }, () => 1)],
        [leastMs, mostMs],
      );
    });
  }
});

describe('needsUrgentProbe', () => {
  const node = (port: number, usable = true): NodeInfo => ({ ...primaryNode(port), usable });
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
  const cases: readonly (readonly [what: string, snapshot: TopologySnapshot | null, suspects: readonly number[], isUrgent: boolean])[] = [
    ['nothing is known', null, [], true],
    ['all is well', cluster(node(7000)), [], false],
    ['a shard has no primary', cluster(null), [], true],
    ['a primary failed', cluster(node(7000, false)), [], true],
    ['a primary does not answer', cluster(node(7000)), [7000], true],
    ['a primary without slots does not answer', cluster(node(7000)), [7001], false],
    ['slots have no owner', cluster(node(7000), 16_382), [], true],
    ['the primary of a group does not answer', makeTopology('sentinel', [{ primary: node(7000), replicas: [] }], null), [7000], true],
    ['there is a problem', makeTopology('sentinel', [{ primary: node(7000), replicas: [] }], null, problem), [], true],
  ];
  for (const [what, snapshot, suspects, isUrgent] of cases) {
    it(`says ${isUrgent ? 'yes' : 'no'} when ${what}`, () => {
      for (const commandsWait of [false, true])
        assert.equal(needsUrgentProbe(snapshot, new Set(suspects.map(keyOf)), commandsWait), isUrgent);
    });
  }

  it('says yes for a fixed address that leads to a replica, only while commands wait', () => {
    const self = { ...node(7000), role: 'replica' as const };
    const snapshot = makeTopology('single', [{ primary: self, replicas: [self] }], null);
    assert.deepEqual(
      [false, true].map((commandsWait) => needsUrgentProbe(snapshot, new Set(), commandsWait)),
      [false, true],
    );
  });
});
