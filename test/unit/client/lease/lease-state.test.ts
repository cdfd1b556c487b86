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
  { sent: ['SUBSCRIBE', 'UNSUBSCRIBE'], clean: false },
  { sent: ['ASKING', 'GET'], clean: false },
  { sent: ['RESET'], clean: false },
];

describe('a lent connection', () => {
  for (const { sent, clean } of cases) {
    it(`is ${clean ? 'as good as new' : 'not for others'} after ${sent.join(', ') || 'nothing'}`, () => {
      const state = new LeaseState();
      for (const text of sent) {
        const [name = '', code] = text.split(' !');
        state.sent(command(name));
        if (code !== undefined) state.failed(command(name), code === '' ? new Error('lost') : new ReplyError(code, code));
      }
      assert.equal(state.clean, clean);
    });
  }

  it('queues between MULTI and EXEC or DISCARD', () => {
    for (const end of ['EXEC', 'DISCARD']) {
      const state = new LeaseState();
      state.sent(command('WATCH'));
      assert.equal(state.queueing, false);
      state.sent(command('MULTI'));
      assert.equal(state.queueing, true);
      state.sent(command(end));
      assert.equal(state.queueing, false);
    }
  });
});
