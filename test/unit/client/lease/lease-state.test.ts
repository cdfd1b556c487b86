import assert from 'node:assert/strict';
import { LeaseState } from '../../../../lib/client/lease/lease-state.js';
import { ReplyError } from '../../../../lib/errors.js';
import { command } from '../../../../lib/protocol/catalog/specs.js';

interface Case {
  /** Commands in their order; with `!` it failed, with `!CODE` by that reply. */
  readonly sent: readonly string[];
  readonly clean: boolean;
}

const cases: readonly Case[] = [
  { sent: [], clean: true },
  { sent: ['GET', 'SET', 'EVAL', 'BLPOP', 'CONFIG SET'], clean: true },
  { sent: ['GET !', 'SET !ERR'], clean: true },
  { sent: ['SET', 'WAIT', 'WAITAOF'], clean: true },
  { sent: ['WAIT !ERR', 'WAITAOF !'], clean: true },
  { sent: ['WATCH'], clean: false },
  { sent: ['WATCH', 'GET', 'UNWATCH'], clean: true },
  { sent: ['MULTI', 'SET'], clean: false },
  { sent: ['MULTI', 'SET', 'EXEC'], clean: true },
  { sent: ['WATCH', 'MULTI', 'SET', 'EXEC'], clean: true },
  { sent: ['WATCH', 'MULTI', 'SET', 'DISCARD'], clean: true },
  { sent: ['WATCH', 'MULTI', 'GET !ERR', 'EXEC !EXECABORT'], clean: true },
  { sent: ['WATCH', 'MULTI', 'SET', 'EXEC !NOPERM'], clean: false },
  { sent: ['WATCH', 'MULTI', 'SET', 'EXEC !'], clean: false },
  // An EXEC without MULTI is an error, and the keys stay watched.
  { sent: ['WATCH', 'EXEC !ERR'], clean: false },
  { sent: ['WATCH', 'EXEC'], clean: false },
  // Inside a transaction it is only queued.
  { sent: ['WATCH', 'MULTI', 'UNWATCH'], clean: false },
  { sent: ['MULTI', 'EXEC', 'WATCH'], clean: false },
  { sent: ['UNWATCH !'], clean: false },
  { sent: ['SELECT'], clean: false },
  { sent: ['CLIENT NO-EVICT'], clean: false },
  { sent: ['CLIENT SETNAME', 'GET'], clean: false },
  { sent: ['ASKING', 'GET'], clean: false },
  { sent: ['RESET'], clean: false },
];

/** The transaction's state after each command, in each state. */
const transactions: readonly (readonly [sent: string, state: 'outside' | 'watching' | 'queueing'])[] = [
  ['', 'outside'],
  ['GET', 'outside'],
  ['UNWATCH', 'outside'],
  ['EXEC', 'outside'],
  ['DISCARD', 'outside'],
  ['WATCH', 'watching'],
  ['MULTI', 'queueing'],
  ['WATCH, GET', 'watching'],
  ['WATCH, WATCH', 'watching'],
  ['WATCH, EXEC', 'watching'],
  ['WATCH, DISCARD', 'watching'],
  ['WATCH, UNWATCH', 'outside'],
  ['WATCH, MULTI', 'queueing'],
  ['MULTI, SET', 'queueing'],
  ['MULTI, MULTI', 'queueing'],
  ['MULTI, WATCH', 'queueing'],
  ['WATCH, MULTI, UNWATCH', 'queueing'],
  ['MULTI, EXEC', 'outside'],
  ['MULTI, DISCARD', 'outside'],
  ['WATCH, MULTI, EXEC', 'outside'],
  ['WATCH, MULTI, DISCARD', 'outside'],
];

function stateAfter(sent: readonly string[]): LeaseState {
  const state = new LeaseState();
  for (const text of sent) {
    const [name = '', code] = text.split(' !');
    state.sent(command(name));
    if (code !== undefined) state.failed(command(name), code === '' ? new Error('lost') : new ReplyError(code, code));
  }
  return state;
}

describe('LeaseState', () => {
  for (const { sent, clean } of cases) {
    it(`is ${clean ? 'clean' : 'not clean'} after ${sent.join(', ') || 'nothing'}`, () => assert.equal(stateAfter(sent).clean, clean));
  }

  for (const [sent, expected] of transactions) {
    it(`is ${expected} after ${sent || 'nothing'}`, () => {
      const { watching, queueing } = stateAfter(sent === '' ? [] : sent.split(', '));
      assert.deepEqual({ watching, queueing }, { watching: expected === 'watching', queueing: expected === 'queueing' });
    });
  }
});
