import type { Raw } from '../../../index.js';
import type { Words } from '../command-parser.js';
import type { TypeMapping } from '../type-mapping.js';

/** How a reply becomes what node-redis gives. `Reply` is its type; without `of` the reply stays as it is. */
export interface ReplyShape<Reply> {
  readonly of?: TransformReply<Reply>;
}

/** Makes of a raw reply, of either protocol, what the method gives. `preserve`: what the command's parser kept for it. */
export type TransformReply<Reply> = (reply: Raw, preserve: unknown, mapping: TypeMapping | undefined) => Reply;

/** Command of the table: the words before its arguments, how the arguments are laid out, and the shape of its reply. */
export interface Command<Args extends readonly unknown[] = readonly unknown[], Reply = unknown> {
  readonly words: readonly string[];
  readonly layOut: (words: Words, ...args: Args) => unknown;
  readonly transformReply: TransformReply<Reply> | undefined;
}

/** `name`: the words that every call begins with. */
export function command<Args extends readonly unknown[], Reply>(
  name: string,
  layOut: (words: Words, ...args: Args) => unknown,
  reply: ReplyShape<Reply>,
): Command<Args, Reply> {
  return { words: name.split(' '), layOut, transformReply: reply.of };
}

/** Text of a reply, which `withTypeMapping` may turn into bytes. */
export interface Blob {
  readonly blob: unique symbol;
}

const AS_IT_IS: ReplyShape<never> = {};

/** A reply that stays as it is. */
export function raw<Reply>(): ReplyShape<Reply> {
  return AS_IT_IS;
}

export function shape<Reply>(of: TransformReply<Reply>): ReplyShape<Reply> {
  return { of };
}

export const integer = raw<number>();
export const integerOrNull = raw<number | null>();
export const integers = raw<number[]>();
export const integersOrNull = raw<number[] | null>();
export const ok = raw<'OK'>();
export const text = raw<Blob>();
export const textOrNull = raw<Blob | null>();
export const texts = raw<Blob[]>();
export const textsOrNull = raw<Blob[] | null>();
export const textsWithNulls = raw<(Blob | null)[]>();
/** A list of the server's words, such as the names of fields. */
export const words = raw<string[]>();
export const word = raw<string>();
/** What the documentation of the server says. */
export const anything = raw<unknown>();
