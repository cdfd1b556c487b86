import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Closed loop: `callers` callers, each awaiting `op(i)` before it issues the next. What finished and what the process spent is read when the
 * time is up; the commands then still in flight are awaited but not counted. `observe(microseconds)` gets every latency, if given, and what
 * another process spends meanwhile, `besidePid`, is read as well.
 */
export async function closedLoop({ op, callers, durationMs, commands = 1, observe, besidePid }) {
  let stopped = false;
  let finished = 0;
  async function caller(first) {
    for (let i = first; !stopped; i += 1) {
      const issued = observe ? performance.now() : 0;
      await op(i);
      finished += 1;
      observe?.((performance.now() - issued) * 1000);
    }
  }
  globalThis.gc?.();
  const besideBefore = besidePid && cpuMicrosOf(besidePid);
  const cpuBefore = process.cpuUsage();
  const start = performance.now();
  const running = Promise.all(Array.from({ length: callers }, (_, i) => caller(i)));
  await Promise.race([running, sleep(durationMs)]);
  if (finished === 0) {
    // One operation takes longer than the time given: then every caller does one.
    stopped = true;
    await running;
  }
  const elapsedMs = performance.now() - start;
  const cpu = process.cpuUsage(cpuBefore);
  const beside = besidePid && cpuMicrosOf(besidePid) - besideBefore;
  const done = finished * commands;
  stopped = true;
  await running;
  return {
    opsPerSecond: (done / elapsedMs) * 1000,
    cpuMicros: (cpu.user + cpu.system) / done,
    ...(besidePid && { besideMicros: beside / done }),
  };
}

/** Time that all threads of a process have had, of Linux alone: the first number of `schedstat` is in ns. */
function cpuMicrosOf(pid) {
  const threads = readdirSync(`/proc/${pid}/task`);
  return (
    threads.reduce((sum, thread) => sum + Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0]), 0) / 1000
  );
}

/** Counts of whole microseconds, the last one for everything longer: cheap enough to be kept for every command. */
export function latencyCounts(longestMicros = 2_000_000) {
  const counts = new Uint32Array(longestMicros + 1);
  return {
    record: (micros) => {
      counts[Math.min(longestMicros, Math.round(micros))] += 1;
    },
    percentileMs: (percent) => {
      let left = (counts.reduce((sum, count) => sum + count, 0) * percent) / 100;
      const micros = counts.findIndex((count) => {
        left -= count;
        return left <= 0;
      });
      return micros / 1000;
    },
  };
}
