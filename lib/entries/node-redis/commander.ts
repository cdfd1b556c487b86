import { EventEmitter } from 'node:events';
import type { Raw } from '../../index.js';
import { checkArguments, type RedisArgument, Words } from './command-parser.js';
import { checkMapping } from './command-views.js';
import type { Command, TransformReply } from './commands/command.js';
import { entries } from './commands/index.js';
import { upperOf } from './commands/upper-names.js';
import { addCustomCommands, type Prepared, type Runner } from './custom-commands.js';
import { mapError } from './error-mapping.js';
import type { CommanderOptions, CommandOptions } from './options/types.js';
import { asMapped } from './replies/raw.js';
import { addUnsupported } from './unsupported.js';

/** Where a command goes, where its keys do not say so. */
export interface Route {
  /** The command goes where this key is. */
  readonly key?: RedisArgument | undefined;
}

/**
 * Object with all methods of node-redis' commands: of a client, a cluster, a group of sentinels. Views (`withTypeMapping` …) are objects
 * whose prototype is the client, so what it has is in properties that they inherit.
 */
export abstract class Commander extends EventEmitter implements Runner {
  readonly keyPrefix: RedisArgument | undefined;
  /** @internal Options of the commands that come through this object. */
  protected readonly commandOptions: CommandOptions | undefined;

  constructor(options: CommanderOptions) {
    super();
    this.keyPrefix = options.keyPrefix;
    this.commandOptions = options.commandOptions;
    if (options.commandOptions?.typeMapping !== undefined) checkMapping(options.commandOptions.typeMapping);
    addCustomCommands(this, options, options.RESP ?? 3);
  }

  /** Sends the words of one command. Throws or rejects with errors of the library. */
  protected abstract dispatch(args: readonly RedisArgument[], route: Route, options: CommandOptions | undefined): Promise<Raw>;

  /** @internal */
  runPrepared({ words, transformReply, script }: Prepared): Promise<unknown> {
    const options = this.commandOptions;
    const { preserve } = words;
    const transform = transformReply && ((reply: Raw) => transformReply(reply, preserve, options?.typeMapping));
    const first = this.send(words.redisArgs, { key: words.firstKey }, options, transform);
    if (script === undefined) return first;
    return first.catch((error: unknown) => {
      if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw error;
      const [name, , ...rest] = words.redisArgs;
      const args = [name === 'EVALSHA_RO' ? 'EVAL_RO' : 'EVAL', script.SCRIPT, ...rest];
      return this.send(args, { key: words.firstKey }, options, transform);
    });
  }

  /** @internal */
  refuse(error: unknown): Promise<never> {
    return Promise.reject(error);
  }

  /** Sends words as they are, and makes of the reply what `transform` does. */
  protected send(
    args: readonly RedisArgument[],
    route: Route,
    options: CommandOptions | undefined,
    transform: ((reply: Raw) => unknown) | undefined,
  ): Promise<unknown> {
    try {
      checkArguments(args);
      return this.dispatch(args, route, options).then(transform, throwMapped);
    } catch (error) {
      return Promise.reject(mapError(error));
    }
  }

  /** Sends words as they are: the reply is the server's, as the type mapping has it. */
  protected sendWords(args: readonly RedisArgument[], route: Route, given: CommandOptions | undefined): Promise<unknown> {
    const options = given === undefined ? this.commandOptions : { ...this.commandOptions, ...given };
    const mapping = options?.typeMapping;
    return this.send(args, route, options, mapping && ((reply) => asMapped(reply, mapping)));
  }

  /** A view whose commands have these options. */
  protected viewWith(options: CommandOptions): this {
    if (options.typeMapping !== undefined) checkMapping(options.typeMapping);
    return Object.create(this, { commandOptions: { value: { ...this.commandOptions, ...options } } }) as this; // it inherits all else
  }

  /** Emits an error. With no listener it would end the process, for what the client mends by itself: it is a warning instead. */
  protected emitError(error: unknown): void {
    if (this.listenerCount('error') > 0) this.emit('error', error);
    else process.emitWarning(error instanceof Error ? error : String(error), { code: 'SLOTWISE_UNHEARD_ERROR' });
  }
}

export function throwMapped(error: unknown): never {
  throw mapError(error);
}

/** Method of a command, for a client or a batch. */
function methodOf(command: Command) {
  const { words: names, layOut } = command;
  const transformReply = command.transformReply as TransformReply<unknown> | undefined; // its reply's type is the method's
  return function method(this: Runner, ...args: unknown[]): unknown {
    const words = new Words(this.keyPrefix);
    for (const name of names) words.redisArgs.push(name);
    try {
      layOut(words, ...args);
    } catch (error) {
      return this.refuse(error);
    }
    return this.runPrepared({ words, transformReply });
  };
}

/**
 * Puts the methods of all commands, in camel case and in capitals, between a class and what it extends. One by one on the prototype of the
 * class they would take 30 ms.
 */
export function addCommands(prototype: object): void {
  const methods: Record<string, unknown> = {};
  addUnsupported(methods);
  for (const [method, command] of entries) {
    const value = methodOf(command);
    methods[method] = value;
    methods[upperOf(method)] = value;
  }
  Object.setPrototypeOf(methods, Object.getPrototypeOf(prototype));
  Object.setPrototypeOf(prototype, methods);
}

addCommands(Commander.prototype);
