import type { Arg, Bytes, CommandSpec, Decode } from '../protocol/command-spec.js';
import type { MODE, Mode, Out } from './mode.js';

/**
 * Base of the command groups. A method names the command, lays out its arguments, and decodes the reply: `this.run(GET, [key])`.
 *
 * `this` is never a group. `copyMethods` copies the methods of all groups onto one null-prototype object, from which `Commands` inherits,
 * and from that the classes that issue commands. Their `run` is the one that is called, or their `refuse` where the arguments are wrong:
 *
 * | class in lib/api | its `run` | its `refuse` |
 * |---|---|---|
 * | `Redis` | issues the command and returns a promise of the reply | returns a rejection |
 * | `Leased`, `Watched` | sends it on the leased connection and returns a promise of the reply | returns a rejection |
 * | `Pipeline` | keeps it for `exec()` and returns the pipeline | keeps the error, which `exec()` rejects with |
 */
export abstract class CommandGroup {
  declare readonly [MODE]: Mode;

  /** Issues a command. `decode` turns the raw reply into the typed one; without it the raw reply already is. */
  protected abstract run<T>(spec: CommandSpec, args: readonly Arg[], decode?: Decode<T>): Out<this, T>;

  /** Takes a call whose arguments were refused, in the place of `run`: nothing is thrown at the caller. */
  protected abstract refuse(error: unknown): Out<this, never>;
}

/** A key: text, bytes, or a number that is sent as decimal text. */
export type Key = string | Bytes | number;
/** A value, sent as bytes; numbers and bigints as decimal text. */
export type Value = Arg;
export type OneOrMore<T> = T | readonly T[];
