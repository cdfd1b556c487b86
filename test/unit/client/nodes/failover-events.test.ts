import assert from 'node:assert/strict';
import { FailoverEvents } from '../../../../lib/client/nodes/failover-events.js';
import { TopologyError } from '../../../../lib/errors.js';
import { mergeMembers } from '../../../../lib/topology/ring/merge.js';
import { SlotMap } from '../../../../lib/topology/slot-map.js';
import { makeTopology, type TopologySnapshot } from '../../../../lib/topology/snapshot.js';
import { keyOf, primaryNode, replicaNode } from '../../topology/nodes.js';

/**
 * `1<2,3`: node 1 is the primary of 2 and 3; `-<2`: there is none; `1?<2`: it could not be verified; `1<2 3<4`: two shards of a cluster; `1<2|3<4`:
 * two members of a ring, `1<2|=3` where the second is a single server.
 */
function snapshot(text: string): TopologySnapshot {
  if (text.includes('|')) return ringOf(text.split('|'));
  const parts = text.split(' ');
  const shards = parts.map((part) => {
    const [head = '', followers = ''] = part.replace('?', '').split('<');
    const primary = head === '-' ? null : Number(head);
    return {
      primary: primary === null ? null : primaryNode(primary),
      replicas: followers
        .split(',')
        .filter((port) => port !== '')
        .map((port) => replicaNode(Number(port), primary ?? 9)),
    };
  });
  if (parts.length === 1) {
    const problem = text.includes('?') ? new TopologyError('ERR_PRIMARY_UNREACHABLE', 'x') : null;
    return makeTopology('sentinel', shards, null, problem);
  }
  const share = Math.floor(16_384 / shards.length);
  return makeTopology(
    'cluster',
    shards,
    SlotMap.fromRanges(shards.map((_, shard) => ({ start: shard * share, end: shard * share + share - 1, shard }))),
  );
}

function ringOf(members: readonly string[]): TopologySnapshot {
  const views = members.map((text, slot) => {
    const kind = text.startsWith('=') ? ('single' as const) : ('sentinel' as const);
    return { name: `m${slot}`, kind, slot, snapshot: snapshot(text.replace('=', '')), error: null, ejected: false };
  });
  return mergeMembers(views, members.length);
}

const CASES: readonly (readonly [what: string, snapshots: readonly string[], reported: readonly string[]])[] = [
  ['the first primary', ['1<2'], []],
  ['another one', ['1<2', '2<1'], ['1>2']],
  ['another one, after a time with none', ['1<2', '-<2', '2<1'], ['1>2']],
  ['another one that was not known before', ['1<2', '3'], ['1>3']],
  ['the same one, after a time with none', ['1<2', '-<2', '1<2'], []],
  ['another one and back', ['1<2', '2<1', '1<2'], ['1>2', '2>1']],
  ['another one once, although the old one was named once more, unverified', ['1<2', '2', '1?<2', '2', '2<1'], ['1>2']],
  ['the first that could be verified', ['1?<2', '2<1'], []],
  ['a promoted replica in a cluster', ['1<2 3<4', '2<1 3<4'], ['1>2']],
  ['a promoted replica in a cluster once, although a late view came between', ['1<2 3<4', '1 2 3<4', '1<2 3<4', '2<1 3<4'], ['1>2']],
  ['there and back in a cluster', ['1<2 3<4', '2<1 3<4', '1<2 3<4', '2<1 3<4'], ['1>2', '2>1', '1>2']],
  ['two shards at once', ['1<2 3<4', '2<1 4<3'], ['1>2', '3>4']],
  ['the failover of a member of a ring', ['1<2|3<4', '2<1|3<4', '2<1|5'], ['1>2', '3>5']],
  ['no member that is not verified', ['1<2|3<4', '2?<1|3<4', '1<2|3<4'], []],
  ['no other address of a single server', ['1<2|=3', '1<2|=4'], []],
  ['no new shard', ['1<2 3<4', '1<2 3<4 5'], []],
];

describe('FailoverEvents', () => {
  for (const [what, snapshots, reported] of CASES) {
    it(`reports ${what}`, () => {
      const events = new FailoverEvents();
      let previous: TopologySnapshot | null = null;
      const changes: string[] = [];
      for (const next of snapshots.map(snapshot)) {
        changes.push(...events.between(previous, next).map(({ from, to }) => `${from}>${to}`));
        previous = next;
      }
      assert.deepEqual(
        changes,
        reported.map((pair) =>
          pair
            .split('>')
            .map((port) => keyOf(Number(port)))
            .join('>'),
        ),
      );
    });
  }
});
