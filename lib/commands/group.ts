import type { Arg, CommandSpec, Decode } from '../protocol/command-spec.js';
import type { MODE, Mode, Out } from './mode.js';

/** A key: text, bytes, or a number that is sent as decimal text. */
export type Key = string | Uint8Array | number;
/** A value, sent as bytes; numbers and bigints as decimal text. */
export type Value = Arg;
export type OneOrMore<T> = T | readonly T[];

/** Base of the command groups: a method names the command, lays out its arguments, and decodes the reply; `run` is the mode's business. */
export abstract class CommandGroup {
  declare readonly [MODE]: Mode;

  /** Issues a command. `decode` turns the raw reply into the typed one; without it the raw reply already is. */
  protected abstract run<T>(spec: CommandSpec, args: readonly Arg[], decode?: Decode<T>): Out<this, T>;
}
