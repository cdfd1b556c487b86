import assert from 'node:assert/strict';
import { AdminError } from '../../../../lib/admin/admin-error.js';
import type { Command } from '../../../../lib/admin/cli/command.js';
import { UsageError } from '../../../../lib/admin/cli/usage-error.js';
import {
  ArgumentError,
  AuthError,
  ConnectError,
  ConnectionLostError,
  OptionsError,
  ReplyError,
  TimeoutError,
  TlsError,
  TopologyError,
} from '../../../../lib/errors.js';
import { runLine } from './run-line.js';

const cases: readonly (readonly [error: Error, code: number])[] = [
  [new UsageError('x'), 2],
  [new OptionsError('options.tls', 'x'), 2],
  [new ArgumentError('x'), 2],
  [new ConnectError('x'), 3],
  [new TlsError('x'), 3],
  [new AuthError('x'), 3],
  [new ConnectionLostError('x'), 3],
  [new TimeoutError('x'), 3],
  [new TopologyError('ERR_NO_SEED_REACHABLE', 'x'), 3],
  [new ReplyError('NOPERM', 'NOPERM x'), 3],
  [new AdminError('x', { reason: 'unreachable' }), 3],
  [new AdminError('x'), 4],
  [new AdminError('x', { reason: 'changed' }), 4],
  [new AdminError('x', { reason: 'failed', cause: new ConnectionLostError('y') }), 4],
  [new TypeError('x'), 4],
];

describe('the exit code', () => {
  for (const [error, expected] of cases) {
    const reason = error instanceof AdminError ? ` (${error.reason})` : '';
    it(`is ${expected} for ${error.name}${reason}, and in JSON too`, async () => {
      const command: Command = { name: 'try', usage: '', what: '', words: [0, 0], options: {}, run: () => Promise.reject(error) };
      const { code, out, err } = await runLine(['try'], [command]);
      assert.deepEqual([code, out], [expected, '']);
      assert.match(err, /^slotwise: .*x"?\n$/);
      const forPrograms = await runLine(['try', '--json'], [command]);
      assert.deepEqual([forPrograms.code, forPrograms.err], [expected, '']);
      const { error: told, exitCode } = JSON.parse(forPrograms.out) as { error: { code: string; message: string }; exitCode: number };
      assert.equal(exitCode, expected);
      assert.match(told.message, /x$/);
      assert.match(told.code, /^[A-Z_]+$/);
    });
  }
});
