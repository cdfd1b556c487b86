import type { Client } from '../client/client.js';
import { CallbackListener, type OnPayload } from '../client/pubsub/callback-listener.js';
import { afterChannelPrefix, missingFlags, type NotificationClass } from '../client/pubsub/keyspace-notifications.js';
import { KeyspaceSubscription } from '../client/pubsub/keyspace-subscription.js';
import { type Item, MessageStream, type Messages } from '../client/pubsub/message-stream.js';
import type { SubscribeLimits, SubscribeRequest } from '../client/pubsub/subscribe-request.js';
import type { SubscribedChannel, SubscriptionHandler } from '../client/pubsub/subscription-handler.js';
import type { View } from '../client/view.js';
import type { OneOrMore } from '../commands/group.js';
import { isList } from '../commands/tokens.js';
import type { Payload } from '../connection/channel-subscription.js';
import { KeyspaceEventsOffError, ReplyError } from '../errors.js';
import { flag, integerBetween, refuseValue, shape } from '../options/validate.js';
import { command } from '../protocol/catalog/specs.js';
import { prefixGlob } from '../routing/keys/key-prefix.js';
import { limitsOf, type MessagesOptions, type SubscribeOptions, Subscription, settingsOf, usesBytes } from './subscription.js';

/** Event of a key: a command changed it, it expired, or it was evicted. */
export interface KeyspaceEvent<Text extends string | Buffer = string> {
  readonly type: 'event';
  readonly key: Text;
  readonly event: string;
  /** The primary that sent the event, as `host:port`. */
  readonly node: string;
}

/** Filter of keyspace events: which events of which keys. */
export interface KeyspaceFilter {
  /** Glob-style patterns of keys, before the key prefix. Default: all keys. */
  readonly keys?: OneOrMore<string | Uint8Array>;
  /** Names of events, as the servers' documentation has them: `set`, `del`, `expired` … Default: all events. */
  readonly events?: OneOrMore<string>;
  /** Number of the database. Default: the client's. */
  readonly database?: number;
  /**
   * Switches on what the servers' `notify-keyspace-events` lacks, with CONFIG SET. Default false: it is an error, which says what to do.
   */
  readonly configure?: boolean;
}

const CONFIG_GET = command('CONFIG GET');
const CONFIG_SET = command('CONFIG SET');
const SETTING = 'notify-keyspace-events';

export const checkFilter = shape({
  keys: (value, path): readonly (string | Uint8Array)[] => {
    const list: readonly unknown[] = isList(value as OneOrMore<string>) ? (value as readonly string[]) : [value];
    if (list.length === 0) refuseValue(path, 'at least one pattern', value);
    return list.map((key) => (typeof key === 'string' || key instanceof Uint8Array ? key : refuseValue(path, 'patterns of keys', key)));
  },
  events: (value, path): readonly string[] => {
    const list: readonly unknown[] = isList(value as OneOrMore<string>) ? (value as readonly string[]) : [value];
    if (list.length === 0) refuseValue(path, 'at least one event', value);
    return list.map((event) => (typeof event === 'string' && event !== '' ? event : refuseValue(path, 'names of events', event)));
  },
  database: integerBetween(0, 2 ** 31 - 1),
  configure: flag,
});

/** Subscribes a callback to keyspace events; resolves when all primaries have confirmed. */
export async function keyspaceEvents(
  client: Client,
  view: View,
  filter: KeyspaceFilter,
  onEvent: (event: never) => unknown,
  options: SubscribeOptions,
): Promise<Subscription> {
  const plan = planOf(client, view, filter);
  const call = onEvent as (event: KeyspaceEvent<string | Buffer>) => unknown; // text or bytes by the view
  const deliver: OnPayload = (payload, channel, source) => {
    const event = plan.eventOf(payload, channel, source);
    return event === null ? undefined : call(event);
  };
  const listener = new CallbackListener(usesBytes(view), deliver, options.onGap ?? null, client.subscriptions.reporter);
  const handle = subscribeToEvents(client, view, plan, listener, limitsOf(view, options));
  await handle.confirmed;
  return new Subscription(handle, plan.request.names.map(String));
}

/** Subscribes an iterator to keyspace events. */
export function keyspaceStream<Given>(client: Client, view: View, filter: KeyspaceFilter, options: MessagesOptions): Messages<Given> {
  const plan = planOf(client, view, filter);
  const stream = new MessageStream(settingsOf(view, options, plan.eventOf), client.subscriptions.reporter, (handler) =>
    subscribeToEvents(client, view, plan, handler, limitsOf(view, options)),
  );
  return stream as unknown as Messages<Given>; // text or bytes by the view, gaps by the options
}

/** What a filter means for the servers: which channels to subscribe to, and how their messages become events. */
interface Plan {
  readonly request: SubscribeRequest;
  readonly notificationClass: NotificationClass;
  readonly events: readonly string[];
  readonly configure: boolean;
  /** The event of a message; null: of another key than the view's, or none of the events of the filter. */
  readonly eventOf: (payload: Payload, channel: Payload, source: SubscribedChannel) => (Item & KeyspaceEvent<string | Buffer>) | null;
}

/** The plan of a filter. With patterns of keys the servers filter by key and the client by event; without, the servers filter by event. */
function planOf(client: Client, { prefix }: View, filter: KeyspaceFilter): Plan {
  const { database = client.options.database, configure = false } = filter;
  const keys = listOf(filter.keys);
  const events = listOf(filter.events) ?? [];
  const byKey = keys !== undefined;
  const channelPrefix = byKey ? `__keyspace@${database}__:` : `__keyevent@${database}__:`;
  const filtered = new Set(events);
  const eventOf: Plan['eventOf'] = (payload, channel, { placement }) => {
    const rest = afterChannelPrefix(channel);
    const event = String(byKey ? payload : rest);
    if (filtered.size > 0 && !filtered.has(event)) return null;
    const full = byKey ? rest : payload;
    const key = prefix === null ? full : prefix.strip(full);
    return key === null ? null : { type: 'event', key, event, node: placement.node };
  };
  const patterns = keys?.map((key) =>
    Buffer.concat([Buffer.from(channelPrefix), Buffer.from(prefix === null ? key : (prefixGlob(prefix, key) as string))]),
  );
  const names = patterns ?? (events.length === 0 ? ['*'] : events).map((event) => Buffer.from(`${channelPrefix}${event}`));
  const kind = !byKey && events.length > 0 ? 'channel' : 'pattern';
  return { request: { kind, names }, notificationClass: byKey ? 'K' : 'E', events, configure, eventOf };
}

function listOf<T>(given: OneOrMore<T> | undefined): readonly T[] | undefined {
  if (given === undefined) return undefined;
  return isList(given) ? given : [given];
}

function subscribeToEvents(
  client: Client,
  view: View,
  { request, notificationClass, events, configure }: Plan,
  handler: SubscriptionHandler,
  limits: SubscribeLimits,
): KeyspaceSubscription {
  const { primaries, reporter } = client.subscriptions;
  return new KeyspaceSubscription(request, handler, limits, {
    what: 'keyspace events',
    primaries: view.member === null ? primaries : primaries.ofMember(view.member.slot),
    reporter,
    connect: (timeoutMs) => client.connect(timeoutMs),
    listen: (...args) => client.listen(...args),
    check: async (target) => {
      const asText = view.withMode(0);
      const current = await client.runAt(CONFIG_GET, [SETTING], asText, { node: target }).then(settingOf, unknownSetting);
      const missing = current === null ? '' : missingFlags(current, notificationClass, events);
      if (missing === '') return;
      if (!configure) throw new KeyspaceEventsOffError(target, current ?? '', missing);
      await client.runAt(CONFIG_SET, [SETTING, `${current}${missing}`], asText, { node: target });
    },
  });
}

function settingOf(reply: unknown): string {
  return Array.isArray(reply) ? String(reply[1] ?? '') : '';
}

/** The setting of a server that refuses CONFIG, as managed services often do: null, because it is not known. */
function unknownSetting(error: unknown): null {
  if (error instanceof ReplyError) return null;
  throw error;
}
