import { selectReplica } from './election.js';
import type { FailoverState, Group } from './group.js';
import type { Instance } from './instance.js';
import { PERIODS } from './periods.js';
import { resetTo } from './reset.js';
import { leaderOf } from './vote.js';
import { tell, type Watcher } from './watcher.js';

/** Whether one has begun. https://github.com/redis/redis/blob/7.0/src/sentinel.c `sentinelStartFailoverIfNeeded` */
export function startIfNeeded(watcher: Watcher, group: Group): boolean {
  const { master, settings } = group;
  if (!master.isObjectivelyDown || group.isFailingOver) return false;
  if (watcher.now - group.failoverStartedAt < settings.failoverTimeoutMs * 2) return false;
  startFailover(watcher, group);
  return true;
}

function startFailover(watcher: Watcher, group: Group): void {
  group.isFailingOver = true;
  group.failoverEpoch = ++watcher.epoch;
  watcher.event('+new-epoch', String(watcher.epoch));
  tell(watcher, '+try-failover', group, group.master);
  group.failoverStartedAt = watcher.now + watcher.random.integer(0, PERIODS.maxDesync - 1);
  enter(watcher, group, 'wait_start');
}

/** SENTINEL FAILOVER: nobody is asked. */
export function forceFailover(watcher: Watcher, group: Group): void {
  startFailover(watcher, group);
  group.isForced = true;
}

function enter(watcher: Watcher, group: Group, state: FailoverState): void {
  group.state = state;
  group.stateChangedAt = watcher.now;
}

/** One step, at each tick. https://github.com/redis/redis/blob/7.0/src/sentinel.c `sentinelFailoverStateMachine` */
export function proceed(watcher: Watcher, group: Group): void {
  if (group.isFailingOver) STEPS[group.state]?.(watcher, group);
}

const STEPS: Readonly<Partial<Record<FailoverState, (watcher: Watcher, group: Group) => void>>> = {
  wait_start: waitStart,
  select_slave: selectSlave,
  send_slaveof_noone: sendSlaveofNoOne,
  wait_promotion: waitPromotion,
  reconf_slaves: reconfigureNext,
};

function waitStart(watcher: Watcher, group: Group): void {
  const isLeader = leaderOf(watcher, group, group.failoverEpoch) === watcher.id;
  if (!isLeader && !group.isForced) {
    const electionMs = Math.min(PERIODS.election, group.settings.failoverTimeoutMs);
    if (watcher.now - group.failoverStartedAt > electionMs) abort(watcher, group, '-failover-abort-not-elected', group.master);
    return;
  }
  tell(watcher, '+elected-leader', group, group.master);
  enter(watcher, group, 'select_slave');
  tell(watcher, '+failover-state-select-slave', group, group.master);
}

/** The replica that would be promoted now; null: none is good enough. */
export function selectable({ now }: Watcher, { master, settings, replicas }: Group): Instance | null {
  const candidates = [...replicas.values()].map((replica) => ({
    replica,
    isDown: replica.isDown,
    isConnected: replica.isConnected,
    goodAgoMs: now - replica.link.goodAt,
    reportedAgoMs: replica.reportedAt === 0 ? Number.POSITIVE_INFINITY : now - replica.reportedAt,
    linkDownMs: replica.report?.linkDownMs ?? 0,
    priority: replica.report?.priority ?? 100,
    offset: replica.report?.offset ?? 0,
    runId: replica.runId,
  }));
  const downMs = master.isDown ? now - master.downSince : null;
  return selectReplica(candidates, { downMs, downAfterMs: settings.downAfterMs })?.replica ?? null;
}

function selectSlave(watcher: Watcher, group: Group): void {
  const selected = selectable(watcher, group);
  if (selected === null) {
    abort(watcher, group, '-failover-abort-no-good-slave', group.master);
    return;
  }
  tell(watcher, '+selected-slave', group, selected);
  selected.isPromoted = true;
  group.promoted = selected;
  enter(watcher, group, 'send_slaveof_noone');
  tell(watcher, '+failover-state-send-slaveof-noone', group, selected);
}

function sendSlaveofNoOne(watcher: Watcher, group: Group): void {
  const promoted = group.promoted as Instance; // it was selected
  if (!promoted.isConnected) {
    waitPromotion(watcher, group);
    return;
  }
  promoted.send({ is: 'slaveof', primary: null });
  tell(watcher, '+failover-state-wait-promotion', group, promoted);
  enter(watcher, group, 'wait_promotion');
}

/** INFO of the promoted one ends it. */
function waitPromotion(watcher: Watcher, group: Group): void {
  if (watcher.now - group.stateChangedAt > group.settings.failoverTimeoutMs) {
    abort(watcher, group, '-failover-abort-slave-timeout', group.master);
  }
}

function reconfigureNext(watcher: Watcher, group: Group): void {
  const { now } = watcher;
  const promoted = group.promoted as Instance; // it was selected
  const replicas = [...group.replicas.values()].filter((replica) => replica !== promoted);
  let underWay = replicas.filter(({ reconfiguration }) => reconfiguration === 'sent' || reconfiguration === 'inprog').length;
  for (const replica of replicas) {
    if (underWay >= group.settings.parallelSyncs) break;
    if (replica.reconfiguration === 'done') continue;
    if (replica.reconfiguration === 'sent' && now - replica.reconfiguredAt > PERIODS.reconfiguration) {
      tell(watcher, '-slave-reconf-sent-timeout', group, replica);
      replica.reconfiguration = 'done';
    }
    if (replica.reconfiguration !== 'none' || !replica.isConnected) continue;
    sendReconfiguration(watcher, group, replica, promoted, '+slave-reconf-sent');
    underWay++;
  }
  detectEnd(watcher, group, promoted, replicas);
}

function sendReconfiguration(watcher: Watcher, group: Group, replica: Instance, promoted: Instance, event: string): void {
  replica.send({ is: 'slaveof', primary: { host: promoted.host, port: promoted.port } });
  replica.reconfiguration = 'sent';
  replica.reconfiguredAt = watcher.now;
  tell(watcher, event, group, replica);
}

function detectEnd(watcher: Watcher, group: Group, promoted: Instance, replicas: readonly Instance[]): void {
  if (promoted.isDown) return;
  const isLate = watcher.now - group.stateChangedAt > group.settings.failoverTimeoutMs;
  if (!isLate && replicas.some(({ reconfiguration, isDown }) => reconfiguration !== 'done' && !isDown)) return;
  if (isLate) tell(watcher, '+failover-end-for-timeout', group, group.master);
  tell(watcher, '+failover-end', group, group.master);
  enter(watcher, group, 'update_config');
  if (!isLate) return;
  for (const replica of replicas) {
    if (replica.reconfiguration === 'none' && replica.isConnected)
      sendReconfiguration(watcher, group, replica, promoted, '+slave-reconf-sent-be');
  }
}

/** After a tick in which the failover has ended. https://github.com/redis/redis/blob/7.0/src/sentinel.c `sentinelFailoverSwitchToPromotedSlave` */
export function switchIfEnded(watcher: Watcher, group: Group): void {
  const { state, promoted, master } = group;
  if (state !== 'update_config' || promoted === null) return;
  watcher.event('+switch-master', `${group.name} ${master.host} ${master.port} ${promoted.host} ${promoted.port}`);
  resetTo(watcher, group, promoted.host, promoted.port);
}

function abort(watcher: Watcher, group: Group, event: string, about: Instance): void {
  tell(watcher, event, group, about);
  group.isFailingOver = false;
  group.isForced = false;
  enter(watcher, group, 'none');
  if (group.promoted !== null) group.promoted.isPromoted = false;
  group.promoted = null;
}
