import { setTimeout as sleep } from 'node:timers/promises';

export interface UntilOptions {
  /** Default 9,000: room for a machine that stalls, and less than the 10 s after which the client gives up by itself. */
  readonly timeoutMs?: number;
  /** Default 20. */
  readonly everyMs?: number;
  /** Named in the error when time is up. */
  readonly what?: string;
}

/** Asks again and again until the condition gives something truthy, and answers that. A condition that throws counts as not yet. */
export async function until<T>(
  condition: () => T | Promise<T>,
  options: UntilOptions = {},
): Promise<Exclude<T, false | null | undefined | 0 | ''>> {
  const { timeoutMs = 9_000, everyMs = 20, what = condition.toString() } = options;
  const end = performance.now() + timeoutMs;
  let lastError: unknown;
  for (;;) {
    try {
      const value = await condition();
      lastError = undefined;
      if (value) return value as Exclude<T, false | null | undefined | 0 | ''>;
    } catch (error) {
      lastError = error;
    }
    if (performance.now() >= end) {
      const reason = lastError instanceof Error ? `: ${lastError.message}` : '';
      throw new Error(`not within ${timeoutMs} ms: ${what}${reason}`, { cause: lastError });
    }
    await sleep(everyMs);
  }
}

/** As `until`, while timers are faked: sockets go on. */
export async function untilTurn(condition: () => unknown): Promise<void> {
  const end = process.hrtime.bigint() + 9_000_000_000n;
  while (!condition()) {
    if (process.hrtime.bigint() > end) throw new Error(`not within 9 s: ${condition.toString()}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** A gate for the order of events: who waits for `opened` goes on when the test calls `open`. */
export interface Gate {
  readonly opened: Promise<void>;
  open(): void;
}

export function closedGate(): Gate {
  let open = (): void => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}
