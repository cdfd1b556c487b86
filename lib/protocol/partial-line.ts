const LF = 10;
const FIRST_BYTES = 64;
/** More memory than this is given back once the line was read. */
const KEPT_BYTES = 64 * 1024;

/** A line whose bytes come in several chunks. */
export class PartialLine {
  private memory: Buffer = Buffer.allocUnsafeSlow(FIRST_BYTES);
  length = 0;

  /** Its bytes; only the first `length` of them count. */
  get bytes(): Buffer {
    return this.memory;
  }

  /** Takes bytes from [at, end) up to the line's end, and says where it stopped. Only the new bytes are searched for the end. */
  take(chunk: Buffer, at: number, end: number): number {
    let next = at;
    while (next < end && chunk[next] !== LF) next += 1;
    if (next < end) next += 1;
    const length = this.length + next - at;
    if (length > this.memory.length) this.grow(length);
    chunk.copy(this.memory, this.length, at, next);
    this.length = length;
    return next;
  }

  get complete(): boolean {
    return this.length > 0 && this.memory[this.length - 1] === LF;
  }

  clear(): void {
    this.length = 0;
    if (this.memory.length > KEPT_BYTES) this.memory = Buffer.allocUnsafeSlow(FIRST_BYTES);
  }

  private grow(bytes: number): void {
    const larger = Buffer.allocUnsafeSlow(Math.max(bytes, this.memory.length * 2));
    this.memory.copy(larger, 0, 0, this.length);
    this.memory = larger;
  }
}
