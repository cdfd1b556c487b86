/**
 * How one definition of a command serves client, pipeline, transaction and views: a mode says what text and integers are, and what a method
 * returns for a reply of type `reply`. `Out` fills `reply` in; a mode's `out` reads it back as `this['reply']`.
 *
 * A class of commands has its mode as a property that exists in the types alone, and the methods it inherits find it by way of `this`. With a
 * type parameter instead, the first call on a client made the compiler instantiate every group of commands: seven times the work of a small program.
 */
export interface Mode {
  /** The type of text in replies: `string`, or `Buffer` after `with({ buffers: true })`. */
  readonly text: string | Buffer;
  /** The type of integers in replies, by the option `integers`. */
  readonly integer: number | bigint | string;
  readonly reply: unknown;
  readonly out: unknown;
}

/** The name of that property. */
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

/** A command issued on a client or view: a promise of its reply. */
export interface Direct<Text extends string | Buffer = string, Integer extends number | bigint | string = number> extends Mode {
  readonly text: Text;
  readonly integer: Integer;
  readonly out: Promise<this['reply']>;
}
