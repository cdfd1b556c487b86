import { AdminError } from '../admin-error.js';
import { type AdminNode, type ClusterState, nodeNamed, primariesOf, replicasOf } from '../cluster-state.js';
import { count } from '../slot-list.js';
import type { FailoverMode, Plan, PlanStep } from '../steps.js';

/** A server joins the cluster, as a primary without slots or as a replica. `alone` is what it says itself. */
export function planAddNode(picture: ClusterState, alone: ClusterState, replicaOf: string | null): Plan {
  const [id = ''] = alone.views.keys();
  const node = alone.nodes.get(id);
  if (node === undefined) throw new AdminError('the new server did not say who it is');
  const known = [...(alone.views.get(id)?.known ?? [])].filter((other) => other !== id);
  const isMember = picture.nodes.get(id)?.reachable === true;
  const advice = 'Empty it first: FLUSHALL, then CLUSTER RESET HARD';
  const stranger = known.find((other) => !picture.nodes.has(other));
  if (stranger !== undefined) throw new AdminError(`${node.name} knows nodes of another cluster (${stranger.slice(0, 8)}). ${advice}`);
  if (!isMember && node.slots.length > 0)
    throw new AdminError(`${node.name} has ${count(node.slots.length, 'slot')} of its own. ${advice}`);
  if (!isMember && node.keys > 0) throw new AdminError(`${node.name} holds ${count(node.keys, 'key')}. ${advice}`);

  if (isMember && replicaOf === null && node.role === 'replica') {
    throw new AdminError(
      `${node.name} is a member already, a replica of ${picture.nodes.get(node.primaryId ?? '')?.name ?? 'a node that is gone'}`,
    );
  }
  const host = primariesOf(picture).find((primary) => primary.id !== id && primary.slots.length > 0) ?? primariesOf(picture)[0];
  if (host === undefined) throw new AdminError('the cluster has no primary that could introduce the new server');
  const primary =
    replicaOf === null ? null : replicaOf === 'auto' ? (hostsForReplicas(picture, id)[0] ?? null) : nodeNamed(picture, replicaOf);
  if (primary !== null && primary.role !== 'primary') {
    throw new AdminError(`${primary.name} is a replica of ${picture.nodes.get(primary.primaryId ?? '')?.name}: name a primary`);
  }
  if (primary?.id === id) throw new AdminError(`${node.name} cannot be a replica of itself`);
  if (primary !== null && node.slots.length > 0) {
    throw new AdminError(`${node.name} owns ${count(node.slots.length, 'slot')}: move them to others before it becomes a replica`);
  }
  // What is left of the node that had this address before. Who has found another node there calls it one without address.
  const ghosts = [...picture.nodes.values()].filter(
    (other) => other.id !== id && !other.reachable && (other.address === null || other.name === node.name),
  );
  const owning = ghosts.find(({ slots }) => slots.length > 0);
  if (owning !== undefined) {
    throw new AdminError(
      `the node that was at ${owning.name} before (${owning.id.slice(0, 8)}) still owns ${count(owning.slots.length, 'slot')}: give them to others first, with failover of its replica or with fix --take-unreachable`,
    );
  }
  const members = [...picture.nodes.values()].filter(({ reachable, id: other }) => reachable && other !== id);
  const steps: PlanStep[] = ghosts.flatMap((gone) => forgetSteps(picture, gone));
  if (!isMember && primary === null) steps.push({ do: 'copyFunctions', from: host, to: node });
  if (!isMember) steps.push({ do: 'meet', node: host, other: node });
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

/** Those with the fewest replicas first. */
function hostsForReplicas(picture: ClusterState, except: string): AdminNode[] {
  return primariesOf(picture)
    .filter(({ id, slots }) => id !== except && slots.length > 0)
    .map((node) => ({ node, replicas: replicasOf(picture, node.id).filter(({ id }) => id !== except).length }))
    .sort((a, b) => a.replicas - b.replicas)
    .map(({ node }) => node);
}

/** The node leaves for good. Refused while it holds slots. */
export function planDelNode(picture: ClusterState, name: string): Plan {
  const node = nodeNamed(picture, name);
  if (node.slots.length > 0) {
    throw new AdminError(
      `${node.name} holds ${count(node.slots.length, 'slot')}, so it is not removed. Move them first: slotwise cluster reshard … --from ${node.name} --to NODE --all (or rebalance --weight ${node.name}=0)`,
    );
  }
  if (node.role === 'primary' && node.keys > 0) {
    throw new AdminError(
      `${node.name} owns no slots but still holds ${count(node.keys, 'key')}: slotwise cluster fix takes them to their owners`,
    );
  }
  if (node.importing.size > 0) throw new AdminError(`${node.name} is receiving slots: finish that first, with slotwise cluster fix`);
  // A replica cannot forget its primary, and would be left without one.
  const orphans = replicasOf(picture, node.id).filter(({ reachable }) => reachable);
  const hosts = hostsForReplicas(picture, node.id);
  const steps: PlanStep[] = orphans.map((replica, index): PlanStep => {
    const primary = hosts[index % hosts.length];
    if (primary === undefined)
      throw new AdminError(`${replica.name} follows ${node.name}, and there is no other primary with slots for it`);
    return { do: 'replicate', node: replica, primary };
  });
  steps.push(...forgetSteps(picture, node));
  const isMember = (picture.views.get(node.id)?.known.size ?? 0) > 1;
  if (node.reachable && isMember) steps.push({ do: 'reset', node });
  steps.push({ do: 'settle' });
  return {
    title: `remove ${node.role} ${node.name} (${node.id.slice(0, 8)})`,
    steps,
    notes: [
      ...unreachableNote(picture, node),
      ...(node.reachable ? [] : [`${node.name} cannot be asked (${node.problem}): it is forgotten, and should not come back as it is`]),
    ],
  };
}

/** Everybody forgets a node that is gone. https://redis.io/docs/latest/commands/cluster-forget/ */
export function planForget(picture: ClusterState, name: string): Plan {
  const node = nodeNamed(picture, name);
  if (node.reachable) throw new AdminError(`${node.name} is there and answers: remove it with del-node, or it comes back by gossip`);
  if (node.slots.length > 0) {
    throw new AdminError(
      `${node.name} owns ${count(node.slots.length, 'slot')}, which nobody would serve. Promote a replica of it first (slotwise cluster failover … --takeover), or let others take them without their keys (fix --take-unreachable)`,
    );
  }
  const follower = replicasOf(picture, node.id).find(({ reachable }) => reachable);
  if (follower !== undefined)
    throw new AdminError(`${follower.name} follows ${node.name} and cannot forget it: del-node gives it another primary`);
  return {
    title: `forget ${node.name} (${node.id.slice(0, 8)})`,
    steps: [...forgetSteps(picture, node), { do: 'settle' }],
    notes: unreachableNote(picture, node),
  };
}

function forgetSteps(picture: ClusterState, gone: AdminNode): PlanStep[] {
  return [...picture.nodes.values()]
    .filter(({ id, reachable }) => id !== gone.id && reachable && picture.views.get(id)?.known.has(gone.id))
    .map((node) => ({ do: 'forget', node, gone }));
}

function unreachableNote({ nodes }: ClusterState, except: AdminNode): string[] {
  const missing = [...nodes.values()].filter(({ id, reachable }) => !reachable && id !== except.id);
  if (missing.length === 0) return [];
  return [
    `${missing.map(({ name }) => name).join(', ')} cannot be asked and will bring ${except.name} back by gossip: run this again when it answers`,
  ];
}

/** A replica becomes the primary of its shard. https://redis.io/docs/latest/commands/cluster-failover/ */
export function planFailover(picture: ClusterState, name: string, mode: FailoverMode): Plan {
  const node = nodeNamed(picture, name);
  const done: Plan = { title: `${node.name} is a primary already`, steps: [], notes: [] };
  if (node.role === 'primary' && node.reachable) return done;
  if (!node.reachable) throw new AdminError(`${node.name} cannot be asked: ${node.problem}`);
  const primary = picture.nodes.get(node.primaryId ?? '');
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
