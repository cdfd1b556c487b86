import assert from 'node:assert/strict';
import { replicated } from '../../../../lib/client/dispatch/wait-replicas.js';
import { NotReplicatedError } from '../../../../lib/errors.js';
import { command } from '../../../../lib/protocol/catalog/specs.js';
import type { Raw } from '../../../../lib/protocol/command-spec.js';
import { parseReplyError } from '../../../../lib/protocol/resp/reply-error.js';

/** What the caller of a write gets whose server answers so to the write and to WAIT. */
function outcomeOf(written: Raw, acknowledged: number, count = 2): unknown {
  const spec = command('INCR');
  const { batch, decode } = replicated({ spec, args: ['k'], decode: (raw) => `reply ${String(raw)}` }, null, { count, timeoutMs: 100 });
  batch.replies = [written, acknowledged];
  if (decode === null) throw new Error('WAIT has a decoder');
  try {
    return decode(acknowledged, [count, 100], 0);
  } catch (error) {
    return error;
  }
}

describe('a write that waits for replicas', () => {
  it('is sent with WAIT right behind it, under its own name', () => {
    const wait = replicated({ spec: command('INCR'), args: ['k'], decode: null }, null, { count: 2, timeoutMs: 100 });
    assert.deepEqual([wait.spec.name, wait.args], ['INCR', [2, 100]]);
    assert.deepEqual(
      wait.batch.commands.map(({ spec, args }) => [spec.name, args]),
      [['INCR', ['k']]],
    );
  });

  for (const acknowledged of [2, 3]) {
    it(`has its reply where ${acknowledged} of 2 replicas have it`, () => assert.equal(outcomeOf(5, acknowledged), 'reply 5'));
  }

  for (const acknowledged of [0, 1]) {
    it(`is rejected with its reply where ${acknowledged} of 2 replicas have it`, () => {
      const error = outcomeOf(5, acknowledged);
      assert.ok(error instanceof NotReplicatedError, String(error));
      assert.deepEqual([error.acknowledged, error.wanted, error.reply, error.executed], [acknowledged, 2, 'reply 5', 'yes']);
    });
  }

  it('is rejected as the server refused it, whatever WAIT says', () => {
    const refused = parseReplyError('OOM command not allowed');
    assert.equal(outcomeOf(refused, 2), refused);
  });
});
