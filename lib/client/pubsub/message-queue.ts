import Denque from 'denque';
import { wallClock } from '../../runtime/runtime.js';
import type { Gap } from '../gap.js';
import { GapRun } from './gap-run.js';

/** What happens when a message comes and the buffer is full. */
export type Overflow = 'drop-oldest' | 'drop-newest' | 'error';

/**
 * What became of a message: it is in the buffer, or (`dropped`) one, the oldest or this one, is not any more, or (`refused`) it cannot be taken.
 * `gap`: one was dropped, with which a gap begins.
 */
export type Pushed = 'taken' | 'dropped' | 'gap' | 'refused';

/** A message with the name of the channel or pattern that it came by. */
interface Held<Message> {
  readonly type: 'held';
  readonly message: Message;
  readonly name: string;
}

/**
 * Buffer of messages for a slow consumer: at most `max` of them, in the order they came, with gaps where something is missing. Gaps of one
 * name never stand side by side, so that a consumer that takes nothing while connections come and go costs no memory.
 */
export class MessageQueue<Message extends { readonly type: 'message' | 'event' }> {
  /** Moment from which the queue has not been empty, in ms since 1970. */
  #filledAt = 0;
  #messages = 0;
  #entries = new Denque<Held<Message> | GapRun>();

  constructor(
    readonly max: number,
    readonly overflow: Overflow,
    private readonly gapOf: (name: string, sinceMs: number, untilMs: number) => Gap,
  ) {}

  get isEmpty(): boolean {
    return this.#entries.length === 0;
  }

  /** Number of messages in the buffer; gaps do not count. */
  get length(): number {
    return this.#messages;
  }

  push(message: Message, name: string): Pushed {
    if (this.#messages < this.max) {
      if (this.isEmpty) this.#filledAt = wallClock.now();
      this.#entries.push({ type: 'held', message, name });
      this.#messages++;
      return 'taken';
    }
    if (this.overflow === 'error') return 'refused';
    if (this.overflow === 'drop-newest') {
      const now = wallClock.now();
      return this.gap(this.gapOf(name, now, now)) ? 'gap' : 'dropped';
    }
    this.#entries.push({ type: 'held', message, name });
    return this.#dropOldest() ? 'gap' : 'dropped';
  }

  /** Something is missing behind the last message. True: it is a gap of its own. */
  gap(gap: Gap): boolean {
    if (this.isEmpty) this.#filledAt = wallClock.now();
    let run = this.#entries.peekBack();
    if (run?.type !== 'gaps') {
      run = new GapRun();
      this.#entries.push(run);
    }
    return run.add(gap);
  }

  shift(): Message | Gap | undefined {
    const first = this.#entries.peekFront();
    if (first?.type === 'gaps') {
      const gap = first.shift();
      if (first.isEmpty) this.#entries.shift();
      return gap;
    }
    this.#entries.shift();
    if (first !== undefined) this.#messages--;
    return first?.message;
  }

  clear(): void {
    this.#entries = new Denque();
    this.#messages = 0;
  }

  /** The gap in place of the message stands with those beside it. */
  #dropOldest(): boolean {
    const first = this.#entries.shift();
    const run = first?.type === 'gaps' ? first : new GapRun();
    const oldest = first?.type === 'held' ? first : this.#entries.shift();
    const isNew = oldest?.type === 'held' && run.add(this.gapOf(oldest.name, this.#filledAt, wallClock.now()));
    const next = this.#entries.peekFront();
    if (next?.type === 'gaps') {
      this.#entries.shift();
      run.addAll(next);
    }
    this.#entries.unshift(run);
    return isNew;
  }
}
