import { wallClock } from '../../runtime/runtime.js';
import { clock } from '../../util/clock.js';

/** How long a node's own word counts where no probe tells anything, in ms: longer than a probe whose questions are not answered takes. */
const BELIEVED_MS = 10_000;

interface Word {
  /** In ms since 1970, as the moments of probes. */
  readonly at: number;
  /** Moment until which it counts, on the clock in ms. */
  readonly until: number;
}

/**
 * Nodes that are primaries in the snapshot and have said, by what they refused, that they are none. Nothing is sent to them as primaries until
 * a probe that began later has found who is.
 */
export class DemotedNodes {
  readonly #words = new Map<string, Word>();

  constructor(
    private readonly now: () => number = () => clock.now(),
    private readonly wallNow: () => number = () => wallClock.now(),
  ) {}

  add(key: string): void {
    this.#words.set(key, { at: this.wallNow(), until: this.now() + BELIEVED_MS });
  }

  /** How long the node's word counts at most from now on, in ms; 0: there is none. */
  leftMs(key: string): number {
    if (this.#words.size === 0) return 0;
    return Math.max(0, (this.#words.get(key)?.until ?? 0) - this.now());
  }

  /**
   * A probe that began then, in ms since 1970, has found who the primaries are, among the nodes that it concerns. Returns whether words count
   * no longer by that.
   */
  confirmed(beganAt: number, concerns: (node: string) => boolean = () => true): boolean {
    const before = this.#words.size;
    for (const [key, { at }] of this.#words) if (at < beganAt && concerns(key)) this.#words.delete(key);
    return this.#words.size < before;
  }
}
