import type { Raw } from '../../../index.js';
import { type Blob, shape } from '../commands/command.js';
import type { TypeMapping } from '../type-mapping.js';
import { entriesOf, listOf, mapOf, record } from './aggregates.js';

/** Message of a stream. The last two: of a message that a group claimed, or reads again. */
export interface StreamMessage {
  id: Blob;
  message: Record<string, Blob>;
  millisElapsedFromDelivery?: number;
  deliveriesCounter?: number;
}

function messageOf(reply: Raw, mapping: TypeMapping | undefined): StreamMessage {
  const [id, fields = null, elapsed, deliveries] = listOf(reply);
  return {
    id: id as unknown as Blob, // a text
    message: mapOf(fields, mapping) as Record<string, Blob>, // texts
    ...(elapsed === undefined ? {} : { millisElapsedFromDelivery: elapsed as number }),
    ...(deliveries === undefined ? {} : { deliveriesCounter: deliveries as number }),
  };
}

const messageOrNull = (reply: Raw, mapping: TypeMapping | undefined): StreamMessage | null =>
  reply === null ? null : messageOf(reply, mapping);

export const messages = shape((reply, _, mapping) => listOf(reply).map((it) => messageOf(it, mapping)));
export const messagesWithNulls = shape((reply, _, mapping) => listOf(reply).map((it) => messageOrNull(it, mapping)));

/** Messages by stream: RESP2 sends pairs, RESP3 a map. */
export const messagesOfStreams = shape((reply, _, mapping) => {
  if (reply === null) return null;
  const isPairs = Array.isArray(reply) && Array.isArray(reply[0]);
  const pairs = isPairs ? reply.map(listOf) : entriesOf(reply).map(([name, of]) => [String(name), of]);
  return pairs.map(([name, of]) => ({
    name: name as unknown as Blob, // a text
    messages: listOf(of).map((it) => messageOf(it, mapping)),
  }));
});

export const claimed = shape((reply, _, mapping) => {
  const [next, of, deleted] = listOf(reply);
  return {
    nextId: next as unknown as Blob, // a text
    messages: listOf(of).map((it) => messageOrNull(it, mapping)),
    deletedMessages: deleted as unknown as Blob[], // none before Redis 7
  };
});

export const claimedIds = shape((reply) => {
  const [nextId, ids, deletedMessages] = listOf(reply) as unknown as [Blob, Blob[], Blob[]]; // the server's order
  return { nextId, messages: ids, deletedMessages };
});

export const pendingSummary = shape((reply) => {
  const [pending, firstId, lastId, consumers = null] = listOf(reply) as unknown as [number, Blob | null, Blob | null, Raw]; // the server's order
  return {
    pending,
    firstId,
    lastId,
    consumers:
      consumers === null
        ? null
        : listOf(consumers)
            .map(listOf)
            .map(([name, count]) => ({ name: name as unknown as Blob, deliveriesCounter: Number(count) })),
  };
});

export const pendingMessages = shape((reply) =>
  listOf(reply).map((it) => {
    const [id, consumer, millisecondsSinceLastDelivery, deliveriesCounter] = it as unknown as [Blob, Blob, number, number]; // the server's order
    return { id, consumer, millisecondsSinceLastDelivery, deliveriesCounter };
  }),
);

const entry = shape((reply, _, mapping) => messageOrNull(reply, mapping));
export const streamInfo = record({ 'first-entry': entry, 'last-entry': entry });
