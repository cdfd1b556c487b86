import { ArgumentError, defineScript, type Script } from '../../index.js';
import { mayRunTwice } from './repeatable.js';
import type { ScriptArgument, ScriptDefinition } from './types.js';

/** Word of a command as it is sent. */
export type Word = string | number | Buffer;

/** Script that BullMQ defined. */
export interface DefinedScript {
  readonly script: Script<number>;
  readonly numberOfKeys: number;
  /** It may be sent again where it may have run. */
  readonly repeatable: boolean;
}

/** Script with its keys and arguments. */
export interface ScriptCall extends DefinedScript {
  readonly keys: readonly Word[];
  readonly args: readonly Word[];
}

/** The scripts of a connection and of its duplicates, by the names that BullMQ gives them. */
export class Scripts {
  readonly #scripts = new Map<string, DefinedScript>();

  define(name: string, { lua, numberOfKeys, readOnly = false }: ScriptDefinition): void {
    this.#scripts.set(name, {
      script: defineScript({ lua, keys: numberOfKeys }),
      numberOfKeys,
      repeatable: readOnly || mayRunTwice(name),
    });
  }

  get names(): Iterable<string> {
    return this.#scripts.keys();
  }

  /** The script as it is called. Throws for a name that was not defined. */
  call(name: string, given: readonly ScriptArgument[]): ScriptCall {
    const defined = this.#scripts.get(name);
    if (defined === undefined) throw new ArgumentError(`runCommand: ${JSON.stringify(name)} was not defined; defineCommand(name, …) does`);
    // As an ioredis command, which takes a list or single arguments.
    const list = given.length === 1 && Array.isArray(given[0]) ? (given[0] as readonly ScriptArgument[]) : given;
    const words = list.map(wordOf);
    const { script, numberOfKeys, repeatable } = defined;
    return { script, numberOfKeys, repeatable, keys: words.slice(0, numberOfKeys), args: words.slice(numberOfKeys) };
  }
}

/** The argument as it is sent. BullMQ counts on the places of arguments, so that what is missing is sent as an empty one. */
function wordOf(argument: ScriptArgument): Word {
  if (typeof argument === 'string' || Buffer.isBuffer(argument)) return argument;
  if (argument === null || argument === undefined) return '';
  return ArrayBuffer.isView(argument) ? Buffer.from(argument.buffer, argument.byteOffset, argument.byteLength) : String(argument);
}
