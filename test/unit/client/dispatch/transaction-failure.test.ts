import assert from 'node:assert/strict';
import { type BatchFailure, effectiveFailure } from '../../../../lib/client/dispatch/transaction-failure.js';
import { ReplyError } from '../../../../lib/errors.js';
import { command } from '../../../../lib/protocol/catalog/specs.js';
import type { Raw } from '../../../../lib/protocol/command-spec.js';
import { parseReplyError } from '../../../../lib/protocol/resp/reply-error.js';

const step = (name: string, ...args: string[]) => ({ spec: command(name), args });
const commands = [step('MULTI'), step('SET', 'a', '1'), step('INCR', 'b', 'c')];
const abort = new ReplyError('EXECABORT', 'EXECABORT Transaction discarded because of previous errors.');
const arity = new ReplyError('ERR', "ERR wrong number of arguments for 'incr' command");
const noperm = parseReplyError("NOPERM User u has no permissions to run the 'multi' command");
const unblocked = parseReplyError('UNBLOCKED force unblock from blocking operation, instance state changed (master -> replica?)');

function effective(replies: Raw[], error = abort, of = commands): BatchFailure {
  const found = effectiveFailure({ kind: 'error-reply', error, node: 'h:1' }, { commands: of, replies });
  assert.equal(found.failure.node, 'h:1');
  return found;
}

describe('the failure of a transaction', () => {
  it('is the error of the command that could not be queued, with its name', () => {
    const { failure, executed } = effective(['OK', 'QUEUED', arity, abort]);
    const { error } = failure;
    assert.equal(error.message, arity.message);
    assert.equal(error.code, 'ERR');
    assert.equal(error.command, 'INCR');
    assert.equal(error.node, 'h:1');
    assert.equal(error.executed, 'no');
    assert.equal(executed, 'no');
    assert.equal(error.cause, abort);
  });

  it('is the first of several', () => {
    const moved = new ReplyError('MOVED', 'MOVED 1 h:2');
    assert.equal(effective(['OK', moved, arity, abort]).failure.error.command, 'SET');
  });

  it('is that of EXEC where all were queued', () => {
    assert.equal(effective(['OK', 'QUEUED', 'QUEUED', abort]).failure.error, abort);
  });

  it('is the reason for which EXEC itself was refused', () => {
    const refused = parseReplyError("EXECABORT Transaction discarded because of: READONLY You can't write against a read only replica.");
    const { failure, executed } = effective(['OK', 'QUEUED', 'QUEUED', refused], refused);
    assert.equal(failure.error.code, 'READONLY');
    assert.equal(failure.error.message, "READONLY You can't write against a read only replica.");
    assert.equal(failure.error.cause, refused);
    assert.equal(executed, 'no');
  });

  const without = parseReplyError('ERR EXEC without MULTI');
  for (const [what, replies, executed] of [
    ['ran the commands that follow', [noperm, 'OK', 1, without], 'yes'],
    ['ran one of the commands that follow', [noperm, noperm, 1, without], 'yes'],
    ['refused all', [noperm, noperm, noperm, without], null],
  ] as const) {
    it(`is that of MULTI where the server refused it and ${what}`, () => {
      const found = effective([...replies], without);
      assert.equal(found.failure.error.message, noperm.message);
      assert.equal(found.failure.error.command, 'MULTI');
      assert.equal(found.executed, executed);
    });
  }
});

describe('the failure of a write with WAIT behind it', () => {
  it('is that of the write', () => {
    const found = effective([arity, 0], arity, [step('INCR', 'a')]);
    assert.equal(found.failure.error, arity);
    assert.equal(found.executed, null);
  });

  it('is that of WAIT once the write ran', () => {
    const found = effective([1, unblocked], unblocked, [step('INCR', 'a')]);
    assert.equal(found.failure.error, unblocked);
    assert.equal(found.executed, 'yes');
  });

  it('is that of WAIT once a transaction ran', () => {
    const found = effective(['OK', 'QUEUED', 'QUEUED', ['OK', 1], unblocked], unblocked, [...commands, step('EXEC')]);
    assert.equal(found.executed, 'yes');
  });

  it('is that of a transaction that was refused', () => {
    const found = effective(['OK', arity, 'QUEUED', abort, 0], abort, [...commands, step('EXEC')]);
    assert.equal(found.failure.error.message, arity.message);
    assert.equal(found.executed, 'no');
  });

  it('keeps the kind of a script', () => {
    const readonly = parseReplyError("READONLY You can't write against a read only replica.");
    assert.equal(effective([readonly, 0], readonly, [step('EVAL', 'return 1', '0')]).script, 'plain');
    assert.equal(effective([readonly, 0], readonly, [step('FCALL', 'f', '0')]).script, 'declared');
  });
});
