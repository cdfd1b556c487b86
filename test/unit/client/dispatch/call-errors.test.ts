import assert from 'node:assert/strict';
import { closedError, errorFor, noNode, rejectCall } from '../../../../lib/client/dispatch/call-errors.js';
import { AuthError, ClosedError, ConnectionLostError, NoNodeError, ReplyError, type SlotwiseError } from '../../../../lib/errors.js';
import { NO_DEADLINE, newCall, takePromise } from '../../../../lib/protocol/call.js';
import { command } from '../../../../lib/protocol/catalog/specs.js';

describe('the error of a closed client', () => {
  it('names the command', () => {
    const { message, command: name, code, executed } = closedError(command('GET'));
    assert.deepEqual([message, name, code, executed], ['GET: the client is closed', 'GET', 'ERR_CLOSED', 'no']);
  });

  it('names what is no command as it is called', () => {
    const { message, command: name } = closedError('connect()');
    assert.deepEqual([message, name], ['connect(): the client is closed', undefined]);
  });
});

describe('a call that is rejected', () => {
  const SET = command('SET');
  const owner = { idempotent: true, usage: { commands: 0, bytes: 0 }, failed: () => undefined, timeoutMs: 0 };

  /** What its caller gets. */
  async function rejection(error: SlotwiseError, mayHaveRun: boolean): Promise<SlotwiseError> {
    const call = newCall(SET, ['k', 'v'], null, 0, owner, NO_DEADLINE);
    const outcome = takePromise();
    if (mayHaveRun) call.markMayHaveRun();
    rejectCall(call, error);
    return outcome.then(
      () => assert.fail('it resolved'),
      (reason: unknown) => reason as SlotwiseError,
    );
  }

  // Each of them may be shared by many calls, and says `no`.
  const errors: readonly (readonly [SlotwiseError, code: string])[] = [
    [noNode(SET, 'the primary cannot be reached', null), 'ERR_NO_NODE'],
    [closedError(SET), 'ERR_CLOSED'],
    [new AuthError('WRONGPASS'), 'ERR_CONNECTION_LOST'],
  ];
  for (const [error, code] of errors) {
    it(`is not told by ${error.name} that it did not run where an earlier attempt may have`, async () => {
      const told = await rejection(error, true);
      assert.deepEqual([told.executed, told.code, told.command], ['unknown', code, 'SET']);
      assert.ok(told.message.includes(error.message), told.message);
      assert.equal(error.executed, 'no', 'others have it, too');
    });

    it(`gets ${error.name} as it is where none has`, async () => {
      assert.equal(await rejection(error, false), error);
    });
  }

  it('gets what a server answered as it is', async () => {
    const error = new ReplyError('WRONGTYPE', 'WRONGTYPE');
    assert.equal(await rejection(error, true), error);
  });
});

describe('the error of a call whose last attempt was not sent', () => {
  const node = 'h:1';
  const cases: readonly (readonly [error: SlotwiseError, message: string])[] = [
    [new ConnectionLostError('h:1 does not answer', { node }), 'HSCAN: h:1 does not answer'],
    [new NoNodeError('h:1 is no longer the primary', { node }), 'HSCAN: h:1 is no longer the primary'],
    [new ClosedError('the client was destroyed', { node }), 'HSCAN: the client was destroyed'],
  ];
  for (const [error, message] of cases) {
    it(`names the command: ${message}`, () => {
      const call = newCall(command('HSCAN'), ['k', '0'], null, 0, null as never, NO_DEADLINE);
      const told = errorFor(call, { kind: 'not-sent', error });
      assert.deepEqual([told.message, told.command, told.node, told.code, told.executed], [message, 'HSCAN', node, error.code, 'no']);
      assert.equal(told.cause, error);
    });
  }

  it('is that of the connection where all would be refused', () => {
    const call = newCall(command('HSCAN'), ['k', '0'], null, 0, null as never, NO_DEADLINE);
    const error = new AuthError('WRONGPASS', { node });
    assert.equal(errorFor(call, { kind: 'not-sent', error }), error);
  });
});
