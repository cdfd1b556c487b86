import assert from 'node:assert/strict';
import { keysOfCall } from '../../../../lib/client/previous/call-keys.js';
import { type Call, newCall } from '../../../../lib/protocol/call.js';
import { type CallExtras, extrasOf } from '../../../../lib/protocol/call-extras.js';
import { command } from '../../../../lib/protocol/catalog/specs.js';
import type { Arg } from '../../../../lib/protocol/command-spec.js';

const owner = { usage: { commands: 0, bytes: 0 }, idempotent: false, failed: () => {} };
const callOf = (name: string, args: readonly Arg[], extras: Partial<CallExtras> | null = null): Call =>
  newCall(command(name), args, null, 0, owner, 0, extras === null ? null : extrasOf(extras));
const batch = (...commands: readonly (readonly [string, ...Arg[]])[]): Partial<CallExtras> => ({
  batch: { commands: commands.map(([name, ...args]) => ({ spec: command(name), args })), replies: [] },
});

const cases: readonly (readonly [title: string, call: Call, keys: readonly Arg[] | null, shared?: boolean])[] = [
  ['a read that shows a miss', callOf('GET', ['k']), ['k'], true],
  ['a write', callOf('SET', ['k', 'v']), ['k'], false],
  ['a read that shows no miss', callOf('BITPOS', ['k', 1]), ['k'], false],
  ['EXISTS of one key', callOf('EXISTS', ['k']), ['k'], true],
  ['EXISTS of several', callOf('EXISTS', ['a', 'b']), ['a', 'b'], false],
  ['a script', callOf('EVAL', ['return 1', 2, 'a', 'b', 'c']), ['a', 'b'], false],
  ['a transaction', callOf('EXEC', [], batch(['MULTI'], ['SET', 'a', 1], ['GET', 'b'])), ['a', 'b'], false],
  ['a transaction of one read', callOf('EXEC', [], batch(['MULTI'], ['GET', 'b'])), ['b'], false],
  ['a page of a scan of a key', callOf('HSCAN', ['h', 0], { target: {} }), ['h'], false],
  ['a SORT that reads no other keys', callOf('SORT', ['l', 'BY', 'nosort', 'GET', '#', 'STORE', 'd']), ['l', 'd'], false],
  ['a SORT_RO that reads no other keys', callOf('SORT_RO', ['l', 'BY', 'nosort']), ['l'], false],
  ['a command without keys', callOf('PING', []), null],
  ['a channel', callOf('SPUBLISH', ['c', 'm']), null],
  ['a command for one node', callOf('GET', ['k'], { target: { node: '10.0.0.1:7000' } }), null],
  ['a command in a slot', callOf('GET', ['k'], { target: { slot: 7 } }), ['k'], true],
];

describe('the keys of a call', () => {
  for (const [title, call, keys, shared = false] of cases) {
    it(title, () => assert.deepEqual(keysOfCall(call), keys === null ? null : { keys, shared }));
  }

  for (const call of [
    callOf('FLUSHALL', []),
    callOf('FLUSHDB', ['ASYNC']),
    callOf('SWAPDB', [0, 1]),
    callOf('EXEC', [], batch(['FLUSHDB'])),
  ]) {
    it(`${call.batch === null ? '' : 'a transaction with '}a command on all keys is refused: ${call.spec.name}`, () => {
      assert.throws(() => keysOfCall(call), { code: 'ERR_COMMAND_REFUSED', executed: 'no' });
    });
  }

  for (const call of [
    callOf('SORT', ['l', 'BY', 'weight:*']),
    callOf('SORT_RO', ['l', 'GET', '#', 'GET', Buffer.from('h_*->f')]),
    callOf('EXEC', [], batch(['SORT', 'l', 'GET', 'o_*', 'STORE', 'd'])),
  ]) {
    it(`what reads keys by a pattern is refused: ${call.spec.name}`, () => {
      assert.throws(() => keysOfCall(call), {
        code: 'ERR_COMMAND_REFUSED',
        executed: 'no',
        message: /its pattern ".*\*.*" may be at the previous place/,
      });
    });
  }
});
