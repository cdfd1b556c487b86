/** What a program says about the clients of another package: facts of its source, by which the rules judge. */

/** Where something stands in a file; both count from 1. */
export interface SourcePlace {
  readonly line: number;
  readonly column: number;
}

/** An argument, as far as the source says what it is. */
export type Shape =
  | { readonly kind: 'text'; readonly value: string }
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'function' }
  | { readonly kind: 'list'; readonly items: readonly Shape[] }
  | { readonly kind: 'object'; readonly fields: Readonly<Record<string, Shape>>; readonly isOpen: boolean }
  /** `...items`: any number of arguments. */
  | { readonly kind: 'spread' }
  | { readonly kind: 'unknown' };

/** The packages whose programs are read. */
export type OtherClient = 'ioredis' | 'node-redis';

/** A call of a method of a client, or of what one of its methods returned. */
export interface MethodCall {
  readonly at: SourcePlace;
  readonly client: OtherClient;
  /** Methods that were called before in the same chain: `pipeline`, `set` of `redis.pipeline().set('a', 1).exec()`. */
  readonly before: readonly string[];
  readonly method: string;
  readonly args: readonly Shape[];
}

/** A client that is made: `new Redis(…)`, `createClient(…)`. */
export interface Creation {
  readonly at: SourcePlace;
  readonly client: OtherClient;
  /** Name by which the package exports it; `default` is the class of ioredis. */
  readonly name: string;
  readonly args: readonly Shape[];
}

/** All of them in one file, in the order of the file. */
export interface SourceFacts {
  readonly calls: readonly MethodCall[];
  readonly creations: readonly Creation[];
}

/** Something that means something else with slotwise itself. */
export interface Difference {
  readonly at: SourcePlace;
  /** What stands there: `redis.set`, `new Redis: maxRetriesPerRequest`. */
  readonly what: string;
  /** What to write instead, or what else it would mean. */
  readonly natively: string;
}
