import { command } from '../../protocol/catalog/specs.js';
import type { Arg, Raw } from '../../protocol/command-spec.js';
import { type Ok, toList, toObject } from '../decode.js';
import { CommandGroup, type OneOrMore, type Value } from '../group.js';
import type { IntegerOf, Out, TextOf } from '../mode.js';
import { keyAnd, type Pairs, pushAll, pushPairs } from '../tokens.js';

const MODULE_HELP = command('MODULE HELP');
const MODULE_LIST = command('MODULE LIST');
const MODULE_LOAD = command('MODULE LOAD');
const MODULE_LOADEX = command('MODULE LOADEX');
const MODULE_UNLOAD = command('MODULE UNLOAD');

export interface ModuleInfo<Text, I> {
  name: Text;
  ver: I;
  path: Text;
  args: Text[];
}

/** Modules that a server has loaded. */
export abstract class ModuleCommands extends CommandGroup {
  /**
   * The loaded modules. O(N), since 4.0.0.
   * @see https://redis.io/docs/latest/commands/module-list/
   */
  moduleList(): Out<this, ModuleInfo<TextOf<this>, IntegerOf<this>>[]> {
    return this.run(MODULE_LIST, [], toModules<TextOf<this>, IntegerOf<this>>);
  }

  /**
   * Loads a module from a file of the server. O(1), since 4.0.0.
   * @see https://redis.io/docs/latest/commands/module-load/
   */
  moduleLoad(path: string, args: OneOrMore<Value> = []): Out<this, Ok> {
    return this.run(MODULE_LOAD, keyAnd(path, args));
  }

  /**
   * Loads a module from a file of the server, with settings. O(1), since 7.0.0.
   * @see https://redis.io/docs/latest/commands/module-loadex/
   */
  moduleLoadex(path: string, options?: { CONFIG?: Pairs; ARGS?: OneOrMore<Value> }): Out<this, Ok> {
    const args: Arg[] = [path];
    if (options?.CONFIG !== undefined) {
      const settings: Arg[] = [];
      pushPairs(settings, options.CONFIG);
      for (let at = 0; at < settings.length; at += 2) args.push('CONFIG', ...settings.slice(at, at + 2));
    }
    if (options?.ARGS !== undefined) {
      args.push('ARGS');
      pushAll(args, options.ARGS);
    }
    return this.run(MODULE_LOADEX, args);
  }

  /**
   * Unloads a module. O(1), since 4.0.0.
   * @see https://redis.io/docs/latest/commands/module-unload/
   */
  moduleUnload(name: string): Out<this, Ok> {
    return this.run(MODULE_UNLOAD, [name]);
  }

  /**
   * What the server says about `MODULE`. O(1), since 5.0.0.
   * @see https://redis.io/docs/latest/commands/module-help/
   */
  moduleHelp(): Out<this, string[]> {
    return this.run(MODULE_HELP, []);
  }
}

function toModules<Text, I>(raw: Raw): ModuleInfo<Text, I>[] {
  return toList(raw).map((one) => toObject(one) as unknown as ModuleInfo<Text, I>);
}
