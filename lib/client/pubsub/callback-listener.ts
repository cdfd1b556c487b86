import type { Payload } from '../../connection/channel-subscription.js';
import { ListenerError } from '../../errors.js';
import { callAside, thrownText } from '../../util/user-function.js';
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
    callAside(
      () => this.onMessage(payload, channel, source),
      (error) => this.reporter.error(listenerError(source.text, error)),
    );
  }

  gap(gap: Gap): void {
    if (this.#ended || this.onGap === null) return;
    callOnGap(this.onGap, gap, this.reporter);
  }

  ended(): void {
    this.#ended = true;
  }
}

/** Calls a user's `onGap`, and reports its failure. */
export function callOnGap(onGap: (gap: Gap) => unknown, gap: Gap, reporter: Pick<GapReporter, 'error'>): void {
  callAside(
    () => onGap(gap),
    (error) => reporter.error(listenerError(gap.name, error)),
  );
}

function listenerError(channel: string, cause: unknown): ListenerError {
  return new ListenerError(`a listener of ${channel} threw: ${thrownText(cause)}`, { cause });
}
