import assert from 'node:assert/strict';
import { connects, errorEvents, holdings } from './bounds.js';
import { errorTexts } from './error-texts.js';
import { booksOf, findingsOf, forgedCall, forgedEvidence, forgedExecution, rejected } from './forge.js';

describe('simulation: bounds', () => {
  it('connects a second to one address', () => {
    const every = (ms: number, count: number) => Array.from({ length: count }, (_, n) => ({ at: n * ms, to: '10.0.0.1:6379' }));
    assert.deepEqual(findingsOf(connects, forgedEvidence({ connects: every(20, 500) })), []);
    assert.match(findingsOf(connects, forgedEvidence({ connects: every(5, 500) }))[0] ?? '', /121 attempts to connect to 10.0.0.1:6379/);
  });

  it('sockets and timers at once, besides those of calls that have their own', () => {
    const taken = (sockets: number, timers: number) => ({ holdings: [{ at: 500, sockets, timers }] });
    assert.deepEqual(findingsOf(holdings, forgedEvidence(taken(20, 20))), []);
    assert.equal(findingsOf(holdings, forgedEvidence(taken(300, 20))).length, 1);
    assert.equal(findingsOf(holdings, forgedEvidence(taken(20, 500))).length, 1);
    const calls = Array.from({ length: 100 }, (_, n) => forgedCall(n + 1, 'LEASE a'));
    assert.deepEqual(findingsOf(holdings, forgedEvidence({ ...taken(300, 20), calls })), []);
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
