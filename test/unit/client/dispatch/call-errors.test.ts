import assert from 'node:assert/strict';
import { closedError } from '../../../../lib/client/dispatch/call-errors.js';
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
