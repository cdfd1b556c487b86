import type { Group } from './group.js';
import { helloSoon } from './hello.js';
import type { Instance } from './instance.js';
import type { NodeReport } from './messages.js';
import { PERIODS } from './periods.js';
import { addReplica } from './reset.js';
import { tell, type Watcher } from './watcher.js';

/** What INFO of a primary or replica tells. https://github.com/redis/redis/blob/7.0/src/sentinel.c `sentinelRefreshInstanceInfo` */
export function reported(watcher: Watcher, group: Group, instance: Instance, report: NodeReport): void {
  const { now } = watcher;
  const before = instance.report;
  if (instance.runId !== null && instance.runId !== report.runId) tell(watcher, '+reboot', group, instance);
  instance.runId = report.runId;
  instance.link.isAskedForInfo = false;
  instance.reportedAt = now;
  instance.report = report;
  if (instance.kind === 'master' && report.role === 'master') {
    for (const { host, port } of report.replicas) addReplica(watcher, group, host, port);
  }
  if (report.primary !== null && !isAt(report, before?.primary ?? null)) instance.primarySince = now;
  if (report.role !== instance.reportedRole) {
    instance.reportedRole = report.role;
    instance.roleSince = now;
    if (report.role === 'slave') instance.primarySince = now;
    const isExpected = report.role === instance.kind;
    tell(watcher, isExpected ? '+role-change' : '-role-change', group, instance, ` new reported role is ${report.role}`);
  }
  if (watcher.isTilted || instance.kind !== 'slave') return;
  if (report.role === 'master') calledItselfPrimary(watcher, group, instance);
  else {
    correctPrimary(watcher, group, instance, report);
    reconfigured(watcher, group, instance, report);
  }
}

function isAt({ primary }: NodeReport, address: { readonly host: string; readonly port: number } | null): boolean {
  return primary?.host === address?.host && primary?.port === address?.port;
}

function calledItselfPrimary(watcher: Watcher, group: Group, replica: Instance): void {
  if (replica.isPromoted) {
    if (!group.isFailingOver || group.state !== 'wait_promotion') return;
    group.configEpoch = group.failoverEpoch;
    group.state = 'reconf_slaves';
    group.stateChangedAt = watcher.now;
    tell(watcher, '+promoted-slave', group, replica);
    tell(watcher, '+failover-state-reconf-slaves', group, group.master);
    helloSoon(group);
    return;
  }
  // Some time is given for a newer configuration to be heard of.
  const waitMs = PERIODS.publish * 4;
  if (!isSane(watcher, group) || !wasUpFor(watcher, replica, waitMs) || watcher.now - replica.roleSince <= waitMs) return;
  follow(group, replica);
  tell(watcher, '+convert-to-slave', group, replica);
}

function correctPrimary(watcher: Watcher, group: Group, replica: Instance, report: NodeReport): void {
  if (isAt(report, group.master)) return;
  const waitMs = group.settings.failoverTimeoutMs;
  if (!isSane(watcher, group) || !wasUpFor(watcher, replica, waitMs) || watcher.now - replica.primarySince <= waitMs) return;
  follow(group, replica);
  tell(watcher, '+fix-slave-config', group, replica);
}

function follow({ master }: Group, replica: Instance): void {
  replica.send({ is: 'slaveof', primary: { host: master.host, port: master.port } });
}

function reconfigured(watcher: Watcher, group: Group, replica: Instance, report: NodeReport): void {
  if (replica.reconfiguration === 'sent' && group.promoted !== null && isAt(report, group.promoted)) {
    replica.reconfiguration = 'inprog';
    tell(watcher, '+slave-reconf-inprog', group, replica);
  }
  if (replica.reconfiguration === 'inprog' && report.isLinkUp) {
    replica.reconfiguration = 'done';
    tell(watcher, '+slave-reconf-done', group, replica);
  }
}

/** `sentinelMasterLooksSane` */
function isSane({ now }: Watcher, { master }: Group): boolean {
  return master.reportedRole === 'master' && !master.isDown && !master.isObjectivelyDown && now - master.reportedAt < PERIODS.info * 2;
}

/** `sentinelRedisInstanceNoDownFor` */
function wasUpFor({ now }: Watcher, { downSince, objectivelyDownSince }: Instance, ms: number): boolean {
  const last = Math.max(downSince, objectivelyDownSince);
  return last === 0 || now - last > ms;
}
