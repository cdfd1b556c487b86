import { SLOT_COUNT } from '../../topology/slot-map.js';
import { AdminError } from '../admin-error.js';
import { count, slotsText } from '../slot-list.js';
import type { AdminNode, ClusterState } from '../state/cluster-state.js';
import { areTwo, sameIdText } from './same-id.js';
import type { Plan, PlanStep } from './steps.js';

const LEAST_PRIMARIES = 3;

interface Layout<T> {
  readonly primaries: readonly T[];
  /** Replicas of each primary, in the order of the primaries. */
  readonly replicas: readonly (readonly T[])[];
}

/**
 * Plans a cluster of servers that are empty, or that an earlier run has joined in part. `servers`: the state that each of them describes,
 * in the order given. https://redis.io/docs/latest/operate/oss_and_stack/management/scaling/#create-a-redis-cluster
 */
export function planCreate(servers: readonly ClusterState[], replicas: number): Plan {
  const nodes = servers.map(selfOf);
  const twice = nodes.find(({ id }, index) => nodes.findIndex((node) => node.id === id) !== index);
  if (twice !== undefined) {
    const first = nodes.find(({ id }) => id === twice.id) ?? twice;
    throw new AdminError(areTwo(first, twice) ? sameIdText(first, twice) : `${twice.name} was given twice`);
  }
  const shards = Math.floor(nodes.length / (1 + replicas));
  if (shards < LEAST_PRIMARIES) {
    const needed = LEAST_PRIMARIES * (1 + replicas);
    throw new AdminError(
      `a cluster needs at least ${LEAST_PRIMARIES} primaries, because failing over takes a majority of them: with ${count(replicas, 'replica')} each give ${needed} servers or more, not ${nodes.length}`,
    );
  }
  const layout = spread(nodes, shards, (node) => node.peer.host);
  const slots = layout.primaries.map((_, index) => evenShare(index, shards));
  const unfit = nodes.flatMap((node, index) => whyUnfit(node, servers[index], nodes, slots[layout.primaries.indexOf(node)]) ?? []);
  if (unfit.length > 0) throw new AdminError(`${unfit.join('; ')}. Give empty servers, or empty them with FLUSHALL and CLUSTER RESET HARD`);

  const [first] = nodes;
  if (first === undefined) throw new AdminError('no servers were given');
  const knows = (node: AdminNode, other: AdminNode): boolean =>
    servers[nodes.indexOf(node)]?.views.get(node.id)?.known.has(other.id) ?? false;
  const steps: PlanStep[] = [];
  for (const [index, node] of layout.primaries.entries()) {
    const isUnjoined = nodes.every((other) => other === node || !knows(node, other));
    if (isUnjoined && node.epoch === 0) steps.push({ do: 'setEpoch', node, epoch: index + 1 });
    if (node.slots.length === 0) steps.push({ do: 'addSlots', node, slots: slots[index] ?? [] });
  }
  for (const node of nodes.slice(1)) if (!knows(first, node)) steps.push({ do: 'meet', node: first, other: node });
  steps.push({ do: 'join', nodes });
  for (const [index, primary] of layout.primaries.entries()) {
    for (const node of layout.replicas[index] ?? []) if (node.primaryId !== primary.id) steps.push({ do: 'replicate', node, primary });
  }
  steps.push({ do: 'settle' });
  const hosts = new Set(nodes.map(({ peer }) => peer.host));
  const together =
    hosts.size > 1 ? layout.primaries.filter((primary, index) => sharesHost([primary, ...(layout.replicas[index] ?? [])])) : [];
  return {
    title: `create a cluster of ${count(shards, 'primary').replace('primarys', 'primaries')} with ${count(nodes.length - shards, 'replica')}`,
    steps,
    notes: [
      ...(hosts.size === 1 && nodes.length > 1 ? ['all servers are on one host: if it fails, all fails'] : []),
      ...together.map(({ name }) => `the shard of ${name} has nodes that share a host: there are too few hosts for another layout`),
    ],
  };
}

function selfOf(server: ClusterState): AdminNode {
  const [id = ''] = server.views.keys();
  const node = server.nodes.get(id);
  if (node === undefined) throw new AdminError('a server did not say who it is');
  return node;
}

/** Why a server cannot be one of the nodes; null: it can. */
function whyUnfit(
  node: AdminNode,
  server: ClusterState | undefined,
  nodes: readonly AdminNode[],
  slots: readonly number[] | undefined,
): string | null {
  const known = [...(server?.views.get(node.id)?.known ?? [])];
  const stranger = known.find((id) => !nodes.some((other) => other.id === id));
  if (stranger !== undefined) return `${node.name} belongs to another cluster: it knows ${server?.nodes.get(stranger)?.name ?? stranger}`;
  if (node.slots.length > 0 && slotsText(node.slots) !== slotsText(slots ?? [])) {
    return `${node.name} has slots already: ${slotsText(node.slots, 4)}`;
  }
  if (!node.keysKnown) return `${node.name} does not tell whether it has keys: allow the user INFO or DBSIZE`;
  return node.keys > 0 ? `${node.name} holds ${count(node.keys, 'key')}` : null;
}

function evenShare(index: number, shards: number): number[] {
  const start = Math.floor((index * SLOT_COUNT) / shards);
  const end = Math.floor(((index + 1) * SLOT_COUNT) / shards);
  return Array.from({ length: end - start }, (_, at) => start + at);
}

/**
 * Chooses primaries and replicas: no two nodes of one shard on one host, and primaries on as many hosts as there are, as far as hosts
 * suffice.
 */
export function spread<T>(nodes: readonly T[], shards: number, hostOf: (node: T) => string): Layout<T> {
  const queue = interleaved(nodes, hostOf);
  const primaries = queue.splice(0, shards);
  const replicas: T[][] = primaries.map(() => []);
  // Rounds, so that no primary has two more than another.
  for (let at = 0; queue.length > 0; at = (at + 1) % shards) {
    const shard = [primaries[at], ...(replicas[at] ?? [])];
    const best = queue.findIndex((node) => !shard.some((other) => other !== undefined && hostOf(other) === hostOf(node)));
    replicas[at]?.push(...queue.splice(Math.max(best, 0), 1));
  }
  separateHosts(primaries, replicas, hostOf);
  return { primaries, replicas };
}

/** One of each host in turn, those with the most nodes first. */
function interleaved<T>(nodes: readonly T[], hostOf: (node: T) => string): T[] {
  const byHost = new Map<string, T[]>();
  for (const node of nodes) byHost.set(hostOf(node), [...(byHost.get(hostOf(node)) ?? []), node]);
  const lists = [...byHost.values()].sort((a, b) => b.length - a.length);
  const longest = lists[0]?.length ?? 0;
  return Array.from({ length: longest }, (_, round) => lists.flatMap((list) => list.slice(round, round + 1))).flat();
}

/**
 * Swaps replicas of two shards as long as that separates hosts: taking the first that fits may leave the last primaries with replicas that
 * do not.
 */
function separateHosts<T>(primaries: readonly T[], replicas: T[][], hostOf: (node: T) => string): void {
  const conflicts = (shard: number): number => {
    const hosts = [primaries[shard], ...(replicas[shard] ?? [])].flatMap((node) => (node === undefined ? [] : [hostOf(node)]));
    return hosts.length - new Set(hosts).size;
  };
  const swap = (a: number, i: number, b: number, j: number): void => {
    const [one, two] = [replicas[a], replicas[b]];
    const [x, y] = [one?.[i], two?.[j]];
    if (one === undefined || two === undefined || x === undefined || y === undefined) return;
    one[i] = y;
    two[j] = x;
  };
  for (let improved = true; improved; ) {
    improved = false;
    for (let a = 0; a < replicas.length; a++) {
      for (let b = 0; b < replicas.length && conflicts(a) > 0; b++) {
        if (a === b) continue;
        for (let i = 0; i < (replicas[a]?.length ?? 0); i++) {
          for (let j = 0; j < (replicas[b]?.length ?? 0); j++) {
            const before = conflicts(a) + conflicts(b);
            swap(a, i, b, j);
            if (conflicts(a) + conflicts(b) < before) improved = true;
            else swap(a, i, b, j);
          }
        }
      }
    }
  }
}

function sharesHost(nodes: readonly AdminNode[]): boolean {
  return new Set(nodes.map(({ peer }) => peer.host)).size < nodes.length;
}
