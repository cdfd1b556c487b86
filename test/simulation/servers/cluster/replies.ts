import type { ReplyValue } from '../resp.js';
import type { ClusterNode } from './cluster-node.js';
import type { ClusterTable } from './cluster-table.js';
import type { KnownNode } from './known-node.js';
import { rangesOf, SLOT_COUNT } from './slots.js';

/** Where the clocks of the servers begin, in ms since 1970: texts only. */
const WALL_MS = Date.UTC(2026, 0, 1);
/** Bus port: that of clients and 10,000. */
const BUS_OFFSET = 10_000;

/** What clients are told to connect to; null: the host that they have asked. */
export function endpointOf({ settings }: ClusterNode, { identity }: KnownNode): string | null {
  if (settings.preferredEndpoint === 'ip') return identity.host;
  if (settings.preferredEndpoint === 'hostname') return identity.hostname === '' ? '?' : identity.hostname;
  return null;
}

/** https://redis.io/docs/latest/commands/cluster-nodes/ */
export function nodesText(cluster: ClusterNode): string {
  return cluster.table.nodes.map((node) => `${lineOf(cluster, node)}\n`).join('');
}

export function lineOf(cluster: ClusterNode, node: KnownNode): string {
  const { table } = cluster;
  const { identity, primary } = node;
  const isMe = node === table.myself;
  const name = identity.hostname === '' ? '' : `,${identity.hostname}`;
  const words = [
    identity.id,
    `${identity.host}:${identity.port}@${identity.port + BUS_OFFSET}${name}`,
    flagsOf(node, isMe),
    primary?.id ?? '-',
    isMe || node.pingSentAt === null ? 0 : wall(node.pingSentAt),
    isMe ? 0 : wall(node.pongAt),
    node.owner.configEpoch,
    isMe || cluster.isLinkedTo(node) ? 'connected' : 'disconnected',
    ...rangesOf(table.slotsOf(node)).map(([first, last]) => (first === last ? `${first}` : `${first}-${last}`)),
  ];
  if (isMe) {
    for (const [slot, to] of table.migrating) words.push(`[${slot}->-${to.id}]`);
    for (const [slot, from] of table.importing) words.push(`[${slot}-<-${from.id}]`);
  }
  return words.join(' ');
}

function flagsOf(node: KnownNode, isMe: boolean): string {
  const flags = [node.isPrimary ? 'master' : 'slave'];
  if (isMe) flags.unshift('myself');
  if (node.isSuspect) flags.push('fail?');
  if (node.isFailed) flags.push('fail');
  if (node.isInHandshake) flags.push('handshake');
  return flags.join(',');
}

function wall(ms: number): number {
  return Math.floor(WALL_MS + ms);
}

function offsetOf(cluster: ClusterNode, node: KnownNode): number {
  return node === cluster.table.myself ? cluster.host.offset : node.offset;
}

/** https://redis.io/docs/latest/commands/cluster-slots/ . Replicas of which nothing is known to have come are left out. */
export function slotsReply(cluster: ClusterNode): ReplyValue {
  const { table } = cluster;
  const ranges = table.nodes.flatMap((node) => rangesOf(table.slotsOf(node)).map(([first, last]) => ({ first, last, node })));
  ranges.sort((a, b) => a.first - b.first);
  return ranges.map(({ first, last, node }) => {
    const replicas = table.replicasOf(node).filter((replica) => !replica.isFailed && offsetOf(cluster, replica) !== 0);
    return [first, last, ...[node, ...replicas].map((each) => slotsEntry(cluster, each))];
  });
}

function slotsEntry(cluster: ClusterNode, node: KnownNode): ReplyValue {
  const { identity } = node;
  const { preferredEndpoint } = cluster.settings;
  const names = new Map<string, ReplyValue>();
  if (preferredEndpoint !== 'ip') names.set('ip', identity.host);
  if (preferredEndpoint !== 'hostname' && identity.hostname !== '') names.set('hostname', identity.hostname);
  return [endpointOf(cluster, node), identity.port, identity.id, names];
}

/** https://redis.io/docs/latest/commands/cluster-shards/ */
export function shardsReply(cluster: ClusterNode, hasIds: boolean): ReplyValue {
  const { table } = cluster;
  return table.nodes
    .filter(({ isPrimary, isInHandshake }) => isPrimary && !isInHandshake)
    .map(
      (node): ReplyValue =>
        new Map<string, ReplyValue>([
          ['slots', rangesOf(table.slotsOf(node)).flat()],
          ['nodes', [node, ...table.replicasOf(node)].map((each) => shardsEntry(cluster, each))],
          ...(hasIds ? ([['id', shardIdOf(node)]] as const) : []),
        ]),
    );
}

/** As long as that of a node, and another. */
export function shardIdOf({ owner }: KnownNode): string {
  return [...owner.id].reverse().join('');
}

function shardsEntry(cluster: ClusterNode, node: KnownNode): ReplyValue {
  const { identity } = node;
  const offset = offsetOf(cluster, node);
  const entry = new Map<string, ReplyValue>([
    ['id', identity.id],
    ['port', identity.port],
    ['ip', identity.host],
    ['endpoint', endpointOf(cluster, node)],
  ]);
  if (identity.hostname !== '') entry.set('hostname', identity.hostname);
  entry.set('role', node.isPrimary ? 'master' : 'replica');
  entry.set('replication-offset', offset);
  entry.set('health', node.isFailed ? 'fail' : !node.isPrimary && offset === 0 ? 'loading' : 'online');
  return entry;
}

function nodeCounts({ nodes, voters }: ClusterTable): string[] {
  const count = (among: readonly KnownNode[], flag: 'isSuspect' | 'isFailed'): number => among.filter((node) => node[flag]).length;
  return [
    `cluster_nodes_pfail:${count(nodes, 'isSuspect')}`,
    `cluster_nodes_fail:${count(nodes, 'isFailed')}`,
    `cluster_voting_nodes_pfail:${count(voters, 'isSuspect')}`,
    `cluster_voting_nodes_fail:${count(voters, 'isFailed')}`,
  ];
}

/** https://redis.io/docs/latest/commands/cluster-info/ . Since Valkey 9 with numbers of nodes. */
export function infoText({ table, state }: ClusterNode, countsNodes: boolean): string {
  const slotsWith = (flag: 'isSuspect' | 'isFailed'): number =>
    table.nodes.reduce((sum, node) => sum + (node[flag] ? node.slotCount : 0), 0);
  const assigned = SLOT_COUNT - table.uncovered;
  const [pfail, fail] = [slotsWith('isSuspect'), slotsWith('isFailed')];
  return [
    `cluster_state:${state}`,
    `cluster_slots_assigned:${assigned}`,
    `cluster_slots_ok:${assigned - pfail - fail}`,
    `cluster_slots_pfail:${pfail}`,
    `cluster_slots_fail:${fail}`,
    ...(countsNodes ? nodeCounts(table) : []),
    `cluster_known_nodes:${table.nodes.length}`,
    `cluster_size:${table.voters.length}`,
    `cluster_current_epoch:${table.currentEpoch}`,
    `cluster_my_epoch:${table.myself.owner.configEpoch}`,
    '',
  ].join('\r\n');
}
