import assert from 'node:assert/strict';
import { type ReplicationTree, serverAt } from '../../../../lib/admin/replication/tree.js';
import { nameOf, treeOf } from './invented-trees.js';

/** The tree as lines, a server each. */
function linesOf({ servers }: ReplicationTree): string[] {
  return servers.map(({ name, depth, role, reachable }) => {
    return `${'  '.repeat(depth)}${name.replace(':6379', '')} ${role}${reachable ? '' : ', down'}`;
  });
}

describe('a replication tree', () => {
  const cases: readonly (readonly [what: string, tree: ReplicationTree, lines: readonly string[]])[] = [
    ['has one server', treeOf({ id: 1 }), ['10.0.0.1 primary']],
    [
      'has replicas of replicas below them',
      treeOf({ id: 3, of: 2 }, { id: 2, of: 1 }, { id: 1 }, { id: 4, of: 1 }),
      ['10.0.0.1 primary', '  10.0.0.2 replica', '    10.0.0.3 replica', '  10.0.0.4 replica'],
    ],
    [
      'has a primary that does not answer above its replicas',
      treeOf({ id: 1, down: true }, { id: 2, of: 1 }, { id: 3, of: 1 }),
      ['10.0.0.1 primary, down', '  10.0.0.2 replica', '  10.0.0.3 replica'],
    ],
    [
      'has a replica that does not answer, as its primary lists it',
      treeOf({ id: 1 }, { id: 2, of: 1, down: true }),
      ['10.0.0.1 primary', '  10.0.0.2 replica, down'],
    ],
    [
      'has two trees where two servers follow none',
      treeOf({ id: 1 }, { id: 2 }, { id: 3, of: 2 }),
      ['10.0.0.1 primary', '10.0.0.2 primary', '  10.0.0.3 replica'],
    ],
    [
      'ends where servers follow each other in a circle',
      treeOf({ id: 1, of: 2 }, { id: 2, of: 1 }, { id: 3, of: 2 }),
      ['10.0.0.1 replica', '  10.0.0.2 replica', '    10.0.0.3 replica'],
    ],
    ['ends where a server follows itself', treeOf({ id: 1, of: 1 }), ['10.0.0.1 replica']],
  ];
  for (const [what, tree, lines] of cases) it(what, () => assert.deepEqual(linesOf(tree), lines));

  it('tells how far a replica is behind', () => {
    const tree = treeOf(
      { id: 1, info: { master_repl_offset: 9_000 } },
      { id: 2, of: 1, info: { slave_repl_offset: 8_000 }, listed: 'ip=10.0.0.2,port=6379,state=online,offset=7000,lag=1' },
    );
    assert.equal(serverAt(tree, nameOf(2))?.lagBytes, 1_000);
    assert.equal(serverAt(tree, nameOf(2))?.listed?.lagSeconds, 1);
  });

  it('takes one process that was reached by two names for one server', () => {
    const tree = treeOf({ id: 1 }, { id: 2, of: 1 }, { id: 2, of: 1, host: 'replica', listed: null });
    assert.deepEqual(linesOf(tree), ['10.0.0.1 primary', '  10.0.0.2 replica']);
    assert.equal(serverAt(tree, 'replica:6379')?.name, nameOf(2));
  });
});
