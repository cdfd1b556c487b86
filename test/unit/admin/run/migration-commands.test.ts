import assert from 'node:assert/strict';
import type { NodeRef } from '../../../../lib/admin/plans/steps.js';
import { MIGRATION_COMMANDS, type MigrationVerdict, migrationVerdict } from '../../../../lib/admin/run/migration-commands.js';

const ref = (id: string): NodeRef => ({ id, name: id, address: null, peer: { host: id, port: 1, busPort: 2 } });

/** Words of Redis 8.6.3 and Valkey 9.1.2. */
const WORDS: readonly (readonly [words: string, verdict: MigrationVerdict])[] = [
  ['ERR another ASM task is already in progress', 'later'],
  ['ERR I am already migrating slot 5.', 'later'],
  ['Slot is already being imported on the target by a different migration', 'later'],
  ['Received error during handshake to target: -NOAUTH Authentication required.', 'key-by-key'],
  ["NOPERM User admin has no permissions to run the 'cluster|migrateslots' command", 'key-by-key'],
  ["ERR unknown subcommand 'MIGRATION'. Try CLUSTER HELP.", 'key-by-key'],
  ['The module x does not support atomic slot migrations.', 'key-by-key'],
  ['ERR Slots are being manually migrated', 'key-by-key'],
  ['Received error during handshake to target: -ERR Slots are being manually imported', 'key-by-key'],
  ['ERR all slot states must be STABLE to start a slot migration task.', 'key-by-key'],
  ['Slot migration x failed due to OOM', 'fail'],
  ['Cancelled due to user request (state: handshake-reply, rdb_channel_state: none)', 'fail'],
  ['ERR slots belong to different source nodes', 'fail'],
  ['Unable to connect to target node: Connection refused', 'again'],
  ['Connection lost to target. Check CLUSTER GETSLOTMIGRATIONS on the target node for more information.', 'again'],
  ['-NOTREADY Cluster is not ready to migrate slots', 'again'],
  ['something new', 'fail'],
];

describe('the words about an atomic migration', () => {
  for (const [words, verdict] of WORDS) {
    it(`"${words}" mean: ${verdict}`, () => {
      assert.equal(migrationVerdict(words), verdict);
    });
  }

  it('ask the end that has the job, in ranges', () => {
    const ends = { from: ref('a'), to: ref('b') };
    const slots = [1, 2, 3, 7, 9, 10];
    const words = Object.values(MIGRATION_COMMANDS).map(({ at, start }) => `${at}: ${start(ends, slots).join(' ')}`);
    assert.deepEqual(words, ['from: CLUSTER MIGRATESLOTS SLOTSRANGE 1 3 7 7 9 10 NODE b', 'to: CLUSTER MIGRATION IMPORT 1 3 7 7 9 10']);
  });
});
