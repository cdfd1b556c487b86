import { AdminError } from '../admin-error.js';
import { count } from '../slot-list.js';
import { type AdminNode, type ClusterState, nodeNamed, primariesOf, replicasOf } from '../state/cluster-state.js';
import { refuseUntoldKeys } from '../state/key-counts.js';
import { areTwo, sameIdText } from './same-id.js';
import type { FailoverMode, Plan, PlanStep } from './steps.js';

/** Plans that a server joins the cluster, as a primary without slots or as a replica. `server`: the state that it describes itself. */
export function planAddNode(cluster: ClusterState, server: ClusterState, replicaOf: string | null): Plan {
  const [id = ''] = server.views.keys();
  const node = server.nodes.get(id);
  if (node === undefined) throw new AdminError('the new server did not say who it is');
  const known = [...(server.views.get(id)?.known ?? [])].filter((other) => other !== id);
  const member = cluster.nodes.get(id);
  const isMember = member?.reachable === true;
  if (member !== undefined && areTwo(member, node)) throw new AdminError(sameIdText(member, node));
  const advice = 'Empty it first: FLUSHALL, then CLUSTER RESET HARD';
  const stranger = known.find((other) => !cluster.nodes.has(other));
  if (stranger !== undefined) throw new AdminError(`${node.name} knows nodes of another cluster (${stranger.slice(0, 8)}). ${advice}`);
  if (!isMember && node.slots.length > 0)
    throw new AdminError(`${node.name} has ${count(node.slots.length, 'slot')} of its own. ${advice}`);
  if (!isMember) refuseUntoldKeys(node);
  if (!isMember && node.keys > 0) throw new AdminError(`${node.name} holds ${count(node.keys, 'key')}. ${advice}`);

  if (isMember && replicaOf === null && node.role === 'replica') {
    throw new AdminError(
      `${node.name} is a member already, a replica of ${cluster.nodes.get(node.primaryId ?? '')?.name ?? 'a node that is gone'}`,
    );
  }
  const introducer = primariesOf(cluster).find((primary) => primary.id !== id && primary.slots.length > 0) ?? primariesOf(cluster)[0];
  if (introducer === undefined) throw new AdminError('the cluster has no primary that could introduce the new server');
  const primary =
    replicaOf === null ? null : replicaOf === 'auto' ? (primariesForReplicas(cluster, id)[0] ?? null) : nodeNamed(cluster, replicaOf);
  if (primary !== null && primary.role !== 'primary') {
    throw new AdminError(`${primary.name} is a replica of ${cluster.nodes.get(primary.primaryId ?? '')?.name}: name a primary`);
  }
  if (primary?.id === id) throw new AdminError(`${node.name} cannot be a replica of itself`);
  if (primary !== null && node.slots.length > 0) {
    throw new AdminError(`${node.name} owns ${count(node.slots.length, 'slot')}: move them to others before it becomes a replica`);
  }
  // Nodes that had this address before. Members that have found another node there list the old one without an address.
  const formerNodes = [...cluster.nodes.values()].filter(
    (other) => other.id !== id && !other.reachable && (other.address === null || other.name === node.name),
  );
  const owning = formerNodes.find(({ slots }) => slots.length > 0);
  if (owning !== undefined) {
    throw new AdminError(
      `the node that was at ${owning.name} before (${owning.id.slice(0, 8)}) still owns ${count(owning.slots.length, 'slot')}: give them to others first, with failover of its replica or with fix --take-unreachable`,
    );
  }
  const members = [...cluster.nodes.values()].filter(({ reachable, id: other }) => reachable && other !== id);
  const steps: PlanStep[] = formerNodes.flatMap((gone) => forgetSteps(cluster, gone));
  const hasNoFunctions = introducer.facts?.info.get('number_of_libraries') === '0';
  if (!isMember && primary === null && !hasNoFunctions) steps.push({ do: 'copyFunctions', from: introducer, to: node });
  if (!isMember) steps.push({ do: 'meet', node: introducer, other: node });
  steps.push({ do: 'join', nodes: [...members, node] });
  if (primary !== null && node.primaryId !== primary.id) steps.push({ do: 'replicate', node, primary });
  steps.push({ do: 'settle' });
  const becomes = primary === null ? 'as a primary without slots' : `as a replica of ${primary.name}`;
  const isThere = isMember && (primary === null || node.primaryId === primary.id);
  const isIdle = primary === null && node.slots.length === 0;
  return {
    title: isThere ? `${node.name} is a member already; make sure that all nodes know it` : `add ${node.name} ${becomes}`,
    steps,
    notes: isIdle ? ['it serves nothing until it gets slots: slotwise cluster rebalance --use-empty, or reshard --to it'] : [],
  };
}

/** Primaries with slots, those with the fewest replicas first. */
function primariesForReplicas(cluster: ClusterState, except: string): AdminNode[] {
  return primariesOf(cluster)
    .filter(({ id, slots }) => id !== except && slots.length > 0)
    .map((node) => ({ node, replicas: replicasOf(cluster, node.id).filter(({ id }) => id !== except).length }))
    .sort((a, b) => a.replicas - b.replicas)
    .map(({ node }) => node);
}

/** Plans that a node leaves for good. Throws while it holds slots. */
export function planDelNode(cluster: ClusterState, name: string): Plan {
  const node = nodeNamed(cluster, name);
  if (node.slots.length > 0) {
    throw new AdminError(
      `${node.name} holds ${count(node.slots.length, 'slot')}, so it is not removed. Move them first: slotwise cluster reshard … --from ${node.name} --to NODE --all (or rebalance --weight ${node.name}=0)`,
    );
  }
  if (node.role === 'primary') refuseUntoldKeys(node);
  if (node.role === 'primary' && node.keys > 0) {
    throw new AdminError(
      `${node.name} owns no slots but still holds ${count(node.keys, 'key')}: slotwise cluster fix takes them to their owners`,
    );
  }
  if (node.importing.size > 0) throw new AdminError(`${node.name} is receiving slots: finish that first, with slotwise cluster fix`);
  // A replica cannot forget its primary, and would be left without one.
  const orphans = replicasOf(cluster, node.id).filter(({ reachable }) => reachable);
  const primaries = primariesForReplicas(cluster, node.id);
  const steps: PlanStep[] = orphans.map((replica, index): PlanStep => {
    const primary = primaries[index % primaries.length];
    if (primary === undefined)
      throw new AdminError(`${replica.name} follows ${node.name}, and there is no other primary with slots for it`);
    return { do: 'replicate', node: replica, primary };
  });
  steps.push(...forgetSteps(cluster, node));
  const isMember = (cluster.views.get(node.id)?.known.size ?? 0) > 1;
  if (node.reachable && isMember) steps.push({ do: 'reset', node });
  steps.push({ do: 'settle' });
  return {
    title: `remove ${node.role} ${node.name} (${node.id.slice(0, 8)})`,
    steps,
    notes: [
      ...unreachableNote(cluster, node),
      ...(node.reachable ? [] : [`${node.name} cannot be asked (${node.problem}): it is forgotten, and should not come back as it is`]),
    ],
  };
}

/**
 * Plans that a member follows another primary. A primary has to be empty for it: https://redis.io/docs/latest/commands/cluster-replicate/
 */
export function planReplicate(cluster: ClusterState, name: string, primaryName: string): Plan {
  const node = nodeNamed(cluster, name);
  const primary = nodeNamed(cluster, primaryName);
  if (node.id === primary.id) throw new AdminError(`${node.name} cannot be a replica of itself`);
  for (const each of [node, primary]) if (!each.reachable) throw new AdminError(`${each.name} cannot be asked: ${each.problem}`);
  if (primary.role !== 'primary') {
    throw new AdminError(`${primary.name} is a replica of ${cluster.nodes.get(primary.primaryId ?? '')?.name}: name a primary`);
  }
  if (node.slots.length > 0) {
    throw new AdminError(`${node.name} owns ${count(node.slots.length, 'slot')}: move them to others before it becomes a replica`);
  }
  if (node.role === 'primary') refuseUntoldKeys(node);
  if (node.role === 'primary' && node.keys > 0) {
    throw new AdminError(
      `${node.name} owns no slots but still holds ${count(node.keys, 'key')}: slotwise cluster fix takes them to their owners`,
    );
  }
  if (node.primaryId === primary.id) return { title: `${node.name} is a replica of ${primary.name} already`, steps: [], notes: [] };
  const followers = replicasOf(cluster, node.id).filter(({ reachable, id }) => reachable && id !== primary.id);
  const former = cluster.nodes.get(node.primaryId ?? '');
  const isLast = former !== undefined && !replicasOf(cluster, former.id).some(({ reachable, id }) => reachable && id !== node.id);
  return {
    title: `make ${node.name} a replica of ${primary.name}`,
    // A replica of a replica would have to wait until its primary follows another one by itself.
    steps: [...[node, ...followers].map((each): PlanStep => ({ do: 'replicate', node: each, primary })), { do: 'settle' }],
    notes: isLast && former.slots.length > 0 ? [`${former.name} is left without a replica`] : [],
  };
}

/** Plans that all nodes forget one that is gone. https://redis.io/docs/latest/commands/cluster-forget/ */
export function planForget(cluster: ClusterState, name: string): Plan {
  const node = nodeNamed(cluster, name);
  if (node.reachable) throw new AdminError(`${node.name} is there and answers: remove it with del-node, or it comes back by gossip`);
  if (node.slots.length > 0) {
    throw new AdminError(
      `${node.name} owns ${count(node.slots.length, 'slot')}, which nobody would serve. Promote a replica of it first (slotwise cluster failover … --takeover), or let others take them without their keys (fix --take-unreachable)`,
    );
  }
  const follower = replicasOf(cluster, node.id).find(({ reachable }) => reachable);
  if (follower !== undefined)
    throw new AdminError(`${follower.name} follows ${node.name} and cannot forget it: del-node gives it another primary`);
  return {
    title: `forget ${node.name} (${node.id.slice(0, 8)})`,
    steps: [...forgetSteps(cluster, node), { do: 'settle' }],
    notes: unreachableNote(cluster, node),
  };
}

function forgetSteps(cluster: ClusterState, gone: AdminNode): PlanStep[] {
  return [...cluster.nodes.values()]
    .filter(({ id, reachable }) => id !== gone.id && reachable && cluster.views.get(id)?.known.has(gone.id))
    .map((node) => ({ do: 'forget', node, gone }));
}

function unreachableNote({ nodes }: ClusterState, except: AdminNode): string[] {
  const missing = [...nodes.values()].filter(({ id, reachable }) => !reachable && id !== except.id);
  if (missing.length === 0) return [];
  return [
    `${missing.map(({ name }) => name).join(', ')} cannot be asked and will bring ${except.name} back by gossip: run this again when it answers`,
  ];
}

/** Plans that a replica becomes the primary of its shard. https://redis.io/docs/latest/commands/cluster-failover/ */
export function planFailover(cluster: ClusterState, name: string, mode: FailoverMode): Plan {
  const node = nodeNamed(cluster, name);
  const done: Plan = { title: `${node.name} is a primary already`, steps: [], notes: [] };
  if (node.role === 'primary' && node.reachable) return done;
  if (!node.reachable) throw new AdminError(`${node.name} cannot be asked: ${node.problem}`);
  const primary = cluster.nodes.get(node.primaryId ?? '');
  if (mode === 'coordinated' && primary?.reachable !== true) {
    throw new AdminError(
      `${primary?.name ?? 'its primary'} cannot be asked, and a coordinated failover needs it. With --force the other primaries agree without it; with --takeover ${node.name} decides alone, for when they have no majority`,
    );
  }
  const losses = mode === 'coordinated' ? [] : ['writes that had not reached this replica are lost'];
  return {
    title: `make ${node.name} the primary in place of ${primary?.name ?? 'its primary'}`,
    steps: [{ do: 'failover', node, mode }, { do: 'settle' }],
    notes: losses,
  };
}
