import { numberAt } from '../health/info-fields.js';
import { wantsPassword } from '../health/passwords.js';
import type { Problem } from '../health/problem.js';
import { namesText } from '../health/server-problems.js';
import { checkTree } from '../replication/check-tree.js';
import { primariesIn, type ReplicationTree, serverAt, type TreeServer } from '../replication/tree.js';
import { primariesNamed, type SentinelGroupState, viewsOf, watchingOf } from './sentinel-group.js';
import { isDown, isFailingOver, type WatchedServer } from './sentinel-view.js';

/** What is wrong with the data servers of a group, and with what the sentinels think of them. */
export function checkWatched(group: SentinelGroupState): Problem[] {
  const downAfterMs = Math.min(...watchingOf(group).map(({ replies }) => replies.view.downAfterMs));
  if (group.tree === null) {
    const text = `no data server of ${group.name} could be asked: ${group.treeProblem}`;
    return [{ severity: 'error', kind: 'unreachable', text }, ...failovers(group)];
  }
  const leaving = demotions(group, group.tree);
  return [
    ...failovers(group),
    ...strangers(group, group.tree),
    ...down(group, group.tree),
    ...unknownReplicas(group, group.tree),
    ...leaving,
    ...checkTree(group.tree, { setting: 'down-after-milliseconds', ms: downAfterMs }).filter(
      ({ kind, nodes = [] }) =>
        // A replica that the sentinels take for dead is told there.
        (kind !== 'unreachable' || !nodes.some((name) => viewsOf(group, name).some(({ server }) => isDown(server)))) &&
        (kind !== 'two-primaries' || leaving.length === 0),
    ),
  ];
}

/** Longer than sentinels wait before they make a server a replica that calls itself primary: four messages of 2 s, and an INFO every 10 s. */
const DEMOTION_MS = 30_000;

/** Primaries of before a failover, which its sentinels make replicas some seconds after it; none where one of several primaries is another. */
function demotions(group: SentinelGroupState, tree: ReplicationTree): Problem[] {
  const named = primariesNamed(group)[0];
  const primary = serverAt(tree, named?.name ?? null);
  const others = primariesIn(tree).filter(({ name }) => name !== primary?.name);
  const isUnderWay = watchingOf(group).some(({ replies }) => isFailingOver(replies.view));
  const isLeaving = ({ name, names }: TreeServer): boolean =>
    [name, ...names].flatMap((each) => viewsOf(group, each)).some(({ server }) => isNewReplica(server));
  if (others.length === 0 || primary?.role !== 'primary' || !(isUnderWay || others.every(isLeaving))) return [];
  const text = isUnderWay
    ? `${namesText([primary, ...others].map(({ name }) => name))} are primaries while the failover is under way: one becomes a replica at its end, and what is written to it meanwhile is lost`
    : `${namesText(others.map(({ name }) => name))} still ${others.length === 1 ? 'calls itself' : 'call themselves'} primary after a failover to ${primary.name}: the Sentinels make it a replica within some seconds, and what is written to it meanwhile is lost`;
  return [{ severity: 'warning', kind: 'moving', text, nodes: others.map(({ name }) => name) }];
}

/** `role-reported-time`: for how many ms it has said what it is. */
function isNewReplica({ flags, fields }: WatchedServer): boolean {
  return flags.includes('slave') && (numberAt(fields, 'role-reported-time') ?? DEMOTION_MS) < DEMOTION_MS;
}

function failovers(group: SentinelGroupState): Problem[] {
  const leaders = watchingOf(group).filter(({ replies }) => isFailingOver(replies.view));
  if (leaders.length === 0) return [];
  const states = [...new Set(leaders.map(({ replies }) => replies.view.primary.fields.get('failover-state') ?? 'begun'))];
  const text = `a failover is under way, led by ${namesText(leaders.map(({ name }) => name))}: ${states.join(', ')}`;
  return [{ severity: 'warning', kind: 'moving', text }];
}

/** The primary that the sentinels name says something else. */
function strangers(group: SentinelGroupState, tree: ReplicationTree): Problem[] {
  const named = primariesNamed(group)[0];
  const server = serverAt(tree, named?.name ?? null);
  if (named === undefined || server?.reachable !== true || server.role === 'primary') return [];
  const real = primariesIn(tree).map(({ name }) => name);
  const text = `the Sentinels name ${named.name} as the primary, and it is a replica of ${server.primary}${real.length > 0 ? `; ${namesText(real)} is primary` : ''}`;
  return [{ severity: 'error', kind: 'sentinel-views', text, nodes: [named.name] }];
}

/** Servers that sentinels take for down: those that answer us hide a wrong password or a broken network. */
function down(group: SentinelGroupState, tree: ReplicationTree): Problem[] {
  const names = new Set(watchingOf(group).flatMap(({ replies: { view } }) => [view.primary, ...view.replicas].map(({ name }) => name)));
  return [...names].flatMap((name): Problem[] => {
    const views = viewsOf(group, name);
    const dead = views.filter(({ server }) => isDown(server));
    if (dead.length === 0) return [];
    const by = namesText(dead.map((view) => view.by.name));
    const isPrimary = dead.some(({ server }) => server.flags.includes('master'));
    const role = isPrimary ? 'primary' : 'replica';
    const answers = serverAt(tree, name)?.reachable === true;
    if (answers) {
      const cause = serverWantsPassword(tree, name)
        ? 'they may not know its password: slotwise sentinel set … auth-pass=SECRET'
        : 'they do not reach it, or may not log in';
      const text = `${role} ${name} answers, and ${by} ${dead.length === 1 ? 'takes' : 'take'} it for down: ${cause}`;
      return [{ severity: isPrimary ? 'error' : 'warning', kind: 'sentinel-down', text, nodes: [name] }];
    }
    if (isPrimary) {
      const objective = dead.some(({ server }) => server.flags.includes('o_down'));
      const text = `primary ${name} is down for ${by}${objective ? ', and a failover is to come (o_down)' : ' (s_down)'}`;
      return [{ severity: 'error', kind: 'sentinel-down', text, nodes: [name] }];
    }
    const text = `replica ${name} is dead for ${by}; if it is gone for good: slotwise sentinel reset`;
    return [{ severity: 'warning', kind: 'sentinel-dead-peer', text, nodes: [name] }];
  });
}

function serverWantsPassword(tree: ReplicationTree, name: string): boolean {
  const facts = serverAt(tree, name)?.facts ?? null;
  return facts !== null && wantsPassword(facts) === true;
}

/** A replica that a sentinel does not know cannot be promoted by it. */
function unknownReplicas(group: SentinelGroupState, tree: ReplicationTree): Problem[] {
  const named = primariesNamed(group)[0]?.name;
  // Sentinels know the replicas that the primary itself lists.
  const replicas = tree.servers.filter(({ role, reachable, primary, replication, listed }) => {
    return (
      role === 'replica' && reachable && listed !== null && replication?.link === 'up' && serverAt(tree, named ?? null)?.name === primary
    );
  });
  return replicas.flatMap(({ name, names }): Problem[] => {
    const missing = watchingOf(group).filter(
      ({ replies }) => !replies.view.replicas.some((replica) => replica.name === name || names.includes(replica.name)),
    );
    if (missing.length === 0) return [];
    const text = `replica ${name} is not known to ${namesText(missing.map((each) => each.name))}: they cannot promote it; they look every 10 s`;
    return [{ severity: 'warning', kind: 'sentinel-views', text, nodes: [name] }];
  });
}
