import type { Address } from '../../options/address.js';
import { addressOf } from '../replies.js';
import type { Role } from '../snapshot.js';
import type { Endpoint, EndpointGroup, Health, NodeLine, SlotList } from './replies.js';

/** A node as one server sees it. */
export interface ViewNode {
  readonly id: string;
  /** Address of the node; null where the server does not say how to reach it. */
  readonly address: Address | null;
  /** Addresses of the node as announced, and its other names. */
  readonly names: readonly Address[];
  readonly role: Role;
  readonly primaryId: string | null;
  /** Config epoch; a replica shows its primary's. 0 where CLUSTER NODES may not be asked. */
  readonly epoch: number;
  readonly health: Health;
  /** The node is the server that was asked. */
  readonly myself: boolean;
}

interface OwnedRange extends SlotList {
  /** Node id. */
  readonly owner: string;
}

/** The cluster as one server sees it. */
export interface ClusterView {
  readonly nodes: ReadonlyMap<string, ViewNode>;
  readonly ranges: readonly OwnedRange[];
}

/**
 * Builds the view of one server from its replies. Slot owners come from CLUSTER NODES where the ACL allows it: CLUSTER SHARDS puts a
 * primary and its successor into one group with two masters (seen on Redis 8 and Valkey 9), and neither it nor CLUSTER SLOTS has epochs.
 */
export function buildView(asked: Address, groups: readonly EndpointGroup[], lines: readonly NodeLine[] | null): ClusterView {
  return lines === null ? viewOfGroups(asked, groups) : viewOfLines(asked, groups, lines);
}

function viewOfLines(asked: Address, groups: readonly EndpointGroup[], lines: readonly NodeLine[]): ClusterView {
  const owners = new Map<string, NodeLine>();
  for (const line of lines) if (line.ranges.length > 0) owners.set(line.id, line);
  // A promoted node has a higher epoch than the demoted one; an equal one is borrowed (see merge.ts).
  const isSuccessor = (id: string, { id: demoted, epoch }: NodeLine): boolean => id !== demoted && (owners.get(id)?.epoch ?? -1) > epoch;
  const endpoints = new Map<string, { endpoint: Endpoint; group: EndpointGroup }>();
  for (const group of groups) for (const endpoint of group.endpoints) endpoints.set(endpoint.id, { endpoint, group });
  const nodes = new Map<string, ViewNode>();
  const ranges: OwnedRange[] = [];
  for (const line of lines) {
    const { flags } = line;
    if (flags.includes('handshake') || flags.includes('noaddr')) continue;
    const myself = flags.includes('myself');
    const { endpoint, group } = endpoints.get(line.id) ?? { endpoint: endpointOfLine(line), group: null };
    // Parts of the long reply would keep all of it in memory for as long as the node is known: SHARDS has the id as a text of its own.
    const { id } = endpoint;
    const failed = flags.includes('fail') || endpoint.health === 'failed';
    const role = flags.includes('master') ? 'primary' : 'replica';
    const { address, names } = namedAddress(asked, endpoint, myself);
    const successor = role === 'primary' && !owners.has(id) ? group?.endpoints.find((other) => isSuccessor(other.id, line)) : undefined;
    nodes.set(id, {
      id,
      address,
      names,
      // Its slots went to a node of its own shard: it was demoted and does not follow its successor yet.
      role: successor === undefined ? role : 'replica',
      primaryId: successor?.id ?? line.primaryId,
      epoch: line.epoch,
      health: failed ? 'failed' : successor !== undefined || isLoading(endpoint, group, line.primaryId) ? 'loading' : 'online',
      myself,
    });
    for (const { start, end } of line.ranges) ranges.push({ start, end, owner: id });
  }
  return { nodes, ranges };
}

function viewOfGroups(asked: Address, groups: readonly EndpointGroup[]): ClusterView {
  const nodes = new Map<string, ViewNode>();
  const ranges: OwnedRange[] = [];
  for (const group of groups) {
    const { ranges: slots, endpoints } = group;
    const primaries = endpoints.filter(({ role }) => role === 'primary');
    const owner = primaries.find(({ health }) => health !== 'failed') ?? primaries[0];
    if (owner === undefined) continue;
    for (const endpoint of endpoints) {
      const isOwner = endpoint === owner;
      nodes.set(endpoint.id, {
        id: endpoint.id,
        ...namedAddress(asked, endpoint, false),
        role: isOwner ? 'primary' : 'replica',
        primaryId: isOwner ? null : owner.id,
        epoch: 0,
        health: endpoint.health === 'loading' && !isLoading(endpoint, group, owner.id) ? 'online' : endpoint.health,
        myself: false,
      });
    }
    for (const range of slots) ranges.push({ ...range, owner: owner.id });
  }
  return { nodes, ranges };
}

/**
 * Whether a replica is really loading. The server calls every replica whose replication offset is 0 `loading`. While its primary is at 0,
 * too, nothing was ever written and nothing is to be loaded.
 */
function isLoading({ role, health, offset }: Endpoint, group: EndpointGroup | null, primaryId: string | null): boolean {
  if (role !== 'replica' || health !== 'loading') return false;
  return offset > 0 || (group?.endpoints.find(({ id }) => id === primaryId)?.offset ?? 0) > 0;
}

function endpointOfLine({ id, host, port, hostname, flags }: NodeLine): Endpoint {
  const role = flags.includes('master') ? 'primary' : 'replica';
  return { id, host: host === '' ? null : host, port, otherHosts: hostname === null ? [] : [hostname], role, health: 'online', offset: 1 };
}

/**
 * The address to connect to, and all names. An endpoint of null or `""` is the host that was asked; one of `?` cannot be reached, its name
 * is not known.
 */
function namedAddress(asked: Address, endpoint: Endpoint, myself: boolean): { address: Address | null; names: readonly Address[] } {
  const { host, port, otherHosts } = endpoint;
  const here = 'host' in asked ? asked.host : null;
  const chosen = host === null || (host === '?' && myself) ? (here ?? otherHosts[0]) : host === '?' ? null : host;
  const names = namesOf(host, otherHosts, port);
  // A socket file leads to the node that was asked and to no other.
  if (myself && 'path' in asked) return { address: asked, names };
  return { address: chosen === host ? (names[0] ?? null) : addressOf(chosen ?? null, port), names };
}

/** The names of a node; the host it announces comes first. */
function namesOf(host: string | null, otherHosts: readonly string[], port: number): Address[] {
  const first = host === null || host === '?' ? null : addressOf(host, port);
  const names = first === null ? [] : [first];
  for (const other of otherHosts) {
    const name = other === '?' ? null : addressOf(other, port);
    if (name !== null && !names.some((known) => known.host === name.host)) names.push(name);
  }
  return names;
}
