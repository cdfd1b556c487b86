import assert from 'node:assert/strict';
import { ProtocolError, type ReplyError, ReplyTooLargeError } from '../../../../lib/errors.js';
import type { Raw } from '../../../../lib/protocol/command-spec.js';
import { Parser, type ParserLimits, type ReplySink } from '../../../../lib/protocol/resp/parser.js';
import { type Heard, MALFORMED, REPLIES } from '../../../spec/protocol/replies.js';
import { random } from '../../../support/random.js';

/** Writes down what it hears. */
class Ear implements ReplySink {
  readonly heard: Heard[] = [];
  asked = 0;

  constructor(readonly mode = 0) {}

  modeOfNext(): number {
    this.asked += 1;
    return this.mode;
  }

  reply(value: Raw): void {
    this.heard.push({ reply: value });
  }

  error(error: ReplyError): void {
    this.heard.push({ error: [error.code, error.message] });
  }

  integerRange(value: bigint): void {
    this.heard.push({ range: value });
  }

  push(items: Raw[]): void {
    this.heard.push({ push: items });
  }
}

/** Feeds chunks as a socket with a static buffer does: in the middle of memory that is overwritten after each write. */
function feed(parser: Parser, bytes: Buffer, sizes: Iterable<number>): void {
  let at = 0;
  for (const size of sizes) {
    if (at >= bytes.length) return;
    const length = Math.min(size, bytes.length - at);
    // What surrounds the chunk looks like the end of a line and like more digits: neither may be read.
    const memory = Buffer.alloc(length + 8, '\r\n1\n');
    bytes.copy(memory, 4, at, at + length);
    try {
      parser.write(memory, 4, 4 + length);
    } finally {
      memory.fill('Z');
    }
    at += length;
  }
}

function* always(size: number): Generator<number> {
  for (;;) yield size;
}

function listen(bytes: Buffer, sizes: Iterable<number>, mode = 0, pushMode = 0): Ear {
  const ear = new Ear(mode);
  feed(new Parser(ear, {}, pushMode), bytes, sizes);
  return ear;
}

const asBytes = (bytes: string | Buffer): Buffer => (typeof bytes === 'string' ? Buffer.from(bytes) : bytes);

describe('Parser', () => {
  for (const { name, mode, bytes: given, heard } of REPLIES) {
    const bytes = asBytes(given);

    describe(name, () => {
      it('is understood whole', () => {
        const ear = listen(bytes, [bytes.length], mode);
        assert.deepEqual(ear.heard, heard);
        assert.equal(ear.asked, heard.filter((one) => !('push' in one)).length, 'asks for the mode once a reply');
      });

      it('is understood byte by byte', () => {
        const ear = listen(bytes, always(1), mode);
        assert.deepEqual(ear.heard, heard);
        assert.equal(ear.asked, heard.filter((one) => !('push' in one)).length, 'asks for the mode once a reply');
      });

      it('is understood when cut in two anywhere', () => {
        const step = bytes.length > 5000 ? 7 : 1;
        for (let cut = 1; cut < bytes.length; cut += step) {
          assert.deepEqual(listen(bytes, [cut, bytes.length], mode).heard, heard, `cut at ${cut}`);
        }
      });

      it('is understood in random pieces, with other replies around it', () => {
        const next = random(bytes.length);
        const stream = Buffer.concat([Buffer.from('+before\r\n'), bytes, bytes, Buffer.from('+after\r\n')]);
        const expected = [{ reply: 'before' }, ...heard, ...heard, { reply: 'after' }];
        for (let round = 0; round < 20; round++) {
          const sizes = Array.from({ length: stream.length }, () => 1 + next(round + 2));
          assert.deepEqual(listen(stream, sizes, mode).heard, expected);
        }
      });

      it('is as long in every mode', () => {
        for (let other = 0; other < 16; other++) {
          const ear = listen(Buffer.concat([bytes, Buffer.from('+after\r\n')]), [3, 11, bytes.length + 100], other, other);
          assert.equal(ear.heard.length, heard.length + 1);
          assert.deepEqual(ear.heard.at(-1), { reply: 'after' });
        }
      });

      it('waits for its last byte', () => {
        const ear = listen(bytes.subarray(0, -1), [bytes.length], mode);
        assert.deepEqual(ear.heard, heard.slice(0, -1));
      });
    });
  }

  describe('malformed input', () => {
    for (const [name, text, message] of MALFORMED) {
      const bytes = Buffer.from(text);
      const isRefusal = (error: unknown): boolean => error instanceof ProtocolError && error.message.startsWith(message);

      it(`refuses ${name}, however it comes`, () => {
        const stream = Buffer.concat([Buffer.from('+before\r\n'), bytes]);
        const next = random(bytes.length);
        for (const sizes of [always(stream.length), always(1), always(2), Array.from({ length: stream.length }, () => 1 + next(9))]) {
          const ear = new Ear();
          assert.throws(() => feed(new Parser(ear), stream, sizes), isRefusal);
          assert.deepEqual(ear.heard, [{ reply: 'before' }]);
        }
      });
    }

    it('is dead after the first error and repeats it', () => {
      const ear = new Ear();
      const parser = new Parser(ear);
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
      assert.deepEqual(ear.heard, []);
    });

    it('quotes a short part of what it refuses, escaped', () => {
      assert.throws(
        () => feed(new Parser(new Ear()), Buffer.from(`:\0\x1b${'x'.repeat(25)}\r\n`), [100]),
        (error) => error instanceof ProtocolError && error.message === `malformed integer "\\u0000\\u001b${'x'.repeat(25)}"`,
      );
      assert.throws(
        () => feed(new Parser(new Ear()), Buffer.from(`+${'x'.repeat(10_000)}\n`), [20_000]),
        (error) => error instanceof ProtocolError && error.message.length < 100,
      );
    });
  });

  describe('limits', () => {
    const cases: readonly (readonly [limits: Partial<ParserLimits>, allowed: string, refused: string, message: string])[] = [
      [{ maxBulkBytes: 5 }, '$5\r\nhello\r\n', '$6\r\nhello!\r\n', 'a bulk of 6 bytes is over the limit of 5'],
      [{ maxBulkBytes: 5 }, '=5\r\ntxt:a\r\n', '!6\r\nERR ab\r\n', 'a bulk of 6 bytes is over the limit of 5'],
      [{ maxBulkBytes: 5 }, '+abcd\r\n', '+abcdefg\r\n', 'a line of more than 5 bytes: "+abcdefg"'],
      [{ maxDepth: 2 }, '*1\r\n*1\r\n:1\r\n', '*1\r\n*1\r\n*1\r\n:1\r\n', 'a reply nested deeper than 2 levels'],
      [{ maxDepth: 2 }, '*1\r\n*1\r\n*0\r\n', '|1\r\n+k\r\n|1\r\n+k\r\n|1\r\n', 'a reply nested deeper than 2 levels'],
      [{ maxAggregate: 4 }, '*4\r\n:1\r\n:2\r\n:3\r\n:4\r\n', '*5\r\n', 'an aggregate of 5 elements is over the limit of 4'],
      [{ maxAggregate: 4 }, '%2\r\n:1\r\n:2\r\n:3\r\n:4\r\n', '%3\r\n', 'an aggregate of 6 elements is over the limit of 4'],
    ];
    for (const [limits, allowed, refused, message] of cases) {
      it(`keeps ${JSON.stringify(limits)}: ${JSON.stringify(refused)}`, () => {
        const ear = new Ear();
        feed(new Parser(ear, limits), Buffer.from(allowed), [1000]);
        assert.equal(ear.heard.length, 1);
        assert.throws(
          () => feed(new Parser(ear, limits), Buffer.from(refused), [1000]),
          (error) => error instanceof ProtocolError && error.message === message,
        );
      });
    }

    it('tells a reply that is too large from anything else that breaks a limit', () => {
      const breaking = (bytes: string): unknown => {
        try {
          feed(new Parser(new Ear(), { maxBulkBytes: 5, maxAggregate: 4, maxDepth: 2 }), Buffer.from(bytes), [1000]);
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
      const parsers = Array.from({ length: 40 }, () => new Parser(new Ear(1)));
      for (const parser of parsers) feed(parser, Buffer.from(`${'*67108864\r\n'.repeat(100)}$536870912\r\nabc`), [10_000]);
      const after = process.memoryUsage();
      assert.ok(after.arrayBuffers - before.arrayBuffers < 48 * 1024 * 1024, 'a MiB each');
      assert.ok(after.heapUsed - before.heapUsed < 32 * 1024 * 1024);
    });

    it('collects a bulk of several MiB, as text and as bytes', () => {
      const value = Buffer.alloc(5_000_001, 'abc€');
      const stream = Buffer.concat([Buffer.from(`*2\r\n$${value.length}\r\n`), value, Buffer.from('\r\n:1\r\n')]);
      assert.deepEqual(listen(stream, always(65_536)).heard, [{ reply: [value.toString(), 1] }]);
      assert.deepEqual(listen(stream, always(65_536), 1).heard, [{ reply: [value, 1] }]);
    });

    it('collects a simple string of more than the kept line memory', () => {
      const text = 'x'.repeat(200_000);
      assert.deepEqual(listen(Buffer.from(`+${text}\r\n+a\r\n`), always(1000)).heard, [{ reply: text }, { reply: 'a' }]);
    });
  });

  it('hands out bytes that later chunks do not touch', () => {
    const ear = new Ear(1);
    const parser = new Parser(ear);
    const memory = Buffer.alloc(64);
    for (const text of ['$5\r\nfirst\r\n', '$6\r\nse', 'cond\r\n']) parser.write(memory, 0, memory.write(text));
    memory.fill('Z');
    assert.deepEqual(ear.heard, [{ reply: Buffer.from('first') }, { reply: Buffer.from('second') }]);
  });

  it('gives each reply its own mode', () => {
    const modes = [0, 1, 4, 2];
    const heard: Raw[] = [];
    const nothing = (): void => assert.fail();
    const parser = new Parser({
      modeOfNext: () => modes.shift() ?? 0,
      reply: (value) => heard.push(value),
      error: nothing,
      integerRange: nothing,
      push: nothing,
    });
    feed(parser, Buffer.from('$1\r\na\r\n$1\r\nb\r\n:1\r\n%1\r\n+k\r\n$1\r\nc\r\n'), [1000]);
    assert.deepEqual(heard, ['a', Buffer.from('b'), 1n, { k: 'c' }]);
  });

  it('decodes pushes in the mode for pushes, their kind always as text', () => {
    const stream = Buffer.from('>2\r\n$1\r\na\r\n$1\r\nb\r\n$1\r\nc\r\n');
    for (const size of [1, 3, 100])
      assert.deepEqual(listen(stream, always(size), 0, 1).heard, [{ push: ['a', Buffer.from('b')] }, { reply: 'c' }]);
  });

  describe('a sink that throws', () => {
    const stream = Buffer.from('+a\r\n*2\r\n:1\r\n:2\r\n-ERR x\r\n>1\r\n+p\r\n:9223372036854775807\r\n$1\r\nb\r\n%1\r\n+k\r\n+v\r\n');
    const whole = listen(stream, [1000]).heard;

    for (const method of ['modeOfNext', 'reply', 'error', 'integerRange', 'push'] as const) {
      for (const size of [1, 7, 1000]) {
        it(`in ${method} hears everything all the same, in chunks of ${size}`, () => {
          const ear = new Ear();
          const failure = new Error('a bug of the sink');
          const original = ear[method].bind(ear) as (argument: unknown) => number;
          const sink = Object.assign(Object.create(ear) as Ear, {
            [method]: (argument: unknown) => {
              original(argument);
              throw failure;
            },
          });
          const parser = new Parser(sink);
          let thrown = 0;
          for (let at = 0; at < stream.length; at += size) {
            try {
              parser.write(stream, at, Math.min(at + size, stream.length));
            } catch (error) {
              assert.equal(error, failure);
              thrown += 1;
            }
          }
          assert.ok(thrown > 0, 'what the sink threw is not lost');
          assert.deepEqual(ear.heard, whole);
        });
      }
    }
  });

  describe('by chance', () => {
    /** A random value as bytes and as the parser should tell it in mode 0. */
    function anyValue(next: (n: number) => number, depth: number): { bytes: string; value: Raw } {
      const text = Array.from(
        { length: next(5) === 0 ? next(3000) : next(40) },
        () => ['a', 'Z', '0', '\r', '\n', '$', 'é', '€', '😀'][next(next(2) ? 3 : 9)],
      ).join('');
      const line = text.replace(/[\r\n]/g, '.');
      const integer = next(1e9) - 5e8;
      const choice = next(depth > 4 ? 9 : 13);
      const many = (count: number): { bytes: string; value: Raw }[] => Array.from({ length: count }, () => anyValue(next, depth + 1));
      switch (choice) {
        case 0:
          return { bytes: `+${line}\r\n`, value: line };
        case 1:
          return { bytes: `:${integer}\r\n`, value: integer };
        case 2:
          return { bytes: '_\r\n', value: null };
        case 3:
          return { bytes: '#f\r\n', value: false };
        case 4:
          return { bytes: `,${integer / 8}\r\n`, value: integer / 8 };
        case 5:
          return { bytes: `(${BigInt(integer) ** 3n}\r\n`, value: BigInt(integer) ** 3n };
        case 6:
          return { bytes: `=${Buffer.byteLength(text) + 4}\r\ntxt:${text}\r\n`, value: text };
        case 7:
        case 8:
          return { bytes: `$${Buffer.byteLength(text)}\r\n${text}\r\n`, value: text };
        case 9: {
          const pairs = many(2 * next(4));
          return { bytes: `%${pairs.length / 2}\r\n${pairs.map((one) => one.bytes).join('')}`, value: pairs.map((one) => one.value) };
        }
        case 10: {
          const dropped = many(2 * next(3));
          const kept = anyValue(next, depth + 1);
          return { bytes: `|${dropped.length / 2}\r\n${dropped.map((one) => one.bytes).join('')}${kept.bytes}`, value: kept.value };
        }
        default: {
          const items = many(next(6));
          return {
            bytes: `${choice === 11 ? '*' : '~'}${items.length}\r\n${items.map((one) => one.bytes).join('')}`,
            value: items.map((one) => one.value),
          };
        }
      }
    }

    function anyStream(next: (n: number) => number): { bytes: Buffer; values: Raw[] } {
      const parts = Array.from({ length: 1 + next(10) }, () => anyValue(next, 0));
      return { bytes: Buffer.from(parts.map((part) => part.bytes).join('')), values: parts.map((part) => part.value) };
    }

    it('understands random streams in random pieces', () => {
      const next = random(7);
      for (let round = 0; round < 400; round++) {
        const { bytes, values } = anyStream(next);
        const most = 1 + next(next(2) === 0 ? 20 : 3000);
        const sizes = Array.from({ length: bytes.length }, () => 1 + next(most));
        assert.deepEqual(
          listen(bytes, sizes).heard,
          values.map((reply) => ({ reply })),
          `round ${round}`,
        );
      }
    });

    it('answers random damage with a ProtocolError or by waiting, the same in any pieces', () => {
      const next = random(11);
      let refused = 0;
      for (let round = 0; round < 1500; round++) {
        const { bytes } = anyStream(next);
        for (let damage = next(4); damage >= 0; damage--)
          bytes[next(bytes.length)] = next(3) === 0 ? next(256) : '0123456789\r\n$*%~>|:-+?'.charCodeAt(next(22));
        const mode = next(16);
        const outcome = (sizes: Iterable<number>): { heard: Heard[]; refused: boolean } => {
          const ear = new Ear(mode);
          try {
            feed(new Parser(ear), bytes, sizes);
            return { heard: ear.heard, refused: false };
          } catch (error) {
            assert.ok(error instanceof ProtocolError, String(error));
            assert.equal(error.cause, undefined, 'foreseen');
            return { heard: ear.heard, refused: true };
          }
        };
        const whole = outcome([bytes.length]);
        const most = 1 + next(50);
        const pieces = outcome(Array.from({ length: bytes.length }, () => 1 + next(most)));
        assert.deepEqual(pieces.heard, whole.heard, `round ${round}`);
        assert.equal(pieces.refused, whole.refused, `round ${round}`);
        if (whole.refused) refused += 1;
      }
      assert.ok(refused > 500, `only ${refused} were refused`);
    });

    it('survives bytes that are no protocol at all', () => {
      const next = random(13);
      for (let round = 0; round < 3000; round++) {
        const bytes = Buffer.from(
          Array.from({ length: 1 + next(60) }, () => (next(2) === 0 ? next(256) : '$*:+-_#,(!=%~>|0123456789\r\n'.charCodeAt(next(27)))),
        );
        try {
          feed(new Parser(new Ear(next(16))), bytes, always(1 + next(10)));
        } catch (error) {
          assert.ok(error instanceof ProtocolError && error.cause === undefined, String(error));
        }
      }
    });
  });

  it('takes time in proportion to the bytes, however they come', () => {
    const reads = (count: number): number => {
      const bytes = Buffer.from(`*${count}\r\n${'$3\r\nabc\r\n'.repeat(count)}`);
      let read = 0;
      // Counts element reads of the chunk: what is parsed twice is read twice.
      const counting = new Proxy(bytes, {
        get(target, key) {
          if (typeof key === 'string' && /^\d+$/.test(key)) read += 1;
          const value = Reflect.get(target, key, target) as unknown;
          return typeof value === 'function' ? value.bind(target) : value;
        },
      });
      const ear = new Ear();
      const parser = new Parser(ear);
      for (let at = 0; at < bytes.length; at += 10) parser.write(counting, at, Math.min(at + 10, bytes.length));
      assert.equal(ear.heard.length, 1);
      return read / bytes.length;
    };
    assert.ok(reads(100) < 5);
    assert.ok(reads(2000) < 5);
  });
});
