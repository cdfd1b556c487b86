import type { Emitter } from '../../../../lib/client/emitter.js';
import type { ClientEvents } from '../../../../lib/client/events.js';
import type { Gap } from '../../../../lib/client/gap.js';
import { type ChannelConnection, type ChannelHost, ChannelState } from '../../../../lib/client/pubsub/channel.js';
import { GapReporter } from '../../../../lib/client/pubsub/gap-reporter.js';
import type { SubscriptionHandler } from '../../../../lib/client/pubsub/subscription-handler.js';
import {
  type ChannelKind,
  ChannelSubscription,
  type MessageHandler,
  type Payload,
} from '../../../../lib/connection/channel-subscription.js';
import type { SlotwiseError } from '../../../../lib/errors.js';
import type { Placement } from '../../../../lib/routing/pubsub/channel-placement.js';

export const anywhere: Placement = { bound: 'anywhere', slot: 0, node: '' };

/** A connection that records what channels do with it. The test plays the server, by the `subscription` it gave last. */
export class FakeConnection implements ChannelConnection {
  readonly calls: string[] = [];
  confirmedAtMs = 0;
  fellSilent = false;
  #subscription: ChannelSubscription | null = null;

  constructor(readonly key = 'a:1') {}

  /** Null once it has ended. */
  get subscription(): ChannelSubscription | null {
    return this.#subscription;
  }

  get handler(): MessageHandler {
    if (this.#subscription === null) throw new Error('nothing is subscribed');
    return this.#subscription.handler;
  }

  /** Ends the subscription, as the server or the loss of the connection does; then the test calls the handler. */
  drop(): MessageHandler {
    const { handler } = this;
    this.#subscription?.end();
    return handler;
  }

  subscribe(
    kind: ChannelKind,
    name: Buffer,
    handler: MessageHandler,
    { buffers = false, requirePrimary = false } = {},
  ): ChannelSubscription {
    this.calls.push(`subscribe ${name}${buffers ? ' buffers' : ''}${requirePrimary ? ' primary' : ''}`);
    this.#subscription = new ChannelSubscription(kind, name, handler, requirePrimary, () => {
      this.#subscription = null;
    });
    return this.#subscription;
  }

  async unsubscribe(subscription: ChannelSubscription): Promise<void> {
    this.calls.push(`unsubscribe ${subscription.name}`);
    subscription.end();
  }

  useBuffers(): void {
    this.calls.push('buffers');
  }
}

/** A handler that records its calls, each as text. */
export class RecordingHandler implements SubscriptionHandler {
  readonly calls: string[] = [];

  constructor(readonly bytes = false) {}

  message(payload: Payload, channel: Payload): void {
    const form = typeof payload === 'string' ? '' : ' as bytes';
    this.calls.push(`${payload} of ${channel}${form}`);
  }

  gap({ reason }: Gap): void {
    this.calls.push(`gap ${reason}`);
  }

  confirmed(): void {
    this.calls.push('confirmed');
  }

  ended(error: SlotwiseError | null): void {
    this.calls.push(`ended ${error === null ? 'by itself' : error.code}`);
  }
}

/** A reporter that records its events, each as text. */
export function recordingReporter(): { readonly reporter: GapReporter; readonly events: string[] } {
  const events: string[] = [];
  const emit = (name: string, fact?: object): void => {
    if (name === 'gap') events.push(`gap ${(fact as Gap).reason} ${(fact as Gap).dropped}`);
    else events.push(`${name} ${(fact as SlotwiseError).code}`);
  };
  return { reporter: new GapReporter({ emit } as Pick<Emitter<ClientEvents>, 'emit'>), events };
}

/** A placement policy that records what channels report, and does nothing. */
export class RecordingHost implements ChannelHost {
  readonly calls: string[] = [];
  confirmedAtMs = 0;

  confirmedSinceMs(): number {
    return this.confirmedAtMs;
  }

  unplaced(_: ChannelState, error: SlotwiseError | null): void {
    this.calls.push(`unplaced ${error?.code ?? ''}`.trim());
  }

  serverUnsubscribed(_: ChannelState, node: string): void {
    this.calls.push(`serverUnsubscribed ${node}`);
  }

  refused(_: ChannelState, { code }: SlotwiseError): void {
    this.calls.push(`refused ${code}`);
  }

  notPrimary(_: ChannelState, node: string): void {
    this.calls.push(`notPrimary ${node}`);
  }

  confirmed(): void {
    this.calls.push('confirmed');
  }

  whyWaiting(): null {
    return null;
  }
}

export function channelOf(name: string, host: ChannelHost = new RecordingHost(), kind: ChannelKind = 'channel'): ChannelState {
  return new ChannelState(kind, Buffer.from(name), anywhere, host, recordingReporter().reporter);
}

/** A gap, of which only the reason and what is given matter. */
export function gapOf(reason: Gap['reason'], facts: Partial<Gap> = {}): Gap {
  return { type: 'gap', kind: 'channel', name: 'c', reason, from: null, to: null, sinceMs: 0, untilMs: 0, dropped: 0, ...facts };
}
