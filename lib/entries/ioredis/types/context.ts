import type { Callback } from '../callbacks.js';
import type { RedisCommander } from './redis-commander.js';

export type RedisKey = string | Buffer;
export type RedisValue = string | Buffer | number;

/** What a command gives: a promise, or the pipeline that collects it. */
export interface ResultTypes<Result, Context> {
  default: Promise<Result>;
  pipeline: ChainableCommander<Context extends { mapping: 'resp3' } ? 'resp3' : 'resp2'>;
}

/** Where a command stands, and by which protocol its reply is typed. */
export type ClientContext = { type: keyof ResultTypes<unknown, unknown>; mapping?: 'resp2' | 'resp3' };

/** What a command gives that resolves with a `T`. */
export type Result<T, Context extends ClientContext> = ResultTypes<T, Context>[Context['type']];

/** Pipeline or transaction, as its commands give it. */
export interface ChainableCommander<Mapping extends 'resp2' | 'resp3' = 'resp2'>
  extends RedisCommander<{ type: 'pipeline'; mapping: Mapping }> {
  length: number;
}

/** Reply that has another shape where RESP3 is wanted. */
export interface Shape<Resp2, Resp3> {
  readonly resp2: Resp2;
  readonly resp3: Resp3;
}

/** Several forms of a command, each with its reply. */
export interface Forms<List extends readonly Form[]> {
  readonly forms: List;
}

/** Form of a command: its arguments and its reply. */
export type Form = readonly [args: readonly unknown[], reply: unknown];

type ReplyOf<Reply, Context extends ClientContext> =
  Reply extends Shape<infer Resp2, infer Resp3> ? (Context extends { mapping: 'resp3' } ? Resp3 : Resp2) : Reply;

/** The reply with bytes in the place of text. */
export type Bytes<Reply> = Reply extends string ? Buffer : Reply extends object ? { [Part in keyof Reply]: Bytes<Reply[Part]> } : Reply;

/** Method of one form, with and without a callback at its end. */
interface Method<Args extends readonly unknown[], Reply, Context extends ClientContext> {
  (...args: [...Args, callback: Callback<Reply>]): Result<Reply, Context>;
  (...args: Args): Result<Reply, Context>;
}

type BytesForm<F extends Form> = [F[0], Bytes<F[1]>];

/** Method of a command in all its forms. */
export type MethodOf<Entry, Context extends ClientContext> =
  Entry extends Forms<infer List>
    ? MethodOfAll<List, Context>
    : Entry extends Form
      ? Method<Entry[0], ReplyOf<Entry[1], Context>, Context>
      : never;

type MethodOfAll<List extends readonly Form[], Context extends ClientContext> = List extends readonly [
  infer First extends Form,
  ...infer Rest extends readonly Form[],
]
  ? Method<First[0], ReplyOf<First[1], Context>, Context> & MethodOfAll<Rest, Context>
  : unknown;

/** Method of a command that gives bytes. */
export type BufferMethodOf<Entry, Context extends ClientContext> =
  Entry extends Forms<infer List>
    ? MethodOfAll<{ [At in keyof List]: BytesForm<List[At]> }, Context>
    : Entry extends Form
      ? MethodOf<BytesForm<Entry>, Context>
      : never;
