import type { Raw } from '../../protocol/command-spec.js';
import { performance } from '../../runtime/runtime.js';
import { textOf } from '../../topology/replies.js';
import type { NodeInfo } from '../../topology/snapshot.js';

/** How long the replicas of a primary that stalls are asked, in ms; then it is suspected anyway. */
const WINDOW_MS = 100;
/** A primary may stall because of slow commands: after a window without a promotion the next one has to wait, longer each time. In ms. */
const PAUSE_MS = { first: 250, most: 5_000 };

/** A time in which the replicas of one primary are asked for their roles. */
interface PollWindow {
  readonly startedAt: number;
  /** How many windows in a row, this one included, found no promotion. */
  readonly fruitless: number;
  asking: boolean;
}

/**
 * Detector of planned failovers, before the old primary answers. A primary that owes replies and stalls may be handing over to a replica:
 * CLUSTER FAILOVER and FAILOVER pause its writers, and some servers hold the commands they have got for up to 60 ms after the replica took
 * over. The replica knows at once: it is asked for its role, on a connection of the monitor, until the primary answers.
 * https://redis.io/docs/latest/commands/cluster-failover/
 */
export class FailoverDetector {
  readonly #roleOf: (replica: NodeInfo) => Promise<Raw | undefined>;
  readonly #onPromotion: (replica: NodeInfo) => void;
  readonly #now: () => number;
  /** The last window of each primary. */
  readonly #windows = new WeakMap<object, PollWindow>();

  constructor(
    roleOf: (replica: NodeInfo) => Promise<Raw | undefined>,
    onPromotion: (replica: NodeInfo) => void,
    now: () => number = () => performance.now(),
  ) {
    this.#roleOf = roleOf;
    this.#onPromotion = onPromotion;
    this.#now = now;
  }

  /** The primary stalls; called repeatedly as long as it does. */
  primaryStalls(primary: object, replicas: readonly NodeInfo[]): void {
    const window = replicas.length === 0 ? null : this.#windowOf(primary);
    if (window === null || window.asking) return;
    window.asking = true;
    void this.#ask(primary, window, replicas).finally(() => {
      window.asking = false;
    });
  }

  async #ask(primary: object, window: PollWindow, replicas: readonly NodeInfo[]): Promise<void> {
    const roles = await Promise.all(replicas.map((replica) => this.#roleOf(replica).catch(() => undefined)));
    const promotedReplica = replicas.find((_, index) => isPrimary(roles[index]));
    if (promotedReplica === undefined || this.#windows.get(primary) !== window) return;
    this.#windows.delete(primary);
    this.#onPromotion(promotedReplica);
  }

  #windowOf(primary: object): PollWindow | null {
    const now = this.#now();
    const last = this.#windows.get(primary);
    if (last !== undefined && now - last.startedAt < WINDOW_MS) return last;
    const agoMs = last === undefined ? Number.POSITIVE_INFINITY : now - last.startedAt;
    const pauseMs = Math.min(PAUSE_MS.most, PAUSE_MS.first * 2 ** ((last?.fruitless ?? 0) - 1));
    if (agoMs < pauseMs) return null;
    // A primary that has not stalled for twice the pause starts over.
    const fruitless = agoMs < 2 * pauseMs ? (last?.fruitless ?? 0) : 0;
    const window: PollWindow = { startedAt: now, fruitless: fruitless + 1, asking: false };
    this.#windows.set(primary, window);
    return window;
  }
}

/** https://redis.io/docs/latest/commands/role/ */
function isPrimary(role: Raw | undefined): boolean {
  return Array.isArray(role) && textOf(role[0]) === 'master';
}
