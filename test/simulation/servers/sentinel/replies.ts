import type { Group } from './group.js';
import type { Instance } from './instance.js';

/** SENTINEL MASTER, REPLICAS, SENTINELS: https://github.com/redis/redis/blob/7.0/src/sentinel.c (`addReplySentinelRedisInstance`) */
export function instanceReply(group: Group, instance: Instance, now: number): Map<string, string> {
  const { link, host, port, kind } = instance;
  const fields: [string, string | number][] = [
    ['name', instance.name],
    ['ip', host],
    ['port', port],
    ['runid', instance.runId ?? ''],
    ['flags', flagsOf(group, instance).join(',')],
    ['link-pending-commands', link.unansweredSince > 0 && link.end !== null ? 1 : 0],
    ['link-refcount', 1],
    ...(kind === 'master' && group.isFailingOver ? [['failover-state', group.state] as [string, string]] : []),
    ['last-ping-sent', ago(now, link.unansweredSince)],
    ['last-ok-ping-reply', ago(now, link.goodAt)],
    ['last-ping-reply', ago(now, link.answeredAt)],
    ...(instance.isDown ? [['s-down-time', ago(now, instance.downSince)] as [string, number]] : []),
    ...(instance.isObjectivelyDown ? [['o-down-time', ago(now, instance.objectivelyDownSince)] as [string, number]] : []),
    ['down-after-milliseconds', group.settings.downAfterMs],
    ...PARTS[kind](group, instance, now),
  ];
  return new Map(fields.map(([name, value]) => [name, String(value)]));
}

type Fields = (group: Group, instance: Instance, now: number) => [string, string | number][];

const PARTS: Readonly<Record<Instance['kind'], Fields>> = {
  master: (group, instance, now) => [
    ...roleFields(instance, now),
    ['config-epoch', group.configEpoch],
    ['num-slaves', group.replicas.size],
    ['num-other-sentinels', group.sentinels.size],
    ['quorum', group.settings.quorum],
    ['failover-timeout', group.settings.failoverTimeoutMs],
    ['parallel-syncs', group.settings.parallelSyncs],
  ],
  slave: (_group, instance, now) => [
    ...roleFields(instance, now),
    ['master-link-down-time', instance.report?.linkDownMs ?? 0],
    ['master-link-status', instance.report?.isLinkUp === true ? 'ok' : 'err'],
    ['master-host', instance.report?.primary?.host ?? '?'],
    ['master-port', instance.report?.primary?.port ?? 0],
    ['slave-priority', instance.report?.priority ?? 100],
    ['slave-repl-offset', instance.report?.offset ?? 0],
    ['replica-announced', 1],
  ],
  sentinel: (_group, instance, now) => [
    ['last-hello-message', ago(now, instance.helloAt)],
    ['voted-leader', instance.leader ?? '?'],
    ['voted-leader-epoch', instance.leaderEpoch],
  ],
};

function roleFields(instance: Instance, now: number): [string, string | number][] {
  return [
    ['info-refresh', ago(now, instance.reportedAt)],
    ['role-reported', instance.reportedRole],
    ['role-reported-time', ago(now, instance.roleSince)],
  ];
}

function ago(now: number, at: number): number {
  return at === 0 ? 0 : Math.floor(now - at);
}

function flagsOf(group: Group, instance: Instance): string[] {
  const isMaster = instance.kind === 'master';
  const { reconfiguration } = instance;
  return [
    ...(instance.isDown ? ['s_down'] : []),
    ...(instance.isObjectivelyDown ? ['o_down'] : []),
    instance.kind,
    ...(instance.isConnected ? [] : ['disconnected']),
    ...(instance.saysDown ? ['master_down'] : []),
    ...(isMaster && group.isFailingOver ? ['failover_in_progress'] : []),
    ...(instance.isPromoted ? ['promoted'] : []),
    ...(reconfiguration === 'none' ? [] : [`reconf_${reconfiguration}`]),
    ...(isMaster && group.isForced ? ['force_failover'] : []),
  ];
}
