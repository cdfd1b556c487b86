import assert from 'node:assert/strict';
import { clusterTopology } from '../../../../lib/topology/cluster/cluster-topology.js';
import { mergeViews } from '../../../../lib/topology/cluster/merge.js';
import { ownerEpochs } from '../../../../lib/topology/cluster/news.js';
import { unverifiedOwners } from '../../../../lib/topology/cluster/unverified-owners.js';
import { rules } from '../nodes.js';
import { clusterView as view } from './views.js';

const BEFORE = ['7000 master - 1 0-8191', '7001 master - 2 8192-16383', '7002 slave 7000 1'];
const BORROWED = ['7000 master - 3 0-8191', '7001 master - 2 8192-16383', '7002 master - 3'];
const BEFORE_ITSELF = ['7000 myself,master - 1 0-8191', '7001 master - 2 8192-16383', '7002 slave 7000 1'];
const INVERTED = ['7000 master - 3 0-8191', '7001 master - 2 8192-16383', '7002 slave 7000 3'];
const TOOK_OVER = ['7002 master - 3 0-8191', '7000 master - 1', '7001 master - 2 8192-16383'];
const UNCLAIMED = ['7000 slave 7002 3', '7001 master - 2 8192-16383', '7002 master - 3'];
const DEMOTED = ['7000 myself,slave 7002 3', '7001 master - 2 8192-16383', '7002 master - 3 0-8191'];

const CASES: readonly (readonly [name: string, views: readonly (readonly string[])[], expected: readonly string[]])[] = [
  ['no owner that all views agree on', [BEFORE, BEFORE], []],
  ['an owner with the epoch of another primary', [BEFORE, BORROWED], ['7000']],
  ['the last owner of slots that no view has an owner for', [UNCLAIMED, UNCLAIMED], ['7000']],
  ['none, where one view has an owner for them', [UNCLAIMED, BEFORE], []],
  ['none that has been asked already', [BORROWED, DEMOTED], []],
  ['two owners with one epoch, each in another view', [INVERTED, TOOK_OVER], ['7000', '7002']],
  ['neither of them, where one has been asked', [INVERTED, ['7002 myself,master - 3 0-8191', ...TOOK_OVER.slice(1)]], []],
  ['the other one, where the one that was asked did not have that epoch yet', [BEFORE_ITSELF, INVERTED, TOOK_OVER], ['7002']],
  ['no more than four', [Array.from({ length: 9 }, (_, at) => `${7000 + at} master - 1 ${at}`)], ['7000', '7001', '7002', '7003']],
  ['none, where primaries have no epochs', [['7000 master - 0 0-8191', '7001 master - 0 8192-16383']], []],
];

describe('unverifiedOwners', () => {
  const previous = clusterTopology(mergeViews([view(...BEFORE)], null), rules);
  for (const [name, views, expected] of CASES) {
    it(name, () =>
      assert.deepEqual(
        unverifiedOwners(
          views.map((lines) => view(...lines)),
          previous,
        ),
        expected,
      ),
    );
  }
});

describe('unverifiedOwners, when an owner has told of itself', () => {
  const TOLD = ['7002 myself,master - 3 0-8191', '7000 master - 1', '7001 master - 2 8192-16383'];
  const STALE_ITSELF = ['7000 myself,master - 1 0-8191', '7001 master - 2 8192-16383', '7002 master - 1'];
  const SUCCEEDED = ['7003 master - 4 0-8191', '7002 master - 3', '7001 master - 2 8192-16383'];
  const MOVED_PART = ['7002 master - 3 1-8191', '7001 master - 4 0 8192-16383'];

  const cases: readonly (readonly [name: string, views: readonly (readonly string[])[], expected: readonly string[]])[] = [
    ['it, where all views are older', [BEFORE, STALE_ITSELF], ['7002']],
    ['not it, where one view has its claim', [BEFORE, STALE_ITSELF, TOOK_OVER], []],
    ['not it, where it has been asked', [BEFORE, TOLD], []],
    ['not it, where its slots went on, at a higher epoch', [SUCCEEDED, SUCCEEDED], []],
    ['not it, where a part of its slots did', [MOVED_PART, MOVED_PART], []],
  ];
  const views = [view(...TOLD), view(...BEFORE)];
  const previous = clusterTopology(mergeViews(views, null), rules);
  for (const [name, seen, expected] of cases) {
    it(`are ${name}`, () => {
      const found = unverifiedOwners(
        seen.map((lines) => view(...lines)),
        previous,
        ownerEpochs(views),
      );
      assert.deepEqual(found, expected);
    });
  }
});
