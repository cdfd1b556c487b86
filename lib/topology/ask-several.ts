import { clearInterval, clearTimeout, performance, setInterval, setTimeout } from '../runtime/runtime.js';
/** The outcome of asking one item. */
export type Answer<A, T> =
  | { readonly item: A; readonly ok: true; readonly value: T }
  | { readonly item: A; readonly ok: false; readonly error: unknown };

interface AskSeveralOptions<T> {
  /** How many successes are enough. */
  readonly want: number;
  /** How many are asked at once. Default: `want`. */
  readonly atOnce?: number;
  /** Interval at which one more is asked while there is no success, in ms. Default: never, only failures are replaced. */
  readonly staggerMs?: number;
  /** How long the others are waited for after a success that counts: the first one, or another one that gives them less time. */
  readonly graceMs: number | ((value: T) => number);
  /** Whether a success starts the grace. Default: every one does. */
  readonly counts?: (value: T) => boolean;
  /** Is given what ends the asking within so many ms, as a success does. */
  readonly onStart?: (finishWithin: (ms: number) => void) => void;
}

/**
 * Asks several of `items`, in their order, and the next one for each that fails. An item that hangs does not hold up the answers of the
 * others: what is missing when `graceMs` have passed is left out. Answers come in the order in which they arrived. Never rejects.
 */
export function askSeveral<A, T>(
  items: readonly A[],
  ask: (item: A) => Promise<T>,
  options: AskSeveralOptions<T>,
): Promise<Answer<A, T>[]> {
  return new Promise((resolve) => {
    const answers: Answer<A, T>[] = [];
    const { atOnce = options.want } = options;
    let next = 0;
    let open = 0;
    let successes = 0;
    let done = false;
    let grace: NodeJS.Timeout | undefined;
    let graceEnd = Number.POSITIVE_INFINITY;

    const finishWithin = (ms: number): void => {
      const end = performance.now() + ms;
      if (done || end >= graceEnd) return;
      graceEnd = end;
      clearTimeout(grace);
      grace = setTimeout(finish, ms).unref();
    };
    const finish = (): void => {
      if (done) return;
      done = true;
      clearTimeout(grace);
      clearInterval(stagger);
      resolve(answers);
    };
    const start = (): void => {
      if (done || next >= items.length) return;
      const item = items[next++] as A; // in range
      open++;
      ask(item).then(
        (value) => settle({ item, ok: true, value }),
        (error: unknown) => settle({ item, ok: false, error }),
      );
    };
    const settle = (answer: Answer<A, T>): void => {
      open--;
      if (done) return;
      answers.push(answer);
      if (answer.ok) {
        successes++;
        clearInterval(stagger);
        const { graceMs } = options;
        if (options.counts?.(answer.value) ?? true) finishWithin(typeof graceMs === 'number' ? graceMs : graceMs(answer.value));
      }
      while (open < atOnce && open + successes < options.want && next < items.length) start();
      if (successes >= options.want || open === 0) finish();
    };

    const stagger = options.staggerMs === undefined ? undefined : setInterval(start, options.staggerMs).unref();
    options.onStart?.(finishWithin);
    for (let i = 0; i < Math.min(atOnce, options.want); i++) start();
    if (items.length === 0) finish();
  });
}
