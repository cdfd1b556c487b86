import assert from 'node:assert/strict';
import { judge } from '../../../../lib/client/dispatch/judge.js';
import { internalCallInto } from '../../../../lib/connection/internal-calls.js';
import { endpoints } from '../../../../lib/options/topology.js';
import type { Call } from '../../../../lib/protocol/call.js';
import { command } from '../../../../lib/protocol/catalog/specs.js';
import type { Arg } from '../../../../lib/protocol/command-spec.js';
import { parseReplyError } from '../../../../lib/protocol/resp/reply-error.js';
import { ProxyErrors } from '../../../../lib/routing/proxies/proxy-errors.js';

const callOf = (name: string, ...args: readonly Arg[]): Call => internalCallInto({ onValue() {}, onError() {} }, command(name), args);

describe('what an error reply says about execution', () => {
  const readonly = "READONLY You can't write against a read only replica.";
  const cases: readonly (readonly [what: string, call: Call, text: string, executed: string])[] = [
    ['a write that is refused', callOf('SET', 'k', 'v'), 'OOM command not allowed', 'no'],
    ['an answer', callOf('INCR', 'k'), 'ERR value is not an integer or out of range', 'yes'],
    ['a script that may have caught a refusal', callOf('EVAL', 'return 1', 0), readonly, 'yes'],
    ['a script with flags', callOf('EVAL', '#!lua\nreturn 1', 0), readonly, 'no'],
    ['a function', callOf('FCALL', 'f', 0), readonly, 'no'],
    ['a function that answers in words of its own', callOf('FCALL', 'f', 0), 'READONLY mine', 'yes'],
  ];
  for (const [what, call, text, executed] of cases) {
    it(`is '${executed}' of ${what}`, () => {
      const error = parseReplyError(text);
      const judged = judge(call, { kind: 'error-reply', error, node: 'n' });
      assert.equal(error.executed, executed);
      assert.equal(judged.ran, false);
    });
  }

  const ofProxies: readonly (readonly [what: string, call: Call, text: string, executed: string, repeat: string | null])[] = [
    ['what a proxy could not pass on', callOf('SET', 'k', 'v'), 'ERR Connection refused', 'no', 'always'],
    ['what a proxy has no answer to', callOf('SET', 'k', 'v'), 'ERR Connection timed out', 'unknown', 'reads'],
    ['what a script may have said', callOf('EVAL', 'return 1', 1, 'k'), 'ERR Connection refused', 'unknown', 'never'],
    ['one of several servers behind it', callOf('MSET', 'a', 1, 'b', 2), readonly, 'unknown', 'reads'],
    ['a server behind it', callOf('SET', 'k', 'v'), 'ERR syntax error', 'yes', null],
  ];
  for (const [what, call, text, executed, repeat] of ofProxies) {
    it(`is '${executed}' of ${what}, behind twemproxy`, () => {
      const error = parseReplyError(text);
      const { proxy } = judge(call, { kind: 'error-reply', error, node: 'n' }, new ProxyErrors(endpoints('a:1', { refuses: 'twemproxy' })));
      assert.deepEqual([error.executed, proxy], [executed, repeat]);
    });
  }

  it("is 'yes' of the words of a proxy where none is named", () => {
    const error = parseReplyError('ERR Connection refused');
    const { proxy } = judge(callOf('GET', 'k'), { kind: 'error-reply', error, node: 'n' });
    assert.deepEqual([error.executed, proxy], ['yes', null]);
  });

  it("is 'unknown' of the words of a proxy in a transaction", () => {
    const call = callOf('EXEC');
    call.ensureExtras().batch = { commands: [{ spec: command('MULTI'), args: [] }], replies: ['OK'] };
    const error = parseReplyError('ERR server connection close');
    const { proxy } = judge(call, { kind: 'error-reply', error, node: 'n' }, new ProxyErrors(endpoints('a:1', { refuses: 'predixy' })));
    assert.deepEqual([error.executed, proxy], ['unknown', 'never']);
  });

  it("is 'unknown' of a refusal after an attempt that may have run", () => {
    const call = callOf('SET', 'k', 'v');
    call.markMayHaveRun();
    const error = parseReplyError('OOM command not allowed');
    judge(call, { kind: 'error-reply', error, node: 'n' });
    assert.equal(error.executed, 'unknown');
  });

  it('is that of a write that ran before the WAIT behind it failed', () => {
    const call = callOf('WAIT', 1, 100);
    call.ensureExtras().batch = { commands: [{ spec: command('INCR'), args: ['k'] }], replies: [1] };
    const error = parseReplyError('UNBLOCKED force unblock from blocking operation, instance state changed (master -> replica?)');
    assert.equal(judge(call, { kind: 'error-reply', error, node: 'n' }).ran, true);
    assert.equal(error.executed, 'yes');
  });
});
