import { createHash } from 'node:crypto';
import type { Raw } from '../../index.js';
import { type RedisArgument, Words } from './command-parser.js';
import type { TransformReply } from './commands/command.js';
import type { CustomCommand, RedisFunctions, RedisModules, RedisScript, RedisScriptConfig, RedisScripts, Sha1 } from './options/types.js';
import type { RespVersions } from './type-mapping.js';

/** A command ready to be sent. `script`: its text, sent where the server does not have it. */
export interface Prepared {
  readonly words: Words;
  readonly transformReply: TransformReply<unknown> | undefined;
  readonly script?: RedisScript;
}

/** Object that runs what is prepared: a client, which sends it, or a batch, which collects it. */
export interface Runner {
  readonly keyPrefix: RedisArgument | undefined;
  runPrepared(prepared: Prepared): unknown;
  /** What becomes of a call whose arguments cannot be laid out. */
  refuse(error: unknown): unknown;
}

/** A script with its SHA-1, for the option `scripts`. */
export function defineScript<S extends RedisScriptConfig>(script: S): S & Sha1 {
  return { ...script, SHA1: sha1(script.SCRIPT) };
}

export function sha1(script: string): string {
  return createHash('sha1').update(script).digest('hex');
}

/** Adds what `options` define to an object: scripts as methods, functions and modules as objects of methods. */
export function addCustomCommands(
  target: object,
  options: { readonly modules?: RedisModules; readonly functions?: RedisFunctions; readonly scripts?: RedisScripts },
  resp: RespVersions,
): void {
  for (const [name, module] of Object.entries(options.modules ?? {})) addNamespace(target, name, module, () => [], resp);
  for (const [library, functions] of Object.entries(options.functions ?? {})) {
    addNamespace(
      target,
      library,
      functions,
      (name, command) => [command.IS_READ_ONLY ? 'FCALL_RO' : 'FCALL', name, ...keyCount(command)],
      resp,
    );
  }
  for (const [name, script] of Object.entries(options.scripts ?? {})) {
    const prefix = [script.IS_READ_ONLY ? 'EVALSHA_RO' : 'EVALSHA', script.SHA1 ?? sha1(script.SCRIPT), ...keyCount(script)];
    Object.defineProperty(target, name, { value: methodOf(script, prefix, resp, script), writable: true, configurable: true });
  }
}

type Namespace = Readonly<Record<string, CustomCommand>>;

/** The methods of a namespace run on the object through which it was reached, which may be a view. */
function addNamespace(
  target: object,
  name: string,
  commands: Namespace,
  prefix: (name: string, command: CustomCommand) => readonly string[],
  resp: RespVersions,
): void {
  const methods = Object.entries(commands).map(([method, command]) => [method, methodOf(command, prefix(method, command), resp)] as const);
  const bound = new WeakMap<object, object>();
  const bind = (runner: Runner): object => Object.fromEntries(methods.map(([method, run]) => [method, run.bind(runner)]));
  Object.defineProperty(target, name, {
    configurable: true,
    get(this: Runner) {
      const known = bound.get(this) ?? bind(this);
      bound.set(this, known);
      return known;
    },
  });
}

const keyCount = ({ NUMBER_OF_KEYS }: CustomCommand): readonly string[] => (NUMBER_OF_KEYS === undefined ? [] : [String(NUMBER_OF_KEYS)]);

function methodOf(command: CustomCommand, prefix: readonly string[], resp: RespVersions, script?: RedisScript) {
  const transformReply = transformOf(command, resp);
  return function method(this: Runner, ...args: never[]): unknown {
    const words = new Words(this.keyPrefix).push(...prefix);
    try {
      command.parseCommand(words, ...args);
    } catch (error) {
      return this.refuse(error);
    }
    return this.runPrepared({ words, transformReply, ...(script === undefined ? {} : { script }) });
  };
}

/** A reply may be transformed by one function, or by one a protocol. */
function transformOf({ transformReply }: CustomCommand, resp: RespVersions): TransformReply<unknown> | undefined {
  const chosen = typeof transformReply === 'object' ? transformReply[resp] : transformReply;
  return chosen as ((reply: Raw, preserve: unknown, mapping: unknown) => unknown) | undefined; // the program knows what its command gives
}
