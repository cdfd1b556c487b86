import assert from 'node:assert/strict';
import { NoNodeReasons } from '../../../../lib/client/dispatch/no-node-reasons.js';
import { TopologyError } from '../../../../lib/errors.js';
import { DEFAULTS } from '../../../../lib/options/defaults.js';
import type { Node } from '../../../../lib/pool/node.js';
import { NO_DEADLINE, newCall } from '../../../../lib/protocol/call.js';
import { specOf } from '../../../../lib/protocol/catalog/specs.js';
import { policyOf, type ReadPolicy } from '../../../../lib/routing/reads/read-preference.js';
import { type NodeState, UNKNOWN_STATE } from '../../../../lib/routing/reads/selection.js';
import { Router } from '../../../../lib/routing/router.js';
import { SlotMap } from '../../../../lib/topology/slot-map.js';
import { makeTopology, type Shard, type TopologySnapshot } from '../../../../lib/topology/snapshot.js';
import { clock } from '../../../../lib/util/clock.js';
import { keyOf, primaryNode, replicaNode } from '../../topology/nodes.js';

const group = (...shards: readonly Shard[]): TopologySnapshot => makeTopology('replication', shards, null);
const withReplica: Shard = { primary: primaryNode(7000), replicas: [replicaNode(7001, 7000)] };
const alone: Shard = { primary: primaryNode(7000), replicas: [] };
const headless: Shard = { primary: null, replicas: [replicaNode(7001, 7000)] };
/** A cluster in which only the slots up to 99 have an owner. */
const holes = makeTopology('cluster', [alone], SlotMap.fromRanges([{ start: 0, end: 99, shard: 0 }]));

interface Case {
  readonly name: string;
  readonly snapshot: TopologySnapshot | null;
  /** State of all nodes. */
  readonly state?: Partial<NodeState>;
  readonly slot?: number;
  /** Policy of a read; without it the command is a write. */
  readonly reads?: Partial<ReadPolicy>;
  readonly target?: string;
  readonly topologyError?: TopologyError;
  readonly leadsToReplica?: boolean;
  readonly leftOut?: string;
  readonly reason: string | null;
}

const cases: readonly Case[] = [
  { name: 'nothing was asked yet', snapshot: null, reason: 'nothing is known of the servers yet' },
  {
    name: 'the topology cannot be learnt, which the first failure says',
    snapshot: null,
    topologyError: new TopologyError('ERR_NO_SEED_REACHABLE', 'no seed'),
    reason: null,
  },
  { name: 'there is a primary', snapshot: group(alone), reason: null },
  { name: 'no node is the primary', snapshot: group(headless), reason: 'no primary is known' },
  {
    name: 'the primary has an address that is refused',
    snapshot: group(headless),
    leftOut: '; allowedAddresses refuses 10.0.0.9:6379, 10.0.0.8:6379',
    reason: 'no primary is known; allowedAddresses refuses 10.0.0.9:6379, 10.0.0.8:6379',
  },
  {
    name: 'the primary is unreachable',
    snapshot: group(alone),
    state: { unreachableReason: 'refused' },
    reason: `the primary ${keyOf(7000)} cannot be reached (refused)`,
  },
  {
    name: 'a fixed address leads to a replica',
    snapshot: group(alone),
    leadsToReplica: true,
    reason: `${keyOf(7000)} leads to a replica, which takes no writes`,
  },
  { name: 'a slot has no owner', snapshot: holes, slot: 100, reason: 'no node has slot 100, as far as the cluster says (CLUSTERDOWN)' },
  { name: 'a slot has one', snapshot: holes, slot: 99, reason: null },
  {
    name: 'the lag is unknown',
    snapshot: group(withReplica),
    reads: { reads: 'replica', maxLagMs: 100 },
    reason: `reads are for replica, and no such node may serve them (${keyOf(7001)}: how far it is behind is unknown)`,
  },
  {
    name: 'the lag is too large',
    snapshot: group(withReplica),
    state: { lagBytes: 2_000 },
    reads: { reads: 'replica', maxLagBytes: 100 },
    reason: `reads are for replica, and no such node may serve them (${keyOf(7001)}: 2000 bytes behind, 100 are allowed)`,
  },
  {
    name: 'a replica set matches nothing',
    snapshot: group(withReplica),
    reads: { reads: 'replica', replicas: [{ addresses: ['10.0.0.1'] }] },
    reason: `reads are for replica, and no such node may serve them (${keyOf(7001)}: it belongs to none of the replica sets)`,
  },
  {
    name: 'there is no replica',
    snapshot: group(alone),
    reads: { reads: 'replica' },
    reason: 'reads are for replica, and no such node is known',
  },
  {
    name: 'all replicas are unreachable, of which the first four are named',
    snapshot: group({ primary: primaryNode(7000), replicas: [1, 2, 3, 4, 5, 6].map((n) => replicaNode(7000 + n, 7000)) }),
    state: { unreachableReason: 'refused' },
    reads: { reads: 'replica' },
    reason: `reads are for replica, and no such node may serve them (${[7001, 7002, 7003, 7004].map((port) => `${keyOf(port)}: refused`).join('; ')}; and 2 more)`,
  },
  { name: 'a replica may serve', snapshot: group(withReplica), reads: { reads: 'replica' }, reason: null },
  { name: 'its node has left', snapshot: group(alone), target: keyOf(7009), reason: `${keyOf(7009)} is no node of the topology` },
  {
    name: 'its node is unreachable',
    snapshot: group(alone),
    target: keyOf(7000),
    state: { unreachableReason: 'refused' },
    reason: `${keyOf(7000)} cannot be reached (refused)`,
  },
];

describe('NoNodeReasons, where', () => {
  for (const {
    name,
    snapshot,
    state,
    slot = -1,
    reads,
    target,
    topologyError = null,
    leadsToReplica = false,
    leftOut = '',
    reason,
  } of cases) {
    it(name, () => {
      const source = { nodeOf: () => ({}) as Node, stateOf: () => ({ ...UNKNOWN_STATE, ...state }) }; // nothing is sent
      const router = snapshot === null ? null : new Router(snapshot, source);
      const reasons = new NoNodeReasons(
        () => ({ router, topologyError, facts: { leadsToReplica: () => leadsToReplica }, addresses: { leftOut } }),
        () => slot,
      );
      const { spec, args } = specOf(reads === undefined ? ['SET', 'k', 'v'] : ['GET', 'k']);
      const policy = reads === undefined ? null : { ...policyOf(DEFAULTS, null, {}), ...reads };
      const owner = { usage: { commands: 0, bytes: 0 }, idempotent: false, failed: () => {}, policyOf: () => policy };
      const call = newCall(spec, args, null, 0, owner, NO_DEADLINE);
      if (target !== undefined) call.ensureExtras().target = { node: target };
      assert.equal(reasons.reasonOf(call), reason);
      assert.equal(reasons.reasonOf(call), reason, 'the same again, of the same moment');
    });
  }

  it('a hundred thousand calls end together, finds it out once', () => {
    let asked = 0;
    // As when deadlines are over: the clock ticks, and all calls of one tick have one time.
    clock.watch({ tick: () => false });
    const stateOf = (): NodeState => {
      asked++;
      return { ...UNKNOWN_STATE, unreachableReason: 'refused' };
    };
    const router = new Router(group(alone), { nodeOf: () => ({}) as Node, stateOf });
    const reasons = new NoNodeReasons(
      () => ({ router, topologyError: null, facts: { leadsToReplica: () => false }, addresses: { leftOut: '' } }),
      () => -1,
    );
    const owner = { usage: { commands: 0, bytes: 0 }, idempotent: false, failed: () => {} };
    const { spec, args } = specOf(['SET', 'k', 'v']);
    const call = newCall(spec, args, null, 0, owner, NO_DEADLINE);
    for (let count = 0; count < 1_000; count++) reasons.reasonOf(call);
    assert.ok(asked < 20, `asked ${asked} times`);
  });
});
