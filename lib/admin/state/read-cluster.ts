import { ReplyError } from '../../errors.js';
import { type Address, addressKey } from '../../options/address.js';
import { isIP, lookupAll } from '../../runtime/sockets.js';
import { parseShards } from '../../topology/cluster/replies.js';
import { buildView } from '../../topology/cluster/view.js';
import type { NodeRules } from '../../topology/node-rules.js';
import { infoOf, listOf, numberOf, textOf } from '../../topology/replies.js';
import { thrownText } from '../../util/user-function.js';
import { AdminError } from '../admin-error.js';
import { keysByDatabase } from '../health/info-fields.js';
import { type NodeFacts, readFacts } from '../health/node-facts.js';
import { askServerKind } from '../health/server-kind.js';
import { refuseOtherKind } from '../health/wrong-kind.js';
import { errorReply, type NodeClient } from '../node-connections.js';
import { slotsInRanges } from '../slot-list.js';
import { type AdminNode, type ClusterState, type MemberLine, type NodeView, nodeViewOf, parseMembers } from './cluster-state.js';
import { type MigrationJob, migrationDialectOf, readMigrationJobs } from './migration-jobs.js';

/** The replies of one node. */
interface NodeReport {
  readonly id: string;
  readonly address: Address;
  /** All addresses that it was asked at. */
  readonly askedAt: readonly Address[];
  readonly members: readonly MemberLine[];
  /** Keys of the addresses that it announces, by node id. */
  readonly names: ReadonlyMap<string, readonly string[]>;
  /** The address to connect to, by node id. */
  readonly addresses: ReadonlyMap<string, Address>;
  /** The port by which the nodes reach each other, by node id, where CLUSTER SHARDS tells it. */
  readonly ports: ReadonlyMap<string, number>;
  readonly state: string;
  /** By database; null: not told. */
  readonly keys: ReadonlyMap<number, number> | null;
  readonly facts: NodeFacts;
  readonly jobs: readonly MigrationJob[];
}

/** Asks the seeds, then the nodes that they know, and so on until there is none that was not asked. Rejects if no seed can be asked. */
export async function readCluster(
  connections: NodeClient,
  seeds: readonly Address[],
  rules: NodeRules,
  tls: boolean,
): Promise<ClusterState> {
  const reports = new Map<string, NodeReport>();
  const failures = new Map<string, string>();
  let first: unknown;
  const asked = new Set<string>();
  const isKnown = (id: string): boolean => [...reports.values()].some(({ members }) => members.some((member) => member.id === id));
  const visit = async (address: Address, isSeed: boolean): Promise<void> => {
    asked.add(addressKey(address));
    try {
      const report = await readNode(connections, address, rules, tls);
      // At the address of a node that is gone there may be a server that is no member.
      const askedAt = [...(reports.get(report.id)?.askedAt ?? []), address];
      if (isSeed || isKnown(report.id)) reports.set(report.id, { ...report, askedAt });
    } catch (error) {
      first ??= error;
      failures.set(addressKey(address), thrownText(error));
    }
  };
  let next = seeds;
  for (let isSeed = true; next.length > 0; isSeed = false) {
    const fresh = new Map(next.map((address) => [addressKey(address), address]));
    await Promise.all([...fresh.values()].map((address) => visit(address, isSeed)));
    const known = [...reports.values()].flatMap(({ addresses }) => [...addresses]);
    next = known.flatMap(([id, address]) => (reports.has(id) || asked.has(addressKey(address)) ? [] : [address]));
  }
  if (reports.size === 0) {
    if (first instanceof ReplyError) for (const seed of seeds) await refuseOutsiders(connections, seed);
    const texts = [...failures].map(([address, text]) => (text.includes(address) ? text : `${address}: ${text}`));
    throw new AdminError(`no node of the cluster could be asked: ${texts.join('; ')}`, { reason: 'unreachable', cause: first });
  }
  return await clusterStateOf(reports, failures);
}

/** The state of the cluster that one server alone describes: for a server that is no member yet. */
export async function readServer(connections: NodeClient, address: Address, rules: NodeRules, tls: boolean): Promise<ClusterState> {
  const report = await readNode(connections, address, rules, tls).catch(async (error: unknown) => {
    if (error instanceof ReplyError) await refuseOutsiders(connections, address);
    throw error;
  });
  return await clusterStateOf(new Map([[report.id, report]]), new Map());
}

async function readNode(connections: NodeClient, address: Address, rules: NodeRules, tls: boolean): Promise<NodeReport> {
  const commands = ['CLUSTER NODES', 'CLUSTER INFO', 'INFO keyspace', 'CLUSTER SHARDS', 'CONFIG GET tls-cluster'];
  const asked = readFacts(connections, address).then(async (facts) => ({
    facts,
    jobs: await readMigrationJobs(connections, address, migrationDialectOf(facts)),
  }));
  // The first failure counts, and another one must not be reported as unhandled meanwhile.
  asked.catch(() => undefined);
  const replies = commands.map((command) => connections.send(address, command.split(' ')));
  const [nodes, info, keyspace, shards, tlsCluster] = await Promise.all(
    replies.map((reply, index) => (index < 2 ? reply : reply.catch(errorReply))),
  );
  const members = parseMembers(textOf(nodes) ?? '');
  const myself = members.find(({ flags }) => flags.includes('myself'));
  if (myself === undefined) throw new AdminError(`${addressKey(address)} does not tell its own node id`, { reason: 'unreachable' });
  const peersUseTls = textOf(listOf(tlsCluster)[1]) === null ? tls : textOf(listOf(tlsCluster)[1]) === 'yes';
  const view = buildView(address, parseShards(shards ?? null, tls), members);
  const known = [...view.nodes.values()].flatMap(({ id, address: announced }) => {
    const at = announced === null ? null : rules.address(announced);
    return at === null ? [] : [[id, at] as const];
  });
  const endpoints = parseShards(shards ?? null, peersUseTls).flatMap((group) => group.endpoints);
  return {
    id: myself.id,
    address,
    askedAt: [address],
    members,
    names: new Map([...view.nodes.values()].map(({ id, names }) => [id, names.map(addressKey)])),
    addresses: new Map([...known, [myself.id, address]]),
    ports: new Map(endpoints.map(({ id, port }) => [id, port])),
    state: infoOf(info).get('cluster_state') ?? '',
    keys: keyspace instanceof ReplyError ? await keysOfDatabase0(connections, address) : keysByDatabase(infoOf(keyspace)),
    ...(await asked),
  };
}

/** Where INFO is forbidden DBSIZE may be allowed; null: it is not. */
async function keysOfDatabase0(connections: NodeClient, address: Address): Promise<ReadonlyMap<number, number> | null> {
  const size = await connections.send(address, ['DBSIZE']).catch(errorReply);
  const keys = size instanceof ReplyError ? null : numberOf(size, 0);
  return keys === null ? null : new Map(keys > 0 ? [[0, keys]] : []);
}

/** Throws where a server that answers is no node of a cluster, and says what it is. */
async function refuseOutsiders(connections: NodeClient, address: Address): Promise<void> {
  const kind = await askServerKind(connections, address).catch(() => null);
  if (kind !== null) refuseOtherKind(kind, 'cluster');
}

async function clusterStateOf(reports: ReadonlyMap<string, NodeReport>, failures: ReadonlyMap<string, string>): Promise<ClusterState> {
  const ids = new Set([...reports.values()].flatMap(({ members }) => members.filter(isMember).map(({ id }) => id)));
  const nodes = new Map<string, AdminNode>();
  const views = new Map<string, NodeView>();
  for (const id of ids) {
    const own = reports.get(id);
    const lines = [own, ...reports.values()].flatMap((report) => report?.members.filter((member) => member.id === id) ?? []);
    const [line] = lines;
    if (line === undefined) continue;
    const address = own?.address ?? [...reports.values()].find(({ addresses }) => addresses.has(id))?.addresses.get(id) ?? null;
    const port = [own, ...reports.values()].find((report) => report?.ports.has(id))?.ports.get(id) ?? line.port;
    const host = lines.find((each) => each.host !== '')?.host ?? (address === null ? '' : await ipOf(address));
    nodes.set(id, {
      id,
      name: address === null ? 'a node without address' : addressKey(address),
      aliases: aliasesOf(id, [...reports.values()], address),
      address,
      peer: { host, port, busPort: line.busPort },
      role: line.flags.includes('master') ? 'primary' : 'replica',
      primaryId: line.primaryId,
      slots: slotsInRanges(line.ranges),
      epoch: line.epoch,
      migrating: line.migrating,
      importing: line.importing,
      keys: [...(own?.keys?.values() ?? [])].reduce((sum, keys) => sum + keys, 0),
      keysKnown: own !== undefined && own.keys !== null,
      databases: [...(own?.keys?.keys() ?? [])],
      reachable: own !== undefined,
      problem:
        own !== undefined
          ? null
          : address === null
            ? 'its address is unknown'
            : (failures.get(addressKey(address)) ?? 'another node answers there'),
      flags: own === undefined ? line.flags : [...new Set(lines.flatMap(({ flags }) => flags))].filter((flag) => flag !== 'myself'),
      facts: own?.facts ?? null,
      jobs: own?.jobs ?? [],
    });
    if (own !== undefined) views.set(id, nodeViewOf(own.members, own.state));
  }
  return { nodes, views };
}

function aliasesOf(id: string, reports: readonly NodeReport[], address: Address | null): string[] {
  const asked = [address, ...(reports.find((report) => report.id === id)?.askedAt ?? [])].flatMap((at) =>
    at === null ? [] : [addressKey(at)],
  );
  const told = reports.flatMap(({ names, addresses, members }) => [
    ...(names.get(id) ?? []),
    ...[addresses.get(id)].flatMap((at) => (at === undefined ? [] : [addressKey(at)])),
    ...members.flatMap((line) =>
      line.id === id
        ? [line.host, line.hostname ?? ''].flatMap((host) => (host === '' ? [] : [addressKey({ host, port: line.port })]))
        : [],
    ),
  ]);
  return [...new Set([...asked, ...told].map((key) => key.toLowerCase()))];
}

function isMember({ flags }: MemberLine): boolean {
  return !flags.includes('handshake');
}

/** CLUSTER MEET takes no host names. https://redis.io/docs/latest/commands/cluster-meet/ */
async function ipOf(address: Address): Promise<string> {
  if ('path' in address) return '';
  if (isIP(address.host) !== 0) return address.host;
  const [first] = await lookupAll(address.host);
  return first?.address ?? '';
}
