import type { Callback } from '../callbacks.js';
import type { CollectionCommands } from './collection-commands.js';
import type { Bytes, Form, Forms, Shape } from './command-row.js';
import type { KeyCommands } from './key-commands.js';
import type { ServerCommands } from './server-commands.js';
import type { SortedSetCommands } from './sorted-set-commands.js';
import type { StreamCommands } from './stream-commands.js';

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

type ReplyOf<Reply, Context extends ClientContext> =
  Reply extends Shape<infer Resp2, infer Resp3> ? (Context extends { mapping: 'resp3' } ? Resp3 : Resp2) : Reply;

/** Method of one form, with and without a callback at its end. */
interface Method<Args extends readonly unknown[], Reply, Context extends ClientContext> {
  (...args: [...Args, callback: Callback<Reply>]): Result<Reply, Context>;
  (...args: Args): Result<Reply, Context>;
}

type BytesForm<F extends Form> = [F[0], Bytes<F[1]>];

/** Method of a command in all its forms. */
type MethodOf<Entry, Context extends ClientContext> =
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
type BufferMethodOf<Entry, Context extends ClientContext> =
  Entry extends Forms<infer List>
    ? MethodOfAll<{ [At in keyof List]: BytesForm<List[At]> }, Context>
    : Entry extends Form
      ? MethodOf<BytesForm<Entry>, Context>
      : never;

interface CommandTable extends KeyCommands, CollectionCommands, SortedSetCommands, StreamCommands, ServerCommands {}

type TextMethods<Context extends ClientContext> = { [Name in keyof CommandTable]: MethodOf<CommandTable[Name], Context> };
type BufferMethods<Context extends ClientContext> = {
  [Name in keyof CommandTable as `${Name}Buffer`]: BufferMethodOf<CommandTable[Name], Context>;
};

type CallArgument = string | Buffer | number;
type Replies = [error: Error | null, result: unknown][] | null;

/**
 * All commands, as promises or as methods of a pipeline. A program declares those that it defines, as with ioredis:
 * `declare module 'slotwise/ioredis' { interface RedisCommander<Context> { rename2(key: string): Result<string, Context> } }`.
 */
export interface RedisCommander<Context extends ClientContext = { type: 'default' }> extends TextMethods<Context>, BufferMethods<Context> {
  /** Sends any command. */
  call(command: string, args: CallArgument[], callback?: Callback<unknown>): Result<unknown, Context>;
  call(...args: [command: string, ...args: CallArgument[], callback: Callback<unknown>]): Result<unknown, Context>;
  call(...args: [command: string, ...args: CallArgument[]]): Result<unknown, Context>;
  callBuffer(command: string, args: CallArgument[], callback?: Callback<unknown>): Result<unknown, Context>;
  callBuffer(...args: [command: string, ...args: CallArgument[], callback: Callback<unknown>]): Result<unknown, Context>;
  callBuffer(...args: [command: string, ...args: CallArgument[]]): Result<unknown, Context>;

  exec(callback?: Callback<Replies>): Promise<Replies>;
  multi(options: { pipeline: false }): Result<'OK', Context>;
  multi(options?: { pipeline?: true }): ChainableCommander<MappingOf<Context>>;
  multi(commands?: unknown[][], options?: { pipeline?: true }): ChainableCommander<MappingOf<Context>>;
}

type MappingOf<Context extends ClientContext> = Context extends { mapping: 'resp3' } ? 'resp3' : 'resp2';
