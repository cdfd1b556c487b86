import type { Group } from './group.js';
import { helloOf } from './hello.js';
import type { Instance } from './instance.js';
import { INFO, PING } from './messages.js';
import { PERIODS } from './periods.js';
import type { Watcher } from './watcher.js';

/** Connects, and asks what is due. https://github.com/redis/redis/blob/7.0/src/sentinel.c `sentinelReconnectInstance`, `sentinelSendPeriodicCommands` */
export function probe(watcher: Watcher, group: Group, instance: Instance): void {
  const { link } = instance;
  const { now } = watcher;
  if (link.end === null) {
    if (link.isConnecting || now - link.triedAt < PERIODS.ping) return;
    link.triedAt = now;
    watcher.connect(group, instance);
    return;
  }
  if (instance.kind !== 'sentinel' && !link.isAskedForInfo && now - instance.reportedAt > infoPeriod(group, instance)) {
    link.isAskedForInfo = true;
    instance.send(INFO);
  }
  const pingMs = Math.min(group.settings.downAfterMs, PERIODS.ping);
  if (now - link.answeredAt > pingMs && now - link.pingedAt > pingMs / 2) {
    ping(watcher, instance);
  }
  if (now - instance.publishedAt > PERIODS.publish) {
    instance.publishedAt = now;
    instance.send({ is: 'hello', hello: helloOf(watcher, group) });
  }
}

/** Also as soon as it is connected. */
export function ping({ now }: Watcher, instance: Instance): void {
  const { link } = instance;
  link.pingedAt = now;
  if (link.unansweredSince === 0) link.unansweredSince = now;
  instance.send(PING);
}

function infoPeriod(group: Group, { kind, report, reportedAt }: Instance): number {
  if (reportedAt === 0) return 0;
  const isUrgent = kind === 'slave' && (group.master.isObjectivelyDown || group.isFailingOver || (report?.linkDownMs ?? 0) > 0);
  return isUrgent ? PERIODS.infoWhileDown : PERIODS.info;
}

/** An answer to a PING. */
export function answered(watcher: Watcher, { link }: Instance, isGood: boolean): void {
  link.answeredAt = watcher.now;
  if (!isGood) return;
  link.goodAt = watcher.now;
  link.unansweredSince = 0;
}
