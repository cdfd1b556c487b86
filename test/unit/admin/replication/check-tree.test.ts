import assert from 'node:assert/strict';
import { checkTree } from '../../../../lib/admin/replication/check-tree.js';
import { type InventedServer, treeOf } from './invented-trees.js';

const PAIR: readonly InventedServer[] = [{ id: 1 }, { id: 2, of: 1 }];

/** Severity, kind and a part of the text of each problem. */
const CASES: readonly (readonly [what: string, servers: readonly InventedServer[], problems: readonly (readonly [string, RegExp])[]])[] = [
  ['a primary with a replica', PAIR, []],
  ['a server alone', [{ id: 1 }], [['warning no-replica', /10\.0\.0\.1:6379 has no replica/]]],
  ['a server that tells nothing', [{ id: 1, silent: true }], [['note unchecked', /INFO is not allowed/]]],
  [
    'two primaries',
    [{ id: 1 }, { id: 2, of: 1 }, { id: 3 }],
    [['error two-primaries', /10\.0\.0\.1:6379 \(1 replica, offset 5000\) and 10\.0\.0\.3:6379 \(0 replicas.*deletes/]],
  ],
  [
    'a circle',
    [
      { id: 1, of: 2 },
      { id: 2, of: 1 },
    ],
    [['error two-primaries', /no server is a primary: .* follow each other/]],
  ],
  [
    'a primary that waits for the replica to which it hands over',
    [
      { id: 1, info: { master_failover_state: 'waiting-for-sync' } },
      { id: 2, of: 1 },
    ],
    [['warning moving', /10\.0\.0\.1:6379 is about to hand over .*FAILOVER ABORT calls it back/]],
  ],
  [
    'a primary that follows its replica already, which has not taken over',
    [
      { id: 1, of: 2, info: { master_failover_state: 'failover-in-progress', master_link_status: 'down' }, listed: null },
      { id: 2, of: 1 },
    ],
    [
      ['error moving', /10\.0\.0\.1:6379 hands over to 10\.0\.0\.2:6379 and holds writes/],
      ['error replica-link', /10\.0\.0\.1:6379: .*no link to its primary 10\.0\.0\.2:6379/],
    ],
  ],
  [
    'a primary that is gone',
    [
      { id: 1, down: true },
      { id: 2, of: 1, info: { master_link_status: 'down' } },
      { id: 3, of: 1, info: { master_link_status: 'down' } },
    ],
    [
      ['error unreachable', /primary cannot be asked: 10\.0\.0\.1:6379, which 2 replicas follow \(connect ECONNREFUSED\)/],
      ['error replica-link', /10\.0\.0\.2:6379, 10\.0\.0\.3:6379: no link/],
    ],
  ],
  [
    'a replica that is gone',
    [...PAIR, { id: 3, of: 1, down: true, listed: 'ip=10.0.0.3,port=6379,state=online,offset=1,lag=40' }],
    [['warning unreachable', /replica 10\.0\.0\.3:6379 of 10\.0\.0\.1:6379 cannot be asked/]],
  ],
  [
    'a replica that follows under an address that nobody reaches',
    [...PAIR, { id: 3, of: 1, down: true }],
    [['warning announced-address', /although 10\.0\.0\.1:6379 lists it as online.*replica-announce-ip/]],
  ],
  [
    'the only replica under an address that nobody reaches, which is a replica nevertheless',
    [{ id: 1 }, { id: 3, of: 1, down: true }],
    [['warning announced-address', /although 10\.0\.0\.1:6379 lists it as online/]],
  ],
  [
    'replicas that are never promoted',
    [{ id: 1 }, { id: 2, of: 1, info: { slave_priority: 0 } }, { id: 3, of: 1, info: { slave_priority: 0 } }],
    [['warning no-candidate', /all replicas of 10\.0\.0\.1:6379 have priority 0/]],
  ],
  ['one replica that is promoted', [...PAIR, { id: 3, of: 1, info: { slave_priority: 0 } }], []],
  [
    'all on one host',
    [
      { id: 1, host: 'one', port: 7001 },
      { id: 2, of: 1, host: 'one', port: 7002 },
    ],
    [['warning hosts', /all replicas run on the host of the primary one:7001/]],
  ],
  [
    'one of two replicas on the host of the primary',
    [
      { id: 1, host: 'one', port: 7001 },
      { id: 2, of: 1, host: 'one', port: 7002 },
      { id: 3, of: 1 },
    ],
    [['note hosts', /one:7002 runs on the host of the primary one:7001/]],
  ],
  [
    'servers whose rights forbid INFO',
    [{ id: 1 }, { id: 2, of: 1, info: { redis_version: null } }],
    [['note unchecked', /10\.0\.0\.2:6379: INFO is not allowed/]],
  ],
  [
    'versions that are mixed',
    [{ id: 1 }, { id: 2, of: 1, info: { redis_version: '6.2.1' } }],
    [['note versions', /Redis 7\.0\.15 \(10\.0\.0\.1:6379\), Redis 6\.2\.1/]],
  ],
  [
    'a writable replica and one with a link that is down',
    [
      { id: 1 },
      { id: 2, of: 1, info: { slave_read_only: 0 } },
      { id: 3, of: 1, listed: null, info: { master_link_status: 'down', master_link_down_since_seconds: 9 } },
    ],
    [
      ['error replica-link', /10\.0\.0\.3:6379: no link/],
      ['warning writable-replica', /10\.0\.0\.2:6379/],
    ],
  ],
];

describe('the check of a replication tree', () => {
  for (const [what, servers, expected] of CASES) {
    it(`of ${what} finds ${expected.map(([kind]) => kind).join(' and ') || 'nothing'}`, () => {
      const problems = checkTree(treeOf(...servers));
      assert.deepEqual(
        problems.map(({ severity, kind }) => `${severity} ${kind}`),
        expected.map(([kind]) => kind),
        JSON.stringify(problems.map(({ text }) => text)),
      );
      for (const [index, [, text]] of expected.entries()) assert.match(problems[index]?.text ?? '', text);
    });
  }
});
