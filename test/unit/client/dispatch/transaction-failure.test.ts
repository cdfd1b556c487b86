import assert from 'node:assert/strict';
import { effectiveFailure } from '../../../../lib/client/dispatch/transaction-failure.js';
import { ReplyError } from '../../../../lib/errors.js';
import { command } from '../../../../lib/protocol/catalog/specs.js';
import type { Raw } from '../../../../lib/protocol/command-spec.js';

const commands = [
  { spec: command('MULTI'), args: [] },
  { spec: command('SET'), args: ['a', '1'] },
  { spec: command('INCR'), args: ['b', 'c'] },
];
const abort = new ReplyError('EXECABORT', 'EXECABORT Transaction discarded because of previous errors.');
const arity = new ReplyError('ERR', "ERR wrong number of arguments for 'incr' command");

function effective(replies: Raw[]): ReplyError {
  const failure = effectiveFailure({ kind: 'error-reply', error: abort, node: 'h:1' }, { commands, replies });
  assert.ok(failure.kind === 'error-reply');
  assert.equal(failure.node, 'h:1');
  return failure.error;
}

describe('the failure of a transaction', () => {
  it('is the error of the command that could not be queued, with its name', () => {
    const error = effective(['OK', 'QUEUED', arity, abort]);
    assert.equal(error.message, arity.message);
    assert.equal(error.code, 'ERR');
    assert.equal(error.command, 'INCR');
    assert.equal(error.node, 'h:1');
    assert.equal(error.executed, 'no');
    assert.equal(error.cause, abort);
  });

  it('is the first of several', () => {
    const moved = new ReplyError('MOVED', 'MOVED 1 h:2');
    assert.equal(effective(['OK', moved, arity, abort]).command, 'SET');
  });

  it('is that of EXEC where all were queued', () => {
    assert.equal(effective(['OK', 'QUEUED', 'QUEUED', abort]), abort);
  });
});
