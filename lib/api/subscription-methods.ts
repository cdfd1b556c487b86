import type { Client } from '../client/client.js';
import type { Gap } from '../client/gap.js';
import type { Messages } from '../client/pubsub/message-stream.js';
import type { View } from '../client/view.js';
import type { OneOrMore } from '../commands/group.js';
import { Commands } from '../commands/index.js';
import type { TextOf } from '../commands/mode.js';
import { ArgumentError } from '../errors.js';
import { checkCalls, type FormsOf } from '../options/call-form.js';
import { SUBSCRIPTION_FORMS } from './call-forms.js';
import { type KeyspaceEvent, type KeyspaceFilter, keyspaceEvents, keyspaceStream } from './keyspace-events.js';
import {
  type Channel,
  type ChannelMessage,
  type MessagesOptions,
  messages,
  type PatternMessage,
  type SubscribeOptions,
  type Subscription,
  subscribe,
} from './subscription.js';

/**
 * Methods of `Redis` that subscribe: to channels, patterns, sharded channels, and to the events of keys; each with a callback or as an
 * iterator. No commands, because a subscription outlives its connection.
 */
export abstract class SubscriptionMethods extends Commands {
  readonly #client: Client;
  readonly #view: View;

  constructor(client: Client, view: View) {
    super();
    this.#client = client;
    this.#view = view;
  }

  /**
   * Has `onMessage` called with each message of a channel or channels, until `unsubscribe()`. Resolves when the servers have confirmed.
   * Survives failovers and resharding; what may have been missed meanwhile is told by `onGap`.
   * @see https://redis.io/docs/latest/develop/pubsub/
   * @example const sub = await redis.subscribe('news', (message, channel) => console.log(channel, message));
   */
  subscribe(
    channels: OneOrMore<Channel>,
    onMessage: (message: TextOf<this>, channel: TextOf<this>) => unknown,
    options: SubscribeOptions = {},
  ): Promise<Subscription> {
    return subscribe(this.#client, this.#view, { kind: 'channel', names: channels }, onMessage, options);
  }

  /**
   * As `subscribe`, for all channels that match a glob-style pattern or patterns.
   * @see https://redis.io/docs/latest/commands/psubscribe/
   * @example await using sub = await redis.psubscribe('news:*', (message, channel, pattern) => console.log(channel, message));
   */
  psubscribe(
    patterns: OneOrMore<Channel>,
    onMessage: (message: TextOf<this>, channel: TextOf<this>, pattern: TextOf<this>) => unknown,
    options: SubscribeOptions = {},
  ): Promise<Subscription> {
    return subscribe(this.#client, this.#view, { kind: 'pattern', names: patterns }, onMessage, options);
  }

  /**
   * As `subscribe`, for sharded channels: what `spublish` sends. In a cluster they follow their slot.
   * @see https://redis.io/docs/latest/develop/pubsub/#sharded-pubsub
   * @example await redis.ssubscribe('{user:1}:events', (message) => console.log(message));
   */
  ssubscribe(
    shardChannels: OneOrMore<Channel>,
    onMessage: (message: TextOf<this>, channel: TextOf<this>) => unknown,
    options: SubscribeOptions = {},
  ): Promise<Subscription> {
    return subscribe(this.#client, this.#view, { kind: 'shard', names: shardChannels }, onMessage, options);
  }

  /**
   * The messages of a channel or channels as they come. Leaving the loop unsubscribes. With `{ gaps: true }` also `{ type: 'gap', … }`
   * where messages may be missing.
   * @example for await (const { channel, message } of redis.messages('news')) console.log(channel, message);
   */
  messages(channels: OneOrMore<Channel>, options: MessagesOptions & { gaps: true }): Messages<ChannelMessage<TextOf<this>> | Gap>;
  messages(channels: OneOrMore<Channel>, options?: MessagesOptions & { gaps?: false }): Messages<ChannelMessage<TextOf<this>>>;
  messages(channels: OneOrMore<Channel>, options?: MessagesOptions): Messages<ChannelMessage<TextOf<this>> | Gap>;
  messages(channels: OneOrMore<Channel>, options: MessagesOptions = {}): Messages<ChannelMessage<TextOf<this>> | Gap> {
    return messages(this.#client, this.#view, { kind: 'channel', names: channels }, options);
  }

  /**
   * As `messages`, for all channels that match a pattern or patterns.
   * @example for await (const { pattern, channel, message } of redis.pmessages('news:*')) console.log(channel, message);
   */
  pmessages(patterns: OneOrMore<Channel>, options: MessagesOptions & { gaps: true }): Messages<PatternMessage<TextOf<this>> | Gap>;
  pmessages(patterns: OneOrMore<Channel>, options?: MessagesOptions & { gaps?: false }): Messages<PatternMessage<TextOf<this>>>;
  pmessages(patterns: OneOrMore<Channel>, options?: MessagesOptions): Messages<PatternMessage<TextOf<this>> | Gap>;
  pmessages(patterns: OneOrMore<Channel>, options: MessagesOptions = {}): Messages<PatternMessage<TextOf<this>> | Gap> {
    return messages(this.#client, this.#view, { kind: 'pattern', names: patterns }, options);
  }

  /**
   * As `messages`, for sharded channels.
   * @example for await (const { message } of redis.smessages('{user:1}:events')) console.log(message);
   */
  smessages(shardChannels: OneOrMore<Channel>, options: MessagesOptions & { gaps: true }): Messages<ChannelMessage<TextOf<this>> | Gap>;
  smessages(shardChannels: OneOrMore<Channel>, options?: MessagesOptions & { gaps?: false }): Messages<ChannelMessage<TextOf<this>>>;
  smessages(shardChannels: OneOrMore<Channel>, options?: MessagesOptions): Messages<ChannelMessage<TextOf<this>> | Gap>;
  smessages(shardChannels: OneOrMore<Channel>, options: MessagesOptions = {}): Messages<ChannelMessage<TextOf<this>> | Gap> {
    return messages(this.#client, this.#view, { kind: 'shard', names: shardChannels }, options);
  }

  /**
   * Has `onEvent` called when something happens to keys, or gives these events as an iterator: on every primary, because each server tells
   * only of its own keys, whichever are primaries by then. Rejects with `KeyspaceEventsOffError` where the servers'
   * `notify-keyspace-events` lacks something.
   * @see https://redis.io/docs/latest/develop/pubsub/keyspace-notifications/
   * @example await redis.keyspaceEvents({ keys: 'user:*', events: ['expired', 'del'] }, ({ key, event }) => console.log(key, event));
   */
  keyspaceEvents(
    filter: KeyspaceFilter,
    onEvent: (event: KeyspaceEvent<TextOf<this>>) => unknown,
    options?: SubscribeOptions,
  ): Promise<Subscription>;
  keyspaceEvents(filter: KeyspaceFilter, options: MessagesOptions & { gaps: true }): Messages<KeyspaceEvent<TextOf<this>> | Gap>;
  keyspaceEvents(filter: KeyspaceFilter, options?: MessagesOptions & { gaps?: false }): Messages<KeyspaceEvent<TextOf<this>>>;
  keyspaceEvents(filter: KeyspaceFilter, options?: MessagesOptions): Messages<KeyspaceEvent<TextOf<this>> | Gap>;
  keyspaceEvents(
    filter: KeyspaceFilter,
    how: ((event: KeyspaceEvent<TextOf<this>>) => unknown) | MessagesOptions = {},
    options?: SubscribeOptions,
  ): Promise<Subscription> | Messages<KeyspaceEvent<TextOf<this>> | Gap> {
    if (typeof how === 'function') return keyspaceEvents(this.#client, this.#view, filter, how, options ?? {});
    if (options !== undefined)
      throw new ArgumentError('keyspaceEvents: argument 3 (options) goes with a function; an iterator has argument 2');
    return keyspaceStream(this.#client, this.#view, filter, how);
  }
}

checkCalls(SubscriptionMethods, SUBSCRIPTION_FORMS satisfies FormsOf<SubscriptionMethods, Commands>);
