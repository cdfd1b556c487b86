import { constants } from 'node:buffer';
import { ProtocolError, type ReplyError, ReplyTooLargeError, show } from '../../errors.js';
import { DECODE_BIGINT, DECODE_BUFFERS, DECODE_INTEGER_TEXT, DECODE_OBJECTS, type Raw } from '../command-spec.js';
import * as frames from './frame.js';
import { PartialBulk, unterminated } from './partial-bulk.js';
import { PartialLine } from './partial-line.js';
import { DEFAULT_LIMITS, ERROR_WEIGHT, type ParserLimits, ReplyBounds } from './reply-bounds.js';
import { ReplyDelivery } from './reply-delivery.js';
import { parseReplyError, replyError } from './reply-error.js';
import type { ReplySink } from './reply-sink.js';
import * as t from './reply-type.js';
import { bigNumber, boolean, decimal, double, integer, malformed } from './scalar.js';
import { decodeText } from './text.js';

const CR = 13;
const LF = 10;
const MINUS = 45;

/** Number of digits that are exact in a double. */
const MAX_DIGITS = 15;
// Names of this module: in a CommonJS build an imported name is looked up at each use, which in the loop costs a third more.
const { BULK, INTEGER, VERBATIM, BLOB_ERROR, ARRAY, MAP, SET, PUSH, ATTRIBUTE } = t;
const IN_ARRAY = frames.ARRAY;
const BUFFERS = DECODE_BUFFERS;
const textOf = decodeText;
const NO_NUMBERS = DECODE_BIGINT | DECODE_INTEGER_TEXT;

/**
 * Parser of RESP2 and RESP3, from chunks cut anywhere. Nothing is parsed twice: what is kept between chunks is an unfinished line, an
 * unfinished bulk and the aggregates they are in, as a list and not on the call stack.
 *
 * Streamed types, which no server sends, are refused. After malformed input every `write` throws the same error.
 */
export class Parser extends ReplyDelivery {
  private readonly maxBulkBytes: number;
  private readonly maxDepth: number;
  /** The innermost open aggregate. */
  private frame: frames.Frame | null = null;
  private depth = 0;
  private bulk: PartialBulk | null = null;
  private readonly line = new PartialLine();
  private failure: ProtocolError | null = null;
  private readonly bounds: ReplyBounds;

  constructor(
    sink: ReplySink,
    limits: Partial<ParserLimits> = {},
    /** Sum of `DECODE_*` bits for pushes; may be changed between two of them. Their kind is text in any mode. */
    public pushMode = 0,
  ) {
    super(sink);
    this.maxBulkBytes = limits.maxBulkBytes ?? DEFAULT_LIMITS.maxBulkBytes;
    this.maxDepth = limits.maxDepth ?? DEFAULT_LIMITS.maxDepth;
    this.bounds = new ReplyBounds({ ...DEFAULT_LIMITS, ...limits });
  }

  /** Consumes the bytes [start, end) of `chunk`, whose memory may be reused afterwards. Throws `ProtocolError`, from then on always. */
  write(chunk: Buffer, start: number, end: number): void {
    if (this.failure !== null) throw this.failure;
    let at = start;
    try {
      while (at < end) {
        if (this.bulk !== null) at = this.continueBulk(this.bulk, chunk, at, end);
        else if (this.line.length > 0) at = this.continueLine(chunk, at, end);
        else at = this.read(chunk, at, end);
      }
      if (this.frame !== null) this.keep(t.ARRAY, this.bounds.read(end - start));
    } catch (error) {
      this.fail(error);
    }
    if (this.thrown !== null) this.rethrow(this.thrown.error);
  }

  /** Reads until a bulk or a line is unfinished, or to the end; returns where it stopped. */
  private read(chunk: Buffer, start: number, end: number): number {
    let at = start;
    while (at < end) {
      const type = chunk[at] as number;
      let next = at + 1;
      let length = 0;
      while (next < end) {
        const digit = (chunk[next] as number) - 48;
        if (digit < 0 || digit > 9) break;
        length = length * 10 + digit;
        next += 1;
      }
      const digits = next - at - 1;
      if (digits === 0 || digits > MAX_DIGITS || next + 1 >= end || chunk[next] !== CR || chunk[next + 1] !== LF) {
        at = this.readLine(type, chunk, at, end);
        continue;
      }
      at = next + 2;
      const frame = this.frame;
      let value: Raw;
      if (type === BULK) {
        const after = at + length + 2;
        if (after > end || length > this.maxBulkBytes) return this.beginBulk(type, length, at);
        if (chunk[after - 2] !== CR || chunk[after - 1] !== LF) throw unterminated(length);
        if (frame === null) this.askMode();
        value = (this.mode & BUFFERS) === 0 ? textOf(chunk, at, length) : this.bytes(chunk, at, length);
        at = after;
      } else if (type === INTEGER) {
        if (frame === null) this.askMode();
        value = (this.mode & NO_NUMBERS) === 0 ? length : integer(String(length), this.mode);
      } else if (type === VERBATIM || type === BLOB_ERROR) {
        // Rare, so the way of the unfinished ones is good enough.
        return this.beginBulk(type, length, at);
      } else if (type === ARRAY || type === MAP || type === SET || type === PUSH || type === ATTRIBUTE) {
        this.beginAggregate(type, length);
        continue;
      } else {
        at = this.readLine(type, chunk, at - digits - 3, end);
        continue;
      }
      if (frame === null) this.deliver(value);
      else if (frame.kind === IN_ARRAY && frame.remaining > 1) {
        frame.remaining -= 1;
        frame.items.push(value);
      } else this.complete(value);
    }
    return at;
  }

  /** A line that is no plain length: a simple value, something unusual, or one that is unfinished. Returns where the next one begins. */
  private readLine(type: number, chunk: Buffer, start: number, end: number): number {
    let at = start + 1;
    while (at < end && chunk[at] !== CR && chunk[at] !== LF) at += 1;
    const longest = t.longestLine(type, this.maxBulkBytes);
    if (at - start > longest) throw longLine(longest, chunk, start, at);
    if (at === end || (at + 1 === end && chunk[at] === CR)) {
      this.line.take(chunk, start, end);
      return end;
    }
    if (chunk[at] !== CR) throw malformed('line end', excerpt(chunk, start, at + 1));
    if (chunk[at + 1] !== LF) throw malformed('line end', excerpt(chunk, start, at + 2));
    if (this.frame === null) this.askMode();
    this.complete(this.lineValue(type, chunk, start + 1, at));
    return at + 2;
  }

  private lineValue(type: number, chunk: Buffer, at: number, end: number): Raw {
    if (type === t.SIMPLE) {
      if (end - at === 2 && chunk[at] === 79 && chunk[at + 1] === 75) return 'OK';
      return this.text(chunk, at, end - at);
    }
    // `$-1` and `*-1` are RESP2's nulls.
    if ((type === t.BULK || type === t.ARRAY) && end - at === 2 && chunk[at] === MINUS && chunk[at + 1] === 49) return null;
    if (type === t.NULL && end === at) return null;
    if (type === t.ERROR) return this.errorReply(chunk, at, end - at);
    if (type === t.DOUBLE || (type === t.INTEGER && (this.mode & NO_NUMBERS) === 0)) {
      const value = decimal(chunk, at, end, type === t.DOUBLE);
      // An integer has no negative zero.
      if (!Number.isNaN(value)) return type === t.DOUBLE ? value : value + 0;
    }
    const text = chunk.toString('latin1', at, end);
    if (type === t.INTEGER) return this.checkRange(integer(text, this.mode));
    if (type === t.DOUBLE) return double(text);
    if (type === t.BIG_NUMBER) return bigNumber(text, this.mode);
    if (type === t.BOOLEAN) return boolean(text);
    if (type === t.NULL) throw malformed('null', text);
    if (text === '?') throw new ProtocolError(`streamed replies (${String.fromCharCode(type)}?) are not supported`);
    throw malformed('length', `${String.fromCharCode(type)}${text}`);
  }

  /** Reads a line that came in several chunks, once it is whole. */
  private continueLine(chunk: Buffer, at: number, end: number): number {
    const next = this.line.take(chunk, at, end);
    const { bytes, length } = this.line;
    if (this.line.complete) {
      this.line.clear();
      this.read(bytes, 0, length);
    } else {
      // One byte more may be the CR.
      const longest = t.longestLine(bytes[0] as number, this.maxBulkBytes);
      if (length > longest + 1) throw longLine(longest, bytes, 0, length);
    }
    return next;
  }

  private beginBulk(type: number, length: number, body: number): number {
    if (length > this.maxBulkBytes) throw this.tooLarge(type, `a bulk of ${length} bytes is over the limit of ${this.maxBulkBytes}`);
    if (this.frame === null) {
      this.askMode();
      this.bounds.begin();
    }
    this.keep(type, this.bounds.expect(length));
    this.bulk = new PartialBulk(type, length, (this.mode & DECODE_BUFFERS) !== 0);
    return body;
  }

  private continueBulk(bulk: PartialBulk, chunk: Buffer, at: number, end: number): number {
    const next = bulk.take(chunk, at, end);
    if (bulk.complete) {
      this.bulk = null;
      const value = this.bulkValue(bulk.type, bulk.bytes, bulk.length);
      bulk.release();
      this.complete(value);
    }
    return next;
  }

  private bulkValue(type: number, bytes: Buffer, length: number): Raw {
    if (type === t.BLOB_ERROR) return this.errorReply(bytes, 0, length);
    // A verbatim string names its format in three bytes, `txt:` or `mkd:`.
    const from = type === t.VERBATIM ? 4 : 0;
    if (from > 0 && (length < 4 || bytes[3] !== 58)) throw malformed('verbatim string', excerpt(bytes, 0, length));
    if ((this.mode & DECODE_BUFFERS) !== 0 && !isTextNext(this.frame)) return from === 0 ? bytes : bytes.subarray(from);
    return this.text(bytes, from, length - from);
  }

  /** A bulk as a Buffer of its own; the names of fields are text in any mode. */
  private bytes(chunk: Buffer, at: number, length: number): Raw {
    if (isTextNext(this.frame)) return decodeText(chunk, at, length);
    const copy = Buffer.allocUnsafe(length);
    chunk.copy(copy, 0, at, at + length);
    return copy;
  }

  /** A text too long for a JavaScript string is an error in its place, not the connection's: all of it was read. */
  private text(bytes: Buffer, at: number, length: number): string | ReplyError {
    if (length <= constants.MAX_STRING_LENGTH) return decodeText(bytes, at, length);
    try {
      return decodeText(bytes, at, length);
    } catch {
      this.flaw();
      return replyError('ERR_STRING_TOO_LONG', `a text of ${length} bytes is longer than a string can be; ask for buffers`);
    }
  }

  private errorReply(bytes: Buffer, at: number, length: number): ReplyError {
    this.flaw();
    if (this.frame !== null) this.keep(t.ARRAY, this.bounds.addItems(ERROR_WEIGHT));
    const text = this.text(bytes, at, length);
    return typeof text === 'string' ? parseReplyError(text) : text;
  }

  private beginAggregate(type: number, length: number): void {
    const paired = type === t.MAP || type === t.ATTRIBUTE;
    const count = paired ? length * 2 : length;
    if (this.frame === null) this.bounds.begin();
    this.keep(type, this.bounds.announce(count));
    if (type === t.PUSH) {
      if (this.frame !== null) throw new ProtocolError('a push inside of a reply');
      if (count === 0) throw new ProtocolError('a push without a kind');
      this.mode = this.pushMode;
    } else if (this.frame === null) {
      if (type === t.ATTRIBUTE) this.mode = 0;
      else this.askMode();
    }
    const kind = frameKind(type, this.mode);
    if (count === 0) {
      if (kind !== frames.ATTRIBUTE) this.complete(kind === frames.OBJECT ? {} : []);
      return;
    }
    if (this.depth === this.maxDepth) throw this.tooLarge(type, `a reply nested deeper than ${this.maxDepth} levels`);
    this.depth += 1;
    this.frame = new frames.Frame(kind, count, this.frame);
  }

  /** Puts a value where it belongs, and with it every aggregate that it completes. */
  private complete(value: Raw): void {
    let done = value;
    for (let frame = this.frame; frame !== null; frame = this.frame) {
      frame.add(done);
      if (frame.remaining > 0) return;
      this.frame = frame.parent;
      this.depth -= 1;
      if (frame.kind === frames.ATTRIBUTE) return;
      if (frame.kind === frames.PUSH) {
        this.deliverPush(frame.items);
        return;
      }
      done = frame.value;
    }
    if (this.flawed) this.deliverFlawed(done);
    else this.deliver(done);
  }

  /** Pushes and attributes are nobody's reply. */
  private flaw(): void {
    this.flawed ||= !isOutOfBand(this.frame);
  }

  /** Pushes and attributes have no mode a caller chose, so they cannot fail for it. */
  private checkRange(value: number | bigint | string): number | bigint | string {
    if (typeof value !== 'bigint' || (this.mode & DECODE_BIGINT) !== 0 || isOutOfBand(this.frame)) return value;
    this.flawed = true;
    this.outOfRange ??= value;
    return value;
  }

  private keep(type: number, problem: string | null): void {
    if (problem !== null) throw this.tooLarge(type, problem);
  }

  private tooLarge(type: number, message: string): ProtocolError {
    const isReply = type !== t.PUSH && type !== t.ATTRIBUTE && !isOutOfBand(this.frame);
    return isReply ? new ReplyTooLargeError(message) : new ProtocolError(message);
  }

  private fail(error: unknown): never {
    this.failure =
      error instanceof ProtocolError ? error : new ProtocolError(`a reply could not be read: ${show(error)}`, { cause: error });
    this.frame = null;
    this.bulk = null;
    throw this.failure;
  }
}

function frameKind(type: number, mode: number): 0 | 1 | 2 | 3 {
  if (type === t.PUSH) return frames.PUSH;
  if (type === t.ATTRIBUTE) return frames.ATTRIBUTE;
  return type === t.MAP && mode & DECODE_OBJECTS ? frames.OBJECT : frames.ARRAY;
}

/** Whether the next value in this frame is text in any mode: the name of a field, or the kind of a push. */
function isTextNext(frame: frames.Frame | null): boolean {
  if (frame === null) return false;
  return (frame.kind === frames.OBJECT && frame.field === null) || (frame.kind === frames.PUSH && frame.items.length === 0);
}

/** Whether the frame is in a push or an attribute. */
function isOutOfBand(innermost: frames.Frame | null): boolean {
  for (let frame = innermost; frame !== null; frame = frame.parent) {
    if (frame.kind === frames.PUSH || frame.kind === frames.ATTRIBUTE) return true;
  }
  return false;
}

/** The first bytes of what is wrong, not escaped yet. */
function excerpt(chunk: Buffer, at: number, end: number): string {
  return chunk.toString('latin1', at, Math.min(end, at + 50));
}

function longLine(longest: number, chunk: Buffer, at: number, end: number): ProtocolError {
  return new ProtocolError(`a line of more than ${longest} bytes: ${show(excerpt(chunk, at, end))}`);
}
