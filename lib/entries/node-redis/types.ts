import type { RedisArgument } from './command-parser.js';
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

type CamelCaseMethods<Text> = {
  [Method in keyof Commands]: (...args: ArgsOf<Commands[Method]>) => Promise<Mapped<ReplyOf<Commands[Method]>, Text>>;
};
type CapitalMethods<Text> = {
  [Method in keyof Commands as Upper<Method>]: (...args: ArgsOf<Commands[Method]>) => Promise<Mapped<ReplyOf<Commands[Method]>, Text>>;
};

/**
 * Methods of all commands, in camel case and in capitals. An interface with `in out`, as those of the clients are: else the compiler
 * compares all methods of two of them to learn how the parameter varies, and does not end.
 */
export interface CommandMethods<in out Text> extends CamelCaseMethods<Text>, CapitalMethods<Text> {}

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

/** Scripts, functions or modules where a program gives none. */
export type None = Record<never, never>;

declare const CUSTOM: unique symbol;

/** Mark of a client with scripts, functions or modules, for the types only: its views and what it lends have them, too. */
export interface Customized<M, F, S> {
  readonly [CUSTOM]: readonly [M, F, S];
}

type ScriptMethods<S> = None extends S ? unknown : CustomMethods<S & RedisScripts>;
type Namespaces<N> = None extends N ? unknown : { [Name in keyof N]: CustomMethods<N[Name] & Readonly<Record<string, CustomCommand>>> };

/** A client with the methods of the scripts, functions and modules that a program gives; itself where none is known by name. */
export type WithCustom<Client, M, F, S> = [None, None, None] extends [M, F, S]
  ? Client
  : Client & Customized<M, F, S> & ScriptMethods<S> & Namespaces<M> & Namespaces<F>;

/** `Client` with the scripts, functions and modules of `Other`. */
export type WithCustomOf<Other, Client> = Other extends Customized<infer M, infer F, infer S> ? WithCustom<Client, M, F, S> : Client;

/** Text of replies by options of commands; `Text` where they do not say. */
export type TextBy<Options, Text extends RedisArgument> = Options extends { typeMapping: infer TM } ? TextOf<TM> : Text;

/** Whether `exec()` of a batch gives a tuple of its replies, or a list of anything. */
export type MultiMode = 'typed' | 'untyped';
type Grown<Mode extends MultiMode, Replies extends unknown[], Reply> = Mode extends 'typed' ? [...Replies, Reply] : unknown[];

/** Batch as `multi()` types it: each method adds a command, and the type of its reply. */
export type RedisClientMultiCommandType<
  Mode extends MultiMode = 'typed',
  Replies extends unknown[] = [],
  _M extends RedisModules = None,
  _F extends RedisFunctions = None,
  S extends RedisScripts = None,
  TM = TypeMapping,
> = BatchWith<Mode, Replies, S, TextOf<TM>>;

/** Batch of a client: it has its scripts. */
export type BatchOf<Client, Mode extends MultiMode, Text> = BatchWith<
  Mode,
  [],
  Client extends Customized<infer _M, infer _F, infer S extends RedisScripts> ? S : None,
  Text
>;

type BatchWith<Mode extends MultiMode, Replies extends unknown[], S extends RedisScripts, Text> = None extends S
  ? Batch<Mode, Replies, S, Text>
  : Batch<Mode, Replies, S, Text> & {
      [Name in keyof S]: (...args: CustomArgs<S[Name]>) => BatchWith<Mode, Grown<Mode, Replies, CustomReply<S[Name]>>, S, Text>;
    };

type Next<Mode extends MultiMode, Replies extends unknown[], Reply, S extends RedisScripts, Text> = BatchWith<
  Mode,
  Grown<Mode, Replies, Reply>,
  S,
  Text
>;

type BatchMethods<Mode extends MultiMode, Replies extends unknown[], S extends RedisScripts, Text> = {
  [Method in keyof Commands]: (...args: ArgsOf<Commands[Method]>) => Next<Mode, Replies, Mapped<ReplyOf<Commands[Method]>, Text>, S, Text>;
} & {
  [Method in keyof Commands as Upper<Method>]: (
    ...args: ArgsOf<Commands[Method]>
  ) => Next<Mode, Replies, Mapped<ReplyOf<Commands[Method]>, Text>, S, Text>;
};

type Words = Parameters<RedisMultiCommand['addCommand']>;

// `in out`: as in `CommandMethods`.
export interface Batch<in out Mode extends MultiMode, in out Replies extends unknown[], in out S extends RedisScripts, in out Text>
  extends BatchMethods<Mode, Replies, S, Text> {
  exec(execAsPipeline?: boolean): Promise<Replies>;
  EXEC(execAsPipeline?: boolean): Promise<Replies>;
  execTyped(execAsPipeline?: boolean): Promise<Replies>;
  execAsPipeline(): Promise<Replies>;
  execAsPipelineTyped(): Promise<Replies>;
  addCommand(...args: Words): Next<Mode, Replies, unknown, S, Text>;
  sendCommand(args: Words[0]): Next<Mode, Replies, unknown, S, Text>;
  select(database: number): Next<Mode, Replies, unknown, S, Text>;
  SELECT(database: number): Next<Mode, Replies, unknown, S, Text>;
}
