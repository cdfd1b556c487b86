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
    this.fingerprint = hashOf(what, (this.fingerprint ^ Math.round(this.timeline.now * 1_000)) >>> 0);
    if (!this.isOn) return;
    const at = this.timeline.now.toFixed(3).padStart(11);
    this.lines.push(`${at} ${who.padEnd(16)} ${what} ${typeof detail === 'string' ? detail : detail()}`.trimEnd());
  }
}
