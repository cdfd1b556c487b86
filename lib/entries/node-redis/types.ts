import type { Blob, Command } from './commands/command.js';
import type { Commands } from './commands/index.js';
import type { Upper } from './commands/upper-names.js';
import type { RedisMultiCommand } from './multi.js';
import type { CustomCommand, RedisFunctions, RedisModules, RedisScripts } from './options/types.js';
import type { RESP_TYPES, TypeMapping } from './type-mapping.js';

/** Text of replies by a mapping. */
export type TextOf<TM> = TM extends { readonly [RESP_TYPES.BLOB_STRING]: BufferConstructor } ? Buffer : string;

/** A reply of the table with its texts as the mapping has them. */
export type Mapped<Reply, Text> = unknown extends Reply
  ? unknown
  : Reply extends Blob
    ? Text
    : Reply extends string | number | bigint | boolean | null | undefined | Buffer
      ? Reply
      : { [K in keyof Reply]: Mapped<Reply[K], Text> };

type ArgsOf<C> = C extends Command<infer Args, infer _Reply> ? Args : never;
type ReplyOf<C> = C extends Command<infer _Args, infer Reply> ? Reply : never;

/** Methods of all commands, in camel case and in capitals. */
export type CommandMethods<TM> = {
  [Method in keyof Commands]: (...args: ArgsOf<Commands[Method]>) => Promise<Mapped<ReplyOf<Commands[Method]>, TextOf<TM>>>;
} & {
  [Method in keyof Commands as Upper<Method>]: (
    ...args: ArgsOf<Commands[Method]>
  ) => Promise<Mapped<ReplyOf<Commands[Method]>, TextOf<TM>>>;
};

type Tail<List> = List extends readonly [unknown, ...infer Rest] ? Rest : never;
/** Arguments of a command that a program defines, and what its function makes of the reply. */
type CustomArgs<C extends CustomCommand> = Tail<Parameters<C['parseCommand']>>;
type CustomReply<C extends CustomCommand> = C['transformReply'] extends (...args: never[]) => infer Reply
  ? Reply
  : C['transformReply'] extends { 3: (...args: never[]) => infer Reply }
    ? Reply
    : unknown;
type CustomMethods<Named extends Readonly<Record<string, CustomCommand>>> = {
  [Name in keyof Named]: (...args: CustomArgs<Named[Name]>) => Promise<CustomReply<Named[Name]>>;
};

/** Methods of the scripts, functions and modules that a program gives. */
export type CustomExtensions<M extends RedisModules, F extends RedisFunctions, S extends RedisScripts> = CustomMethods<S> & {
  [Name in keyof M]: CustomMethods<M[Name]>;
} & { [Library in keyof F]: CustomMethods<F[Library]> };

/** Whether `exec()` of a batch gives a tuple of its replies, or a list of anything. */
export type MultiMode = 'typed' | 'untyped';
type Grown<Mode extends MultiMode, Replies extends unknown[], Reply> = Mode extends 'typed' ? [...Replies, Reply] : unknown[];

/** Batch as `multi()` types it: each method adds a command, and the type of its reply. */
export type RedisClientMultiCommandType<
  Mode extends MultiMode = 'typed',
  Replies extends unknown[] = [],
  M extends RedisModules = Record<never, never>,
  F extends RedisFunctions = Record<never, never>,
  S extends RedisScripts = Record<never, never>,
  TM = TypeMapping,
> = Batch<Mode, Replies, M, F, S, TM> & {
  [Name in keyof S]: (
    ...args: CustomArgs<S[Name]>
  ) => RedisClientMultiCommandType<Mode, Grown<Mode, Replies, CustomReply<S[Name]>>, M, F, S, TM>;
};

type BatchMethods<
  Mode extends MultiMode,
  Replies extends unknown[],
  M extends RedisModules,
  F extends RedisFunctions,
  S extends RedisScripts,
  TM,
> = {
  [Method in keyof Commands]: (
    ...args: ArgsOf<Commands[Method]>
  ) => RedisClientMultiCommandType<Mode, Grown<Mode, Replies, Mapped<ReplyOf<Commands[Method]>, TextOf<TM>>>, M, F, S, TM>;
} & {
  [Method in keyof Commands as Upper<Method>]: (
    ...args: ArgsOf<Commands[Method]>
  ) => RedisClientMultiCommandType<Mode, Grown<Mode, Replies, Mapped<ReplyOf<Commands[Method]>, TextOf<TM>>>, M, F, S, TM>;
};

type Words = Parameters<RedisMultiCommand['addCommand']>;

// An interface with `in out`: else the compiler compares all methods of two batches to learn how the parameters vary.
export interface Batch<
  in out Mode extends MultiMode,
  in out Replies extends unknown[],
  in out M extends RedisModules,
  in out F extends RedisFunctions,
  in out S extends RedisScripts,
  in out TM,
> extends BatchMethods<Mode, Replies, M, F, S, TM> {
  exec(execAsPipeline?: boolean): Promise<Replies>;
  EXEC(execAsPipeline?: boolean): Promise<Replies>;
  execTyped(execAsPipeline?: boolean): Promise<Replies>;
  execAsPipeline(): Promise<Replies>;
  execAsPipelineTyped(): Promise<Replies>;
  addCommand(...args: Words): RedisClientMultiCommandType<Mode, Grown<Mode, Replies, unknown>, M, F, S, TM>;
  sendCommand(args: Words[0]): RedisClientMultiCommandType<Mode, Grown<Mode, Replies, unknown>, M, F, S, TM>;
  select(database: number): RedisClientMultiCommandType<Mode, Grown<Mode, Replies, unknown>, M, F, S, TM>;
  SELECT(database: number): RedisClientMultiCommandType<Mode, Grown<Mode, Replies, unknown>, M, F, S, TM>;
}
