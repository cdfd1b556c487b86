import type { Group } from './group.js';
import type { Instance } from './instance.js';
import { PERIODS } from './periods.js';
import { tell, type Watcher } from './watcher.js';

/** Whether this sentinel takes an instance for down. https://github.com/redis/redis/blob/7.0/src/sentinel.c `sentinelCheckSubjectivelyDown` */
export function checkDown(watcher: Watcher, group: Group, instance: Instance): void {
  const { link } = instance;
  const { now } = watcher;
  const { downAfterMs } = group.settings;
  const unansweredMs = link.unansweredSince > 0 ? now - link.unansweredSince : link.end === null ? now - link.goodAt : 0;
  if (
    link.end !== null &&
    now - link.connectedAt > PERIODS.minLinkReconnect &&
    unansweredMs > downAfterMs / 2 &&
    now - link.answeredAt > downAfterMs / 2
  ) {
    instance.disconnect();
  }
  const isDown =
    unansweredMs > downAfterMs ||
    (instance.kind === 'master' && instance.reportedRole === 'slave' && now - instance.roleSince > downAfterMs + PERIODS.info * 2);
  if (isDown === instance.isDown) return;
  instance.isDown = isDown;
  if (isDown) instance.downSince = now;
  tell(watcher, isDown ? '+sdown' : '-sdown', group, instance);
}

/** Whether enough sentinels do. */
export function checkObjectivelyDown(watcher: Watcher, group: Group): void {
  const { master, settings } = group;
  let votes = master.isDown ? 1 : 0;
  if (master.isDown) for (const sentinel of group.sentinels.values()) if (sentinel.saysDown) votes++;
  const isDown = master.isDown && votes >= settings.quorum;
  if (isDown === master.isObjectivelyDown) return;
  master.isObjectivelyDown = isDown;
  if (isDown) {
    master.objectivelyDownSince = watcher.now;
    tell(watcher, '+odown', group, master, ` #quorum ${votes}/${settings.quorum}`);
  } else tell(watcher, '-odown', group, master);
}

/** Asks the others whether the primary is down, and for their votes. `isForced`: a failover begins. */
export function askOthers(watcher: Watcher, group: Group, isForced: boolean): void {
  const { master, sentinels } = group;
  const { now } = watcher;
  for (const sentinel of sentinels.values()) {
    const repliedMs = now - sentinel.repliedAt;
    if (repliedMs > PERIODS.ask * 5) {
      sentinel.saysDown = false;
      sentinel.leader = null;
    }
    if (!master.isDown || !sentinel.isConnected || (!isForced && repliedMs < PERIODS.ask)) continue;
    const { host, port } = master;
    sentinel.send({ is: 'ask', host, port, epoch: watcher.epoch, candidate: group.state === 'none' ? null : watcher.id });
  }
}
