import { ProtocolError } from '../../errors.js';

/**
 * Memory taken at once for an announced length; beyond it, memory doubles as the bytes come, so that a lying header costs no more than
 * this.
 */
const FIRST_BYTES = 1024 * 1024;

/** Memory that no bulk uses now. One piece a process, so that a text of up to a MiB that spans chunks costs no allocation. */
let spare: Buffer | null = null;

/** A bulk whose bytes come in several chunks, collected into one piece of memory. */
export class PartialBulk {
  private memory: Buffer;
  /** Bytes that have come, of `length` and the two of the line end. */
  private filled = 0;

  constructor(
    /** First byte of its header. */
    readonly type: number,
    readonly length: number,
    /** The bytes become a value of the caller's; else they are read once, to make a text. */
    private readonly owned: boolean,
  ) {
    if (!owned && spare !== null && spare.length >= length) {
      this.memory = spare;
      spare = null;
    } else this.memory = Buffer.allocUnsafeSlow(Math.min(length, FIRST_BYTES));
  }

  /** Takes the bytes of this bulk from [at, end), and returns where it stopped. */
  take(chunk: Buffer, at: number, end: number): number {
    let next = at;
    const wanted = Math.min(this.length - this.filled, end - at);
    if (wanted > 0) {
      this.reserve(this.filled + wanted);
      next += wanted;
      chunk.copy(this.memory, this.filled, at, next);
      this.filled += wanted;
    }
    while (next < end && this.filled >= this.length && !this.complete) {
      if (chunk[next] !== (this.filled === this.length ? 13 : 10)) throw unterminated(this.length);
      this.filled += 1;
      next += 1;
    }
    return next;
  }

  get complete(): boolean {
    return this.filled === this.length + 2;
  }

  /** Its bytes; only the first `length` of them count. */
  get bytes(): Buffer {
    return this.memory;
  }

  /** The text was read: another bulk may use the memory. Owned memory stays with its value. */
  release(): void {
    if (!this.owned && this.memory.length <= FIRST_BYTES && (spare === null || spare.length < this.memory.length)) spare = this.memory;
  }

  private reserve(bytes: number): void {
    if (bytes <= this.memory.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.min(this.length, Math.max(bytes, this.memory.length * 2)));
    this.memory.copy(larger, 0, 0, this.filled);
    this.memory = larger;
  }
}

export function unterminated(length: number): ProtocolError {
  return new ProtocolError(`a bulk of ${length} bytes does not end with CR LF`);
}
