import { nextTick, performance, setImmediate } from '../runtime/runtime.js';
import { clock } from '../util/clock.js';

/**
 * About what a write costs, in ms: what slow callers issued in more time than this leaves. The next writes of the tick wait twice as long each,
 * so that they are few, however long it takes.
 */
const GATHER_MS = 0.008;
/** Callers whose commands come further apart than this on the average, in ms, are slow: they do more than to await a reply. */
const SLOW_CALL_MS = 0.0006;
/** Calls from one look at the time to the next, while they come fast. */
const LONGEST_STRIDE = 64;

/** Calls of all connections, since callers that speak to many nodes are no slower for it. */
let calls = 0;

/**
 * Says when a connection writes: at the end of the tick in which calls came. One write a tick is cheapest, but callers that do much
 * between two commands and their server would work in turns then, instead of at the same time. So what such callers issued leaves earlier.
 */
export class WriteSchedule {
  #isSet = false;
  #since = 0;
  #firstCall = 0;
  #nextLook = 0;
  #stride = 1;
  #gatherMs = GATHER_MS;
  readonly #writePolled = (): void => {
    clock.polled();
    this.write();
  };

  constructor(private readonly write: () => void) {}

  /** A call waits to be written. */
  called(): void {
    if (!this.#isSet) {
      this.#gatherMs = GATHER_MS;
      this.#begin();
      if (clock.mayHaveStoodStill) setImmediate(this.#writePolled);
      else nextTick(this.write);
    } else if (this.#isDue() && !clock.mayHaveStoodStill) {
      this.write();
      this.#gatherMs *= 2;
      this.#begin(); // what is set for the end of the tick writes the rest
    }
  }

  /** What waits is being written. */
  writing(): void {
    this.#isSet = false;
  }

  /** One write was enough for this turn of the loop, and calls are left. */
  goOnLater(): void {
    if (this.#isSet) return;
    this.#begin();
    setImmediate(this.write);
  }

  #begin(): void {
    this.#isSet = true;
    this.#since = performance.now();
    this.#firstCall = calls++;
    this.#nextLook = calls + this.#stride;
  }

  /** Whether the batch should leave now. */
  #isDue(): boolean {
    if (++calls < this.#nextLook) return false;
    const gatheredMs = performance.now() - this.#since;
    const slow = gatheredMs > (calls - this.#firstCall) * SLOW_CALL_MS;
    if (slow) this.#stride = 1;
    else if (this.#stride < LONGEST_STRIDE) this.#stride *= 2;
    this.#nextLook = calls + this.#stride;
    return slow && gatheredMs >= this.#gatherMs;
  }
}
