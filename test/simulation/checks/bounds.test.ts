import assert from 'node:assert/strict';
import { connects, errorEvents, holdings, probes, queues } from './bounds.js';
import { errorTexts } from './error-texts.js';
import { booksOf, findingsOf, forgedCall, forgedClient, forgedEvidence, forgedExecution, rejected } from './forge.js';

describe('simulation: bounds', () => {
  it('connects a second to one address', () => {
    const every = (ms: number, count: number) => Array.from({ length: count }, (_, n) => ({ at: n * ms, to: '10.0.0.1:6379' }));
    assert.deepEqual(findingsOf(connects, forgedEvidence({ connects: every(20, 500) })), []);
    assert.match(findingsOf(connects, forgedEvidence({ connects: every(10, 500) }))[0] ?? '', /attempts to connect to 10.0.0.1:6379/);
    const clients = new Map([['a', forgedClient({ reconnect: { minMs: 1, maxMs: 100 } })]]);
    assert.deepEqual(findingsOf(connects, forgedEvidence({ connects: every(10, 500), clients })), []);
    const calls = Array.from({ length: 100 }, (_, n) => forgedCall(n + 1, 'LEASE a', { issuedAt: 10, settledAt: 5_000 }));
    assert.deepEqual(findingsOf(connects, forgedEvidence({ connects: every(10, 500), calls })), []);
  });

  it('probes of one client at one node', () => {
    const every = (ms: number, words = 'INFO server') =>
      booksOf(Array.from({ length: 20 }, (_, n) => forgedExecution(n * ms, words, { sentAt: n * ms })));
    assert.deepEqual(findingsOf(probes, forgedEvidence({ books: every(25) })), []);
    assert.match(
      findingsOf(probes, forgedEvidence({ books: every(15) }))[0] ?? '',
      /10.0.0.1:6379 was asked by probes 11 times within 150.00 ms/,
    );
    assert.deepEqual(findingsOf(probes, forgedEvidence({ books: every(15, 'INFO replication') })), []);
    assert.equal(findingsOf(probes, forgedEvidence({ kind: 'cluster', books: every(15, 'CLUSTER SHARDS') })).length, 1);
    // Those that waited for a connection leave together.
    assert.deepEqual(findingsOf(probes, forgedEvidence({ books: every(0) })), []);
  });

  it('unanswered commands, their bytes, and connections that are lent', () => {
    const clients = new Map([['a', forgedClient({ queue: { maxCommands: 30, maxBytes: 200 }, maxExclusive: 8 })]]);
    const found = (commands: number, bytes: number, exclusive: number) => {
      const taken = [{ at: 500, sockets: 1, timers: 1, queues: [{ client: 'a', commands, bytes, exclusive }] }];
      return findingsOf(queues, forgedEvidence({ clients, holdings: taken })).length;
    };
    assert.deepEqual([found(30, 200, 8), found(31, 200, 8), found(30, 201, 8), found(30, 200, 9)], [0, 1, 1, 1]);
  });

  it('sockets and timers at once, besides those of calls that have their own', () => {
    const taken = (sockets: number, timers: number) => ({ holdings: [{ at: 500, sockets, timers, queues: [] }] });
    assert.deepEqual(findingsOf(holdings, forgedEvidence(taken(20, 20))), []);
    assert.equal(findingsOf(holdings, forgedEvidence(taken(200, 20))).length, 1);
    assert.equal(findingsOf(holdings, forgedEvidence(taken(20, 500))).length, 1);
    const calls = Array.from({ length: 100 }, (_, n) => forgedCall(n + 1, 'LEASE a'));
    assert.deepEqual(findingsOf(holdings, forgedEvidence({ ...taken(200, 20), calls })), []);
  });

  it('events of one cause', () => {
    const told = (count: number) => Array.from({ length: count }, (_, at) => ({ at, client: 'a', code: 'ERR_CONNECT', message: 'no' }));
    assert.deepEqual(findingsOf(errorEvents, forgedEvidence({ errorEvents: told(20) })), []);
    assert.match(findingsOf(errorEvents, forgedEvidence({ errorEvents: told(100) }))[0] ?? '', /100 'error' events a ERR_CONNECT/);
  });

  it('errors name command and node', () => {
    const books = booksOf([forgedExecution(1, 'SET a v'), forgedExecution(2, 'GET a')]);
    const found = (command: string, outcome = rejected('no')) =>
      findingsOf(errorTexts, forgedEvidence({ calls: [forgedCall(1, command, { outcome })], books }));
    assert.deepEqual(found('SET a v#1'), []);
    assert.match(found('GET a')[0] ?? '', /does not name the command/);
    const lost = rejected('unknown', 'ConnectionLostError');
    const nowhere = lost.ok ? lost : { ...lost, error: { ...lost.error, node: null } };
    assert.match(found('SET a v#1', nowhere)[0] ?? '', /does not name the node/);
  });
});
