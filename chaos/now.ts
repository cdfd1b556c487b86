/** Milliseconds on a clock that never jumps and is the same in every process of this machine. */
export function nowMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

/** Greatest distance of two readings with nothing between them, in ms. */
const UNDISTURBED_MS = 0.1;
const TRIES = 20;

/** What to add to a `Date.now()` of a moment ago for `nowMs()`. On a busy machine a process may stand still between two readings. */
export function sinceEpochOffset(): number {
  let best = { tookMs: Number.POSITIVE_INFINITY, offset: 0 };
  for (let i = 0; i < TRIES && best.tookMs > UNDISTURBED_MS; i++) {
    const before = nowMs();
    const wall = Date.now();
    const tookMs = nowMs() - before;
    if (tookMs < best.tookMs) best = { tookMs, offset: before - wall };
  }
  return best.offset;
}
