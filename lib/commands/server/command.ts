import { command } from '../../protocol/catalog/specs.js';
import type { Arg } from '../../protocol/command-spec.js';
import { CommandGroup, type OneOrMore, type Value } from '../group.js';
import type { IntegerOf, Out, TextOf } from '../mode.js';
import { all, type ExactlyOne, pushOptions } from '../tokens.js';
import { type CommandDocs, type CommandInfo, type KeyWithFlags, toDocs, toInfos, toKeysWithFlags } from './command-info.js';

const COMMAND = command('COMMAND');
const COMMAND_COUNT = command('COMMAND COUNT');
const COMMAND_DOCS = command('COMMAND DOCS');
const COMMAND_GETKEYS = command('COMMAND GETKEYS');
const COMMAND_GETKEYSANDFLAGS = command('COMMAND GETKEYSANDFLAGS');
const COMMAND_HELP = command('COMMAND HELP');
const COMMAND_INFO = command('COMMAND INFO');
const COMMAND_LIST = command('COMMAND LIST');

/** Commands of the server, as it describes them. A subcommand is named `config|get`. */
export abstract class CommandCommands extends CommandGroup {
  /**
   * The facts of every command. O(N), since 2.8.13.
   * @see https://redis.io/docs/latest/commands/command/
   */
  command(): Out<this, CommandInfo<TextOf<this>, IntegerOf<this>>[]> {
    return this.run(COMMAND, [], toInfos<CommandInfo<TextOf<this>, IntegerOf<this>>>);
  }

  /**
   * The facts of some commands, `null` for one the server does not have. Of all commands without names. O(N), since 2.8.13.
   * @see https://redis.io/docs/latest/commands/command-info/
   */
  commandInfo(names: OneOrMore<string> = []): Out<this, (CommandInfo<TextOf<this>, IntegerOf<this>> | null)[]> {
    return this.run(COMMAND_INFO, all(names), toInfos<CommandInfo<TextOf<this>, IntegerOf<this>> | null>);
  }

  /**
   * The documentation of some commands, or of all, by name. O(N), since 7.0.0.
   * @see https://redis.io/docs/latest/commands/command-docs/
   */
  commandDocs(names: OneOrMore<string> = []): Out<this, Record<string, CommandDocs<TextOf<this>, IntegerOf<this>>>> {
    return this.run(COMMAND_DOCS, all(names), toDocs<TextOf<this>, IntegerOf<this>>);
  }

  /**
   * How many commands the server has. O(1), since 2.8.13.
   * @see https://redis.io/docs/latest/commands/command-count/
   */
  commandCount(): Out<this, IntegerOf<this>> {
    return this.run(COMMAND_COUNT, []);
  }

  /**
   * The names of the commands: all, a module's, an ACL category's, or those that match a pattern. O(N), since 7.0.0.
   * @see https://redis.io/docs/latest/commands/command-list/
   */
  commandList(options?: { FILTERBY?: ExactlyOne<{ MODULE: string; ACLCAT: string; PATTERN: string }> }): Out<this, TextOf<this>[]> {
    const args: Arg[] = [];
    if (options?.FILTERBY !== undefined) {
      args.push('FILTERBY');
      pushOptions(args, options.FILTERBY, ['MODULE', 'ACLCAT', 'PATTERN']);
    }
    return this.run(COMMAND_LIST, args);
  }

  /**
   * The keys among the words of a command. O(N), since 2.8.13.
   * @see https://redis.io/docs/latest/commands/command-getkeys/
   * @example await redis.commandGetkeys(['MSET', 'a', 1, 'b', 2]); // ['a', 'b']
   */
  commandGetkeys(words: readonly Value[]): Out<this, TextOf<this>[]> {
    return this.run(COMMAND_GETKEYS, all(words));
  }

  /**
   * The keys among the words of a command, and what it does to them. O(N), since 7.0.0.
   * @see https://redis.io/docs/latest/commands/command-getkeysandflags/
   */
  commandGetkeysandflags(words: readonly Value[]): Out<this, KeyWithFlags<TextOf<this>>[]> {
    return this.run(COMMAND_GETKEYSANDFLAGS, all(words), toKeysWithFlags<TextOf<this>>);
  }

  /**
   * What the server says about `COMMAND`. O(1), since 5.0.0.
   * @see https://redis.io/docs/latest/commands/command-help/
   */
  commandHelp(): Out<this, string[]> {
    return this.run(COMMAND_HELP, []);
  }
}
