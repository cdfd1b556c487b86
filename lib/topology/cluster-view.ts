import type { Address } from '../options.js';
import type { Raw } from '../protocol/command.js';
import { addressOf, fieldOf, listOf, numberOf, textOf } from './replies.js';
import { SLOT_COUNT } from './slot-map.js';
import type { Role } from './topology.js';

export type Health = 'online' | 'loading' | 'failed';

/** A node as one server sees it. */
export interface ViewNode {
  readonly id: string;
  /** Null where the server does not say how to reach it. */
  readonly address: Address | null;
  /** As announced, and by its other names. */
  readonly names: readonly Address[];
  readonly role: Role;
  readonly primaryId: string | null;
  /** Config epoch; a replica shows its primary's. 0 where CLUSTER NODES may not be asked. */
  readonly epoch: number;
  readonly health: Health;
  /** It is the server that was asked. */
  readonly myself: boolean;
}

export interface OwnedRange {
  readonly start: number;
  readonly end: number;
  /** Node id. */
  readonly owner: string;
}

/** The cluster as one server sees it. */
export interface ClusterView {
  readonly nodes: ReadonlyMap<string, ViewNode>;
  readonly ranges: readonly OwnedRange[];
}

/** One node of CLUSTER SHARDS or CLUSTER SLOTS. */
export interface Endpoint {
  readonly id: string;
  /** Null: the host that was asked. `?`: unknown. */
  readonly host: string | null;
  readonly port: number;
  /** What else it is called. */
  readonly otherHosts: readonly string[];
  readonly role: Role;
  readonly health: Health;
  readonly offset: number;
}

export interface EndpointGroup {
  readonly ranges: readonly { readonly start: number; readonly end: number }[];
  readonly endpoints: readonly Endpoint[];
}

/** One line of CLUSTER NODES. */
export interface NodeLine {
  readonly id: string;
  readonly host: string;
  readonly port: number;
  readonly hostname: string | null;
  readonly flags: readonly string[];
  readonly primaryId: string | null;
  readonly epoch: number;
  readonly ranges: readonly { readonly start: number; readonly end: number }[];
}

/** https://redis.io/docs/latest/commands/cluster-shards/ — nodes without a port for our kind of connection are left out. */
export function parseShards(reply: Raw, tls: boolean): EndpointGroup[] {
  return listOf(reply).map((shard) => {
    const bounds = listOf(fieldOf(shard, 'slots'));
    const ranges = [];
    for (let at = 0; at + 1 < bounds.length; at += 2) ranges.push(rangeOf(bounds[at], bounds[at + 1]));
    const endpoints = listOf(fieldOf(shard, 'nodes')).flatMap((node): Endpoint[] => {
      const id = textOf(fieldOf(node, 'id'));
      const port = numberOf((tls ? fieldOf(node, 'tls-port') : undefined) ?? fieldOf(node, 'port'), 0);
      if (id === null || port === 0) return [];
      const health = textOf(fieldOf(node, 'health')) ?? 'online';
      const endpoint = textOf(fieldOf(node, 'endpoint'));
      return [
        {
          id,
          host: endpoint === '' ? null : endpoint,
          otherHosts: hostsBesides(endpoint, fieldOf(node, 'ip'), fieldOf(node, 'hostname')),
          port,
          role: textOf(fieldOf(node, 'role')) === 'master' ? 'primary' : 'replica',
          health: health.startsWith('fail') ? 'failed' : health === 'loading' ? 'loading' : 'online',
          offset: numberOf(fieldOf(node, 'replication-offset'), 0),
        },
      ];
    });
    return { ranges: ranges.filter(isRange), endpoints };
  });
}

/** https://redis.io/docs/latest/commands/cluster-slots/ — failed replicas and those with offset 0 are not in it; the primary comes first. */
export function parseSlots(reply: Raw): EndpointGroup[] {
  return listOf(reply).map((entry) => {
    const [start, end, ...nodes] = listOf(entry);
    const endpoints = nodes.flatMap((raw, index): Endpoint[] => {
      const [host, port, id, metadata] = listOf(raw);
      const nodeId = textOf(id);
      const nodePort = numberOf(port, 0);
      const endpoint = textOf(host);
      if (nodeId === null || nodePort === 0) return [];
      return [
        {
          id: nodeId,
          host: endpoint === '' ? null : endpoint,
          otherHosts: hostsBesides(endpoint, fieldOf(metadata, 'ip'), fieldOf(metadata, 'hostname')),
          port: nodePort,
          role: index === 0 ? 'primary' : 'replica',
          health: 'online',
          offset: 1,
        },
      ];
    });
    return { ranges: [rangeOf(start, end)].filter(isRange), endpoints };
  });
}

/**
 * `id ip:port@busport[,hostname[,name=value…]] flags primary-id ping pong epoch link-state slot slot-slot [slot->-id] …`
 * https://redis.io/docs/latest/commands/cluster-nodes/ — migrating and importing slots still belong to who lists them as his.
 */
export function parseNodes(reply: Raw): NodeLine[] {
  const lines: NodeLine[] = [];
  for (const line of (textOf(reply) ?? '').split('\n')) {
    const words = line.trim().split(' ');
    const [id, place, flags, primaryId, , , epoch] = words;
    if (id === undefined || place === undefined || flags === undefined || primaryId === undefined) continue;
    const [socket = '', hostname = ''] = place.split(',');
    const address = socket.split('@')[0] ?? '';
    const colon = address.lastIndexOf(':');
    lines.push({
      id,
      host: address.slice(0, Math.max(colon, 0)),
      port: numberOf(address.slice(colon + 1), 0),
      hostname: hostname === '' || hostname.includes('=') ? null : hostname,
      flags: flags.split(','),
      primaryId: primaryId === '-' ? null : primaryId,
      epoch: numberOf(epoch, 0),
      ranges: slotsOf(words.slice(8)),
    });
  }
  return lines;
}

function slotsOf(words: readonly string[]): { start: number; end: number }[] {
  const ranges: { start: number; end: number }[] = [];
  for (const word of words) {
    if (word.startsWith('[')) continue;
    const [start, end = start] = word.split('-');
    const range = rangeOf(start, end);
    if (isRange(range)) ranges.push(range);
  }
  return ranges;
}

/**
 * Puts together what one server said. Who owns which slots comes from CLUSTER NODES where it may be asked: CLUSTER SHARDS puts a primary and its
 * successor into one group with two masters (seen on Redis 8 and Valkey 9), and neither it nor CLUSTER SLOTS has epochs.
 */
export function buildView(asked: Address, groups: readonly EndpointGroup[], lines: readonly NodeLine[] | null): ClusterView {
  return lines === null ? viewOfGroups(asked, groups) : viewOfLines(asked, groups, lines);
}

function viewOfLines(asked: Address, groups: readonly EndpointGroup[], lines: readonly NodeLine[]): ClusterView {
  const ranges: OwnedRange[] = [];
  for (const { id, ranges: own } of lines) for (const { start, end } of own) ranges.push({ start, end, owner: id });
  const owners = new Set(ranges.map(({ owner }) => owner));
  const endpoints = new Map<string, { endpoint: Endpoint; group: EndpointGroup }>();
  for (const group of groups) for (const endpoint of group.endpoints) endpoints.set(endpoint.id, { endpoint, group });
  const nodes = new Map<string, ViewNode>();
  for (const line of lines) {
    if (line.flags.includes('handshake') || line.flags.includes('noaddr')) continue;
    const myself = line.flags.includes('myself');
    const { endpoint, group } = endpoints.get(line.id) ?? { endpoint: endpointOf(line), group: null };
    const failed = line.flags.includes('fail') || endpoint.health === 'failed';
    const role = line.flags.includes('master') ? 'primary' : 'replica';
    const { address, names } = placeOf(asked, endpoint, myself);
    const heir =
      role === 'primary' && !owners.has(line.id) ? group?.endpoints.find(({ id }) => id !== line.id && owners.has(id)) : undefined;
    const primaryOffset = group?.endpoints.find(({ id }) => id === line.primaryId)?.offset ?? 0;
    nodes.set(line.id, {
      id: line.id,
      address,
      names,
      // Its slots went to a node of its own shard: it was demoted and does not follow its successor yet.
      role: heir === undefined ? role : 'replica',
      primaryId: heir?.id ?? line.primaryId,
      epoch: line.epoch,
      health: failed ? 'failed' : heir !== undefined || isLoading(endpoint, primaryOffset) ? 'loading' : 'online',
      myself,
    });
  }
  return { nodes, ranges: ranges.filter(({ owner }) => nodes.has(owner)) };
}

function viewOfGroups(asked: Address, groups: readonly EndpointGroup[]): ClusterView {
  const nodes = new Map<string, ViewNode>();
  const ranges: OwnedRange[] = [];
  for (const { ranges: slots, endpoints } of groups) {
    const primaries = endpoints.filter(({ role }) => role === 'primary');
    const owner = primaries.find(({ health }) => health !== 'failed') ?? primaries[0];
    if (owner === undefined) continue;
    for (const endpoint of endpoints) {
      const isOwner = endpoint === owner;
      nodes.set(endpoint.id, {
        id: endpoint.id,
        ...placeOf(asked, endpoint, false),
        role: isOwner ? 'primary' : 'replica',
        primaryId: isOwner ? null : owner.id,
        epoch: 0,
        health: endpoint.health === 'loading' && !isLoading(endpoint, owner.offset) ? 'online' : endpoint.health,
        myself: false,
      });
    }
    for (const range of slots) ranges.push({ ...range, owner: owner.id });
  }
  return { nodes, ranges };
}

/**
 * The server calls every replica whose replication offset is 0 `loading`. While its primary is at 0, too, nothing was ever written and nothing
 * is to be loaded.
 */
function isLoading(endpoint: Endpoint, primaryOffset: number): boolean {
  return endpoint.role === 'replica' && endpoint.health === 'loading' && (endpoint.offset > 0 || primaryOffset > 0);
}

function endpointOf({ id, host, port, hostname, flags }: NodeLine): Endpoint {
  const role = flags.includes('master') ? 'primary' : 'replica';
  return { id, host: host === '' ? null : host, port, otherHosts: hostname === null ? [] : [hostname], role, health: 'online', offset: 1 };
}

/** An endpoint of null or `""` is the host that was asked; one of `?` is a node whose preferred name nobody knows: it cannot be reached. */
function placeOf(asked: Address, endpoint: Endpoint, myself: boolean): { address: Address | null; names: readonly Address[] } {
  const { host, port, otherHosts } = endpoint;
  const here = 'host' in asked ? asked.host : null;
  const chosen = host === null || (host === '?' && myself) ? (here ?? otherHosts[0]) : host === '?' ? null : host;
  const names = namesOf(host, otherHosts, port);
  // A socket file leads to the asked node and to no other.
  if (myself && 'path' in asked) return { address: asked, names };
  return { address: chosen === host ? (names[0] ?? null) : addressOf(chosen ?? null, port), names };
}

/** The host it announces comes first. */
function namesOf(host: string | null, otherHosts: readonly string[], port: number): Address[] {
  const names: { host: string; port: number }[] = [];
  for (const each of host === null || host === '?' ? otherHosts : [host, ...otherHosts]) {
    const name = each === '?' ? null : addressOf(each, port);
    if (name !== null && !names.some((known) => known.host === name.host)) names.push(name);
  }
  return names;
}

function hostsBesides(endpoint: string | null, ip: Raw | undefined, hostname: Raw | undefined): string[] {
  const hosts: string[] = [];
  for (const other of [ip, hostname]) {
    const host = textOf(other);
    if (host !== null && host !== '' && host !== endpoint) hosts.push(host);
  }
  return hosts;
}

function rangeOf(start: Raw | undefined, end: Raw | undefined): { start: number; end: number } {
  return { start: numberOf(start, -1), end: numberOf(end, -1) };
}

function isRange({ start, end }: { start: number; end: number }): boolean {
  return Number.isInteger(start) && Number.isInteger(end) && start >= 0 && start <= end && end < SLOT_COUNT;
}
