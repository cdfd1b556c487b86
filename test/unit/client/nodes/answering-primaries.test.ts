import assert from 'node:assert/strict';
import { AnsweringPrimaries } from '../../../../lib/client/nodes/answering-primaries.js';
import { TopologyError } from '../../../../lib/errors.js';
import type { Node } from '../../../../lib/pool/node.js';
import { UNKNOWN_STATE } from '../../../../lib/routing/reads/selection.js';
import { Router } from '../../../../lib/routing/router.js';
import { mergeMembers } from '../../../../lib/topology/ring/merge.js';
import { makeTopology, type NodeInfo, type TopologySnapshot } from '../../../../lib/topology/snapshot.js';
import { keyOf, primaryNode } from '../../topology/nodes.js';

const down = new TopologyError('ERR_PRIMARY_UNREACHABLE', 'down');
const shardOf = (port: number) => [{ primary: primaryNode(port), replicas: [] }];
const routerOf = (snapshot: TopologySnapshot): Router =>
  new Router(snapshot, { nodeOf: ({ key }: NodeInfo) => ({ key }) as Node, stateOf: () => UNKNOWN_STATE });
const ring = routerOf(
  mergeMembers(
    ['a', 'b'].map((name, slot) => {
      const snapshot = makeTopology('single', shardOf(1 + slot), null);
      return { name, kind: 'single', slot, snapshot, error: null, ejected: false };
    }),
    2,
  ),
);
const whole = { name: null, shard: 0, confirmedAtMs: 0 };
const memberOf = (name: string, shard: number) => ({ name, shard, confirmedAtMs: 0 });

describe('primaries that answer', () => {
  it('are told with the first answer, and again after a time without', () => {
    const answering = new AnsweringPrimaries();
    const router = routerOf(makeTopology('single', shardOf(1), null));
    const probed = (error?: unknown): string | null => answering.probed(error, whole, router)?.key ?? null;
    assert.deepEqual([probed(), probed(), probed(down), probed()], [keyOf(1), null, null, keyOf(1)]);
    assert.equal(answering.probed(undefined, whole, null), null, 'nothing is known');
  });

  it('are none where a problem is known of them', () => {
    const router = routerOf(makeTopology('sentinel', shardOf(1), null, down));
    assert.equal(new AnsweringPrimaries().probed(undefined, whole, router), null);
  });

  it('of a ring are each for itself', () => {
    const answering = new AnsweringPrimaries();
    const probed = (name: string, shard: number, error?: unknown) => answering.probed(error, memberOf(name, shard), ring)?.key ?? null;
    assert.deepEqual(
      [probed('a', 0), probed('b', 1), probed('a', 0, down), probed('b', 1), probed('a', 0)],
      [keyOf(1), keyOf(2), null, null, keyOf(1)],
    );
  });
});
