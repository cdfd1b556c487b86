import { countVotes, elects } from './election.js';
import type { Group } from './group.js';
import { PERIODS } from './periods.js';
import type { Watcher } from './watcher.js';

/**
 * Votes for who asks first in an epoch. Returns for whom this sentinel has voted, and in which epoch.
 * https://github.com/redis/redis/blob/7.0/src/sentinel.c `sentinelVoteLeader`
 */
export function vote(watcher: Watcher, group: Group, epoch: number, candidate: string): { leader: string | null; leaderEpoch: number } {
  if (epoch > watcher.epoch) {
    watcher.epoch = epoch;
    watcher.event('+new-epoch', String(epoch));
  }
  if (group.leaderEpoch < epoch && watcher.epoch <= epoch) {
    group.leader = candidate;
    group.leaderEpoch = watcher.epoch;
    watcher.event('+vote-for-leader', `${candidate} ${group.leaderEpoch}`);
    // Who has voted for another one does not start a failover itself for a while.
    if (candidate !== watcher.id) group.failoverStartedAt = watcher.now + watcher.random.integer(0, PERIODS.maxDesync - 1);
  }
  return { leader: group.leader, leaderEpoch: group.leaderEpoch };
}

/** Who leads the failover of this epoch; null: nobody yet. */
export function leaderOf(watcher: Watcher, group: Group, epoch: number): string | null {
  const others = [...group.sentinels.values()].map((sentinel) => ({ leader: sentinel.leader, epoch: sentinel.leaderEpoch }));
  const { leader: favourite } = countVotes(others, watcher.epoch);
  const own = vote(watcher, group, epoch, favourite ?? watcher.id);
  const { leader, votes } = countVotes([...others, { leader: own.leader, epoch: own.leaderEpoch }], epoch);
  return elects(votes, { sentinels: group.sentinels.size + 1, quorum: group.settings.quorum }) ? leader : null;
}
