import { ArgumentError } from '../errors.js';
import { typeText } from '../util/type-text.js';
import { type Check, shape } from './validate.js';

/** One parameter of a public method. */
export interface Parameter {
  readonly name: string;
  /** May be left out, or `undefined`. */
  readonly optional: boolean;
  /** Returns what the method gets, or throws. Null: the method checks it itself. */
  readonly check: ((value: unknown, place: Place) => unknown) | null;
}

/** Place of an argument, as errors name it. */
export interface Place {
  readonly method: string;
  /** As the caller counts: the first argument is 1. */
  readonly number: number;
  readonly form: CallForm;
}

/** A parameter that is checked before the method runs. */
export interface CheckedParameter extends Parameter {
  readonly check: NonNullable<Parameter['check']>;
}

/** How a method says no: a promise that rejects, a throw, an iterator whose first `next()` rejects, or a batch whose `exec()` rejects. */
export type Refusal = 'rejects' | 'throws' | 'iterates' | 'batches';

/** A batch of commands, which keeps why one was refused. */
interface Batch {
  refuse(error: unknown): unknown;
}

/** How a public method is called. */
export interface CallForm {
  /** The right form, as messages show it. */
  readonly form: string;
  readonly parameters: readonly Parameter[];
  readonly refuses: Refusal | ((given: readonly unknown[]) => Refusal);
  /** What those are told who give too many arguments. */
  readonly advice?: string;
}

/** Names of the methods that a class has of its own, beyond those of another. */
type OwnMethods<Class, Inherited> = {
  [Name in Exclude<keyof Class, keyof Inherited> & string]: Class[Name] extends (...args: never[]) => unknown ? Name : never;
}[Exclude<keyof Class, keyof Inherited> & string];

/** The forms of all methods of a class: one that is added cannot be forgotten. Null: it takes any number of words, and checks them itself. */
export type FormsOf<Class, Inherited = object> = Readonly<Record<OwnMethods<Class, Inherited>, CallForm | null>>;

/** A parameter whose value passes a test. */
export function value(name: string, expected: string, test: (value: unknown) => boolean): Parameter {
  const check: Parameter['check'] = (given, place) => (test(given) ? given : refuseArgument(place, name, expected, given));
  return { name, optional: false, check };
}

/** A parameter that takes one value that passes a test, or a list of at least one. */
export function oneOrMore(name: string, expected: string, test: (value: unknown) => boolean): Parameter {
  const check: Parameter['check'] = (given, place) => {
    if (test(given)) return given;
    if (!Array.isArray(given)) return refuseArgument(place, name, `${expected}, or a list of them`, given);
    const wrong = given.findIndex((item) => !test(item));
    if (wrong !== -1) return refuseArgument(place, `${name}[${wrong}]`, expected, given[wrong]);
    return given.length > 0 ? given : refuseArgument(place, name, `${expected}, or a list of at least one`, given);
  };
  return { name, optional: false, check };
}

/** A parameter that the method checks itself. */
export function unchecked(name: string): Parameter {
  return { name, optional: false, check: null };
}

/** Options: an object with known names and no others. Errors name an option `method.option`. */
export function options(
  checks: Readonly<Record<string, Check<unknown>>> | Check<object>,
  others?: Readonly<Record<string, string>>,
  name = 'options',
): CheckedParameter {
  const checkOptions = typeof checks === 'function' ? checks : shape(checks, 'an object of options', 'option', others);
  const check: CheckedParameter['check'] = (given, place) =>
    Object.prototype.toString.call(given) === '[object Object]'
      ? checkOptions(given, place.method)
      : refuseArgument(place, name, 'an object of options', given);
  return { name, optional: true, check };
}

export function optional(parameter: Parameter): Parameter {
  return { ...parameter, optional: true };
}
export function required(parameter: Parameter): Parameter {
  return { ...parameter, optional: false };
}

/** Throws for an argument, by its place and name. */
export function refuseArgument({ method, number, form }: Place, name: string, expected: string, given: unknown): never {
  const problem = `${method}: argument ${number} (${name}) must be ${expected}, got ${typeText(given)}`;
  throw new ArgumentError(`${problem}; it is called as ${formText(form)}`);
}

/**
 * Throws where more than `most` arguments are given. Trailing ones that are `undefined` are not there. `form` is the right one, with advice
 * where people are used to another.
 */
export function refuseSurplus(method: string, most: number, form: string, given: readonly unknown[]): void {
  const surplus = given.slice(most).find((argument) => argument !== undefined);
  if (surplus === undefined) return;
  const takes = most === 0 ? 'no argument' : most === 1 ? 'one argument' : `at most ${most} arguments`;
  const callback = typeof surplus === 'function' ? '; callbacks are not called' : '';
  throw new ArgumentError(`${method}: takes ${takes}, got ${given.length}; it is called as ${form}${callback}`);
}

/** Has the methods of a class check how they are called before they do anything. */
export function checkCalls(owner: { readonly prototype: object }, forms: Readonly<Record<string, CallForm | null>>): void {
  for (const [name, form] of Object.entries(forms)) {
    if (form === null) continue;
    const method = Reflect.get(owner.prototype, name) as (...args: unknown[]) => unknown; // forms name methods
    Object.defineProperty(owner.prototype, name, { value: checked(name, form, method), writable: true, configurable: true });
  }
}

function checked(name: string, form: CallForm, method: (...args: unknown[]) => unknown): unknown {
  const call = function (this: unknown, ...given: unknown[]): unknown {
    try {
      return method.apply(this, argumentsOf(name, form, given));
    } catch (error) {
      const refuses = typeof form.refuses === 'function' ? form.refuses(given) : form.refuses;
      if (refuses === 'throws') throw error;
      if (refuses === 'batches') return (method.call(this) as Batch).refuse(error); // by its form
      return refuses === 'rejects' ? Promise.reject(error) : new RefusedIterator(error);
    }
  };
  return Object.defineProperty(call, 'name', { value: name });
}

function argumentsOf(name: string, form: CallForm, given: unknown[]): unknown[] {
  const { parameters } = form;
  if (given.length > parameters.length) refuseSurplus(name, parameters.length, formText(form), given);
  for (const [at, { check, optional: mayBeMissing }] of parameters.entries()) {
    if (check === null || (mayBeMissing && given[at] === undefined)) continue;
    given[at] = check(given[at], { method: name, number: at + 1, form });
  }
  return given;
}

function formText({ form, advice }: CallForm): string {
  return advice === undefined ? form : `${form}: ${advice}`;
}

/** What a refused iterator is instead: its first `next()` rejects, as the first of an iterator does that fails. */
class RefusedIterator implements AsyncIterableIterator<never, undefined> {
  readonly live = false;
  #error: { readonly reason: unknown } | null;

  constructor(reason: unknown) {
    this.#error = { reason };
  }

  ready(): Promise<void> {
    return this.next().then(() => undefined);
  }

  next(): Promise<IteratorResult<never, undefined>> {
    const error = this.#error;
    this.#error = null;
    return error === null ? this.return() : Promise.reject(error.reason);
  }

  return(): Promise<IteratorReturnResult<undefined>> {
    this.#error = null;
    return Promise.resolve({ value: undefined, done: true });
  }

  async throw(error?: unknown): Promise<IteratorResult<never, undefined>> {
    await this.return();
    throw error;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }
}
