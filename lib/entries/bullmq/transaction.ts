import type { Arg, Raw, Redis, Script } from '../../index.js';
import { asBullError, refuse } from './errors.js';
import { asItIs, type Shape, toFlatTexts, toObject } from './replies.js';
import type { ScriptCall, Scripts, Word } from './scripts.js';
import type { BullTransaction, ScriptArgument } from './types.js';

/** Command of a batch, with the shape of its reply. */
interface Step {
  readonly call: ScriptCall | readonly [command: string, ...args: Arg[]];
  readonly shape: Shape;
  readonly repeatable: boolean;
}

/** What is used of the library's batches: their types grow with every command, these are any number. */
interface Collector {
  call(...words: readonly [command: string, ...args: Arg[]]): unknown;
  script(script: Script<number>, keys: readonly Word[], args: readonly Word[]): unknown;
  exec(options: { readonly errors: 'inline' }): Promise<readonly unknown[]>;
}

/** Commands that are sent together: as a transaction, or each by itself. */
export class Batch implements BullTransaction {
  readonly #steps: Step[] = [];

  /** `viewFor(repeatable)`: the view for commands that may run twice, or for others. */
  constructor(
    private readonly kind: 'multi' | 'pipeline',
    private readonly scripts: Scripts,
    private readonly viewFor: (repeatable: boolean) => Redis,
  ) {}

  #add(call: Step['call'], shape: Shape = asItIs, repeatable = true): this {
    this.#steps.push({ call, shape, repeatable });
    return this;
  }

  hgetall(key: string): this {
    return this.#add(['HGETALL', key], toObject);
  }

  hset(key: string, data: Record<string, string | number>): this {
    return this.#add(['HSET', key, ...Object.entries(data).flat()]);
  }

  hscan(key: string, cursor: string | number, options?: { COUNT?: number }): this {
    return this.#add(['HSCAN', key, cursor, ...countOf(options)]);
  }

  smembers(key: string): this {
    return this.#add(['SMEMBERS', key]);
  }

  sscan(key: string, cursor: string | number, options?: { COUNT?: number }): this {
    return this.#add(['SSCAN', key, cursor, ...countOf(options)]);
  }

  zrange(key: string, start: number, end: number): this {
    return this.#add(['ZRANGE', key, start, end], toFlatTexts);
  }

  lrange(key: string, start: number, end: number): this {
    return this.#add(['LRANGE', key, start, end]);
  }

  llen(key: string): this {
    return this.#add(['LLEN', key]);
  }

  del(...keys: string[]): this {
    return keys.length === 0 ? this : this.#add(['DEL', ...keys]);
  }

  runCommand(name: string, args: readonly ScriptArgument[]): this {
    const call = this.scripts.call(name, args);
    return this.#add(call, asItIs, call.repeatable);
  }

  get length(): number {
    return this.#steps.length;
  }

  async exec(): Promise<[error: Error | null, value: unknown][]> {
    const steps = [...this.#steps];
    const view = this.viewFor(steps.every(({ repeatable }) => repeatable));
    const batch: Collector = this.kind === 'multi' ? view.multi() : view.pipeline();
    const texts = new Set<string>();
    for (const { call } of steps) this.#issue(batch, call, texts);
    const outcomes = await batch.exec({ errors: 'inline' }).catch(refuse);
    return steps.map(({ shape }, at) => {
      const outcome = outcomes[at];
      return outcome instanceof Error ? [asBullError(outcome) as Error, undefined] : [null, shape(outcome as Raw)]; // of `call`, or a script
    });
  }

  /**
   * Adds the command. A transaction carries the text of each script, which is long; what carried it once in the same transaction made the
   * server know it, so that the rest have its hash. `texts`: the scripts that went before.
   */
  #issue(batch: Collector, call: Step['call'], texts: Set<string>): void {
    if (!('script' in call)) {
      batch.call(...call);
      return;
    }
    const { script, keys, args } = call;
    if (this.kind === 'multi' && texts.has(script.sha1)) batch.call('EVALSHA', script.sha1, keys.length, ...keys, ...args);
    else batch.script(script, keys, args);
    texts.add(script.sha1);
  }
}

function countOf({ COUNT }: { COUNT?: number } = {}): Arg[] {
  return COUNT === undefined ? [] : ['COUNT', COUNT];
}
