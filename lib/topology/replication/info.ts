import type { Address } from '../../options/address.js';
import type { Raw } from '../../protocol/command-spec.js';
import { LIMITS } from '../limits.js';
import { addressOf, infoOf, listOf, numberOf, textOf } from '../replies.js';
import type { Role } from '../snapshot.js';

/** A server's place in replication, by its own word: role, link, offset and the replicas it lists. */
export interface ReplicationInfo {
  /** Role of the server; null where it does not say, or is no data server. */
  readonly role: Role | null;
  /** Primary of a replica, as announced. */
  readonly primary: Address | null;
  /** Whether the link of a replica to its primary is up. Null where the server does not say. */
  readonly linkUp: boolean | null;
  /** A full synchronisation is under way: the data set is about to be replaced, the link counts as down. */
  readonly syncing: boolean;
  /** Since the replica started, it has had no link to a primary: what it has comes from its disk, if from anywhere. */
  readonly neverLinked: boolean;
  /** Replication offset in bytes: what a primary has written, or a replica applied; a replica of a replica counts as the root does. */
  readonly offset: number | null;
  /** Replication id: names the history of writes that the offset counts; empty where INFO may not be asked. */
  readonly replid: string;
  /** Replica priority of the server; lower is better. */
  readonly priority: number;
  /** Direct replicas, by the addresses they announce. */
  readonly replicas: readonly { readonly announced: Address; readonly online: boolean }[];
}

/** What to ask for `parseReplication`. The ACL may forbid either. */
export const REPLICATION_COMMANDS: readonly (readonly string[])[] = [['INFO', 'replication'], ['ROLE']];

/**
 * Reads INFO where the server gives it, else ROLE.
 * https://redis.io/docs/latest/commands/info/ , https://redis.io/docs/latest/commands/role/
 */
export function parseReplication([replication, role]: readonly (Raw | undefined)[]): ReplicationInfo {
  return replicationIn(infoOf(replication), role);
}

/** The same of the fields of INFO. */
export function replicationIn(info: ReadonlyMap<string, string>, role?: Raw): ReplicationInfo {
  const [word, second, third, state, applied] = listOf(role);
  const kind = info.get('role') ?? textOf(word);
  const isReplica = kind === 'slave';
  const syncing = (info.get('master_sync_in_progress') ?? (textOf(state) === 'sync' ? '1' : '0')) === '1';
  const link = info.get('master_link_status') ?? (textOf(state) === 'connected' ? 'up' : textOf(state));
  return {
    role: isReplica ? 'replica' : kind === 'master' ? 'primary' : null,
    primary: isReplica ? addressOf(info.get('master_host') ?? second, info.get('master_port') ?? third) : null,
    linkUp: !isReplica || link === null ? null : link === 'up' && !syncing,
    syncing: isReplica && syncing,
    neverLinked: isReplica && info.get('master_link_down_since_seconds') === '-1',
    offset: offsetOf(isReplica ? (info.get('slave_repl_offset') ?? applied) : (info.get('master_repl_offset') ?? second)),
    replid: info.get('master_replid') ?? '',
    priority: numberOf(info.get('slave_priority'), 100),
    replicas: info.size > 0 ? replicasOfInfo(info) : isReplica ? [] : replicasOfRole(third),
  };
}

function offsetOf(raw: Raw | undefined): number | null {
  const offset = numberOf(raw, -1);
  return Number.isSafeInteger(offset) && offset >= 0 ? offset : null;
}

/** `slave0:ip=10.0.0.2,port=6379,state=online,offset=827,lag=0` */
function replicasOfInfo(info: ReadonlyMap<string, string>): ReplicationInfo['replicas'] {
  return [...info].flatMap(([name, value]) => {
    if (!/^slave\d+$/.test(name)) return [];
    const fields = new Map(
      value.split(',').map((pair): [string, string] => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]),
    );
    const announced = addressOf(fields.get('ip'), fields.get('port'));
    return announced === null ? [] : [{ announced, online: fields.get('state') === 'online' }];
  });
}

function replicasOfRole(list: Raw | undefined): ReplicationInfo['replicas'] {
  // One more than are believed is enough to see that there are too many.
  const entries = listOf(list).slice(0, LIMITS.replicas + 1);
  return entries.flatMap((entry) => {
    const [host, port] = listOf(entry);
    const announced = addressOf(host, port);
    return announced === null ? [] : [{ announced, online: true }];
  });
}
