import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { runningProcesses } from './processes.js';

/** Time since the system started that the main thread of a process was ready to run and had no processor, in ms; 0 where nobody tells. */
function waitedMs(pid: number | 'self'): number {
  try {
    // https://docs.kernel.org/scheduler/sched-stats.html#proc-pid-schedstat: on a processor, waiting for one (both in ns), slices.
    return Number(readFileSync(`/proc/${pid}/schedstat`, 'latin1').split(' ')[1]) / 1e6;
  } catch {
    return 0;
  }
}

/** Time that the machine's processors were not given to it by its host, in ms, for the average processor. */
function stolenMs(): number {
  try {
    // https://man7.org/linux/man-pages/man5/proc_stat.5.html: the eighth number is the time stolen, in hundredths of a second.
    return (Number(/^cpu +(?:\d+ ){7}(\d+)/.exec(readFileSync('/proc/stat', 'latin1'))?.[1] ?? 0) * 10) / cpus().length;
  } catch {
    return 0;
  }
}

/**
 * A watch that tells how long something took, and for how much of that its processes, this one and the servers, were ready and kept from
 * running by other work of the machine. Bounds go by what is left: on a busy machine they are not broken by the others, and what the
 * library waits for or computes itself counts in full. Where the system does not tell (not Linux), all time counts.
 */
export class Stopwatch {
  readonly #startedAt = performance.now();
  readonly #stolenMs = stolenMs();
  /** How long each process had waited by the start. */
  readonly #waitedMs = new Map<number | 'self', number>();

  private constructor() {
    for (const pid of pids()) this.#waitedMs.set(pid, waitedMs(pid));
  }

  static start(): Stopwatch {
    return new Stopwatch();
  }

  get tookMs(): number {
    return performance.now() - this.#startedAt;
  }

  /** How long the processes, one after the other, were kept from running. */
  get heldUpMs(): number {
    let sum = stolenMs() - this.#stolenMs;
    for (const pid of pids()) sum += Math.max(0, waitedMs(pid) - (this.#waitedMs.get(pid) ?? 0));
    return sum;
  }

  /** What it took without that. */
  get ownMs(): number {
    const { tookMs } = this;
    return Math.max(0, tookMs - this.heldUpMs);
  }
}

function pids(): (number | 'self')[] {
  return ['self', ...[...runningProcesses()].flatMap(({ child }) => (child.pid === undefined ? [] : [child.pid]))];
}
