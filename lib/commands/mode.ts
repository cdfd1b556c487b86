/**
 * How one definition of a command serves client, pipeline, transaction and views: a mode says what text and integers are, and what a method
 * returns for a reply of type `reply`. `Out` fills `reply` in; a mode's `out` reads it back as `this['reply']`.
 */
export interface Mode {
  /** The type of text in replies: `string`, or `Buffer` after `with({ buffers: true })`. */
  readonly text: string | Buffer;
  /** The type of integers in replies, by the option `integers`. */
  readonly integer: number | bigint | string;
  readonly reply: unknown;
  readonly out: unknown;
}

/** What a method returns in mode `M` for a reply of type `T`. */
export type Out<M extends Mode, T> = (M & { readonly reply: T })['out'];

/** A command issued on a client or view: a promise of its reply. */
export interface Direct<Text extends string | Buffer = string, Integer extends number | bigint | string = number> extends Mode {
  readonly text: Text;
  readonly integer: Integer;
  readonly out: Promise<this['reply']>;
}
