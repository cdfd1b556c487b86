import { inOrder, type Problem } from '../health/problem.js';
import { NO_FAILOVER } from '../health/replication-facts.js';
import type { FailoverClock } from '../health/server.js';
import { folded, namesText, serverProblems } from '../health/server-problems.js';
import { versionOf } from '../health/server-version.js';
import { count } from '../slot-list.js';
import { directReplicas, primariesIn, type ReplicationTree, rootsOf, serverAt, type TreeServer } from './tree.js';

/** What is wrong with servers that replicate from each other. `clock`: of those that promote a replica by themselves; null: nobody does. */
export function checkTree(tree: ReplicationTree, clock: FailoverClock | null = null): Problem[] {
  const handedOver = handovers(tree);
  return inOrder([
    ...handedOver,
    // Two that follow each other do so for a moment while one hands over to the other: advice to mend that would make two primaries.
    ...(handedOver.length === 0 || primariesIn(tree).length > 1 ? primaries(tree) : []),
    ...unreachable(tree),
    ...single(tree, clock),
    ...withoutReplica(tree),
    ...promotable(tree),
    ...hosts(tree),
    ...versions(tree),
  ]);
}

/** What is wrong with each server, looked at with its primary and its replicas. */
function single(tree: ReplicationTree, clock: FailoverClock | null): Problem[] {
  const problems = tree.servers.flatMap(({ name, facts, primary, listed }): Problem[] => {
    if (facts === null) return [];
    // Where INFO is forbidden, ROLE was asked.
    if (!facts.info.has('redis_version')) {
      const text = `${name}: INFO is not allowed: its own replicas, lag, memory and persistence were not checked`;
      return [{ severity: 'note', kind: 'unchecked', text, nodes: [name] }];
    }
    const context = { primary: serverAt(tree, primary), replicas: directReplicas(tree, name), listed, clock };
    return serverProblems(name, facts, context);
  });
  return folded(problems);
}

/** Handovers by FAILOVER that are under way, of which the one of replicas that have caught up takes no time. https://redis.io/docs/latest/commands/failover/ */
function handovers({ servers }: ReplicationTree): Problem[] {
  return servers.flatMap(({ name, primary, replication }): Problem[] => {
    const state = replication?.failoverState ?? NO_FAILOVER;
    if (state === NO_FAILOVER) return [];
    if (replication?.role === 'primary') {
      const text = `${name} is about to hand over to a replica, and holds writes until that has all of them (${state}); FAILOVER ABORT calls it back`;
      return [{ severity: 'warning', kind: 'moving', text, nodes: [name] }];
    }
    const text = `${name} hands over to ${primary} and holds writes, and ${primary} has not taken over yet (${state}): see why; FAILOVER ABORT at ${name} makes it the primary again, and must not be used once ${primary} is one`;
    return [{ severity: 'error', kind: 'moving', text, nodes: [name] }];
  });
}

/** One server takes the writes: none, or two, are an error. */
function primaries(tree: ReplicationTree): Problem[] {
  const found = primariesIn(tree);
  const names = found.map(({ name }) => name);
  if (found.length > 1) {
    const said = found.map((server) => `${server.name} (${replicasText(tree, server)}, offset ${server.replication?.offset ?? 'unknown'})`);
    const text = `${count(found.length, 'server')} call themselves primary: ${said.join(' and ')}. Writes to one are not in the other: find out which one clients use, then make the other one its replica (REPLICAOF), which deletes what only that one has`;
    return [{ severity: 'error', kind: 'two-primaries', text, nodes: names }];
  }
  if (found.length === 1) return [];
  const circle = rootsOf(tree).filter(({ role, reachable }) => role === 'replica' && reachable);
  const ring = circle.filter((server) => serverAt(tree, server.primary)?.reachable === true);
  if (ring.length > 0) {
    const members = ring.flatMap((server) => circleOf(tree, server));
    const text = `no server is a primary: ${[...new Set(members)].join(' and ')} follow each other; make one a primary with REPLICAOF NO ONE`;
    return [{ severity: 'error', kind: 'two-primaries', text, nodes: [...new Set(members)] }];
  }
  const missing = tree.servers.filter(({ reachable, role, depth }) => !reachable && (role === 'primary' || depth === 0));
  const followers = missing.map(
    (server) => `${server.name}, which ${replicasText(tree, server)} ${verb(tree, server)} (${server.problem})`,
  );
  const text = missing.length > 0 ? `the primary cannot be asked: ${followers.join('; ')}` : 'no server is a primary';
  return [{ severity: 'error', kind: 'unreachable', text, nodes: missing.map(({ name }) => name) }];
}

function verb(tree: ReplicationTree, { name }: TreeServer): string {
  return directReplicas(tree, name).length === 1 ? 'follows' : 'follow';
}

function replicasText(tree: ReplicationTree, { name }: TreeServer): string {
  return count(directReplicas(tree, name).length, 'replica');
}

function circleOf(tree: ReplicationTree, start: TreeServer): string[] {
  const names: string[] = [];
  for (let at: TreeServer | null = start; at !== null && !names.includes(at.name); at = serverAt(tree, at.primary)) names.push(at.name);
  return names;
}

function unreachable(tree: ReplicationTree): Problem[] {
  return tree.servers
    .filter(({ reachable, role, depth }) => !reachable && role === 'replica' && depth > 0)
    .map(({ name, primary, listed, problem }): Problem => {
      // A replica that its primary hears of every second is there.
      const isThere = listed !== null && listed.state === 'online' && (listed.lagSeconds ?? 0) <= 10;
      const text = isThere
        ? `replica ${name} cannot be asked (${problem}), although ${primary} lists it as online: it has just stopped to answer, or it announces an address that cannot be reached from here (replica-announce-ip, replica-announce-port; addressMap)`
        : `replica ${name} of ${primary} cannot be asked: ${problem}`;
      return { severity: 'warning', kind: isThere ? 'announced-address' : 'unreachable', text, nodes: [name] };
    });
}

function withoutReplica(tree: ReplicationTree): Problem[] {
  // One that its primary lists, and which we do not reach, is told as such.
  if (tree.servers.some(({ role, reachable, listed }) => role === 'replica' && (reachable || listed?.state === 'online'))) return [];
  // Where neither INFO nor ROLE is allowed, it does not say who follows it.
  return primariesIn(tree)
    .slice(0, 1)
    .filter(({ facts }) => facts !== null && facts.info.size > 0)
    .map(({ name }) => ({
      severity: 'warning',
      kind: 'no-replica',
      text: `${name} has no replica: if it fails, nothing can take over`,
      nodes: [name],
    }));
}

/** https://redis.io/docs/latest/operate/oss_and_stack/management/sentinel/#replicas-priority — 0: it is never promoted. */
function promotable(tree: ReplicationTree): Problem[] {
  return primariesIn(tree).flatMap(({ name }): Problem[] => {
    const replicas = directReplicas(tree, name).filter(({ reachable }) => reachable);
    if (replicas.length === 0 || replicas.some(({ replication }) => replication?.priority !== 0)) return [];
    const text = `all replicas of ${name} have priority 0: none is ever promoted; set replica-priority of one to 100`;
    return [{ severity: 'warning', kind: 'no-candidate', text, nodes: replicas.map((replica) => replica.name) }];
  });
}

function hosts(tree: ReplicationTree): Problem[] {
  return primariesIn(tree).flatMap((primary): Problem[] => {
    const host = hostOf(primary);
    const replicas = tree.servers.filter(({ role, reachable, depth }) => role === 'replica' && reachable && depth > 0);
    const same = replicas.filter((replica) => hostOf(replica) === host);
    if (host === null || same.length === 0) return [];
    const all = same.length === replicas.length;
    const names = same.map(({ name }) => name);
    const text = all
      ? `all replicas run on the host of the primary ${primary.name}: if ${host} fails, all copies fail`
      : `${names.join(', ')} ${names.length === 1 ? 'runs' : 'run'} on the host of the primary ${primary.name}: if ${host} fails, both fail`;
    return [{ severity: all ? 'warning' : 'note', kind: 'hosts', text, nodes: [primary.name, ...names] }];
  });
}

function versions(tree: ReplicationTree): Problem[] {
  const byVersion = new Map<string, string[]>();
  for (const { name, facts } of tree.servers) {
    const version = facts === null ? null : versionOf(facts);
    if (version !== null) byVersion.set(version, [...(byVersion.get(version) ?? []), name]);
  }
  if (byVersion.size < 2) return [];
  const said = [...byVersion].map(([version, names]) => `${version} (${namesText(names)})`);
  const text = `versions are mixed: ${said.join(', ')}; a replica of an older version may be unable to read what a newer primary sends`;
  return [{ severity: 'note', kind: 'versions', text }];
}

function hostOf({ address }: TreeServer): string | null {
  return 'host' in address ? address.host : null;
}
