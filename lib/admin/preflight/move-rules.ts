import { couldTakeOver } from '../check/layout-rules.js';
import { bytesText } from '../health/amounts.js';
import { count, slotsText } from '../slot-list.js';
import { type AdminNode, type ClusterState, replicasOf } from '../state/cluster-state.js';
import { type Finding, note, refusal } from './finding.js';
import { canRead, type RdbVersions } from './rdb-version.js';
import { databaseCountOf, infoNumber, isCopying, settingOf, versionText } from './server-facts.js';
import type { SlotContent } from './slot-content.js';
import type { KeyMove } from './subjects.js';

/** What is known of a move before it begins. */
export interface MoveFacts {
  readonly cluster: Pick<ClusterState, 'nodes'>;
  readonly content: SlotContent;
  readonly rdbVersions: RdbVersions;
  /** Bytes of all keys that the plan takes to the target, of other moves as well. */
  readonly incomingBytes: number;
}

type MoveRule = (move: KeyMove, facts: MoveFacts) => readonly Finding[];

/** What is looked at before keys move. The names stand in docs/admin/cluster.md. */
export const MOVE_RULES: Readonly<Record<string, MoveRule>> = {
  /** MIGRATE into a database that the target has not fails with "DB index is out of range". */
  databases: ({ from, to }, { content }) => {
    const has = databaseCountOf(to);
    if (has === null) return [];
    const beyond = [...content.keys].filter(([database]) => database >= has);
    const [first] = beyond;
    const has1 = count(has, 'database');
    if (first !== undefined) {
      const keys = beyond.reduce((sum, [, number]) => sum + number, 0);
      return [
        refusal(
          `${from.name} has ${count(keys, 'key')} of the slots in database ${beyond.map(([database]) => database).join(', ')}, and ${to.name} has ${has1}: set cluster-databases there as it is at ${from.name} (${databaseCountOf(from) ?? 'more'}), and restart it`,
        ),
      ];
    }
    const source = databaseCountOf(from);
    if (source === null || source <= has) return [];
    return [
      note(`${from.name} has ${count(source, 'database')}, ${to.name} ${has1}: keys that are set in the others meanwhile cannot move`),
    ];
  },

  /** RESTORE refuses what a newer server has written: "DUMP payload version or checksum are wrong", "Bad data format". */
  versions: ({ from, to }, { content, rdbVersions }) => {
    if (canRead(to, from, rdbVersions) !== false) return [];
    const why = `${to.name} (${versionText(to)}) cannot read what ${from.name} (${versionText(from)}) writes`;
    const advice = `upgrade ${to.name} first`;
    return [
      content.keys.size > 0
        ? refusal(`${why}, so keys cannot move there: ${advice}`)
        : note(`${why}: keys set meanwhile cannot move; ${advice}`),
    ];
  },

  memory: ({ from, to }, { content, incomingBytes }) => {
    const limit = settingOf(to, 'maxmemory') ?? infoNumber(to, 'maxmemory') ?? 0;
    const used = infoNumber(to, 'used_memory');
    if (limit === 0 || used === null || content.keys.size === 0) return [];
    const policy = to.facts?.config.get('maxmemory-policy') ?? to.facts?.info.get('maxmemory_policy') ?? 'noeviction';
    const free = Math.max(0, limit - used);
    const what = `${to.name} has ${bytesText(free)} left of its maxmemory of ${bytesText(limit)}, and about ${bytesText(incomingBytes)} come`;
    if (incomingBytes <= free && used < limit) return [];
    if (policy !== 'noeviction') return [note(`${what}: it will evict keys (maxmemory-policy ${policy})`)];
    // What was measured of some keys may be a little more than what they take.
    const isSure = used >= limit || incomingBytes * LEAST_CERTAIN > free;
    return [isSure ? refusal(`${what}: raise maxmemory there, or move less from ${from.name}`) : note(`${what}: it may run out of memory`)];
  },

  /** MIGRATE deletes on the source what only the memory of the target has. */
  replicas: ({ from, to }, { cluster, content }) => {
    if (content.keys.size === 0 || hasReplica(to, cluster)) return [];
    const safer = hasReplica(from, cluster) ? ', though they are on a replica now' : '';
    return [
      note(
        `${to.name} has no replica with a link: if it fails, the keys that have moved to it are lost${safer}. With replicas that catch up, --wait-replicas 1 hands a slot over when they have its keys`,
      ),
    ];
  },

  copying: ({ from, to }, { cluster }) => {
    const busy = [from, to].filter(({ id }) => [...cluster.nodes.values()].some((node) => node.primaryId === id && isCopying(node)));
    return busy.map(({ name }) =>
      note(`a replica of ${name} is copying all its data now: moves are slower, and it is no help until it is done`),
    );
  },

  /** A migration by the server refuses, and is refused, beside commands that open the same slots. One between the same nodes is waited for. */
  migrations: ({ from, to, slots }) => {
    const wanted = new Set(slots);
    const ends = [
      { node: from, other: to, direction: 'export' },
      { node: to, other: from, direction: 'import' },
    ] as const;
    return ends.flatMap(({ node, other, direction }) =>
      node.jobs.flatMap((job): Finding[] => {
        const both = job.running ? job.slots.filter((slot) => wanted.has(slot)) : [];
        if (both.length === 0) return [];
        const text = `an atomic migration of slots ${slotsText(both, 4)} runs at ${node.name}`;
        if (job.peer !== other.id || job.direction !== direction) return [refusal(`${text}: wait until it has ended`)];
        // Both ends tell of it.
        return direction === 'export' ? [note(`${text} already, to ${to.name}: it is waited for`)] : [];
      }),
    );
  },
};

/** The part of an estimate that is certain. */
const LEAST_CERTAIN = 0.8;

/**
 * A primary that gives its last slot away follows the node that got it, its replicas as well: clusterUpdateSlotsConfigWith() and the
 * NODE part of CLUSTER SETSLOT in Redis' src/cluster_legacy.c, unless `cluster-allow-replica-migration` is no.
 */
export function emptiedFindings(moves: readonly KeyMove[], cluster: Pick<ClusterState, 'nodes'>): Finding[] {
  const sources = [...new Set(moves.map(({ from }) => from))];
  return sources.flatMap((from) => {
    const own = moves.filter((move) => move.from === from);
    const gone = new Set(own.flatMap(({ slots }) => slots));
    const gets = moves.some(({ to }) => to.id === from.id);
    const last = own.at(-1);
    if (from.slots.length === 0 || gets || last === undefined || !from.slots.every((slot) => gone.has(slot))) return [];
    const followers = [...cluster.nodes.values()].filter(({ primaryId }) => primaryId === from.id);
    const stays = from.facts?.config.get('cluster-allow-replica-migration') === 'no';
    if (stays) return [note(`${from.name} stays a primary, without slots (cluster-allow-replica-migration no)`)];
    const names = [from, ...followers].map(({ name }) => name).join(', ');
    return [
      note(
        `${names} without slots: ${followers.length === 0 ? 'it becomes a replica' : 'they become replicas'} of ${last.to.name} (cluster-allow-replica-migration)`,
      ),
    ];
  });
}

/** A replica would take over with what the node has. */
function hasReplica({ id }: AdminNode, cluster: Pick<ClusterState, 'nodes'>): boolean {
  return replicasOf(cluster, id).some(couldTakeOver);
}
