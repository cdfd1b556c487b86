import assert from 'node:assert/strict';
import { AdminError } from '../../../../lib/admin/admin-error.js';
import {
  describeHandoverStep,
  type HandoverOptions,
  type HandoverPlan,
  isSameHandover,
  planHandover,
} from '../../../../lib/admin/replication/plan-handover.js';
import { type InventedServer, nameOf, treeOf } from './invented-trees.js';

const GROUP: readonly InventedServer[] = [{ id: 1 }, { id: 2, of: 1 }, { id: 3, of: 1 }, { id: 4, of: 2 }];

const planOf = (servers: readonly InventedServer[], replica: string | null, options?: HandoverOptions): HandoverPlan =>
  planHandover(treeOf(...servers), replica, options);

/** Servers, the replica that was named, and what the refusal says. */
const REFUSED: readonly (readonly [what: string, servers: readonly InventedServer[], replica: string | null, text: RegExp])[] = [
  ['a server that is unknown', GROUP, '10.0.0.9:6379', /none of these servers; name it by host:port: 10\.0\.0\.1:6379/],
  ['a replica of a replica', GROUP, nameOf(4), /is a replica of 10\.0\.0\.2:6379, not of the primary/],
  [
    'a replica without a link',
    [{ id: 1 }, { id: 2, of: 1, info: { master_link_status: 'down' } }],
    nameOf(2),
    /no link to it.*for nothing/,
  ],
  [
    'a replica that synchronises',
    [{ id: 1 }, { id: 2, of: 1, info: { master_link_status: 'down', master_sync_in_progress: 1 } }],
    nameOf(2),
    /not finished its synchronisation/,
  ],
  [
    'a replica that confirms nothing',
    [{ id: 1 }, { id: 2, of: 1, listed: 'ip=10.0.0.2,port=6379,state=online,offset=1,lag=20' }],
    nameOf(2),
    /confirmed nothing .* for 20 s/,
  ],
  [
    'a replica far behind',
    [
      { id: 1, info: { master_repl_offset: 90_000_000 } },
      { id: 2, of: 1 },
    ],
    nameOf(2),
    /85\.8 MiB behind/,
  ],
  ['a replica that does not answer', [{ id: 1 }, { id: 2, of: 1, down: true }], nameOf(2), /cannot be asked/],
  [
    'an old server',
    [
      { id: 1, info: { redis_version: '6.0.20' } },
      { id: 2, of: 1 },
    ],
    nameOf(2),
    /runs 6\.0\.20, and FAILOVER came with/,
  ],
  [
    'a primary that may not tell how far it is',
    [
      { id: 1, info: { redis_version: null } },
      { id: 2, of: 1 },
    ],
    nameOf(2),
    /10\.0\.0\.1:6379 does not let us call INFO/,
  ],
  [
    'a replica that would refuse all writes',
    [{ id: 1 }, { id: 2, of: 1, config: { 'min-replicas-to-write': 2 } }, { id: 3, of: 1, down: true }],
    nameOf(2),
    /min-replicas-to-write 2, and only 1 replica would follow it/,
  ],
  [
    'a replica that has mixed up databases',
    [
      { id: 1, info: { db9: 'keys=1,expires=0,avg_ttl=0' } },
      { id: 2, of: 1, config: { databases: 4 } },
    ],
    nameOf(2),
    /10\.0\.0\.2:6379 has 4 databases, and its primary 10\.0\.0\.1:6379 has keys in database 9/,
  ],
  [
    'a handover that another hand has begun',
    [
      { id: 1, info: { master_failover_state: 'waiting-for-sync' } },
      { id: 2, of: 1 },
    ],
    nameOf(2),
    /10\.0\.0\.1:6379 is handing over already \(waiting-for-sync\)/,
  ],
  [
    'a primary that follows its replica already',
    [
      { id: 1, of: 2, info: { master_failover_state: 'failover-in-progress' } },
      { id: 2, of: 1 },
    ],
    nameOf(2),
    /handing over already \(failover-in-progress\)/,
  ],
  ['a group of two primaries', [{ id: 1 }, { id: 2 }], nameOf(2), /both call themselves primary/],
  [
    'a group without primary',
    [
      { id: 1, down: true },
      { id: 2, of: 1 },
    ],
    nameOf(2),
    /no primary answers.*REPLICAOF NO ONE there.*Found were 10\.0\.0\.2:6379 \(offset 5000\);/,
  ],
  ['nobody who could take over', [{ id: 1 }, { id: 2, of: 1, info: { slave_priority: 0 } }], null, /no replica that could take over/],
];

describe('the plan of a handover', () => {
  it('hands over, has the others follow, and writes the roles down', () => {
    const plan = planOf(GROUP, nameOf(2));
    assert.deepEqual(plan.steps.map(describeHandoverStep), [
      'hand over from 10.0.0.1:6379 to 10.0.0.2:6379: writes are held until it has all of them, for 5 s at most',
      'make 10.0.0.3:6379 a replica of 10.0.0.2:6379',
      'write the role of 10.0.0.1:6379 into its configuration file',
      'write the role of 10.0.0.2:6379 into its configuration file',
      'write the role of 10.0.0.3:6379 into its configuration file',
    ]);
    assert.match(plan.notes.join('\n'), /the way back: slotwise failover 10\.0\.0\.2:6379 10\.0\.0\.1:6379/);
    assert.ok(isSameHandover(plan, planOf(GROUP, nameOf(2), { timeoutMs: 5_000 })));
    assert.ok(!isSameHandover(plan, planOf(GROUP, nameOf(3))));
    assert.ok(!isSameHandover(plan, planOf([...GROUP, { id: 5, of: 1 }], nameOf(2))));
  });

  it('chooses the replica with the best priority, and of equal ones the one with the most writes', () => {
    const best = (...servers: readonly InventedServer[]): string => planOf([{ id: 1 }, ...servers], null).request.replica;
    assert.equal(best({ id: 2, of: 1, info: { slave_priority: 100 } }, { id: 3, of: 1, info: { slave_priority: 10 } }), nameOf(3));
    assert.equal(best({ id: 2, of: 1, info: { slave_repl_offset: 4_000 } }, { id: 3, of: 1 }), nameOf(3));
    assert.equal(best({ id: 2, of: 1 }, { id: 3, of: 1, info: { slave_priority: 0 } }), nameOf(2));
  });

  it('has nothing to do for the primary', () => assert.deepEqual(planOf(GROUP, nameOf(1)).steps, []));

  it('uses the address by which the primary lists the replica', () => {
    const [step] = planOf([{ id: 1 }, { id: 2, of: 1 }], nameOf(2)).steps;
    assert.deepEqual(step?.do === 'handover' ? step.announced : null, { host: '10.0.0.2', port: 6379 });
  });

  it('tells what comes of it', () => {
    const notes = (servers: readonly InventedServer[], options?: HandoverOptions): string =>
      planOf(servers, nameOf(2), options).notes.join('\n');
    assert.match(
      notes(GROUP, { force: true, timeoutMs: 1_000 }),
      /after 1 s 10\.0\.0\.2:6379 takes over .*acknowledged writes may be lost/,
    );
    assert.match(notes(GROUP, { rewrite: false }), /configuration files keep the old roles.*two primaries/);
    assert.match(
      notes([
        { id: 1, info: { config_file: '' } },
        { id: 2, of: 1 },
      ]),
      /10\.0\.0\.1:6379 runs without a configuration file/,
    );
    assert.match(notes([{ id: 1 }, { id: 2, of: 1, config: { 'min-replicas-to-write': 1 } }]), /refuses writes until 1 replica follows it/);
    assert.match(
      notes([{ id: 1 }, { id: 2, of: 1, info: { redis_version: '7.2.0' } }]),
      /1:6379 runs Redis 7\.0\.15, .*2:6379 Redis 7\.2\.0: /,
    );
    assert.match(
      notes([{ id: 1 }, { id: 2, of: 1, info: { unexpected_error_replies: 1 } }]),
      /2:6379 could not carry out 1 command of its primary/,
    );
    const off = { 'min-replicas-to-write': 2, 'min-replicas-max-lag': 0 };
    assert.doesNotMatch(notes([{ id: 1 }, { id: 2, of: 1, config: off }]), /refuses writes/);
    assert.match(
      notes([...GROUP, { id: 5, of: 1, down: true }]),
      /10\.0\.0\.5:6379 cannot be asked, and goes on following 10\.0\.0\.1:6379/,
    );
    assert.match(notes([{ id: 1 }, { id: 2, of: 1, info: { slave_priority: 0 } }]), /replica-priority 0/);
  });

  for (const [what, servers, replica, text] of REFUSED) {
    it(`is refused for ${what}`, () => {
      assert.throws(
        () => planOf(servers, replica),
        (error) => error instanceof AdminError && error.reason === 'refused' && text.test(error.message),
      );
    });
  }

  it('may leave writes behind where that is asked for', () => {
    const far: readonly InventedServer[] = [
      { id: 1, info: { master_repl_offset: 90_000_000 } },
      { id: 2, of: 1 },
    ];
    assert.equal(planOf(far, nameOf(2), { force: true }).steps[0]?.do, 'handover');
  });
});
