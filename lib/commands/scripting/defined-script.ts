import { evalshaArgs, ownScript, replyDecoder, type Script } from '../../protocol/script.js';
import { CommandGroup, type Key, type Value } from '../group.js';
import type { Out } from '../mode.js';

/** As many keys as the script takes. */
export type KeysOf<N extends number, Keys extends readonly Key[] = readonly []> = number extends N
  ? readonly Key[]
  : Keys['length'] extends N
    ? Keys
    : KeysOf<N, readonly [...Keys, Key]>;

/** Scripts made by `defineScript`. */
export abstract class DefinedScriptCommands extends CommandGroup {
  /**
   * Runs a script made by `defineScript`, as EVALSHA where the server knows it, else as EVAL. Its keys decide where it runs; in a cluster they must
   * share one slot. As complex as the script, since 2.6.0.
   * @see https://redis.io/docs/latest/develop/programmability/eval-intro/
   * @example const left = await redis.script(takeToken, ['tokens:ada'], [1]);
   */
  script<N extends number, Reply>(script: Script<N, Reply>, keys: KeysOf<N>, args: readonly Value[] = []): Out<this, Reply> {
    const own = ownScript(script);
    return this.run<Reply>(own.spec, evalshaArgs(own, keys, args), replyDecoder(own));
  }
}
