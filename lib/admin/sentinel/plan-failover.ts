import { AdminError } from '../admin-error.js';
import { durationText } from '../health/amounts.js';
import { isSince } from '../health/server-version.js';
import { directReplicas, serverAt } from '../replication/tree.js';
import { primariesNamed, type SentinelGroupState, type WatchingSentinel, watchingOf } from './sentinel-group.js';
import { isDown, isFailingOver } from './sentinel-view.js';
import { refOf, type SentinelPlan } from './steps.js';

/**
 * Plans that the sentinels promote a replica. `coordinated`: the primary hands over its writes first; null: where the sentinels know that.
 * https://redis.io/docs/latest/commands/sentinel-failover/ , https://valkey.io/commands/sentinel-failover/
 */
export function planSentinelFailover(group: SentinelGroupState, coordinated: boolean | null): SentinelPlan {
  const [named, ...others] = primariesNamed(group);
  if (named === undefined) throw new AdminError(`no Sentinel that answers watches ${group.name}`, { reason: 'unreachable' });
  if (others.length > 0) {
    throw new AdminError(
      `the Sentinels disagree about the primary (${[named, ...others].map(({ name }) => name).join(', ')}): wait until they agree; see slotwise sentinel check`,
    );
  }
  const watching = watchingOf(group);
  const busy = watching.find(({ replies }) => isFailingOver(replies.view));
  if (busy !== undefined) throw new AdminError(`a failover of ${group.name} is under way, led by ${busy.name}`);
  const fit = watching.filter(({ replies }) => !replies.tilt && promotable(replies.view.replicas) > 0);
  const knowing = fit.filter(knowsCoordinated);
  const [leader] = coordinated === false ? fit : [...knowing, ...(coordinated === true ? [] : fit)];
  if (fit.length === 0) throw new AdminError(refusal(group, watching));
  if (leader === undefined) {
    throw new AdminError('none of these Sentinels knows FAILOVER … COORDINATED, which came with Valkey 9');
  }
  const primary = serverAt(group.tree ?? { servers: [] }, named.name);
  const isCoordinated = coordinated ?? (knowsCoordinated(leader) && primary?.reachable === true);
  if (isCoordinated && primary?.reachable !== true)
    throw new AdminError(`the primary ${named.name} cannot be asked, and a coordinated failover needs it`);
  const notes = [
    isCoordinated
      ? 'writes are held until the replica has all of them, so that none is lost; those under way when the primary steps down end with an unknown outcome: it holds them for about a second, and closes their connections'
      : `${named.name} takes writes until the Sentinels have made it a replica, some seconds after the promotion: these writes are acknowledged and lost`,
    `the Sentinels give up after ${durationText(leader.replies.view.failoverTimeoutMs)} (failover-timeout)`,
  ];
  const behind =
    group.tree === null ? [] : directReplicas(group.tree, named.name).filter(({ replication }) => replication?.link === 'down');
  if (group.tree === null) notes.push(`the end is seen by what the Sentinels say only: ${group.treeProblem}`);
  for (const { name } of behind) notes.push(`${name} has no link to the primary`);
  return {
    title: `promote a replica of ${group.name} in place of ${named.name}`,
    group: group.name,
    steps: [{ do: 'failover', sentinel: refOf(leader), coordinated: isCoordinated, from: named.name }],
    notes,
    request: { command: 'failover', coordinated },
  };
}

/** How many replicas the sentinel may choose from. `sentinelSelectSlave` in https://github.com/redis/redis/blob/7.0/src/sentinel.c */
function promotable(replicas: WatchingSentinel['replies']['view']['replicas']): number {
  return replicas.filter(
    (replica) => !isDown(replica) && !replica.flags.includes('disconnected') && replica.fields.get('slave-priority') !== '0',
  ).length;
}

/** https://valkey.io/commands/sentinel-failover/ */
function knowsCoordinated({ replies }: WatchingSentinel): boolean {
  return isSince(replies, 'Valkey', [9, 0]);
}

function refusal({ name, tree }: SentinelGroupState, watching: readonly WatchingSentinel[]): string {
  if (watching.every(({ replies }) => replies.tilt)) return 'all Sentinels are in TILT mode and act on nothing: wait 30 s';
  const replicas = watching.flatMap(({ replies }) => replies.view.replicas);
  if (replicas.length === 0) return `the Sentinels know no replica of ${name} that could be promoted`;
  const never = replicas.every(({ fields }) => fields.get('slave-priority') === '0');
  const why = never ? 'all have priority 0' : 'none answers them';
  return `none of the replicas of ${name} can be promoted: ${why}${tree === null ? '' : '; see slotwise sentinel check'}`;
}
