import Denque from 'denque';
import { wallClock } from '../../runtime/runtime.js';
import { type Gap, mergeGaps } from '../gap.js';

/** What happens when a message comes and the buffer is full. */
export type Overflow = 'drop-oldest' | 'drop-newest' | 'error';

/**
 * Buffer of messages for a slow consumer: at most `max` of them, in the order they came, with gaps where something is missing. Two gaps
 * never stand side by side, so that a consumer that takes nothing while connections come and go costs no memory.
 */
export class MessageQueue<Message extends { readonly type: 'message' | 'event' }> {
  /** Moment from which the queue has not been empty, in ms since 1970. */
  #filledAt = 0;
  #messages = 0;
  /** A gap before the first of the entries. */
  #ahead: Gap | null = null;
  #entries = new Denque<Message | Gap>();

  constructor(
    readonly max: number,
    readonly overflow: Overflow,
    private readonly gapOf: (sinceMs: number, untilMs: number) => Gap,
  ) {}

  get isEmpty(): boolean {
    return this.#entries.length === 0 && this.#ahead === null;
  }

  /** Number of messages in the buffer; gaps do not count. */
  get length(): number {
    return this.#messages;
  }

  /** Takes a message. False: one, the oldest or this one, was dropped, or (`error`) this one cannot be taken. */
  push(message: Message): boolean {
    if (this.#messages < this.max) {
      if (this.isEmpty) this.#filledAt = wallClock.now();
      this.#entries.push(message);
      this.#messages++;
      return true;
    }
    if (this.overflow === 'drop-newest') {
      const now = wallClock.now();
      this.gap(this.gapOf(now, now));
    } else if (this.overflow === 'drop-oldest') {
      this.#dropOldest();
      this.#entries.push(message);
      this.#messages++;
    }
    return false;
  }

  /** Something is missing behind the last message. */
  gap(gap: Gap): void {
    if (this.isEmpty) this.#filledAt = wallClock.now();
    const last = this.#entries.peekBack();
    if (last?.type === 'gap') {
      this.#entries.pop();
      this.#entries.push(mergeGaps(last, gap));
    } else if (last === undefined && this.#ahead !== null) this.#ahead = mergeGaps(this.#ahead, gap);
    else this.#entries.push(gap);
  }

  shift(): Message | Gap | undefined {
    if (this.#ahead !== null) {
      const gap = this.#ahead;
      this.#ahead = null;
      return gap;
    }
    const entry = this.#entries.shift();
    if (entry !== undefined && entry.type !== 'gap') this.#messages--;
    return entry;
  }

  clear(): void {
    this.#entries = new Denque();
    this.#ahead = null;
    this.#messages = 0;
  }

  /** The gap in place of the message is merged with those beside it. */
  #dropOldest(): void {
    let gap = this.gapOf(this.#filledAt, wallClock.now());
    const first = this.shift();
    if (first?.type === 'gap') {
      gap = mergeGaps(first, gap);
      this.shift();
    }
    const next = this.#entries.peekFront();
    if (next?.type === 'gap') {
      this.#entries.shift();
      gap = mergeGaps(gap, next);
    }
    this.#ahead = gap;
  }
}
