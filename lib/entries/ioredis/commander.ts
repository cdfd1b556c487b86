import { EventEmitter } from 'node:events';
import { takeCallback } from './callbacks.js';
import { Command, type CommandOptions } from './command.js';
import { COMMAND_NAMES } from './command-names.js';
import { callersStack } from './friendly-stack.js';
import { prefixToAdd } from './over/client-beneath.js';
import { CommandScript, type ScriptDefinition } from './script.js';

/** What the commands need of the options. */
export interface CommanderOptions {
  readonly keyPrefix?: string | Buffer | undefined;
  readonly showFriendlyErrorStack?: boolean | undefined;
}

/** Method that issues a command: arguments, and a callback at their end. */
export type CommandMethod = (this: Commander, ...args: unknown[]) => unknown;

const AS_TEXT: CommandOptions = Object.freeze({ replyEncoding: 'utf8' });
const AS_BYTES: CommandOptions = Object.freeze({ replyEncoding: null });

/**
 * Methods of all commands, with their Buffer variants, and of the commands that programs define. Each makes a `Command` and hands it to
 * `sendCommand`, the one way of all.
 */
export abstract class Commander extends EventEmitter {
  abstract readonly options: CommanderOptions;
  /** Commands that run a script, by name. */
  readonly scriptsSet: Record<string, CommandScript> = {};
  readonly addedBuiltinSet = new Set<string>();

  abstract sendCommand(command: Command): unknown;

  /** Names of the commands that have a method. */
  getBuiltinCommands(): string[] {
    return [...COMMAND_NAMES];
  }

  /** The two methods of a command, which are called with a commander as `this`. */
  createBuiltinCommand(name: string): { string: CommandMethod; buffer: CommandMethod } {
    return { string: methodOf(name, AS_TEXT), buffer: methodOf(name, AS_BYTES) };
  }

  /** Adds a method for a command that has none. */
  addBuiltinCommand(name: string): void {
    this.addedBuiltinSet.add(name);
    addMethods(this, name, this.createBuiltinCommand(name));
  }

  /** Adds a method that runs a script. */
  defineCommand(name: string, definition: ScriptDefinition): void {
    const script = new CommandScript(definition);
    this.scriptsSet[name] = script;
    addMethods(this, name, { string: scriptMethodOf(script, AS_TEXT), buffer: scriptMethodOf(script, AS_BYTES) });
  }

  /** Gives another object the commands of these names that were added here. */
  protected copyCommands(to: object, names: readonly string[]): void {
    for (const name of names) {
      addMethods(to, name, { string: Reflect.get<object, string>(this, name), buffer: Reflect.get<object, string>(this, `${name}Buffer`) });
    }
  }
}

function addMethods(to: object, name: string, { string, buffer }: { string: CommandMethod; buffer: CommandMethod }): void {
  // Assigned rather than defined by a descriptor: programs replace them, and list them.
  Object.assign(to, { [name]: string, [`${name}Buffer`]: buffer });
}

/** The options of one command: those given, unless the object has some of its own. */
function optionsOf(commander: Commander, given: CommandOptions, method: CommandMethod): CommandOptions {
  const { options } = commander;
  if (!options.keyPrefix && !options.showFriendlyErrorStack) return given;
  const { showFriendlyErrorStack } = options;
  const keyPrefix = prefixToAdd(options);
  return { ...given, ...(keyPrefix ? { keyPrefix } : {}), ...(showFriendlyErrorStack ? { errorStack: callersStack(method) } : {}) };
}

function methodOf(name: string, options: CommandOptions): CommandMethod {
  return function method(...args) {
    const callback = takeCallback(args);
    return this.sendCommand(new Command(name, args, optionsOf(this, options, method), callback));
  };
}

function callMethodOf(options: CommandOptions): CommandMethod {
  return function call(...args) {
    const [name] = args;
    // As ioredis does, whose words are not as clear.
    if (typeof name !== 'string') throw new TypeError(`call(name, ...args): name must be the name of a command, got ${typeof name}`);
    args.shift();
    const callback = takeCallback(args);
    return this.sendCommand(new Command(name, args, optionsOf(this, options, call), callback));
  };
}

function scriptMethodOf(script: CommandScript, options: CommandOptions): CommandMethod {
  const own: CommandOptions = Object.freeze({ ...options, readOnly: script.readOnly, script });
  return function run(...args) {
    const callback = takeCallback(args);
    return this.sendCommand(new Command('evalsha', script.argumentsOf(args), optionsOf(this, own, run), callback));
  };
}

// Their object has no prototype at first, because V8 keeps such a one as a hash table from the start: so many methods take ten times as
// long to put into the prototype of a class.
const methods: object = Object.create(null);
for (const name of COMMAND_NAMES) addMethods(methods, name, { string: methodOf(name, AS_TEXT), buffer: methodOf(name, AS_BYTES) });
addMethods(methods, 'call', { string: callMethodOf(AS_TEXT), buffer: callMethodOf(AS_BYTES) });
Object.assign(methods, { send_command: callMethodOf(AS_TEXT) });
Object.setPrototypeOf(methods, EventEmitter.prototype);
Object.setPrototypeOf(Commander.prototype, methods);
