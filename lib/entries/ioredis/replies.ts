import type { Untyped } from './untyped.js';

/** What a transformer of replies is told of the command. */
export interface ReplyContext {
  readonly commandName: string;
  readonly protocol: 2 | 3;
  readonly replyMapping: 'legacy' | 'resp3';
}

/** Transformer of replies. */
export type ReplyTransformer = (reply: Untyped, context: ReplyContext) => unknown;

const INTEGER = /^-?\d+$/;

/** The reply with its bytes as text, at every depth; the same value where there are none. */
export function bytesAsText(reply: unknown, encoding: BufferEncoding): unknown {
  if (typeof reply !== 'object' || reply === null) return reply;
  if (Buffer.isBuffer(reply)) return reply.toString(encoding);
  if (Array.isArray(reply)) {
    for (let at = 0; at < reply.length; at++) {
      const item: unknown = reply[at];
      if (typeof item !== 'object' || item === null) continue;
      const text = bytesAsText(item, encoding);
      if (text !== item) return reply.map((other: unknown) => bytesAsText(other, encoding));
    }
    return reply;
  }
  return Object.getPrototypeOf(reply) === Object.prototype ? objectAsText(reply, encoding) : reply;
}

function objectAsText(reply: object, encoding: BufferEncoding): object {
  const entries = Object.entries(reply);
  return entries.some(([, value]) => bytesAsText(value, encoding) !== value)
    ? toObject(entries.flatMap(([field, value]) => [field, bytesAsText(value, encoding)]))
    : reply;
}

/** The reply with its text as bytes, save integers that are wanted as text: a status comes as text in any encoding. */
export function textAsBytes(reply: unknown): unknown {
  if (typeof reply === 'string') return INTEGER.test(reply) ? reply : Buffer.from(reply);
  if (!Array.isArray(reply)) return reply;
  for (let at = 0; at < reply.length; at++) {
    const item: unknown = reply[at];
    if (textAsBytes(item) !== item) return reply.map(textAsBytes);
  }
  return reply;
}

/** The reply with integers beyond 2^53 as numbers, at every depth; the same value where there are none. */
export function roundBigints(reply: unknown): unknown {
  if (typeof reply === 'bigint') return Number(reply);
  if (!Array.isArray(reply)) return reply;
  for (let at = 0; at < reply.length; at++) {
    const item: unknown = reply[at];
    if (roundBigints(item) !== item) return reply.map(roundBigints);
  }
  return reply;
}

/** Object of a flat list of fields and values. A field may have the name of the one property that assigning would not make. */
export function toObject(pairs: readonly unknown[]): Record<string, unknown> {
  const object: Record<string, unknown> = {};
  for (let at = 0; at < pairs.length; at += 2) {
    const given = pairs[at];
    const field = typeof given === 'string' ? given : String(given);
    const value = pairs[at + 1];
    if (field === '__proto__') Object.defineProperty(object, field, { value, configurable: true, enumerable: true, writable: true });
    else object[field] = value;
  }
  return object;
}

/** What a program may replace with `Command.setReplyTransformer`. */
export const REPLY_TRANSFORMERS: Readonly<Record<string, ReplyTransformer>> = {
  hgetall: (reply) => (Array.isArray(reply) ? toObject(reply) : reply),
  // Redis nests score and attributes of an element in RESP3 alone; flat as in RESP2 for all, as long as maps are not wanted.
  vsim: (reply, { replyMapping }) => (Array.isArray(reply) && replyMapping === 'legacy' ? reply.flat(1) : reply),
};

/** Replies of EXEC as `[null, value]` or `[error]`; null where a watched key had changed. */
export function asPairs(replies: readonly unknown[] | null): unknown[][] | null {
  return replies === null ? null : replies.map((reply) => (reply instanceof Error ? [reply] : [null, reply]));
}
