import assert from 'node:assert/strict';
import { isMiss, missCommands, provesAbsence, showsMiss } from '../../../../lib/protocol/catalog/misses.js';
import { command } from '../../../../lib/protocol/catalog/specs.js';
import type { Raw } from '../../../../lib/protocol/command-spec.js';
import { parseReplyError } from '../../../../lib/protocol/resp/reply-error.js';

const cases: readonly (readonly [name: string, misses: readonly Raw[], hits: readonly Raw[]])[] = [
  ['GET', [null], ['', 'a', Buffer.alloc(0), Buffer.from('a')]],
  ['GETRANGE', ['', Buffer.alloc(0)], ['a', Buffer.from('a')]],
  ['HGETALL', [[], {}], [['a', '1'], { a: '1' }]],
  ['LPOS', [null, []], [0, [0]]],
  ['LRANGE', [[]], [['']]],
  ['EXISTS', [0, 0n, '0'], [1, 1n, '1']],
  ['TTL', [-2, -2n, '-2'], [-1, 0, 10n]],
  ['TYPE', ['none', Buffer.from('none')], ['string', Buffer.from('hash')]],
  ['HMGET', [null, [null, null]], [[null, '1'], ['']]],
  ['SMISMEMBER', [[0, 0]], [[0, 1]]],
  ['HTTL', [[-2, -2], null], [[-2, -1]]],
  ['ZSCORE', [null], [0, '0']],
];

describe('replies that show a miss', () => {
  for (const [name, misses, hits] of cases) {
    it(name, () => {
      for (const raw of misses) assert.equal(isMiss(command(name), raw), true, `${String(raw)} is a miss`);
      for (const raw of hits) assert.equal(isMiss(command(name), raw), false, `${String(raw)} is none`);
    });
  }

  it('an error is no miss', () => {
    for (const name of missCommands) assert.equal(isMiss(command(name), parseReplyError('WRONGTYPE Operation against')), false, name);
  });

  it('are of commands that the table has, and that do not write', () => {
    for (const name of missCommands) assert.equal(showsMiss(command(name)), true, name);
    for (const name of ['SET', 'GETEX', 'MGET', 'HSCAN', 'BITPOS', 'XREAD', 'EVAL_RO']) assert.equal(showsMiss(command(name)), false, name);
  });

  it('prove the absence of a key where a key that is there cannot be answered so', () => {
    for (const name of ['GET', 'TTL', 'EXISTS', 'HGETALL']) assert.equal(provesAbsence(command(name)), true, name);
    for (const name of ['HGET', 'GETRANGE', 'XLEN', 'LRANGE', 'SET']) assert.equal(provesAbsence(command(name)), false, name);
  });
});
