import type { ReplyError } from '../../../../lib/errors.js';
import type { Raw } from '../../../../lib/protocol/command-spec.js';
import { Parser } from '../../../../lib/protocol/resp/parser.js';
import type { ReplySink } from '../../../../lib/protocol/resp/reply-sink.js';
import type { SinkEvent } from '../../../spec/protocol/replies.js';

/** A sink that records what the parser tells it. */
export class RecordingSink implements ReplySink {
  readonly events: SinkEvent[] = [];
  askedModes = 0;

  constructor(readonly mode = 0) {}

  modeOfNext(): number {
    this.askedModes += 1;
    return this.mode;
  }

  reply(value: Raw): void {
    this.events.push({ reply: value });
  }

  error(error: ReplyError): void {
    this.events.push({ error: [error.code, error.message] });
  }

  flawed(value: Raw, outOfRange: bigint | null): void {
    this.events.push({ flawed: value, outOfRange });
  }

  push(items: Raw[]): void {
    this.events.push({ push: items });
  }
}

/** Feeds chunks as a socket with a static buffer does: in the middle of memory that is overwritten after each write. */
export function feed(parser: Parser, bytes: Buffer, sizes: Iterable<number>): void {
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

export function* always(size: number): Generator<number> {
  for (;;) yield size;
}

export function parse(bytes: Buffer, sizes: Iterable<number>, mode = 0, pushMode = 0): RecordingSink {
  const sink = new RecordingSink(mode);
  feed(new Parser(sink, {}, pushMode), bytes, sizes);
  return sink;
}

export const asBytes = (bytes: string | Buffer): Buffer => (typeof bytes === 'string' ? Buffer.from(bytes) : bytes);
