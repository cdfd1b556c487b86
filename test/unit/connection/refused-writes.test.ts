import assert from 'node:assert/strict';
import { RefusedWrites } from '../../../lib/connection/refused-writes.js';
import { type Call, SETTLED, WRITTEN } from '../../../lib/protocol/call.js';
import { command } from '../../../lib/protocol/catalog/specs.js';
import { parseReplyError } from '../../../lib/protocol/resp/reply-error.js';
import { RecordedCalls } from './recorded-calls.js';

/** Owner whose calls keep their places, but for reads that may go elsewhere. */
class Callers extends RecordedCalls {
  isFree = false;

  keepsOrder(): boolean {
    return !this.isFree;
  }

  written(words: string): Call {
    const call = this.make(words);
    call.state = WRITTEN;
    return call;
  }
}

const READONLY = "READONLY You can't write against a read only replica.";
const NOREPLICAS = 'NOREPLICAS Not enough good replicas to write.';

describe('the value of a read behind a write that was refused', () => {
  /** The write, what refused it, the read, and whether its value counts. */
  const cases = [
    ['SET a 1', READONLY, 'GET a', false],
    ['SET a 1', READONLY, 'GET b', true],
    ['SET a 1', READONLY, 'MGET b a', false],
    ['SET a 1', READONLY, 'SET a 2', true],
    ['SET a 1', NOREPLICAS, 'GET a', false],
    ['SET a 1', 'OOM command not allowed', 'GET a', true],
    ['FLUSHALL', READONLY, 'GET a', false],
    ['GET a', READONLY, 'GET a', true],
    // A script says what it likes; the server's own words come from before it ran.
    ['EVAL return 1 a', 'READONLY is what I say', 'GET a', true],
  ] as const;
  for (const [write, text, read, counts] of cases) {
    it(`${counts ? 'counts' : 'does not count'}: ${read} behind ${write}, ${text.split(' ')[0]}`, () => {
      const callers = new Callers();
      const writes = new RefusedWrites();
      writes.add(callers.written(write), parseReplyError(text), 1);
      writes.passed();
      assert.equal(writes.refusalOf(callers.written(read))?.message ?? null, counts ? null : text);
    });
  }

  it('counts where the read need not go to the primary', () => {
    const callers = new Callers();
    callers.isFree = true;
    const writes = new RefusedWrites();
    writes.add(callers.written('SET a 1'), parseReplyError(READONLY), 1);
    assert.equal(writes.refusalOf(callers.written('GET a')), null);
  });

  it('counts where the write is not sent again', () => {
    const callers = new Callers();
    const writes = new RefusedWrites();
    const write = callers.written('SET a 1');
    write.state = SETTLED;
    writes.add(write, parseReplyError(READONLY), 1);
    assert.equal(writes.refusalOf(callers.written('GET a')), null);
  });

  it('counts once what was in flight at the refusal is answered', () => {
    const callers = new Callers();
    const writes = new RefusedWrites();
    writes.add(callers.written('SET a 1'), parseReplyError(READONLY), 2);
    const counting = [1, 2, 3].map(() => {
      writes.passed();
      return writes.refusalOf(callers.written('GET a')) === null;
    });
    assert.deepEqual(counting, [false, false, true]);
  });

  it('does not count behind a transaction either that was refused', () => {
    const callers = new Callers();
    const writes = new RefusedWrites();
    const exec = callers.written('EXEC');
    const replies = ['OK', parseReplyError(READONLY)];
    exec.ensureExtras().batch = { commands: ['MULTI', 'SET'].map((name) => ({ spec: command(name), args: ['a', '1'] })), replies };
    writes.add(exec, parseReplyError('EXECABORT Transaction discarded because of previous errors.'), 1);
    assert.equal(writes.refusalOf(callers.written('GET a'))?.code, 'READONLY');
  });
});
