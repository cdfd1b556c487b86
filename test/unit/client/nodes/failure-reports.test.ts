import assert from 'node:assert/strict';
import { FailureReports } from '../../../../lib/client/nodes/failure-reports.js';
import { AuthError, ConnectError, type SlotwiseError, TopologyError } from '../../../../lib/errors.js';

const noSeed = (...ports: readonly number[]): TopologyError =>
  new TopologyError(
    'ERR_NO_SEED_REACHABLE',
    `no node of the cluster could be asked (${ports.map((port) => `10.0.0.1:${port}`).join('; ')})`,
  );

describe('FailureReports', () => {
  let told: SlotwiseError[];
  let failures: FailureReports;
  beforeEach(() => {
    told = [];
    failures = new FailureReports((error) => told.push(error));
  });

  it('tell a failure once, whatever the order of its causes, their ports and their number', () => {
    const first = noSeed(1, 2, 3);
    for (const error of [first, noSeed(3, 2, 1), noSeed(2, 3), noSeed(4_711)]) failures.failed('topology', error);
    assert.deepEqual(told, [first]);
  });

  it('tell each kind of failure of a source, and none again when they alternate', () => {
    const [a, b] = [noSeed(1), new AuthError('wrong')];
    for (const error of [a, b, noSeed(2), new AuthError('still wrong')]) failures.failed('topology', error);
    assert.deepEqual(told, [a, b]);
  });

  it('tell of each source apart', () => {
    const [a, b] = [new AuthError('a'), new AuthError('b')];
    failures.failed('10.0.0.1:6379', a);
    failures.failed('10.0.0.2:6379', b);
    failures.failed('10.0.0.1:6379', b);
    assert.deepEqual(told, [a, b]);
  });

  it('tell a failure that comes after a recovery', () => {
    for (const source of ['topology', 'other']) failures.failed(source, noSeed(1));
    failures.recovered('topology');
    for (const source of ['topology', 'other']) failures.failed(source, noSeed(2));
    assert.equal(told.length, 3);
  });

  it('tell once what one node says, whoever hears it', () => {
    const [heard, again] = [new AuthError('wrong', { node: '10.0.0.1:6379' }), new AuthError('wrong', { node: '10.0.0.1:6379' })];
    failures.failed('10.0.0.1:6379', heard);
    failures.failed('topology', again);
    failures.failed('topology', new TopologyError('NOPERM', 'another code', [], { node: '10.0.0.1:6379' }));
    failures.failed('other', new AuthError('another node', { node: '10.0.0.2:6379' }));
    assert.deepEqual(
      told.map(({ message }) => message),
      ['wrong', 'another code', 'another node'],
    );
    failures.recovered('10.0.0.1:6379');
    failures.failed('10.0.0.1:6379', again);
    assert.equal(told.at(-1), again, 'the node answered in between');
  });

  it('remember a bounded number of sources', () => {
    for (let port = 1; port <= 3_000; port++) failures.failed(`10.0.0.1:${port}`, new ConnectError('refused'));
    assert.equal(told.length, 3_000);
    failures.failed('10.0.0.1:3000', new ConnectError('refused'));
    assert.equal(told.length, 3_000, 'the newest are remembered');
    failures.failed('10.0.0.1:1', new ConnectError('refused'));
    assert.equal(told.length, 3_001, 'the oldest are not');
  });
});
