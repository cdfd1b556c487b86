import type { Raw } from '../../index.js';
import type { RawEntry } from './types.js';

// What servers say in RESP3 becomes what they say in RESP2, which BullMQ expects: a client that a program made may speak either.

/** Turns a reply into what BullMQ expects. */
export type Shape = (reply: Raw) => unknown;

/** A hash, a map or a flat list, as an object. */
export function toObject(reply: Raw): Record<string, string> {
  if (!Array.isArray(reply)) return (reply ?? {}) as Record<string, string>; // a map, which `call` gives as an object
  const object: Record<string, string> = {};
  for (let at = 0; at < reply.length; at += 2) object[String(reply[at])] = String(reply[at + 1]);
  return object;
}

/** Members, with their scores as text between them where these were asked for: RESP3 has pairs, and numbers. */
export function toFlatTexts(reply: Raw): string[] {
  return Array.isArray(reply) ? reply.flat().map(String) : [];
}

/** A number as text, as RESP2 has scores. */
export function toScore(reply: Raw): string | null {
  if (reply === null) return null;
  return reply === Number.POSITIVE_INFINITY ? 'inf' : reply === Number.NEGATIVE_INFINITY ? '-inf' : String(reply);
}

/** The element of BZPOPMIN. */
export function toPopped(reply: Raw): [key: string, member: string, score: string] | null {
  if (!Array.isArray(reply)) return null;
  const [key = '', member = '', score = ''] = reply;
  return [String(key), String(member), toScore(score) ?? ''];
}

/** Streams with their entries: RESP3 has a map, which comes as an object, or flat from a connection of one's own. */
export function toStreams(reply: Raw): [stream: string, entries: RawEntry[]][] | null {
  if (reply === null) return null;
  const streams = !Array.isArray(reply) ? Object.entries(reply) : Array.isArray(reply[0]) ? reply : pairs(reply);
  return streams as unknown as [string, RawEntry[]][]; // by the server's documentation
}

function pairs(flat: readonly Raw[]): Raw[][] {
  return Array.from({ length: flat.length / 2 }, (_, at) => flat.slice(2 * at, 2 * at + 2));
}

/** A page of HSCAN, whose pairs RESP3 leaves flat, too. */
export const asItIs: Shape = (reply) => reply;
