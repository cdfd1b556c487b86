import assert from 'node:assert/strict';
import { AdminError } from '../../../../lib/admin/admin-error.js';
import type { PlanStep } from '../../../../lib/admin/plans/steps.js';
import { failureText } from '../../../../lib/admin/run/failure.js';
import { ConnectError, ConnectionLostError, ReplyError, TimeoutError } from '../../../../lib/errors.js';
import { idOf, threeShards } from '../cluster-states.js';

const { nodes } = threeShards();
const [from, to, other] = [7001, 7002, 7003].map((id) => nodes.get(idOf(id)) ?? assert.fail());
assert.ok(from !== undefined && to !== undefined && other !== undefined);
const move: PlanStep = { do: 'moveSlots', from, to, slots: [5, 6, 7, 8], replace: false, others: [other] };
const back: PlanStep = { do: 'takeBack', from, to, slots: [5] };
const reply = (text: string, node = '10.0.0.1:7001'): ReplyError => new ReplyError('ERR', text, { node });
const lost = (node: string): ConnectionLostError => new ConnectionLostError(`the connection to ${node} broke: read ECONNRESET`, { node });

const LOST_TARGET =
  /Keys that 10\.0\.0\.1:7002 had got, of slots 5-6, are in its memory, .* some may be lost\. Before going on, see with slotwise cluster check .*the keys that had not moved are on 10\.0\.0\.1:7001$/;
const rows: readonly (readonly [name: string, step: PlanStep, error: unknown, expected: RegExp])[] = [
  ['the target broke off', move, lost('10.0.0.1:7002'), LOST_TARGET],
  ['the target cannot be connected to', move, new ConnectError('connect ECONNREFUSED', { node: '10.0.0.1:7002' }), LOST_TARGET],
  ['the target is silent', move, new TimeoutError('no answer in 5000 ms', { node: '10.0.0.1:7002' }), LOST_TARGET],
  ['the source could not reach the target', move, reply('IOERR error or timeout reading to target instance'), LOST_TARGET],
  ['the target was restarted', move, reply('ERR Target instance replied with error: LOADING Redis is loading the dataset'), LOST_TARGET],
  ['the target was demoted', move, reply("ERR Target instance replied with error: READONLY You can't write"), LOST_TARGET],
  [
    'a look found the target silent',
    move,
    new AdminError('does not answer', { node: '10.0.0.1:7002', cause: lost('10.0.0.1:7002') }),
    LOST_TARGET,
  ],
  [
    'the source broke off',
    move,
    lost('10.0.0.1:7001'),
    /Keys that had not moved are in the memory of 10\.0\.0\.1:7001, .*as far as they have followed.* cluster check/,
  ],
  [
    'the target is full',
    move,
    reply("ERR Target instance replied with error: OOM command not allowed when used memory > 'maxmemory'"),
    /Mend the cause and go on, or take back what is half moved: slotwise cluster fix --back$/,
  ],
  ['the target forbids it', move, reply('ERR Target instance replied with error: NOPERM User has no permissions'), /fix --back$/],
  ['the target lacks a database', move, reply('ERR Target instance replied with error: ERR DB index is out of range'), /fix --back$/],
  ['the target is older', move, reply('ERR Target instance replied with error: ERR Bad data format'), /fix --back$/],
  [
    'taking back fails',
    back,
    reply('ERR Target instance replied with error: OOM'),
    /Keys are on 10\.0\.0\.1:7001 or 10\.0\.0\.1:7002; slots that are half moved stay open/,
  ],
  ['a key is on both', move, new AdminError('key "a" of slot 5 is on A and on B'), /Keys are on 10\.0\.0\.1:7001 or 10\.0\.0\.1:7002/],
  ['a third node broke off', move, lost('10.0.0.1:7003'), /is uncertain: see slotwise cluster check$/],
  ['something unknown came back', move, reply('ERR something new'), /is uncertain: see slotwise cluster check$/],
  [
    'a step failed that moves nothing',
    { do: 'reset', node: to },
    reply('ERR no'),
    /What of this step was done is uncertain: see slotwise cluster check$/,
  ],
  [
    'the nodes did not agree',
    { do: 'settle' },
    new AdminError('still not so'),
    /All steps before this one were done: see slotwise cluster check$/,
  ],
  ['a user function threw', move, 'boom', /could not move 4 slots .*: "boom"\. .*uncertain/],
];

describe('what is said of a step that failed', () => {
  for (const [name, step, error, expected] of rows) {
    it(`because ${name}`, () => {
      const text = failureText({ step, error, done: step === move ? [5] : [] }, ' after 1 of 4 slots');
      assert.match(text, expected);
      assert.match(text, /^could not .* after 1 of 4 slots: /);
      assert.doesNotMatch(text, /nothing is lost/i);
    });
  }

  it('names the node where its message does not', () => {
    assert.match(failureText({ step: { do: 'settle' }, error: reply('ERR no'), done: [] }, ''), /: ERR no \(10\.0\.0\.1:7001\)\. /);
  });

  it('names the target whose words the source quotes', () => {
    const error = reply('ERR Target instance replied with error: NOPERM User has no permissions');
    assert.match(failureText({ step: move, error, done: [] }, ''), /: 10\.0\.0\.1:7002 answered NOPERM User has no permissions\. /);
  });
});
