import type { Raw } from '../../protocol/command-spec.js';
import { textOf } from '../../topology/replies.js';
import type { NodeInfo } from '../../topology/snapshot.js';

/** So long the replicas of a primary that hesitates are asked; then it is suspected anyway. */
const WINDOW_MS = 100;
/** A primary may hesitate because of slow commands: after an episode that ended in nothing the next one has to wait, longer each time. */
const REST_MS = { first: 250, most: 5_000 };

interface PollWindow {
  readonly startedAt: number;
  /** How many in a row, this one included, were of no use. */
  readonly fruitless: number;
  asking: boolean;
}

/**
 * A primary that owes replies and says nothing for a moment may be handing over to a replica: CLUSTER FAILOVER and FAILOVER pause its writers, and
 * some servers go on holding what they were sent for up to 60 ms after the replica took over. The replica knows at once: it is asked for its role,
 * on a connection of the monitor, until the primary speaks.
 * https://redis.io/docs/latest/commands/cluster-failover/
 */
export class FailoverDetector {
  readonly #roleOf: (replica: NodeInfo) => Promise<Raw | undefined>;
  readonly #tookOver: (replica: NodeInfo) => void;
  readonly #now: () => number;
  /** By the primary: the last one. */
  readonly #windows = new WeakMap<object, PollWindow>();

  constructor(
    roleOf: (replica: NodeInfo) => Promise<Raw | undefined>,
    tookOver: (replica: NodeInfo) => void,
    now: () => number = () => performance.now(),
  ) {
    this.#roleOf = roleOf;
    this.#tookOver = tookOver;
    this.#now = now;
  }

  /** The primary says nothing; called again and again as long as it does not. */
  primaryStalls(primary: object, replicas: readonly NodeInfo[]): void {
    const episode = this.#windowOf(primary);
    if (episode === null || episode.asking) return;
    episode.asking = true;
    void this.#ask(primary, episode, replicas).finally(() => {
      episode.asking = false;
    });
  }

  async #ask(primary: object, episode: PollWindow, replicas: readonly NodeInfo[]): Promise<void> {
    const roles = await Promise.all(replicas.map((replica) => this.#roleOf(replica).catch(() => undefined)));
    const heir = replicas.find((_, index) => isPrimary(roles[index]));
    if (heir === undefined || this.#windows.get(primary) !== episode) return;
    this.#windows.delete(primary);
    this.#tookOver(heir);
  }

  #windowOf(primary: object): PollWindow | null {
    const now = this.#now();
    const last = this.#windows.get(primary);
    if (last !== undefined && now - last.startedAt < WINDOW_MS) return last;
    const agoMs = last === undefined ? Number.POSITIVE_INFINITY : now - last.startedAt;
    const restMs = Math.min(REST_MS.most, REST_MS.first * 2 ** ((last?.fruitless ?? 0) - 1));
    if (agoMs < restMs) return null;
    // Who has not hesitated for that long again is quick by and large.
    const fruitless = agoMs < 2 * restMs ? (last?.fruitless ?? 0) : 0;
    const episode: PollWindow = { startedAt: now, fruitless: fruitless + 1, asking: false };
    this.#windows.set(primary, episode);
    return episode;
  }
}

/** https://redis.io/docs/latest/commands/role/ */
function isPrimary(role: Raw | undefined): boolean {
  return Array.isArray(role) && textOf(role[0]) === 'master';
}
