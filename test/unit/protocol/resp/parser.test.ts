import assert from 'node:assert/strict';
import type { Raw } from '../../../../lib/protocol/command-spec.js';
import { Parser } from '../../../../lib/protocol/resp/parser.js';
import { REPLIES } from '../../../spec/protocol/replies.js';
import { random } from '../../../support/random.js';

import { always, asBytes, feed, parse, RecordingSink } from './recording-sink.js';

describe('Parser', () => {
  for (const { name, mode, bytes: given, events } of REPLIES) {
    const bytes = asBytes(given);

    describe(name, () => {
      it('is understood whole', () => {
        const sink = parse(bytes, [bytes.length], mode);
        assert.deepEqual(sink.events, events);
        assert.equal(sink.askedModes, events.filter((one) => !('push' in one)).length, 'asks for the mode once a reply');
      });

      it('is understood byte by byte', () => {
        const sink = parse(bytes, always(1), mode);
        assert.deepEqual(sink.events, events);
        assert.equal(sink.askedModes, events.filter((one) => !('push' in one)).length, 'asks for the mode once a reply');
      });

      it('is understood when cut in two anywhere', () => {
        const step = bytes.length > 5000 ? 7 : 1;
        for (let cut = 1; cut < bytes.length; cut += step) {
          assert.deepEqual(parse(bytes, [cut, bytes.length], mode).events, events, `cut at ${cut}`);
        }
      });

      it('is understood in random pieces, with other replies around it', () => {
        const next = random(bytes.length);
        const stream = Buffer.concat([Buffer.from('+before\r\n'), bytes, bytes, Buffer.from('+after\r\n')]);
        const expected = [{ reply: 'before' }, ...events, ...events, { reply: 'after' }];
        for (let round = 0; round < 20; round++) {
          const sizes = Array.from({ length: stream.length }, () => 1 + next(round + 2));
          assert.deepEqual(parse(stream, sizes, mode).events, expected);
        }
      });

      it('is as long in every mode', () => {
        for (let other = 0; other < 16; other++) {
          const sink = parse(Buffer.concat([bytes, Buffer.from('+after\r\n')]), [3, 11, bytes.length + 100], other, other);
          assert.equal(sink.events.length, events.length + 1);
          assert.deepEqual(sink.events.at(-1), { reply: 'after' });
        }
      });

      it('waits for its last byte', () => {
        const sink = parse(bytes.subarray(0, -1), [bytes.length], mode);
        assert.deepEqual(sink.events, events.slice(0, -1));
      });
    });
  }

  it('hands out bytes that later chunks do not touch', () => {
    const sink = new RecordingSink(1);
    const parser = new Parser(sink);
    const memory = Buffer.alloc(64);
    for (const text of ['$5\r\nfirst\r\n', '$6\r\nse', 'cond\r\n']) parser.write(memory, 0, memory.write(text));
    memory.fill('Z');
    assert.deepEqual(sink.events, [{ reply: Buffer.from('first') }, { reply: Buffer.from('second') }]);
  });

  it('gives each reply its own mode', () => {
    const modes = [0, 1, 4, 2];
    const events: Raw[] = [];
    const nothing = (): void => assert.fail();
    const parser = new Parser({
      modeOfNext: () => modes.shift() ?? 0,
      reply: (value) => events.push(value),
      error: nothing,
      flawed: nothing,
      push: nothing,
    });
    feed(parser, Buffer.from('$1\r\na\r\n$1\r\nb\r\n:1\r\n%1\r\n+k\r\n$1\r\nc\r\n'), [1000]);
    assert.deepEqual(events, ['a', Buffer.from('b'), 1n, { k: 'c' }]);
  });

  it('decodes pushes in the mode for pushes, their kind always as text', () => {
    const stream = Buffer.from('>2\r\n$1\r\na\r\n$1\r\nb\r\n$1\r\nc\r\n');
    for (const size of [1, 3, 100])
      assert.deepEqual(parse(stream, always(size), 0, 1).events, [{ push: ['a', Buffer.from('b')] }, { reply: 'c' }]);
  });

  describe('a sink that throws', () => {
    const stream = Buffer.from('+a\r\n*2\r\n:1\r\n:2\r\n-ERR x\r\n>1\r\n+p\r\n:9223372036854775807\r\n$1\r\nb\r\n%1\r\n+k\r\n+v\r\n');
    const whole = parse(stream, [1000]).events;

    for (const method of ['modeOfNext', 'reply', 'error', 'flawed', 'push'] as const) {
      for (const size of [1, 7, 1000]) {
        it(`in ${method} is told everything all the same, in chunks of ${size}`, () => {
          const recording = new RecordingSink();
          const failure = new Error('a bug of the sink');
          const original = recording[method].bind(recording) as (...told: unknown[]) => number;
          const sink = Object.assign(Object.create(recording) as RecordingSink, {
            [method]: (...told: unknown[]) => {
              original(...told);
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
          assert.deepEqual(recording.events, whole);
        });
      }
    }
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
      const sink = new RecordingSink();
      const parser = new Parser(sink);
      for (let at = 0; at < bytes.length; at += 10) parser.write(counting, at, Math.min(at + 10, bytes.length));
      assert.equal(sink.events.length, 1);
      return read / bytes.length;
    };
    assert.ok(reads(100) < 5);
    assert.ok(reads(2000) < 5);
  });
});
