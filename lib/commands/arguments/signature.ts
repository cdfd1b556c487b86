/**
 * Kind of what may stand in a place: the name of a scalar (`key`, `number` …), `pairs`, `script`, words of the server, an object with known
 * names, one or a list, a list, or any of several kinds.
 */
export type Kind = string | Words | Named | Several | Listed | readonly Kind[];

export interface Words {
  readonly words: readonly string[];
}

/** Object with known names: options, or a record such as `{ member, score }`. */
export interface Named {
  readonly names: Readonly<Record<string, Kind>>;
  /** A record of a program's data, which may be part of a larger one: other names are none of ours. */
  readonly data?: boolean;
  /** Of each of these lists one must stand. */
  readonly required?: readonly (readonly string[])[];
  /** Of each of these lists only one may stand. */
  readonly exclusive?: readonly (readonly string[])[];
  /** A name that stands only beside one of these. */
  readonly needs?: Readonly<Record<string, readonly string[]>>;
}

/** One or a list of at least one. */
export interface Several {
  readonly several: Kind;
}

export interface Listed {
  readonly list: Kind;
}

/**
 * Form of a call: the parameters in their order. `name?` may be left out together with all that follow it, `name=` has a default and may be left
 * out by itself.
 */
export type Form = Readonly<Record<string, Kind>>;

/** What a method takes: the name of its command, and the forms that a call may have. */
export type Signature = readonly [command: string, ...forms: Form[]];
