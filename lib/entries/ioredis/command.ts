import { ARGUMENT_TRANSFORMERS, type ArgumentTransformer, openLists, type SentArgument, toSent } from './arguments.js';
import { type Callback, nodeify } from './callbacks.js';
import { type CommandFlag, FLAGS, hasFlag } from './command-flags.js';
import { keyIndexes } from './command-keys.js';
import { withCallersStack } from './friendly-stack.js';
import { bytesAsText, REPLY_TRANSFORMERS, type ReplyContext, type ReplyTransformer, textAsBytes } from './replies.js';
import type { CommandScript } from './script.js';

/** Options of a command. */
export interface CommandOptions {
  /** Encoding of text in the reply; without one it is bytes. */
  readonly replyEncoding?: BufferEncoding | null;
  /** Made where the command was issued; its stack becomes that of an error. */
  readonly errorStack?: Error;
  readonly keyPrefix?: SentArgument;
  readonly readOnly?: boolean;
  readonly script?: CommandScript | null;
  /** The reply is given as it comes: EXEC's has been transformed, part by part. */
  readonly asIs?: boolean;
}

type ProtocolContext = Partial<Pick<ReplyContext, 'protocol' | 'replyMapping'>>;

const argumentTransformers = new Map(Object.entries(ARGUMENT_TRANSFORMERS));
const replyTransformers = new Map(Object.entries(REPLY_TRANSFORMERS));
const NO_OPTIONS: CommandOptions = Object.freeze({});

const PENDING = 0;
const RESOLVED = 1;
const REJECTED = 2;

// The functions of the promise that was made last, taken by the statement after it: no closure a command.
let lastResolve: (value: unknown) => void;
let lastReject: (error: unknown) => void;
const keepFunctions = (resolve: (value: unknown) => void, reject: (error: unknown) => void): void => {
  lastResolve = resolve;
  lastReject = reject;
};

/** Command as ioredis has it: name, arguments as they are sent, and the promise of its reply, which is made when it is asked for. */
export class Command {
  static readonly FLAGS = FLAGS;

  /** Whether the command has the flag. */
  static checkFlag(flag: CommandFlag, name: string): boolean {
    return hasFlag(flag, name);
  }

  /** Has the arguments of a command pass through a function, in all objects of the process. */
  static setArgumentTransformer(name: string, transformer: ArgumentTransformer): void {
    argumentTransformers.set(name, transformer);
  }

  /** Has the replies of a command pass through a function, in all objects of the process. */
  static setReplyTransformer(name: string, transformer: ReplyTransformer): void {
    replyTransformers.set(name, transformer);
  }

  /** In lower case. */
  readonly name: string;
  args: readonly SentArgument[];
  readonly replyEncoding: BufferEncoding | null | undefined;
  readonly isReadOnly: boolean;
  /** The script that the command runs; null for any other. */
  readonly script: CommandScript | null;
  /** Stands between MULTI and EXEC of a pipeline. */
  inTransaction = false;
  /** `sendCommand` has let it into a pipeline. */
  isBatched = false;
  /** As the program wrote it: `call('HGETALL')` has no transformer of `hgetall`. */
  readonly #spelling: string;
  readonly #isAsIs: boolean;
  readonly #errorStack: Error | undefined;
  #context: ProtocolContext | null = null;
  #state: typeof PENDING | typeof RESOLVED | typeof REJECTED = PENDING;
  #outcome: unknown = undefined;
  #promise: Promise<unknown> | null = null;
  #resolve: ((value: unknown) => void) | null = null;
  #reject: ((error: unknown) => void) | null = null;
  #ownResolve: ((reply: unknown) => void) | null = null;
  #ownReject: ((error: unknown) => void) | null = null;

  constructor(name: string, args: readonly unknown[] = [], options: CommandOptions = NO_OPTIONS, callback?: Callback) {
    this.#spelling = name;
    this.name = name.toLowerCase();
    this.replyEncoding = options.replyEncoding;
    this.isReadOnly = options.readOnly === true;
    this.script = options.script ?? null;
    this.#isAsIs = options.asIs === true;
    this.#errorStack = options.errorStack;
    this.args = this.#argumentsOf(args, options.keyPrefix);
    if (callback !== undefined) nodeify(this.promise, callback);
  }

  #argumentsOf(given: readonly unknown[], prefix: SentArgument | undefined): readonly SentArgument[] {
    let args = openLists(given);
    const transform = argumentTransformers.get(this.#spelling);
    try {
      if (transform !== undefined) args = transform([...args]);
      const sent = toSent(args);
      return prefix === undefined || prefix.length === 0 ? sent : withPrefix(sent, keyIndexes(this.name, sent), prefix);
    } catch (error) {
      // The transformer is the user's, and what an object's own `toString` throws, too.
      this.reject(error);
      return [];
    }
  }

  /** Settles when the command has; text and transformed as the reply is wanted. */
  get promise(): Promise<unknown> {
    if (this.#promise === null) {
      if (this.#state === PENDING) {
        this.#promise = new Promise(keepFunctions);
        this.#resolve = lastResolve;
        this.#reject = lastReject;
      } else {
        this.#promise = this.#state === RESOLVED ? Promise.resolve(this.#outcome) : Promise.reject(this.#outcome);
      }
    }
    return this.#promise;
  }

  get isResolved(): boolean {
    return this.#state === RESOLVED;
  }

  get isSettled(): boolean {
    return this.#state !== PENDING;
  }

  /** `[null, value]` or `[error]`, as a pipeline gives it. */
  get outcome(): unknown[] {
    return this.#state === REJECTED ? [this.#outcome] : [null, this.#outcome];
  }

  /**
   * Settles with a reply as it came, which the transformer of the command may change. As `reject` a function that needs no `this`, and may be
   * replaced: so tracing vendors learn of the end.
   */
  get resolve(): (reply: unknown) => void {
    return this.#ownResolve ?? ((reply) => this.#fulfil(reply));
  }

  set resolve(resolve: (reply: unknown) => void) {
    this.#ownResolve = resolve;
  }

  get reject(): (error: unknown) => void {
    return this.#ownReject ?? ((error) => this.#fail(error));
  }

  set reject(reject: (error: unknown) => void) {
    this.#ownReject = reject;
  }

  /** As `resolve`, without a function for it. */
  succeed(reply: unknown): void {
    if (this.#ownResolve === null) this.#fulfil(reply);
    else this.#ownResolve(reply);
  }

  #fulfil(reply: unknown): void {
    if (this.#state !== PENDING) return;
    try {
      this.#outcome = this.transformReply(reply);
    } catch (error) {
      this.reject(error);
      return;
    }
    this.#state = RESOLVED;
    this.#resolve?.(this.#outcome);
  }

  #fail(error: unknown): void {
    if (this.#state !== PENDING) return;
    this.#state = REJECTED;
    this.#outcome = this.#errorStack === undefined ? error : withCallersStack(error, this.#errorStack);
    this.#reject?.(this.#outcome);
  }

  /** Settles with a value, or an error in its place. */
  settle(outcome: unknown): void {
    if (outcome instanceof Error) this.reject(outcome);
    else this.succeed(outcome);
  }

  /** The reply as the caller gets it. */
  transformReply(reply: unknown): unknown {
    if (this.#isAsIs) return reply;
    const value = this.replyEncoding ? bytesAsText(reply, this.replyEncoding) : textAsBytes(reply);
    const transform = replyTransformers.get(this.#spelling);
    if (transform === undefined) return value;
    const { protocol = 2, replyMapping = 'legacy' } = this.#context ?? {};
    return transform(value, { commandName: this.#spelling, protocol, replyMapping });
  }

  /** Tells the transformers of what protocol the reply is. */
  setReplyContext(context: ProtocolContext | null | undefined): void {
    this.#context = context ?? null;
  }

  /** Its keys, with their prefix. */
  getKeys(): SentArgument[] {
    return keyIndexes(this.name, this.args).map((index) => this.args[index] ?? '');
  }
}

function withPrefix(args: readonly SentArgument[], keys: readonly number[], prefix: SentArgument): readonly SentArgument[] {
  if (keys.length === 0) return args;
  const prefixed = [...args];
  for (const index of keys) {
    const key = args[index] ?? '';
    prefixed[index] =
      typeof key === 'string' && typeof prefix === 'string'
        ? prefix + key
        : Buffer.concat([Buffer.from(prefix as string), Buffer.from(key as string)]);
  }
  return prefixed;
}
