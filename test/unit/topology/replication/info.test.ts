import assert from 'node:assert/strict';
import { ReplyError } from '../../../../lib/errors.js';
import type { Raw } from '../../../../lib/protocol/command-spec.js';
import { parseReplicationState, type ReplicationState } from '../../../../lib/topology/replication/info.js';

const info = (fields: Readonly<Record<string, string | number>>): string =>
  `# Replication\r\n${Object.entries(fields)
    .map(([name, value]) => `${name}:${value}\r\n`)
    .join('')}`;
const noperm = new ReplyError('NOPERM', 'NOPERM no permission');

const CASES: readonly (readonly [what: string, replies: readonly Raw[], state: ReplicationState])[] = [
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
    'a replica that loads',
    [info({ role: 'slave', master_link_status: 'up', master_sync_in_progress: 1, slave_repl_offset: 0, master_replid: 'abc' }), noperm],
    { role: 'replica', linkUp: false, offset: 0, replid: 'abc' },
  ],
  ['a primary that only lets ROLE be asked', [noperm, ['master', 42, []]], { role: 'primary', linkUp: null, offset: 42, replid: '' }],
  [
    'a replica that only lets ROLE be asked',
    [noperm, ['slave', '10.0.0.1', 6379, 'connected', 40]],
    { role: 'replica', linkUp: true, offset: 40, replid: '' },
  ],
  [
    'a replica that only lets ROLE be asked, and connects',
    [noperm, ['slave', '10.0.0.1', 6379, 'connect', -1]],
    { role: 'replica', linkUp: false, offset: null, replid: '' },
  ],
  ['one that lets neither be asked', [noperm, noperm], { role: null, linkUp: null, offset: null, replid: '' }],
];

describe('topology/replication-state', () => {
  for (const [what, replies, state] of CASES) it(`reads ${what}`, () => assert.deepEqual(parseReplicationState(replies), state));
});
