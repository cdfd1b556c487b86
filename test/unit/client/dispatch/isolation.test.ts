import assert from 'node:assert/strict';
import { blockingCall } from '../../../../lib/client/dispatch/blocking-call.js';
import { closesAtError, countLoss, isSuspected } from '../../../../lib/client/dispatch/isolation.js';
import { internalCallInto } from '../../../../lib/connection/internal-calls.js';
import { ConnectionLostError, ProtocolError } from '../../../../lib/errors.js';
import type { Call } from '../../../../lib/protocol/call.js';
import type { PinnedProcess } from '../../../../lib/protocol/call-target.js';
import { command } from '../../../../lib/protocol/catalog/specs.js';
import { clock } from '../../../../lib/util/clock.js';

const callOf = (): Call => internalCallInto({ onValue() {}, onError() {} }, command('GET'), ['k']);
const blocked = (call: Call, forMs: number): void => {
  call.ensureExtras().exclusive = { ...blockingCall(null), sentAt: clock.now() - forMs };
};

describe('the connections that were lost at a call', () => {
  it('are counted one by one, beside its attempts and redirects', () => {
    const call = callOf();
    call.countAttempt();
    call.countRedirect();
    countLoss(call);
    countLoss(call);
    assert.deepEqual([call.losses, call.attempts, call.redirects], [2, 1, 1]);
    for (let i = 0; i < 100; i++) countLoss(call);
    assert.deepEqual([call.attempts, call.redirects], [1, 1], 'without end');
    assert.ok(call.losses > 2);
  });

  it('begin at one where it had blocked for long', () => {
    const call = callOf();
    blocked(call, 10);
    countLoss(call);
    countLoss(call);
    assert.equal(call.losses, 2);
    blocked(call, 1_500);
    countLoss(call);
    assert.equal(call.losses, 1);
  });

  it('are those of all pages of a scan', () => {
    const pinned = { losses: 0 } as PinnedProcess; // as far as it is looked at
    const [one, two] = [callOf(), callOf()];
    for (const call of [one, two]) call.ensureExtras().target = { pinned };
    countLoss(one);
    assert.equal(isSuspected({ pinned }), false);
    countLoss(two);
    assert.equal(two.losses, 2);
    assert.equal(isSuspected({ pinned }), true);
    assert.equal(isSuspected({}), false);
  });
});

describe('the error of a command at which connections break', () => {
  const facts = { command: 'GET', attempts: 3, losses: 3 };

  it('says so, and what the last one was', () => {
    const lost = new ConnectionLostError('the connection to a:1 broke: the server closed it', { node: 'a:1' });
    const error = closesAtError(lost, facts);
    assert.match(error.message, /^GET: the server closes the connection at this command: 3 .* while a:1 answers others; .* broke/);
    assert.deepEqual(
      [error.code, error.node, error.executed, error.attempts, error.cause],
      ['ERR_CONNECTION_LOST', 'a:1', 'unknown', 3, lost],
    );
  });

  it('says that it is the answer where that could not be read', () => {
    const cause = new ProtocolError('no RESP');
    const error = closesAtError(new ConnectionLostError('a:1: no RESP', { node: 'a:1', cause }), facts);
    assert.match(error.message, /what the server answers to this command cannot be read/);
  });
});
