import { type Address, addressKey } from '../options.js';
import type { Raw } from '../protocol/command.js';
import { addressOf, fieldsOf, listOf, numberOf, textOf } from './replies.js';
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
  readonly flags: ReadonlySet<string>;
  readonly primaryId: string | null;
  readonly epoch: number;
  readonly ranges: readonly { readonly start: number; readonly end: number }[];
}

/** https://redis.io/docs/latest/commands/cluster-shards/ — nodes without a port for our kind of connection are left out. */
export function parseShards(reply: Raw, tls: boolean): EndpointGroup[] {
  return listOf(reply).map((shard) => {
    const fields = fieldsOf(shard);
    const bounds = listOf(fields.get('slots'));
    const ranges = [];
    for (let at = 0; at + 1 < bounds.length; at += 2) ranges.push(rangeOf(bounds[at], bounds[at + 1]));
    const endpoints = listOf(fields.get('nodes')).flatMap((raw): Endpoint[] => {
      const node = fieldsOf(raw);
      const id = textOf(node.get('id'));
      const port = numberOf(tls ? (node.get('tls-port') ?? node.get('port')) : node.get('port'), 0);
      if (id === null || port === 0) return [];
      const health = textOf(node.get('health')) ?? 'online';
      return [
        {
          id,
          ...hostsOf(textOf(node.get('endpoint')), [node.get('ip'), node.get('hostname')]),
          port,
          role: textOf(node.get('role')) === 'master' ? 'primary' : 'replica',
          health: health.startsWith('fail') ? 'failed' : health === 'loading' ? 'loading' : 'online',
          offset: numberOf(node.get('replication-offset'), 0),
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
      const more = fieldsOf(metadata);
      const nodeId = textOf(id);
      const nodePort = numberOf(port, 0);
      if (nodeId === null || nodePort === 0) return [];
      return [
        {
          id: nodeId,
          ...hostsOf(textOf(host), [more.get('ip'), more.get('hostname')]),
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
  return (textOf(reply) ?? '').split('\n').flatMap((line): NodeLine[] => {
    const [id, place, flags, primaryId, , , epoch, , ...slots] = line.trim().split(' ');
    if (id === undefined || place === undefined || flags === undefined || primaryId === undefined) return [];
    const [socket = '', hostname = ''] = place.split(',');
    const address = socket.split('@')[0] ?? '';
    const colon = address.lastIndexOf(':');
    return [
      {
        id,
        host: address.slice(0, Math.max(colon, 0)),
        port: numberOf(address.slice(colon + 1), 0),
        hostname: hostname === '' || hostname.includes('=') ? null : hostname,
        flags: new Set(flags.split(',')),
        primaryId: primaryId === '-' ? null : primaryId,
        epoch: numberOf(epoch, 0),
        ranges: slots
          .filter((slot) => !slot.startsWith('['))
          .map((slot) => slot.split('-'))
          .map(([start, end]) => rangeOf(start, end ?? start))
          .filter(isRange),
      },
    ];
  });
}

/**
 * Puts together what one server said. Who owns which slots comes from CLUSTER NODES where it may be asked: CLUSTER SHARDS puts a primary and its
 * successor into one group with two masters (seen on Redis 8 and Valkey 9), and neither it nor CLUSTER SLOTS has epochs.
 */
export function buildView(asked: Address, groups: readonly EndpointGroup[], lines: readonly NodeLine[] | null): ClusterView {
  return lines === null ? viewOfGroups(asked, groups) : viewOfLines(asked, groups, lines);
}

function viewOfLines(asked: Address, groups: readonly EndpointGroup[], lines: readonly NodeLine[]): ClusterView {
  const ranges = lines.flatMap((line) => line.ranges.map((range) => ({ ...range, owner: line.id })));
  const owners = new Set(ranges.map(({ owner }) => owner));
  const endpoints = new Map(groups.flatMap((group) => group.endpoints.map((endpoint) => [endpoint.id, { endpoint, group }])));
  const nodes = new Map<string, ViewNode>();
  for (const line of lines) {
    if (line.flags.has('handshake') || line.flags.has('noaddr')) continue;
    const myself = line.flags.has('myself');
    const { endpoint, group } = endpoints.get(line.id) ?? { endpoint: endpointOf(line), group: null };
    const failed = line.flags.has('fail') || endpoint.health === 'failed';
    const role = line.flags.has('master') ? 'primary' : 'replica';
    const heir =
      role === 'primary' && !owners.has(line.id) ? group?.endpoints.find(({ id }) => id !== line.id && owners.has(id)) : undefined;
    const primaryOffset = group?.endpoints.find(({ id }) => id === line.primaryId)?.offset ?? 0;
    nodes.set(line.id, {
      id: line.id,
      ...placeOf(asked, endpoint, myself),
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
  const role = flags.has('master') ? 'primary' : 'replica';
  return { id, host: host === '' ? null : host, port, otherHosts: hostname === null ? [] : [hostname], role, health: 'online', offset: 1 };
}

/** An endpoint of null or `""` is the host that was asked; one of `?` is a node whose preferred name nobody knows: it cannot be reached. */
function placeOf(asked: Address, endpoint: Endpoint, myself: boolean): Pick<ViewNode, 'address' | 'names'> {
  const { host, port, otherHosts } = endpoint;
  const here = 'host' in asked ? asked.host : null;
  const address = host === null || (host === '?' && myself) ? (here ?? otherHosts[0]) : host === '?' ? null : host;
  // A socket file leads to the asked node and to no other.
  if (myself && 'path' in asked) return { address: asked, names: namesOf([host, ...otherHosts], port) };
  return { address: addressOf(address ?? null, port), names: namesOf([host, ...otherHosts], port) };
}

function namesOf(hosts: readonly (string | null)[], port: number): Address[] {
  const names = hosts.flatMap((host) => (host === null || host === '?' ? [] : (addressOf(host, port) ?? [])));
  return [...new Map(names.map((name) => [addressKey(name), name])).values()];
}

function hostsOf(endpoint: string | null, others: readonly (Raw | undefined)[]): Pick<Endpoint, 'host' | 'otherHosts'> {
  const otherHosts = others.flatMap((other) => {
    const host = textOf(other);
    return host === null || host === '' || host === endpoint ? [] : [host];
  });
  return { host: endpoint === '' ? null : endpoint, otherHosts };
}

function rangeOf(start: Raw | undefined, end: Raw | undefined): { start: number; end: number } {
  return { start: numberOf(start, -1), end: numberOf(end, -1) };
}

function isRange({ start, end }: { start: number; end: number }): boolean {
  return Number.isInteger(start) && Number.isInteger(end) && start >= 0 && start <= end && end < SLOT_COUNT;
}
