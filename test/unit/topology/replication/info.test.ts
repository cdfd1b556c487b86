import assert from 'node:assert/strict';
import { ReplyError } from '../../../../lib/errors.js';
import type { Raw } from '../../../../lib/protocol/command-spec.js';
import { parseReplication, type ReplicationInfo } from '../../../../lib/topology/replication/info.js';

const info = (fields: Readonly<Record<string, string | number>>): string =>
  `# Replication\r\n${Object.entries(fields)
    .map(([name, value]) => `${name}:${value}\r\n`)
    .join('')}`;
const noperm = new ReplyError('NOPERM', 'NOPERM no permission');

const CASES: readonly (readonly [what: string, replies: readonly Raw[], facts: Partial<ReplicationInfo>])[] = [
  [
    'the primary and the priority of a replica, as it announces them',
    [info({ role: 'slave', master_host: '10.0.0.1', master_port: 6379, slave_priority: 7 }), noperm],
    { primary: { host: '10.0.0.1', port: 6379 }, priority: 7, replicas: [] },
  ],
  [
    'the replicas of a primary',
    [
      info({
        role: 'master',
        slave0: 'ip=10.0.0.2,port=6379,state=online,offset=5,lag=0',
        slave1: 'ip=10.0.0.3,port=6379,state=wait_bgsave',
      }),
      noperm,
    ],
    {
      primary: null,
      replicas: [
        { announced: { host: '10.0.0.2', port: 6379 }, online: true },
        { announced: { host: '10.0.0.3', port: 6379 }, online: false },
      ],
    },
  ],
  ['a sentinel, which has no role here', ['', ['sentinel', []]], { role: null }],
  [
    'a primary',
    [info({ role: 'master', master_replid: 'abc', master_repl_offset: 42 }), ['master', 42, []]],
    { role: 'primary', linkUp: null, offset: 42, replid: 'abc' },
  ],
  [
    'a replica: what it has applied, not what it has read',
    [
      info({
        role: 'slave',
        master_link_status: 'up',
        master_sync_in_progress: 0,
        slave_read_repl_offset: 90,
        slave_repl_offset: 40,
        master_replid: 'abc',
        master_repl_offset: 40,
      }),
      ['slave', '10.0.0.1', 6379, 'connected', 40],
    ],
    { role: 'replica', linkUp: true, offset: 40, replid: 'abc' },
  ],
  [
    'a replica without its primary',
    [info({ role: 'slave', master_link_status: 'down', slave_repl_offset: 40, master_replid: 'abc' }), noperm],
    { role: 'replica', linkUp: false, offset: 40, replid: 'abc' },
  ],
  [
    'a replica that synchronises, by INFO',
    [info({ role: 'slave', master_link_status: 'up', master_sync_in_progress: 1, slave_repl_offset: 0, master_replid: 'abc' }), noperm],
    { role: 'replica', linkUp: false, syncing: true, offset: 0, replid: 'abc' },
  ],
  [
    'a replica that synchronises, by ROLE',
    [noperm, ['slave', '10.0.0.1', 6379, 'sync', -1]],
    { role: 'replica', linkUp: false, syncing: true, offset: null, replid: '' },
  ],
  [
    'a replica that synchronises, by ROLE where INFO leaves it out',
    [info({ role: 'slave', master_link_status: 'up' }), ['slave', '10.0.0.1', 6379, 'sync', -1]],
    { role: 'replica', linkUp: false, syncing: true },
  ],
  [
    'a replica that has had no link yet',
    [info({ role: 'slave', master_link_status: 'down', master_link_down_since_seconds: -1 }), noperm],
    { linkUp: false, neverLinked: true },
  ],
  [
    'a replica that has lost its link',
    [info({ role: 'slave', master_link_status: 'down', master_link_down_since_seconds: 7 }), noperm],
    { linkUp: false, neverLinked: false },
  ],
  [
    'a replica that has synchronised',
    [info({ role: 'slave', master_link_status: 'up', master_sync_in_progress: 0 }), noperm],
    { linkUp: true, syncing: false },
  ],
  ['a primary whose ACL allows ROLE alone', [noperm, ['master', 42, []]], { role: 'primary', linkUp: null, offset: 42, replid: '' }],
  [
    'a replica whose ACL allows ROLE alone',
    [noperm, ['slave', '10.0.0.1', 6379, 'connected', 40]],
    { role: 'replica', linkUp: true, offset: 40, replid: '' },
  ],
  [
    'a replica whose ACL allows ROLE alone, while it connects',
    [noperm, ['slave', '10.0.0.1', 6379, 'connect', -1]],
    { role: 'replica', linkUp: false, offset: null, replid: '' },
  ],
  ['a server whose ACL allows neither', [noperm, noperm], { role: null, linkUp: null, offset: null, replid: '' }],
];

describe('parseReplication', () => {
  for (const [what, replies, facts] of CASES) {
    it(`reads ${what}`, () => {
      const read = parseReplication(replies);
      assert.deepEqual(Object.fromEntries(Object.entries(read).filter(([name]) => name in facts)), facts);
    });
  }
});
