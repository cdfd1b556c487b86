import type { Client } from '../client/client.js';
import type { Gap } from '../client/gap.js';
import { CallbackListener, type OnPayload } from '../client/pubsub/callback-listener.js';
import type { ChannelState } from '../client/pubsub/channel.js';
import type { Overflow } from '../client/pubsub/message-queue.js';
import { type Item, MessageStream, type Messages, type StreamSettings } from '../client/pubsub/message-stream.js';
import type { SubscribeLimits, SubscriptionHandle } from '../client/pubsub/subscription.js';
import type { SubscribeRequest } from '../client/pubsub/subscription-manager.js';
import type { View } from '../client/view.js';
import type { OneOrMore } from '../commands/group.js';
import { isList } from '../commands/tokens.js';
import type { Payload } from '../connection/subscriber.js';
import { ArgumentError, show } from '../errors.js';
import { checkSignal } from '../options/checks.js';
import { flag, func, integer, milliseconds, oneOf, shape } from '../options/validate.js';
import { DECODE_BUFFERS } from '../protocol/command-spec.js';

/** The name of a channel, or a pattern: text or bytes. The key prefix does not stand before it. */
export type Channel = string | Uint8Array;

/** Options of `subscribe`, `psubscribe` and `ssubscribe`. */
export interface SubscribeOptions {
  /** Called before the first message after each span of time in which messages may have been missed. Default: none; the client's `gap` event tells it, too. */
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
  /** How many messages wait for a consumer that is slower than they come. Default 10,000. */
  readonly maxBuffered?: number;
  /**
   * What happens to one more: the oldest is dropped, or this one, which a gap tells in its place; or the iterator ends with an `OverflowError`.
   * Default `drop-oldest`.
   */
  readonly overflow?: Overflow;
}

/** One message of a channel. */
export interface ChannelMessage<Text extends string | Buffer = string> {
  readonly type: 'message';
  readonly channel: Text;
  readonly message: Text;
}

/** One message of a channel that matches a pattern. */
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
  maxBuffered: integer(1, 2 ** 30),
  overflow: oneOf<Overflow>('drop-oldest', 'drop-newest', 'error'),
});
const checkListener = func<(message: Payload, channel: Payload, pattern?: Payload) => unknown>();

/** What `subscribe` and its like resolve with: channels or patterns that a function listens to, until it leaves. */
export class Subscription {
  readonly #group: SubscriptionHandle;

  /** Use `subscribe`, `psubscribe` or `ssubscribe`. */
  constructor(
    group: SubscriptionHandle,
    /** The channels or patterns. */
    readonly names: readonly string[],
  ) {
    this.#group = group;
  }

  /** The servers deliver messages of all of them at the moment. False in a gap, and after the end. */
  get live(): boolean {
    return this.#group.live;
  }

  /** Ends it: the function is not called again. Resolves when the servers have confirmed that, where nobody else listens. */
  unsubscribe(): Promise<void> {
    return this.#group.end();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.unsubscribe();
  }
}

/** `method` names it in errors. */
export async function subscribe(
  client: Client,
  view: View,
  kind: SubscribeRequest['kind'],
  names: OneOrMore<Channel>,
  onMessage: unknown,
  options: SubscribeOptions,
): Promise<Subscription> {
  const request = wishOf(kind, names);
  const own = checkSubscribe(options, 'options');
  const report = client.subscriptions.report.bind(client.subscriptions);
  const call = checkListener(onMessage, 'onMessage');
  const bytes = wantsBytes(view);
  // Nobody gets more than what is documented.
  const hand: OnPayload =
    kind === 'pattern'
      ? (message, channel, topic) => call(message, channel, bytes ? topic.name : topic.text)
      : (message, channel) => call(message, channel);
  const listener = new CallbackListener(bytes, hand, own.onGap ?? null, report);
  const group = client.listen(request, listener, limitsOf(view, own));
  await group.begun;
  return new Subscription(
    group,
    request.names.map((name) => name.toString()),
  );
}

export function messages<Given>(
  client: Client,
  view: View,
  kind: SubscribeRequest['kind'],
  names: OneOrMore<Channel>,
  options: MessagesOptions,
): Messages<Given> {
  const request = wishOf(kind, names);
  const own = checkMessages(options, 'options');
  const { subscriptions } = client;
  const stream = new MessageStream(settingsOf(view, own, wantsBytes(view) ? itemOfBytes : itemOfText), {
    open: (handler) => client.listen(request, handler, limitsOf(view, own)),
    report: (error) => subscriptions.report(error),
    dropped: (first) => subscriptions.dropped(first),
    gap: (gap) => subscriptions.publishGap(gap),
  });
  return stream as unknown as Messages<Given>; // text or bytes by the view, gaps by the options
}

export function settingsOf(view: View, own: MessagesOptions, itemOf: StreamSettings['itemOf']): StreamSettings {
  return {
    itemOf,
    bytes: wantsBytes(view),
    gaps: own.gaps ?? false,
    onGap: own.onGap ?? null,
    maxBuffered: own.maxBuffered ?? 10_000,
    overflow: own.overflow ?? 'drop-oldest',
  };
}

const itemOfText: StreamSettings['itemOf'] = (message, channel, { kind, text }) => messageOf(message, channel, kind, text);
const itemOfBytes: StreamSettings['itemOf'] = (message, channel, { kind, name }) => messageOf(message, channel, kind, name);

function messageOf(message: Payload, channel: Payload, kind: ChannelState['kind'], pattern: Payload): Item {
  const type = 'message';
  return kind === 'pattern' ? ({ type, pattern, channel, message } as Item) : ({ type, channel, message } as Item);
}

export function wantsBytes(view: View): boolean {
  return (view.mode & DECODE_BUFFERS) !== 0;
}

export function limitsOf(view: View, { timeoutMs, signal }: SubscribeOptions): SubscribeLimits {
  return { timeoutMs: timeoutMs ?? view.timeoutMs, signal: signal ?? view.signal };
}

function wishOf(kind: SubscribeRequest['kind'], names: OneOrMore<Channel>): SubscribeRequest {
  const list: readonly unknown[] = isList(names) ? names : [names];
  if (list.length === 0) throw new ArgumentError('a subscription needs a channel');
  return { kind, names: list.map(bytesOf) };
}

function bytesOf(name: unknown): Buffer {
  if (typeof name === 'string') return Buffer.from(name);
  // A copy: what the caller does with its own afterwards must not rename a channel.
  if (name instanceof Uint8Array) return Buffer.from(name);
  throw new ArgumentError(`a channel is a string or bytes, got ${show(name)}`);
}
