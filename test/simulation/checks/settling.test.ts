import assert from 'node:assert/strict';
import { Books } from '../books.js';
import { Timeline } from '../time/timeline.js';
import { type CallRecord, failureOf, plainTraits } from '../workloads/calls.js';
import { booksOf, findingsOf, forgedCall, forgedClient, forgedEvidence, forgedExecution, rejected, resolved } from './forge.js';
import { closing, LAST, leftovers, recovery, settling } from './settling.js';
import { runningMs, stalePrimary } from './stale-primary.js';

describe('simulation: promises settle', () => {
  const found = (given: Partial<CallRecord>, evidence = {}) =>
    findingsOf(settling, forgedEvidence({ calls: [forgedCall(1, 'GET a', { issuedAt: 0, deadlineAt: 100, ...given })], ...evidence }));

  it('by their deadline and a tick', () => {
    assert.deepEqual(found({ settledAt: 110 }), []);
    assert.match(found({ settledAt: 130 })[0] ?? '', /was due at 112.00 ms/);
    assert.match(found({ settledAt: null, outcome: null })[0] ?? '', /not settled/);
  });

  it('a tick after their signal has fired', () => {
    assert.match(found({ settledAt: 50, abortedAt: 20 })[0] ?? '', /was due at 32.00 ms/);
  });

  it('time aside for which the process stood still', () => {
    assert.deepEqual(found({ settledAt: 510 }, { stalls: [{ from: 90, until: 500 }] }), []);
    assert.equal(found({ settledAt: 510 }, { stalls: [{ from: 300, until: 500 }] }).length, 1);
  });

  it('where the server has to let go first, a second later', () => {
    const blocks = { traits: { ...plainTraits, blocks: true } };
    assert.deepEqual(found({ settledAt: 1_100, ...blocks }), []);
    assert.equal(found({ settledAt: 1_200, ...blocks }).length, 1);
    assert.deepEqual(found({ settledAt: 9_000, deadlineAt: Number.POSITIVE_INFINITY, ...blocks }), []);
  });

  it('without a deadline when all clients are closed, at the latest', () => {
    const deadlineAt = Number.POSITIVE_INFINITY;
    assert.deepEqual(found({ settledAt: 60_000, deadlineAt }), []);
    assert.match(found({ settledAt: null, outcome: null, deadlineAt })[0] ?? '', /not settled, was due at 60000.00 ms/);
  });

  it('nothing is left, and nothing was thrown that nobody caught', () => {
    assert.deepEqual(findingsOf(leftovers, forgedEvidence()), []);
    assert.deepEqual(findingsOf(leftovers, forgedEvidence({ left: ['1 sockets'] })), ['after close() there is still 1 sockets']);
    assert.match(findingsOf(leftovers, forgedEvidence({ uncaught: [new Error('oh')] }))[0] ?? '', /nobody caught Error: oh/);
  });

  it('fresh commands succeed', () => {
    assert.deepEqual(findingsOf(recovery, forgedEvidence({ fresh: [forgedCall(1, 'GET a')] })), []);
    const fresh = [forgedCall(1, 'GET a', { outcome: rejected('no') })];
    assert.match(findingsOf(recovery, forgedEvidence({ fresh }))[0] ?? '', /#1 GET a .* rejected/);
  });
});

describe('simulation: what is issued right before close()', () => {
  const found = (
    outcomes: readonly CallRecord['outcome'][],
    client = forgedClient({ queue: { maxCommands: 3, maxBytes: 1_000 } }),
    evidence = {},
  ) => {
    const calls = outcomes.map((outcome, at) => forgedCall(at + 1, `SET last:${at} v`, { workload: LAST, outcome }));
    return findingsOf(closing, forgedEvidence({ calls, clients: new Map([['a', client]]), ...evidence }));
  };
  const refused = { ok: false, error: { ...failureOf(new Error('full')), code: 'ERR_QUEUE_FULL' } } as const;

  it('is answered', () => {
    assert.deepEqual(found([resolved('OK'), resolved('OK')]), []);
    assert.match(found([rejected('unknown')])[0] ?? '', /rejected with TimeoutError/);
  });

  it('may be lost by a connection that died unseen, if it never ran', () => {
    const lost = rejected('unknown', 'ConnectionLostError');
    assert.equal(found([lost]).length, 1);
    assert.deepEqual(found([lost], undefined, { hasUnseenLosses: true }), []);
    assert.equal(found([rejected('unknown')], undefined, { hasUnseenLosses: true }).length, 1);
    const books = booksOf([forgedExecution(10.5, 'SET last:0 v#1')]);
    assert.equal(found([lost], undefined, { hasUnseenLosses: true, books }).length, 1);
    const ofProxy = new Books(new Timeline());
    ofProxy.answeredByProxy('10.0.2.1:22121', ['SET', 'last:0', 'v#1'], 'ERR lost server');
    assert.deepEqual(found([rejected('yes', 'ReplyError')], undefined, { hasUnseenLosses: true, books: ofProxy }), []);
  });

  it('is refused beyond the bound of the queue, and only there', () => {
    const ok = resolved('OK');
    assert.deepEqual(found([ok, ok, ok, refused]), []);
    assert.match(found([ok, ok, ok, ok])[0] ?? '', /was accepted as the 4th, the queue may hold 3/);
    assert.equal(found([refused], forgedClient()).length, 1);
  });
});

describe('simulation: writes and roles', () => {
  const [here, there] = ['10.0.0.1:6379', '10.0.0.2:6379'];

  /** A write that left at 200 ms, and what was read before. */
  function found(
    words: readonly { readonly teller: string; readonly node: string; readonly isPrimary: boolean; readonly at: number }[],
    given = {},
  ) {
    const books = booksOf([forgedExecution(200.5, 'SET a v#1', { sentAt: 200 })]);
    for (const word of words) books.roleWords.push({ reader: '', slots: null, epoch: null, ...word });
    return findingsOf(stalePrimary, forgedEvidence({ books, calls: [forgedCall(1, 'SET a v#1')], ...given }));
  }

  it('none leaves for a node that said long ago that it is a replica', () => {
    const demoted = { teller: here, node: here, isPrimary: false };
    assert.deepEqual(found([{ ...demoted, at: 160 }]), []);
    assert.match(found([{ ...demoted, at: 140 }])[0] ?? '', /since 140.00 ms the client could have known/);
    assert.deepEqual(
      found([
        { ...demoted, at: 140 },
        { teller: here, node: here, isPrimary: true, at: 150 },
      ]),
      [],
    );
    assert.deepEqual(found([{ teller: there, node: there, isPrimary: false, at: 140 }]), []);
  });

  it('in a cluster, one that was a replica by its own word, and has become a primary, may be written to', () => {
    const word = [{ teller: here, node: here, isPrimary: false, at: 140 }];
    const books = (isPrimary: boolean) => {
      const made = booksOf([forgedExecution(200.5, 'SET a v#1', { sentAt: 200, isPrimary })]);
      for (const one of word) made.roleWords.push({ reader: '', slots: null, epoch: null, ...one });
      return made;
    };
    const of = (isPrimary: boolean) => findingsOf(stalePrimary, forgedEvidence({ kind: 'cluster', books: books(isPrimary) })).length;
    assert.deepEqual([of(true), of(false)], [0, 1]);
  });

  it('what is sent on a lease goes where that was, if it began before the word had to be followed', () => {
    const demoted = [{ teller: here, node: here, isPrimary: false, at: 140 }];
    const long = [{ teller: here, node: here, isPrimary: false, at: 100 }];
    const part = forgedCall(1, 'SET a v#1', { traits: { ...plainTraits, partOf: 2 } });
    const lease = (issuedAt: number, settledAt = 300) => ({ calls: [part, forgedCall(2, 'LEASE', { issuedAt, settledAt })] });
    assert.deepEqual(found(demoted, lease(100)), []);
    assert.deepEqual(found(demoted, lease(185)), []);
    assert.deepEqual(found(long, lease(150)), []);
    assert.equal(found(long, lease(155)).length, 1);
    assert.equal(found(demoted, lease(100, 190)).length, 1);
  });

  it('a client that stands still reads nothing', () => {
    const demoted = [{ teller: here, node: here, isPrimary: false, at: 100 }];
    assert.deepEqual(found(demoted, { stalls: [{ from: 110, until: 190 }] }), []);
    assert.equal(
      runningMs(100, 200, [
        { from: 90, until: 120 },
        { from: 110, until: 130 },
        { from: 195, until: 300 },
      ]),
      65,
    );
  });

  it('transactions that wrote and scripts are writes', () => {
    const at = (command: string, given = {}) => {
      const books = booksOf([forgedExecution(200.5, command, { sentAt: 200, effects: [], ...given })]);
      books.roleWords.push({ reader: '', slots: null, epoch: null, teller: here, node: here, isPrimary: false, at: 100 });
      return findingsOf(stalePrimary, forgedEvidence({ books })).length;
    };
    const rule = { name: 'EXEC', kind: 'other' } as never;
    assert.deepEqual([at('EXEC', { rule }), at('EXEC', { rule, effects: [['SET', 'a', 'v#1']] })], [0, 1]);
    assert.deepEqual([at('EVAL script 1 a', { rule }), at('EVAL_RO script 1 a', { rule })], [1, 0]);
  });

  it('after ASKING a node takes what it does not own', () => {
    const books = booksOf([
      forgedExecution(200.4, 'ASKING', { sentAt: 200, rule: null }),
      forgedExecution(200.5, 'SET a v#1', { sentAt: 200 }),
    ]);
    books.roleWords.push({ reader: '', teller: here, node: there, isPrimary: true, slots: [[0, 16_383]], epoch: null, at: 100 });
    assert.deepEqual(findingsOf(stalePrimary, forgedEvidence({ kind: 'cluster', books })), []);
    books.executions.shift();
    assert.equal(findingsOf(stalePrimary, forgedEvidence({ kind: 'cluster', books })).length, 1);
  });

  it('ASKING before MULTI holds until the transaction ends', () => {
    const sent = (at: number, command: string, given = {}) =>
      forgedExecution(at, command, { sentAt: 200, rule: null, effects: [], ...given });
    const write = (at: number) => forgedExecution(at, 'SET a v#1', { sentAt: 200 });
    const findings = (...executions: ReturnType<typeof forgedExecution>[]) => {
      const books = booksOf(executions);
      books.roleWords.push({ reader: '', teller: here, node: there, isPrimary: true, slots: [[0, 16_383]], epoch: null, at: 100 });
      return findingsOf(stalePrimary, forgedEvidence({ kind: 'cluster', books })).length;
    };
    const begun = [sent(200.1, 'ASKING'), sent(200.2, 'MULTI')];
    assert.equal(findings(...begun, write(200.3), write(200.4), sent(200.5, 'EXEC')), 0);
    assert.equal(findings(...begun, write(200.3), sent(200.4, 'EXEC'), write(200.5)), 1);
    assert.equal(findings(...begun, sent(200.3, 'DISCARD'), write(200.4)), 1);
    assert.equal(findings(sent(200.1, 'ASKING'), sent(200.2, 'MULTI', { isRefused: true }), write(200.3)), 1);
    assert.equal(findings(sent(200.1, 'MULTI'), write(200.2), write(200.3)), 2);
  });
});
