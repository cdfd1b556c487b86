import type { Redis } from '../../lib/index.js';
import { SlotwiseError } from '../../lib/index.js';
import type { Server } from '../support/server.js';
import { Stopwatch } from '../support/stopwatch.js';

const WRITERS = 8;
const READERS = 8;

/** What callers were told while something happened to the proxies. */
export interface Told {
  readonly reads: number;
  readonly failedReads: readonly string[];
  /** Writes that failed otherwise than with `executed: 'unknown'`. */
  readonly failedWrites: readonly string[];
  /** Acknowledged and unknown INCRs, by writer. */
  readonly acknowledged: readonly number[];
  readonly unknown: readonly number[];
  /** From what happened to the first write that was issued later and acknowledged, in ms of our own. */
  readonly backMs: number;
}

/** Has writers count, each on a key of its own, and readers read, while `act` does the harm, and for a moment after the first write is back. */
export async function underLoad(redis: Redis, prefix: string, act: () => Promise<void>): Promise<Told> {
  const acknowledged = new Array<number>(WRITERS).fill(0);
  const unknown = new Array<number>(WRITERS).fill(0);
  const failedReads: string[] = [];
  const failedWrites: string[] = [];
  let reads = 0;
  let isOn = true;
  let watch: Stopwatch | null = null;
  let backMs: number | null = null;
  const write = async (writer: number): Promise<void> => {
    while (isOn) {
      const isLater = watch !== null;
      try {
        await redis.incr(`${prefix}:${writer}`);
        acknowledged[writer] = (acknowledged[writer] ?? 0) + 1;
        if (isLater) backMs ??= watch?.ownMs ?? null;
      } catch (error) {
        if (error instanceof SlotwiseError && error.executed === 'unknown') unknown[writer] = (unknown[writer] ?? 0) + 1;
        else failedWrites.push(String(error));
      }
    }
  };
  const read = async (reader: number): Promise<void> => {
    while (isOn) {
      try {
        await redis.get(`${prefix}:${reader}`);
        reads++;
      } catch (error) {
        failedReads.push(String(error));
      }
    }
  };
  const all = [...acknowledged.map((_, writer) => write(writer)), ...Array.from({ length: READERS }, (_, reader) => read(reader))];
  await new Promise((resolve) => setTimeout(resolve, 100));
  await act();
  watch = Stopwatch.start();
  const end = performance.now() + 9_000;
  while (backMs === null && performance.now() < end) await new Promise((resolve) => setTimeout(resolve, 5));
  await new Promise((resolve) => setTimeout(resolve, 100));
  isOn = false;
  await Promise.all(all);
  return { reads, failedReads, failedWrites, acknowledged, unknown, backMs: backMs ?? Number.POSITIVE_INFINITY };
}

/** What is wrong between what callers were told and what the server has: no acknowledged write is missing, none ran twice. */
export async function faultsIn({ acknowledged, unknown }: Told, prefix: string, server: Server): Promise<readonly string[]> {
  const faults: string[] = [];
  for (const [writer, count] of acknowledged.entries()) {
    const found = Number(await server.ask('GET', `${prefix}:${writer}`));
    const most = count + (unknown[writer] ?? 0);
    if (found < count || found > most) faults.push(`writer ${writer}: ${found} found, ${count} to ${most} expected`);
  }
  return faults;
}
