/**
 * Mode of a class of commands: the types of text and integers in its replies, and the type that a method returns for a reply of type
 * `reply`. So one definition of a command serves client, views, pipeline and transaction. `Out` fills `reply` in; a mode's `out` reads it
 * back as `this['reply']`.
 *
 * The mode is a property of the class that exists in the types alone; inherited methods find it by `this`. With a type parameter instead,
 * the first call on a client made the compiler instantiate every group of commands: seven times the work of a small program.
 */
export interface Mode {
  /** The type of text in replies: `string`, or `Buffer` after `with({ buffers: true })`. */
  readonly text: string | Buffer;
  /** The type of integers in replies, by the option `integers`. */
  readonly integer: number | bigint | string;
  readonly reply: unknown;
  readonly out: unknown;
}

/** Name of the property that holds the mode. */
export declare const MODE: unique symbol;

interface Moded {
  readonly [MODE]: Mode;
}

/** What a method returns for a reply of type `T`: methods say `Out<this, T>`. */
export type Out<Group extends Moded, T> = (Group[typeof MODE] & { readonly reply: T })['out'];
/** The type of text in replies: methods say `TextOf<this>`. */
export type TextOf<Group extends Moded> = Group[typeof MODE]['text'];
/** The type of integers in replies. */
export type IntegerOf<Group extends Moded> = Group[typeof MODE]['integer'];

/** Mode of clients, views and leases: a method returns a promise of the reply. */
export interface Direct<Text extends string | Buffer = string, Integer extends number | bigint | string = number> extends Mode {
  readonly text: Text;
  readonly integer: Integer;
  readonly out: Promise<this['reply']>;
}
