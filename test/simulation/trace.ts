import { hashOf } from './time/random.js';
import type { Timeline } from './time/timeline.js';

/** What happened, line by line. Without lines it still has a fingerprint: two runs of a seed must have the same. */
export class Trace {
  readonly lines: string[] = [];
  fingerprint = 0;

  constructor(
    private readonly timeline: Timeline,
    readonly isOn: boolean,
  ) {}

  /** `detail` is a function where it costs something to say. */
  add(who: string, what: string, detail: string | (() => string) = ''): void {
    this.fingerprint = hashOf(what, this.#mixed(0));
    if (this.isOn) this.#write(who, `${what} ${typeof detail === 'string' ? detail : detail()}`);
  }

  /**
   * What comes in thousands, as packets do: of what is not written down, numbers go into the fingerprint, and no text is made. `connection`:
   * its number.
   */
  packet(who: string, connection: number, bytes: Uint8Array, shown: (bytes: Uint8Array) => string): void {
    // The last bytes tell the most: the beginning of a command is its length.
    const last = bytes.length - 1;
    const sample = (bytes[last - 2] ?? 0) + ((bytes[last - 3] ?? 0) << 8) + ((bytes[last - 4] ?? 0) << 16);
    this.fingerprint = this.#mixed(Math.imul(connection, 65_537) ^ Math.imul(bytes.length, 257) ^ sample);
    if (this.isOn) this.#write(who, shown(bytes));
  }

  #mixed(number: number): number {
    const hash = Math.imul(this.fingerprint ^ Math.round(this.timeline.now * 1_000), 0x01000193);
    return Math.imul(hash ^ number, 0x01000193) >>> 0;
  }

  #write(who: string, what: string): void {
    this.lines.push(`${this.timeline.now.toFixed(3).padStart(11)} ${who.padEnd(16)} ${what}`.trimEnd());
  }
}
