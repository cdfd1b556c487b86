import assert from 'node:assert/strict';
import { mapError } from '../../../../lib/entries/node-redis/error-mapping.js';
import * as slotwise from '../../../../lib/index.js';

const refused = Object.assign(new Error('connect ECONNREFUSED'), { syscall: 'connect', code: 'ECONNREFUSED' });

describe('errors of the node-redis entry', () => {
  const cases: readonly [given: Error, name: string, message: string][] = [
    [new slotwise.ReplyError('WRONGTYPE', 'WRONGTYPE Operation'), 'SimpleError', 'WRONGTYPE Operation'],
    [new slotwise.AbortError('x'), 'AbortError', 'The command was aborted'],
    [new slotwise.ClosedError('x'), 'DisconnectsClientError', 'Disconnects client'],
    [new slotwise.ConnectionLostError('x'), 'SocketClosedUnexpectedlyError', 'Socket closed unexpectedly'],
    [new slotwise.TimeoutError('too late'), 'TimeoutError', 'too late'],
    [new slotwise.QueueFullError('x'), 'Error', 'The queue is full'],
    [new slotwise.CrossSlotError('x', [], []), 'SimpleError', "CROSSSLOT Keys in request don't hash to the same slot"],
    [new slotwise.ConnectError('x', { cause: refused }), 'Error', 'connect ECONNREFUSED'],
    [new slotwise.ConnectError("h:1 did not finish the connection's handshake in 5 ms"), 'ConnectionTimeoutError', 'Connection timeout'],
    [new slotwise.ArgumentError('bad'), 'TypeError', 'bad'],
    [new slotwise.AuthError('x', { cause: new slotwise.ReplyError('WRONGPASS', 'WRONGPASS no') }), 'SimpleError', 'WRONGPASS no'],
  ];
  for (const [given, name, message] of cases) {
    it(`stand for those of the library: ${given.name} is ${name}`, () => {
      const mapped = mapError(given);
      assert.ok(mapped instanceof Error);
      assert.deepEqual([mapped.constructor.name, mapped.message], [name, message]);
      if (mapped !== refused) assert.equal(mapped.cause, given);
    });
  }

  it('leave others as they are', () => {
    assert.equal(mapError(refused), refused);
    const other = new slotwise.NoNodeError('none');
    assert.equal(mapError(other), other);
  });
});
