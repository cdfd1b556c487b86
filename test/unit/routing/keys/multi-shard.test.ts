import assert from 'node:assert/strict';
import { ArgumentError, PartialFailureError, TimeoutError } from '../../../../lib/errors.js';
import { command, specOf } from '../../../../lib/protocol/catalog/specs.js';
import { parseReplyError } from '../../../../lib/protocol/resp/reply-error.js';
import { isAboutSeveralNodes, mergeNodes, mergeParts, type PartOutcome, splitBySlot } from '../../../../lib/routing/keys/multi-shard.js';
import { HASH_SLOTS } from '../../../../lib/routing/keys/slots.js';
import { mergeCases, splitCases } from '../../../spec/scatter-cases.js';

const nodes = ['n1:1', 'n2:2', 'n3:3'];
const outcomeOf = (reply: unknown): PartOutcome => (reply instanceof Error ? { error: reply } : { value: reply as never }); // what is no error is a reply

function rejection(action: () => unknown): PartialFailureError {
  try {
    action();
  } catch (error) {
    assert.ok(error instanceof PartialFailureError, String(error));
    return error;
  }
  throw new Error('nothing was thrown');
}

const BY_SLOT = { slots: HASH_SLOTS.count, slotsBind: true, groupOf: HASH_SLOTS.slotOf };

describe('which commands are sent to several nodes', () => {
  const cases: readonly (readonly [name: string, several: boolean])[] = [
    ['DBSIZE', true],
    ['CONFIG SET', true],
    ['RANDOMKEY', true],
    // Their replies cannot become one.
    ['INFO', false],
    ['LATENCY LATEST', false],
    ['MEMORY STATS', false],
    ['GET', false],
    ['DEL', false],
  ];
  for (const [name, several] of cases) {
    it(`${name}: ${several ? 'yes' : 'no'}`, () => assert.equal(isAboutSeveralNodes(command(name)), several));
  }
});

describe('a command over several slots', () => {
  for (const { words, parts, replies, merged } of splitCases) {
    const { spec, args } = specOf(words);
    it(`${words.join(' ')} becomes ${parts === null ? 'one part' : `${parts.length} parts`}`, () => {
      const split = splitBySlot(spec, args, BY_SLOT)?.map((part) => [part.slot, part.args, part.keys]) ?? null;
      assert.deepEqual(split, parts);
    });
    if (replies === undefined) continue;
    it(`${words.join(' ')} has one reply in the order of its keys`, () => {
      assert.deepEqual(mergeParts(spec, args, splitBySlot(spec, args, BY_SLOT) ?? [], replies.map(outcomeOf)), merged);
    });
  }

  it('names the keys of the parts that failed, and keeps their errors', () => {
    const { spec, args } = specOf(['MGET', '{a}1', 'b', '{a}2', 'c']);
    const failed = new TimeoutError('MGET timed out');
    const outcomes: PartOutcome[] = [{ error: failed }, { value: ['1'] }, { error: parseReplyError('ERR no') }];
    const error = rejection(() => mergeParts(spec, args, splitBySlot(spec, args, BY_SLOT) ?? [], outcomes));
    assert.equal(error.code, 'ERR_PARTIAL');
    assert.equal(error.command, 'MGET');
    assert.equal(error.executed, 'unknown');
    assert.equal(error.cause, failed);
    assert.deepEqual(
      error.failures.map(({ keys }) => keys),
      [['{a}1', '{a}2'], ['c']],
    );
    assert.equal(error.failures[0]?.error, failed);
    assert.match(error.message, /^MGET: 2 of 3 parts failed \(\{a\}1, \{a\}2, c\); the first: MGET timed out$/);
  });

  it('is refused whole when a value is missing, instead of setting the keys before it', () => {
    const { spec, args } = specOf(['MSET', 'a', 1, 'b']);
    assert.throws(() => splitBySlot(spec, args, BY_SLOT), ArgumentError);
  });

  it('does not list a hundred keys in a message', () => {
    const { spec, args } = specOf(['DEL', ...Array.from({ length: 100 }, (_, i) => `{a}${i}`), 'b']);
    const error = rejection(() =>
      mergeParts(spec, args, splitBySlot(spec, args, BY_SLOT) ?? [], [{ error: new Error('x') }, { value: 1 }]),
    );
    assert.match(error.message, /\{a\}4 and 95 more\)/);
    assert.equal(error.failures[0]?.keys.length, 100);
  });
});

describe('a command about several nodes', () => {
  for (const { policy, name, replies, merged } of mergeCases) {
    const shown = replies.map((reply) =>
      reply instanceof Error ? reply.name : JSON.stringify(reply, (_, v) => (typeof v === 'bigint' ? `${v}n` : v)),
    );
    it(`makes one reply by ${name ?? policy} of ${shown.join(' and ')}`, () => {
      const spec = { ...command(name ?? 'FLUSHALL'), response: policy };
      const outcomes = replies.map(outcomeOf);
      if ('value' in merged) assert.deepEqual(mergeNodes(spec, nodes, outcomes), merged.value);
      else assert.equal(rejection(() => mergeNodes(spec, nodes, outcomes)).failures.length, merged.failures);
    });
  }

  it('rejects with the error itself where there was one node', () => {
    const failed = parseReplyError('ERR no');
    assert.throws(
      () => mergeNodes(command('FLUSHALL'), ['n1:1'], [{ error: failed }]),
      (error) => error === failed,
    );
  });

  it('names the nodes that failed', () => {
    const outcomes: PartOutcome[] = [{ value: 'OK' }, { error: parseReplyError('ERR no') }, { value: 'OK' }];
    const error = rejection(() => mergeNodes(command('FLUSHALL'), nodes, outcomes));
    assert.match(error.message, /FLUSHALL: 1 of 3 parts failed \(n2:2\); the first: ERR no/);
  });
});
