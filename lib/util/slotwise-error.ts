/**
 * What a caller may conclude about a failed command.
 * `no`: the server provably did not run it. `unknown`: it may have run. `yes`: the server ran it and answered.
 */
export type Executed = 'no' | 'unknown' | 'yes';

/** The facts an error carries besides its message. */
export interface ErrorFacts {
  /** Address of the node involved, as `host:port` or a socket path. */
  readonly node?: string | undefined;
  /** Default `no`. */
  readonly executed?: Executed | undefined;
  /** Name of the command, in capitals. */
  readonly command?: string | undefined;
  /** How many times the command was tried, the failed try included. */
  readonly attempts?: number | undefined;
  readonly cause?: unknown;
}

/** The brand of each class of ours; a user's class that is derived from one has none. */
const brands = new Map<unknown, symbol>();

/** Base of everything this library throws or rejects with. `code` is stable over releases; the message is for people. */
export class SlotwiseError extends Error {
  // Only declared: fields that are defined first and set afterwards took a fifth of the time that an error takes.
  declare readonly code: string;
  // The parser makes the error of a reply before its call is known: these are filled in afterwards.
  declare executed: Executed;
  declare node: string | undefined;
  declare command: string | undefined;
  declare attempts: number;

  constructor(code: string, message: string, facts: ErrorFacts = {}) {
    super(message, facts.cause === undefined ? undefined : { cause: facts.cause });
    if (!brands.has(new.target)) this.name = new.target.name;
    this.code = code;
    this.executed = facts.executed ?? 'no';
    this.node = facts.node;
    this.command = facts.command;
    this.attempts = facts.attempts ?? 0;
  }

  /** The error for logs: name, message, code and its other facts, and the same of its cause and of the errors of its parts; no stacks. */
  toJSON(): Record<string, unknown> {
    return errorAsJson(this, 0);
  }
}

/**
 * Gives the classes the names that they have here, which a bundler may shorten, and a brand by which `instanceof` knows them: errors of the
 * other build (`import` and `require` in one process), of `slotwise/admin` and of another copy of the package are of the same classes.
 */
export function nameErrors(classes: Readonly<Record<string, { readonly prototype: SlotwiseError }>>): void {
  for (const [name, one] of Object.entries(classes)) {
    const brand = Symbol.for(`slotwise.${name}`);
    brands.set(one, brand);
    Object.defineProperty(one, 'name', { value: name, configurable: true });
    // As the errors of the language have it: not a property of each of them.
    Object.defineProperty(one.prototype, 'name', { value: name, writable: true, configurable: true });
    Object.defineProperty(one.prototype, brand, { value: true });
  }
}

// Not a static method, because the declarations need not show it.
Object.defineProperty(SlotwiseError, Symbol.hasInstance, {
  value: function hasInstance(this: unknown, value: unknown): boolean {
    if (typeof value !== 'object' || value === null) return false;
    const brand = brands.get(this);
    return brand === undefined ? Function.prototype[Symbol.hasInstance].call(this, value) : brand in value;
  },
});

/** A chain of causes may be a ring, and what a caller attached may be anything. */
const DEEPEST = 6;

function errorAsJson(error: Error, depth: number): Record<string, unknown> {
  const json: Record<string, unknown> = { name: error.name, message: error.message };
  for (const [key, value] of Object.entries(error)) {
    // What a command returned is data, which does not belong into logs.
    if (key !== 'reply' && value !== undefined) json[key] = asJson(value, depth + 1);
  }
  if (error.cause !== undefined) json.cause = asJson(error.cause, depth + 1);
  // Of an AggregateError, which Node gives where each address of a host failed.
  if ('errors' in error && Array.isArray(error.errors)) json.errors = asJson(error.errors, depth + 1);
  return json;
}

/** What JSON has of a value. A cause may be a user's error, whose getters may throw. */
function asJson(value: unknown, depth: number): unknown {
  try {
    return picture(value, depth);
  } catch {
    return '(something that cannot be shown)';
  }
}

function picture(value: unknown, depth: number): unknown {
  if (typeof value === 'bigint') return String(value);
  if (typeof value === 'function') return undefined; // it may be a `toJSON`
  if (typeof value !== 'object' || value === null) return value;
  if (depth > DEEPEST) return '…';
  if (value instanceof Error) return errorAsJson(value, depth);
  if (Array.isArray(value)) return value.map((one) => asJson(one, depth + 1));
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return `(${value.constructor.name || 'an object'})`;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, asJson(one, depth + 1)]));
}
