import type { Payload } from '../../connection/subscriber.js';
import { ListenerError } from '../../errors.js';
import type { Gap } from '../gap.js';
import type { ChannelState } from './channel.js';
import type { SubscriptionHandler } from './subscription.js';

/** Gets each message, as what the view wants text as. */
export type OnPayload = (message: Payload, channel: Payload, topic: ChannelState) => unknown;

/** Hands messages to a function of the user's. What it throws, or its promise rejects with, is reported and reaches nobody else. */
export class CallbackListener implements SubscriptionHandler {
  #over = false;

  constructor(
    readonly bytes: boolean,
    private readonly onMessage: OnPayload,
    private readonly onGap: ((gap: Gap) => unknown) | null,
    private readonly report: (error: ListenerError) => void,
  ) {}

  message(payload: Payload, channel: Payload, topic: ChannelState): void {
    // It may have left while others got this message.
    if (this.#over) return;
    try {
      const result = this.onMessage(payload, channel, topic);
      if (isThenable(result)) result.then(undefined, (error: unknown) => this.#failed(topic.text, error));
    } catch (error) {
      this.#failed(topic.text, error);
    }
  }

  gap(gap: Gap): void {
    if (this.#over || this.onGap === null) return;
    callOnGap(this.onGap, gap, this.report);
  }

  ended(): void {
    this.#over = true;
  }

  #failed(channel: string, cause: unknown): void {
    this.report(listenerError(channel, cause));
  }
}

/** Calls a user's `onGap`, which harms nobody. */
export function callOnGap(onGap: (gap: Gap) => unknown, gap: Gap, report: (error: ListenerError) => void): void {
  try {
    const result = onGap(gap);
    if (isThenable(result)) result.then(undefined, (error: unknown) => report(listenerError(gap.name, error)));
  } catch (error) {
    report(listenerError(gap.name, error));
  }
}

function listenerError(channel: string, cause: unknown): ListenerError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new ListenerError(`a listener of ${channel} threw: ${why}`, { cause });
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}
