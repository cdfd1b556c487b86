import { PERIODS } from './periods.js';

/** A vote that another sentinel told of. */
export interface Vote {
  readonly leader: string | null;
  readonly epoch: number;
}

/**
 * Who has most votes of an epoch, and how many of how many sentinels that are needed: most of all that are known, and the quorum.
 * https://github.com/redis/redis/blob/7.0/src/sentinel.c sentinelGetLeader
 */
export function countVotes(votes: readonly Vote[], epoch: number): { readonly leader: string | null; readonly votes: number } {
  const counts = new Map<string, number>();
  let leader: string | null = null;
  let most = 0;
  for (const vote of votes) {
    if (vote.leader === null || vote.epoch !== epoch) continue;
    const count = (counts.get(vote.leader) ?? 0) + 1;
    counts.set(vote.leader, count);
    if (count > most) {
      most = count;
      leader = vote.leader;
    }
  }
  return { leader, votes: most };
}

/** Whether so many votes elect. */
export function elects(votes: number, { sentinels, quorum }: { readonly sentinels: number; readonly quorum: number }): boolean {
  return votes >= Math.floor(sentinels / 2) + 1 && votes >= quorum;
}

/** A replica, as far as it may be promoted. */
export interface PromotionCandidate {
  readonly isDown: boolean;
  readonly isConnected: boolean;
  /** How long ago it gave a good answer, and INFO, in ms; Infinity: never. */
  readonly goodAgoMs: number;
  readonly reportedAgoMs: number;
  /** How long its link to the primary has been down, in ms. */
  readonly linkDownMs: number;
  readonly priority: number;
  readonly offset: number;
  readonly runId: string | null;
}

/** Of the primary of a failover: how long it has been down, in ms; null: it is not down. */
export interface FailedPrimary {
  readonly downMs: number | null;
  readonly downAfterMs: number;
}

/**
 * The replica that is promoted: of those that were heard of lately and had their primary not too long ago, the one with the least priority
 * number, then with most of the history, then with the least run id.
 * https://github.com/redis/redis/blob/7.0/src/sentinel.c sentinelSelectSlave
 */
export function selectReplica<T extends PromotionCandidate>(replicas: readonly T[], { downMs, downAfterMs }: FailedPrimary): T | null {
  const validMs = downMs === null ? PERIODS.info * 3 : PERIODS.ping * 5;
  const good = replicas.filter(
    (replica) =>
      !replica.isDown &&
      replica.isConnected &&
      replica.goodAgoMs <= PERIODS.ping * 5 &&
      replica.priority !== 0 &&
      replica.reportedAgoMs <= validMs &&
      replica.linkDownMs <= (downMs ?? 0) + downAfterMs * 10,
  );
  return good.sort((a, b) => a.priority - b.priority || b.offset - a.offset || compare(a.runId, b.runId))[0] ?? null;
}

function compare(a: string | null, b: string | null): number {
  // One whose id is not known comes last.
  if (a === b) return 0;
  if (a === null || b === null) return a === null ? 1 : -1;
  return a < b ? -1 : 1;
}
