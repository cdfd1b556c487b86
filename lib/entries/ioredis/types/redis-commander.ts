import type { Callback } from '../callbacks.js';
import type { CollectionCommands } from './collection-commands.js';
import type { BufferMethodOf, ChainableCommander, ClientContext, MethodOf, Result } from './context.js';
import type { KeyCommands } from './key-commands.js';
import type { ServerCommands } from './server-commands.js';
import type { SortedSetCommands } from './sorted-set-commands.js';
import type { StreamCommands } from './stream-commands.js';

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
