import { command } from '../../protocol/catalog/specs.js';
import type { Arg, Bytes, Raw } from '../../protocol/command-spec.js';
import type { Ok } from '../decode.js';
import { CommandGroup, type Key, type OneOrMore, type Value } from '../group.js';
import type { IntegerOf, Out, TextOf } from '../mode.js';
import { type AtMostOne, all, pushOptions } from '../tokens.js';

const EVAL = command('EVAL');
const EVALSHA = command('EVALSHA');
const EVALSHA_RO = command('EVALSHA_RO');
const EVAL_RO = command('EVAL_RO');
const SCRIPT_EXISTS = command('SCRIPT EXISTS');
const SCRIPT_FLUSH = command('SCRIPT FLUSH');
const SCRIPT_HELP = command('SCRIPT HELP');
const SCRIPT_KILL = command('SCRIPT KILL');
const SCRIPT_LOAD = command('SCRIPT LOAD');
const SCRIPT_SHOW = command('SCRIPT SHOW');

type Script = string | Bytes;

/**
 * Scripts by their text or SHA-1. The caller names the type of the reply, which only the script decides: `eval<number>(…)`. A RESP3 map,
 * which a script must ask for, arrives as a flat list.
 */
export abstract class ScriptCommands extends CommandGroup {
  /**
   * Runs a Lua script. Name every key it touches: they decide where it runs. As complex as the script, since 2.6.0.
   * @see https://redis.io/docs/latest/commands/eval/
   * @example await redis.eval<number>("return redis.call('INCRBY', KEYS[1], ARGV[1])", ['visits'], [10]);
   */
  eval<Reply = Raw>(script: Script, keys: readonly Key[] = [], args: readonly Value[] = []): Out<this, Reply> {
    return this.run<Reply>(EVAL, scriptArgs(script, keys, args));
  }

  /**
   * Runs a Lua script that the server knows, by its SHA-1. As complex as the script, since 2.6.0.
   * @see https://redis.io/docs/latest/commands/evalsha/
   */
  evalsha<Reply = Raw>(sha1: string, keys: readonly Key[] = [], args: readonly Value[] = []): Out<this, Reply> {
    return this.run<Reply>(EVALSHA, scriptArgs(sha1, keys, args));
  }

  /**
   * Runs a Lua script that only reads, so that a replica may do it. As complex as the script, since 7.0.0.
   * @see https://redis.io/docs/latest/commands/eval_ro/
   */
  eval_ro<Reply = Raw>(script: Script, keys: readonly Key[] = [], args: readonly Value[] = []): Out<this, Reply> {
    return this.run<Reply>(EVAL_RO, scriptArgs(script, keys, args));
  }

  /**
   * Runs a Lua script that the server knows and that only reads, so that a replica may do it. As complex as the script, since 7.0.0.
   * @see https://redis.io/docs/latest/commands/evalsha_ro/
   */
  evalsha_ro<Reply = Raw>(sha1: string, keys: readonly Key[] = [], args: readonly Value[] = []): Out<this, Reply> {
    return this.run<Reply>(EVALSHA_RO, scriptArgs(sha1, keys, args));
  }

  /**
   * Teaches the servers a script and gives its SHA-1. O(N) for its length, since 2.6.0.
   * @see https://redis.io/docs/latest/commands/script-load/
   * @example const sha1 = await redis.scriptLoad('return 1');
   */
  scriptLoad(script: Script): Out<this, TextOf<this>> {
    return this.run(SCRIPT_LOAD, [script]);
  }

  /**
   * Which scripts the servers know, 1 or 0 for each SHA-1. O(N), since 2.6.0.
   * @see https://redis.io/docs/latest/commands/script-exists/
   */
  scriptExists(sha1s: OneOrMore<string>): Out<this, IntegerOf<this>[]> {
    return this.run(SCRIPT_EXISTS, all(sha1s));
  }

  /**
   * Makes the servers forget all scripts. O(N), since 2.6.0.
   * @see https://redis.io/docs/latest/commands/script-flush/
   */
  scriptFlush(options?: AtMostOne<{ ASYNC: true; SYNC: true }>): Out<this, Ok> {
    const args: Arg[] = [];
    pushOptions(args, options, ['ASYNC', 'SYNC']);
    return this.run(SCRIPT_FLUSH, args);
  }

  /**
   * Stops the running script, if it has not written yet. O(1), since 2.6.0.
   * @see https://redis.io/docs/latest/commands/script-kill/
   */
  scriptKill(): Out<this, Ok> {
    return this.run(SCRIPT_KILL, []);
  }

  /**
   * The text of a script, by its SHA-1. O(1), since Valkey 8.0.0.
   * @see https://valkey.io/commands/script-show/
   */
  scriptShow(sha1: string): Out<this, TextOf<this>> {
    return this.run(SCRIPT_SHOW, [sha1]);
  }

  /**
   * What the server says about `SCRIPT`. O(1), since 5.0.0.
   * @see https://redis.io/docs/latest/commands/script-help/
   */
  scriptHelp(): Out<this, string[]> {
    return this.run(SCRIPT_HELP, []);
  }
}

/** `script numkeys key … arg …`; also of functions. */
export function scriptArgs(script: Script, keys: readonly Key[], args: readonly Value[]): Arg[] {
  return [script, keys.length, ...keys, ...args];
}
