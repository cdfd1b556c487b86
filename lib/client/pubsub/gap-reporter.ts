import { gapChannel, log } from '../../diagnostics.js';
import { SlotwiseError } from '../../errors.js';
import type { Emitter } from '../emitter.js';
import type { ClientEvents } from '../events.js';
import type { Gap } from '../gap.js';

/** Counters of messages and gaps of one client, and its events about subscriptions. */
export class GapReporter {
  readonly counters = { messages: 0, gaps: 0, dropped: 0 };

  constructor(private readonly events: Pick<Emitter<ClientEvents>, 'emit'>) {}

  /** Counts a gap, and publishes it. */
  gap(gap: Gap): void {
    this.counters.gaps++;
    this.publish(gap);
  }

  /** Counts a message that a full buffer dropped. `first`: a gap begins with it, which is published when the consumer comes to it. */
  dropped(first: boolean): void {
    this.counters.dropped++;
    if (first) this.counters.gaps++;
  }

  publish(gap: Gap): void {
    if (log.pubsub.enabled) log.pubsub('gap in %s %s: %s, %d ms', gap.kind, gap.name, gap.reason, gap.untilMs - gap.sinceMs);
    if (gapChannel.hasSubscribers) gapChannel.publish(gap);
    this.events.emit('gap', gap);
  }

  /** Emits what no promise reports. */
  error(error: unknown): void {
    if (error instanceof SlotwiseError) this.events.emit('error', error);
  }
}
