import assert from 'node:assert/strict';
import { asBullError } from '../../../../lib/entries/bullmq/errors.js';
import {
  AbortError,
  ArgumentError,
  AuthError,
  ClosedError,
  ConnectError,
  ConnectionLostError,
  NoNodeError,
  QueueFullError,
  ReplyError,
  SlotwiseError,
  TimeoutError,
  TlsError,
  TopologyError,
} from '../../../../lib/index.js';

/** Which errors BullMQ may take for the command's own fault. */
const cases: readonly (readonly [error: unknown, becomes: 'ClosedError' | 'ConnectionLostError' | 'itself'])[] = [
  [new ClosedError('the client is closed'), 'ClosedError'],
  [new AbortError('BZPOPMIN was aborted'), 'ClosedError'],
  [new ConnectionLostError('gone', { executed: 'unknown', command: 'EVALSHA', node: 'a:1', attempts: 2 }), 'ConnectionLostError'],
  [new TimeoutError('late', { executed: 'unknown' }), 'ConnectionLostError'],
  [new NoNodeError('nobody'), 'ConnectionLostError'],
  [new ConnectError('refused'), 'ConnectionLostError'],
  [new QueueFullError('full'), 'ConnectionLostError'],
  [new TopologyError('ERR_NO_SEED_REACHABLE', 'nobody answers'), 'ConnectionLostError'],
  [new TlsError('no'), 'itself'],
  [new AuthError('no'), 'itself'],
  [new ArgumentError('no'), 'itself'],
  [new ReplyError('WRONGTYPE', 'WRONGTYPE no'), 'itself'],
  [new Error('no'), 'itself'],
  [new ClosedError('Connection is closed.'), 'itself'],
  ['text', 'itself'],
];

describe('an error as BullMQ understands it', () => {
  for (const [error, becomes] of cases) {
    it(`is ${becomes} for ${String(error)}`, () => {
      const own = asBullError(error);
      if (becomes === 'itself') return assert.equal(own, error);
      assert.ok(own instanceof SlotwiseError && error instanceof SlotwiseError);
      assert.equal(own.name, becomes);
      assert.equal(own.message, 'Connection is closed.');
      assert.equal(own.cause, error);
      assert.deepEqual([own.executed, own.command, own.node, own.attempts], [error.executed, error.command, error.node, error.attempts]);
    });
  }
});
