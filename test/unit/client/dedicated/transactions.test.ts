import assert from 'node:assert/strict';
import { type TransactionPlace, Transactions } from '../../../../lib/client/dedicated/transactions.js';
import { ReplyError } from '../../../../lib/errors.js';
import { command } from '../../../../lib/protocol/catalog/specs.js';
import type { Arg } from '../../../../lib/protocol/command-spec.js';

/** A connection's transactions, with commands that are issued and answered by hand. */
class Script {
  readonly transactions = new Transactions();

  issue(name: string): TransactionPlace {
    return this.transactions.issue({ name });
  }

  /** Issues a command that is answered at once. Returns its place, and what counts of the state from now on. */
  answer(name: string, value: unknown = 'OK', args: readonly Arg[] = [], place = this.issue(name)): readonly [TransactionPlace, string[]] {
    const told = this.transactions.confirmed({ spec: command(name), args, decode: null }, place, value);
    return [place, told.map(({ spec, args: own }) => [spec.name, ...own].join(' '))];
  }

  run(...names: readonly string[]): void {
    for (const name of names) this.answer(name);
  }
}

describe('the transactions of a dedicated connection', () => {
  it('begin with MULTI and end with EXEC or DISCARD; what is between is queued', () => {
    for (const end of ['EXEC', 'DISCARD']) {
      const script = new Script();
      const places = ['GET', 'MULTI', 'SET', 'UNWATCH', end, 'GET'].map((name) => script.issue(name));
      assert.deepEqual(
        places.map(({ isQueued }) => isQueued),
        [false, false, true, true, false, false],
      );
      const { transaction } = places[1] ?? assert.fail();
      assert.ok(transaction !== null);
      assert.deepEqual(
        places.map((place) => place.transaction === transaction),
        [false, true, true, true, true, false],
      );
      assert.equal(script.transactions.isOpen, false);
    }
  });

  /** What the EXEC that follows finds: whether its transaction, and its watch, are lost. */
  const LOSSES: readonly (readonly [what: string, before: readonly string[], after: readonly string[], lost: [boolean, boolean]])[] = [
    ['a watch that was confirmed', ['WATCH'], ['MULTI'], [false, true]],
    ['a watch before and after', ['WATCH'], ['WATCH', 'MULTI'], [false, true]],
    ['a watch that was ended by UNWATCH', ['WATCH', 'UNWATCH'], ['MULTI'], [false, false]],
    ['a watch that was ended by EXEC', ['WATCH', 'MULTI', 'EXEC'], ['MULTI'], [false, false]],
    ['a watch that was ended by RESET', ['WATCH', 'RESET'], ['MULTI'], [false, false]],
    ['a watch after the loss', [], ['WATCH', 'MULTI'], [false, false]],
    ['a transaction', ['MULTI', 'SET'], ['SET'], [true, false]],
    ['a transaction with a watch', ['WATCH', 'MULTI', 'SET'], [], [true, true]],
    ['an ended transaction', ['MULTI', 'EXEC'], ['MULTI'], [false, false]],
  ];
  for (const [what, before, after, [transaction, watch]] of LOSSES) {
    it(`know after a lost connection what became of ${what}`, () => {
      const script = new Script();
      script.run(...before);
      script.transactions.connectionLost();
      script.run(...after);
      const exec = script.issue('EXEC');
      assert.deepEqual([exec.transaction?.isLost ?? false, exec.watch?.isLost ?? false], [transaction, watch]);
    });
  }

  it('lose with the connection what was issued and not sent: EXEC behind a watch that was confirmed after it was issued', () => {
    const script = new Script();
    const watch = script.issue('WATCH');
    script.issue('MULTI');
    const exec = script.issue('EXEC');
    script.answer('WATCH', 'OK', ['k'], watch);
    script.transactions.connectionLost();
    assert.deepEqual([exec.transaction?.isLost, exec.watch?.isLost], [false, true]);
  });

  it('do not run commands without the MULTI that was given up before it was sent, nor trust such a WATCH', () => {
    const script = new Script();
    const watch = script.issue('WATCH');
    const multi = script.issue('MULTI');
    const exec = script.issue('EXEC');
    assert.equal(script.transactions.failed(command('WATCH'), watch, true), false);
    assert.equal(script.transactions.failed(command('MULTI'), multi, true), false);
    assert.deepEqual([exec.transaction?.isLost, exec.watch?.isLost], [true, true]);
    assert.equal(script.transactions.failed(command('EXEC'), exec, true), false, 'no server has the transaction');
  });

  for (const end of ['EXEC', 'DISCARD']) {
    it(`say that a server is left in a transaction whose ${end} was given up before it was sent`, () => {
      const script = new Script();
      script.run('MULTI');
      assert.equal(script.transactions.failed(command(end), script.issue(end), true), true);
      const other = new Script();
      other.run('MULTI');
      assert.equal(other.transactions.failed(command(end), other.issue(end), false), false, 'a server has answered');
    });
  }

  it('say what of the state counts: at once, or once EXEC has executed it', () => {
    const script = new Script();
    assert.deepEqual(script.answer('SELECT', 'OK', [1])[1], ['SELECT 1']);
    assert.deepEqual(script.answer('GET', 'value')[1], []);
    script.run('MULTI');
    assert.deepEqual(script.answer('GET', 'QUEUED')[1], []);
    assert.deepEqual(script.answer('SELECT', 'QUEUED', [2])[1], []);
    assert.deepEqual(script.answer('CLIENT SETNAME', 'QUEUED', ['bad name'])[1], []);
    assert.deepEqual(script.answer('EXEC', ['value', 'OK', new ReplyError('ERR', 'ERR Client names cannot contain spaces')])[1], [
      'SELECT 2',
    ]);
    script.run('MULTI');
    script.answer('SELECT', 'QUEUED', [3]);
    assert.deepEqual(script.answer('EXEC', null)[1], []);
  });
});
