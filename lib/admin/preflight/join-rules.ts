import { addressKey } from '../../options/address.js';
import { isLoopback } from '../health/loopback.js';
import { replicationOf } from '../health/replication-facts.js';
import { isSince } from '../health/server-version.js';
import { failoverRefusal } from '../plans/failover-guard.js';
import { count, slotsText } from '../slot-list.js';
import type { AdminNode } from '../state/cluster-state.js';
import { type Finding, note, refusal } from './finding.js';
import { canRead, type RdbVersions } from './rdb-version.js';
import { databaseCountOf, infoNumber, isCopying, isValkey, lacksPassword, settingOf, versionText } from './server-facts.js';
import type { Subjects } from './subjects.js';

/** How the ports of a node are reached from here; null: they are. */
export interface PortLook {
  readonly node: AdminNode;
  /** The port that it announces to clients; null also where that is the one we are connected to. */
  readonly data: string | null;
  readonly bus: string | null;
}

type Meeting = Subjects['meetings'][number];
type MeetingRule = (meeting: Meeting, rdbVersions: RdbVersions) => readonly Finding[];

/** What is looked at before a server joins. The names stand in docs/admin/cluster.md. */
export const JOIN_RULES: Readonly<Record<string, MeetingRule>> = {
  loading: ({ newcomer }) =>
    newcomer.facts?.info.get('loading') === '1' ? [refusal(`${newcomer.name} is still loading its data: wait until it has`)] : [],

  /** CLUSTER MEET takes an IP and a port: https://redis.io/docs/latest/commands/cluster-meet/ */
  address: ({ introducer, newcomer }) => {
    if (newcomer.peer.host === '') return [refusal(`${newcomer.name} is known by its socket file alone: name it by host:port`)];
    if (!isLoopback(newcomer.peer.host) || isLoopback(introducer.peer.host)) return [];
    return [
      note(
        `${newcomer.name} joins as ${newcomer.peer.host}, where nodes on other hosts do not find it: name it by an address that all can reach, or set cluster-announce-ip`,
      ),
    ];
  },

  /** Nodes with TLS on their bus do not understand those without. */
  tls: ({ introducer, newcomer }) => {
    const [ours, its] = [introducer, newcomer].map(({ facts }) => facts?.config.get('tls-cluster'));
    if (ours === undefined || its === undefined || ours === its) return [];
    return [
      refusal(`${newcomer.name} has tls-cluster ${its}, ${introducer.name} ${ours}: they cannot talk to each other; set the same for both`),
    ];
  },

  databases: ({ introducer, newcomer }) => {
    const [ours, its] = [databaseCountOf(introducer), databaseCountOf(newcomer)];
    if (ours === null || its === null || ours === its) return [];
    return [
      note(
        `${newcomer.name} has ${count(its, 'database')}, ${introducer.name} ${ours}: keys in databases that a node has not cannot move to it; set cluster-databases to the same`,
      ),
    ];
  },

  versions: ({ introducer, newcomer, copiesFunctions }, rdbVersions) => {
    if (canRead(newcomer, introducer, rdbVersions) !== false) return [];
    const why = `${newcomer.name} (${versionText(newcomer)}) cannot read what ${introducer.name} (${versionText(introducer)}) writes`;
    return copiesFunctions
      ? [refusal(`${why}, so it cannot get the functions of the cluster, nor keys: add a server of the same version or a newer one`)]
      : [note(`${why}: no keys can move there, and no data be copied`)];
  },

  /** The smallest decides when a node is taken for down, the largest how long the others wait for it. */
  clocks: ({ introducer, newcomer }) => {
    const [ours, its] = [introducer, newcomer].map((node) => settingOf(node, 'cluster-node-timeout'));
    if (ours === null || its === null || ours === its) return [];
    return [note(`${newcomer.name} has cluster-node-timeout ${its}, ${introducer.name} ${ours}: nodes disagree about who is down`)];
  },

  functions: ({ newcomer }) => {
    const libraries = infoNumber(newcomer, 'number_of_libraries') ?? 0;
    if (libraries === 0) return [];
    return [note(`${newcomer.name} has ${libraries === 1 ? '1 library' : `${libraries} libraries`} of functions of its own`)];
  },
};

/**
 * Ports that newcomers need open. We may stand where only the data ports are allowed: a closed bus port counts where that of another node
 * can be reached from here.
 */
export function portFindings(looks: readonly PortLook[]): Finding[] {
  const closed = looks.filter(({ bus }) => bus !== null);
  const isNear = closed.length < looks.length;
  const bus = closed.map(({ node, bus: why }) => {
    const text = `port ${node.peer.busPort} (cluster bus) of ${node.name} cannot be reached`;
    return isNear
      ? refusal(
          `${text} (${why}), by which all nodes have to reach it: open it in the firewall, or set cluster-port or cluster-announce-bus-port`,
        )
      : note(`${text} from here (${why}): all nodes have to reach it`);
  });
  const data = looks.flatMap(({ node, data: why }) =>
    why === null
      ? []
      : [
          note(
            `${node.name} announces ${addressKey(node.peer)}, which cannot be reached from here (${why}): nodes and clients are sent there`,
          ),
        ],
  );
  return [...bus, ...data];
}

/** What keeps a node from replicating. */
export function followFindings({ node, primary }: Subjects['followings'][number], rdbVersions: RdbVersions): Finding[] {
  const has = databaseCountOf(node);
  const beyond = has === null ? [] : primary.databases.filter((database) => database >= has);
  const findings: Finding[] = [];
  if (lacksPassword(node, primary)) {
    findings.push(refusal(`${node.name} cannot log in at ${primary.name}, which wants a password: set masterauth (primaryauth) there`));
  }
  if (beyond.length > 0) {
    findings.push(
      refusal(
        `${primary.name} has keys in database ${beyond.join(', ')}, and ${node.name} has ${count(has ?? 0, 'database')}: it would end when it loads them`,
      ),
    );
  }
  if (canRead(node, primary, rdbVersions) === false) {
    const text = `${node.name} (${versionText(node)}) cannot read what ${primary.name} (${versionText(primary)}) writes`;
    // Valkey from 8.1 on writes for the version that the replica tells: REPLCONF version in Valkey's src/replication.c.
    const adapts = isValkey(primary) && isValkey(node);
    findings.push(adapts ? note(`${text}, as far as is known`) : refusal(`${text}, so it cannot copy its data`));
  }
  return findings;
}

/**
 * What keeps a replica from taking over. A coordinated failover pauses the clients of the primary until the replica has all writes, or the
 * server gives up: https://redis.io/docs/latest/commands/cluster-failover/
 */
export function promotionFindings(promotion: Subjects['promotions'][number]): Finding[] {
  return [...linkFindings(promotion), ...openFindings(promotion)];
}

/** Which slots are open is not replicated before Valkey 8: https://valkey.io/topics/cluster-spec/ */
function openFindings({ node, primary }: Subjects['promotions'][number]): Finding[] {
  const open = [...(primary?.migrating.keys() ?? []), ...(primary?.importing.keys() ?? [])];
  if (primary === null || open.length === 0) return [];
  const isTold = node.facts !== null && isSince(node.facts, 'Valkey', [8, 0]);
  return isTold
    ? []
    : [
        note(
          `slots ${slotsText(open, 4)} are open at ${primary.name}, and ${node.name} does not know: keys that have moved are not found until slotwise cluster fix has mended that`,
        ),
      ];
}

function linkFindings({ node, primary, mode }: Subjects['promotions'][number]): Finding[] {
  if (mode === 'coordinated') {
    const text = failoverRefusal(node, primary ?? undefined);
    return text === null ? [] : [refusal(text)];
  }
  if (node.facts === null) return [];
  const { link, downSeconds } = replicationOf(node.facts);
  if (link !== 'down') return [];
  const of = primary?.name ?? 'its primary';
  if (isCopying(node)) return [note(`${node.name} is still copying the data of ${of}: what it has not got is lost`)];
  const since = downSeconds === null ? '' : `, for ${count(downSeconds, 'second')}`;
  return [note(`${node.name} has no link to ${of}${since}: what was written since then is lost`)];
}
