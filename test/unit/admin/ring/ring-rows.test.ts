import assert from 'node:assert/strict';
import type { Problem } from '../../../../lib/admin/health/problem.js';
import { treeRows } from '../../../../lib/admin/replication/tree-rows.js';
import { type MemberAnswer, ringReport } from '../../../../lib/admin/ring/ring-rows.js';
import { groupRows } from '../../../../lib/admin/sentinel/group-rows.js';
import type { TopologyReport } from '../../../../lib/admin/topology-report.js';
import { type InventedServer, treeOf } from '../replication/invented-trees.js';
import { groupOf } from '../sentinel/invented-groups.js';

const REPORT: TopologyReport = { kind: 'replication', title: '', rows: [], problems: [], jobs: [] };
const seed = (id: number) => ({ host: `10.0.0.${id}`, port: 6379 });

/** A member of servers that replicate from each other, known by its first one. */
function member(name: string, kind: 'single' | 'replication', servers: readonly InventedServer[], problems: Problem[] = []): MemberAnswer {
  const [{ id } = { id: 1 }] = servers;
  return { name, kind, seeds: [seed(id)], found: { ...REPORT, rows: treeRows(treeOf(...servers)), problems } };
}

function group(name: string, servers: readonly InventedServer[] | null): MemberAnswer {
  const seeds = [{ host: '10.0.1.1', port: 26_379 }];
  return { name, kind: 'sentinel', seeds, found: { ...REPORT, rows: groupRows(groupOf([], servers)) } };
}

const lost = (name: string, kind: MemberAnswer['kind'], problem = 'refused'): MemberAnswer => ({
  name,
  kind,
  seeds: [seed(8), seed(9)].slice(0, kind === 'single' ? 1 : 2),
  found: { problem },
});

const warning = (text: string, nodes?: readonly string[], kind: Problem['kind'] = 'persistence'): Problem => ({
  severity: 'warning',
  kind,
  text,
  ...(nodes === undefined ? {} : { nodes }),
});

describe('the servers of a ring', () => {
  const cases: readonly (readonly [what: string, answers: readonly MemberAnswer[], title: string, rows: readonly string[]])[] = [
    [
      'stand by members, replicas under their primary',
      [member('a', 'single', [{ id: 1 }]), member('b', 'replication', [{ id: 2 }, { id: 3, of: 2 }])],
      'ring of 2 members, 3 servers',
      ['a primary 10.0.0.1:6379', 'b primary 10.0.0.2:6379', 'b   replica 10.0.0.3:6379'],
    ],
    [
      'have the Sentinels that watch several members once, at the end, and of no member',
      [group('a', [{ id: 1 }]), member('b', 'single', [{ id: 2 }]), group('c', [{ id: 3 }])],
      'ring of 3 members, 3 servers, 3 Sentinels',
      [
        'a primary 10.0.0.1:6379',
        'b primary 10.0.0.2:6379',
        'c primary 10.0.0.3:6379',
        '- sentinel 10.0.1.1:26379',
        '- sentinel 10.0.1.2:26379',
        '- sentinel 10.0.1.3:26379',
      ],
    ],
    [
      'are the known addresses of a member that cannot be asked',
      [lost('a', 'single'), lost('b', 'replication'), member('c', 'single', [{ id: 1 }])],
      'ring of 3 members, 4 servers',
      ['a primary 10.0.0.8:6379 down', 'b primary 10.0.0.8:6379 down', 'b primary 10.0.0.9:6379 down', 'c primary 10.0.0.1:6379'],
    ],
    [
      'show a member whose Sentinels cannot be asked, and one whose Sentinels know no server that answers',
      [lost('a', 'sentinel'), group('b', null)],
      'ring of 2 members, 2 servers, 5 Sentinels',
      [
        'a primary unknown down',
        'b primary unknown down',
        '- sentinel 10.0.0.8:6379 down',
        '- sentinel 10.0.0.9:6379 down',
        '- sentinel 10.0.1.1:26379',
        '- sentinel 10.0.1.2:26379',
        '- sentinel 10.0.1.3:26379',
      ],
    ],
  ];
  for (const [what, answers, title, expected] of cases) {
    it(what, () => {
      const report = ringReport(answers);
      const rows = report.rows.map(
        ({ member: of, depth, role, name, reachable }) => `${of ?? '-'}${'  '.repeat(depth)} ${role} ${name}${reachable ? '' : ' down'}`,
      );
      assert.deepEqual([report.kind, report.title, rows], ['ring', title, expected]);
    });
  }

  it('have an answer of a Sentinel before the silence that it had for another member', () => {
    const silent: MemberAnswer = {
      name: 'a',
      kind: 'sentinel',
      seeds: [{ host: '10.0.1.2', port: 26_379 }],
      found: { problem: 'refused' },
    };
    const rows = ringReport([silent, group('b', [{ id: 1 }])]).rows.filter(({ role }) => role === 'sentinel');
    assert.deepEqual(rows.map(({ name, reachable }) => [name, reachable]).sort(), [
      ['10.0.1.1:26379', true],
      ['10.0.1.2:26379', true],
      ['10.0.1.3:26379', true],
    ]);
  });
});

describe('the problems of the servers of a ring', () => {
  const one = [{ id: 1 }];
  const cases: readonly (readonly [what: string, answers: readonly MemberAnswer[], expected: readonly string[]])[] = [
    [
      'name the member',
      [member('a', 'replication', one, [warning('x has no replica', ['x'], 'no-replica')])],
      ['warning no-replica: a: x has no replica (x)'],
    ],
    [
      'that several members have are one',
      [
        member('a', 'single', one, [warning('x: keeps nothing', ['x'])]),
        member('b', 'replication', one, [warning('y, z: keeps nothing', ['y', 'z'])]),
        member('v', 'replication', one, [warning('v: keeps nothing', ['v'])]),
      ],
      ['warning persistence: v, x of a, y of b, z of b: keeps nothing (x y z v)'],
    ],
    [
      'without a server stay apart',
      [member('a', 'replication', one, [warning('mixed')]), member('b', 'replication', one, [warning('mixed')])],
      ['warning persistence: a: mixed ()', 'warning persistence: b: mixed ()'],
    ],
    [
      'leave out that a single one has no replica, and tell that it is one',
      [member('a', 'single', [{ id: 2, of: 1 }, { id: 1 }], [warning('x has no replica', ['x'], 'no-replica')])],
      [
        'error not-primary: a: 10.0.0.2:6379 is a replica, which takes no writes: give the address of its primary, or replication([…]) (10.0.0.2:6379)',
      ],
    ],
    [
      'begin with errors, such as a member that cannot be asked',
      [member('a', 'replication', one, [warning('mixed')]), lost('b', 'single')],
      ['error unreachable: b cannot be asked: refused (b)', 'warning persistence: a: mixed ()'],
    ],
  ];
  for (const [what, answers, expected] of cases) {
    it(what, () => {
      const { problems } = ringReport(answers);
      const texts = problems.map(({ severity, kind, text, nodes = [] }) => `${severity} ${kind}: ${text} (${nodes.join(' ')})`);
      assert.deepEqual(texts, expected);
    });
  }
});
