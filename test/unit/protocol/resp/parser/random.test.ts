import assert from 'node:assert/strict';
import { ProtocolError } from '../../../../../lib/errors.js';
import type { Raw } from '../../../../../lib/protocol/command-spec.js';
import { Parser } from '../../../../../lib/protocol/resp/parser.js';
import type { SinkEvent } from '../../../../spec/protocol/replies.js';
import { random } from '../../../../support/random.js';

import { always, feed, parse, RecordingSink } from '../recording-sink.js';

describe('the parser, given random input,', () => {
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
        parse(bytes, sizes).events,
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
      const outcome = (sizes: Iterable<number>): { events: SinkEvent[]; refused: boolean } => {
        const sink = new RecordingSink(mode);
        try {
          feed(new Parser(sink), bytes, sizes);
          return { events: sink.events, refused: false };
        } catch (error) {
          assert.ok(error instanceof ProtocolError, String(error));
          assert.equal(error.cause, undefined, 'foreseen');
          return { events: sink.events, refused: true };
        }
      };
      const whole = outcome([bytes.length]);
      const most = 1 + next(50);
      const pieces = outcome(Array.from({ length: bytes.length }, () => 1 + next(most)));
      assert.deepEqual(pieces.events, whole.events, `round ${round}`);
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
        feed(new Parser(new RecordingSink(next(16))), bytes, always(1 + next(10)));
      } catch (error) {
        assert.ok(error instanceof ProtocolError && error.cause === undefined, String(error));
      }
    }
  });
});
