import { command } from '../../protocol/catalog/specs.js';
import type { Arg, Bytes, Raw } from '../../protocol/command-spec.js';
import { setField } from '../../protocol/resp/map-reply.js';
import { type Ok, toList, toObject } from '../decode.js';
import { CommandGroup, type Key, type Value } from '../group.js';
import type { IntegerOf, Out, TextOf } from '../mode.js';
import { type AtMostOne, pushOptions } from '../tokens.js';
import { scriptArgs } from './script.js';

const FCALL = command('FCALL');
const FCALL_RO = command('FCALL_RO');
const FUNCTION_DELETE = command('FUNCTION DELETE');
const FUNCTION_DUMP = command('FUNCTION DUMP');
const FUNCTION_FLUSH = command('FUNCTION FLUSH');
const FUNCTION_HELP = command('FUNCTION HELP');
const FUNCTION_KILL = command('FUNCTION KILL');
const FUNCTION_LIST = command('FUNCTION LIST');
const FUNCTION_LOAD = command('FUNCTION LOAD');
const FUNCTION_RESTORE = command('FUNCTION RESTORE');
const FUNCTION_STATS = command('FUNCTION STATS');

export interface FunctionInfo<Text> {
  name: Text;
  description: Text | null;
  flags: string[];
}
export interface FunctionLibrary<Text> {
  library_name: Text;
  engine: Text;
  functions: FunctionInfo<Text>[];
}
export interface FunctionStats<Text, I> {
  /** `null` while none runs. */
  running_script: { name: Text; command: Text[]; duration_ms: I } | null;
  engines: Record<string, { libraries_count: I; functions_count: I }>;
}

/** With `WITHCODE`. */
export type LibraryWithCode<Text> = FunctionLibrary<Text> & { library_code: Text };

/** Functions and the libraries that hold them. */
export abstract class FunctionCommands extends CommandGroup {
  /**
   * Calls a function. Name every key it touches: they decide where it runs. As complex as the function, since 7.0.0.
   * @see https://redis.io/docs/latest/commands/fcall/
   * @example await redis.fcall<number>('add', ['visits'], [10]);
   */
  fcall<Reply = Raw>(name: string, keys: readonly Key[] = [], args: readonly Value[] = []): Out<this, Reply> {
    return this.run<Reply>(FCALL, scriptArgs(name, keys, args));
  }

  /**
   * Calls a function that only reads (`no-writes`), so that a replica may do it. As complex as the function, since 7.0.0.
   * @see https://redis.io/docs/latest/commands/fcall_ro/
   */
  fcall_ro<Reply = Raw>(name: string, keys: readonly Key[] = [], args: readonly Value[] = []): Out<this, Reply> {
    return this.run<Reply>(FCALL_RO, scriptArgs(name, keys, args));
  }

  /**
   * Loads a library of functions on all primaries and gives its name. O(1), since 7.0.0.
   * @see https://redis.io/docs/latest/commands/function-load/
   */
  functionLoad(functionCode: string | Bytes, options?: { REPLACE?: boolean }): Out<this, TextOf<this>> {
    return this.run(FUNCTION_LOAD, options?.REPLACE ? ['REPLACE', functionCode] : [functionCode]);
  }

  /**
   * The libraries and their functions; with `WITHCODE` also their text, as `library_code`. O(N), since 7.0.0.
   * @see https://redis.io/docs/latest/commands/function-list/
   */
  functionList(options: { LIBRARYNAME?: string; WITHCODE: true }): Out<this, LibraryWithCode<TextOf<this>>[]>;
  functionList(options?: { LIBRARYNAME?: string; WITHCODE?: false }): Out<this, FunctionLibrary<TextOf<this>>[]>;
  functionList(options?: {
    LIBRARYNAME?: string;
    WITHCODE?: boolean;
  }): Out<this, FunctionLibrary<TextOf<this>>[] | LibraryWithCode<TextOf<this>>[]>;
  functionList(options?: { LIBRARYNAME?: string; WITHCODE?: boolean }): Out<this, unknown> {
    const args: Arg[] = [];
    pushOptions(args, options, ['LIBRARYNAME', 'WITHCODE']);
    return this.run(FUNCTION_LIST, args, toLibraries);
  }

  /**
   * Deletes a library and its functions. O(1), since 7.0.0.
   * @see https://redis.io/docs/latest/commands/function-delete/
   */
  functionDelete(libraryName: string): Out<this, Ok> {
    return this.run(FUNCTION_DELETE, [libraryName]);
  }

  /**
   * Deletes all libraries. O(N), since 7.0.0.
   * @see https://redis.io/docs/latest/commands/function-flush/
   */
  functionFlush(options?: AtMostOne<{ ASYNC: true; SYNC: true }>): Out<this, Ok> {
    const args: Arg[] = [];
    pushOptions(args, options, ['ASYNC', 'SYNC']);
    return this.run(FUNCTION_FLUSH, args);
  }

  /**
   * All libraries in the server's own format, as bytes, for `functionRestore`. O(N), since 7.0.0.
   * @see https://redis.io/docs/latest/commands/function-dump/
   */
  functionDump(): Out<this, Buffer> {
    return this.run(FUNCTION_DUMP, []);
  }

  /**
   * Loads what `functionDump` gave, beside the libraries there are (`APPEND`, the default), over them, or in their place. O(N), since 7.0.0.
   * @see https://redis.io/docs/latest/commands/function-restore/
   */
  functionRestore(serializedValue: Bytes, options?: AtMostOne<{ FLUSH: true; APPEND: true; REPLACE: true }>): Out<this, Ok> {
    const args: Arg[] = [serializedValue];
    pushOptions(args, options, ['FLUSH', 'APPEND', 'REPLACE']);
    return this.run(FUNCTION_RESTORE, args);
  }

  /**
   * Which function runs, and how many the engines have. O(1), since 7.0.0.
   * @see https://redis.io/docs/latest/commands/function-stats/
   */
  functionStats(): Out<this, FunctionStats<TextOf<this>, IntegerOf<this>>> {
    return this.run(FUNCTION_STATS, [], toFunctionStats<TextOf<this>, IntegerOf<this>>);
  }

  /**
   * Stops the running function, if it has not written yet. O(1), since 7.0.0.
   * @see https://redis.io/docs/latest/commands/function-kill/
   */
  functionKill(): Out<this, Ok> {
    return this.run(FUNCTION_KILL, []);
  }

  /**
   * What the server says about `FUNCTION`. O(1), since 7.0.0.
   * @see https://redis.io/docs/latest/commands/function-help/
   */
  functionHelp(): Out<this, string[]> {
    return this.run(FUNCTION_HELP, []);
  }
}

function toLibraries(raw: Raw): object[] {
  return toList(raw).map((library) => {
    const { functions, ...rest } = toObject<Raw>(library);
    return { ...rest, functions: toList(functions).map((one) => toObject(one)) };
  });
}

function toFunctionStats<Text, I>(raw: Raw): FunctionStats<Text, I> {
  const { running_script: running = null, engines = null } = toObject<Raw>(raw);
  const counts: FunctionStats<Text, I>['engines'] = {};
  for (const [engine, count] of Object.entries(toObject<Raw>(engines))) {
    setField(counts, engine, toObject<I>(count) as (typeof counts)[string]);
  }
  return {
    running_script: running === null ? null : (toObject(running) as unknown as FunctionStats<Text, I>['running_script']),
    engines: counts,
  };
}
