const CR = 13;
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

  /** Whether its end was seen: a LF, or a CR with whatever follows it. */
  complete = false;

  /** Takes bytes from [at, end) up to the line's end, and returns where it stopped. Only the new bytes are searched for the end. */
  take(chunk: Buffer, at: number, end: number): number {
    let next = at;
    let previous = this.length === 0 ? 0 : (this.memory[this.length - 1] as number);
    while (next < end && !this.complete) {
      const byte = chunk[next] as number;
      this.complete = byte === LF || previous === CR;
      previous = byte;
      next += 1;
    }
    const length = this.length + next - at;
    if (length > this.memory.length) this.grow(length);
    chunk.copy(this.memory, this.length, at, next);
    this.length = length;
    return next;
  }

  clear(): void {
    this.length = 0;
    this.complete = false;
    if (this.memory.length > KEPT_BYTES) this.memory = Buffer.allocUnsafeSlow(FIRST_BYTES);
  }

  private grow(bytes: number): void {
    const larger = Buffer.allocUnsafeSlow(Math.max(bytes, this.memory.length * 2));
    this.memory.copy(larger, 0, 0, this.length);
    this.memory = larger;
  }
}
