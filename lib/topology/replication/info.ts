import type { Raw } from '../../protocol/command-spec.js';
import { infoOf, listOf, numberOf, textOf } from '../replies.js';
import type { Role } from '../snapshot.js';

/** How far a node is with the replication stream, by its own word. */
export interface ReplicationState {
  readonly role: Role | null;
  /** Replicas: the link to the primary is up and nothing is being loaded. Null where the server does not say. */
  readonly linkUp: boolean | null;
  /** What a primary has written, what a replica has applied; a replica of a replica counts in the offsets of the root. */
  readonly offset: number | null;
  /** Names the history of writes that the offset counts; empty where INFO may not be asked. */
  readonly replid: string;
}

export const REPLICATION_STATE_COMMANDS: readonly (readonly string[])[] = [['INFO', 'replication'], ['ROLE']];

/** The ACL may forbid either. https://redis.io/docs/latest/commands/info/ , https://redis.io/docs/latest/commands/role/ */
export function parseReplicationState([replication, role]: readonly (Raw | undefined)[]): ReplicationState {
  const info = infoOf(replication);
  const [word, second, , state, applied] = listOf(role);
  const kind = info.get('role') ?? textOf(word);
  const replid = info.get('master_replid') ?? '';
  if (kind !== 'slave') {
    const written = numberOf(info.get('master_repl_offset') ?? second, -1);
    return { role: kind === 'master' ? 'primary' : null, linkUp: null, offset: written < 0 ? null : written, replid };
  }
  const offset = numberOf(info.get('slave_repl_offset') ?? applied, -1);
  const link = info.get('master_link_status') ?? (textOf(state) === 'connected' ? 'up' : textOf(state));
  const linkUp = link === null ? null : link === 'up' && info.get('master_sync_in_progress') !== '1';
  return { role: 'replica', linkUp, offset: offset < 0 ? null : offset, replid };
}
