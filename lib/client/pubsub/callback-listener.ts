import type { Payload } from '../../connection/channel-subscription.js';
import { ListenerError } from '../../errors.js';
import type { Gap } from '../gap.js';
import type { GapReporter } from './gap-reporter.js';
import type { SubscribedChannel, SubscriptionHandler } from './subscription-handler.js';

/** Gets each message, as text or bytes as the view has it. */
export type OnPayload = (message: Payload, channel: Payload, source: SubscribedChannel) => unknown;

/**
 * Handler that calls a user's function. What the function throws, or its promise rejects with, is reported and reaches no other listener.
 */
export class CallbackListener implements SubscriptionHandler {
  #ended = false;

  constructor(
    readonly bytes: boolean,
    private readonly onMessage: OnPayload,
    private readonly onGap: ((gap: Gap) => unknown) | null,
    private readonly reporter: Pick<GapReporter, 'error'>,
  ) {}

  message(payload: Payload, channel: Payload, source: SubscribedChannel): void {
    // Another listener may have ended this one while it got the same message.
    if (this.#ended) return;
    try {
      const result = this.onMessage(payload, channel, source);
      if (isThenable(result)) result.then(undefined, (error: unknown) => this.#failed(source.text, error));
    } catch (error) {
      this.#failed(source.text, error);
    }
  }

  gap(gap: Gap): void {
    if (this.#ended || this.onGap === null) return;
    callOnGap(this.onGap, gap, this.reporter);
  }

  ended(): void {
    this.#ended = true;
  }

  #failed(channel: string, cause: unknown): void {
    this.reporter.error(listenerError(channel, cause));
  }
}

/** Calls a user's `onGap`, and reports its failure. */
export function callOnGap(onGap: (gap: Gap) => unknown, gap: Gap, reporter: Pick<GapReporter, 'error'>): void {
  try {
    const result = onGap(gap);
    if (isThenable(result)) result.then(undefined, (error: unknown) => reporter.error(listenerError(gap.name, error)));
  } catch (error) {
    reporter.error(listenerError(gap.name, error));
  }
}

function listenerError(channel: string, cause: unknown): ListenerError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new ListenerError(`a listener of ${channel} threw: ${why}`, { cause });
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}
