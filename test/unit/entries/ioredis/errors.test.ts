import assert from 'node:assert/strict';
import { connectionErrorOf, errorOf, MaxRetriesPerRequestError, RedisError, ReplyError } from '../../../../lib/entries/ioredis/errors.js';
import * as engine from '../../../../lib/errors.js';

const wrongpass = new engine.ReplyError('WRONGPASS', 'WRONGPASS invalid username-password pair');
const command = { name: 'get', args: ['k'] };

/** Errors of the engine, and what ioredis says. */
const cases: readonly (readonly [error: Error, name: string, message: string])[] = [
  [new engine.ReplyError('WRONGTYPE', 'WRONGTYPE Operation against'), 'ReplyError', 'WRONGTYPE Operation against'],
  [new engine.AuthError('a refused the credentials', { cause: wrongpass }), 'ReplyError', wrongpass.message],
  [new engine.CrossSlotError('GET', ['a', 'b'], [1, 2]), 'ReplyError', "CROSSSLOT Keys in request don't hash to the same slot"],
  [new engine.ClosedError('the client was destroyed'), 'Error', 'Connection is closed.'],
  [new engine.ConnectionLostError('broke', { executed: 'unknown' }), 'AbortError', 'Command aborted due to connection close'],
  [new engine.TimeoutError('GET timed out'), 'Error', 'Command timed out'],
  [
    new engine.TimeoutError("SET timed out; first failure: READONLY You can't write against a read only replica."),
    'ReplyError',
    "READONLY You can't write against a read only replica.",
  ],
  [new engine.ArgumentError('call: argument 1'), 'ArgumentError', 'call: argument 1'],
  [new TypeError('of a user'), 'TypeError', 'of a user'],
];

describe('the errors of ioredis', () => {
  for (const [error, name, message] of cases) {
    it(`are given for ${error.name}: ${message}`, () => {
      const made = errorOf(error, command) as RedisError;
      assert.equal(made.name, name);
      assert.equal(made.message, message);
      assert.deepEqual(made.command, made instanceof RedisError ? command : (error as { command?: unknown }).command);
      if (made !== error) assert.equal(made.cause, error);
    });
  }

  it('have only the command among their properties', () => {
    assert.deepEqual(Object.keys(errorOf(wrongpass, command) as object), ['command']);
    assert.ok(errorOf(wrongpass) instanceof ReplyError);
  });

  it('say how many attempts there may be', () => {
    const error = new MaxRetriesPerRequestError(3);
    assert.equal(error.name, 'MaxRetriesPerRequestError');
    assert.match(error.message, /^Reached the max retries per request limit \(which is 3\)\. Refer to "maxRetriesPerRequest"/);
  });

  it('say of a failed connection what the system says, or the server', () => {
    const refused = Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:1'), { code: 'ECONNREFUSED', syscall: 'connect' });
    const failed = new engine.ConnectError('cannot connect', { cause: refused });
    assert.equal(connectionErrorOf(new engine.TopologyError('ERR_PRIMARY_UNREACHABLE', 'no', [{ node: 'a', error: failed }])), refused);
    assert.equal(connectionErrorOf(failed), refused);
    assert.equal(connectionErrorOf(new engine.ConnectError('none', { cause: new AggregateError([refused, refused]) })), refused);
    const denied = connectionErrorOf(new engine.AuthError('no', { cause: wrongpass }));
    assert.deepEqual([denied.name, denied.message], ['ReplyError', wrongpass.message]);
    const lost = new engine.ConnectionLostError('the server closed it');
    assert.equal(connectionErrorOf(lost), lost);
  });
});
