import { command } from '../../protocol/catalog/specs.js';
import type { Raw } from '../../protocol/command-spec.js';
import { type Ok, toList } from '../decode.js';
import { CommandGroup } from '../group.js';
import type { IntegerOf, Out, TextOf } from '../mode.js';

const COMMANDLOG_GET = command('COMMANDLOG GET');
const COMMANDLOG_HELP = command('COMMANDLOG HELP');
const COMMANDLOG_LEN = command('COMMANDLOG LEN');
const COMMANDLOG_RESET = command('COMMANDLOG RESET');
const SLOWLOG_GET = command('SLOWLOG GET');
const SLOWLOG_HELP = command('SLOWLOG HELP');
const SLOWLOG_LEN = command('SLOWLOG LEN');
const SLOWLOG_RESET = command('SLOWLOG RESET');

export interface LoggedCommand<Text, I> {
  id: I;
  /** Unix time in seconds. */
  timestamp: I;
  /** The command and its arguments, shortened where they are many or long. */
  arguments: Text[];
  /** Address of the client. */
  client: Text;
  /** Name of the client's connection. */
  name: Text;
}
export type SlowCommand<Text, I> = LoggedCommand<Text, I> & { microseconds: I };
export type LargeCommand<Text, I> = LoggedCommand<Text, I> & { bytes: I };

export type CommandlogType = 'SLOW' | 'LARGE-REQUEST' | 'LARGE-REPLY';

/** Log of slow commands; in Valkey also of commands with large requests or replies. */
export abstract class SlowlogCommands extends CommandGroup {
  /**
   * The latest slow commands, 10 unless a count is given, -1 for all. O(N), since 2.2.12.
   * @see https://redis.io/docs/latest/commands/slowlog-get/
   */
  slowlogGet(count?: number): Out<this, SlowCommand<TextOf<this>, IntegerOf<this>>[]> {
    return this.run(SLOWLOG_GET, count === undefined ? [] : [count], toSlowlog('microseconds')<SlowCommand<TextOf<this>, IntegerOf<this>>>);
  }

  /**
   * How many slow commands are in the log. O(1), since 2.2.12.
   * @see https://redis.io/docs/latest/commands/slowlog-len/
   */
  slowlogLen(): Out<this, IntegerOf<this>> {
    return this.run(SLOWLOG_LEN, []);
  }

  /**
   * Empties the log of slow commands. O(N), since 2.2.12.
   * @see https://redis.io/docs/latest/commands/slowlog-reset/
   */
  slowlogReset(): Out<this, Ok> {
    return this.run(SLOWLOG_RESET, []);
  }

  /**
   * What the server says about `SLOWLOG`. O(1), since 6.2.0.
   * @see https://redis.io/docs/latest/commands/slowlog-help/
   */
  slowlogHelp(): Out<this, string[]> {
    return this.run(SLOWLOG_HELP, []);
  }

  /**
   * The latest commands of a log, -1 for all. O(N), since Valkey 8.1.0.
   * @see https://valkey.io/commands/commandlog-get/
   */
  commandlogGet(count: number, type: 'SLOW'): Out<this, SlowCommand<TextOf<this>, IntegerOf<this>>[]>;
  commandlogGet(count: number, type: 'LARGE-REQUEST' | 'LARGE-REPLY'): Out<this, LargeCommand<TextOf<this>, IntegerOf<this>>[]>;
  commandlogGet(
    count: number,
    type: CommandlogType,
  ): Out<this, SlowCommand<TextOf<this>, IntegerOf<this>>[] | LargeCommand<TextOf<this>, IntegerOf<this>>[]>;
  commandlogGet(count: number, type: CommandlogType): Out<this, unknown> {
    return this.run(COMMANDLOG_GET, [count, type], toSlowlog(type === 'SLOW' ? 'microseconds' : 'bytes'));
  }

  /**
   * How many commands are in a log. O(1), since Valkey 8.1.0.
   * @see https://valkey.io/commands/commandlog-len/
   */
  commandlogLen(type: CommandlogType): Out<this, IntegerOf<this>> {
    return this.run(COMMANDLOG_LEN, [type]);
  }

  /**
   * Empties a log. O(N), since Valkey 8.1.0.
   * @see https://valkey.io/commands/commandlog-reset/
   */
  commandlogReset(type: CommandlogType): Out<this, Ok> {
    return this.run(COMMANDLOG_RESET, [type]);
  }

  /**
   * What the server says about `COMMANDLOG`. O(1), since Valkey 8.1.0.
   * @see https://valkey.io/commands/commandlog-help/
   */
  commandlogHelp(): Out<this, string[]> {
    return this.run(COMMANDLOG_HELP, []);
  }
}

/** `[id, timestamp, measure, arguments, client, name] …` */
function toSlowlog(measure: 'microseconds' | 'bytes') {
  return <Entry>(raw: Raw): Entry[] =>
    toList(raw).map((one) => {
      const [id, timestamp, measured, args, client, name] = toList(one);
      return { id, timestamp, [measure]: measured, arguments: args, client, name } as Entry;
    });
}
