import { inspect } from 'node:util';

/** Text of a reply or of words, in which classes, prototypes, bytes and order show. An error: its class and message. */
export function asText(value: unknown): string {
  if (value instanceof Error) return `${value.constructor.name}: ${value.message}`;
  return inspect(value, { depth: 12, breakLength: Number.POSITIVE_INFINITY, maxArrayLength: null, maxStringLength: null, compact: 12 });
}
