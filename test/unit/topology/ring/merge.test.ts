import assert from 'node:assert/strict';
import { AuthError, type SlotwiseError, TopologyError } from '../../../../lib/errors.js';
import { hopelessIn, type MemberView, mergeMembers } from '../../../../lib/topology/ring/merge.js';
import { makeTopology, type NodeInfo } from '../../../../lib/topology/snapshot.js';

const info = (key: string): NodeInfo => ({
  id: key,
  address: { host: key, port: 1 },
  key,
  role: 'primary',
  usable: true,
  replicaOf: null,
  depth: 0,
  priority: 100,
  tags: {},
});
const view = (name: string, slot: number, key: string | null, error: SlotwiseError | null = null): MemberView => ({
  name,
  kind: 'single',
  slot,
  snapshot: key === null ? null : makeTopology('single', [{ primary: info(key), replicas: [] }], null),
  error,
  ejected: false,
});
const down = new TopologyError('ERR_PRIMARY_UNREACHABLE', 'b:1 is not reachable');
const refused = new AuthError('c:1 refuses the password');

describe('the snapshot of a ring', () => {
  it('has a shard for each member, in their order, whose slot is its number', () => {
    const snapshot = mergeMembers([view('b', 1, 'b:1'), view('d', 3, 'd:1'), view('a', 0, null)], 4);
    assert.equal(snapshot.kind, 'ring');
    assert.deepEqual(
      snapshot.shards.map(({ primary, member }) => [member?.name, member?.slot, primary?.key]),
      [
        ['b', 1, 'b:1'],
        ['d', 3, 'd:1'],
        ['a', 0, undefined],
      ],
    );
    assert.deepEqual(
      [0, 1, 2, 3, 4].map((slot) => snapshot.slots?.shardOf(slot)),
      [2, 0, -1, 1, -1],
    );
    assert.equal(snapshot.problem, undefined, 'one that is not known yet is no problem');
  });

  it('names the members that are down', () => {
    const { problem, shards } = mergeMembers([view('a', 0, 'a:1'), view('b', 1, 'b:1', down), view('c', 2, null, refused)], 3);
    assert.match(String(problem?.message), /^2 of 3 members of the ring are down: b, c; the first: b:1 is not reachable$/);
    assert.deepEqual(
      problem?.causes.map(({ node, error }) => [node, error]),
      [
        ['b', down],
        ['c', refused],
      ],
    );
    assert.equal(shards[1]?.primary?.key, 'b:1', 'what was known of it stays');
    assert.equal(shards[1]?.member?.problem, down);
  });

  /** Members, `failFast`, and the error that everything ends with. */
  const cases: readonly (readonly [string, readonly MemberView[], boolean, SlotwiseError | null | 'all'])[] = [
    ['one is there', [view('a', 0, 'a:1'), view('b', 1, null, refused)], true, null],
    ['one is not looked at', [view('a', 0, null), view('b', 1, null, refused)], true, null],
    ['all are down', [view('a', 0, null, down), view('b', 1, null, down)], false, null],
    ['all are down, and nothing waits', [view('a', 0, null, down), view('b', 1, null, down)], true, 'all'],
    ['all refuse the password', [view('a', 0, null, refused), view('b', 1, null, refused)], false, refused],
  ];
  for (const [name, members, failFast, expected] of cases) {
    it(`is ${expected === null ? 'not ' : ''}hopeless where ${name}`, () => {
      const snapshot = mergeMembers(members, 2);
      assert.equal(hopelessIn(snapshot, failFast), expected === 'all' ? snapshot.problem : expected);
    });
  }
});
