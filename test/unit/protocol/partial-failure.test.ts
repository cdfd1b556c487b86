import assert from 'node:assert/strict';
import {
  ConnectionLostError,
  type Executed,
  PartialFailureError,
  QueueFullError,
  ReplyError,
  SlotwiseError,
  TimeoutError,
} from '../../../lib/errors.js';
import { failureOfParts } from '../../../lib/protocol/partial-failure.js';

const reply = (text: string, executed: Executed = 'yes'): ReplyError => new ReplyError(text.split(' ')[0] ?? '', text, { executed });
const lost = new ConnectionLostError('lost', { executed: 'unknown' });

/** Errors of the parts (null: it succeeded), and what the whole says. */
const cases: readonly (readonly [errors: readonly unknown[], code: string, executed: Executed])[] = [
  [[reply('ERR Error compiling script'), reply('ERR Error compiling script')], 'ERR', 'yes'],
  [[reply('NOPERM no', 'no'), reply('NOPERM no', 'no')], 'NOPERM', 'no'],
  [[reply('NOTBUSY none')], 'NOTBUSY', 'yes'],
  [[reply('ERR one'), reply('ERR other')], 'ERR_PARTIAL', 'unknown'],
  [[reply('ERR one'), null], 'ERR_PARTIAL', 'unknown'],
  [[reply('OOM a', 'no'), reply('OOM b', 'no')], 'ERR_PARTIAL', 'no'],
  [[reply('OOM a', 'no'), null], 'ERR_PARTIAL', 'unknown'],
  [[reply('OOM a', 'no'), reply('OOM a', 'yes')], 'ERR_PARTIAL', 'unknown'],
  [[new TimeoutError('a'), new TimeoutError('b')], 'ERR_PARTIAL', 'no'],
  [[new TimeoutError('a'), reply('OOM b', 'no')], 'ERR_PARTIAL', 'no'],
  [[new TimeoutError('a'), lost], 'ERR_PARTIAL', 'unknown'],
  [[lost, lost], 'ERR_CONNECTION_LOST', 'unknown'],
  [[new QueueFullError('a'), new QueueFullError('a'), new QueueFullError('a')], 'ERR_QUEUE_FULL', 'no'],
  [[new TypeError('a'), new TimeoutError('a')], 'ERR_PARTIAL', 'unknown'],
];

describe('the failure of parts', () => {
  for (const [errors, code, executed] of cases) {
    it(`${errors.map((error) => (error instanceof Error ? `${error.message} (${(error as SlotwiseError).executed})` : 'success')).join(', ')}`, () => {
      const failures = errors.flatMap((error, at) => (error === null ? [] : [{ keys: [`k${at}`], error }]));
      const failure = failureOfParts({ name: 'MGET', count: errors.length }, failures);
      assert.ok(failure instanceof SlotwiseError);
      assert.deepEqual([failure.code, failure.executed], [code, executed]);
      if (!(failure instanceof PartialFailureError)) return;
      assert.equal(failure.failures, failures);
      assert.equal(
        failure.cause,
        errors.find((error) => error !== null),
      );
    });
  }

  it('says where, and what the first was', () => {
    const failures = [{ keys: ['a', 'b'], error: lost }, ...['n1', 'n2', 'n3', 'n4'].map((node) => ({ keys: [], node, error: lost }))];
    const failure = failureOfParts({ name: 'DEL', count: 9 }, failures);
    assert.equal(String(failure), 'PartialFailureError: DEL: 5 of 9 parts failed (a, b, n1, n2, n3 and 1 more); the first: lost');
  });
});
