import { command } from '../../protocol/catalog/specs.js';
import type { Arg } from '../../protocol/command-spec.js';
import { type Ok, toObject } from '../decode.js';
import { CommandGroup, type OneOrMore } from '../group.js';
import type { Out, TextOf } from '../mode.js';
import { all, type Pairs, pushPairs } from '../tokens.js';

const CONFIG_GET = command('CONFIG GET');
const CONFIG_HELP = command('CONFIG HELP');
const CONFIG_RESETSTAT = command('CONFIG RESETSTAT');
const CONFIG_REWRITE = command('CONFIG REWRITE');
const CONFIG_SET = command('CONFIG SET');

/** Configuration of a server while it runs. */
export abstract class ConfigCommands extends CommandGroup {
  /**
   * The server's settings whose names match one of the glob-style patterns. O(N) for N patterns, since 2.0.0 (several since 7.0.0).
   * @see https://redis.io/docs/latest/commands/config-get/
   * @example const { maxmemory } = await redis.configGet('maxmemory');
   */
  configGet(parameters: OneOrMore<string>): Out<this, Record<string, TextOf<this>>> {
    return this.run(CONFIG_GET, all(parameters), toObject<TextOf<this>>);
  }

  /**
   * Changes settings of the servers, all of them or none. O(N), since 2.0.0 (several since 7.0.0).
   * @see https://redis.io/docs/latest/commands/config-set/
   * @example await redis.configSet({ maxmemory: '2gb', 'maxmemory-policy': 'allkeys-lru' });
   */
  configSet(settings: Pairs): Out<this, Ok> {
    const args: Arg[] = [];
    pushPairs(args, settings);
    return this.run(CONFIG_SET, args);
  }

  /**
   * Writes the settings to the configuration file. O(1), since 2.8.0.
   * @see https://redis.io/docs/latest/commands/config-rewrite/
   */
  configRewrite(): Out<this, Ok> {
    return this.run(CONFIG_REWRITE, []);
  }

  /**
   * Sets the counters of `INFO` to zero. O(1), since 2.0.0.
   * @see https://redis.io/docs/latest/commands/config-resetstat/
   */
  configResetstat(): Out<this, Ok> {
    return this.run(CONFIG_RESETSTAT, []);
  }

  /**
   * What the server says about `CONFIG`. O(1), since 5.0.0.
   * @see https://redis.io/docs/latest/commands/config-help/
   */
  configHelp(): Out<this, string[]> {
    return this.run(CONFIG_HELP, []);
  }
}
