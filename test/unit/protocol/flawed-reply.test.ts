import assert from 'node:assert/strict';
import { IntegerRangeError, PartialFailureError, ReplyError, SlotwiseError } from '../../../lib/errors.js';
import { specOf, unknownCommand } from '../../../lib/protocol/catalog/specs.js';
import type { Arg, Raw } from '../../../lib/protocol/command-spec.js';
import { mendReply } from '../../../lib/protocol/flawed-reply.js';

const MARK = 2n ** 63n - 1n;
const BEYOND = 2n ** 53n;
const failed = (text = 'ERR no backend'): ReplyError => new ReplyError('ERR', text);
const tooLong = (): ReplyError => new ReplyError('ERR_STRING_TOO_LONG', 'a text of 600000000 bytes');

/** What the caller gets, or the code that the call rejects with. */
function outcome(words: readonly Arg[], reply: Raw, outOfRange: bigint | null, queued: readonly (readonly Arg[])[] | null = null): unknown {
  const batch = queued === null ? null : { commands: [['MULTI'], ...queued].map(specOf), replies: [] };
  try {
    return mendReply(reply, specOf(words), batch, { outOfRange, node: 'n:1' });
  } catch (error) {
    assert.ok(error instanceof SlotwiseError);
    return error.code;
  }
}

const cases: readonly (readonly [name: string, words: readonly Arg[], reply: Raw, outOfRange: bigint | null, outcome: unknown])[] = [
  ['an error among values', ['MGET', 'a', 'b'], ['v', failed()], null, 'ERR_PARTIAL'],
  ['the same error in all places', ['MGET', 'a', 'b'], [failed(), failed()], null, 'ERR'],
  ['an error among fields and values', ['HGETALL', 'h'], ['f', 'v', 'g', failed()], null, 'ERR_PARTIAL'],
  ['an error in an object', ['HGETALL', 'h'], { f: 'v', g: failed() }, null, 'ERR_PARTIAL'],
  ['an error deep inside', ['XRANGE', 's', '-', '+'], [['1-0', ['f', failed()]]], null, 'ERR_PARTIAL'],
  ['an integer as the whole reply', ['INCR', 'n'], BEYOND, BEYOND, 'ERR_INTEGER_RANGE'],
  ['an integer among values', ['BITFIELD', 'b'], [1, BEYOND], BEYOND, 'ERR_INTEGER_RANGE'],
  ['a mark of a stream', ['XPENDING', 's', 'g', '-', '+', 9], [['1-0', 'c', 1, MARK]], MARK, [['1-0', 'c', 1, Number.POSITIVE_INFINITY]]],
  ['a negative one', ['XINFO STREAM', 's'], { a: [-MARK], b: 1 }, -MARK, { a: [Number.NEGATIVE_INFINITY], b: 1 }],
  ['an error and a mark', ['XPENDING', 's', 'g'], [MARK, failed()], MARK, 'ERR_PARTIAL'],
  ['a text that is too long', ['LRANGE', 'l', 0, -1], ['v', tooLong()], null, 'ERR_STRING_TOO_LONG'],
  ['a text that is too long, of a script', ['EVAL', 'x', 0], ['v', tooLong()], null, 'ERR_STRING_TOO_LONG'],
  ['an integer of a script', ['EVAL', 'x', 0], ['v', BEYOND], BEYOND, 'ERR_INTEGER_RANGE'],
];

describe('a reply with flaws', () => {
  for (const [name, words, reply, outOfRange, expected] of cases) {
    it(`${name}: ${words.join(' ')}`, () => {
      const got = outcome(words, reply, outOfRange);
      if (typeof expected === 'object' && !Array.isArray(expected)) assert.deepEqual({ ...(got as object) }, expected);
      else assert.deepEqual(got, expected);
    });
  }

  it('keeps errors as values for scripts, functions and commands that our table does not have', () => {
    const reply = ['v', failed()];
    for (const words of [
      ['EVAL', 'x', 0],
      ['EVALSHA_RO', 'x', 0],
      ['FCALL', 'x', 0],
    ] as const)
      assert.equal(outcome(words, reply, null), reply);
    const learnt = { ...unknownCommand('TS.MADD'), arity: -4, flags: 0 };
    assert.equal(mendReply(reply, { spec: learnt, args: [] }, null, { outOfRange: null, node: 'n:1' }), reply);
  });

  it('leaves big numbers alone, which are bigints in any mode', () => {
    const reply = [2n ** 100n, failed()];
    assert.equal(outcome(['EVAL', 'x', 0], reply, null), reply);
  });

  it('says which keys failed, and gives what came', () => {
    const reply = ['v', failed('ERR b'), failed('ERR c')];
    assert.throws(
      () => mendReply(reply, specOf(['MGET', 'a', 'b', 'c']), null, { outOfRange: null, node: 'n:1' }),
      (error) => {
        assert.ok(error instanceof PartialFailureError);
        assert.equal(error.message, 'MGET: 2 of 3 values failed (b, c); the first: ERR b');
        assert.deepEqual(
          error.failures.map(({ keys }) => keys),
          [['b'], ['c']],
        );
        assert.equal(error.reply, reply);
        assert.equal((error.cause as ReplyError).node, 'n:1');
        return error.executed === 'unknown';
      },
    );
  });

  it('loses nothing of a reply whose integer is beyond 2^53', () => {
    const reply = ['popped', BEYOND];
    assert.throws(
      () => mendReply(reply, specOf(['LPOP', 'l', 2]), null, { outOfRange: BEYOND, node: 'n:1' }),
      (error) => error instanceof IntegerRangeError && error.value === BEYOND && error.reply === reply && error.node === 'n:1',
    );
  });

  it('fails the commands of a transaction one by one', () => {
    const queued = [
      ['MGET', 'a', 'b'],
      ['INCR', 'n'],
      ['XPENDING', 's', 'g', '-', '+', 9],
      ['LPOP', 'l'],
      ['GET', 'x'],
      ['GET', 'y'],
    ];
    const [mget, incr, xpending, lpop, get, long] = outcome(
      ['EXEC'],
      [['v', failed()], BEYOND, [['1-0', 'c', 1, MARK]], 'popped', failed(), tooLong()],
      BEYOND,
      queued,
    ) as Raw[];
    assert.ok(mget instanceof PartialFailureError);
    assert.ok(incr instanceof IntegerRangeError);
    assert.equal(incr.command, 'INCR');
    assert.deepEqual(xpending, [['1-0', 'c', 1, Number.POSITIVE_INFINITY]]);
    assert.equal(lpop, 'popped');
    assert.ok(get instanceof ReplyError);
    assert.ok(long instanceof ReplyError);
    assert.deepEqual(outcome(['EXEC'], [BEYOND, 'v'], BEYOND), [BEYOND, 'v'], 'of a MULTI by hand they stay as they are');
  });
});
