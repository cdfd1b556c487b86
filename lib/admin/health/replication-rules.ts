import { addressKey } from '../../options/address.js';
import { count } from '../slot-list.js';
import { bytesText, durationText } from './amounts.js';
import { keysByDatabase, numberAt } from './info-fields.js';
import type { NodeFacts } from './node-facts.js';
import { lacksPasswordFor } from './passwords.js';
import { isFollowing, lagBytes, replicationOf } from './replication-facts.js';
import type { Server, ServerRule } from './server.js';

/** Default of `min-replicas-max-lag`, in seconds: a replica that has confirmed nothing for longer does not count as a good one. */
const MAX_LAG_SECONDS = 10;
/** Default of `repl-ping-replica-period`, in seconds. */
const PING_SECONDS = 10;

const SET_PASSWORD = 'CONFIG SET masterauth, then CONFIG REWRITE';

/** What can be wrong with a server's replication. */
export const REPLICATION_RULES: readonly ServerRule[] = [
  {
    severity: 'error',
    kind: 'replica-link',
    when: 'a replica has no link to its primary, and its primary does not prepare a synchronisation for it',
    find: (server) =>
      isUnlinked(server) ? `no link to its primary ${primaryName(server)}${sinceText(server)}: ${causeText(server)}` : null,
  },
  {
    severity: 'warning',
    kind: 'replica-link',
    when: 'the full synchronisation of a replica is under way or about to begin: until it ends the replica cannot take over',
    find: (server) => {
      const { sync } = server.replication;
      if (!isDown(server) || isUnlinked(server)) return null;
      const consequence = 'it does not count as a replica before that ends';
      if (sync === null) return `waits for a full synchronisation with ${primaryName(server)}: ${consequence}`;
      const left = sync.leftBytes === null ? '' : `, ${bytesText(sync.leftBytes)} left`;
      return `full synchronisation with ${primaryName(server)} under way${left}${sinceText(server)}: ${consequence}`;
    },
  },
  {
    severity: 'warning',
    kind: 'replica-lag',
    when: 'a replica is further behind than the backlog of its primary (`repl-backlog-size`), or is silent for longer than `min-replicas-max-lag`',
    find: lagOf,
  },
  {
    severity: 'error',
    kind: 'primary-auth',
    when: 'a replica without a link has no `masterauth` (`primaryauth`), and its primary wants a password',
    find: (server) =>
      isUnlinked(server) && lacksPassword(server)
        ? `no masterauth, and its primary ${primaryName(server)} wants a password: ${SET_PASSWORD}`
        : null,
  },
  {
    severity: 'warning',
    kind: 'primary-auth',
    when: 'the same while the link is up, or at a primary, which is to follow another server after a failover',
    find: (server) => {
      if (isUnlinked(server) || !lacksPassword(server)) return null;
      return server.replication.role === 'replica'
        ? `no masterauth, and its primary ${primaryName(server)} wants a password: once the link breaks it stays broken; ${SET_PASSWORD}`
        : `no masterauth, and its replicas want a password: after a failover it could not follow them; ${SET_PASSWORD}`;
    },
  },
  {
    severity: 'error',
    kind: 'min-replicas',
    when: 'a primary refuses writes, because fewer replicas follow it than `min-replicas-to-write` demands',
    find: (server) => {
      const [wanted, following] = [minReplicas(server), followers(server)];
      if (server.replication.role !== 'primary' || following >= wanted) return null;
      return `refuses writes, because min-replicas-to-write is ${wanted} and only ${following} of its replicas follow it: mend them, or lower it`;
    },
  },
  {
    severity: 'warning',
    kind: 'min-replicas',
    when: 'a primary needs all the replicas that follow it, or a replica would refuse writes once it is promoted',
    find: (server) => {
      const wanted = minReplicas(server);
      if (wanted === 0) return null;
      if (server.replication.role === 'primary') {
        return followers(server) === wanted
          ? `min-replicas-to-write is ${wanted}, and no more replicas follow it: it refuses writes when one fails, and so does the next primary`
          : null;
      }
      const { primary } = server;
      const left = (primary?.replication?.replicas.length ?? 0) - 1;
      const isPrimarysOwn = primary?.facts != null && minReplicas(primary.facts) === wanted;
      if (primary?.replication == null || isPrimarysOwn || left >= wanted) return null;
      return `min-replicas-to-write is ${wanted}, and ${Math.max(0, left)} would follow it once it is promoted: it would refuse writes; lower it`;
    },
  },
  {
    severity: 'error',
    kind: 'databases',
    when: 'a replica has fewer databases than its primary uses: it puts the keys of the others into a wrong one',
    find: ({ config, info, primary }) => (primary?.facts == null ? null : lostDatabases({ config, info }, primary.facts, primary.name)),
  },
  {
    severity: 'warning',
    kind: 'databases',
    when: 'a replica has fewer databases than its primary, which has no keys in those',
    find: (server) => {
      const [own, primary] = [databasesOf(server), server.primary];
      const its = primary?.facts == null ? null : databasesOf(primary.facts);
      if (primary?.facts == null || own === null || its === null || own >= its || lostDatabases(server, primary.facts, '') !== null)
        return null;
      return `has ${count(own, 'database')}, and its primary ${primary.name} ${its}: keys in those would come into a wrong one; ${setDatabases(server)}`;
    },
  },
  {
    severity: 'warning',
    kind: 'diverged',
    when: 'a replica could not carry out commands of its primary since it started (`unexpected_error_replies`): its data may differ',
    find: refusedCommands,
  },
  {
    severity: 'warning',
    kind: 'writable-replica',
    when: 'a replica takes writes of clients (`replica-read-only no`)',
    find: ({ replication }) =>
      replication.writable
        ? 'takes writes although it is a replica; its next full synchronisation deletes them: CONFIG SET replica-read-only yes'
        : null,
  },
];

function isDown({ replication: { role, link } }: Server): boolean {
  return role === 'replica' && link === 'down';
}

/**
 * Whether it has no link, and none is coming. A replica that is refused, for want of a password, says again and again that it synchronises
 * (src/replication.c: after PSYNC it tries SYNC, and waits for the payload); its primary does not list it. A primary that prepares a
 * synchronisation lists the replica, which knows nothing of it yet.
 */
function isUnlinked(server: Server): boolean {
  const isListed = server.listed !== null || (server.replication.sync !== null && server.primary?.replication == null);
  return isDown(server) && !isListed;
}

function primaryName({ primary, replication }: Server): string {
  return primary?.name ?? (replication.primary === null ? 'that it does not name' : addressKey(replication.primary));
}

function sinceText({ replication: { downSeconds } }: Server): string {
  return downSeconds === null ? '' : ` for ${durationText(downSeconds * 1_000)}`;
}

function causeText(server: Server): string {
  if (server.primary !== null && server.primary.facts === null) return 'its primary cannot be asked';
  return lacksPassword(server) ? 'it has no password for it' : 'its log says why; a failover to it is refused or loses writes';
}

function lagOf({ replication, primary, listed, config }: Server): string | null {
  if (replication.role !== 'replica' || replication.link !== 'up') return null;
  const of = primary?.replication ?? null;
  const behind = of === null ? null : lagBytes(of, replication, listed);
  const allowed = of?.backlogBytes ?? null;
  if (behind !== null && allowed !== null && behind > allowed) {
    return `${bytesText(behind)} behind ${primary?.name}, more than its backlog of ${bytesText(allowed)}: if it fails now that is lost, and a broken link means a full synchronisation`;
  }
  const silentSeconds = listed?.state === 'online' ? listed.lagSeconds : null;
  if (
    silentSeconds !== null &&
    silentSeconds > (numberAt(primary?.facts?.config ?? new Map(), 'min-replicas-max-lag') || MAX_LAG_SECONDS)
  ) {
    return `${primary?.name} has heard nothing from it for ${durationText(silentSeconds * 1_000)}: it is too slow, or the network between them is`;
  }
  const period = numberAt(config, 'repl-ping-replica-period') ?? PING_SECONDS;
  if (replication.lagSeconds !== null && replication.lagSeconds > 2 * period + 1) {
    return `it has heard nothing from its primary for ${durationText(replication.lagSeconds * 1_000)}, which should be no more than ${durationText(period * 1_000)}`;
  }
  return null;
}

/** Whether a server that it has to follow, now or after a failover, wants a password that it has not. */
function lacksPassword({ config, replication, primary, replicas }: Server): boolean {
  const leaders = replication.role === 'replica' ? [primary] : replicas;
  return leaders.some((leader) => lacksPasswordFor(leader?.facts ?? null, { config }));
}

/** Of commands that its primary has carried out. `afterErrorReply` in https://github.com/redis/redis/blob/7.0/src/networking.c */
export function refusedCommands({ info }: Pick<NodeFacts, 'info'>): string | null {
  const refused = info.get('role') === 'slave' ? (numberAt(info, 'unexpected_error_replies') ?? 0) : 0;
  if (refused === 0) return null;
  return `could not carry out ${count(refused, 'command')} of its primary since it started, so that its data may differ: its log names them (CRITICAL); CONFIG RESETSTAT after a new full synchronisation`;
}

type Databases = Pick<NodeFacts, 'config' | 'info'>;

/** What a replica does with keys of databases that it has not; null: there are none. SELECT fails there, and the writes after it do not. */
export function lostDatabases(replica: Databases, primary: Databases, primaryName: string): string | null {
  const own = databasesOf(replica);
  const beyond = own === null ? [] : [...keysByDatabase(primary.info).keys()].filter((database) => database >= own);
  if (own === null || beyond.length === 0) return null;
  return `has ${count(own, 'database')}, and its primary ${primaryName} has keys in database ${beyond.sort((a, b) => a - b).join(', ')}: it puts what is written there into a wrong database; ${setDatabases(replica)}`;
}

function setDatabases({ info }: Pick<NodeFacts, 'info'>): string {
  const setting = info.get('cluster_enabled') === '1' ? 'cluster-databases' : 'databases';
  return `set ${setting} in its configuration file as there, remove its data file, and restart it`;
}

/** Null: it does not say. */
function databasesOf({ info, config }: Databases): number | null {
  if (config.size === 0) return null;
  return info.get('cluster_enabled') === '1' ? (numberAt(config, 'cluster-databases') ?? 1) : numberAt(config, 'databases');
}

/** How many replicas have to follow a primary that takes writes; 0: that does not matter. */
export function minReplicas({ config }: Pick<NodeFacts, 'config'>): number {
  // With a lag of 0 the rule is off. https://redis.io/docs/latest/operate/oss_and_stack/management/replication/#allow-writes-only-with-n-attached-replicas
  return config.get('min-replicas-max-lag') === '0' ? 0 : (numberAt(config, 'min-replicas-to-write') ?? 0);
}

function followers({ info, replicas }: Server): number {
  return (
    numberAt(info, 'min_slaves_good_slaves') ?? replicas.filter(({ facts }) => facts !== null && isFollowing(replicationOf(facts))).length
  );
}
