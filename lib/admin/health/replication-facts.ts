import { type Address, addressKey } from '../../options/address.js';
import { replicationIn } from '../../topology/replication/info.js';
import { addressOf } from '../../topology/replies.js';
import { numberAt } from './info-fields.js';
import type { NodeFacts } from './node-facts.js';

/** `master_failover_state` of a server that hands over to nobody. */
export const NO_FAILOVER = 'no-failover';

/** A replica, as its primary lists it. */
export interface ListedReplica {
  /** As the replica announces itself. */
  readonly address: Address;
  /** In the server's own word: `wait_bgsave`, `send_bulk`, `online`. */
  readonly state: string;
  /** Bytes that it has confirmed; null: not told. */
  readonly offset: number | null;
  /** Seconds since it last confirmed, which it does every second; null: not told. */
  readonly lagSeconds: number | null;
}

/** A server's place in replication and the health of its link, by its own word. */
export interface ReplicationFacts {
  /** Null where it does not say. */
  readonly role: 'primary' | 'replica' | null;
  /** Its primary, as announced; null for a primary. */
  readonly primary: Address | null;
  /** `down` also during a full synchronisation; null for a primary, and where it does not say. */
  readonly link: 'up' | 'down' | null;
  /** The full synchronisation that is under way; null: there is none. */
  readonly sync: { readonly leftBytes: number | null; readonly percent: number | null } | null;
  /** What a primary has written and a replica has applied, in bytes. */
  readonly offset: number | null;
  /** Name of the history of writes that the offset counts; empty where it does not say. */
  readonly replicationId: string;
  /** Seconds since it last heard of its primary, which says something every `repl-ping-replica-period`; null: it has no link. */
  readonly lagSeconds: number | null;
  /** Seconds since the link was lost; null: it is up, or has not been up since the server started. */
  readonly downSeconds: number | null;
  /** For Sentinel; lower is better, 0: it is never promoted. */
  readonly priority: number;
  /** It takes writes of clients although it is a replica. */
  readonly writable: boolean;
  /** Bytes of the stream that its primary keeps for replicas that come back. */
  readonly backlogBytes: number | null;
  /** State of a handover by FAILOVER, in the server's own word. */
  readonly failoverState: string;
  /** Its direct replicas. */
  readonly replicas: readonly ListedReplica[];
}

/** Reads the facts of INFO replication. https://redis.io/docs/latest/commands/info/ */
export function replicationOf({ info }: Pick<NodeFacts, 'info'>): ReplicationFacts {
  const { role, primary, offset, replid, priority, linkUp, syncing } = replicationIn(info);
  return {
    role,
    primary,
    link: linkUp === null ? null : linkUp ? 'up' : 'down',
    sync: syncing ? progressOf(info) : null,
    offset,
    replicationId: replid,
    lagSeconds: numberAt(info, 'master_last_io_seconds_ago'),
    downSeconds: numberAt(info, 'master_link_down_since_seconds'),
    priority,
    writable: role === 'replica' && info.get('slave_read_only') === '0',
    backlogBytes: numberAt(info, 'repl_backlog_size'),
    failoverState: info.get('master_failover_state') ?? NO_FAILOVER,
    replicas: [...info].flatMap(([name, value]) => (/^slave\d+$/.test(name) ? listedReplica(value) : [])),
  };
}

/** How far the replica is behind, in bytes; null where that cannot be told. The two were asked at different moments, and writes go on. */
export function lagBytes(primary: ReplicationFacts, replica: ReplicationFacts, listed: ListedReplica | null = null): number | null {
  if (primary.offset === null || primary.replicationId !== replica.replicationId) return null;
  // Each of the two is at most as new as what the replica has.
  const known = Math.max(replica.offset ?? -1, listed?.offset ?? -1);
  return known < 0 ? null : Math.max(0, primary.offset - known);
}

/** The replica at this address in its primary's list. */
export function listedAt(primary: ReplicationFacts, address: Address | null): ListedReplica | null {
  if (address === null) return null;
  return primary.replicas.find((listed) => addressKey(listed.address) === addressKey(address)) ?? null;
}

/** A replica that has the data of its primary and follows it. */
export function isFollowing({ role, link }: ReplicationFacts): boolean {
  return role === 'replica' && link === 'up';
}

/** From Redis 7.0 on `master_sync_perc` is told, of diskless synchronisations without a known size -1. */
function progressOf(info: ReadonlyMap<string, string>): ReplicationFacts['sync'] {
  const total = numberAt(info, 'master_sync_total_bytes') ?? 0;
  return {
    leftBytes: total > 0 ? numberAt(info, 'master_sync_left_bytes') : null,
    percent: total > 0 ? numberAt(info, 'master_sync_perc') : null,
  };
}

/** `ip=10.0.0.2,port=6379,state=online,offset=827,lag=0` */
function listedReplica(value: string): ListedReplica[] {
  const fields = new Map(
    value.split(',').map((pair): [string, string] => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]),
  );
  const address = addressOf(fields.get('ip'), fields.get('port'));
  if (address === null) return [];
  return [{ address, state: fields.get('state') ?? '', offset: numberAt(fields, 'offset'), lagSeconds: numberAt(fields, 'lag') }];
}
