/** Between `performance.now()` of this process and the clock that all processes of this machine share. */
const originMs = Number(process.hrtime.bigint()) / 1e6 - performance.now();

/** Milliseconds on a clock that never jumps and is the same in every process of this machine. */
export function nowMs(): number {
  return originMs + performance.now();
}
