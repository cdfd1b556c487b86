import { readFileSync } from 'node:fs';
import { ReplyError } from '../../../lib/errors.js';
import type { Raw } from '../../../lib/protocol/command-spec.js';

/** Replies as captured from real servers: an error reply is `{ error: text }`. */
export type Captured = string | number | null | { readonly error: string } | readonly Captured[];

/** A file of captured replies. */
export function captured<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(`../../spec/topology/${name}.json`, import.meta.url), 'utf8')) as T;
}

/** A captured reply as the parser gives it. */
export function raw(reply: Captured | undefined): Raw {
  if (reply === undefined || reply === null) return null;
  if (typeof reply !== 'object') return reply;
  if ('error' in reply) return new ReplyError(reply.error.split(' ')[0] ?? 'ERR', reply.error);
  return reply.map(raw);
}
