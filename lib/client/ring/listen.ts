import type { Client } from '../client.js';
import { KeyspaceSubscription } from '../pubsub/keyspace-subscription.js';
import type { SubscribeLimits, SubscribeRequest } from '../pubsub/subscribe-request.js';
import type { SubscriptionHandle } from '../pubsub/subscription.js';
import type { SubscriptionHandler } from '../pubsub/subscription-handler.js';
import type { View } from '../view.js';

/** Listens as a view does: to one member of a ring, to the member of each channel, to patterns on all members. */
export function listenAs(
  client: Client,
  { member }: View,
  request: SubscribeRequest,
  handler: SubscriptionHandler,
  limits: SubscribeLimits,
): SubscriptionHandle {
  if (member !== null) return client.listen({ ...request, slot: member.slot }, handler, limits);
  if (client.sharding.ring === null || request.kind !== 'pattern') return client.listen(request, handler, limits);
  const { primaries, reporter } = client.subscriptions;
  return new KeyspaceSubscription(request, handler, limits, {
    what: `${String(request.names[0])} on every member`,
    primaries,
    reporter,
    connect: (timeoutMs) => client.connect(timeoutMs),
    listen: (...args) => client.listen(...args),
    check: async () => {},
  });
}
