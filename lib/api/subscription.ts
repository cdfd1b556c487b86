import type { Client } from '../client/client.js';
import type { Gap } from '../client/gap.js';
import { CallbackListener, type OnPayload } from '../client/pubsub/callback-listener.js';
import type { Overflow } from '../client/pubsub/message-queue.js';
import { type Item, MessageStream, type Messages, type StreamSettings } from '../client/pubsub/message-stream.js';
import type { SubscribeLimits, SubscribeRequest } from '../client/pubsub/subscribe-request.js';
import type { SubscriptionHandle } from '../client/pubsub/subscription.js';
import type { SubscribedChannel } from '../client/pubsub/subscription-handler.js';
import { listenAs } from '../client/ring/listen.js';
import type { View } from '../client/view.js';
import type { OneOrMore } from '../commands/group.js';
import { isList } from '../commands/tokens.js';
import type { Payload } from '../connection/channel-subscription.js';
import { checkCalls, type FormsOf } from '../options/call-form.js';
import { checkSignal } from '../options/checks.js';
import { flag, func, integerBetween, milliseconds, oneOf, shape } from '../options/validate.js';
import { DECODE_BUFFERS } from '../protocol/command-spec.js';

/** Subscription of a callback to channels or patterns, until `unsubscribe()`. */
export class Subscription {
  readonly #handle: SubscriptionHandle;

  /** Use `subscribe`, `psubscribe`, `ssubscribe` or `keyspaceEvents`. */
  constructor(
    handle: SubscriptionHandle,
    /** The channels or patterns. */
    readonly names: readonly string[],
  ) {
    this.#handle = handle;
  }

  /** Whether the servers deliver messages of all of them at the moment: not in a gap, and not after the end. */
  get live(): boolean {
    return this.#handle.live;
  }

  /** Ends the subscription: the callback is not called again. Resolves when the servers have confirmed, where no other callback listens. */
  unsubscribe(): Promise<void> {
    return this.#handle.end();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.unsubscribe();
  }
}

checkCalls(Subscription, {
  unsubscribe: { form: 'unsubscribe()', parameters: [], refuses: 'rejects', advice: 'it ends all that its subscribe() began' },
} satisfies FormsOf<Subscription>);

/** Name of a channel, or a pattern: text or bytes. It gets no key prefix. */
export type Channel = string | Uint8Array;

/** Options of `subscribe`, `psubscribe` and `ssubscribe`. */
export interface SubscribeOptions {
  /**
   * Called before the first message after each span of time in which messages may have been missed. Default: none; the client's `gap` event
   * reports it, too.
   */
  readonly onGap?: (gap: Gap) => unknown;
  /** Ends the subscription when it fires. Default: the view's. */
  readonly signal?: AbortSignal;
  /** How long it may take until the servers have confirmed, in ms; 0: as long as it takes. Default: the view's. */
  readonly timeoutMs?: number;
}

/** Options of `messages`, `pmessages` and `smessages`. */
export interface MessagesOptions extends SubscribeOptions {
  /** Gaps come among the messages, as `{ type: 'gap', … }`, where they belong. Default false. */
  readonly gaps?: boolean;
  /** How many messages wait for a slow consumer. Default 10,000. */
  readonly maxBuffered?: number;
  /**
   * What happens when one more comes: the oldest message is dropped, or the new one, and a gap in its place says so; or the iterator ends
   * with an `OverflowError`. Default `drop-oldest`.
   */
  readonly overflow?: Overflow;
}

/** Message of a channel. */
export interface ChannelMessage<Text extends string | Buffer = string> {
  readonly type: 'message';
  readonly channel: Text;
  readonly message: Text;
}

/** Message of a channel that matches a pattern. */
export interface PatternMessage<Text extends string | Buffer = string> extends ChannelMessage<Text> {
  readonly pattern: Text;
}

const SUBSCRIBE = {
  onGap: func<(gap: Gap) => unknown>(),
  signal: checkSignal,
  timeoutMs: milliseconds(0, 'as long as it takes'),
};
export const checkSubscribe = shape(SUBSCRIBE);
export const checkMessages = shape({
  ...SUBSCRIBE,
  gaps: flag,
  maxBuffered: integerBetween(1, 2 ** 30),
  overflow: oneOf<Overflow>('drop-oldest', 'drop-newest', 'error'),
});

/** Channels or patterns as a caller names them. */
export interface ChannelNames {
  readonly kind: SubscribeRequest['kind'];
  readonly names: OneOrMore<Channel>;
}

/** Subscribes a callback; resolves when the servers have confirmed. */
export async function subscribe(
  client: Client,
  view: View,
  channels: ChannelNames,
  onMessage: (message: never, channel: never, pattern: never) => unknown,
  options: SubscribeOptions,
): Promise<Subscription> {
  const request = requestOf(channels);
  const call = onMessage as (message: Payload, channel: Payload, pattern?: Payload) => unknown; // text or bytes by the view
  const bytes = usesBytes(view);
  // The callback gets the documented arguments and no more.
  const deliver: OnPayload =
    channels.kind === 'pattern'
      ? (message, channel, { name, text }) => call(message, channel, bytes ? name : text)
      : (message, channel) => call(message, channel);
  const listener = new CallbackListener(bytes, deliver, options.onGap ?? null, client.subscriptions.reporter);
  const handle = listenAs(client, view, request, listener, limitsOf(view, options));
  await handle.confirmed;
  return new Subscription(
    handle,
    request.names.map((name) => name.toString()),
  );
}

/** Subscribes an iterator. */
export function messages<Given>(client: Client, view: View, channels: ChannelNames, options: MessagesOptions): Messages<Given> {
  const request = requestOf(channels);
  const settings = settingsOf(view, options, usesBytes(view) ? itemOfBytes : itemOfText);
  const stream = new MessageStream(settings, client.subscriptions.reporter, (handler) =>
    listenAs(client, view, request, handler, limitsOf(view, options)),
  );
  return stream as unknown as Messages<Given>; // text or bytes by the view, gaps by the options
}

export function settingsOf(view: View, own: MessagesOptions, itemOf: StreamSettings['itemOf']): StreamSettings {
  return {
    itemOf,
    bytes: usesBytes(view),
    gaps: own.gaps ?? false,
    onGap: own.onGap ?? null,
    maxBuffered: own.maxBuffered ?? 10_000,
    overflow: own.overflow ?? 'drop-oldest',
  };
}

const itemOfText: StreamSettings['itemOf'] = (message, channel, { kind, text }) => messageOf(message, channel, kind, text);
const itemOfBytes: StreamSettings['itemOf'] = (message, channel, { kind, name }) => messageOf(message, channel, kind, name);

function messageOf(message: Payload, channel: Payload, kind: SubscribedChannel['kind'], pattern: Payload): Item {
  const type = 'message';
  return kind === 'pattern' ? ({ type, pattern, channel, message } as Item) : ({ type, channel, message } as Item);
}

export function usesBytes(view: View): boolean {
  return (view.mode & DECODE_BUFFERS) !== 0;
}

export function limitsOf(view: View, { timeoutMs, signal }: SubscribeOptions): SubscribeLimits {
  return { timeoutMs: timeoutMs ?? view.timeoutMs, signal: signal ?? view.signal, life: view.life };
}

function requestOf({ kind, names }: ChannelNames): SubscribeRequest {
  const list = isList(names) ? names : [names];
  // A copy: a caller that changes its bytes afterwards must not rename the channel.
  return { kind, names: list.map((name) => (typeof name === 'string' ? Buffer.from(name) : Buffer.from(name))) };
}
