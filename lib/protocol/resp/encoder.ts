import { ArgumentError, show } from '../../errors.js';
import type { Arg, CommandSpec } from '../command-spec.js';
import { bytesAsGiven, takeLength } from './byte-view.js';

/** Least bytes around an argument: `$1\r\n` and `\r\n`. */
const AROUND_ARGUMENT = 6;
/** Up to here ASCII is copied character by character: 2 to 3 ns each, where a native call takes 50 and more. */
const SHORT_TEXT = 24;
/** Up to here one native call writes the text into memory for the worst case, three bytes a character; beyond, counting first is faster. */
const MEDIUM_TEXT = 1024;
/** Byte arguments from here on are not copied. A further piece in a write costs about as much as copying these. */
const BY_REFERENCE = 32 * 1024;
/** More memory than this is not kept after a burst. */
const KEPT_BYTES = 256 * 1024;

const CR = 13;
const LF = 10;
const DOLLAR = 36;
const STAR = 42;
const ZERO = 48;

const NO_MEMORY = Buffer.alloc(0);
const BATCHES_BEFORE_SHRINKING = 64;

/** The writers that `Buffer.write` calls after it has looked up the encoding; in every Node, Bun and Deno, though not in the types. */
type Memory = Buffer & {
  utf8Write(text: string, offset: number, length: number): number;
  latin1Write(text: string, offset: number, length: number): number;
};

/**
 * About how many bytes a command takes on the wire: never more than it will, exactly as many where its text is ASCII and short. Refuses
 * what cannot be sent, so that an encoder only ever sees what can.
 */
export function measure(spec: CommandSpec, args: readonly Arg[]): number {
  let bytes = spec.head.length + AROUND_ARGUMENT * args.length;
  for (let i = 0; i < args.length; i++) {
    const arg = args[i];
    if (typeof arg === 'string') bytes += arg.length;
    else if (typeof arg === 'number' && arg - arg === 0) bytes += 1;
    else bytes += measureRare(spec, arg, i);
  }
  return bytes;
}

function measureRare(spec: CommandSpec, arg: unknown, index: number): number {
  if (ArrayBuffer.isView(arg)) return takeLength(arg) ?? refuseChanged(spec, index);
  if (typeof arg === 'bigint') return 1;
  throw new ArgumentError(`${spec.name}: argument ${index + 1} must be a string, a finite number, a bigint or bytes, got ${show(arg)}`, {
    command: spec.name,
  });
}

/** Commands are encoded later than they are given, and the caller's memory or list may have changed since. */
function refuseChanged(spec: CommandSpec, index: number): never {
  throw new ArgumentError(
    `${spec.name}: argument ${index + 1} is not what was given: its memory was transferred or resized, or its list changed`,
    {
      command: spec.name,
    },
  );
}

/**
 * Encoder of commands: writes them as RESP arrays of bulk strings, one after the other, into memory that is used again and again.
 * https://redis.io/docs/latest/develop/reference/protocol-spec/#sending-commands-to-a-redis-server
 *
 * Memory: when a block is full a larger one follows, up to what is kept, so that a steady load soon fits into one block and one write.
 * A block larger than is kept serves one batch. After a burst the block shrinks by halves, once 64 batches in a row used less than a
 * quarter of it.
 */
export class Encoder {
  private memory: Buffer = NO_MEMORY;
  /** Where the next byte goes. */
  private used = 0;
  /** First byte in `memory` that was not taken. */
  private from = 0;
  /** What comes before `from` and was not taken. */
  private pieces: Buffer[] = [];
  private pieceBytes = 0;
  private smallBatches = 0;

  constructor(private readonly initialBytes = 64 * 1024) {}

  /** Bytes appended since the last `take`. */
  get bytes(): number {
    return this.pieceBytes + this.used - this.from;
  }

  /** Appends one command. Throws where an argument is not what it was; `truncate` removes what came before it. */
  encode(spec: CommandSpec, args: readonly Arg[]): void {
    const head = spec.head;
    const count = args.length;
    this.reserve(head.length + 24);
    let memory = this.memory;
    let at = writeLength(memory, this.used, STAR, spec.words + count);
    for (let i = 0; i < head.length; i++) memory[at++] = head[i] as number;
    for (let i = 0; i < count; i++) {
      const arg = args[i] as Arg;
      if (typeof arg === 'object') {
        this.used = at;
        this.binary(arg, spec, i);
      } else {
        const text = typeof arg === 'string' ? arg : numeral(arg, spec, i);
        const length = text.length;
        if (length <= SHORT_TEXT) {
          if (at + length + 8 > memory.length) {
            this.used = at;
            this.more(length + 8);
            memory = this.memory;
            at = this.used;
          }
          let next = at;
          memory[next++] = DOLLAR;
          if (length > 9) memory[next++] = ZERO + ((length / 10) | 0);
          memory[next++] = ZERO + (length % 10);
          memory[next++] = CR;
          memory[next++] = LF;
          let bits = 0;
          for (let j = 0; j < length; j++) {
            const code = text.charCodeAt(j);
            memory[next++] = code;
            bits |= code;
          }
          if (bits < 128) {
            memory[next++] = CR;
            memory[next++] = LF;
            at = next;
            continue;
          }
        }
        this.used = at;
        this.text(text);
      }
      memory = this.memory;
      at = this.used;
    }
    this.used = at;
  }

  /** Appends bytes that are RESP already. */
  raw(bytes: Uint8Array): void {
    if (bytes.byteLength >= BY_REFERENCE) {
      this.refer(bytes);
      return;
    }
    const length = bytes.byteLength;
    this.reserve(length);
    if (length > SHORT_TEXT) this.memory.set(bytes, this.used);
    else for (let i = 0; i < length; i++) this.memory[this.used + i] = bytes[i] as number;
    this.used += length;
  }

  /** Takes back what was appended beyond the first `bytes` since the last `take`. */
  truncate(bytes: number): void {
    while (this.pieceBytes > bytes) {
      const last = this.pieces.pop() ?? NO_MEMORY;
      this.pieceBytes -= last.length;
      this.used = this.from;
      if (this.pieceBytes >= bytes) continue;
      this.pieces.push(last.subarray(0, bytes - this.pieceBytes));
      this.pieceBytes = bytes;
    }
    this.used = Math.min(this.used, this.from + bytes - this.pieceBytes);
  }

  /** What to write, in order; mostly one piece. The pieces stay as they are until `release`. */
  take(): Buffer[] {
    const taken = this.pieces;
    const batch = this.bytes;
    if (this.used > this.from) taken.push(this.memory.subarray(this.from, this.used));
    this.from = this.used;
    this.pieces = [];
    this.pieceBytes = 0;
    this.smallBatches = batch * 4 < this.memory.length ? this.smallBatches + 1 : 0;
    return taken;
  }

  /** The kernel has everything that was taken: its memory may be used again. Without this call further bytes go behind it or elsewhere. */
  release(): void {
    if (this.bytes > 0) return;
    this.used = 0;
    this.from = 0;
    const size = this.memory.length;
    if (size > KEPT_BYTES) this.memory = NO_MEMORY;
    else if (size > this.initialBytes && this.smallBatches >= BATCHES_BEFORE_SHRINKING) {
      this.memory = Buffer.allocUnsafeSlow(Math.max(this.initialBytes, size >> 1));
      this.smallBatches = 0;
    }
  }

  /** Any text as a bulk string. Lone surrogates become U+FFFD, here as in `Buffer.byteLength`. */
  private text(text: string): void {
    if (text.length > MEDIUM_TEXT) {
      const bytes = Buffer.byteLength(text);
      this.reserve(bytes + 24);
      const memory = this.memory as Memory;
      const at = writeLength(memory, this.used, DOLLAR, bytes);
      // As many bytes as characters: all ASCII, and copying that is twice as fast as encoding it.
      if (bytes === text.length) memory.latin1Write(text, at, bytes);
      else memory.utf8Write(text, at, bytes);
      this.used = endLine(memory, at + bytes);
      return;
    }
    // One native call instead of two: the length is known once the text is written, so its room is guessed as if all were ASCII.
    this.reserve(text.length * 3 + 24);
    const memory = this.memory;
    const guessed = this.used + digitsOf(text.length) + 3;
    const bytes = (memory as Memory).utf8Write(text, guessed, text.length * 3);
    const at = this.used + digitsOf(bytes) + 3;
    if (at !== guessed) memory.copyWithin(at, guessed, guessed + bytes);
    this.used = endLine(memory, writeLength(memory, this.used, DOLLAR, bytes) + bytes);
  }

  /** Bytes as a bulk string. */
  private binary(arg: unknown, spec: CommandSpec, index: number): void {
    const bytes = ArrayBuffer.isView(arg) ? bytesAsGiven(arg) : null;
    if (bytes === null) refuseChanged(spec, index);
    const length = bytes.byteLength;
    this.reserve(24);
    this.used = writeLength(this.memory, this.used, DOLLAR, length);
    this.raw(bytes);
    this.reserve(2);
    this.used = endLine(this.memory, this.used);
  }

  private refer(bytes: Uint8Array): void {
    this.seal();
    this.pieces.push(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
    this.pieceBytes += bytes.byteLength;
  }

  private seal(): void {
    if (this.used === this.from) return;
    this.pieces.push(this.memory.subarray(this.from, this.used));
    this.pieceBytes += this.used - this.from;
    this.from = this.used;
  }

  private reserve(bytes: number): void {
    if (this.used + bytes > this.memory.length) this.more(bytes);
  }

  private more(bytes: number): void {
    this.seal();
    const size = Math.min(KEPT_BYTES, Math.max(this.initialBytes, this.memory.length * 2));
    this.memory = Buffer.allocUnsafeSlow(Math.max(bytes, size));
    this.used = 0;
    this.from = 0;
  }
}

/** A sign, a length and the line's end; returns where the next byte goes. */
function writeLength(memory: Buffer, start: number, sign: number, length: number): number {
  let at = start;
  memory[at++] = sign;
  if (length < 10) memory[at++] = ZERO + length;
  else {
    const after = at + digitsOf(length);
    let rest = length;
    for (let i = after - 1; i >= at; i--) {
      const higher = (rest / 10) | 0;
      memory[i] = ZERO + rest - higher * 10;
      rest = higher;
    }
    at = after;
  }
  return endLine(memory, at);
}

function endLine(memory: Buffer, at: number): number {
  memory[at] = CR;
  memory[at + 1] = LF;
  return at + 2;
}

function digitsOf(value: number): number {
  let digits = 1;
  for (let power = 10; value >= power; power *= 10) digits += 1;
  return digits;
}

function numeral(arg: unknown, spec: CommandSpec, index: number): string {
  return typeof arg === 'number' || typeof arg === 'bigint' ? String(arg) : refuseChanged(spec, index);
}
