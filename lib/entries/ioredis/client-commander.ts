import { type Callback, nodeify } from './callbacks.js';
import { Command } from './command.js';
import type { BatchOutcome, CommandBatch, CommandTarget } from './command-target.js';
import { Commander } from './commander.js';
import { Pipeline } from './pipeline.js';
import { asPairs } from './replies.js';
import { type ScanStream, type ScanStreamOptions, scanStreamOf } from './scan-stream.js';
import type { ScriptDefinition } from './script.js';
import type { ChainableCommander, ClientContext, RedisCommander } from './types/redis-commander.js';

/** What `ClientCommander` is, without the types of the commands. */
abstract class UntypedClientCommander extends Commander implements CommandTarget {
  abstract readonly isCluster: boolean;
  /** A class an object, whose prototype has the commands that were defined on the object: pipelines that exist have them, too. */
  readonly #Pipeline = class extends Pipeline {};

  abstract override sendCommand(command: Command, batch?: CommandBatch): unknown;
  abstract execute(commands: readonly Command[], transaction: boolean): Promise<BatchOutcome>;

  override defineCommand(name: string, definition: ScriptDefinition): void {
    super.defineCommand(name, definition);
    this.copyCommands(this.#Pipeline.prototype, [name]);
  }

  override addBuiltinCommand(name: string): void {
    super.addBuiltinCommand(name);
    this.copyCommands(this.#Pipeline.prototype, [name]);
  }

  /** Commands that are collected, and sent together by `exec()`. */
  pipeline(commands?: readonly (readonly unknown[])[]): unknown {
    const pipeline = new this.#Pipeline(this);
    return Array.isArray(commands) ? pipeline.addBatch(commands) : pipeline;
  }

  /** A pipeline that is one transaction; with `{ pipeline: false }` MULTI by itself, until `exec()`. */
  multi(commands?: readonly (readonly unknown[])[] | MultiOptions, options?: MultiOptions): unknown {
    const { pipeline: isPipeline } = ((Array.isArray(commands) ? options : (options ?? commands)) as MultiOptions | undefined) ?? {};
    if (isPipeline === false) return this.sendCommand(new Command('multi', [], { replyEncoding: 'utf8' }));
    const pipeline = new this.#Pipeline(this, true);
    return Array.isArray(commands) ? pipeline.addBatch(commands) : pipeline;
  }

  /** Ends the transaction of `multi({ pipeline: false })`. */
  exec(callback?: Callback): Promise<unknown> {
    const replies = this.sendCommand(new Command('exec', [], { replyEncoding: 'utf8' })) as Promise<unknown>;
    return nodeify(
      replies.then((given) => (Array.isArray(given) ? asPairs(given) : given)),
      callback,
    );
  }

  sscanStream(key: string | Buffer, options?: ScanStreamOptions): ScanStream {
    return scanStreamOf(this, 'sscan', key, options);
  }

  sscanBufferStream(key: string | Buffer, options?: ScanStreamOptions): ScanStream {
    return scanStreamOf(this, 'sscanBuffer', key, options);
  }

  hscanStream(key: string | Buffer, options?: ScanStreamOptions): ScanStream {
    return scanStreamOf(this, 'hscan', key, options);
  }

  hscanBufferStream(key: string | Buffer, options?: ScanStreamOptions): ScanStream {
    return scanStreamOf(this, 'hscanBuffer', key, options);
  }

  zscanStream(key: string | Buffer, options?: ScanStreamOptions): ScanStream {
    return scanStreamOf(this, 'zscan', key, options);
  }

  zscanBufferStream(key: string | Buffer, options?: ScanStreamOptions): ScanStream {
    return scanStreamOf(this, 'zscanBuffer', key, options);
  }
}

interface MultiOptions {
  readonly pipeline?: boolean;
}

type MappingOf<Context extends ClientContext> = Context extends { mapping: 'resp3' } ? 'resp3' : 'resp2';

/** Batches of an object with a connection. */
interface Batches<Context extends ClientContext> {
  pipeline(commands?: unknown[][]): ChainableCommander<MappingOf<Context>>;
}

// The types of the commands come first, so that their forms of `multi` and `exec` do.
/** Commander of an object with a connection: its commands, batches, transactions and scans. */
export type ClientCommander<Context extends ClientContext = { type: 'default' }> = RedisCommander<Context> &
  Batches<Context> &
  UntypedClientCommander;

export const ClientCommander = UntypedClientCommander as unknown as abstract new <
  Context extends ClientContext = { type: 'default' },
>() => ClientCommander<Context>;
