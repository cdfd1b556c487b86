import assert from 'node:assert/strict';
import { ProtocolError, ReplyTooLargeError } from '../../../../../lib/errors.js';
import { Parser } from '../../../../../lib/protocol/resp/parser.js';
import type { ParserLimits } from '../../../../../lib/protocol/resp/reply-bounds.js';
import { MALFORMED } from '../../../../spec/protocol/replies.js';
import { random } from '../../../../support/random.js';

import { always, feed, parse, RecordingSink } from '../recording-sink.js';

describe('the parser, given malformed input,', () => {
  for (const [name, text, message] of MALFORMED) {
    const bytes = Buffer.from(text);
    const isRefusal = (error: unknown): boolean => error instanceof ProtocolError && error.message.startsWith(message);

    it(`refuses ${name}, however it comes`, () => {
      const stream = Buffer.concat([Buffer.from('+before\r\n'), bytes]);
      const next = random(bytes.length);
      for (const sizes of [always(stream.length), always(1), always(2), Array.from({ length: stream.length }, () => 1 + next(9))]) {
        const sink = new RecordingSink();
        assert.throws(() => feed(new Parser(sink), stream, sizes), isRefusal);
        assert.deepEqual(sink.events, [{ reply: 'before' }]);
      }
    });
  }

  it('is dead after the first error and repeats it', () => {
    const sink = new RecordingSink();
    const parser = new Parser(sink);
    const errors: unknown[] = [];
    for (const text of ['?', '+OK\r\n', '']) {
      try {
        feed(parser, Buffer.from(text || ' '), [9]);
      } catch (error) {
        errors.push(error);
      }
    }
    assert.equal(errors.length, 3);
    assert.ok(errors[0] instanceof ProtocolError);
    assert.equal(new Set(errors).size, 1);
    assert.deepEqual(sink.events, []);
  });

  it('quotes a short part of what it refuses, escaped', () => {
    assert.throws(
      () => feed(new Parser(new RecordingSink()), Buffer.from(`:\0\x1b${'x'.repeat(25)}\r\n`), [100]),
      (error) => error instanceof ProtocolError && error.message === `malformed integer "\\u0000\\u001b${'x'.repeat(25)}"`,
    );
    assert.throws(
      () => feed(new Parser(new RecordingSink()), Buffer.from(`+${'x'.repeat(10_000)}\n`), [20_000]),
      (error) => error instanceof ProtocolError && error.message.length < 100,
    );
  });
});

describe('the limits of the parser', () => {
  const cases: readonly (readonly [limits: Partial<ParserLimits>, allowed: string, refused: string, message: string])[] = [
    [{ maxBulkBytes: 5 }, '$5\r\nhello\r\n', '$6\r\nhello!\r\n', 'a bulk of 6 bytes is over the limit of 5'],
    [{ maxBulkBytes: 5 }, '=5\r\ntxt:a\r\n', '!6\r\nERR ab\r\n', 'a bulk of 6 bytes is over the limit of 5'],
    [{ maxBulkBytes: 5 }, '+abcd\r\n', '+abcdefg\r\n', 'a line of more than 5 bytes: "+abcdefg"'],
    [{ maxDepth: 2 }, '*1\r\n*1\r\n:1\r\n', '*1\r\n*1\r\n*1\r\n:1\r\n', 'a reply nested deeper than 2 levels'],
    [{ maxDepth: 2 }, '*1\r\n*1\r\n*0\r\n', '|1\r\n+k\r\n|1\r\n+k\r\n|1\r\n', 'a reply nested deeper than 2 levels'],
    [{ maxReplyItems: 20 }, '*2\r\n:1\r\n:2\r\n', '*21\r\n', 'a reply of more elements than maxReplyItems, 20'],
    [{ maxReplyItems: 20 }, '*1\r\n*0\r\n', '*3\r\n*1\r\n:1\r\n*1\r\n', 'a reply of more elements than maxReplyItems, 20'],
    [{ maxReplyItems: 30 }, '*1\r\n+a\r\n', '*3\r\n-ERR a\r\n', 'a reply of more elements than maxReplyItems, 30'],
    [{ maxReplyBytes: 10 }, '*2\r\n+a\r\n+b\r\n', '*2\r\n+abcd\r\n', 'a reply of more bytes than maxReplyBytes, 10'],
    [{ maxReplyBytes: 10 }, '$10\r\n0123456789\r\n', '$11\r\nabc', 'a reply of more bytes than maxReplyBytes, 10'],
    [{ maxAggregate: 4 }, '*4\r\n:1\r\n:2\r\n:3\r\n:4\r\n', '*5\r\n', 'an aggregate of 5 elements is over the limit of 4'],
    [{ maxAggregate: 4 }, '%2\r\n:1\r\n:2\r\n:3\r\n:4\r\n', '%3\r\n', 'an aggregate of 6 elements is over the limit of 4'],
  ];
  for (const [limits, allowed, refused, message] of cases) {
    it(`keeps ${JSON.stringify(limits)}: ${JSON.stringify(refused)}`, () => {
      const sink = new RecordingSink();
      feed(new Parser(sink, limits), Buffer.from(allowed), [1000]);
      assert.equal(sink.events.length, 1);
      assert.throws(
        () => feed(new Parser(sink, limits), Buffer.from(refused), [1000]),
        (error) => error instanceof ProtocolError && error.message === message,
      );
    });
  }

  it('tells a reply that is too large from anything else that breaks a limit', () => {
    const breaking = (bytes: string): unknown => {
      try {
        feed(new Parser(new RecordingSink(), { maxBulkBytes: 5, maxAggregate: 4, maxDepth: 2 }), Buffer.from(bytes), [1000]);
      } catch (error) {
        return error;
      }
      return null;
    };
    for (const reply of ['$6\r\n', '*1\r\n$6\r\n', '*5\r\n', '*1\r\n*1\r\n*1\r\n'])
      assert.ok(breaking(reply) instanceof ReplyTooLargeError, reply);
    for (const other of ['>5\r\n', '>1\r\n$6\r\n', '|1\r\n$6\r\n', ':1234567\r\n'])
      assert.ok(!(breaking(other) instanceof ReplyTooLargeError), other);
  });

  it('takes little memory for lengths that are only announced', () => {
    const before = process.memoryUsage();
    const parsers = Array.from({ length: 40 }, () => new Parser(new RecordingSink(1), { maxReplyItems: Number.MAX_SAFE_INTEGER }));
    for (const parser of parsers) feed(parser, Buffer.from(`${'*67108864\r\n'.repeat(100)}$536870912\r\nabc`), [10_000]);
    const after = process.memoryUsage();
    assert.ok(after.arrayBuffers - before.arrayBuffers < 48 * 1024 * 1024, 'a MiB each');
    assert.ok(after.heapUsed - before.heapUsed < 32 * 1024 * 1024);
  });

  it('collects a bulk of several MiB, as text and as bytes', () => {
    const value = Buffer.alloc(5_000_001, 'abc€');
    const stream = Buffer.concat([Buffer.from(`*2\r\n$${value.length}\r\n`), value, Buffer.from('\r\n:1\r\n')]);
    assert.deepEqual(parse(stream, always(65_536)).events, [{ reply: [value.toString(), 1] }]);
    assert.deepEqual(parse(stream, always(65_536), 1).events, [{ reply: [value, 1] }]);
  });

  it('collects a simple string of more than the kept line memory', () => {
    const text = 'x'.repeat(200_000);
    assert.deepEqual(parse(Buffer.from(`+${text}\r\n+a\r\n`), always(1000)).events, [{ reply: text }, { reply: 'a' }]);
  });
});
